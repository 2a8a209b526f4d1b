r"""Many states made one: what a whole sequence is answered from, and what a decoder is told of it.

.. math:: p = \sum_t w_t \odot h_t, \qquad \frac{\partial L}{\partial h_t} = w_t \odot \frac{\partial L}{\partial p}

The last state, the mean of all and the largest value of each unit are such sums, and differ in their weights alone.
That the largest is found by looking at h adds nothing to the derivative: where it is, stays as h changes a little.

Here time is the last axis but one, (…, T, C), so that … , the sequences of a batch or the adjoints of one sequence,
stands where matrix products leave it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.trace import Array

Lengths = NDArray[np.int64]


def last(states: Array, lengths: Lengths, directions: int) -> NDArray[Any]:
    """1 at the end of each direction's way: a reverse layer comes to its own at the first position."""
    steps = np.arange(states.shape[-2])
    ends = [steps == lengths[..., None] - 1, np.broadcast_to(steps == 0, (*lengths.shape, len(steps)))][:directions]
    return np.repeat(np.stack(ends, axis=-1), states.shape[-1] // directions, axis=-1)


def mean(states: Array, lengths: Lengths, directions: int) -> NDArray[Any]:
    """1/T at each of a sequence's own steps."""
    own = inside(states.shape[-2], lengths)
    return np.broadcast_to((own / lengths[..., None])[..., None], states.shape)


def largest(states: Array, lengths: Lengths, directions: int) -> NDArray[Any]:
    """1 where a unit's value is the largest, the first time if there are more."""
    own = inside(states.shape[-2], lengths)[..., None]
    where = np.where(own, states, -np.inf).argmax(axis=-2)
    return np.asarray(np.arange(states.shape[-2])[:, None] == where[..., None, :])


WEIGHTS: Final[Mapping[str, Callable[[Array, Lengths, int], NDArray[Any]]]] = {
    "last": last,
    "mean": mean,
    "max": largest,
}
"""By `Experiment.readout`: from states (…, T, C), the lengths (…) of the sequences and the directions; (…, T, C)."""


def pooled(weights: NDArray[Any], states: Array) -> Array:
    """Return p, (…, C), the sum over time; what has no weight is not looked at, be it infinite."""
    return np.asarray(np.where(weights != 0, weights * states, 0.0).sum(axis=-2))


def spread(weights: NDArray[Any], d_pooled: Array) -> Array:
    """Return dL/dh, (…, T, C), of dL/dp, (…, C)."""
    return np.asarray(weights * d_pooled[..., None, :])


def inside(steps: int, lengths: Lengths) -> NDArray[np.bool_]:
    """Return (…, T) bool: which steps are a sequence's own, and not there to fill it up."""
    return np.arange(steps) < lengths[..., None]
