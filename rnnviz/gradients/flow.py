r"""The way back for many losses side by side: one adjoint a loss, each in a range of its own.

.. math:: \frac{\partial L_k}{\partial h_{t-1}} = J_t^\top \frac{\partial L_k}{\partial h_t}
          + \frac{\partial L_k}{\partial h_{t-1}}\bigg|_\text{readout}

The lines are the cells' own (`rnnviz.cells`), as in `rnnviz.engines.layer.backward`. Two things are different. Nothing
is kept that is not asked for: a step is handed out and forgotten. And a gradient that leaves float64's range is carried
on as mantissa · 2^exponent, so that after a thousand steps one still knows how small it is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnnviz.engines.layer import Run, order
from rnnviz.gradients.magnitude import scaled
from rnnviz.gradients.product import product
from rnnviz.trace import Array

Exponents = NDArray[np.int64]
SMALLEST, LARGEST = 2.0**-400, 2.0**400
"""A squared norm beyond these is brought back to about 1: one step's factor may well be 2^±200."""
NOWHERE = -(2**40)
"""Exponent of a row of zeros, below any other."""


class Arriving(Protocol):
    """What reaches a layer's h_t, and perhaps its c_t, from elsewhere."""

    def add(self, t: int, rows: slice, parts: Sequence[Array], exponents: Exponents) -> None:
        """Add it, for the adjoints ``rows``, to ``parts`` · 2^``exponents``, (R, H) each and (R,), in place."""


@dataclass(frozen=True, eq=False)
class Own:
    """Each adjoint begins at one step: ``rows`` (B, H), the b-th at step ``steps[b]``, ascending."""

    rows: Array
    steps: NDArray[np.int64]

    def add(self, t: int, rows: slice, parts: Sequence[Array], exponents: Exponents) -> None:
        """Add the rows that begin here."""
        first, last = np.searchsorted(self.steps, (t, t + 1))
        if first < last:
            own = slice(first - rows.start, last - rows.start)
            none = np.zeros(last - first, np.int64)
            join([part[own] for part in parts], exponents[own], [self.rows[first:last]], none)


@dataclass(frozen=True, eq=False)
class Spread:
    """Any adjoint may arrive anywhere: ``values`` (T, B, H) · 2^``exponents`` (T, B)."""

    values: Array
    exponents: Exponents

    def add(self, t: int, rows: slice, parts: Sequence[Array], exponents: Exponents) -> None:
        """Add the rows of this step."""
        join(parts, exponents, [self.values[t, rows]], self.exponents[t, rows])


@dataclass(frozen=True, eq=False)
class Alike:
    """The same arrives at some steps, for h and perhaps for c: ``values`` (B, H) each · 2^``exponents`` (B,)."""

    values: Sequence[Array]
    exponents: Exponents
    steps: range

    def beside_nothing(self) -> Alike:
        """Return the same with as many further adjoints to which nothing arrives."""
        values = [np.concatenate([value, np.zeros_like(value)]) for value in self.values]
        return Alike(values, np.concatenate([self.exponents, np.zeros_like(self.exponents)]), self.steps)

    def add(self, t: int, rows: slice, parts: Sequence[Array], exponents: Exponents) -> None:
        """Add the rows, if this is one of the steps."""
        if t in self.steps:
            join(parts, exponents, [value[rows] for value in self.values], self.exponents[rows])


@dataclass(frozen=True, eq=False)
class Passing:
    """The adjoints at one position: arrays (R, H), to be multiplied by 2^``exponents`` (R,). They last one step.

    Attributes
    ----------
    t : int
        Step.
    rows : slice
        Which of the B adjoints these are; the others are zero here.
    dh, dc : (R, H)
        Total gradients; ``dc`` is None without a cell state.
    apart : (R, H)
        Of ``dc`` what does not come through h_t; zeros without a cell state.
    from_x, from_h : (R, GH)
        Gradients of W_ih x_t + b_ih and of W_hh h_{t−1} + b_hh.
    """

    t: int
    rows: slice
    dh: Array
    dc: Array | None
    apart: Array
    from_x: Array
    from_h: Array
    exponents: Exponents


@dataclass(frozen=True, eq=False)
class Begun:
    """What reaches the state that a layer starts from: ``dh``, ``dc`` (B, H) · 2^``exponents`` (B,)."""

    dh: Array
    dc: Array
    exponents: Exponents


