"""The models of bench/training_steps in JAX. Prints milliseconds a step. pip install jax optax"""
import argparse
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

glorot = jax.nn.initializers.glorot_uniform()


def dense(key, n, m):
    return {"w": glorot(key, (n, m)), "b": jnp.zeros(m)}


def apply(p, x):
    return x @ p["w"] + p["b"]


def norm(p, x):
    m = x.mean(-1, keepdims=True)
    return (x - m) * lax.rsqrt(((x - m) ** 2).mean(-1, keepdims=True) + 1e-5) * p["w"] + p["b"]


def batch_norm(p, x):
    m, v = x.mean((0, 1, 2)), x.var((0, 1, 2))
    return (x - m) * lax.rsqrt(v + 1e-3) * p["w"] + p["b"]


def conv(w, x):
    return lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def mlp(p, x):
    return apply(p["logits"], jax.nn.relu(apply(p["two"], jax.nn.relu(apply(p["one"], x)))))


def lstm(p, x):
    def cell(state, x):
        h, c = state
        i, f, g, o = jnp.split(x + h @ p["u"], 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), None
    zero = jnp.zeros((x.shape[0], 256))
    (h, _), _ = lax.scan(cell, (zero, zero), apply(p["k"], x).swapaxes(0, 1))
    return apply(p["logits"], h)


def transformer(p, x):
    y = norm(p["n1"], x)
    q, k, v = (apply(p[n], y).reshape(*y.shape[:2], 4, 64) for n in "qkv")
    x = x + apply(p["o"], jax.nn.dot_product_attention(q, k, v).reshape(x.shape))
    x = x + apply(p["down"], jax.nn.gelu(apply(p["up"], norm(p["n2"], x)), approximate=False))
    return apply(p["logits"], x.mean(1))


def resnet(p, x):
    y = batch_norm(p["n2"], conv(p["c2"], jax.nn.relu(batch_norm(p["n1"], conv(p["c1"], x)))))
    return apply(p["logits"], jax.nn.relu(x + y).mean((1, 2)))


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--child")
    flags.add_argument("--steps", type=int, default=20)
    args = flags.parse_args()
    k = iter(jax.random.split(jax.random.key(0), 16))
    scale = lambda n: {"w": jnp.ones(n), "b": jnp.zeros(n)}
    f, shape, p = {
        "mlp": lambda: (mlp, (256, 784), {"one": dense(next(k), 784, 1024), "two": dense(next(k), 1024, 1024), "logits": dense(next(k), 1024, 10)}),
        "lstm": lambda: (lstm, (32, 64, 128), {"k": dense(next(k), 128, 1024), "u": glorot(next(k), (256, 1024)), "logits": dense(next(k), 256, 10)}),
        "transformer": lambda: (transformer, (8, 128, 256), {n: dense(next(k), 256, 256) for n in "qkvo"} | {
            "up": dense(next(k), 256, 1024), "down": dense(next(k), 1024, 256), "n1": scale(256), "n2": scale(256), "logits": dense(next(k), 256, 10)}),
        "resnet": lambda: (resnet, (16, 32, 32, 64), {"c1": glorot(next(k), (3, 3, 64, 64)), "c2": glorot(next(k), (3, 3, 64, 64)),
                                                       "n1": scale(64), "n2": scale(64), "logits": dense(next(k), 64, 10)}),
    }[args.child]()
    adam = optax.adam(1e-3)
    s = adam.init(p)
    rng = np.random.default_rng(1)
    x, labels = jnp.asarray(rng.standard_normal(shape, np.float32)), jnp.asarray(rng.integers(0, 10, shape[0]))

    def step(p, s):
        g = jax.grad(lambda p: optax.softmax_cross_entropy_with_integer_labels(f(p, x), labels).mean())(p)
        u, s = adam.update(g, s, p)
        return optax.apply_updates(p, u), s

    step = jax.jit(step, donate_argnums=(0, 1))
    for _ in range(3):
        p, s = step(p, s)
    jax.block_until_ready(p)
    begin = time.perf_counter()
    for _ in range(args.steps):
        p, s = step(p, s)
    jax.block_until_ready(p)
    print((time.perf_counter() - begin) * 1e3 / args.steps)


main()
