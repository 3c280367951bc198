"""Makes window_goldens.npz: convolutions and window reductions with every option, and their gradients, by JAX in f64.

python3 -m venv /tmp/v && /tmp/v/bin/pip install jax && /tmp/v/bin/python tests/ops/window_goldens.py
Made with JAX 0.10.2. The options of a case are members of the archive too, so a new case needs no C++.
"""

import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(7)
goldens = {}

# Axes in the order of Hilo's nine members: batch, feature, spatial.. of input, kernel (in, out), output.
NHWC = ("NHWC", "HWIO", "NHWC")
NCHW = ("NCHW", "OIHW", "NCHW")


def numbers(shape):
    return np.round(rng.standard_normal(shape) * 64) / 64  # few digits: small files


def axes(spec, a, b, spatial):
    return [spec.index(a), spec.index(b)] + [spec.index(s) for s in spatial]


def convolution(name, x, k, dims=NHWC, strides=None, padding=None, lhs=None, rhs=None, fg=1, bg=1, reversal=None):
    n = len(x) - 2
    spatial = [c for c in dims[1] if c not in "IO"]
    x, k = numbers(x), numbers(k)
    strides, lhs, rhs = strides or [1] * n, lhs or [1] * n, rhs or [1] * n
    padding, reversal = padding or [(0, 0)] * n, reversal or [False] * n
    flipped = [dims[1].index(c) for c, r in zip(spatial, reversal) if r]

    def f(x, k):
        return lax.conv_general_dilated(x, jnp.flip(k, flipped), strides, padding, lhs, rhs, dims, fg, bg)

    y, vjp = jax.vjp(f, x, k)
    d_y = numbers(y.shape)
    d_x, d_k = vjp(d_y)
    for key, value in dict(
        x=x, k=k, y=y, d_y=d_y, d_x=d_x, d_k=d_k,
        # Along each spatial axis: stride, low and high padding, dilations of input and kernel, reversal.
        window=np.array([strides, *zip(*padding), lhs, rhs, reversal], np.int64) if n else np.zeros((6, 0), np.int64),
        groups=np.array([fg, bg], np.int64),
        axes=np.array([axes(dims[0], "N", "C", spatial), axes(dims[1], "I", "O", spatial), axes(dims[2], "N", "C", spatial)], np.int64),
    ).items():
        goldens[f"convolution/{name}/{key}"] = np.asarray(value)


convolution("plain", (2, 5, 6, 3), (3, 2, 3, 4))
convolution("padded", (2, 5, 6, 3), (3, 2, 3, 4), padding=[(1, 2), (0, 1)])
convolution("strided", (2, 7, 8, 3), (3, 2, 3, 4), strides=[2, 3], padding=[(1, 0), (2, 1)])
convolution("strided_with_rest", (1, 8, 9, 2), (3, 2, 2, 3), strides=[3, 4])
convolution("negative_padding", (2, 7, 8, 2), (3, 2, 2, 3), padding=[(-1, 2), (-2, -1)])
convolution("wide_padding", (1, 3, 4, 2), (2, 2, 2, 3), padding=[(4, 3), (3, 5)], strides=[2, 1])
convolution("lhs_dilation", (2, 4, 3, 2), (3, 2, 2, 3), lhs=[2, 3], padding=[(1, 1), (2, 0)])
convolution("rhs_dilation", (2, 8, 7, 2), (3, 2, 2, 3), rhs=[2, 3], padding=[(1, 0), (0, 1)])
convolution("all", (2, 6, 5, 4), (2, 3, 2, 6), strides=[2, 1], lhs=[3, 2], rhs=[2, 3], padding=[(2, -1), (-1, 3)], fg=2)
convolution("reversal", (2, 5, 6, 3), (3, 2, 3, 4), reversal=[True, False], padding=[(1, 1), (0, 0)], strides=[1, 2])
convolution("reversal_of_both", (2, 5, 6, 4), (3, 2, 2, 4), reversal=[True, True], fg=2)
convolution("feature_groups", (2, 5, 4, 6), (2, 3, 2, 9), fg=3, padding=[(1, 0), (1, 1)])
convolution("depthwise", (2, 5, 4, 3), (2, 2, 1, 6), fg=3, strides=[2, 1])
convolution("batch_groups", (6, 5, 4, 3), (2, 3, 3, 6), bg=3, padding=[(1, 0), (1, 1)])
convolution("batch_groups_strided", (4, 6, 5, 2), (2, 2, 2, 4), bg=2, strides=[2, 2], rhs=[2, 1])
convolution("reversed_batch_groups", (4, 5, 4, 2), (2, 3, 2, 6), bg=2, reversal=[False, True])
convolution("channels_first", (2, 3, 5, 6), (4, 3, 3, 2), NCHW, padding=[(1, 1), (0, 1)])
convolution("channels_first_groups", (2, 4, 5, 6), (6, 2, 3, 2), NCHW, fg=2, strides=[2, 1])
convolution("odd_axes", (5, 2, 6, 3), (3, 4, 3, 2), ("HNWC", "IOHW", "CWNH"), strides=[1, 2], padding=[(1, 1), (0, 0)])
convolution("odd_axes_batch_groups", (5, 4, 6, 3), (6, 3, 3, 2), ("HNWC", "OHIW", "WNHC"), bg=2, padding=[(1, 1), (0, 0)])
convolution("one_axis", (2, 7, 3), (3, 3, 2), ("NWC", "WIO", "NWC"), padding=[(2, 0)])
convolution("three_axes", (1, 4, 5, 4, 2), (2, 2, 3, 2, 2), ("NDHWC", "DHWIO", "NDHWC"), strides=[1, 2, 1], padding=[(0, 0), (1, 0), (1, 1)])
convolution("no_axes", (3, 4), (4, 2), ("NC", "IO", "NC"))
convolution("one_place", (3, 4, 4, 2), (4, 4, 2, 3))
convolution("rgb", (3, 6, 6, 3), (3, 3, 3, 4), padding=[(1, 1), (1, 1)])
convolution("large_batch", (40, 6, 6, 2), (3, 3, 2, 3), padding=[(1, 1), (1, 1)])


