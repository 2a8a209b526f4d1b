"""Parity: whether the ones so far are even or odd, asked at every step."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.lengths import SPREAD, filled, lengths_of, one_hots
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting


@dataclass(frozen=True)
class Parity(Posed):
    """Each step reads 0 or 1, both equally often; the answer is the parity of all ones up to it."""

    kind: ClassVar[str] = "symbols"
    counts: ClassVar[str] = "every"
    length: int
    spread: int

    @property
    def inputs(self) -> int:
        """0 and 1."""
        return 2

    @property
    def outputs(self) -> int:
        """Even and odd."""
        return 2

    @property
    def steps(self) -> int:
        """T of the longest sequence."""
        return self.length

    @property
    def alphabet(self) -> tuple[str, ...]:
        """The two digits."""
        return ("0", "1")

    @property
    def answers(self) -> tuple[str, ...]:
        """The parity as a digit: 0 even, 1 odd."""
        return ("0", "1")

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Either: after each step both are equally likely."""
        return (Baseline("any_answer", log(2), 0.5),)

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` sequences."""
        lengths = lengths_of(rng, size, self.length, self.spread)
        bits = rng.integers(0, 2, size=(size, self.length))
        return one_hots(filled(bits, lengths), 2), filled(bits.cumsum(axis=1) % 2, lengths), lengths


PARITY: Final = Problem(
    name="parity",
    posed=Parity,
    settings=(Setting("length", 12, 2, 1000), SPREAD),
    source="Bengio, Simard & Frasconi 1994, the parity problem",
)
