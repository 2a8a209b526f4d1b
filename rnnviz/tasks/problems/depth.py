"""Bracket depth: how many brackets are open, asked at every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.lengths import SPREAD, filled, lengths_of, one_hots, shares
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting

OPEN, CLOSE = range(2)


@dataclass(frozen=True)
class Depth(Posed):
    """Each step reads a bracket; the answer is how many are open then. One that closes nothing is ignored.

    Both brackets are equally likely, but that where ``deepest`` brackets are open, one closes.
    """

    kind: ClassVar[str] = "numbers"
    counts: ClassVar[str] = "every"
    length: int
    deepest: int
    spread: int

    @property
    def inputs(self) -> int:
        """The two brackets."""
        return 2

    @property
    def outputs(self) -> int:
        """The depth."""
        return 1

    @property
    def steps(self) -> int:
        """T of the longest sequence."""
        return self.length

    @property
    def alphabet(self) -> tuple[str, ...]:
        """The brackets."""
        return ("(", ")")

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """The mean depth of each step: its variance, averaged over the steps that there are.

        The depth is a Markov chain, so the chances of every depth after t steps are a row of its t-th power.
        """
        level = np.arange(self.deepest + 1)
        step = np.zeros((len(level), len(level)))
        np.add.at(step, (level, np.maximum(level - 1, 0)), 0.5)
        np.add.at(step, (level, np.where(level < self.deepest, level + 1, level - 1)), 0.5)
        chances, variances = np.eye(len(level))[0], []
        for _ in range(self.length):
            chances = chances @ step
            variances.append(chances @ level**2 - (chances @ level) ** 2)
        error = float(np.average(variances, weights=shares(self.length, self.spread)))
        return (Baseline("mean_of_step", error, error),)

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` sequences."""
        lengths = lengths_of(rng, size, self.length, self.spread)
        read = rng.integers(0, 2, size=(size, self.length))
        depths, depth = np.empty((size, self.length)), np.zeros(size, dtype=np.int64)
        for t in range(self.length):
            read[depth == self.deepest, t] = CLOSE
            depth = np.maximum(depth + np.where(read[:, t] == OPEN, 1, -1), 0)
            depths[:, t] = depth
        depths[np.arange(self.length) >= lengths[:, None]] = np.nan
        return one_hots(filled(read, lengths), 2), depths[:, :, None], lengths


DEPTH: Final = Problem(
    name="depth",
    posed=Depth,
    settings=(Setting("length", 30, 2, 1000), Setting("deepest", 8, 1, 50), SPREAD),
    source="after Gers & Schmidhuber 2001, who let an LSTM count",
)
