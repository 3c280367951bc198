"""Makes numpy_goldens.npz: what jax.numpy gives for the composites with NumPy's names, and its gradients, in f64.

python3 -m venv /tmp/v && /tmp/v/bin/pip install jax && /tmp/v/bin/python tests/ops/rows/numpy_goldens.py
Made with JAX 0.10.2. A case is the row of the same name in one of the table_*.cpp.
"""

import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(11)
goldens = {}
nan, inf = np.nan, np.inf


def numbers(*shape):
    return np.round(rng.standard_normal(shape) * 64) / 64  # few digits: f32 holds them


def distinct(*shape):
    """No two alike, and apart enough for differences."""
    n = int(np.prod(shape))
    return (rng.permutation(n).reshape(shape) - n / 2 + 0.25) * 4 / 16


def whole(low, high, *shape):
    return rng.integers(low, high, shape).astype(np.int32)


def case(name, f, *operands, order=2, terms=64, gradient=True):
    """`order`: how often central differences may be taken (0 at kinks); `terms`: roundings that the result may have."""
    operands = [np.asarray(x) for x in operands]
    operands = [x.astype(np.int32) if x.dtype == np.int64 else x for x in operands]
    is_float = [x.dtype == np.float64 for x in operands]

    def outputs(*x):
        return [jnp.asarray(y) for y in jax.tree.leaves(f(*x))]

    ys = outputs(*[jnp.asarray(x) for x in operands])
    has_gradient = any(is_float) and any(y.dtype == jnp.float64 for y in ys)
    if not has_gradient or not all(np.isfinite(x).all() for x in operands):
        order = 0
    assert name + "/y0" not in goldens, name
    for i, x in enumerate(operands):
        goldens[f"{name}/x{i}"] = x
    for i, y in enumerate(ys):
        y = np.asarray(y)
        goldens[f"{name}/y{i}"] = y.astype(np.int32) if y.dtype == np.int64 else y
    if has_gradient and gradient:

        def total(*floats):
            floats = list(floats)
            x = [floats.pop(0) if is_f else jnp.asarray(o) for is_f, o in zip(is_float, operands)]
            return sum(jnp.sum(y) for y in outputs(*x) if y.dtype == jnp.float64)

        floats = [jnp.asarray(o) for is_f, o in zip(is_float, operands) if is_f]
        for i, d in enumerate(jax.grad(total, argnums=range(len(floats)))(*floats)):
            goldens[f"{name}/d{i}"] = np.asarray(d)
    goldens[f"{name}/options"] = np.array([order, terms], np.int32)


# --- sorting and searching ---
case("lexsort", lambda a, b: jnp.lexsort((a, b)), numbers(2, 5), whole(0, 2, 2, 5))
case("lexsort of three", lambda a, b, c: jnp.lexsort((a, b, c), axis=0), whole(0, 3, 6, 2), whole(0, 2, 6, 2), np.round(numbers(6, 2)))
case("sort_by_keys", lambda a, b, c: jax.lax.sort((a, b, c), num_keys=2), whole(0, 3, 7), np.array([1, nan, 0.0, -0.0, nan, 2, 1]), numbers(7))
case("sort_by_keys smooth", lambda a, b, c: jax.lax.sort((a, b, c), num_keys=2), whole(0, 2, 7), distinct(7), numbers(7))
case("partition", lambda x: jnp.sort(x, 0), distinct(5, 2))
case("argpartition", lambda x: jnp.argsort(x), distinct(2, 5))
ladder = np.array([-2.0, -1, -1, 0, 0.5, 0.5, 0.5, 3])
for side in ["left", "right"]:
    for method in ["scan", "compare_all"]:
        case(f"searchsorted {side} {method}", lambda s, v: jnp.searchsorted(s, v, side=side, method=method), ladder,
             np.array([[-3, -2, -1, -0.5, 0], [0.5, 0.75, 3, 4, nan]]))
        case(f"searchsorted {side} {method} in nan", lambda s, v: jnp.searchsorted(s, v, side=side, method=method),
             np.array([-1.0, 2, inf, nan, nan]), np.array([-2.0, inf, nan, -inf]))
case("searchsorted of whole numbers", lambda s, v: jnp.searchsorted(s, v), np.arange(-3, 20, 2), whole(-5, 25, 3, 4))
case("searchsorted of one", lambda s, v: jnp.searchsorted(s, v), np.array([1.0]), np.array([0.0, 1, 2]))
case("searchsorted of a number", lambda s: jnp.searchsorted(s, 0.5, side="right"), ladder)
case("searchsorted in nothing", lambda s, v: jnp.searchsorted(s, v), np.zeros(0), np.array([0.0, 1]))
for bins in [ladder, ladder[::-1]]:
    for right in [False, True]:
        case(f"digitize {'up' if bins[0] < 0 else 'down'} {right}", lambda x, b: jnp.digitize(x, b, right=right),
             np.array([-3, -2, -1.5, -1, 0, 0.25, 0.5, 2, 3, 5]), bins.copy())
