"""Makes special_goldens.npz: special functions and their gradients, inside and at the edges, by JAX in f64 and f32.

python3 -m venv /tmp/v && /tmp/v/bin/pip install jax && /tmp/v/bin/python tests/ops/special_goldens.py
Made with JAX 0.10.2. Members of a case: x0, x1 .. operands, y, d0, d1 .. gradients of sum(y) in f64, y32 in f32.
"""

import pathlib
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special
from jax import lax
from jax.scipy import special

jax.config.update("jax_enable_x64", True)
warnings.simplefilter("ignore")
goldens = {}
inf, nan = np.inf, np.nan


def case(name, f, *operands, gradients=True, single=True):
    """`gradients`: the operands that JAX has them for (all, none, or a list)."""
    operands = [np.asarray(x, np.float64) for x in np.broadcast_arrays(*operands)]
    y = f(*operands)
    wanted = range(len(operands)) if gradients is True else gradients or []
    members = {f"x{k}": x for k, x in enumerate(operands)} | {"y": y}
    for k in wanted:
        members[f"d{k}"] = jax.grad(lambda *x: jnp.sum(f(*x)), k)(*operands)
    if single:
        members["y32"] = f(*[x.astype(np.float32) for x in operands])
        assert members["y32"].dtype == np.float32
    for key, value in members.items():
        goldens[f"{name}/{key}"] = np.asarray(value)


line = np.array([-60, -20, -8.5, -8, -7.9, -2, -0.7, -1e-3, 0, 1e-9, 1e-3, 0.3, 1, 3.75, 8, 8.1, 30, 300])
case("bessel_i0", special.i0, line[:-1], gradients=False)
goldens["bessel_i0/d0"] = np.asarray(special.i1(line[:-1]))  # JAX's gradient is 1 at 0 and inexact near it
case("bessel_i1", special.i1, line[:-1])
case("bessel_i0e", special.i0e, line)
case("bessel_i1e", special.i1e, line)
case("bessel_i0e_edges", special.i0e, [inf, -inf, nan], gradients=False)

grid = np.array([0.05, 0.3, 0.9, 1, 1.1, 2, 5.5, 20, 150, 3000])
a, x = [m.ravel() for m in np.meshgrid(grid, np.array([1e-4, 0.2, 0.999, 1, 1.5, 4, 19, 23, 160, 2900, 1e4]))]
case("igamma", lax.igamma, a, x)
case("igammac", lax.igammac, a, x)
case("igamma_grad_a", lax.igamma_grad_a, a, x, gradients=False)
case("random_gamma_grad", lax.random_gamma_grad, a, x, gradients=False)
ea = [0, 0, 1, 2, 1, -1, nan, 1, 0.5, 3, inf, 0]
ex = [1, 0, 0, inf, -1, 1, 1, nan, 0, 0, 1, inf]
for f in ["igamma", "igammac", "igamma_grad_a", "random_gamma_grad"]:
    case(f + "_edges", getattr(lax, f), ea[:-2], ex[:-2], gradients=False)
case("igamma_at_zero", lax.igamma, [0.5, 3], [0, 0])

b = np.array([0.1, 0.5, 1, 2, 7.5, 40, 500])
p, q, u = [m.ravel() for m in np.meshgrid(b, b, np.array([1e-4, 0.1, 0.49, 0.5, 0.77, 0.999]))]
case("betainc", lax.betainc, p, q, u, gradients=[2])
case("betainc_edges", lax.betainc, [0, 0, 1, 1, 0, -1, 1, 1, inf, 2, 2, 2, nan, 1e-310],
     [1, 0, 0, 2, 1, 1, 1, 1, 1, inf, 2, 2, 1, 3], [0.5, 0.5, 0.5, nan, 0, 0.5, 1.5, -0.5, 0.5, 0.5, 0, 1, 0.5, 0.5], gradients=False, single=False)

