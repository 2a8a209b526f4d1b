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
from rnnviz.engines.through_time import levels
from rnnviz.gradients.magnitude import scaled
from rnnviz.gradients.product import product
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
    """Each adjoint begins at one step: ``rows`` (B, H), the b-th at step ``steps[b]``, ascending."""

    rows: Array
    steps: NDArray[np.int64]

    def add(self, t: int, rows: slice, carry: Array, exponents: Exponents) -> None:
        """Add the rows that begin here."""
        first, last = np.searchsorted(self.steps, (t, t + 1))
        if first < last:
            own = slice(first - rows.start, last - rows.start)
            join(carry[own], exponents[own], self.rows[first:last], np.zeros(last - first, np.int64))


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
        np.add(product(from_h, hh), step.h_prev, out=dh)
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


@dataclass(frozen=True, eq=False)
class Starts:
    """What starts the way back at the top of the stack: B adjoints, W = directions · H.

    Attributes
    ----------
    steps : (B,) int
        The step that each belongs to, ascending; of a ``mixed`` one any.
    own : (B, W) or None
        Where each begins at its own step, what it begins with.
    mixed : (T, B, W) or None
        Where they begin at any steps.
    reach : int
        How many steps an adjoint may flow from its own.
    """

    steps: NDArray[np.int64]
    own: Array | None
    mixed: Array | None
    reach: int

    @classmethod
    def of_losses(cls, trace: Trace, losses: NDArray[np.int64]) -> Starts:
        """Return one adjoint for the loss of each of these steps, truncated as the experiment is."""
        reach = trace.steps if trace.experiment.truncate is None else trace.experiment.truncate
        if trace.dtop_by_loss is None:
            return cls(losses, trace.dtop[losses], None, reach)
        return cls(losses, None, trace.dtop_by_loss[losses].swapaxes(0, 1), reach)

    @classmethod
    def whole(cls, trace: Trace) -> Starts:
        """Return one adjoint for the whole loss; truncated, one for each step, whose sum it is."""
        if trace.experiment.truncate is not None:
            return cls.of_losses(trace, np.arange(trace.steps))
        return cls(np.zeros(1, np.int64), None, trace.dtop[:, None], trace.steps)

    def arriving(self, columns: slice, dtype: Any) -> list[Arriving]:
        """Return what reaches one direction of the top layer."""
        if self.own is not None:
            return [Own(self.own[:, columns].astype(dtype, copy=False), self.steps)]
        assert self.mixed is not None
        values = self.mixed[..., columns].astype(dtype, copy=False)
        return [Spread(values, np.zeros(values.shape[:2], np.int64))]

    def alive(self, steps: int, side: int) -> list[slice]:
        """Return for each of T positions the adjoints that may be there.

        ``side`` is 1 in a layer where they flow from their own step to earlier ones only, −1 to later ones, 0 both.
        """
        t = np.arange(steps)
        side = 0 if self.own is None else side
        first = t if side > 0 else t - self.reach
        last = t if side < 0 else t + self.reach
        starts = np.searchsorted(self.steps, first)
        stops = np.searchsorted(self.steps, last, side="right")
        return [slice(int(a), int(b)) for a, b in zip(starts, stops, strict=True)]


def to_layer(trace: Trace, layer: str, starts: Starts, dtype: Any = np.float64) -> Iterator[Passing]:
    """Walk adjoints from the top of the stack down to one layer, and hand them out there.

    Parameters
    ----------
    trace : Trace
    layer : str
        "l0", "l0_reverse", …
    starts : Starts
    dtype : {float64, float32}
    """
    layer_named(trace, layer)
    top = [starts.arriving(columns, dtype) for columns in _columns(trace)]
    for level in reversed(levels(trace.experiment)):
        if layer in level:
            at = level.index(layer)
            yield from _through(trace, layer, starts, top[at], dtype)
            return
        top = _below(trace, level, starts, top, dtype)


def to_inputs(trace: Trace, starts: Starts) -> list[Spread]:
    """Walk adjoints all the way to the inputs: (T, B, D), from the layers of each direction that read them."""
    top = [starts.arriving(columns, np.float64) for columns in _columns(trace)]
    found: list[Spread] = []
    for level in reversed(levels(trace.experiment)):
        if level[0] == "l0":
            for name, arriving in zip(level, top, strict=True):
                found += _sent(trace, name, starts, arriving, 1, np.float64)
        else:
            top = _below(trace, level, starts, top, np.float64)
    return found


def _through(trace: Trace, layer: str, starts: Starts, arriving: Sequence[Arriving], dtype: Any) -> Iterator[Passing]:
    both = trace.experiment.directions > 1 and not layer.startswith(f"l{trace.experiment.num_layers - 1}")
    alive = starts.alive(trace.steps, 0 if both else -1 if is_reverse(layer) else 1)
    return back(run_of(trace, layer), arriving, alive, len(starts.steps), dtype)


def _below(
    trace: Trace, level: Sequence[str], starts: Starts, top: list[list[Arriving]], dtype: Any
) -> list[list[Arriving]]:
    """Return what reaches the layers below a level, each from both directions and past them."""
    below: list[list[Arriving]] = [list(old) if trace.experiment.residual else [] for old in top]
    for name, arriving in zip(level, top, strict=True):
        for into, part in zip(below, _sent(trace, name, starts, arriving, len(level), dtype), strict=True):
            into.append(part)
    return below


def _columns(trace: Trace) -> list[slice]:
    hidden = trace.layers["l0"].h.shape[1]
    return [slice(first, first + hidden) for first in range(0, trace.experiment.directions * hidden, hidden)]


def _sent(
    trace: Trace, layer: str, starts: Starts, arriving: Sequence[Arriving], parts: int, dtype: Any
) -> list[Spread]:
    """Return what a layer sends down to what it read, (T, B, D), cut into ``parts`` along D."""
    ih = trace.parameters[f"weight_ih_{layer}"].astype(dtype, copy=False)
    shape = trace.steps, len(starts.steps)
    values, exponents = np.zeros((*shape, ih.shape[1]), dtype), np.zeros(shape, np.int64)
    for step in _through(trace, layer, starts, arriving, dtype):
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            product(step.from_x, ih, out=values[step.t, step.rows])
        exponents[step.t, step.rows] = step.exponents
    return [Spread(part, exponents) for part in np.split(values, parts, axis=2)]
