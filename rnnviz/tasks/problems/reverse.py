"""Reverse: write a word backwards, so that what was read last is wanted first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnnviz.experiment import ExperimentError
from rnnviz.tasks.problems.base import Baseline
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting
from rnnviz.tasks.problems.translating import Translating

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Reverse(Translating):
    """Random letters, as many as ``shortest`` to ``longest``, all lengths with the same chance; then the same back."""

    shortest: int
    longest: int
    symbols: int

    def __post_init__(self) -> None:
        """Refuse lengths that there are none between."""
        if self.shortest > self.longest:
            raise ExperimentError("shortest", self.shortest, "problem.shortest", longest=self.longest)

    @property
    def alphabet(self) -> tuple[str, ...]:
        """Letters."""
        return tuple(LETTERS[: self.symbols])

    @property
    def written(self) -> tuple[str, ...]:
        """The same letters."""
        return self.alphabet

    @property
    def sizes(self) -> tuple[int, int]:
        """The longest word, and END after it."""
        return self.longest, self.longest + 1

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Any letter, or END as often as a word of so many letters ends there.

        Of all words a share r_j has a step j; of these a share p_j ends at it. With k letters what is written there has
        the entropy −p_j ln p_j − (1 − p_j) ln((1 − p_j) / k); each step weighs as much as there are words that have it.
        """
        step = np.arange(self.longest + 1)
        kinds = self.longest - self.shortest + 1
        there = np.clip((self.longest - step + 1) / kinds, 0.0, 1.0)
        ends = np.where(step >= self.shortest, 1 / kinds, 0.0) / there
        each = (1 - ends) / self.symbols
        chances = np.column_stack([ends, *[each] * self.symbols])
        surprise = -(chances * np.log(np.where(chances > 0, chances, 1.0))).sum(axis=1)
        loss, right = (float(np.average(values, weights=there)) for values in (surprise, chances.max(axis=1)))
        return (Baseline("step", loss, right),)

    def choose(self, rng: np.random.Generator, size: int, part: str) -> Sequence[str]:
        """Return ``size`` words, new ones in either part."""
        lengths = rng.integers(self.shortest, self.longest, size=size, endpoint=True)
        drawn = rng.integers(0, self.symbols, size=(size, self.longest))
        return ["".join(LETTERS[code] for code in row[:n]) for row, n in zip(drawn.tolist(), lengths, strict=True)]

    def answer(self, source: str) -> str:
        """Return a word backwards."""
        return source[::-1]


REVERSE: Final = Problem(
    name="reverse",
    posed=Reverse,
    settings=(Setting("shortest", 4, 1, 50), Setting("longest", 12, 1, 50), Setting("symbols", 26, 2, 26)),
    source="Sutskever, Vinyals & Le 2014, who fed their sources backwards because of it",
)
