"""Gemma 2 2B's shape in JAX, random bf16 weights: how fast it decodes (a loop on the device, cache of 256 slots) and reads.

    python3 gemma_jax.py --batch 1 --batch 64 --prompt 2048

Written as DeepMind's library writes it: q_einsum, kv_einsum, a joint gating einsum, layers unrolled, the cache donated.
Prints one JSON object. Needs jax.
"""
import argparse
import functools
import json
import time

import jax
import jax.numpy as jnp

LAYERS, D, N, K, H, F, V = 26, 2304, 8, 4, 256, 9216, 256000
ATTENTION_CAP, LOGIT_CAP, WINDOW, SLOTS, STEPS = 50.0, 30.0, 4096, 256, 16
BF16, F32 = jnp.bfloat16, jnp.float32


def weights(key):
    def normal(i, *dims):
        return jax.random.normal(jax.random.fold_in(key, i), dims, BF16) * 0.02

    layer = lambda i: {
        "q": normal(10 * i, N, D, H), "kv": normal(10 * i + 1, 2, K, D, H), "out": normal(10 * i + 2, N, H, D),
        "gate_up": normal(10 * i + 3, 2, F, D), "down": normal(10 * i + 4, F, D),
        **{name: jnp.zeros(D, F32) for name in ("input_norm", "post_attention", "mlp_norm", "post_mlp")},
    }
    return {"table": normal(9999, V, D), "layers": [layer(i) for i in range(LAYERS)], "final_norm": jnp.zeros(D, F32)}


def norm(x, scale):
    x = x.astype(F32)
    return (x * jax.lax.rsqrt(jnp.mean(x * x, -1, keepdims=True) + 1e-6) * (1 + scale)).astype(BF16)


def rope(x, positions):
    angle = positions[..., None] / 10_000.0 ** (jnp.arange(H // 2) / (H // 2))
    sin, cos = jnp.sin(angle)[..., None, :], jnp.cos(angle)[..., None, :]
    a, b = jnp.split(x.astype(F32), 2, -1)
    return jnp.concatenate([a * cos - b * sin, b * cos + a * sin], -1).astype(BF16)


def forward(w, ids, start, cache):
    """ids [B,T] at slots start .. ; cache: a pair [B,S,K,H] a layer, or none to look at the new tokens alone."""
    batch, tokens = ids.shape
    x = w["table"][ids] * jnp.asarray(D**0.5, BF16)
    positions = start + jnp.arange(tokens)[None]
    kept = []
    for i, layer in enumerate(w["layers"]):
        h = norm(x, layer["input_norm"])
        q = rope(jnp.einsum("btd,ndh->btnh", h, layer["q"]), positions) * BF16(H**-0.5)
        k, v = jnp.einsum("btd,ckdh->cbtkh", h, layer["kv"])
        k = rope(k, positions)
        if cache is not None:
            k = jax.lax.dynamic_update_slice_in_dim(cache[i][0], k, start, 1)
            v = jax.lax.dynamic_update_slice_in_dim(cache[i][1], v, start, 1)
        kept.append((k, v))
        slots = jnp.arange(k.shape[1])
        seen = slots[None, None] <= positions[..., None]
        if i % 2 == 0:
            seen &= positions[..., None] - slots[None, None] < WINDOW
        s = jnp.einsum("btkgh,bskh->bkgts", q.reshape(batch, tokens, K, N // K, H), k, preferred_element_type=F32)
        s = jnp.tanh(s / ATTENTION_CAP) * ATTENTION_CAP
        p = jax.nn.softmax(jnp.where(seen[:, None, None], s, -2e38), -1).astype(BF16)
        y = jnp.einsum("bkgts,bskh->btkgh", p, v).reshape(batch, tokens, N, H)
        x = x + norm(jnp.einsum("btnh,nhd->btd", y, layer["out"]), layer["post_attention"])
        gate, up = jnp.einsum("btd,cfd->cbtf", norm(x, layer["mlp_norm"]), layer["gate_up"])
        y = (jax.nn.gelu(gate, approximate=True) * up) @ layer["down"]
        x = x + norm(y, layer["post_mlp"])
    return norm(x, w["final_norm"]), kept


def logits(w, x):
    y = jnp.einsum("bd,vd->bv", x, w["table"], preferred_element_type=F32)
    return jnp.tanh(y / LOGIT_CAP) * LOGIT_CAP


@functools.partial(jax.jit, donate_argnums=(3,))
def decode(w, token, start, cache):
    def step(i, state):
        token, cache, tokens = state
        x, cache = forward(w, token[:, None], start + i, cache)
        token = jnp.argmax(logits(w, x[:, 0]), -1).astype(jnp.int32)
        return token, cache, tokens.at[:, i].set(token)

    return jax.lax.fori_loop(0, STEPS, step, (token, cache, jnp.zeros((token.shape[0], STEPS), jnp.int32)))


@jax.jit
def prefill(w, ids):
    x, kept = forward(w, ids, 0, None)
    return logits(w, x[:, -1]), kept


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, action="append", default=[])
    parser.add_argument("--prompt", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=12)
    args = parser.parse_args()
    w = jax.jit(weights)(jax.random.key(0))
    jax.block_until_ready(w)
    result = {"jax": jax.__version__, "device": jax.devices()[0].device_kind}
    for batch in args.batch:
        cache = [(jnp.zeros((batch, SLOTS, K, H), BF16), jnp.zeros((batch, SLOTS, K, H), BF16)) for _ in range(LAYERS)]
        token, best = jnp.ones(batch, jnp.int32), 1e9
        for i in range(args.rounds + 1):
            begin = time.perf_counter()
            token, cache, tokens = decode(w, token, jnp.int32(16 + STEPS * i), cache)
            tokens.block_until_ready()
            if i > 0:
                best = min(best, time.perf_counter() - begin)
        result[f"decode_{batch}_tokens_per_second"] = batch * STEPS / best
    best = 1e9
    for i in range(6):
        begin = time.perf_counter()
        jax.block_until_ready(prefill(w, jnp.full((1, args.prompt), 818, jnp.int32)))
        if i > 0:
            best = min(best, time.perf_counter() - begin)
    numbers = sum(x.size for x in jax.tree.leaves(w["layers"]))
    result["prefill_ms"] = best * 1e3
    result["prefill_tflops"] = 2 * numbers * args.prompt / best / 1e12
    print(json.dumps(result))


main()
