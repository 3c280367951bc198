"""Makes layer_goldens.npz: convolutions, norms and mixtures of experts by JAX in f64, with gradients.

python3 -m venv /tmp/v && /tmp/v/bin/pip install jax && /tmp/v/bin/python tests/nn/layer_goldens.py
Made with JAX 0.10.2.
"""

import jax
import jax.numpy as jnp
import numpy as np
from golden_case import Goldens, joined
from jax import lax

goldens = Goldens(__file__, 3)
LETTERS = {3: ("NWC", "WIO", "NWC"), 4: ("NHWC", "HWIO", "NHWC"), 5: ("NDHWC", "DHWIO", "NDHWC")}


def transposed(name, x, kernel, strides, padding, dilations=None, mirrored=False, bias=True):
    dims = LETTERS[len(x)]

    def f(x, v):
        y = lax.conv_transpose(x, v["kernel"], strides, padding, dilations, dims, transpose_kernel=mirrored)
        return y + v["bias"] if bias else y

    goldens.case("conv_transpose/" + name, f, x, {"kernel": kernel} | ({"bias": (kernel[-1],)} if bias else {}))


for padding in ("SAME", "VALID"):
    for stride in (1, 2, 3):
        transposed(f"2d_{padding.lower()}_{stride}", (2, 3, 4, 2), (3, 2, 2, 3), (stride, stride), padding)
transposed("2d_one_place", (1, 3, 3, 2), (1, 1, 2, 2), (2, 2), "SAME")
transposed("2d_dilated", (1, 3, 4, 2), (3, 2, 2, 3), (2, 1), "SAME", (2, 3))
transposed("2d_dilated_valid", (1, 3, 4, 2), (3, 2, 2, 3), (2, 1), "VALID", (2, 3))
transposed("2d_explicit", (2, 3, 4, 2), (3, 2, 2, 3), (2, 3), [(2, 1), (0, 3)])
transposed("1d", (2, 5, 3), (4, 3, 2), (3,), "SAME")
transposed("3d", (1, 2, 3, 2, 2), (2, 3, 1, 2, 2), (2, 1, 2), "SAME")
transposed("mirrored", (2, 3, 4, 2), (3, 2, 3, 2), (2, 2), "SAME", mirrored=True, bias=False)


def conv(x, kernel, groups=1, strides=None, padding="SAME", dilations=None):
    n = x.ndim - 2
    return lax.conv_general_dilated(x, kernel, strides or (1,) * n, padding, None, dilations, LETTERS[x.ndim], groups)


def depthwise(name, x, kernel, **settings):
    goldens.case("depthwise/" + name, lambda x, v: conv(x, v["kernel"], x.shape[-1], **settings) + v["bias"], x,
                 {"kernel": kernel, "bias": kernel[-1:]})


depthwise("2d", (2, 4, 5, 3), (3, 3, 1, 3))
depthwise("2d_multiplied", (2, 5, 5, 3), (3, 2, 1, 6), strides=(2, 2), padding="VALID")
depthwise("1d", (2, 6, 3), (3, 1, 6), dilations=(2,))
depthwise("3d", (1, 3, 3, 3, 2), (2, 2, 2, 1, 2))
goldens.case("separable", lambda x, v: conv(conv(x, v["depthwise/kernel"], 3, (2, 2)), v["pointwise/kernel"]) + v["pointwise/bias"],
             (2, 5, 4, 3), {"depthwise/kernel": (3, 3, 1, 6), "pointwise/kernel": (1, 1, 6, 4), "pointwise/bias": (4,)})


