r"""The way back for many losses side by side: one adjoint a loss, each in a range of its own.

.. math:: \frac{\partial L_k}{\partial h_{t-1}} = J_t^\top \frac{\partial L_k}{\partial h_t}
          + \frac{\partial L_k}{\partial h_{t-1}}\bigg|_\text{readout}

The lines are the cells' own (`rnnviz.cells`), as in `rnnviz.engines.layer.backward`. Two things are different. Nothing
is kept that is not asked for: a step is handed out and forgotten. And a gradient that leaves float64's range is carried
on as mantissa · 2^exponent, so that after a thousand steps one still knows how small it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnnviz.engines.layer import Run, order
from rnnviz.engines.through_time import levels, skips
from rnnviz.gradients.magnitude import scaled
from rnnviz.gradients.runs import is_reverse, layer_named, run_of
from rnnviz.trace import Array, Trace

Exponents = NDArray[np.int64]
SMALLEST, LARGEST = 2.0**-400, 2.0**400
"""A squared norm beyond these is brought back to about 1: one step's factor may well be 2^±200."""
NOWHERE = -(2**40)
"""Exponent of a row of zeros, below any other."""


class Arriving(Protocol):
    """What reaches a layer's h_t from above."""

    def add(self, t: int, rows: slice, carry: Array, exponents: Exponents) -> None:
        """Add it, for the adjoints ``rows``, to ``carry`` · 2^``exponents``, (R, H) and (R,), in place."""


@dataclass(frozen=True, eq=False)
class Own:
    """Each loss reads its own step alone: ``dtop`` (T, H); adjoint b is the loss of step ``losses[b]``."""

    dtop: Array
    losses: NDArray[np.int64]

    def add(self, t: int, rows: slice, carry: Array, exponents: Exponents) -> None:
        """Add the one row that begins here."""
        b = int(np.searchsorted(self.losses, t))
        if b < len(self.losses) and self.losses[b] == t:
            own = slice(b - rows.start, b - rows.start + 1)
            join(carry[own], exponents[own], self.dtop[t : t + 1], np.zeros(1, np.int64))


@dataclass(frozen=True, eq=False)
class Spread:
    """Any adjoint may arrive anywhere: ``values`` (T, B, H) · 2^``exponents`` (T, B)."""

    values: Array
    exponents: Exponents

    def add(self, t: int, rows: slice, carry: Array, exponents: Exponents) -> None:
        """Add the rows of this step."""
        join(carry, exponents, self.values[t, rows], self.exponents[t, rows])


@dataclass(frozen=True, eq=False)
class Passing:
    """The adjoints at one position: arrays (R, H), to be multiplied by 2^``exponents`` (R,). They last one step.

    Attributes
    ----------
    t : int
        Position.
    rows : slice
        Which of the B adjoints these are; the others are zero here.
    dh, dc : (R, H)
        Total gradients; ``dc`` is None without a cell state.
    from_x : (R, GH)
        Gradient of W_ih x_t + b_ih.
    """

    t: int
    rows: slice
    dh: Array
    dc: Array | None
    from_x: Array
    exponents: Exponents


def join(carry: Array, exponents: Exponents, values: Array, theirs: Exponents) -> None:
    """Add ``values`` · 2^``theirs`` to ``carry`` · 2^``exponents``, row by row and in place."""
    if not exponents.any() and not theirs.any():
        carry += values
        return
    mine = np.where(carry.any(axis=1), exponents, NOWHERE)
    common = np.maximum(mine, np.where(values.any(axis=1), theirs, NOWHERE))
    common[common == NOWHERE] = 0
    carry[:] = shifted(carry, exponents - common) + shifted(values, theirs - common)
    exponents[:] = common


def shifted(values: Array, exponents: Exponents) -> Array:
    """Return rows (R, H) times 2^exponent, (R,)."""
    return scaled(values, exponents[:, None])


@dataclass(frozen=True, eq=False)
class Band:
    """Which adjoints, of losses at given steps, may be at a position at all.

    Attributes
    ----------
    losses : (B,) int
        The losses' steps, ascending.
    truncate : int
        How far a loss may flow.
    side : {-1, 0, 1}
        1: only to positions at or before its own (a forward layer), −1: at or after it, 0: to both sides.
    """

    losses: NDArray[np.int64]
    truncate: int
    side: int

    def rows(self, steps: int) -> list[slice]:
        """Return for each of T positions the adjoints that may be there."""
        t = np.arange(steps)
        first = t if self.side > 0 else t - self.truncate
        last = t if self.side < 0 else t + self.truncate
        starts = np.searchsorted(self.losses, first)
        stops = np.searchsorted(self.losses, last, side="right")
        return [slice(int(a), int(b)) for a, b in zip(starts, stops, strict=True)]


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def back(
    run: Run, arriving: Sequence[Arriving], alive: Sequence[slice], count: int, dtype: Any = np.float64
) -> Iterator[Passing]:
    """Walk ``count`` adjoints back through a layer, position by position.

    In float64 rows are rescaled before they leave its range; in float32 they are not: there one wants to see what
    becomes of them.
    """
    cell, hidden = run.cell, run.weights.hh.shape[1]
    hh, local = run.weights.hh.astype(dtype, copy=False), run.local.astype(dtype, copy=False)
    carry_h, carry_c = np.zeros((count, hidden), dtype), np.zeros((count, hidden), dtype)
    exponents, sums = np.zeros(count, np.int64), np.empty((2, count, len(hh)), dtype)
    for t in order(0, len(local), not run.reverse):
        rows = alive[t]
        if rows.start >= rows.stop:
            continue
        dh, dc, exponent = carry_h[rows], carry_c[rows], exponents[rows]
        for above in arriving:
            above.add(t, rows, dh, exponent)
        if dtype == np.float64:
            _rescale(dh, dc if cell.has_c else None, exponent)
        step = cell.backward(dh, dc, local[t])
        from_x = from_h = np.concatenate(step.from_h, axis=-1, out=sums[0, rows])
        if not cell.one_sum:
            from_x = np.concatenate(step.from_x, axis=-1, out=sums[1, rows])
        yield Passing(t, rows, dh, step.dc if cell.has_c else None, from_x, exponent)
        np.add(from_h @ hh, step.h_prev, out=dh)
        if cell.has_c:
            dc[:] = step.c_prev