case("isin", lambda x, c: jnp.isin(x, c), np.array([[1.0, 2, 3], [nan, 5, -0.0]]), np.array([3.0, 0, 1, nan]))
case("isin of nothing", lambda x, c: jnp.isin(x, c), np.array([1, 2]), np.zeros(0, np.int32))
sparse = np.array([[0, 1.5, 0], [nan, 0, -2]])
for size in [0, 2, 3, 5]:
    case(f"flatnonzero {size}", lambda x: jnp.flatnonzero(x, size=size), sparse)
    case(f"nonzero {size}", lambda x: jnp.nonzero(x, size=size, fill_value=-1), sparse)
    case(f"argwhere {size}", lambda x: jnp.argwhere(x, size=size, fill_value=7), sparse)
case("flatnonzero of booleans", lambda x: jnp.flatnonzero(x, size=4, fill_value=9), np.array([True, False, True, True, False]))
case("extract", lambda c, x: jnp.extract(c, x, size=4, fill_value=-3), numbers(2, 3) > 0, numbers(2, 3))
case("extract of more", lambda c, x: jnp.extract(c, x, size=2), np.array([1, 0, 2, 3]), numbers(4))
case("compress", lambda c, x: jnp.compress(c, x, axis=1, size=3, fill_value=9), np.array([False, True, True]), numbers(2, 4))
repeats = np.array([[3.0, 1, 3], [2, 1, 1]])
for size in [2, 3, 5]:
    case(f"unique {size}", lambda x: jnp.unique(x, return_index=True, return_inverse=True, return_counts=True, size=size), repeats, order=0)
    case(f"unique {size} filled", lambda x: jnp.unique(x, return_index=True, return_inverse=True, return_counts=True, size=size, fill_value=-1), repeats, order=0)
case("unique of nan", lambda x: jnp.unique(x, return_index=True, return_inverse=True, return_counts=True, size=4, fill_value=9), np.array([nan, 1, nan, -inf, 1]))
case("unique of whole numbers", lambda x: jnp.unique(x, return_counts=True, size=6, fill_value=0), whole(-2, 3, 9))
case("bincount", lambda x: jnp.bincount(x, length=5), np.array([-1, -1, 1, 3, 10]))
case("bincount with weights", lambda x, w: jnp.bincount(x, w, length=4), whole(0, 6, 8), numbers(8))
spread = np.array([-1.0, 0.625, 0.625, 2.125, 2.25, 2.875, 5, 0.75])  # on no edge but the outer ones
case("histogram", lambda x: jnp.histogram(x, bins=4), spread, order=0, gradient=False)
case("histogram of a range", lambda x: jnp.histogram(x, bins=5, range=(0.5, 3)), spread, order=0, gradient=False)
case("histogram of edges", lambda x, e: jnp.histogram(x, bins=e), spread, np.array([-0.5, 0.625, 1, 2.875]), order=0, gradient=False)
case("histogram of a density", lambda x: jnp.histogram(x, bins=3, density=True), spread, order=0, gradient=False)
case("histogram with weights", lambda x, w: jnp.histogram(x, bins=3, weights=w), spread, numbers(8), order=0, gradient=False)
case("histogram of a point", lambda x: jnp.histogram(x, bins=2), np.array([2.0, 2, 2]), order=0, gradient=False)
case("histogram of whole numbers", lambda x: [jnp.histogram(x, bins=3)[0].astype(jnp.float32)], whole(0, 9, 12))

# --- statistics ---
for method in ["linear", "lower", "higher", "nearest", "midpoint"]:
    case(f"quantile {method}", lambda x, q: jnp.quantile(x, q, axis=1, method=method), distinct(2, 5, 3), np.array([0.0625, 0.3125, 0.5625, 0.9375]))
    case(f"quantile {method} at places", lambda x, q: jnp.quantile(x, q, axis=0, method=method), distinct(5, 2), np.array([0, 0.25, 0.375, 0.5, 0.625, 1]), order=0)
