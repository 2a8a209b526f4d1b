"""The time loop: one layer in one direction, forward and backward, written once for all cells.

``t`` is the position in the input throughout; a reverse layer only walks it from the end. What does not depend on
the step before is done for all steps at once: the input's products before the loop, the local derivatives and the
weights' gradients after it. In the loop stay one matrix–vector product and the cell's own lines.

F networks of one shape walk side by side, as a stack: their weights are (F, GH, D) and (F, GH, H), their states rows
(F, 1, H), for that is what ``@`` multiplies pair by pair. Where shapes below have …, it stands for these axes: nothing
of a single network, (F, 1) of a stack. What all F have in common may have 1 in the place of F.

One network reads B sequences side by side, a minibatch, if … is (B,): its weights are those of a single network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.cells import Cell
from rnnviz.cells.base import Holding, free
from rnnviz.hold import Hold
from rnnviz.trace import Array

KINDS: Final = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
"""A layer's parameters, in the order of `Weights` and of `gradients`."""

AT_ONCE: Final = 2**15
"""Numbers of one quantity worked on together where the steps may come in parts: new memory costs more than a call."""


@dataclass(frozen=True, eq=False)
class Weights:
    """One layer's parameters: ``ih`` (GH, D), ``hh`` (GH, H), ``b_ih``, ``b_hh`` (GH,). G blocks, H hidden, D input.

    Of a stack they are (F, GH, D), (F, GH, H), (F, 1, GH).
    """

    ih: Array
    hh: Array
    b_ih: Array
    b_hh: Array

    @classmethod
    def of(cls, parameters: Mapping[str, Array], layer: str) -> Weights:
        """Pick the parameters of the layer ``layer``, such as "l0_reverse"; of one of two networks "decoder.l0"."""
        part, _, name = layer.rpartition(".")
        kinds = [f"{part}{'.' if part else ''}{kind}_{name}" for kind in KINDS]
        if kinds[1] in parameters:
            return cls(*(parameters[kind] for kind in kinds))
        ih, b_ih = parameters[kinds[0]], parameters[kinds[2]]  # of a network that never takes a second step
        return cls(ih, np.zeros((*ih.shape[:-1], ih.shape[-2])), b_ih, np.zeros(b_ih.shape))


