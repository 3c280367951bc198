"""Values and gradients of jax.numpy.linalg for tests/ops/linalg_test.cpp: python linalg_goldens.py (JAX 0.10.2)."""
import os
import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import expm

jax.config.update("jax_enable_x64", True)
random = np.random.default_rng(4)
la = jnp.linalg
eigh_of = lambda a: (la.eigh(a)[0], jnp.abs(la.eigh(a)[1]) ** 2)
svd_of = lambda a: (la.svd(a, full_matrices=False)[1], jnp.abs(la.svd(a, full_matrices=False)[0]) ** 2)
orders = {"frobenius": None, "nuclear": "nuc", "one": 1, "minus_one": -1, "two": 2, "minus_two": -2, "inf": jnp.inf, "minus_inf": -jnp.inf}

cases = {  # name: (function, shapes of its operands)
    "cholesky": (lambda a: la.cholesky(a @ a.swapaxes(-1, -2) + 2 * jnp.eye(5)), [(2, 5, 5)]),
    "solve": (la.solve, [(2, 5, 5), (2, 5, 3)]),
    "inv": (la.inv, [(2, 4, 4)]),
    "det": (la.det, [(2, 5, 5)]),
    "slogdet": (lambda a: la.slogdet(a)[1], [(2, 5, 5)]),
    "qr": (lambda a: tuple(la.qr(a)), [(6, 4)]),
    "qr_square": (lambda a: tuple(la.qr(a)), [(2, 4, 4)]),
    "eigh": (eigh_of, [(2, 5, 5)]),
    "svd_tall": (svd_of, [(6, 4)]),
    "svd_wide": (svd_of, [(2, 3, 5)]),
    "polar": (lambda a: (lambda u, s, vt: u @ vt)(*la.svd(a, full_matrices=False)), [(5, 3)]),
    "pinv_tall": (la.pinv, [(2, 6, 3)]),
    "pinv_wide": (la.pinv, [(3, 5)]),
    "lstsq": (lambda a, b: la.lstsq(a, b)[0], [(6, 3), (6, 2)]),
    "expm": (lambda a: expm(a), [(2, 4, 4)]),
    "expm_large": (lambda a: expm(a * 12), [(3, 3)]),
    "matrix_power": (lambda a: la.matrix_power(a, 5), [(2, 3, 3)]),
    "matrix_power_negative": (lambda a: la.matrix_power(a, -3), [(3, 3)]),
    "multi_dot": (lambda a, b, c, d: la.multi_dot([a, b, c, d]), [(5,), (5, 7), (7, 2), (2, 6)]),
    "vector_norm": (lambda a: la.norm(a, axis=1), [(3, 5)]),
    "vector_norm_3": (lambda a: la.norm(a, ord=3, axis=0), [(3, 5)]),
    "vector_norm_inf": (lambda a: la.norm(a, ord=jnp.inf, axis=0), [(3, 5)]),
    "vector_norm_minus_inf": (lambda a: la.norm(a, ord=-jnp.inf, axis=0), [(3, 5)]),
    "vector_norm_1": (lambda a: la.norm(a, ord=1, axis=1), [(3, 5)]),
} | {"matrix_norm_" + name: (lambda a, order=order: la.norm(a, ord=order, axis=(-2, -1)), [(2, 4, 3)]) for name, order in orders.items()}

out = {}
for name, (f, shapes) in cases.items():
    x = [random.standard_normal(s) for s in shapes]
    y, pull = jax.vjp(f, *x)
    y = y if isinstance(y, tuple) else (y,)
    w = tuple(jnp.asarray(random.standard_normal(v.shape)) for v in y)
    d = pull(w if len(w) > 1 else w[0])
    for kind, values in (("x", x), ("y", y), ("w", w), ("d", d)):
        for i, v in enumerate(values):
            out[f"{name}/{kind}{i}"] = np.asarray(v)
np.savez_compressed(os.path.join(os.path.dirname(__file__), "linalg_goldens.npz"), **out)