def _rescale(dh: Array, dc: Array | None, exponents: Exponents) -> None:
    squares = np.einsum("rh,rh->r", dh, dh)
    if dc is not None:
        squares += np.einsum("rh,rh->r", dc, dc)
    if SMALLEST < squares.min() and squares.max() < LARGEST:
        return
    odd = np.flatnonzero((squares <= SMALLEST) | (squares >= LARGEST))
    parts = [dh] if dc is None else [dh, dc]
    largest = np.max([np.abs(part[odd]).max(axis=1) for part in parts], axis=0)
    shift = np.where((largest > 0) & np.isfinite(largest), np.frexp(largest)[1], 0).astype(np.int64)
    for part in parts:
        part[odd] = shifted(part[odd], -shift)
    exponents[odd] += shift


def to_layer(
    trace: Trace,
    layer: str,
    losses: NDArray[np.int64] | None = None,
    dtype: Any = np.float64,
) -> Iterator[Passing]:
    """Walk the losses of the steps ``losses``, each by itself, from the top of the stack to one layer.

    Parameters
    ----------
    trace : Trace
    layer : str
        Where the adjoints are handed out: "l0", "l0_reverse", …
    losses : (B,) int, optional
        Steps, ascending; None is the whole loss as one adjoint, which `Experiment.truncate` then must not cut.
    dtype : {float64, float32}
    """
    layer_named(trace, layer)
    steps, experiment = trace.steps, trace.experiment
    mixed = losses is None or trace.dtop_by_loss is not None
    reach = steps if experiment.truncate is None or losses is None else experiment.truncate
    steps_of = np.zeros(1, np.int64) if losses is None else losses
    top = [_start(trace, losses, columns, dtype) for columns in _columns(trace)]
    for height, level in reversed(list(enumerate(levels(experiment)))):
        below: list[list[Arriving]] = [[] for _ in level]
        wanted = layer in level
        for name, arriving in zip(level, top, strict=True):
            if wanted and name != layer:
                continue
            both = len(level) > 1 and height < experiment.num_layers - 1
            side = 0 if mixed or both else -1 if is_reverse(name) else 1
            alive = [slice(0, 1)] * steps if losses is None else Band(steps_of, reach, side).rows(steps)
            run = run_of(trace, name)
            passing = back(run, arriving, alive, len(steps_of), dtype)
            if wanted:
                yield from passing
                return
            for into, part in zip(below, _read(run, passing, steps, len(steps_of), len(level), dtype), strict=True):
                into.append(part)
        if skips(experiment, level):
            below = [[*new, *old] for new, old in zip(below, top, strict=True)]
        top = below


def _columns(trace: Trace) -> list[slice]:
    hidden = next(iter(trace.layers.values())).h.shape[1]
    return [slice(first, first + hidden) for first in range(0, trace.experiment.directions * hidden, hidden)]


def _start(trace: Trace, losses: NDArray[np.int64] | None, columns: slice, dtype: Any) -> list[Arriving]:
    """Return what the readout sends to one direction of the top layer."""
    if losses is None:
        values = trace.dtop[:, None, columns]
    elif trace.dtop_by_loss is None:
        return [Own(trace.dtop[:, columns].astype(dtype, copy=False), losses)]
    else:
        values = trace.dtop_by_loss[losses][:, :, columns].swapaxes(0, 1)
    return [Spread(values.astype(dtype, copy=False), np.zeros(values.shape[:2], np.int64))]


def _read(run: Run, passing: Iterator[Passing], steps: int, count: int, parts: int, dtype: Any) -> list[Spread]:
    """Return what a layer sends down to what it read, cut into the directions of the layer below."""
    ih = run.weights.ih.astype(dtype, copy=False)
    values, exponents = np.zeros((steps, count, ih.shape[1]), dtype), np.zeros((steps, count), np.int64)
    for step in passing:
        np.matmul(step.from_x, ih, out=values[step.t, step.rows])
        exponents[step.t, step.rows] = step.exponents
    return [Spread(part, exponents) for part in np.split(values, parts, axis=2)]
