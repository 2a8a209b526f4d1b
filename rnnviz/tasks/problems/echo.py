"""Echo: say what was read some steps ago."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Array
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.lengths import SPREAD, filled, lengths_of, one_hots
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting
from rnnviz.trace import NO_TARGET


@dataclass(frozen=True)
class Echo(Posed):
    """Each step reads one of k symbols; the answer is that of ``delay`` steps ago, and none before there is one."""

    kind: ClassVar[str] = "symbols"
    counts: ClassVar[str] = "marked"
    length: int
    delay: int
    symbols: int
    spread: int

    def __post_init__(self) -> None:
        """Refuse a delay that leaves a sequence nothing to say."""
        if self.delay >= self.length:
            raise ExperimentError("delay", self.delay, "problem.delay", length=self.length)

    @property
    def inputs(self) -> int:
        """The symbols."""
        return self.symbols

    @property
    def outputs(self) -> int:
        """The symbols."""
        return self.symbols

    @property
    def steps(self) -> int:
        """T of the longest sequence."""
        return self.length

    @property
    def alphabet(self) -> tuple[str, ...]:
        """Letters."""
        return tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: self.symbols])

    @property
    def answers(self) -> tuple[str, ...]:
        """The same letters."""
        return self.alphabet

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Any symbol."""
        return (Baseline("any_symbol", log(self.symbols), 1 / self.symbols),)

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` sequences."""
        lengths = lengths_of(rng, size, self.length, self.spread, least=self.delay + 1)
        read = filled(rng.integers(0, self.symbols, size=(size, self.length)), lengths)
        targets = np.full((size, self.length), NO_TARGET)
        targets[:, self.delay :] = read[:, : -self.delay]
        return one_hots(read, self.symbols), filled(targets, lengths), lengths


ECHO: Final = Problem(
    name="echo",
    posed=Echo,
    settings=(Setting("length", 30, 2, 1000), Setting("delay", 5, 1, 999), Setting("symbols", 4, 2, 26), SPREAD),
    source="Jaeger 2001, short term memory in echo state networks",
)
