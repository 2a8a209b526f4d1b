r"""The way back through one layer, in as few array calls a step as the equations allow.

The equations are those of `rnnviz.cells`. They are linear in dL/dh_t and dL/dc_t, so what multiplies the same one of
them is stacked, and one call multiplies all of it. An LSTM's step is then

.. math::
    \bar h_t &= (\partial L/\partial h_t)_{\text{above}} + W_{hh}^\top \bar a_{t+1} \\
    (\bar a_o, u)_t &= \bar h_t \odot (\partial h/\partial a_o, \partial h/\partial c)_t \\
    \bar c_t &= u_t + b_{t+1} \\
    (b, \bar a_i, \bar a_f, \bar a_g)_t &= \bar c_t \odot
        (f, \partial c/\partial a_i, \partial c/\partial a_f, \partial c/\partial a_g)_t

with b the belt: what c_t hands to c_{t−1}. A plain network's step and a GRU's need one such product.

A call on H numbers costs more than the arithmetic in it, and one of NumPy less than half of one of torch. So NumPy
makes them, in memory that torch lays out: it begins on a cache line, without which a matrix times a vector takes up to
twice as long. All is float64, whatever the forward pass was: a vanishing gradient leaves float32's range soon.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import torch

from rnnviz.engines.layer import Adjoint, Run
from rnnviz.trace import Array


def rnn(run: Run, dout: Array, dc: Array | None = None) -> Adjoint:
    """Take the gradient back through a plain network."""
    hh, back, from_future = aligned(run.weights.hh), backwards(run), zeros(dout)
    dh, da = empty(*dout.shape), empty(*dout.shape)
    for above, h, a, h_a in zip(dout[back], dh[back], da[back], run.local[back, 0], strict=True):
        np.add(above, from_future, h)
        np.multiply(h, h_a, a)
        a.dot(hh, from_future)
    return Adjoint(dh, None, da, da, from_future)


def gru(run: Run, dout: Array, dc: Array | None = None) -> Adjoint:
    """Take the gradient back through a GRU: all that leaves a step is a multiple of dL/dh_t."""
    hh, back, from_future = aligned(run.weights.hh), backwards(run), zeros(dout)
    n_r, h_z, h_n, n_hn, h_h = np.moveaxis(run.local, 1, 0)
    by_h = stacked(h_n * n_r, h_z, h_n * n_hn, h_h)
    dh, products, kept = empty(*dout.shape), empty(*by_h.shape), from_future.copy()
    da = flat(products[:, :3])
    for above, h, factors, terms, a in zip(dout[back], dh[back], by_h[back], products[back], da[back], strict=True):
        np.add(above, from_future, h)
        np.add(h, kept, h)
        np.multiply(h, factors, terms)
        a.dot(hh, from_future)
        kept = terms[3]
    from_x = np.concatenate([flat(products[:, :2]), dh * h_n], axis=1)
    return Adjoint(dh, None, from_x, da, from_future + kept)


def lstm(run: Run, dout: Array, dc: Array | None = None) -> Adjoint:
    """Take the gradient back through an LSTM; what comes of it takes the place of the local derivatives.

    ``dc``, (H,), reaches the last c from outside the layer.

    Local names for what the loop calls, one copy for all that a step leaves behind, and that into memory just read:
    each look-up and each view is a tenth of a call, and new memory costs more than a call.
    """
    hh, back, from_future = aligned(run.weights.hh), backwards(run), zeros(dout)
    steps, hidden = dout.shape
    split = 4 * hidden  # before it stands what multiplies dL/dc: f, c by a_i, a_f, a_g; behind it dL/dh: h by a_o, by c
    local = run.local.reshape(steps, -1)
    step, c_fourfold, h_twice = empty(7 * hidden), empty(4, hidden), empty(2, hidden)
    belt, a, c, h = step[:hidden], step[hidden : 5 * hidden], step[5 * hidden : 6 * hidden], step[6 * hidden :]
    by_c, by_h, to_keep, to_c, to_h = (
        step[:split],
        step[split:-hidden],
        step[hidden:],
        c_fourfold.ravel(),
        h_twice.ravel(),
    )
    add, multiply, through_weights = np.add, np.multiply, a.dot
    belt[:] = 0.0 if dc is None else dc
    rows = zip(dout[back], local[back, :split], local[back, split:], local[back], strict=True)
    for above, times_c, times_h, row in rows:
        add(above, from_future, h)
        h_twice[:] = h
        multiply(to_h, times_h, by_h)
        add(c, belt, c)
        c_fourfold[:] = c
        multiply(to_c, times_c, by_c)
        row[:] = to_keep
        through_weights(hh, from_future)
    da = local[:, :split]
    return Adjoint(local[:, -hidden:], local[:, split:-hidden], da, da, from_future, belt.copy())


BACKWARD: Final[Mapping[str, Callable[..., Adjoint]]] = {"rnn": rnn, "gru": gru, "lstm": lstm}
"""By cell: what a layer did, and the gradient (T, H) that reaches its h_t from above; to its `Adjoint`."""


def backwards(run: Run) -> slice:
    """Return what walks a layer's positions from its last step to its first."""
    return slice(None, None, 1 if run.reverse else -1)


def flat(products: Array) -> Array:
    """Return (T, K, H), neighbours in a stack, as (T, KH): the same memory."""
    return products.reshape(len(products), -1, copy=False)


def empty(*shape: int) -> Array:
    """Return an array that begins on a cache line."""
    return np.asarray(torch.empty(shape, dtype=torch.float64).numpy())


def aligned(array: Array) -> Array:
    """Return a copy that begins on a cache line."""
    copy = empty(*array.shape)
    copy[...] = array
    return copy


def stacked(*arrays: Array) -> Array:
    """Return (T, K, H) of K arrays (T, H)."""
    steps, hidden = arrays[0].shape
    return np.stack(arrays, axis=1, out=empty(steps, len(arrays), hidden))


def zeros(dout: Array) -> Array:
    """Return (H,) zeros: what reaches the last step from the future."""
    state = empty(dout.shape[1])
    state.fill(0.0)
    return state
