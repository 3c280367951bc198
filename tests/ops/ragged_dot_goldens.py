"""Makes ragged_dot_goldens.npz: products by groups and their gradients, by JAX in f64.

python3 -m venv /tmp/v && /tmp/v/bin/pip install jax && /tmp/v/bin/python tests/ops/ragged_dot_goldens.py
Made with JAX 0.10.2. It has no gradients where the ragged axis is contracted or batching: those are of the product written out,
which is compared with JAX's.
"""

import pathlib

import jax
import numpy as np
from jax.lax import RaggedDotDimensionNumbers as Numbers

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(5)
goldens = {}


def case(name, a, b, sizes, batching, contracting, ragged, group):
    a, b = (np.round(rng.standard_normal(s) * 64) / 64 for s in (a, b))
    numbers = Numbers(dot_dimension_numbers=(contracting, batching), lhs_ragged_dimensions=ragged, rhs_group_dimensions=group)
    sizes = np.array(sizes, np.int32)

    def written_out(a, b):
        if ragged[0] in batching[0]:
            return jax.lax.dot_general(a, b, (contracting, batching))
        shape = [-1 if d == ragged[0] else 1 for d in range(a.ndim)]
        masks = np.repeat(np.eye(len(sizes)), sizes, axis=0)
        masks = np.pad(masks, ((0, a.shape[ragged[0]] - len(masks)), (0, 0)))
        return jax.numpy.stack(
            [jax.lax.dot_general(a * masks[:, g].reshape(shape), b, (contracting, batching)) for g in range(len(sizes))])

    product = lambda a, b: jax.lax.ragged_dot_general(a, b, sizes, numbers)
    y, vjp = jax.vjp(product if group else written_out, a, b)
    np.testing.assert_allclose(y, product(a, b), rtol=1e-12, atol=1e-12)
    d_y = np.round(rng.standard_normal(y.shape) * 64) / 64
    d_a, d_b = vjp(d_y)
    for key, value in dict(a=a, b=b, sizes=sizes, y=y, d_y=d_y, d_a=d_a, d_b=d_b).items():
        goldens[f"{name}/{key}"] = np.asarray(value)
    lists = [*batching, *contracting, ragged, group]
    for key, value in zip(("lb", "rb", "lc", "rc", "ragged", "group"), lists):
        goldens[f"{name}/{key}"] = np.array(value, np.int64)


none = ([], [])
case("rows", (11, 5), (3, 5, 7), [4, 0, 7], none, ([1], [1]), [0], [0])
case("rows_beyond", (11, 5), (3, 5, 7), [4, 2, 3], none, ([1], [1]), [0], [0])
case("group_axis_last", (5, 8), (5, 3, 2), [3, 5], none, ([0], [0]), [1], [2])
case("batch", (2, 6, 4), (3, 2, 4, 5), [1, 2, 3], ([0], [1]), ([2], [2]), [1], [0])
case("contracting", (4, 9), (9, 3), [2, 3, 4], none, ([1], [0]), [1], [])
case("contracting_batch", (2, 4, 9), (2, 9, 3), [2, 0, 4], ([0], [0]), ([2], [1]), [2], [])
case("batching", (6, 4, 2), (6, 2, 3), [2, 4], ([0], [0]), ([2], [1]), [0], [])
np.savez_compressed(pathlib.Path(__file__).with_suffix(".npz"), **goldens)
