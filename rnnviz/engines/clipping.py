"""The gradient as one vector: its norm, and what keeps it from getting too long."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnnviz.experiment import Experiment
from rnnviz.trace import Array


def global_norm(grads: Mapping[str, Array]) -> float:
    """Return the 2-norm of all gradients as one vector; scaled by the largest entry, so that no square overflows."""
    vector = np.concatenate([grad.ravel() for grad in grads.values()])
    largest = np.abs(vector).max()
    if largest == 0 or not np.isfinite(largest):
        return float(largest)
    vector /= largest
    return float(largest * np.sqrt(np.square(vector, out=vector).sum()))


def clip(grads: dict[str, Array], norm: float, most: float | None) -> dict[str, Array]:
    """Return the gradients, scaled down to the norm ``most`` if theirs is larger (Pascanu et al. 2013, algorithm 1).

    A norm that is not finite has no direction to keep: such gradients stay as they are.
    """
    if most is None or not np.isfinite(norm) or norm <= most:
        return grads
    return {name: grad * (most / norm) for name, grad in grads.items()}


def clip_value(grads: dict[str, Array], most: float | None) -> dict[str, Array]:
    """Return the gradients with each entry cut to ±``most``: unlike `clip`, this turns their direction."""
    return grads if most is None else {name: np.clip(grad, -most, most) for name, grad in grads.items()}


def clipped(experiment: Experiment, grads: dict[str, Array]) -> dict[str, Array]:
    """Return the parameter gradients that an optimiser would get: cut by value, then by norm, as far as asked for."""
    cut = clip_value(grads, experiment.clip_value)
    return cut if experiment.clip is None else clip(cut, global_norm(cut), experiment.clip)
