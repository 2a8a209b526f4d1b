"""The next value of a series: of a sine, of share prices, of a learner's own numbers."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import cos, pi
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Array, Inputs, readable
from rnnviz.tasks.generators import TICKERS, stock_prices
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.lengths import SPREAD, lengths_of
from rnnviz.tasks.problems.pipeline import Pipeline
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting

FARTHEST: Final = 1e100
MONTHS: Final = tuple(round(10 - 8 * cos(2 * pi * month / 12) + month / 40, 1) for month in range(72))
"""Six made-up years of monthly temperatures that rise a little: what is there until one brings one's own."""


@dataclass(frozen=True)
class Forecast(Posed):
    """Each step reads a number and is asked for the next."""

    kind: ClassVar[str] = "numbers"
    counts: ClassVar[str] = "every"
    length: int

    @property
    def inputs(self) -> int:
        """One number."""
        return 1

    @property
    def outputs(self) -> int:
        """The next."""
        return 1


@dataclass(frozen=True)
class Sine(Forecast):
    """A sine wave of one period and amplitude, begun anywhere in its period."""

    period: float
    amplitude: float
    spread: int

    @property
    def steps(self) -> int:
        """T of the longest sequence."""
        return self.length

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """The last value again, and always 0.

        E[(a sin(φ + ω) − a sin φ)²] = a² (1 − cos ω) over all φ; of 0 it is the wave's mean square.
        """
        last = self.amplitude**2 * (1 - cos(2 * pi / self.period))
        mean = self.amplitude**2 / 2
        return Baseline("last_value", last, last), Baseline("mean", mean, mean)

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` sequences."""
        lengths = lengths_of(rng, size, self.length, self.spread)
        turns = rng.random((size, 1)) + np.arange(self.length + 1) / self.period
        return (*read_and_next(self.amplitude * np.sin(2 * pi * turns), lengths), lengths)


@dataclass(frozen=True)
class Measured(Forecast):
    """Windows of a measured series, scaled by what its training part holds; its end is kept for validation."""

    share: int

    @property
    @abstractmethod
    def measured(self) -> tuple[float, ...]:
        """The series."""

    def __post_init__(self) -> None:
        """Refuse numbers that lie so far from those of the training part that their squares are no float64."""
        low, high = self.pipeline.scaler.low, self.pipeline.scaler.high
        with np.errstate(over="ignore"):
            far = np.abs(self.pipeline.scaler.transform(self.measured))
        if not (far <= FARTHEST).all():
            worst = self.measured[int(np.argmax(~(far <= FARTHEST)))]
            raise ExperimentError("series", worst, "problem.far", low=readable(low), high=readable(high))

    @cached_property
    def pipeline(self) -> Pipeline:
        """How the numbers become windows."""
        return Pipeline(self.measured, self.length, self.share)

    @property
    def offset_and_scale(self) -> tuple[float, float]:
        """The smallest number of the training part, and how far the largest lies above it."""
        return self.pipeline.scaler.low, self.pipeline.scaler.width

    @property
    def steps(self) -> int:
        """T of the training windows."""
        return int(self.pipeline.training.shape[1]) - 1

    @property
    def has_validation(self) -> bool:
        """Whether the series is long enough to be parted."""
        return bool(len(self.pipeline.parts[1]))

    @property
    def validation_count(self) -> int:
        """How many windows the validation part has."""
        return len(self.pipeline.validation)

    @property
    def stream(self) -> Inputs:
        """The training part as one sequence."""
        scaled = self.pipeline.scaler.transform(self.pipeline.parts[0])[:, None]
        return Inputs(
            "numbers", self.name(scaled[:-1]), None, None, scaled[:-1].copy(), scaled[1:].copy(), None,
            *self.offset_and_scale,
        )  # fmt: skip

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """The last value again, and the training part's mean: their errors on the windows of the validation part."""
        found = self.pipeline.validation if self.has_validation else self.pipeline.training
        mean = self.pipeline.scaler.transform(self.pipeline.parts[0]).mean()
        last = float(np.square(np.diff(found, axis=1)).mean())
        middle = float(np.square(found[:, 1:] - mean).mean())
        return Baseline("last_value", last, last), Baseline("mean", middle, middle)

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` windows: any of the training part, or those of the validation part in their order."""
        if part == "training":
            found = self.pipeline.training
            found = found[rng.integers(0, len(found), size=size)]
        else:
            found = self.pipeline.validation
            found = found[np.arange(size) % len(found)]
        lengths = np.full(size, found.shape[1] - 1)
        return (*read_and_next(found, lengths), lengths)


@dataclass(frozen=True)
class Stocks(Measured):
    """105 weekly closing prices of one share."""

    ticker: str

    @property
    def measured(self) -> tuple[float, ...]:
        """The prices, each divided by the first."""
        return stock_prices()[self.ticker]


@dataclass(frozen=True)
class OwnSeries(Measured):
    """Numbers of the learner's own: a list, a column, a CSV file."""

    series: tuple[float, ...]

    @property
    def measured(self) -> tuple[float, ...]:
        """The numbers as they were given."""
        return self.series


def read_and_next(values: Array, lengths: NDArray[np.int64]) -> tuple[Array, Targets]:
    """Return (B, T, 1) numbers that are read and the next ones, of (B, T + 1)."""
    beyond = np.arange(values.shape[1] - 1) >= lengths[:, None]
    inputs = np.where(beyond, 0.0, values[:, :-1])
    return inputs[:, :, None], np.where(beyond, np.nan, values[:, 1:])[:, :, None]


_LENGTH: Final = Setting("length", 20, 1, 1000)
_SHARE: Final = Setting("share", 25, 0, 50)
SINE: Final = Problem(
    name="sine",
    posed=Sine,
    settings=(_LENGTH, Setting("period", 12.0, 2.0, 1000.0), Setting("amplitude", 1.0, 0.01, 100.0), SPREAD),
)
STOCKS: Final = Problem(
    name="stocks",
    posed=Stocks,
    settings=(_LENGTH, Setting("ticker", TICKERS[0], choices=TICKERS), _SHARE),
    source="weekly closing prices of 2018 and 2019, as plotly ships them",
)
SERIES: Final = Problem(name="series", posed=OwnSeries, settings=(Setting("series", MONTHS), _LENGTH, _SHARE))
