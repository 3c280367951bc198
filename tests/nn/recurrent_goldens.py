"""Makes recurrent_goldens.npz: recurrent layers by jax.lax.scan in f64, with gradients.

python3 -m venv /tmp/v && /tmp/v/bin/pip install jax && /tmp/v/bin/python tests/nn/recurrent_goldens.py
Made with JAX 0.10.2. The result is the sequence, the last hidden state, and all states, joined.
"""

import jax
import jax.numpy as jnp
import numpy as np
from golden_case import Goldens, joined

goldens = Goldens(__file__, 5)
sigmoid = jax.nn.sigmoid


def lstm(v, x, state):
    h, c = state
    i, f, g, o = jnp.split(x @ v["kernel"] + h @ v["recurrent_kernel"] + v["bias"], 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
    return sigmoid(o) * jnp.tanh(c), c


def gru(v, x, state):
    (h,) = state
    xr, xz, xn = jnp.split(x @ v["kernel"] + v["bias"], 3, -1)
    hr, hz, hn = jnp.split(h @ v["recurrent_kernel"], 3, -1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    n = jnp.tanh(xn + r * (hn + v["recurrent_bias"]))
    return ((1 - z) * n + z * h,)


def simple(v, x, state, activation=jnp.tanh):
    (h,) = state
    return (activation(x @ v["kernel"] + h @ v["recurrent_kernel"] + v.get("bias", 0)),)


def run(cell, v, x, start, lengths=None, reverse=False):
    B, T, _ = x.shape
    lengths = np.full(B, T) if lengths is None else np.array(lengths)

    def step(state, tx):
        t, x = tx
        real = (t < lengths)[:, None]
        new = cell(v, x, state)
        return tuple(jnp.where(real, a, b) for a, b in zip(new, state)), jnp.where(real, new[0], 0)

    last, ys = jax.lax.scan(step, start, (jnp.arange(T), jnp.swapaxes(x, 0, 1)), reverse=reverse)
    return jnp.swapaxes(ys, 0, 1), last


def layer(name, cell, x, units, layers=1, bidirectional=False, reverse=False, lengths=None, start=False, bias=True):
    gates, states = {lstm: (4, 2), gru: (3, 1)}.get(cell, (1, 1))
    directions = ["forward", "backward"] if bidirectional else [""]
    variables, prefixes, width = {}, [], x[-1]
    for n in range(layers):
        for d in directions:
            prefix = "".join(part + "/" for part in ([f"layer_{n}"] if layers > 1 else []) + ([d] if d else []))
            prefixes.append((n, d, prefix))
            variables |= {prefix + "kernel": (width, gates * units), prefix + "recurrent_kernel": (units, gates * units)}
            if bias:
                variables |= {prefix + "bias": (gates * units,)}
            if cell is gru:
                variables |= {prefix + "recurrent_bias": (units,)}
        width = units * len(directions)
    extras = {} if lengths is None else dict(lengths=np.array(lengths, np.int32))
    if start:
        extras["start"] = goldens.numbers(len(prefixes), states, x[0], units)

    def f(x, v):
        everything = []
        for n in range(layers):
            ys, lasts = [], []
            for number, (_, d, prefix) in enumerate(prefixes):
                if prefixes[number][0] != n:
                    continue
                own = {path[len(prefix):]: value for path, value in v.items() if path.startswith(prefix)}
                init = tuple(extras["start"][number]) if start else (jnp.zeros((x.shape[0], units)),) * states
                y, last = run(cell, own, x, init, lengths, reverse or d == "backward")
                ys.append(y)
                lasts.append(last[0])
                everything += last
            x = jnp.concatenate(ys, -1)
        return joined(x, jnp.concatenate(lasts, -1), *everything)

    goldens.case(name, f, x, variables, **extras)


layer("lstm", lstm, (3, 6, 2), 4)
layer("lstm_reversed", lstm, (2, 4, 2), 3, reverse=True)
layer("lstm_lengths", lstm, (4, 5, 2), 3, lengths=[5, 2, 0, 4])
layer("lstm_all", lstm, (3, 5, 2), 3, layers=2, bidirectional=True, lengths=[5, 1, 3], start=True)
layer("lstm_three_layers", lstm, (2, 4, 3), 2, layers=3)
layer("lstm_one_step", lstm, (2, 1, 3), 2, start=True)
layer("lstm_no_steps", lstm, (2, 0, 3), 2, start=True)
layer("gru", gru, (3, 6, 2), 4)
layer("gru_all", gru, (3, 5, 2), 3, layers=2, bidirectional=True, lengths=[5, 1, 3], start=True)
layer("simple_rnn", simple, (3, 6, 2), 4)
layer("simple_rnn_all", simple, (3, 5, 2), 3, layers=2, bidirectional=True, lengths=[5, 0, 3], start=True)
layer("simple_rnn_relu", lambda v, x, s: simple(v, x, s, jax.nn.relu), (3, 5, 2), 3, bias=False)


def squares(x, v):
    zeros = jnp.zeros((x.shape[0], 2))
    return (run(lstm, v, x, (zeros, zeros), [3, 1])[0] ** 2).sum()


# The result is a gradient, so that its gradients are second derivatives.
goldens.case("lstm_second_order", jax.grad(squares), (2, 3, 2), {"kernel": (2, 8), "recurrent_kernel": (2, 8), "bias": (8,)})
goldens.save()
