"""What JAX gives for collectives on 2 and 4 devices, forward and in reverse: writes collectives_goldens.inc.

    JAX_PLATFORMS=cpu python collectives_goldens.py > collectives_goldens.inc      # made with jax 0.10.2
"""
import os

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"
import jax
import numpy as np
from jax import lax

PAIRS = [[0, 2], [1, 3]]
TURNED = [[3, 1], [0, 2]]


def ring(n):
    return [(i, (i + 1) % n) for i in range(n)]


OPS = {
    "sum": lambda x, n: lax.psum(x, "i"),
    "gather": lambda x, n: lax.all_gather(x, "i", axis=1, tiled=True),
    "scatter": lambda x, n: lax.psum_scatter(x, "i", scatter_dimension=0, tiled=True),
    "all_to_all": lambda x, n: lax.all_to_all(x, "i", split_axis=0, concat_axis=1, tiled=True),
    "ring": lambda x, n: lax.ppermute(x, "i", ring(n)),
    "one way": lambda x, n: lax.ppermute(x, "i", [(1, 0)]),
}
GROUPED = {
    "sum of pairs": lambda x, n: lax.psum(x, "i", axis_index_groups=PAIRS),
    "gather of turned pairs": lambda x, n: lax.all_gather(x, "i", axis=0, tiled=True, axis_index_groups=TURNED),
    "scatter to turned pairs": lambda x, n: lax.psum_scatter(x, "i", scatter_dimension=0, tiled=True, axis_index_groups=TURNED),
    "all_to_all of pairs": lambda x, n: lax.all_to_all(x, "i", split_axis=0, concat_axis=0, tiled=True, axis_index_groups=PAIRS),
}


def numbers(a):
    return "{" + ", ".join(f"{v:g}" for v in np.asarray(a).ravel()) + "}"


rng = np.random.default_rng(7)
for n in (2, 4):
    for name, f in (OPS | (GROUPED if n == 4 else {})).items():
        x = rng.integers(-9, 9, (n, 4, 2)).astype(np.float32)
        y = jax.pmap(lambda x: f(x, n), axis_name="i", devices=jax.devices()[:n])(x)
        w = rng.integers(-9, 9, y.shape).astype(np.float32)
        d = jax.pmap(lambda x, w: jax.vjp(lambda x: f(x, n), x)[1](w)[0], axis_name="i", devices=jax.devices()[:n])(x, w)
        dims = "{" + ", ".join(map(str, y.shape[1:])) + "}"
        print(f'{{"{name}", {n}, {dims},\n {numbers(x)},\n {numbers(y)},\n {numbers(w)},\n {numbers(d)}}},')
