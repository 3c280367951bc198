"""What the golden scripts of layers share: a layer as a function of x and its variables, run by JAX in f64 with gradients."""

import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


class Goldens:
    def __init__(self, script, seed):
        self.path = pathlib.Path(script).with_suffix(".npz")
        self.rng = np.random.default_rng(seed)
        self.members = {}

    def numbers(self, *shape):
        return np.round(self.rng.standard_normal(shape) * 64) / 64  # few digits: small files

    def case(self, name, f, x, variables, **extras):
        """f(x, v) -> y. `variables` maps paths below the layer's scope to shapes (or values); extras are kept as they are."""
        x = self.numbers(*x) if isinstance(x, tuple) else np.asarray(x)
        v = {path: self.numbers(*s) if isinstance(s, tuple) else np.asarray(s) for path, s in variables.items()}
        y, vjp = jax.vjp(f, x, v)
        d_y = self.numbers(*y.shape)
        d_x, d_v = vjp(d_y)
        members = dict(x=x, y=y, d_y=d_y, d_x=d_x)
        members |= {f"v/{path}": value for path, value in v.items()}
        members |= {f"d/{path}": value for path, value in d_v.items()}
        members |= {f"e/{key}": value for key, value in extras.items()}
        for key, value in members.items():
            self.members[f"{name}/{key}"] = np.asarray(value)

    def save(self):
        np.savez_compressed(self.path, **self.members)


def joined(*values):
    """All of them as one vector, to compare several results at once."""
    return jnp.concatenate([jnp.ravel(v) for v in values])
