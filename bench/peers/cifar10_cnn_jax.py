"""The training step of bench/cifar10_cnn in JAX, as a JAX user would write it. Prints one line of JSON.

pip install jax optax
"""
import argparse
import json
import resource
import time

START = time.perf_counter()
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax


def init(key):
    k = jax.random.split(key, 4)
    he = jax.nn.initializers.he_normal()
    return {
        "conv1": (he(k[0], (3, 3, 3, 32)), jnp.zeros(32)),
        "conv2": (he(k[1], (3, 3, 32, 64)), jnp.zeros(64)),
        "hidden": (he(k[2], (4096, 128)), jnp.zeros(128)),
        "logits": (he(k[3], (128, 10)), jnp.zeros(10)),
    }


def conv(x, p):
    return lax.conv_general_dilated(x, p[0], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + p[1]


def pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def dropout(key, x, rate):
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def model(p, images, key):
    k = jax.random.split(key, 3)
    x = images.astype(jnp.float32) / 255
    x = dropout(k[0], pool(jax.nn.relu(conv(x, p["conv1"]))), 0.3)
    x = dropout(k[1], pool(jax.nn.relu(conv(x, p["conv2"]))), 0.5)
    x = x.reshape(x.shape[0], -1)
    x = dropout(k[2], jax.nn.relu(x @ p["hidden"][0] + p["hidden"][1]), 0.5)
    return x @ p["logits"][0] + p["logits"][1]


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--batch", type=int, default=64)
    flags.add_argument("--steps", type=int, default=30)
    args = flags.parse_args()
    adam = optax.adam(1e-3)

    def loss_of(p, images, labels, key):
        logits = model(p, images, key)
        return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()

    def step(p, s, images, labels, key):
        key, now = jax.random.split(key)
        loss, g = jax.value_and_grad(loss_of)(p, images, labels, now)
        u, s = adam.update(g, s, p)
        return optax.apply_updates(p, u), s, loss, key

    step = jax.jit(step, donate_argnums=(0, 1))
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (args.batch, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, (args.batch,), dtype=np.int32)
    key = jax.random.key(0)
    p = init(key)
    s = adam.init(p)
    times = []
    for i in range(args.steps + 5):
        begin = time.perf_counter()
        p, s, loss, key = step(p, s, images, labels, key)
        loss.block_until_ready()
        if i == 0:
            first = time.perf_counter() - START
        elif i >= 5:
            times.append((time.perf_counter() - begin) * 1e3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"first_step_s": first, "step_ms": float(np.median(times)), "peak_memory_mb": peak}))


main()
