"""Makes attention_goldens.npz: attention, rotary and sinusoidal positions, and their gradients, by JAX in f64.

python3 -m venv /tmp/v && /tmp/v/bin/pip install jax && /tmp/v/bin/python tests/ops/attention_goldens.py
Made with JAX 0.10.2. Attention is written out here in f64; where jax.nn.dot_product_attention has all of a case's
settings, and no query is without a key, the two are compared (that one computes its softmax in f32).
"""

import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(11)
goldens = {}


def numbers(*shape):
    return np.round(rng.standard_normal(shape) * 64) / 64  # few digits: small files


def attend(q, k, v, bias=None, mask=None, causal=False, window=None, scale=None, cap=None, q_lengths=None, k_lengths=None,
           q_positions=None, k_positions=None):
    B, T, N, H = q.shape
    S, K = k.shape[1:3]
    k, v = (jnp.repeat(x, N // K, axis=2) for x in (k, v))
    s = jnp.einsum("btnh,bsnh->bnts", q, k) * (H**-0.5 if scale is None else scale)
    if cap:
        s = cap * jnp.tanh(s / cap)
    if bias is not None:
        s = s + bias
    i = jnp.broadcast_to(jnp.arange(T) if q_positions is None else q_positions, (B, T))[:, None, :, None]
    j = jnp.broadcast_to(jnp.arange(S) if k_positions is None else k_positions, (B, S))[:, None, None, :]
    seen = jnp.ones(s.shape, bool)
    if mask is not None:
        seen &= mask
    if causal:
        seen &= j <= i
    if window:
        seen &= (i - j <= window[0]) & (j - i <= window[1])
    if q_lengths is not None:
        seen &= (jnp.arange(T)[None, :] < q_lengths[:, None])[:, None, :, None]
    if k_lengths is not None:
        seen &= (jnp.arange(S)[None, :] < k_lengths[:, None])[:, None, None, :]
    any_seen = seen.any(-1, keepdims=True)
    p = jax.nn.softmax(jnp.where(seen | ~any_seen, s, -jnp.inf))
    p = jnp.where(seen, p, 0)
    return jnp.einsum("bnts,bsnv->btnv", p, v), p


def attention(name, q, k, v=None, bias=None, mask=None, **settings):
    q, k, v = numbers(*q), numbers(*k), numbers(*(v or k))
    bias = None if bias is None else numbers(*bias)
    lists = {key: settings[key] for key in ("q_lengths", "k_lengths", "q_positions", "k_positions") if key in settings}
    settings = {key: np.array(x, np.int32) if key in lists else x for key, x in settings.items()}
    operands = [q, k, v] + ([] if bias is None else [bias])
    f = lambda *x: attend(*x[:3], bias=x[3] if len(x) > 3 else None, mask=mask, **settings)
    (y, p), vjp = jax.vjp(f, *operands)
    d_y = numbers(*y.shape)
    gradients = vjp((d_y, jnp.zeros_like(p)))
    comparable = np.asarray(p.sum(-1)).min() > 0.5 and not {"cap", "q_positions", "k_positions"} & set(settings) and v.shape == k.shape
    if comparable:
        jax_y = jax.nn.dot_product_attention(
            q, k, v, None if bias is None else jnp.asarray(bias), mask, is_causal=settings.get("causal", False), local_window_size=settings.get("window"),
            scale=settings.get("scale"), query_seq_lengths=settings.get("q_lengths"), key_value_seq_lengths=settings.get("k_lengths"))
        np.testing.assert_allclose(y, jax_y, rtol=1e-5, atol=1e-6)
    print(name, "as jax.nn" if comparable else "")
    members = dict(q=q, k=k, v=v, y=y, p=p, d_y=d_y, d_q=gradients[0], d_k=gradients[1], d_v=gradients[2])
    if bias is not None:
        members |= dict(bias=bias, d_bias=gradients[3])
    if mask is not None:
        members |= dict(mask=mask)
    members |= {key: settings[key] for key in lists}
    members["flags"] = np.array([settings.get("causal", False), *(settings.get("window") or (-1, -1))], np.int64)
    members["numbers"] = np.array([settings.get("scale") or 0, settings.get("cap") or 0])
    for key, value in members.items():
        goldens[f"attention/{name}/{key}"] = np.asarray(value)


some = rng.random((2, 4, 5, 6)) < 0.6
attention("plain", (2, 3, 2, 4), (2, 5, 2, 4))
attention("causal", (2, 5, 2, 4), (2, 5, 2, 4), causal=True)
attention("causal_more_keys", (1, 3, 1, 2), (1, 5, 1, 2), causal=True)
attention("groups", (2, 3, 6, 4), (2, 5, 2, 4))
attention("one_key_head", (2, 3, 4, 4), (2, 5, 1, 4), causal=True)
attention("other_value_width", (2, 3, 4, 2), (2, 5, 2, 2), (2, 5, 2, 3))
attention("window", (1, 7, 2, 2), (1, 7, 2, 2), window=(2, 1))
attention("gemma_local", (2, 7, 4, 4), (2, 7, 2, 4), causal=True, window=(2, 0), cap=5.0, scale=0.3)
attention("soft_cap", (1, 4, 2, 4), (1, 4, 2, 4), cap=0.5)
attention("bias", (2, 3, 4, 2), (2, 5, 2, 2), bias=(2, 4, 3, 5))
attention("bias_of_heads", (2, 3, 4, 2), (2, 5, 2, 2), bias=(1, 4, 3, 5))
attention("bias_of_keys", (2, 3, 4, 2), (2, 5, 2, 2), bias=(2, 1, 1, 5))
attention("mask", (2, 5, 4, 2), (2, 6, 2, 2), mask=some | (np.arange(6) == 2))
attention("mask_of_places", (2, 5, 4, 2), (2, 6, 2, 2), mask=some[:1, :1] | (np.arange(6) == 2))
attention("rows_that_see_nothing", (2, 5, 4, 2), (2, 6, 2, 2), mask=some & (np.arange(5)[:, None] != 3))
attention("lengths", (3, 4, 2, 2), (3, 5, 2, 2), k_lengths=[5, 1, 3])
attention("lengths_of_both", (3, 4, 2, 2), (3, 5, 2, 2), q_lengths=[2, 4, 0], k_lengths=[5, 0, 3])
attention("lengths_and_causal", (2, 5, 2, 2), (2, 5, 2, 2), k_lengths=[3, 5], causal=True)
attention("positions", (2, 2, 2, 2), (2, 6, 2, 2), q_positions=[[9, 10], [3, 4]], k_positions=[[6, 7, 8, 9, 10, 5], [0, 1, 2, 3, 4, 5]], causal=True, window=(3, 0))
attention("positions_of_all", (2, 2, 2, 2), (2, 6, 2, 2), q_positions=[4, 5], k_positions=[0, 1, 2, 3, 4, 5], causal=True)


def rotary(name, x, positions, base=10000.0, scale=1.0, interleaved=False, width=0):
    x, positions = numbers(*x), np.array(positions, np.int32)
    w = width or x.shape[-1]

    def f(x):
        angle = jnp.asarray(positions / scale)[..., None, None] * base ** (-jnp.arange(0, w, 2) / w)
        turned, rest = x[..., :w], x[..., w:]
        z = turned[..., 0::2] + 1j * turned[..., 1::2] if interleaved else turned[..., : w // 2] + 1j * turned[..., w // 2 :]
        z = z * jnp.exp(1j * angle)
        y = jnp.stack([z.real, z.imag], -1).reshape(turned.shape) if interleaved else jnp.concatenate([z.real, z.imag], -1)
        return jnp.concatenate([y, rest], -1)

    y, vjp = jax.vjp(f, x)
    d_y = numbers(*y.shape)
    members = dict(x=x, positions=positions, y=y, d_y=d_y, d_x=vjp(d_y)[0], numbers=np.array([base, scale, interleaved, width]))
    for key, value in members.items():
        goldens[f"rotary/{name}/{key}"] = np.asarray(value)


rotary("plain", (2, 3, 2, 6), [0, 1, 2])
rotary("far", (1, 3, 2, 4), [0, 511, 131071], base=1e6, scale=8.0)
rotary("by_example", (2, 3, 2, 4), [[0, 1, 2], [7, 3, 5]])
rotary("interleaved", (2, 3, 1, 6), [4, 5, 6], interleaved=True)
rotary("partial", (1, 3, 2, 8), [1, 2, 3], width=4, base=500.0)
rotary("partial_interleaved", (1, 3, 2, 8), [1, 2, 3], width=4, interleaved=True)
rotary("no_batch", (3, 2, 4), [1, 2, 3])

for name, width, base, interleaved in (("paper", 8, 10000.0, True), ("halves", 6, 100.0, False)):
    positions = np.array([[0, 1, 2], [10, 100, 1000]], np.int32)
    angle = positions[..., None] * base ** (-np.arange(0, width, 2) / width)
    pairs = np.stack([np.sin(angle), np.cos(angle)], -1)
    y = pairs.reshape(*positions.shape, width) if interleaved else np.concatenate([np.sin(angle), np.cos(angle)], -1)
    for key, value in dict(x=positions, y=y, numbers=np.array([base, interleaved])).items():
        goldens[f"sinusoidal/{name}/{key}"] = np.asarray(value)

np.savez_compressed(pathlib.Path(__file__).with_suffix(".npz"), **goldens)
