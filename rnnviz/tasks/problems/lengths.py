"""Sequences of unequal lengths."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks.problems.settings import Setting

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