case("quantile of all", lambda x: jnp.quantile(x, 0.3125), distinct(3, 4))
case("quantile over two axes", lambda x, q: jnp.quantile(x, q, axis=(0, 2), keepdims=True), distinct(2, 3, 4), np.array([0.1875, 0.8125]))
case("quantile keeping axes", lambda x: jnp.quantile(x, 0.1875, axis=1, keepdims=True), distinct(2, 7))
case("quantile of nan", lambda x: jnp.quantile(x, np.array([0.5, 0.75]), axis=1), np.array([[1.0, nan, 2], [3, 1, 2]]), gradient=False)
case("quantile of whole numbers", lambda x: [jnp.quantile(x, 0.5).astype(jnp.float32)], np.array([4, 1, 3, 8]))
case("percentile", lambda x, q: jnp.percentile(x, q, axis=0), distinct(6, 2), np.array([12.5, 70]))
case("median", lambda x: jnp.median(x, axis=1), distinct(2, 5))
case("median of even", lambda x: jnp.median(x, axis=0, keepdims=True), distinct(6, 2))
case("median at ties", lambda x: jnp.median(x), np.array([1.0, 1, 1, 2]), order=0)
holes = np.array([[1.0, nan, 4, -2], [nan, nan, nan, nan], [0.5, 3, -1, 2]])
case("nanquantile", lambda x: jnp.nanquantile(x, np.array([0.25, 0.5, 0.875]), axis=1), holes, gradient=False)
case("nanquantile smooth", lambda x, q: jnp.nanquantile(x, q, axis=1), distinct(2, 5), np.array([0.1875, 0.8125]))
case("nanpercentile", lambda x: jnp.nanpercentile(x, 62.5, axis=0, keepdims=True), holes, gradient=False)
case("nanmedian", lambda x: jnp.nanmedian(x, axis=1), holes, gradient=False)
case("average", lambda x, w: jnp.average(x, axis=1, weights=w), numbers(2, 4), np.abs(numbers(4)) + 1)
case("average with weights for all", lambda x, w: jnp.average(x, weights=w), numbers(2, 3), np.abs(numbers(2, 3)) + 1)
case("ptp", lambda x: jnp.ptp(x, axis=1), distinct(2, 5))
case("count_nonzero", lambda x: jnp.count_nonzero(x, axis=0), np.array([[0.0, 1, nan], [0, 0, -2]]))
case("cov", lambda x: jnp.cov(x), numbers(3, 6))
case("cov of columns", lambda x: jnp.cov(x, rowvar=False, ddof=0), numbers(6, 2))
case("cov with weights", lambda x, w: jnp.cov(x, aweights=w), numbers(2, 5), np.abs(numbers(5)) + 1, terms=256)
case("cov of a vector", lambda x: jnp.cov(x), numbers(6))
case("corrcoef", lambda x: jnp.corrcoef(x), numbers(3, 6), order=0, terms=256)
case("corrcoef of a vector", lambda x: jnp.corrcoef(x), numbers(6), order=0, gradient=False)

# --- masked reductions ---
mask = np.array([[True, False, True, True], [False, False, False, False], [True, True, False, True]])
x = distinct(3, 4)
for axis in [None, 0, 1]:
    case(f"sum_where {axis}", lambda x, m: jnp.sum(x, axis=axis, where=m), x, mask)
    case(f"prod_where {axis}", lambda x, m: jnp.prod(x, axis=axis, where=m), x, mask)
    case(f"max_where {axis}", lambda x, m: jnp.max(x, axis=axis, where=m, initial=-inf), x, mask, order=0)
    case(f"min_where {axis}", lambda x, m: jnp.min(x, axis=axis, where=m, initial=inf), x, mask, order=0)
    for nan_name in ["nansum", "nanprod", "nanmax", "nanmin", "nanmean", "nanvar", "nanstd"]:
        case(f"{nan_name} {axis}", lambda x: getattr(jnp, nan_name)(x, axis=axis), holes, gradient=nan_name in ["nansum"])
    for nan_name in ["nansum", "nanprod", "nanmean", "nanvar", "nanmax", "nanmin", "nanstd"]:
        case(f"{nan_name} {axis} smooth", lambda x: getattr(jnp, nan_name)(x, axis=axis), x)
case("mean_where", lambda x, m: jnp.mean(x, axis=1, where=m), x, mask[[0, 2, 0]])
case("mean_where of a row", lambda x, m: jnp.mean(x, axis=1, where=m, keepdims=True), x, mask[0])
case("mean_where of none", lambda x, m: jnp.mean(x, axis=1, where=m), x, mask, order=0, gradient=False)
case("variance_where", lambda x, m: jnp.var(x, axis=1, where=m, ddof=1), x, mask[[0, 2, 0]])
case("standard_deviation_where", lambda x, m: jnp.std(x, axis=1, where=m), x, mask[[0, 2, 0]])
case("max_where of whole numbers", lambda x, m: jnp.max(x, axis=1, where=m, initial=-(2**31)), whole(-5, 5, 3, 4), mask)
case("nanvar with ddof", lambda x: jnp.nanvar(x, axis=1, ddof=2, keepdims=True), holes, gradient=False)
case("nanmax of whole numbers", lambda x: jnp.nanmax(x), whole(-5, 5, 3, 4))
case("nanargmax", lambda x: jnp.nanargmax(x, axis=1), holes)
case("nanargmin", lambda x: jnp.nanargmin(x, axis=0), holes[[0, 2]])

