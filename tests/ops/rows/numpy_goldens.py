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
goldens, options = {}, []
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
    if not has_gradient or not all(np.isfinite(x).all() for x in [*operands, *ys]):
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
    options.append([order, terms])


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
case("index_max by a tensor", lambda x, i, u: x.at[i].max(u), distinct(4), np.array([1, 1, 3]), distinct(3) + 0.0625)
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

# --- elementwise ---
a, b = np.array([7.0, -7, 7, -7, 5.5, -0.75]), np.array([2.0, 2, -2, -2, 1.25, 0.5])
p, q = np.array([7, -7, 7, -7, 6, -1]), np.array([2, 2, -2, -2, 3, 4])
edges = np.array([0.0, -0.0, inf, -inf, nan, 1.5, -2])
for name in ["floor_divide", "mod", "divmod", "fmod"]:
    case(name, getattr(jnp, name), a, b, order=1)
    case(f"{name} of whole numbers", getattr(jnp, name), p, q)
    case(f"{name} of counts", getattr(jnp, name), np.array([7, 250], np.uint8), np.array([3, 9], np.uint8))
case("gcd", jnp.gcd, np.array([[12, -18, 0], [7, 0, 48]]), np.array([8, 12, 0]))
case("lcm", jnp.lcm, np.array([[12, -18, 0], [7, 0, 48]]), np.array([8, 12, 0]))
case("trunc", jnp.trunc, np.array([1.5, -1.5, 0.25, -0.75, inf, nan]))
case("trunc gradient", jnp.trunc, np.array([1.25, -1.25]))
case("rint", jnp.rint, np.array([0.5, 1.5, 2.5, -0.5, -1.75]), order=0)
case("round", lambda x: [jnp.round(x), jnp.round(x, 1), jnp.round(x, -1)], np.array([1.25, -0.75, 26.5, 14.0, 0.375]), order=0)
case("round of whole numbers", lambda x: jnp.round(x, 2), p)
case("fmax", jnp.fmax, np.array([1.0, nan, 2, nan, 0.5]), np.array([nan, 3.0, 1, nan, 0.5]), gradient=False)
case("fmin", jnp.fmin, np.array([1.0, nan, 2, nan, 0.5]), np.array([nan, 3.0, 1, nan, 0.5]), gradient=False)
case("fmax at ties", jnp.fmax, np.array([1.0, 2, 0.5]), np.array([1.0, 1, 1]), order=0)
case("fmin at ties", jnp.fmin, np.array([1.0, 2, 0.5]), np.array([1.0, 1, 1]), order=0)
case("heaviside", jnp.heaviside, np.array([-1.5, 0, 2]), np.array([0.5, 0.25, 3]), order=0)
case("deg2rad", jnp.deg2rad, numbers(4))
case("rad2deg", jnp.rad2deg, numbers(4))
case("logaddexp2", jnp.logaddexp2, numbers(2, 3), numbers(3))
for name in ["isnan", "isinf", "isposinf", "isneginf", "signbit"]:
    case(name, getattr(jnp, name), edges)
case("isnan of whole numbers", jnp.isnan, p)
case("signbit of whole numbers", jnp.signbit, p)
near = np.array([0.0, -0.0, inf, inf, nan, 1.5001, -2.00001])
case("isclose", jnp.isclose, edges, near)
case("isclose with nan", lambda a, b: jnp.isclose(a, b, rtol=1e-3, atol=0, equal_nan=True), edges, near)
case("allclose", lambda a, b: [jnp.allclose(a, a), jnp.allclose(a, b), jnp.array_equal(a, a), jnp.array_equal(a, b), jnp.array_equal(a, a[:2])], a, b)
case("nan_to_num", lambda x: [jnp.nan_to_num(x.astype(jnp.float32)), jnp.nan_to_num(x.astype(jnp.float32), nan=3)], edges)
case("nan_to_num gradient", jnp.nan_to_num, numbers(3))
case("copysign", jnp.copysign, np.array([1.0, -2, 3, -4, 0.5]), np.array([1.0, 2, -0.5, -1, -3]))
case("copysign of zeros", jnp.copysign, np.array([1.0, -2, inf, 0]), np.array([-0.0, 0, -1, -1]), gradient=False)
case("ldexp", jnp.ldexp, numbers(2, 3), np.array([3, -2, 0]))
case("ldexp far", lambda x, n: jnp.ldexp(x.astype(jnp.float32), n), np.array([2.0**-100, 2.0**100, 1, 1, 1]), np.array([200, -200, -149, 300, -300]))