@dataclass(frozen=True, eq=False)
class Run:
    """What a layer did, forward. T time, H hidden, G blocks; rows are input positions.

    Attributes
    ----------
    values : dict of (T, …, H)
        What the cell's `forward` returned: gates, "c", "h".
    sums : dict of (T, …, H)
        The preactivations.
    x : (T, …, D)
        What the layer read.
    h0, c0 : (…, H)
        Initial states.
    h_prev : (T, …, H)
        The state that step t started from.
    local : (T, K, …, H)
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

    def of(self, f: int, weights: Weights) -> Run:
        """Return what network ``f`` of a stack did, whose weights these are, as if it had walked alone."""
        return Run(
            cell=self.cell,
            weights=weights,
            reverse=self.reverse,
            values={name: rows(value, f) for name, value in self.values.items()},
            sums={name: rows(value, f) for name, value in self.sums.items()},
            x=together(self.x, f),
            h0=self.h0[f, 0],
            c0=self.c0[f, 0],
            h_prev=together(self.h_prev, f),
            local=self.local[:, :, f, 0],
        )


@dataclass(frozen=True, eq=False)
class Adjoint:
    """What the loss's gradient became, backward. T time, … any further axes (of a stack (F, K)), H hidden, G blocks.

    Attributes
    ----------
    dh, dc : (T, …, H)
        Total dL/dh_t and dL/dc_t; ``dc`` is None without a cell state.
    from_x, from_h : (T, …, GH)
        Gradients of W_ih x_t + b_ih and of W_hh h_{t−1} + b_hh.
    dh0, dc0 : (…, H)
        Gradients by what the layer, or the part of it that was walked, began with, where they were asked for; ``dc0``
        is None without a cell state.
    """

    dh: Array
    dc: Array | None
    from_x: Array
    from_h: Array
    dh0: Array | None = None
    dc0: Array | None = None

    def of(self, f: int) -> Adjoint:
        """Return the first adjoint of network ``f`` of a stack."""
        dc = None if self.dc is None else rows(self.dc, f)
        from_h = together(self.from_h, f)
        from_x = from_h if self.from_x is self.from_h else together(self.from_x, f)
        return Adjoint(rows(self.dh, f), dc, from_x, from_h)


class Held:
    """The gates of one layer that are held: (T, H) for each, NaN where a gate is free.

    Of a layer that begins later than the run ``first`` is the step that is its first.
    """

    def __init__(self, holds: Sequence[Hold], layer: str, steps: int, hidden: int, first: int = 0) -> None:
        self.values: dict[str, Array] = {}
        for hold in holds:
            if hold.layer in (None, layer):
                held = self.values.setdefault(hold.gate, np.full((steps, hidden), np.nan))
                start, stop = (None if end is None else max(0, end - first) for end in (hold.start, hold.stop))
                held[start:stop, slice(None) if hold.unit is None else hold.unit] = hold.value

    def at(self, t: int | slice) -> Holding:
        """Return what holds the gates at step t, or at many steps at once."""
        if not self.values:
            return free

        def hold(gate: str, value: Array) -> Array:
            held = self.values.get(gate)
            return value if held is None else np.where(np.isnan(held[t]), value, held[t])

        return hold

    def cut(self, derivatives: dict[str, Array], steps: slice = slice(None)) -> dict[str, Array]:
        """Return the local derivatives of some steps, (T′, …, H), with none left through a gate that is held."""
        cut = {}
        for gate, held in self.values.items():
            between = range(1, derivatives[gate].ndim - 1)
            cut[gate] = np.where(np.isnan(np.expand_dims(held[steps], tuple(between))), derivatives[gate], 0.0)
        return derivatives | cut


def forward(
    cell: type[Cell],
    weights: Weights,
    x: Array,
    held: Held,
    reverse: bool,
    h0: Array | None = None,
    c0: Array | None = None,
    inside: NDArray[np.bool_] | None = None,
) -> Run:
    """Walk a layer through its input, (T, …, D), from the states ``h0``, ``c0``, (…, H), or from zeros, (H,).

    ``inside``, (T, …), tells the steps of sequences of unequal lengths from what fills them up: there the states are
    still, or again, the initial ones.
    """
    hidden = weights.hh.shape[-1]
    h = h0 = np.zeros(hidden) if h0 is None else h0
    c = c0 = np.zeros(h0.shape) if c0 is None else c0
    initial = {"h": h0, "c": c0} if cell.has_c else {"h": h0}
    hh = weights.hh.mT
    all_from_x = blocks(product(x, weights.ih.mT) + weights.b_ih, hidden)
    recurrent = np.empty((len(x), *h0.shape[:-1], hh.shape[-1]))
    all_from_h = blocks(recurrent, hidden)  # the same numbers, cut into the cell's blocks
    names = (*cell.gates, "c", "h") if cell.has_c else (*cell.gates, "h")
    values = dict(zip(names, np.empty((len(names), len(x), *h0.shape)), strict=True))
    for t in order(0, len(x), reverse):
        from_h = np.matmul(h, hh, recurrent[t])
        from_h += weights.b_hh
        step = cell.forward(all_from_x[t], all_from_h[t], h, c, held.at(t))
        if inside is not None:
            step |= {name: np.where(inside[t, ..., None], step[name], first) for name, first in initial.items()}
        for name, value in step.items():
            values[name][t] = value
        h, c = step["h"], step.get("c", c)
    h_prev = previous(values["h"], reverse, h0)
    c_prev = previous(values["c"], reverse, c0) if cell.has_c else np.broadcast_to(0.0, h_prev.shape)
    sums = cell.sums(np.moveaxis(all_from_x, 1, 0), np.moveaxis(all_from_h, 1, 0), values)
    local = local_derivatives(cell, held, values, sums, h_prev, c_prev)
    return Run(cell, weights, reverse, values, sums, x, h0, c0, h_prev, local)


def local_derivatives(
    cell: type[Cell],
    held: Held,
    values: Mapping[str, Array],
    sums: Mapping[str, Array],
    h_prev: Array,
    c_prev: Array,
) -> Array:
    """Return the cell's derivatives of all steps, (T, K, …, H), none of them through a gate that is held."""
    local: Array = np.empty(0)
    few = max(1, AT_ONCE // max(1, h_prev[0].size))
    for part in (slice(first, first + few) for first in range(0, len(h_prev), few)):
        here, sums_here = ({name: array[part] for name, array in arrays.items()} for arrays in (values, sums))
        found = held.cut(cell.derivatives(here, sums_here, h_prev[part], c_prev[part]), part)
        local = local if part.start else np.empty((len(h_prev), len(found), *h_prev.shape[1:]))
        np.stack(list(found.values()), axis=1, out=local[part])
    return local


def backward(
    run: Run,
    dout: Array,
    start: int = 0,
    inside: NDArray[np.bool_] | None = None,
    dout_c: Array | None = None,
) -> Adjoint:
    """Walk the gradient back through a layer.

    Parameters
    ----------
    run : Run
    dout : (T′, …, H)
        Gradient that reaches h_t from above (readout or next layer), for the T′ positions from ``start`` on. Of a
        stack (T′, F, K, H): K adjoints of each network.
    start : int
    inside : (T′, …) bool, optional
        Where a gradient may be at all; elsewhere it is set to zero, and so stops there. Of a stack (T′, K).
    dout_c : (T′, …, H), optional
        Gradient that reaches c_t from outside the layer, as where a decoder goes on from the last one.

    Returns
    -------
    Adjoint
        Of the T′ positions.
    """
    weights, cell, steps = run.weights, run.cell, len(dout)
    dhs, dcs = np.empty_like(dout), np.empty_like(dout) if cell.has_c else None
    shape = (*dout.shape[:-1], weights.hh.shape[-2])
    from_h = np.empty(shape)
    from_x = from_h if cell.one_sum else np.empty(shape)
    dh = dc = np.zeros_like(dout[0])
    for t in order(0, steps, not run.reverse):
        dh = np.add(dout[t], dh, out=dhs[t])
        if dout_c is not None:
            dc = dc + dout_c[t]
        if inside is not None:
            dh[..., ~inside[t], :] = 0.0
            dc = np.where(inside[t, ..., None], dc, 0.0)
        step = cell.backward(dh, dc, run.local[start + t])
        if dcs is not None:
            dcs[t] = step.dc
        if not cell.one_sum:
            np.concatenate(step.from_x, -1, from_x[t])
        dh = np.concatenate(step.from_h, -1, from_h[t]) @ weights.hh
        if isinstance(step.h_prev, np.ndarray):
            dh += step.h_prev
        dc = step.c_prev
    return Adjoint(dhs, dcs, from_x, from_h, dh, dc if cell.has_c else None)


def gradients(run: Run, from_x: Array, from_h: Array) -> tuple[Array, Array, Array, Array]:
    """Return the gradients of W_ih, W_hh, b_ih, b_hh: a sum over t of outer products, as one product each.

    Parameters
    ----------
    run : Run
    from_x, from_h : (T, GH)
        As in `Adjoint`.
    """
    b_h = from_h.sum(axis=0)
    b_x = b_h.copy() if from_x is from_h else from_x.sum(axis=0)
    return from_x.T @ run.x, from_h.T @ run.h_prev, b_x, b_h


def last(run: Run) -> tuple[Array, Array]:
    """Return h and c, (…, H), after a forward layer's last step; a cell without c has zeros for it."""
    h = run.values["h"][-1]
    return h, run.values["c"][-1] if run.cell.has_c else np.zeros_like(h)


def product(a: Array, matrix: Array) -> Array:
    """Return (T, …, N) times (…, N, M): as one product over all T steps, for each network of a stack."""
    return np.asarray((a.swapaxes(0, -2) @ matrix).swapaxes(0, -2))


def blocks(a: Array, hidden: int) -> Array:
    """Cut the rows of (T, …, GH) into the cell's blocks, (T, G, …, H), without a copy."""
    return np.moveaxis(a.reshape(*a.shape[:-1], -1, hidden), -2, 1)


def rows(a: Array, f: int) -> Array:
    """Return (T, N) of network ``f`` out of (T, F, 1, N), or out of (T, 1, 1, N) if all have it in common."""
    return a[:, f if a.shape[1] > 1 else 0, 0]


def together(a: Array, f: int) -> Array:
    """Return `rows` close together in memory: a factor that lies apart may turn a product's last bit."""
    return np.ascontiguousarray(rows(a, f))


def order(start: int, stop: int, reverse: bool) -> range:
    """Return the positions from ``start`` to ``stop`` in the order in which they are walked."""
    return range(start, stop)[:: -1 if reverse else 1]


def previous(states: Array, reverse: bool, first: Array) -> Array:
    """Return for each position the state, (T, …, H), that its step started from: the first one from ``first``."""
    shifted = np.empty_like(states)
    if reverse:
        shifted[:-1], shifted[-1] = states[1:], first
    else:
        shifted[1:], shifted[0] = states[:-1], first
    return shifted
