"""The adding problem: the sum of two marked numbers, asked for after the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array, readable
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.lengths import SPREAD, lengths_of
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting


@dataclass(frozen=True)
class Adding(Posed):
    """Each step reads a number of U[0, 1] and a mark; the last step asks for the sum of the two marked numbers.

    One mark is in the first half, the other in the second, each anywhere in it with the same chance.
    """

    kind: ClassVar[str] = "numbers"
    counts: ClassVar[str] = "last"
    shapes: ClassVar[tuple[str, ...]] = ("many_to_many", "many_to_one", "one_to_one")
    length: int
    spread: int

    @property
    def inputs(self) -> int:
        """The number, and 1 or 0 for the mark."""
        return 2

    @property
    def outputs(self) -> int:
        """The sum."""
        return 1

    @property
    def steps(self) -> int:
        """T of the longest sequence."""
        return self.length

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Always 1, the mean: the error is the variance of two numbers of U[0, 1], 2 · 1/12."""
        return (Baseline("mean", 1 / 6, 1 / 6),)

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` sequences."""
        lengths = lengths_of(rng, size, self.length, self.spread)
        inputs = np.zeros((size, self.length, 2))
        inputs[:, :, 0] = rng.random((size, self.length))
        rows, half = np.arange(size), lengths // 2
        marked = rng.integers(0, half), rng.integers(half, lengths)
        for steps in marked:
            inputs[rows, steps, 1] = 1.0
        inputs[np.arange(self.length) >= lengths[:, None]] = 0.0
        targets = np.full((size, self.length, 1), np.nan)
        targets[rows, lengths - 1, 0] = sum(inputs[rows, steps, 0] for steps in marked)
        return inputs, targets, lengths

    def name(self, x: Array) -> tuple[str, ...]:
        """Return the numbers, a plus before the marked ones."""
        return tuple("+" * bool(mark) + readable(round(number, 2)) for number, mark in x)


ADDING: Final = Problem(
    name="adding",
    posed=Adding,
    settings=(Setting("length", 50, 2, 1000), SPREAD),
    source="Hochreiter & Schmidhuber 1997, experiment 4; in the form of Arjovsky, Shah & Bengio 2016, section 5.2",
)
