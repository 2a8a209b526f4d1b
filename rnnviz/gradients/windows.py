"""Truncated backpropagation through time with two lengths: BPTT(h; h′) of Williams & Peng 1990."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import ExperimentError, whole
from rnnviz.engines.clipping import global_norm
from rnnviz.engines.layer import Adjoint
from rnnviz.engines.through_time import Part, walk
from rnnviz.gradients.magnitude import row_norms
from rnnviz.gradients.runs import run_of
from rnnviz.gradients.whole import named_gradients
from rnnviz.trace import Array, Trace


@dataclass(frozen=True, eq=False)
class Truncated:
    """What is left of the gradient when it is truncated. T time.

    Attributes
    ----------
    norms : dict of (T,)
        ‖dL/dh_t‖₂ of each layer, as far as it still flows.
    parameter_grads : dict of arrays
        Before clipping.
    grad_norm : float
        Their global 2-norm.
    cosine : float
        Between the truncated and the whole parameter gradient: 1 where truncation keeps its direction.
    inside : (T, T) bool
        Entry [k, t]: whether the loss of step k may reach the state of step t.
    """

    norms: Mapping[str, Array]
    parameter_grads: Mapping[str, Array]
    grad_norm: float
    cosine: float
    inside: NDArray[np.bool_]


def truncated(trace: Trace, k1: int, k2: int) -> Truncated:
    """Send the losses back as truncated BPTT does: every ``k1`` steps the last ``k1`` of them, at most ``k2`` steps.

    With h = k2 + 1 states in the window and h′ = k1, Williams & Peng's BPTT(h; h′). Blocks of k1 steps begin at the
    first step; a window reaches back k2 steps from its block's last step, so that the block's earlier losses flow back
    less far. Values flow on everywhere; the gradient stops at the window's edge, as after torch's ``detach``. k1 = 1 is
    what `Experiment.truncate` = k2 does; k1 = k2 = T is the whole gradient.

    Parameters
    ----------
    trace : Trace
        Of layers in one direction: a window that moves on has no meaning for a layer that reads from the end. What the
        run itself truncated has no part in it.
    k1, k2 : int
        At least 1, and k2 at least k1 − 1: a window holds all of its block.

    Raises
    ------
    ExperimentError
        If a length does not fit, or the network is bidirectional.
    """
    k1, k2 = whole(1)("k1", k1), whole(1)("k2", k2)
    if k2 < k1 - 1:
        raise ExperimentError("k2", k2, "error.window", least=k1 - 1)
    if trace.segments:
        raise ExperimentError("k2", k2, "error.whole_way")
    if trace.experiment.directions > 1:
        raise ExperimentError("bidirectional", True, "error.window_direction")
    experiment, steps = trace.experiment.replace(truncate=None), trace.steps
    runs = {name: run_of(trace, name) for name in trace.layers}
    totals, inside = None, np.zeros((steps, steps), dtype=bool)
    full = walk(experiment, runs, Part(0, steps, trace.dtop))
    for first in range(0, steps, k1):
        stop = min(first + k1, steps)
        start = max(0, stop - 1 - k2)
        found = walk(experiment, runs, Part(start, stop, _dtop(trace, first, stop)[start:stop]))
        totals = totals or {name: _nothing_like(adjoint) for name, adjoint in full.items()}
        for name, adjoint in found.items():
            _add(totals[name], adjoint, slice(start, stop))
        inside[first:stop, start:stop] = np.arange(start, stop) <= np.arange(first, stop)[:, None]
    assert totals is not None
    grads, all_of_it = (named_gradients(trace, runs, one) for one in (totals, full))
    return Truncated(
        norms={name: row_norms(adjoint.dh) for name, adjoint in totals.items()},
        parameter_grads=grads,
        grad_norm=global_norm(grads),
        cosine=cosine(grads, all_of_it),
        inside=inside,
    )


def _dtop(trace: Trace, first: int, stop: int) -> Array:
    """Return what the losses of the steps from ``first`` to ``stop`` send to the top, (T, directions·H)."""
    if trace.dtop_by_loss is not None:
        return np.asarray(trace.dtop_by_loss[first:stop].sum(axis=0))
    dtop = np.zeros_like(trace.dtop)
    dtop[first:stop] = trace.dtop[first:stop]
    return dtop


def cosine(some: Mapping[str, Array], others: Mapping[str, Array]) -> float:
    """Return the cosine of the angle between two gradients, each as one vector; NaN if one is zero or not finite."""
    a, b = (np.concatenate([grads[name].ravel() for name in some]) for grads in (some, others))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        a, b = a / np.abs(a).max(), b / np.abs(b).max()
        return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def _nothing_like(adjoint: Adjoint) -> Adjoint:
    dc = None if adjoint.dc is None else np.zeros_like(adjoint.dc)
    return Adjoint(np.zeros_like(adjoint.dh), dc, np.zeros_like(adjoint.from_x), np.zeros_like(adjoint.from_h))


def _add(total: Adjoint, adjoint: Adjoint, at: slice) -> None:
    total.dh[at] += adjoint.dh
    total.from_x[at] += adjoint.from_x
    total.from_h[at] += adjoint.from_h
    if total.dc is not None and adjoint.dc is not None:
        total.dc[at] += adjoint.dc
