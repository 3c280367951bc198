"""Values and gradients of JAX where functions have edges, for tests/ops/edges_test.cpp: python edges_goldens.py (JAX 0.10.2)."""
import os
import jax
import jax.numpy as jnp
import numpy as np
import jax.scipy.special as sp
from jax import lax, nn

jax.config.update("jax_enable_x64", True)
inf, nan = np.inf, np.nan
x = np.array([-inf, -1e30, -100, -2, -1, -0.5, -1e-30, -0.0, 0.0, 1e-30, 0.5, 1, 2, 3, 100, 1e30, inf, nan])
few = np.array([-inf, -2, -1, -0.5, -0.0, 0.0, 0.5, 1, 2, inf, nan])
a, b = (v.reshape(-1) for v in np.meshgrid(few, few, indexing="ij"))

unary = {name: getattr(jnp, name) for name in
         "abs negative exp exp2 expm1 log log1p log2 log10 sqrt cbrt square reciprocal sin cos tan arcsin arccos arctan sinh cosh tanh "
         "arcsinh arccosh arctanh sign floor ceil sinc".split()}
unary |= {name: getattr(nn, name) for name in
          "sigmoid log_sigmoid softplus soft_sign relu relu6 leaky_relu elu selu celu silu mish hard_sigmoid hard_swish hard_tanh".split()}
unary |= {"gelu": lambda x: nn.gelu(x, approximate=False), "gelu_tanh": nn.gelu, "rsqrt": lax.rsqrt, "erf": sp.erf, "erfc": sp.erfc,
          "erf_inv": sp.erfinv, "lgamma": sp.gammaln, "digamma": sp.digamma, "logit": sp.logit, "round": lambda x: lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN),
          "log_where": lambda x: jnp.where(x > 0, jnp.log(jnp.where(x > 0, x, 1)), 0.0), "clip": lambda x: jnp.clip(x, -1, 2),
          "power_2": lambda x: x ** 2, "power_half": lambda x: x ** 0.5, "power_0": lambda x: x ** 0.0}
binary = {"add": jnp.add, "subtract": jnp.subtract, "multiply": jnp.multiply, "divide": jnp.divide, "power": jnp.power, "atan2": jnp.arctan2,
          "maximum": jnp.maximum, "minimum": jnp.minimum, "remainder": lax.rem, "logaddexp": jnp.logaddexp, "hypot": jnp.hypot,
          "xlogy": sp.xlogy, "xlog1py": sp.xlog1py}
rows = np.array([[1, 1, 0, -1], [0, 0, 0, 0], [inf, 1, 2, 3], [-inf, -inf, -inf, -inf], [nan, 1, 2, 3], [inf, -inf, 0, 1], [1e30, 1e30, -1e30, 0],
                 [2, 2, 2, 2], [inf, inf, 1, 1], [0, 1, 2, 3]])
last = dict(axis=-1)
reductions = {"sum": lambda x: jnp.sum(x, **last), "prod": lambda x: jnp.prod(x, **last), "max": lambda x: jnp.max(x, **last),
              "min": lambda x: jnp.min(x, **last), "mean": lambda x: jnp.mean(x, **last), "variance": lambda x: jnp.var(x, **last),
              "standard_deviation": lambda x: jnp.std(x, **last), "logsumexp": lambda x: nn.logsumexp(x, **last),
              "softmax": lambda x: nn.softmax(x, **last), "log_softmax": lambda x: nn.log_softmax(x, **last),
              "norm": lambda x: jnp.linalg.norm(x, **last), "cumulative_sum": lambda x: jnp.cumsum(x, **last),
              "cumulative_prod": lambda x: jnp.cumprod(x, **last), "cumulative_max": lambda x: lax.cummax(x, 1), "cumulative_min": lambda x: lax.cummin(x, 1),
              "cumulative_logsumexp": lambda x: lax.cumlogsumexp(x, 1), "sort": lambda x: jnp.sort(x, **last)}

out = {"x": x, "a": a, "b": b, "rows": rows}
for group, operands in ((unary, [x]), (binary, [a, b]), (reductions, [rows])):
    for name, f in group.items():
        y, pull = jax.vjp(f, *[jnp.asarray(v) for v in operands])
        w = 1 + jnp.arange(y.size).reshape(y.shape) % 3 if group is reductions else jnp.ones_like(y)
        out[name] = np.asarray(y)
        for i, d in enumerate(pull(w.astype(y.dtype))):
            out[f"{name}/d{i}"] = np.asarray(d)
np.savez_compressed(os.path.join(os.path.dirname(__file__), "edges_goldens.npz"), **out)
