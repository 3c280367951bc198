"""Makes goldens.npz: JAX's transforms of small functions, in f64. goldens_test.cpp says the same in C++.

python3 -m venv /tmp/v && /tmp/v/bin/pip install jax && /tmp/v/bin/python tests/autodiff/goldens.py
Made with JAX 0.10.2. Inputs are members "in/NAME", results "CASE/NUMBER", complex ones in two members.
"""

import functools
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.ad_checkpoint import checkpoint_name

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(5)


def numbers(*shape):
    return np.round(rng.standard_normal(shape) * 64) / 64


x, t, w, s, m = numbers(3), numbers(3), numbers(3, 3), numbers(), numbers(4, 3, 2)
z = numbers(3) + 1j * numbers(3)
goldens = {"in/x": x, "in/t": t, "in/w": w, "in/s": s, "in/m": m, "in/z": z, "in/i": np.array(1j)}


def case(name, *results):
    for k, y in enumerate(jax.tree.leaves(results)):
        y = np.asarray(y)
        if np.iscomplexobj(y):
            goldens[f"{name}/{k}/real"], goldens[f"{name}/{k}/imag"] = y.real, y.imag
        else:
            goldens[f"{name}/{k}"] = y


def layer(x):
    return jnp.tanh(w @ x) * x


def loss(x):
    return jnp.sum(layer(x) ** 2 * x)


def of_three(x, w, s):
    return jnp.sum(jnp.sin(w @ x) * s) + s**3


def with_aux(x, s):
    y = jnp.exp(x) * s
    return jnp.sum(y), (y, y[0])


y, linear = jax.linearize(layer, x)
case("linearize", y, linear(t), linear(2 * t))
y, pull = jax.vjp(layer, x)
case("vjp of a function", y, pull(t)[0])
case("jacfwd", jax.jacfwd(layer)(x))
case("jacrev", jax.jacrev(layer)(x))
case("jacrev of a matrix", jax.jacrev(lambda w: jnp.sin(w @ x))(w))
case("jacfwd of a matrix", jax.jacfwd(lambda w: jnp.sin(w @ x))(w))
case("jacfwd of a scalar", jax.jacfwd(lambda s: x * s**2)(s))
case("jacrev of two", jax.jacrev(lambda x, s: (x * s, jnp.sum(x) * s), argnums=(0, 1))(x, s))
case("jacfwd of two", jax.jacfwd(lambda x, s: (x * s, jnp.sum(x) * s), argnums=(0, 1))(x, s))
case("hessian", jax.hessian(loss)(x))
case("jacfwd of jacrev of two", jax.jacfwd(jax.jacrev(of_three, argnums=(0, 2)), argnums=(0, 2))(x, w, s))
case("hvp", jax.jvp(jax.grad(loss), (x,), (t,))[1])
case("grad", jax.grad(of_three)(x, w, s))
case("grad by argnums", jax.grad(of_three, argnums=(2, 0))(x, w, s))
case("value_and_grad with aux", *jax.value_and_grad(with_aux, has_aux=True)(x, s))
case("grad with aux", *jax.grad(with_aux, argnums=1, has_aux=True)(x, s))
case("grad of a list", jax.grad(lambda p: jnp.sum(p[0] @ p[1]) + p[2] ** 2)([w, x, s]))
case("grad of grad", jax.grad(lambda s: jax.grad(lambda s: jnp.sum(jnp.sin(x * s)))(s) ** 2)(s))
case("grad beside a constant", jax.grad(lambda s: s * jax.grad(lambda a: a * a * s)(s))(s))

# Complex numbers, holomorphic=False.
case("grad of complex", jax.grad(lambda z: jnp.sum(jnp.abs(z * z + 1) ** 2))(z))
case("jacrev of complex", jax.jacrev(lambda z: jnp.real(z * z) + jnp.imag(z))(z))
case("jacfwd to complex", jax.jacfwd(lambda x: jnp.exp(1j * x) * z)(x))