def window(name, x, op, dimensions, strides=None, padding=None, base=None, dilations=None, values=None):
    n = len(x)
    x = numbers(x) if values is None else np.asarray(values, np.float64).reshape(x)
    strides, base, dilations = strides or [1] * n, base or [1] * n, dilations or [1] * n
    padding = padding or [(0, 0)] * n
    init = {"add": 0.0, "multiply": 1.0, "maximum": -jnp.inf, "minimum": jnp.inf}[op]
    reduce = {"add": lax.add, "multiply": lax.mul, "maximum": lax.max, "minimum": lax.min}[op]
    y = lax.reduce_window(x, init, reduce, dimensions, strides, padding, base, dilations)
    d_y = numbers(y.shape)
    # The gradient by hand, since JAX has none of products, of dilated maxima, of maxima with negative padding: the first
    # extreme element gets all.
    d_x = np.zeros_like(x)
    for w in np.ndindex(*y.shape):
        taps = []
        for t in np.ndindex(*dimensions):
            at = [wi * s + ti * d - p[0] for wi, s, ti, d, p in zip(w, strides, t, dilations, padding)]
            if all(a % b == 0 and 0 <= a // b < m for a, b, m in zip(at, base, x.shape)):
                taps.append(tuple(a // b for a, b in zip(at, base)))
        if op == "add":
            for t in taps:
                d_x[t] += d_y[w]
        elif op == "multiply":
            for t in taps:
                d_x[t] += d_y[w] * np.prod([x[o] for o in taps if o != t])
        elif taps:
            best = (max if op == "maximum" else min)(x[t] for t in taps)
            d_x[next(t for t in taps if x[t] == best)] += d_y[w]
    is_plain = dilations == [1] * n and base == [1] * n and np.min(padding) >= 0
    if op == "add" or (op != "multiply" and is_plain):
        (by_jax,) = jax.vjp(lambda x: lax.reduce_window(x, init, reduce, dimensions, strides, padding, base, dilations), x)[1](d_y)
        assert np.allclose(by_jax, d_x), name
    for key, value in dict(
        x=x, y=y, d_y=d_y, d_x=d_x,
        # Along each axis: length, stride, low and high padding, dilations of x and of the window.
        window=np.array([dimensions, strides, *zip(*padding), base, dilations], np.int64),
    ).items():
        goldens[f"{op}/{name}/{key}"] = np.asarray(value)


ties = np.maximum(np.round(numbers((2, 6, 6, 3))), 0)
for op in ["add", "multiply", "maximum", "minimum"]:
    window("disjoint", (2, 4, 6, 3), op, [1, 2, 3, 1], [1, 2, 3, 1])
    window("disjoint_rest", (2, 5, 7, 2), op, [1, 2, 3, 1], [1, 2, 3, 1])
    window("disjoint_padded", (2, 5, 7, 2), op, [1, 2, 3, 1], [1, 2, 3, 1], [(0, 0), (1, 0), (1, 2), (0, 0)])
    window("disjoint_cut", (2, 7, 8, 2), op, [1, 2, 2, 1], [1, 2, 2, 1], [(0, 0), (-1, 0), (-2, -1), (0, 0)])
    window("overlapping", (2, 5, 6, 2), op, [1, 3, 3, 1], [1, 2, 1, 1], [(0, 0), (1, 1), (0, 2), (0, 0)])
    window("with_gaps", (7, 9), op, [2, 2], [3, 4])
    window("window_dilation", (6, 7), op, [2, 3], [2, 1], [(1, 1), (0, 1)], dilations=[3, 2])
    window("base_dilation", (4, 3), op, [3, 3], [1, 2], [(1, 2), (2, 1)], base=[2, 3])
    window("both_dilations", (5, 4), op, [2, 2], [2, 1], [(0, 1), (1, 0)], base=[2, 3], dilations=[2, 3])
    window("negative_padding", (7, 6), op, [3, 2], [1, 2], [(-2, 1), (-1, -1)])
    window("nothing", (2, 3), op, [4, 1])
    window("of_one", (3, 4), op, [1, 1])
    window("ties", (2, 6, 6, 3), op, [1, 2, 2, 1], [1, 2, 2, 1], values=ties)
    window("overlapping_ties", (2, 6, 6, 3), op, [1, 3, 3, 1], [1, 1, 2, 1], values=ties)
for op in ["add", "maximum", "minimum"]:
    window("large", (1, 12, 11, 2), op, [1, 9, 8, 1], [1, 2, 3, 1], [(0, 0), (1, 2), (0, 0), (0, 0)])
    window("large_disjoint", (1, 20, 18, 1), op, [1, 10, 9, 1], [1, 10, 9, 1])

np.savez_compressed(pathlib.Path(__file__).with_name("window_goldens.npz"), **goldens)
print(len(goldens), "members")