wide = np.array([-40, -20.5, -19.5, -10.5, -9.5, -3, -1, -0.2, 0, 0.3, 1, 2.5, 4.9, 5.1, 7.9, 8.1])
case("ndtr", special.ndtr, wide)
case("log_ndtr", special.log_ndtr, wide)
case("log_ndtr_edges", special.log_ndtr, [inf, nan, 40], gradients=False)
case("ndtri", special.ndtri, [1e-300, 1e-30, 1e-9, 1e-3, 0.1, 0.13, 0.14, 0.5, 0.6, 0.86, 0.87, 0.999, 1 - 1e-9], single=False)
case("ndtri_f32", special.ndtri, [1e-30, 1e-9, 1e-3, 0.1, 0.5, 0.6, 0.87, 0.999])
case("ndtri_edges", special.ndtri, [0, 1, -1, 2, nan], gradients=False)

case("entr", special.entr, [0, 1e-10, 0.3, 1, 5])
case("entr_edges", special.entr, [-1, nan, inf], gradients=False)
kp, kq = [0.2, 1, 3, 0.5, 1e-9], [0.3, 1, 0.1, 0.25, 2]
case("rel_entr", special.rel_entr, kp, kq)
case("kl_div", special.kl_div, kp, kq)
case("rel_entr_edges", special.rel_entr, [0, 0, 1, -1, 1, inf], [0, 1, 0, 1, -1, 2])
case("kl_div_edges", special.kl_div, [0, 0, 1, -1], [0, 1, 0, 1])
case("xlog1py", special.xlog1py, [0.3, 2, -1], [-0.9, 1e-12, 5])
case("xlog1py_edges", special.xlog1py, [0, 0, 0, 1], [-1, 3, -2, -1], gradients=False)

signed = np.array([-3.5, -2.5, -0.5, 0.1, 0.5, 1, 2, 3.7, 10, 30])
case("gamma", special.gamma, signed)
case("gamma_edges", special.gamma, [0, -0.0, -1, nan, inf], gradients=False)
case("gammasgn", special.gammasgn, [*signed, 0, -0.0, -2, nan, inf, -1.5])
case("factorial", special.factorial, [0, 0.5, 1, 4, 12.3])
case("factorial_edges", special.factorial, [-1, -0.5, nan, inf], gradients=False)
case("comb", special.comb, [5, 5, 10, 3, 7.5, -1], [0, 2, 4, 4, 2.5, 0])
# JAX's betaln (0.10.2) has only six digits where an operand is above 8; SciPy's is right for those that are not large.
m, n = [v.ravel() for v in np.meshgrid([0.2, 1.25, 7.5, 8.5, 100], [0.2, 1.25, 7.5, 8.5, 100])]
case("betaln", special.betaln, m, n, gradients=False, single=False)
goldens["betaln/y"] = scipy.special.betaln(m, n)
for k, operand in enumerate([m, n]):
    goldens[f"betaln/d{k}"] = scipy.special.digamma(operand) - scipy.special.digamma(m + n)
large = np.array([9, 1e3, 1e6, 1e12])
case("betaln_large", special.betaln, 3, large, gradients=False, single=False)
goldens["betaln_large/y"] = np.log(2) - np.log(large) - np.log(large + 1) - np.log(large + 2)
case("beta", special.beta, [0.5, 2, 3.5], [1, 3.5, 0.25])
case("beta_edges", special.beta, [-0.5, -1.5, 0], [2.2, 0.3, 1], gradients=False)
case("multigammaln", lambda x: special.multigammaln(x, 3), [1.5, 4, 20])
case("zeta", special.zeta, [1.1, 2, 3.5, 9, 2, 4], [1, 0.7, 5, 2, 30, 1000])
case("zeta_edges", special.zeta, [1, 0.5, 2, inf], [2, 2, 0, 2], gradients=False)

np.savez_compressed(pathlib.Path(__file__).with_name("special_goldens.npz"), **goldens)
print(len(goldens), "members")
