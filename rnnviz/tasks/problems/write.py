"""Write: a whole word, from its first letter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array, Inputs, one_hot
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.lengths import one_hots
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.symbols import answers_of
from rnnviz.tasks.translation import NOTHING, known_symbols
from rnnviz.trace import NO_TARGET
from rnnviz.words import DEFAULT_LANGUAGE

WORDS: Final = (
    *("acorn", "bee", "cloud", "dragonfly", "egg", "feather", "garden", "honey", "island", "jam", "kettle", "lantern"),
    *("moon", "nest", "orchard", "pebble", "quill", "river", "sun", "thunder", "umbrella", "violin", "window"),
    *("xylophone", "yarn", "zebra"),
)
ALPHABET: Final = tuple("abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True)
class Write(Posed):
    """The first step reads a letter; the steps ask for the other letters of the one word that begins with it, then END.

    The words are all that there is to know, so none are kept for validation.
    """

    kind: ClassVar[str] = "symbols"
    counts: ClassVar[str] = "every"
    shapes: ClassVar[tuple[str, ...]] = ("one_to_many",)

    @property
    def inputs(self) -> int:
        """The letters."""
        return len(ALPHABET)

    @property
    def outputs(self) -> int:
        """The letters and END."""
        return len(ALPHABET) + 1

    @property
    def steps(self) -> int:
        """T of the longest word."""
        return max(map(len, WORDS))

    @property
    def alphabet(self) -> tuple[str, ...]:
        """The letters."""
        return ALPHABET

    @property
    def answers(self) -> tuple[str, ...]:
        """The letters and END."""
        return answers_of(ALPHABET)

    @property
    def has_validation(self) -> bool:
        """Whether any is kept: none is."""
        return False

    @cached_property
    def targets(self) -> NDArray[np.int64]:
        """(26, T), what is asked of each word, −1 beyond its end."""
        found = np.full((len(WORDS), self.steps), NO_TARGET)
        for row, word in zip(found, WORDS, strict=True):
            row[: len(word)] = self._asked(word[1:])
        return found

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """How often each letter, or END, stands at each step: all words are known, so it is what it is."""
        counts = np.stack([(self.targets == code).sum(axis=0) for code in range(self.outputs)], axis=1)
        there = counts.sum(axis=1, keepdims=True)
        loss = -(counts * np.log(np.where(counts > 0, counts / there, 1.0))).sum() / there.sum()
        return (Baseline("step", float(loss), float(counts.max(axis=1).sum() / there.sum())),)

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` words."""
        chosen = rng.integers(0, len(WORDS), size=size)
        read = np.full((size, self.steps), NO_TARGET)
        read[:, 0] = [ALPHABET.index(WORDS[number][0]) for number in chosen.tolist()]
        targets = self.targets[chosen]
        return one_hots(read, self.inputs), targets, (targets != NO_TARGET).sum(axis=1)

    def name(self, x: Array) -> tuple[str, ...]:
        """Return the letter where it is read."""
        return tuple(ALPHABET[row.argmax()] if row.any() else NOTHING for row in x)

    def answer(self, source: str) -> str:
        """Return the other letters of the word that begins with a letter."""
        return next(word[1:] for word in WORDS if word[0] == source)

    def read(self, text: str, lang: str = DEFAULT_LANGUAGE) -> Inputs:
        """Return a letter of a person's own; what they wrote behind it, if they did, is wanted instead of the word.

        Raises
        ------
        ExperimentError
            If there is anything but letters from a to z.
        """
        first, *rest = known_symbols("text", text.strip(), ALPHABET)
        targets = self._asked("".join(rest) or self.answer(first))
        x = np.zeros((len(targets), self.inputs))
        x[:1] = one_hot([ALPHABET.index(first)], self.inputs)
        return Inputs("symbols", self.name(x), ALPHABET, answers_of(ALPHABET, lang), x, targets)

    def _asked(self, rest: str) -> NDArray[np.int64]:
        return np.array([*map(ALPHABET.index, rest), len(ALPHABET)], dtype=np.int64)


WRITE: Final = Problem(name="write", posed=Write, settings=())
