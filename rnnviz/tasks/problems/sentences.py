"""Sets of sentences: whether one is kind, and what part of speech each of its words is."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from math import log
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Array, Inputs, one_hot
from rnnviz.tasks.corpora import sentiment, tagging
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.guesses import table_baseline
from rnnviz.tasks.problems.lengths import one_hots
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting
from rnnviz.tasks.symbols import symbols
from rnnviz.trace import NO_TARGET

Words = tuple[str, ...]
Codes = NDArray[np.int64]

NAMED: Final = 3
LONGEST: Final = 40
"""Words that are named for one that is not known, those most like it, and the letters that it is compared by."""


@dataclass(frozen=True)
class Sentences(Posed):
    """Sentences of a set, in words; the input is the set's vocabulary.

    The set is parted at random. Every word of the validation part also occurs in the training part: of a word that it
    never met, a network can know nothing.
    """

    kind: ClassVar[str] = "symbols"
    share: int
    split: int

    @property
    @abstractmethod
    def sentences(self) -> tuple[Words, ...]:
        """All sentences."""

    @property
    @abstractmethod
    def targets(self) -> Codes:
        """(N, T), what each step of each sentence asks for, −1 where nothing."""

    @cached_property
    def alphabet(self) -> Words:
        """The vocabulary."""
        return tuple(sorted({word for words in self.sentences for word in words}))

    @property
    def inputs(self) -> int:
        """The vocabulary."""
        return len(self.alphabet)

    @property
    def outputs(self) -> int:
        """The labels or tags."""
        return len(self.answers or ())

    @cached_property
    def lengths(self) -> Codes:
        """(N,), how many words each sentence has."""
        return np.array([len(words) for words in self.sentences])

    @property
    def steps(self) -> int:
        """T of the longest sentence."""
        return int(self.lengths.max())

    @cached_property
    def codes(self) -> Codes:
        """(N, T), the number of each word in the vocabulary, −1 beyond a sentence's end."""
        found = np.full((len(self.sentences), self.steps), NO_TARGET)
        for row, words in zip(found, self.sentences, strict=True):
            row[: len(words)] = [self.alphabet.index(word) for word in words]
        return found

    @cached_property
    def parts(self) -> dict[str, Codes]:
        """The numbers of the sentences of each part."""
        validation = held_out(self.sentences, self.groups, self.share, self.split)
        training = np.setdiff1d(np.arange(len(self.sentences)), validation)
        return {"training": training, "validation": validation}

    @property
    def groups(self) -> Codes:
        """(N,), of which kind each sentence is; the validation part has as many of each."""
        return np.zeros(len(self.sentences), dtype=np.int64)

    @property
    def has_validation(self) -> bool:
        """Whether any sentence is kept."""
        return bool(len(self.parts["validation"]))

    @property
    def validation_count(self) -> int:
        """How many sentences are kept."""
        return len(self.parts["validation"])

    @property
    def measured(self) -> Codes:
        """The sentences that baselines are measured on."""
        return self.parts["validation" if self.has_validation else "training"]

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, Codes]:
        """Return ``size`` sentences: any of the training part, or the validation part in its order."""
        chosen = self.parts[part]
        rows = rng.choice(chosen, size=size) if part == "training" else chosen[np.arange(size) % len(chosen)]
        return one_hots(self.codes[rows], self.inputs), self.targets[rows], self.lengths[rows]

    def _pairs(self, rows: Codes) -> tuple[Codes, Codes]:
        """Return the words at which something is asked, and the answers."""
        read, answers = self.codes[rows], self.targets[rows]
        return read[answers != NO_TARGET], answers[answers != NO_TARGET]

    def read(self, text: str) -> Inputs:
        """Return a sentence of the learner's own, of words of the vocabulary, without targets.

        Raises
        ------
        ExperimentError
            If a word is not in it, or there is none.
        """
        words = [word for word in symbols(text.lower(), "words") if word not in ".,!?"]
        if not words:
            raise ExperimentError("text", text, "problem.no_word")
        for word in words:
            if word not in self.alphabet:
                like = ", ".join(get_close_matches(word[:LONGEST], self.alphabet, n=NAMED, cutoff=0))
                raise ExperimentError("text", word, "problem.word", count=len(self.alphabet), choices=like)
        x = one_hot([self.alphabet.index(word) for word in words], self.inputs)
        return Inputs("symbols", tuple(words), self.alphabet, self.answers, x, np.full(len(words), NO_TARGET))