# --- differences ---
case("diff", lambda x: jnp.diff(x), numbers(2, 5))
case("diff twice", lambda x: jnp.diff(x, n=2, axis=0), numbers(5, 2))
case("diff of too many", lambda x: jnp.diff(x, n=3), numbers(2, 2))
case("diff with ends", lambda x, a: jnp.diff(x, prepend=0.5, append=a), numbers(2, 3), numbers(2, 2))
case("diff of booleans", lambda x: jnp.diff(x), mask)
case("ediff1d", lambda x: jnp.ediff1d(x), numbers(2, 3))
case("gradient", lambda x: jnp.gradient(x), numbers(3, 4))
case("gradient with spacing", lambda x: jnp.gradient(x, 0.5, axis=1), numbers(2, 5))
case("gradient of two", lambda x: jnp.gradient(x, axis=0), numbers(2, 3))
case("gradient at positions", lambda x, p: jnp.gradient(x, p, axis=1), numbers(2, 5), np.array([0.0, 0.5, 2, 2.25, 4]), terms=256)
case("trapezoid", lambda y: jnp.trapezoid(y, dx=0.5), numbers(2, 5))
case("trapezoid at positions", lambda y, x: jnp.trapezoid(y, x, axis=0), numbers(5, 2), np.sort(numbers(5)))
case("trapezoid at positions of its own", lambda y, x: jnp.trapezoid(y, x), numbers(2, 4), numbers(2, 4))
case("unwrap", lambda x: jnp.unwrap(x), np.array([[0.0, 1, 7, 8, -2, 1], [0.5, -6, -12, 3, 9, 4]]))
case("unwrap with a period", lambda x: jnp.unwrap(x, axis=0, period=4), np.array([[0.0, 1], [2, -1], [4, -3], [-2, 6]]), order=0)

# --- indices ---
x, m, i, j = numbers(3, 4, 5), numbers(4, 5), np.array([2, 0, 2]), np.array([[1, -1, 0]])
case("index numbers and ranges", lambda x: x[0, :, 1:-1], x)
case("index with fewer entries", lambda x: x[1], x)
case("index with an ellipsis", lambda x: x[..., 2], x)
case("index with steps", lambda x: x[::2, 1::2, -4:4:3], x)
case("index backwards", lambda x: x[::-1, 3:0:-2, -2::-3], x)
case("index with new axes", lambda x: x[None, 0, ..., None, 1:3], x)
case("index of nothing", lambda x: x[2:1, 9:, :-9], x)
case("index beyond", lambda x: x[-9:2, 1:99, 99:1:-1], x)
case("index everything", lambda x: x[()], m)
case("index by a tensor", lambda x, i: x[i], x, i)
case("index by a tensor in the middle", lambda x, i: x[:, i, 1:3], x, i)
case("index by two tensors", lambda x, i, j: x[i, j], x, i, j)
case("index by two tensors apart", lambda x, i, j: x[i, :, j], x, i, j)
case("index by tensors behind", lambda x, i, j: x[1:, i, j], x, i, j)
case("index by a tensor and a number", lambda x, i: x[i, 1], x, i)
case("index by a tensor and a number apart", lambda x, i: x[0, ::-1, i], x, i)
case("index by a tensor and a new axis", lambda x, i: x[:, None, i, None], x, i)
case("index by tensors around a new axis", lambda x, i, j: x[:, i, None, j], x, i, j)
case("index by a scalar tensor", lambda x, k: x[1:, k], x, np.int32(-1))
case("index by three tensors", lambda x, i, j: x[i, j, i], x, i, j)
case("index by bytes", lambda x, i: x[:, i], x, i.astype(np.uint8))
places = {"a box": np.s_[1:3, 2:], "a number": np.s_[1], "steps": np.s_[::2, 1::2], "backwards": np.s_[::-1, 3:0:-1], "nothing": np.s_[3:1]}
for name, place in places.items():
    for update in ["set", "add", "multiply", "max", "min"]:
        if name != "steps" and update not in ["set", "add"]:
            continue
        u = distinct(*m[place].shape) + 0.125
        case(f"index_{update} {name}", lambda x, u: getattr(x.at[place], update)(u, unique_indices=True), distinct(4, 5), u)