# --- axes, joining and cutting ---
x = numbers(2, 3, 4)
case("flip", lambda x: [jnp.flip(x), jnp.flip(x, 1), jnp.flip(x, (0, -1))], x)
case("rot90", lambda x: [jnp.rot90(x), jnp.rot90(x, 2), jnp.rot90(x, -1), jnp.rot90(x, 4), jnp.rot90(x, 1, (2, 0))], x)
case("moveaxis", lambda x: [jnp.moveaxis(x, 0, -1), jnp.moveaxis(x, (0, 1), (-1, 0)), jnp.moveaxis(x, -1, 0)], x)
case("swapaxes", lambda x: jnp.swapaxes(x, 0, -1), x)
case("atleast", lambda s, v, m: [f(x) for f in (jnp.atleast_1d, jnp.atleast_2d, jnp.atleast_3d) for x in (s, v, m)], np.array(0.5), numbers(2), numbers(2, 3))
for name in ["hstack", "vstack", "dstack", "column_stack"]:
    case(f"{name} of vectors", lambda a, b: getattr(jnp, name)((a, b)), numbers(3), numbers(3))
    case(f"{name} of matrices", lambda a, b: getattr(jnp, name)((a, b)), numbers(2, 3), numbers(2, 3))
case("hstack of scalars", lambda a, b: jnp.hstack((a, b)), np.array(0.5), np.array(1.5))
case("block", lambda a, b, c, d: jnp.block([[a, b], [c, d]]), numbers(2, 3), numbers(2, 1), numbers(1, 3), numbers(1, 1))
case("array_split", lambda x: [*jnp.array_split(x, 3), *jnp.array_split(x, 4, axis=1)], numbers(7, 2))
case("split_at", lambda x: [x[:2], x[2:2], x[2:-1], x[-1:], *jnp.split(x, [1], axis=1)], numbers(5, 2))
case("unstack", lambda x: jnp.unstack(x, axis=1), numbers(2, 3))
case("insert", lambda x, v: [jnp.insert(x, 1, v, axis=1), jnp.insert(x, -1, 7, axis=0)], numbers(3, 2), numbers(3))
case("insert a part", lambda x, v: jnp.concatenate([x[:2], v, x[2:]]), numbers(3, 2), numbers(2, 2))
case("delete_at", lambda x: [jnp.delete(x, np.array([0, -1])), jnp.delete(x, np.array([], int))], numbers(4))
case("delete_at of columns", lambda x: jnp.delete(x, np.array([1]), axis=1), numbers(2, 3))
case("pad_wrap", lambda x: [jnp.pad(x, ((1, 0), (5, 4)), mode="wrap"), jnp.pad(x, ((0, 0), (0, 2)), mode="wrap")], numbers(2, 3))
case("pad_symmetric", lambda x: [jnp.pad(x, ((1, 0), (5, 4)), mode="symmetric"), jnp.pad(x, ((0, 0), (0, 2)), mode="symmetric")], numbers(2, 3))

# --- products and diagonals ---
case("outer", jnp.outer, numbers(2, 2), numbers(3))
case("inner", jnp.inner, numbers(2, 3), numbers(4, 3))
case("inner of scalars", jnp.inner, np.array(1.5), numbers(3))
case("tensordot", lambda a, b: [jnp.tensordot(a, b), jnp.tensordot(a, b, ((0, 2), (2, 1)))], numbers(2, 3, 4), numbers(3, 4, 2))
case("tensordot of no axes", lambda a, b: jnp.tensordot(a, b, 0), numbers(2), numbers(3))
case("vdot", jnp.vdot, numbers(2, 3), numbers(6))
case("cross", jnp.cross, numbers(2, 3), numbers(3))
case("cross along the first axis", lambda a, b: jnp.cross(a, b, axis=0), numbers(3, 2), numbers(3, 2))
case("kron", jnp.kron, numbers(2, 3), numbers(3, 2))
case("kron of a vector and a matrix", jnp.kron, numbers(2), numbers(2, 2))
case("diag", lambda v, m: [jnp.diag(v), jnp.diag(v, 1), jnp.diag(v, -2), jnp.diag(m), jnp.diag(m, 1)], numbers(3), numbers(3, 4))
case("diagflat", lambda x: jnp.diagflat(x, 1), numbers(2, 2))
case("trace", lambda x: [jnp.trace(x, axis1=-2, axis2=-1), jnp.trace(x, 1, axis1=-2, axis2=-1)], numbers(2, 3, 4))
for shape in [(3, 3), (4, 3), (2, 3)]:
    case(f"fill_diagonal {shape[0]}", lambda x, v: [jnp.fill_diagonal(x, 7, inplace=False), jnp.fill_diagonal(x, v, inplace=False)], numbers(*shape), numbers(min(shape)))