# m is [4,3,2].
pair = lambda a, b: jnp.sin(a) @ b  # [3,2], [2] -> [3]
case("vmap", jax.vmap(lambda a: layer(a[:, 0]))(m))
case("vmap of the last axis", jax.vmap(lambda a: a @ x, in_axes=-1)(m))
case("vmap out", jax.vmap(lambda a: jnp.sin(a), in_axes=1, out_axes=-1)(m))
case("vmap with none", jax.vmap(lambda a, b: (a * b, b), in_axes=(2, None), out_axes=(1, None))(m, s))
case("vmap in vmap", jax.vmap(jax.vmap(lambda a, b: a @ b, in_axes=(0, None)), in_axes=(2, 0), out_axes=1)(m, w[:2]))
case("vmap by size", jax.vmap(lambda: x * 2, axis_size=2)())
case("vmap of grad", jax.vmap(jax.grad(loss))(w))
case("vmap of hessian", jax.vmap(jax.hessian(loss), in_axes=1)(w))
case("grad of vmap", jax.grad(lambda v: jnp.sum(jax.vmap(loss)(v)))(w))
case("jacfwd in vmap of many", jax.vmap(lambda a, b: jax.jacfwd(lambda c: c * b)(a), in_axes=(0, None))(w, x))


def recurrence(v):
    return lax.scan(lambda c, u: (jnp.tanh(c * u + c), c * u), v[0], v)


def collatz(v):
    return lax.while_loop(lambda v: jnp.sum(v * v) < 50, lambda v: v * 1.5 + 0.1, v)


case("vmap of scan", jax.vmap(recurrence)(w))
case("vmap of grad of scan", jax.vmap(jax.grad(lambda v: jnp.sum(recurrence(v)[1]) + recurrence(v)[0]))(w))
case("vmap of while", jax.vmap(collatz)(w))
case("vmap of jacfwd of while", jax.vmap(jax.jacfwd(collatz))(w))
case("vmap of grad of cond", jax.vmap(jax.grad(lambda v: lax.cond(v[0] > 0, lambda: jnp.sum(v**3), lambda: jnp.sum(jnp.cos(v)))))(w))


# Rules that are not the derivatives, so that one sees them.
@jax.custom_vjp
def doubled(x):
    return 2 * x


doubled.defvjp(lambda x: (doubled(x), jnp.sin(x)), lambda r, d: (10 * r * d,))


@jax.custom_jvp
def tripled(x, s):
    return 3 * x * s


tripled.defjvp(lambda p, t: (tripled(*p), 5 * p[0] ** 2 * t[0] + p[1] * t[1]))


def with_doubled(v):
    return jnp.sum(doubled(jnp.sin(v)) ** 2)


def with_tripled(v):
    return jnp.sum(tripled(jnp.sin(v), v * v) ** 2)


case("custom_vjp", jax.grad(with_doubled)(x), jax.grad(lambda v: jnp.sum(jax.grad(with_doubled)(v) * t))(x))
case("custom_vjp in vmap", jax.vmap(jax.grad(with_doubled))(w), jax.grad(lambda v: jnp.sum(jax.vmap(with_doubled)(v)))(w))
case("custom_vjp in scan", jax.grad(lambda v: jnp.sum(lax.scan(lambda c, u: (doubled(c) * u, c), v, w)[0]))(x))
case("custom_jvp", jax.grad(with_tripled)(x), jax.jvp(with_tripled, (x,), (t,)), jax.jvp(jax.grad(with_tripled), (x,), (t,))[1])
case("custom_jvp in vmap", jax.vmap(jax.grad(with_tripled))(w), jax.hessian(with_tripled)(x))
case("custom_jvp in scan", jax.grad(lambda v: jnp.sum(lax.scan(lambda c, u: (tripled(c, u), c), v, w)[0]))(x))


def block(x):
    return jnp.sin(checkpoint_name(jnp.tanh(w @ x), "h") * x)


for name, policy in {
    "nothing": None,
    "dots": jax.checkpoint_policies.dots_saveable,
    "names": jax.checkpoint_policies.save_only_these_names("h"),
}.items():
    f = jax.checkpoint(block, policy=policy)
    case("remat " + name, jax.grad(lambda x: jnp.sum(f(f(x))))(x), jax.hessian(lambda x: jnp.sum(f(f(x))))(x), jax.vmap(jax.grad(lambda x: jnp.sum(f(x))))(w))

np.savez_compressed(pathlib.Path(__file__).with_name("goldens.npz"), **goldens)
