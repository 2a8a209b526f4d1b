"""From a series to what a network is trained on, in three steps: part it, scale it, cut it into windows.

train, test = part(series, share=20)      the future is kept for validation
scaler = MinMax.fit(train)                which the scaler must not know
windows(scaler.transform(train), 21)      20 numbers that are read, each with the next as its target
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Array


def part(series: Sequence[float] | Array, share: int) -> tuple[Array, Array]:
    """Return a series' beginning, to be trained on, and its last ``share`` percent, kept for validation.

    A validation part of fewer than two numbers asks nothing; then the beginning is the whole.
    """
    values = np.asarray(series, dtype=np.float64)
    kept = len(values) * share // 100
    cut = len(values) - kept if 2 <= kept <= len(values) - 2 else len(values)
    return values[:cut], values[cut:]


@dataclass(frozen=True)
class MinMax:
    """A scale on which the smallest number of the training part is 0 and the largest 1.

    Later numbers may lie outside: that they do is part of what makes a forecast hard.
    """

    low: float
    high: float

    @classmethod
    def fit(cls, values: Sequence[float] | Array) -> MinMax:
        """Return the scale of these numbers, of at least one."""
        return cls(float(np.min(values)), float(np.max(values)))

    @property
    def width(self) -> float:
        """How much 1 is on the scale; 1 where all numbers are the same, or too near for a float64 to part."""
        spread = self.high - self.low
        return spread if spread > 1e-300 else 1.0

    def transform(self, values: Sequence[float] | Array) -> Array:
        """Return the numbers on the scale."""
        return np.asarray((np.asarray(values, dtype=np.float64) - self.low) / self.width)

    def inverse(self, scaled: Sequence[float] | Array) -> Array:
        """Return what the numbers on the scale were: forecasts in the series' own unit."""
        return np.asarray(np.asarray(scaled, dtype=np.float64) * self.width + self.low)


def windows(series: Sequence[float] | Array, length: int) -> Array:
    """Return (n − ``length`` + 1, ``length``): all stretches of a series, each begun one number later.

    A window of T + 1 numbers has T to read, and T targets: itself, one step later.

    Raises
    ------
    ExperimentError
        If the series is shorter.
    """
    values = np.asarray(series, dtype=np.float64)
    if length > len(values):
        raise ExperimentError("length", length, "problem.window", count=len(values))
    return np.lib.stride_tricks.sliding_window_view(values, length)


@dataclass(frozen=True)
class Pipeline:
    """A series on its way to a network.

    Attributes
    ----------
    series : tuple of float
        At least two numbers.
    length : int
        T, the most steps of a window; a part too short for that has shorter ones.
    share : int
        Percent of the series, its end, kept for validation.
    """

    series: tuple[float, ...]
    length: int
    share: int

    @cached_property
    def parts(self) -> tuple[Array, Array]:
        """The training and the validation part, as measured."""
        return part(self.series, self.share)

    @cached_property
    def scaler(self) -> MinMax:
        """The scale; it is fitted to the training part alone."""
        return MinMax.fit(self.parts[0])

    @cached_property
    def training(self) -> Array:
        """The training windows on the scale, (N, T + 1)."""
        return self._windows(self.parts[0])

    @cached_property
    def validation(self) -> Array:
        """The validation windows on the scale, (M, T' + 1), or none, (0, 0)."""
        return self._windows(self.parts[1]) if len(self.parts[1]) else np.empty((0, 0))

    def _windows(self, values: Array) -> Array:
        return windows(self.scaler.transform(values), min(self.length + 1, len(values)))