# --- choosing and taking ---
case("select_first", lambda a, b, x, y: jnp.select([a, b], [x, y], 9), np.array([True, False, False]), np.array([[True, True, False], [False, False, True]]), numbers(3), numbers(2, 3))
case("choose", lambda i, a, b, c: jnp.choose(i, [a, b, c], mode="clip"), np.array([[0, 2], [-3, 7]]), numbers(2), numbers(2, 2), np.array(4.5))
i = np.array([[0, -1, 4], [5, -9, 2]])
for mode in ["clip", "wrap", "fill"]:
    case(f"take {mode}", lambda x, i: jnp.take(x, jnp.where(i < 0, i + 5, i) if mode == "clip" else i, axis=1, mode=mode), numbers(2, 5), i)
    case(f"take {mode} of whole numbers", lambda x, i: jnp.take(x, jnp.where(i < 0, i + 4, i) if mode == "clip" else i, mode=mode), whole(0, 9, 4), i)
case("take filling", lambda x, i: jnp.take(x, i, mode="fill", fill_value=7), numbers(3), i)

# --- curves ---
for name, overlaps in {"convolve": jnp.convolve, "correlate": jnp.correlate}.items():
    for mode in ["full", "same", "valid"]:
        case(f"{name} {mode}", lambda a, b: overlaps(a, b, mode), numbers(6), numbers(3))
        case(f"{name} {mode} of even", lambda a, b: overlaps(a, b, mode), numbers(5), numbers(4))
        case(f"{name} {mode} swapped", lambda a, b: overlaps(a, b, mode), numbers(2), numbers(5))
case("polyval", lambda p, x: jnp.polyval(p, x), numbers(4), numbers(2, 3))
case("polyval of nothing", lambda p, x: jnp.polyval(p, x), np.zeros(0), numbers(2))
xp, fp = np.array([-1.0, 0, 0.5, 2]), numbers(4)
case("interp", lambda x, xp, fp: jnp.interp(x, xp, fp), np.array([[-2.0, -0.75, 0.25], [0.625, 1.75, 3]]), xp, fp, order=1)
case("interp at points", lambda x, xp, fp: jnp.interp(x, xp, fp), np.array([-1.0, 0, 0.5, 2]), xp, fp, order=0)
case("interp with ends", lambda x, xp, fp: jnp.interp(x, xp, fp, left=-7, right=7), np.array([-2.0, 0.25, 3]), xp, fp)
case("interp going on", lambda x, xp, fp: jnp.interp(x, xp, fp, left="extrapolate", right="extrapolate"), np.array([-2.0, 0.25, 3]), xp, fp)
case("interp at a step", lambda x, xp, fp: jnp.interp(x, xp, fp), np.array([-0.5, 0, 1]), np.array([-1.0, 0, 0, 2]), fp, order=0)

# --- pictures ---
for method in ["nearest", "linear", "cubic", "lanczos3", "lanczos5"]:
    case(f"resize {method} up", lambda x: jax.image.resize(x, (7, 5, 2), method), numbers(3, 4, 2))
    for antialias in [True, False]:
        case(f"resize {method} down {antialias}", lambda x: jax.image.resize(x, (3, 2), method, antialias), numbers(7, 9))
case("resize up and down", lambda x: jax.image.resize(x, (2, 3, 9), "cubic"), numbers(2, 7, 4))
case("resize of bytes", lambda x: jax.image.resize(x, (3, 3), "nearest"), whole(0, 255, 5, 2).astype(np.uint8))
case("scale_and_translate", lambda x, s, t: jax.image.scale_and_translate(x, (6, 2, 3), (0, 2), s, t, "cubic", antialias=False), numbers(4, 2, 5), np.array([1.25, 0.8125]), np.array([0.3125, -0.5625]))
case("scale_and_translate small", lambda x, s, t: jax.image.scale_and_translate(x, (4, 4), (0, 1), s, t, "linear"), numbers(9, 9), np.array([0.3125, 0.40625]), np.array([0.1875, 0.28125]), order=0)
y, x = np.array([[-1.25, 0.5, 1.25], [1.75, 3.625, 0]]), np.array([[0.25, -0.625, 3.125], [4.5, 1, 2.375]])
for mode in ["constant", "nearest", "wrap", "mirror", "reflect"]:
    for order in [0, 1]:
        case(f"map_coordinates {mode} {order}", lambda p, y, x: jax.scipy.ndimage.map_coordinates(p, [y, x], order, mode, cval=0.5), numbers(3, 4), y, x, order=0)
case("map_coordinates smooth", lambda p, x: jax.scipy.ndimage.map_coordinates(p, [x], 1), numbers(5), np.array([0.25, 1.75, 3.375]))
case("map_coordinates of one", lambda p, x: jax.scipy.ndimage.map_coordinates(p, [x], 1, "nearest"), numbers(1), np.array([0.25, -1.75, 3.375]), order=0)

goldens["options"] = np.array(options, np.int32)  # a row for each case, in order
np.savez_compressed(pathlib.Path(__file__).with_name("numpy_goldens.npz"), **goldens)
print(len(goldens), "members")
