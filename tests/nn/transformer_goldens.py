"""Makes transformer_goldens.npz: attention layers, mlps and transformer blocks by jax.numpy in f64, with gradients.

python3 -m venv /tmp/v && /tmp/v/bin/pip install jax && /tmp/v/bin/python tests/nn/transformer_goldens.py
Made with JAX 0.10.2. Cross attention reads its memory from the last tokens of x.
"""

import jax
import jax.numpy as jnp
import numpy as np
from golden_case import Goldens

goldens = Goldens(__file__, 9)


def dense(v, name, x):
    y = x @ v[name + "/kernel"]
    return y + v[name + "/bias"] if name + "/bias" in v else y


def below(v, prefix):
    return {path[len(prefix) + 1:]: value for path, value in v.items() if path.startswith(prefix + "/")}


def rms(x, w, offset=0.0, epsilon=1e-6):
    return x / jnp.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * (offset + w)


def layer_norm(v, x, epsilon=1e-6):
    d = x - x.mean(-1, keepdims=True)
    return d / jnp.sqrt((d * d).mean(-1, keepdims=True) + epsilon) * v["scale"] + v["bias"]


def rotate(x, base):
    h = x.shape[-1]
    angle = jnp.arange(x.shape[1])[:, None, None] * base ** (-jnp.arange(0, h, 2) / h)
    a, b = x[..., : h // 2], x[..., h // 2:]
    return jnp.concatenate([a * jnp.cos(angle) - b * jnp.sin(angle), b * jnp.cos(angle) + a * jnp.sin(angle)], -1)


def attend(v, x, heads, key_heads=None, memory=None, causal=False, window=None, cap=0, base=None, offset=0.0, lengths=None):
    m = x if memory is None else memory
    q, k, u = (dense(v, name, y).reshape(*y.shape[:2], n, -1) for name, y, n in
               (("query", x, heads), ("key", m, key_heads or heads), ("value", m, key_heads or heads)))
    if "query_norm/scale" in v:
        q, k = rms(q, v["query_norm/scale"], offset), rms(k, v["key_norm/scale"], offset)
    if base:
        q, k = rotate(q, base), rotate(k, base)
    k, u = (jnp.repeat(y, heads // (key_heads or heads), 2) for y in (k, u))
    s = jnp.einsum("btnh,bsnh->bnts", q, k) * q.shape[-1] ** -0.5
    if cap:
        s = cap * jnp.tanh(s / cap)
    i, j = np.arange(q.shape[1])[:, None], np.arange(k.shape[1])[None, :]
    seen = np.ones((x.shape[0], 1, len(i), j.shape[1]), bool)
    if causal:
        seen &= j <= i
    if window:
        seen &= i - j <= window
    if lengths is not None:
        seen &= (j < np.array(lengths)[:, None])[:, None, None, :]
    p = jax.nn.softmax(jnp.where(seen, s, -jnp.inf))
    return dense(v, "out", jnp.einsum("bnts,bsnv->btnv", p, u).reshape(*x.shape[:2], -1))


def projections(d, heads, width, key_heads=None, memory=None, bias=True, norm=False, out=None):
    k, m, out = key_heads or heads, memory or d, out or d
    shapes = {"query": (d, heads * width), "key": (m, k * width), "value": (m, k * width), "out": (heads * width, out)}
    v = {f"{name}/kernel": shape for name, shape in shapes.items()}
    v |= {f"{name}/bias": shape[1:] for name, shape in shapes.items()} if bias else {}
    return v | ({"query_norm/scale": (width,), "key_norm/scale": (width,)} if norm else {})


goldens.case("self", lambda x, v: attend(v, x, 2), (2, 4, 6), projections(6, 2, 3))
goldens.case("causal", lambda x, v: attend(v, x, 3, causal=True), (2, 5, 6), projections(6, 3, 2))
goldens.case("gemma", lambda x, v: attend(v, x, 4, 2, causal=True, window=2, cap=5.0, base=1e4, offset=1.0), (2, 6, 6),
             projections(6, 4, 2, 2, bias=False, norm=True))
goldens.case("cross", lambda x, v: attend(v, x[:, :3], 2, memory=x[:, 3:, :4], lengths=[4, 2]), (2, 7, 6), projections(6, 2, 3, memory=4, out=5))

gelu = lambda x: jax.nn.gelu(x, approximate=False)
mlp = lambda v, x: dense(v, "down", gelu(dense(v, "up", x)))
gated = lambda v, x, act: dense(v, "down_proj", act(dense(v, "gate_proj", x)) * dense(v, "up_proj", x))
ups = lambda d, f: {"up/kernel": (d, f), "up/bias": (f,), "down/kernel": (f, d), "down/bias": (d,)}
gates = lambda d, f: {"gate_proj/kernel": (d, f), "up_proj/kernel": (d, f), "down_proj/kernel": (f, d)}
goldens.case("mlp", lambda x, v: mlp(v, x), (3, 4), ups(4, 8))
goldens.case("gated_mlp", lambda x, v: gated(v, x, jax.nn.gelu), (2, 3, 4), gates(4, 5))
goldens.case("swiglu", lambda x, v: gated(v, x, jax.nn.silu), (2, 3, 4), gates(4, 5))
goldens.case("position_embedding", lambda x, v: x + v["table"][:3], (2, 3, 4), {"table": (5, 4)})
goldens.case("position_embedding_given", lambda x, v: x + v["table"][np.array([[4, 0, 4], [1, 2, 3]])], (2, 3, 4), {"table": (5, 4)},
             positions=np.array([[4, 0, 4], [1, 2, 3]], np.int32))


def under(prefix, v):
    return {f"{prefix}/{path}": shape for path, shape in v.items()}


def norm_of(v, name, x):
    own = below(v, name)
    return layer_norm(own, x) if "bias" in own else rms(x, own["scale"])


def block(v, x, parts, before):
    for name, norm_name, part in parts:
        if before:
            x = x + part(below(v, name), norm_of(v, norm_name, x))
        else:
            x = norm_of(v, norm_name, x + part(below(v, name), x))
    return x


norms = lambda d, *names: {f"{name}/{w}": (d,) for name in names for w in ("scale", "bias")}
encoder = [("attention", "attention_norm", lambda v, x: attend(v, x, 2)), ("mlp", "mlp_norm", mlp)]
encoder_v = under("attention", projections(4, 2, 2)) | under("mlp", ups(4, 16)) | norms(4, "attention_norm", "mlp_norm")
goldens.case("encoder", lambda x, v: block(v, x, encoder, True), (2, 3, 4), encoder_v)
goldens.case("encoder_norm_behind", lambda x, v: block(v, x, encoder, False), (2, 3, 4), encoder_v)
llama = [("attention", "attention_norm", lambda v, x: attend(v, x, 2, 1, causal=True, base=1e4)),
         ("mlp", "mlp_norm", lambda v, x: gated(v, x, jax.nn.silu))]
goldens.case("decoder_llama", lambda x, v: block(v, x, llama, True), (2, 4, 4),
             under("attention", projections(4, 2, 2, 1, bias=False)) | under("mlp", gates(4, 6)) | {"attention_norm/scale": (4,), "mlp_norm/scale": (4,)})


def decoder(x, v):
    x, memory = x[:, :3], x[:, 3:]
    parts = [("attention", "attention_norm", lambda v, y: attend(v, y, 2, causal=True)),
             ("cross_attention", "cross_norm", lambda v, y: attend(v, y, 2, memory=memory, lengths=[2, 1])), ("mlp", "mlp_norm", mlp)]
    return block(v, x, parts, True)


goldens.case("decoder", decoder, (2, 5, 4),
             encoder_v | under("cross_attention", projections(4, 2, 2)) | norms(4, "cross_norm"))
goldens.save()