case("index_set of a number", lambda x: x.at[1, 2:].set(7), m)
case("index_add broadcast", lambda x, u: x.at[:, 1:3].add(u), x, numbers(5))
for update in ["set", "add", "multiply"]:
    case(f"index_{update} by a tensor", lambda x, i, u: getattr(x.at[i, 1:], update)(u, unique_indices=True), m, np.array([3, 0, 1]), numbers(3, 4))
case("index_add by repeating tensors", lambda x, i, j, u: x.at[:, i, j].add(u), x, i, j, numbers(3, 1, 3))
case("index_add by tensors apart", lambda x, i, j, u: x.at[i, 1:3, j].add(u), x, i, j, numbers(1, 3, 2))
case("index_max by a tensor", lambda x, i, u: x.at[i].max(u), distinct(4), np.array([1, 1, 3]), distinct(3) + 0.125)
case("index_min by a tensor", lambda x, i, u: x.at[::-1].min(u), distinct(4), np.array([1]), distinct(4) + 0.125)
case("index_set dropping", lambda x, i, u: x.at[i].set(u, mode="drop"), numbers(4), np.array([1, 9, 3]), numbers(3))

# --- vectors and grids ---
case("arange", lambda: [jnp.arange(5), jnp.arange(2, 9, 3), jnp.arange(5, 0, -2), jnp.arange(3, 1)])
case("arange of fractions", lambda: [jnp.arange(0, 1, 0.25, dtype=jnp.float32), jnp.arange(1, 4, dtype=jnp.float32)])
case("linspace", lambda: [jnp.linspace(0, 2, 5, dtype=jnp.float32), jnp.linspace(1, 2, 4, endpoint=False, dtype=jnp.float32)])
case("linspace of tensors", lambda a, b: jnp.linspace(a, b, 4), numbers(2, 1), numbers(3))
case("linspace of few", lambda a: [jnp.linspace(a, 3, 1), jnp.linspace(a, 3, 0), jnp.linspace(a, 3, 1, endpoint=False)], numbers(2))
case("logspace", lambda a: jnp.logspace(a, 2.5, 5), np.array(-0.5))
case("logspace of another base", lambda a: jnp.logspace(a, 3, 5, base=2, endpoint=False), np.array([1.0, 0.5]))
case("geomspace", lambda a, b: jnp.geomspace(a, b, 5), np.array([1.0, 0.5]), np.array([16.0, 2]), terms=256)
case("geomspace below zero", lambda a, b: jnp.geomspace(a, b, 4, endpoint=False), np.array(-1.0), np.array(-16.0), terms=256)
case("full_like", lambda x: [jnp.full_like(x, 3), jnp.full_like(x, x[0, 0])], m)
case("tri", lambda: [jnp.tri(3, 4, 1, dtype=jnp.float32), jnp.tri(3, dtype=jnp.int32)])
case("vander", lambda x: [jnp.vander(x), jnp.vander(x, 2), jnp.vander(x, 4, increasing=True)], numbers(3))
case("meshgrid", lambda a, b, c: jnp.meshgrid(a, b, c), numbers(2), numbers(3), numbers(2))
case("meshgrid of rows", lambda a, b: jnp.meshgrid(a, b, indexing="ij"), numbers(2), numbers(3))
case("indices", lambda: list(jnp.indices((2, 3))))
case("tril_indices", lambda: [*jnp.tril_indices(3), *jnp.tril_indices(3, 1, 4)])
case("triu_indices", lambda: [*jnp.triu_indices(3), *jnp.triu_indices(3, -1, 2)])
case("diag_indices", lambda: list(jnp.diag_indices(3)))
case("unravel_index", lambda p: jnp.unravel_index(p, (2, 3, 4)), np.array([[0, 5, 23], [-1, -24, 13]]))
case("unravel_index beyond", lambda p: jnp.unravel_index(p, (2, 3)), np.array([6, 99, -7, -99]))
case("ravel_multi_index", lambda a, b: jnp.ravel_multi_index((a, b), (3, 4), mode="clip"), np.array([0, 2, 5, -1]), np.array([3, 1, -2, 9]))
case("ravel_multi_index wrapping", lambda a, b: jnp.ravel_multi_index((a, b), (3, 4), mode="wrap"), np.array([0, 2, 5, -1]), np.array([3, 1, -2, 9]))

np.savez_compressed(pathlib.Path(__file__).with_name("numpy_goldens.npz"), **goldens)
print(len(goldens), "members")
