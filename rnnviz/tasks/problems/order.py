"""Temporal order: which of two symbols came first, and which second, among many that do not matter."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
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
from rnnviz.trace import NO_TARGET

DISTRACTORS: Final = 4
FIRST, LAST = 6, 7
"""Where the symbols that begin and end a sequence stand in the alphabet; X and Y are 4 and 5."""
SPANS: Final = {2: ((0.1, 0.2), (0.5, 0.6)), 3: ((0.1, 0.2), (0.33, 0.43), (0.66, 0.76))}
"""Where the symbols that matter may stand, in parts of the length."""
SHORTEST: Final = 10


@dataclass(frozen=True)
class Order(Posed):
    """A sequence begins with E and ends with B; between are a, b, c, d at random, and two or three of X or Y.

    The last step asks which these were, in their order: one of 4 or 8 answers.
    """

    kind: ClassVar[str] = "symbols"
    counts: ClassVar[str] = "last"
    shapes: ClassVar[tuple[str, ...]] = ("many_to_many", "many_to_one", "one_to_one")
    length: int
    symbols: int
    spread: int

    @property
    def inputs(self) -> int:
        """The alphabet."""
        return len(self.alphabet)

    @property
    def outputs(self) -> int:
        """The orders of X and Y."""
        return len(self.answers)

    @property
    def steps(self) -> int:
        """T of the longest sequence."""
        return self.length

    @property
    def alphabet(self) -> tuple[str, ...]:
        """What does not matter, what does, and what begins and ends a sequence."""
        return tuple("abcdXYEB")

    @property
    def answers(self) -> tuple[str, ...]:
        """XX, XY, YX, YY, or XXX and so on."""
        return tuple(map("".join, product("XY", repeat=self.symbols)))

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Any of the answers."""
        return (Baseline("any_answer", log(self.outputs), 1 / self.outputs),)

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` sequences."""
        lengths = lengths_of(rng, size, self.length, self.spread, least=SHORTEST)
        read = filled(rng.integers(0, DISTRACTORS, size=(size, self.length)), lengths)
        answer, rows = np.zeros(size, dtype=np.int64), np.arange(size)
        for first, stop in SPANS[self.symbols]:
            low = np.floor(first * lengths).astype(np.int64)
            steps = rng.integers(low, np.maximum(low + 1, np.floor(stop * lengths).astype(np.int64)))
            is_y = rng.integers(0, 2, size=size)
            read[rows, steps] = DISTRACTORS + is_y
            answer = 2 * answer + is_y
        read[:, 0], read[rows, lengths - 1] = FIRST, LAST
        targets = np.full((size, self.length), NO_TARGET)
        targets[rows, lengths - 1] = answer
        return one_hots(read, self.inputs), targets, lengths


ORDER: Final = Problem(
    name="order",
    posed=Order,
    settings=(Setting("length", 50, SHORTEST, 1000), Setting("symbols", 2, 2, 3), SPREAD),
    source="Hochreiter & Schmidhuber 1997, experiments 6a and 6b; Pascanu, Mikolov & Bengio 2013",
)
