"""Sequences side by side: of unequal lengths, and of symbols."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array
from rnnviz.tasks.problems.settings import Setting
from rnnviz.trace import NO_TARGET

SPREAD: Final = Setting("spread", 0, 0, 90)
"""By how many percent of the length a sequence may be shorter than it."""


def shortest(length: int, spread: int, least: int = 2) -> int:
    """Return the fewest steps that a sequence may have."""
    return max(min(least, length), length - length * spread // 100)


def lengths_of(rng: np.random.Generator, size: int, length: int, spread: int, least: int = 2) -> NDArray[np.int64]:
    """Return (``size``,) lengths, all from `shortest` to ``length`` with the same chance."""
    return rng.integers(shortest(length, spread, least), length, size=size, endpoint=True)


def shares(length: int, spread: int, least: int = 2) -> NDArray[np.float64]:
    """Return (``length``,), the share of the sequences that have each step."""
    first = shortest(length, spread, least)
    return np.clip((length - np.arange(length)) / (length - first + 1), 0.0, 1.0)


def one_hots(indices: NDArray[np.int64], width: int) -> Array:
    """Return (B, T, ``width``) rows that are 1 at their index, and all 0 where that is negative."""
    rows = np.zeros((*indices.shape, width))
    b, t = np.nonzero(indices >= 0)
    rows[b, t, indices[b, t]] = 1.0
    return rows


def filled(values: NDArray[np.int64], lengths: NDArray[np.int64], none: int = NO_TARGET) -> NDArray[np.int64]:
    """Return (B, T) with ``none`` beyond each sequence's end."""
    return np.where(np.arange(values.shape[1]) < lengths[:, None], values, none)