@dataclass(frozen=True)
class Sentiment(Sentences):
    """After its last word: is a judgement kind or not."""

    counts: ClassVar[str] = "last"
    shapes: ClassVar[tuple[str, ...]] = ("many_to_many", "many_to_one")

    @cached_property
    def sentences(self) -> tuple[Words, ...]:
        """The judgements."""
        return tuple(words for words, _ in sentiment.sentences())

    @cached_property
    def groups(self) -> Codes:
        """(N,), the label of each."""
        return np.array([label for _, label in sentiment.sentences()])

    @cached_property
    def targets(self) -> Codes:
        """(N, T), the label at the last word."""
        found = np.full(self.codes.shape, NO_TARGET)
        found[np.arange(len(found)), self.lengths - 1] = self.groups
        return found

    @property
    def answers(self) -> Words:
        """Negative and positive."""
        return sentiment.LABELS

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """Always the label that is more frequent in training, where both nearly are; then what the last word tells."""
        kinds = np.bincount(self.groups[self.parts["training"]], minlength=self.outputs)
        right = float((self.groups[self.measured] == kinds.argmax()).mean())
        fitted, measured = (self._pairs(rows) for rows in (self.parts["training"], self.measured))
        last = table_baseline("last_word", fitted, measured, (self.inputs, self.outputs))
        return Baseline("majority", log(self.outputs), right), last


@dataclass(frozen=True)
class Tagging(Sentences):
    """At each word: what part of speech it is."""

    counts: ClassVar[str] = "every"

    @cached_property
    def sentences(self) -> tuple[Words, ...]:
        """The sentences."""
        return tuple(words for words, _ in tagging.sentences())

    @cached_property
    def targets(self) -> Codes:
        """(N, T), the tag of each word."""
        found = np.full(self.codes.shape, NO_TARGET)
        for row, (_, tags) in zip(found, tagging.sentences(), strict=True):
            row[: len(tags)] = tags
        return found

    @property
    def answers(self) -> Words:
        """The tags."""
        return tagging.TAGS

    def read(self, text: str) -> Inputs:
        """Return a sentence of the learner's own; of one that is in the set the tags are known.

        Raises
        ------
        ExperimentError
            If a word is not in the vocabulary, or there is none.
        """
        found = super().read(text)
        if found.labels not in self.sentences:
            return found
        return replace(found, targets=self.targets[self.sentences.index(found.labels)][: len(found.labels)])

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """How often each tag went with the word; then how often at all."""
        fitted, measured = (self._pairs(rows) for rows in (self.parts["training"], self.measured))
        words = table_baseline("tag_of_word", fitted, measured, (self.inputs, self.outputs))
        nothing = [(np.zeros_like(read), tags) for read, tags in (fitted, measured)]
        return words, table_baseline("frequencies", nothing[0], nothing[1], (1, self.outputs))


def held_out(sentences: Sequence[Words], groups: Codes, share: int, seed: int) -> Codes:
    """Return the numbers of the sentences that are kept for validation, in a random order.

    One after the other is taken, of each group as many, unless it has a word that would then be in no other sentence.
    """
    left = Counter(word for words in sentences for word in set(words))
    chosen: list[int] = []
    quota = {group: len(sentences) * share // 100 // len(set(groups)) for group in groups.tolist()}
    for number in np.random.default_rng(seed).permutation(len(sentences)).tolist():
        words, group = set(sentences[number]), int(groups[number])
        if quota[group] and all(left[word] > 1 for word in words):
            left.subtract(words)
            quota[group] -= 1
            chosen.append(number)
    return np.array(chosen, dtype=np.int64)


_SETTINGS: Final = (Setting("share", 20, 0, 50), Setting("split", 0, 0, 1_000_000))
SENTIMENT: Final = Problem(name="sentiment", posed=Sentiment, settings=_SETTINGS)
TAGGING: Final = Problem(name="tagging", posed=Tagging, settings=_SETTINGS)
