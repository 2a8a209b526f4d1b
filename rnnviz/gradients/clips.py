"""Clipping, before and after: by norm (Pascanu et al. 2013, algorithm 1) and by value (Mikolov 2012)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnnviz.engines.clipping import clipped, global_norm
from rnnviz.gradients.whole import parameter_gradients
from rnnviz.gradients.windows import cosine
from rnnviz.trace import Trace


@dataclass(frozen=True, eq=False)
class Clipping:
    """The parameters' gradient as one vector, before and after clipping.

    Attributes
    ----------
    before, after : float
        Its 2-norm.
    by_parameter : dict of (before, after)
        2-norms of each parameter's part.
    cosine : float
        Of the angle between before and after: 1 where the direction is kept, as by norm always; NaN if the gradient is
        zero or not finite.
    cut : float
        Share of the entries, 0 to 1, that have become smaller in magnitude.
    """

    before: float
    after: float
    by_parameter: Mapping[str, tuple[float, float]]
    cosine: float
    cut: float


def clipping(trace: Trace, clip: float | None = None, clip_value: float | None = None) -> Clipping:
    """Return what clipping does to the gradient of a run.

    Parameters
    ----------
    trace : Trace
    clip, clip_value : float, optional
        As of `Experiment`, instead of the run's own; with neither given, the run's own are seen at work.

    Raises
    ------
    ExperimentError
        If a threshold is not above 0.
    """
    experiment = trace.experiment
    if clip is not None or clip_value is not None:
        experiment = experiment.replace(clip=clip, clip_value=clip_value)
    before = parameter_gradients(trace)
    after = clipped(experiment, dict(before))
    flat, less = (np.concatenate([grad.ravel() for grad in grads.values()]) for grads in (before, after))
    return Clipping(
        before=global_norm(before),
        after=global_norm(after),
        by_parameter={name: (global_norm({name: before[name]}), global_norm({name: after[name]})) for name in before},
        cosine=1.0 if np.array_equal(flat, less) and flat.any() else cosine(before, after),
        cut=float((np.abs(less) < np.abs(flat)).mean()),
    )
