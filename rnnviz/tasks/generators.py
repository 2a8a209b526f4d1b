"""Series made by rule, by name: sine, square, impulse, and real share prices."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Inputs, readable

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Parameter:
    """One setting of a generator: a number of at least ``least``, or one of ``choices``."""

    name: str
    default: float | str
    least: float | None = None
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> float | str:
        """Return the value that ``text`` writes.

        Raises
        ------
        ExperimentError
            If it does not fit.
        """
        if self.choices:
            if text not in self.choices:
                raise ExperimentError("task", text, "task.choice", parameter=self.name, choices=", ".join(self.choices))
            return text
        try:
            value = float(text)
        except ValueError:
            value = np.nan
        if not np.isfinite(value) or (self.least is not None and value < self.least):
            if self.least is None:
                raise ExperimentError("task", text, "task.number", parameter=self.name)
            raise ExperimentError("task", text, "task.least", parameter=self.name, least=readable(self.least))
        return value


@dataclass(frozen=True)
class Generator:
    """A rule that makes a series of any length.

    Attributes
    ----------
    name : str
        Its name in links, controls and tests.
    make : callable
        ``make(count, **parameters)`` → (count,) float64.
    parameters : tuple of Parameter
    longest : int or None
        How many values there are, where the series is not made but measured.
    """

    name: str
    make: Callable[..., Array]
    parameters: tuple[Parameter, ...]
    longest: int | None = None


def sine(count: int, period: float, amplitude: float, phase: float) -> Array:
    """Return amplitude · sin(2π (t + phase) / period), t = 0, 1, …; period and phase in steps."""
    turns = (np.arange(count) + phase) / period % 1  # whole turns change nothing but what a float64 can hold
    # Rounded, because sin(π) is 1.2e-16 in float64 and a person expects to read 0.
    return np.asarray(amplitude * np.round(np.sin(2 * np.pi * turns), 12) + 0.0)


def square(count: int, period: float, amplitude: float) -> Array:
    """Return +amplitude for the first half of each period, −amplitude for the second."""
    return np.where(np.arange(count) % period < period / 2, amplitude, -amplitude)


def impulse(count: int, at: float, amplitude: float) -> Array:
    """Return zeros with one ``amplitude`` at step ``at``, counted from 1: what is left of it later is memory."""
    return np.where(np.arange(1, count + 1) == round(at), amplitude, 0.0)


@lru_cache
def stock_prices() -> Mapping[str, tuple[float, ...]]:
    """Return 105 weekly closing prices of 2018 and 2019 by ticker, each divided by the first.

    They are those of ``plotly.data.stocks()``, read from the file inside the plotly package: asking plotly for them
    would import plotly, narwhals and pandas for 13 kB of text.
    """
    package = find_spec("plotly")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the share prices ship with plotly, which is not installed", name="plotly")
    path = Path(package.origin).parent / "package_data" / "datasets" / "stocks.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: tuple(float(row[name]) for row in rows) for name in rows[0] if name != "date"}


def stocks(count: int, ticker: str) -> Array:
    """Return the first ``count`` weekly closing prices of one share, the first being 1."""
    return np.array(stock_prices()[ticker][:count])


TICKERS: Final = ("GOOG", "AAPL", "AMZN", "FB", "NFLX", "MSFT")
_AMPLITUDE: Final = Parameter("amplitude", 1.0)
GENERATORS: Final[Mapping[str, Generator]] = {
    generator.name: generator
    for generator in (
        Generator("sine", sine, (Parameter("period", 12.0, least=1.0), _AMPLITUDE, Parameter("phase", 0.0))),
        Generator("square", square, (Parameter("period", 8.0, least=1.0), _AMPLITUDE)),
        Generator("impulse", impulse, (Parameter("at", 3.0, least=1.0), _AMPLITUDE)),
        Generator("stocks", stocks, (Parameter("ticker", TICKERS[0], choices=TICKERS),), longest=105),
    )
}


def parse_task(task: str) -> tuple[Generator, dict[str, Any]]:
    """Read a generator's name and its settings: ``"sine"`` or ``"sine:period=8:phase=2"`` or ``"stocks:ticker=MSFT"``.

    Raises
    ------
    ExperimentError
        For a generator or a setting that does not exist, or a value that does not fit.
    """
    name, *settings = task.split(":")
    if name not in GENERATORS:
        raise ExperimentError("task", name, "error.choice", choices=", ".join(GENERATORS))
    generator = GENERATORS[name]
    known = {parameter.name: parameter for parameter in generator.parameters}
    values: dict[str, Any] = {parameter.name: parameter.default for parameter in generator.parameters}
    for setting in settings:
        key, _, text = setting.partition("=")
        if key not in known:
            raise ExperimentError("task", key, "task.parameter", task=name, choices=", ".join(known))
        values[key] = known[key].read(text)
    return generator, values


def generate(task: str, count: int) -> Array:
    """Return (``count``,) values of the series that ``task`` names, in the form of `parse_task`.

    Raises
    ------
    ExperimentError
        As `parse_task`, and if the series has fewer values.
    """
    generator, values = parse_task(task)
    if generator.longest is not None and count > generator.longest:
        # A step predicts the next value, so there is one step less than there are values.
        raise ExperimentError("length", count - 1, "task.longest", task=generator.name, most=generator.longest - 1)
    return generator.make(count, **values)


def task_inputs(task: str, length: int) -> Inputs:
    """Return ``length`` steps of a generated series, each with the next value as its target: T + 1 values are made.

    Nothing is rescaled: the generators' own values are what the network reads.

    Raises
    ------
    ExperimentError
        As `generate`.
    """
    values = generate(task, length + 1)
    return Inputs(
        kind="numbers",
        labels=tuple(map(readable, values[:-1])),
        alphabet=None,
        answers=None,
        inputs=values[:-1, None].copy(),
        targets=values[1:, None].copy(),
    )
