"""The models of bench/training_steps in PyTorch, in the faster of its two layouts. Prints milliseconds a step. pip install torch"""
import argparse
import time

import torch
import torch.nn as nn


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.logits = nn.LSTM(128, 256, batch_first=True), nn.Linear(256, 10)

    def forward(self, x):
        return self.logits(self.lstm(x)[0][:, -1])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.TransformerEncoderLayer(256, 4, 1024, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.logits = nn.Linear(256, 10)

    def forward(self, x):
        return self.logits(self.block(x).mean(1))


class Resnet(nn.Module):
    def __init__(self):
        super().__init__()
        part = lambda: [nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64)]
        self.body, self.logits = nn.Sequential(*part(), nn.ReLU(), *part()), nn.Linear(64, 10)

    def forward(self, x):
        return self.logits(torch.relu(x + self.body(x)).mean((2, 3)))


MODELS = {
    "mlp": (lambda: nn.Sequential(nn.Linear(784, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 10)), (256, 784)),
    "lstm": (Lstm, (32, 64, 128)),
    "transformer": (Transformer, (8, 128, 256)),
    "resnet": (Resnet, (16, 64, 32, 32)),
}


def time_of(name, memory_format, steps):
    torch.manual_seed(0)
    build, shape = MODELS[name]
    model, x, labels = build(), torch.randn(shape), torch.randint(0, 10, shape[:1])
    if len(shape) == 4:
        model, x = model.to(memory_format=memory_format), x.contiguous(memory_format=memory_format)
    adam, loss_of = torch.optim.Adam(model.parameters(), lr=1e-3), nn.CrossEntropyLoss()
    for i in range(steps + 3):
        if i == 3:
            begin = time.perf_counter()
        adam.zero_grad()
        loss_of(model(x), labels).backward()
        adam.step()
    return (time.perf_counter() - begin) * 1e3 / steps


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--child")
    flags.add_argument("--steps", type=int, default=20)
    args = flags.parse_args()
    formats = [torch.channels_last, torch.contiguous_format] if args.child == "resnet" else [torch.contiguous_format]
    print(min(time_of(args.child, f, args.steps) for f in formats))


main()