def group_norm(x, v, groups, epsilon=1e-6):
    g = x.reshape(x.shape[0], -1, groups, x.shape[-1] // groups)
    d = g - g.mean((1, 3), keepdims=True)
    return (d / jnp.sqrt((d * d).mean((1, 3), keepdims=True) + epsilon)).reshape(x.shape) * v["scale"] + v["bias"]


goldens.case("group_norm", lambda x, v: group_norm(x, v, 2), (2, 3, 2, 4), {"scale": (4,), "bias": (4,)})
goldens.case("instance_norm", lambda x, v: group_norm(x, v, 4), (2, 3, 2, 4), {"scale": (4,), "bias": (4,)})


def weight_norm(v, axes):
    w = v["kernel"]
    return v["scale"] * w / jnp.sqrt((w * w).sum(axes) + 1e-12)


def spectral_norm(v):
    w = v["kernel"].reshape(-1, v["kernel"].shape[-1])
    fixed, u = lax.stop_gradient(w), lax.stop_gradient(v["u"])
    left = fixed @ u
    left = left / jnp.sqrt((left * left).sum() + 1e-12)
    return v["kernel"] / (left @ w @ u)


goldens.case("weight_norm_dense", lambda x, v: x @ weight_norm(v, 0), (3, 4), {"kernel": (4, 5), "scale": (5,)})
goldens.case("weight_norm_conv", lambda x, v: conv(x, weight_norm(v, (0, 1, 2))), (1, 4, 4, 2), {"kernel": (3, 3, 2, 3), "scale": (3,)})
goldens.case("spectral_norm_dense", lambda x, v: x @ spectral_norm(v), (3, 4), {"kernel": (4, 5), "u": (5,)})
goldens.case("spectral_norm_conv", lambda x, v: conv(x, spectral_norm(v)), (1, 4, 4, 2), {"kernel": (3, 3, 2, 3), "u": (3,)})


def mixture(name, x, experts, hidden, choices, capacity=None, normalizes=True, gated=False):
    d = x[-1]

    def f(x, v):
        tokens = x.reshape(-1, d)
        logits = tokens @ v["router/kernel"]
        p = jax.nn.softmax(logits)
        w = jnp.take_along_axis(p, np.array(ROUTES[name]), -1)
        w = w / w.sum(-1, keepdims=True) if normalizes else w

        def expert(e, t):
            up = t @ v["experts/up"][e]
            h = jax.nn.gelu(t @ v["experts/gate"][e]) * up if gated else jax.nn.gelu(up)
            return h @ v["experts/down"][e]

        rows = [0.0] * len(tokens)
        room = {e: capacity if capacity else len(tokens) for e in range(experts)}
        for k in range(choices):  # first all first choices
            for g in range(len(tokens)):
                for e in range(experts):
                    if ROUTES[name][g][k] == e and room[e] > 0:
                        room[e] -= 1
                        rows[g] = rows[g] + w[g, k] * expert(e, tokens[g])
        y = jnp.stack([r if not isinstance(r, float) else jnp.zeros(d) for r in rows])
        share = jnp.zeros(experts).at[np.array(ROUTES[name]).ravel()].add(1.0) / (len(tokens) * choices)
        balance = experts * (share * p.mean(0)).sum()
        return joined(y, balance, (jax.nn.logsumexp(logits, -1) ** 2).mean())

    x = goldens.numbers(*x)
    variables = {"router/kernel": goldens.numbers(d, experts), "experts/up": (experts, d, hidden), "experts/down": (experts, hidden, d)}
    if gated:
        variables["experts/gate"] = (experts, d, hidden)
    # Who goes where is worked out beforehand, in NumPy: the routes are constants of the derivative.
    ROUTES[name] = np.argsort(-(x.reshape(-1, d) @ variables["router/kernel"]), axis=-1, kind="stable")[:, :choices].tolist()
    goldens.case("mixture/" + name, f, x, variables)


ROUTES = {}
mixture("two_of_four", (2, 3, 3), 4, 5, 2)
mixture("one_of_three", (7, 3), 3, 4, 1, normalizes=False)
mixture("gated", (6, 3), 4, 4, 3, gated=True)
mixture("capacity", (2, 5, 3), 4, 4, 2, capacity=3)  # ceil(0.6 * 2 * 10 / 4)
mixture("much_capacity", (6, 3), 3, 4, 2, capacity=6, normalizes=False, gated=True)
mixture("little_capacity", (9, 3), 3, 4, 1, capacity=1)
goldens.save()
