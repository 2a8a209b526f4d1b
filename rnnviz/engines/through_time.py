"""Backpropagation through time and through the stack (Werbos 1990): whole, or truncated (Williams & Peng 1990)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.engines.layer import Adjoint, Run, backward, product
from rnnviz.experiment import Experiment
from rnnviz.trace import Array

BLOCK = 16
"""Most losses that walk back side by side: enough to fill a matrix product, few enough to hold in memory."""


def backward_stack(experiment: Experiment, runs: Mapping[str, Run], dtop: Array) -> dict[str, Adjoint]:
    """Take the loss's gradient by the top's hidden states, (T, …, directions·H), back through all layers and steps.

    Truncated, the loss of step k reaches the positions t with |t − k| ≤ ``truncate`` and no other: BPTT(h) of Williams
    & Peng 1990, where the total gradient is a sum over a band of pairs (k, t). A forward layer fills only the half
    t ≤ k of it, a reverse layer the half t ≥ k.

    Returns
    -------
    dict of Adjoint
        By layer, the sums over all losses; arrays (T, …, H) and (T, …, GH).
    """
    if experiment.truncate is None or experiment.truncate >= len(dtop) - 1:
        return walk(experiment, runs, Part(0, len(dtop), dtop))
    totals = {name: zeros(run) for name, run in runs.items()}
    once = experiment.shape == "many_to_one"
    apart = last_band(dtop, experiment.truncate) if once else bands(dtop, experiment.truncate, experiment.directions)
    for part in apart:
        for name, adjoint in walk(experiment, runs, part).items():
            add(totals[name], adjoint, part)
    return totals


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the loss to take back through the layers.

    Attributes
    ----------
    start, stop : int
        The positions it may reach.
    dtop : (T′, …, directions·H) or, of B steps' losses, one each, (T′, B, …) and of a stack (T′, F, B, …)
        Its gradient by the top's hidden states there.
    inside : (T′, B) bool, or None
        Which positions the loss of which step may reach.
    """

    start: int
    stop: int
    dtop: Array
    inside: NDArray[np.bool_] | None = None


def bands(dtop: Array, truncate: int, directions: int) -> Iterator[Part]:
    """Yield the losses of a few steps at a time, each kept apart and with the positions that it may reach."""
    steps, block = len(dtop), min(BLOCK, truncate + 1)
    ahead = truncate if directions > 1 else 0
    for first in range(0, steps, block):
        losses = np.arange(first, min(first + block, steps))
        start, stop = max(0, first - truncate), min(steps, losses[-1] + ahead + 1)
        apart = (*dtop.shape[1:-2], len(losses), dtop.shape[-1])
        dout = np.zeros((stop - start, *apart))
        dout[losses - start, ..., losses - first, :] = dtop[losses].reshape(len(losses), *apart[:-2], apart[-1])
        distance = np.abs(np.arange(start, stop)[:, None] - losses)
        yield Part(start, stop, dout, distance <= truncate)


def last_band(dtop: Array, truncate: int) -> Iterator[Part]:
    """Yield the one loss of the last step, which reads many states, with the positions that it may reach."""
    start = len(dtop) - 1 - truncate
    dout = dtop[start:]
    yield Part(start, len(dtop), dout.reshape(len(dout), *dtop.shape[1:-2], 1, dtop.shape[-1]))


def walk(experiment: Experiment, runs: Mapping[str, Run], part: Part) -> dict[str, Adjoint]:
    """Take one part of the loss back, the top layer first; what a layer read is what the one below it made."""
    dout = part.dtop
    adjoints: dict[str, Adjoint] = {}
    for level in reversed(levels(experiment)):
        shares = np.split(dout, len(level), axis=-1)
        for name, share in zip(level, shares, strict=True):
            adjoints[name] = backward(runs[name], share, part.start, part.inside)
        if level[0] != "l0":
            dx = np.sum([product(adjoints[name].from_x, runs[name].weights.ih) for name in level], axis=0)
            dout = dx + dout if skips(experiment, level) else dx
    return adjoints


def levels(experiment: Experiment) -> list[tuple[str, ...]]:
    """Return the layers' names, those of one height together: ``[("l0", "l0_reverse"), ("l1", …), …]``."""
    names, count = experiment.layer_names, experiment.directions
    return [names[first : first + count] for first in range(0, len(names), count)]


def skips(experiment: Experiment, level: tuple[str, ...]) -> bool:
    """Return whether the layers of one height give what they read along with what they made."""
    return experiment.residual and level[0] != "l0"


def zeros(run: Run) -> Adjoint:
    """Return an adjoint of a layer to add to."""
    states, sums = run.h_prev.shape, (*run.h_prev.shape[:-1], run.weights.hh.shape[-2])
    dc = np.zeros(states) if run.cell.has_c else None
    return Adjoint(np.zeros(states), dc, np.zeros(sums), np.zeros(sums))


def add(total: Adjoint, adjoint: Adjoint, part: Part) -> None:
    """Add a part's adjoint to the total at its positions, summed over its losses."""
    for name in ("dh", "dc", "from_x", "from_h"):
        sum_, term = getattr(total, name), getattr(adjoint, name)
        if term is not None:
            here = sum_[part.start : part.stop]
            here += term.sum(axis=-2).reshape(here.shape)
