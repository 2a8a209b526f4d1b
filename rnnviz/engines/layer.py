"""The time loop: one layer in one direction, forward and backward, written once for all cells.

``t`` is the position in the input throughout; a reverse layer only walks it from the end. What does not depend on
the step before is done for all steps at once: the input's products before the loop, the local derivatives and the
weights' gradients after it. In the loop stay one matrix–vector product and the cell's own lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.cells import Cell
from rnnviz.cells.base import Holding, free
from rnnviz.hold import Hold
from rnnviz.trace import Array


@dataclass(frozen=True, eq=False)
class Weights:
    """One layer's parameters: ``ih`` (GH, D), ``hh`` (GH, H), ``b_ih``, ``b_hh`` (GH,). G blocks, H hidden, D input."""

    ih: Array
    hh: Array
    b_ih: Array
    b_hh: Array

    @classmethod
    def of(cls, parameters: Mapping[str, Array], layer: str) -> Weights:
        """Pick the parameters of the layer ``layer``, such as "l0_reverse"."""
        return cls(*(parameters[f"{kind}_{layer}"] for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")))


@dataclass(frozen=True, eq=False)
class Run:
    """What a layer did, forward. T time, H hidden, G blocks; rows are input positions.

    Attributes
    ----------
    values : dict of (T, H)
        What the cell's `forward` returned: gates, "c", "h".
    sums : dict of (T, H)
        The preactivations.
    x : (T, D)
        What the layer read.
    h0, c0 : (H,)
        Initial states.
    h_prev : (T, H)
        The state that step t started from.
    local : (T, K, H)
        The cell's local derivatives, ready to be multiplied.
    """

    cell: type[Cell]
    weights: Weights
    reverse: bool
    values: Mapping[str, Array]
    sums: Mapping[str, Array]
    x: Array
    h0: Array
    c0: Array
    h_prev: Array
    local: Array


@dataclass(frozen=True, eq=False)
class Adjoint:
    """What the loss's gradient became, backward. T time, … any further axes, H hidden, G blocks.

    Attributes
    ----------
    dh, dc : (T, …, H)
        Total dL/dh_t and dL/dc_t; ``dc`` is None without a cell state.
    from_x, from_h : (T, …, GH)
        Gradients of W_ih x_t + b_ih and of W_hh h_{t−1} + b_hh.
    """

    dh: Array
    dc: Array | None
    from_x: Array
    from_h: Array


class Held:
    """The gates of one layer that are held: (T, H) for each, NaN where a gate is free."""

    def __init__(self, holds: Sequence[Hold], layer: str, steps: int, hidden: int) -> None:
        self.values: dict[str, Array] = {}
        for hold in holds:
            if hold.layer in (None, layer):
                held = self.values.setdefault(hold.gate, np.full((steps, hidden), np.nan))
                held[hold.start : hold.stop, slice(None) if hold.unit is None else hold.unit] = hold.value

    def at(self, t: int) -> Holding:
        """Return what holds the gates at step t."""
        if not self.values:
            return free

        def hold(gate: str, value: Array) -> Array:
            held = self.values.get(gate)
            return value if held is None else np.where(np.isnan(held[t]), value, held[t])

        return hold

    def cut(self, derivatives: dict[str, Array]) -> dict[str, Array]:
        """Return the local derivatives with none left through a gate that is held."""
        return derivatives | {
            gate: np.where(np.isnan(held), derivatives[gate], 0.0) for gate, held in self.values.items()
        }


def forward(
    cell: type[Cell],
    weights: Weights,
    x: Array,
    held: Held,
    reverse: bool,
    h0: Array | None = None,
    c0: Array | None = None,
) -> Run:
    """Walk a layer through its input, (T, D), from the states ``h0``, ``c0``, (H,), or from zeros."""
    steps, hidden = len(x), weights.hh.shape[1]
    from_x = (x @ weights.ih.T + weights.b_ih).reshape(steps, -1, hidden)
    recurrent = np.empty((steps, len(weights.hh)))
    from_h = recurrent.reshape(from_x.shape)  # the same numbers, cut into the cell's blocks
    names = (*cell.gates, "c", "h") if cell.has_c else (*cell.gates, "h")
    values = {name: np.empty((steps, hidden)) for name in names}
    h0 = np.zeros(hidden) if h0 is None else h0
    c0 = np.zeros(hidden) if c0 is None else c0
    h, c = h0, c0
    for t in order(0, steps, reverse):
        np.matmul(weights.hh, h, out=recurrent[t])
        recurrent[t] += weights.b_hh
        step = cell.forward(from_x[t], from_h[t], h, c, held.at(t))
        for name, value in step.items():
            values[name][t] = value
        h, c = step["h"], step.get("c", c)
    h_prev = previous(values["h"], reverse, h0)
    c_prev = previous(values["c"], reverse, c0) if cell.has_c else np.zeros_like(h_prev)
    sums = cell.sums(np.moveaxis(from_x, 1, 0), np.moveaxis(from_h, 1, 0), values)
    local = held.cut(cell.derivatives(values, sums, h_prev, c_prev))
    return Run(cell, weights, reverse, values, sums, x, h0, c0, h_prev, np.stack(list(local.values()), axis=1))


def backward(run: Run, dout: Array, start: int = 0, inside: NDArray[np.bool_] | None = None) -> Adjoint:
    """Walk the gradient back through a layer.

    Parameters
    ----------
    run : Run
    dout : (T′, …, H)
        Gradient that reaches h_t from above (readout or next layer), for the T′ positions from ``start`` on.
    start : int
    inside : (T′, …) bool, optional
        Where a gradient may be at all; elsewhere it is set to zero, and so stops there.

    Returns
    -------
    Adjoint
        Of the T′ positions.
    """
    weights, cell, steps = run.weights, run.cell, len(dout)
    dhs, dcs = np.empty_like(dout), np.empty_like(dout)
    blocks = (*dout.shape[:-1], len(weights.hh))
    from_h = np.empty(blocks)
    from_x = from_h if cell.one_sum else np.empty(blocks)
    dh = dc = np.zeros_like(dout[0])
    for t in order(0, steps, not run.reverse):
        dh = np.add(dout[t], dh, out=dhs[t])
        if inside is not None:
            dh[~inside[t]] = 0.0
            dc = np.where(inside[t, ..., None], dc, 0.0)
        step = cell.backward(dh, dc, run.local[start + t])
        dcs[t] = step.dc
        np.concatenate(step.from_h, axis=-1, out=from_h[t])
        if not cell.one_sum:
            np.concatenate(step.from_x, axis=-1, out=from_x[t])
        dh = from_h[t] @ weights.hh + step.h_prev
        dc = step.c_prev
    return Adjoint(dhs, dcs if cell.has_c else None, from_x, from_h)


def gradients(run: Run, from_x: Array, from_h: Array) -> tuple[Array, Array, Array, Array]:
    """Return the gradients of W_ih, W_hh, b_ih, b_hh: a sum over t of outer products, as one product each.

    Parameters
    ----------
    run : Run
    from_x, from_h : (T, GH)
        As in `Adjoint`.
    """
    return from_x.T @ run.x, from_h.T @ run.h_prev, from_x.sum(axis=0), from_h.sum(axis=0)


def order(start: int, stop: int, reverse: bool) -> range:
    """Return the positions from ``start`` to ``stop`` in the order in which they are walked."""
    return range(start, stop)[:: -1 if reverse else 1]


def previous(states: Array, reverse: bool, first: Array) -> Array:
    """Return for each position the state, (T, H), that its step started from: the first one from ``first``."""
    shifted = np.empty_like(states)
    if reverse:
        shifted[:-1], shifted[-1] = states[1:], first
    else:
        shifted[1:], shifted[0] = states[:-1], first
    return shifted
