"""Draw: a whole wave, from its kind and its period."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import finite
from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Array, Inputs, readable
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting
from rnnviz.tasks.problems.waves import FASTER, KINDS, PERIOD, middles, periods, waves
from rnnviz.tasks.translation import NOTHING

FINE: Final = 1000
"""Periods that the mean is taken over."""


@dataclass(frozen=True)
class Draw(Posed):
    """The first step reads which of four kinds of wave it is, and its period; every step asks for the wave's value."""

    kind: ClassVar[str] = "numbers"
    counts: ClassVar[str] = "every"
    shapes: ClassVar[tuple[str, ...]] = ("one_to_many",)
    length: int
    period: float
    faster: int

    @property
    def inputs(self) -> int:
        """The kinds, and the period in parts of the longest."""
        return len(KINDS) + 1

    @property
    def outputs(self) -> int:
        """The value."""
        return 1

    @property
    def steps(self) -> int:
        """T."""
        return self.length

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """The mean of each step over all kinds and periods: its variance, averaged over the steps.

        The mean over all periods is taken at many that stand equally far apart.
        """
        own = periods(middles(FINE)[:, None], self.period, self.faster)
        variances = [float(waves(step / own).var()) for step in range(self.length)]
        error = float(np.mean(variances))
        return (Baseline("mean_of_step", error, error),)

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` sequences."""
        kinds, own = rng.integers(0, len(KINDS), size=size), periods(rng.random(size), self.period, self.faster)
        return (*self._made(kinds, own), np.full(size, self.length))

    def _made(self, kinds: NDArray[np.int64], own: Array) -> tuple[Array, Targets]:
        rows = np.arange(len(kinds))
        inputs = np.zeros((len(kinds), self.length, self.inputs))
        inputs[rows, 0, kinds] = 1.0
        inputs[:, 0, -1] = own / self.period
        values = waves(np.arange(self.length) / own[:, None])[kinds, rows]
        return inputs, values[:, :, None]

    def name(self, x: Array) -> tuple[str, ...]:
        """Return the kind and the period where they are read."""
        return tuple(
            f"{KINDS[row[:-1].argmax()]} {readable(round(row[-1] * self.period, 2))}" if row.any() else NOTHING
            for row in x
        )

    def read(self, text: str) -> Inputs:
        """Return a wave of a person's own: its kind, and its period if it is not to be the longest.

        Raises
        ------
        ExperimentError
            If there is no such kind, or the period is none.
        """
        kind, _, rest = text.strip().partition(" ")
        own = finite(rest) if rest.strip() else self.period
        if kind not in KINDS or own is None or own < 1:
            raise ExperimentError("text", text, "problem.wave", choices=", ".join(KINDS))
        inputs, targets = self._made(np.array([KINDS.index(kind)]), np.array([own]))
        return Inputs("numbers", self.name(inputs[0]), None, None, inputs[0], targets[0])


DRAW: Final = Problem(name="draw", posed=Draw, settings=(Setting("length", 24, 2, 1000), PERIOD, FASTER))
