"""The copy problem: read some symbols, wait, and say them again in their order."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.lengths import one_hots
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting

BLANK: Final = "–"
RECALL: Final = "?"


@dataclass(frozen=True)
class Copying(Posed):
    """Symbols to recall, blanks, a mark that asks, and blanks again while they are said.

    Recall n of k symbols over T blanks: n symbols, T − 1 blanks, the mark, n blanks; T + 2n steps. The answer is a
    blank until the mark and at it, then the symbols.
    """

    kind: ClassVar[str] = "symbols"
    counts: ClassVar[str] = "every"
    blanks: int
    recall: int
    symbols: int

    @property
    def inputs(self) -> int:
        """The symbols, the blank and the mark."""
        return self.symbols + 2

    @property
    def outputs(self) -> int:
        """The symbols and the blank."""
        return self.symbols + 1

    @property
    def steps(self) -> int:
        """T + 2n."""
        return self.blanks + 2 * self.recall

    @property
    def alphabet(self) -> tuple[str, ...]:
        """Letters, the blank, the mark."""
        return (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: self.symbols], BLANK, RECALL)

    @property
    def answers(self) -> tuple[str, ...]:
        """Letters and the blank."""
        return self.alphabet[:-1]

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Blanks up to the mark, then any symbol: n ln k, spread over all steps."""
        return (Baseline("any_symbol", self.recall * log(self.symbols) / self.steps, 1 / self.symbols),)

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` sequences."""
        shown = rng.integers(0, self.symbols, size=(size, self.recall))
        read = np.full((size, self.steps), self.symbols)
        read[:, : self.recall] = shown
        read[:, -self.recall - 1] = self.symbols + 1
        targets = np.full((size, self.steps), self.symbols)
        targets[:, -self.recall :] = shown
        return one_hots(read, self.inputs), targets, np.full(size, self.steps)

    def scored(self, targets: Targets) -> NDArray[np.bool_]:
        """Return which answers are symbols: blanks are no memory, and would make a poor network look good."""
        return np.asarray((targets >= 0) & (targets < self.symbols))


COPY: Final = Problem(
    name="copy",
    posed=Copying,
    settings=(Setting("blanks", 20, 1, 1000), Setting("recall", 10, 1, 50), Setting("symbols", 8, 2, 26)),
    source="Arjovsky, Shah & Bengio 2016, section 5.1; after Hochreiter & Schmidhuber 1997",
)
