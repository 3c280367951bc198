"""The training step of bench/cifar10_cnn in PyTorch, as its user would write it, in the faster of its two layouts.
Prints one line of JSON.

pip install torch
"""
import argparse
import json
import resource
import time

START = time.perf_counter()
import numpy as np
import torch
import torch.nn as nn


def build(memory_format):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.3),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.5),
        nn.Flatten(), nn.Linear(4096, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))
    return model.to(memory_format=memory_format)


def times_of(memory_format, images, labels, steps, first):
    model = build(memory_format)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss_of = nn.CrossEntropyLoss()
    times = []
    for i in range(steps + 5):
        begin = time.perf_counter()
        x = (images.to(torch.float32) / 255).permute(0, 3, 1, 2).contiguous(memory_format=memory_format)
        loss = loss_of(model(x), labels)
        adam.zero_grad()
        loss.backward()
        adam.step()
        loss.item()
        if i == 0:
            first.append(time.perf_counter() - START)
        elif i >= 5:
            times.append((time.perf_counter() - begin) * 1e3)
    return float(np.median(times))


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--batch", type=int, default=64)
    flags.add_argument("--steps", type=int, default=30)
    args = flags.parse_args()
    rng = np.random.default_rng(1)
    images = torch.from_numpy(rng.integers(0, 256, (args.batch, 32, 32, 3), dtype=np.uint8))
    labels = torch.from_numpy(rng.integers(0, 10, (args.batch,), dtype=np.int64))
    first = []
    steps = {name: times_of(f, images, labels, args.steps, first)
             for name, f in (("channels_last", torch.channels_last), ("channels_first", torch.contiguous_format))}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"first_step_s": first[0], "step_ms": min(steps.values()), "peak_memory_mb": peak}))


main()