def join(parts: Sequence[Array], exponents: Exponents, values: Sequence[Array], theirs: Exponents) -> None:
    """Add ``values`` · 2^``theirs`` to ``parts`` · 2^``exponents``, row by row and in place.

    All parts share their rows' exponents; where there are fewer values than parts, nothing is added to the others.
    """
    if not exponents.any() and not theirs.any():
        for part, value in zip(parts, values, strict=False):
            part += value
        return
    mine = np.where(_any(parts), exponents, NOWHERE)
    common = np.maximum(mine, np.where(_any(values), theirs, NOWHERE))
    common[common == NOWHERE] = 0
    for part in parts:
        part[:] = shifted(part, exponents - common)
    for part, value in zip(parts, values, strict=False):
        part += shifted(value, theirs - common)
    exponents[:] = common


def _any(parts: Sequence[Array]) -> NDArray[np.bool_]:
    """Return which rows are not zero, (R,)."""
    return np.asarray(np.any([part.any(axis=1) for part in parts], axis=0))


def shifted(values: Array, exponents: Exponents) -> Array:
    """Return rows (R, H) times 2^exponent, (R,)."""
    return scaled(values, exponents[:, None])


def back(
    run: Run,
    arriving: Sequence[Arriving],
    alive: Sequence[slice],
    count: int,
    dtype: Any = np.float64,
    start: int = 0,
    heard: Callable[[Passing], None] | None = None,
) -> Generator[Passing, None, Begun]:
    """Walk ``count`` adjoints back through a layer, position by position; return what reaches its first state.

    In float64 rows are rescaled before they leave its range; in float32 they are not: there one wants to see what
    becomes of them. ``start`` is the step of the layer's first position; ``heard`` is called for each step
    before it is handed out.
    """
    steps = _back(run, arriving, alive, count, dtype, start, heard)
    while True:
        # Step by step: what is set around a generator as a whole does not hold while it walks.
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            try:
                passing = next(steps)
            except StopIteration as ended:
                begun: Begun = ended.value
                return begun
        yield passing


def _back(
    run: Run,
    arriving: Sequence[Arriving],
    alive: Sequence[slice],
    count: int,
    dtype: Any,
    start: int,
    heard: Callable[[Passing], None] | None,
) -> Generator[Passing, None, Begun]:
    cell, hidden = run.cell, run.weights.hh.shape[1]
    hh, local = run.weights.hh.astype(dtype, copy=False), run.local.astype(dtype, copy=False)
    carry_h, carry_c = np.zeros((count, hidden), dtype), np.zeros((count, hidden), dtype)
    exponents, sums = np.zeros(count, np.int64), np.empty((2, count, len(hh)), dtype)
    for t in order(0, len(local), not run.reverse):
        rows = alive[t]
        if rows.start >= rows.stop:
            continue
        dh, dc, exponent = carry_h[rows], carry_c[rows], exponents[rows]
        parts = [dh, dc] if cell.has_c else [dh]
        for above in arriving:
            above.add(t, rows, parts, exponent)
        if dtype == np.float64:
            _rescale(parts, exponent)
        step = cell.backward(dh, dc, local[t])
        from_x = from_h = np.concatenate(step.from_h, axis=-1, out=sums[0, rows])
        if not cell.one_sum:
            from_x = np.concatenate(step.from_x, axis=-1, out=sums[1, rows])
        passing = Passing(start + t, rows, dh, step.dc if cell.has_c else None, dc, from_x, from_h, exponent)
        if heard is not None:
            heard(passing)
        yield passing
        np.add(product(from_h, hh), step.h_prev, out=dh)
        if cell.has_c:
            dc[:] = step.c_prev
    return Begun(carry_h, carry_c, exponents)


def _rescale(parts: Sequence[Array], exponents: Exponents) -> None:
    squares = np.sum([np.einsum("rh,rh->r", part, part) for part in parts], axis=0)
    if SMALLEST < squares.min() and squares.max() < LARGEST:
        return
    odd = np.flatnonzero((squares <= SMALLEST) | (squares >= LARGEST))
    largest = np.max([np.abs(part[odd]).max(axis=1) for part in parts], axis=0)
    shift = np.where((largest > 0) & np.isfinite(largest), np.frexp(largest)[1], 0).astype(np.int64)
    for part in parts:
        part[odd] = shifted(part[odd], -shift)
    exponents[odd] += shift
