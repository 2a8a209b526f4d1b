"""The next character, or word, of a text: what a language model is trained on."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import TOKENS, ExperimentError
from rnnviz.inputs import Array, Inputs, one_hot
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.guesses import table_baseline
from rnnviz.tasks.problems.lengths import one_hots
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting
from rnnviz.tasks.problems.shipped import SHIPPED
from rnnviz.tasks.symbols import answers_of, symbols, visible

FEWEST: Final = 2
"""A text of one symbol has nothing to predict from it."""
MOST: Final = 10_000_000
"""Most symbols times kinds of them: one-hot in float64, the whole text then takes 80 MB."""
SHARE: Final = Setting("share", 10, 0, 50)
"""How many percent of the data, its end, are kept for validation."""


@dataclass(frozen=True)
class NextSymbol(Posed):
    """Each step reads a symbol of a text and is asked for the next.

    A sequence is a window of the text. The text's end is kept for validation: no symbol of it is in a window that is
    trained on, neither as what is read nor as an answer. A text too short to be parted is all trained on, and with it
    END, which comes after its last symbol. Otherwise nothing asks for END: it would come once, where nobody learns it.
    """

    kind: ClassVar[str] = "symbols"
    counts: ClassVar[str] = "every"
    length: int
    tokens: str
    share: int

    def __post_init__(self) -> None:
        """Refuse a text of fewer than two symbols, or one that would take too much memory."""
        count, kinds = len(self.found), len(self.alphabet)
        if count < FEWEST:
            raise ExperimentError("text", self.written, "problem.text", least=FEWEST, count=count)
        if count * kinds > MOST:
            raise ExperimentError("text", self.written, "problem.long", count=count, kinds=kinds, most=MOST)

    @property
    @abstractmethod
    def written(self) -> str:
        """The text."""

    @cached_property
    def found(self) -> tuple[str, ...]:
        """The n symbols of the text."""
        return symbols(self.written, self.tokens)

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """(n + 1,), the number of each of the n symbols of the text in the alphabet, and END."""
        number = {symbol: code for code, symbol in enumerate(self.alphabet)}
        return np.array([*(number[symbol] for symbol in self.found), len(number)])

    @property
    def cut(self) -> int:
        """The first symbol of the validation part; a part of fewer than two symbols is none."""
        count = len(self.codes) - 1
        kept = count * self.share // 100
        return count - kept if FEWEST <= kept <= count - FEWEST else count

    @property
    def has_validation(self) -> bool:
        """Whether the text is long enough to be parted."""
        return self.cut < len(self.codes) - 1

    @property
    def validation_count(self) -> int:
        """How many windows, one after the other, the validation part has."""
        return -(-(len(self._kept) - 1) // self.steps) if self.has_validation else 0

    @property
    def inputs(self) -> int:
        """The alphabet."""
        return len(self.alphabet)

    @property
    def outputs(self) -> int:
        """The alphabet and END."""
        return len(self.alphabet) + 1

    @property
    def steps(self) -> int:
        """T, not more than the training part has questions."""
        return min(self.length, len(self._training) - 1)

    @cached_property
    def alphabet(self) -> tuple[str, ...]:
        """The different symbols of the text."""
        return tuple(sorted(set(self.found)))

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """The same as a person reads them, and END."""
        return answers_of(self.alphabet)

    @property
    def _training(self) -> NDArray[np.int64]:
        return self.codes[: self.cut] if self.has_validation else self.codes

    @property
    def _kept(self) -> NDArray[np.int64]:
        """The validation part; each of its symbols but the first is asked for."""
        return self.codes[self.cut : -1]

    @property
    def stream(self) -> Inputs:
        """The training part as one sequence."""
        codes = self._training
        inputs = one_hot(codes[:-1].tolist(), self.inputs)
        labels = tuple(map(visible, self.found[: len(codes) - 1]))
        return Inputs("symbols", labels, self.alphabet, self.answers, inputs, codes[1:].copy())

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """Any symbol; then the best answers that know how often each follows any other, or the present one."""
        uniform = Baseline("any_symbol", log(self.outputs), 1 / self.outputs)
        train, test = self._training, self._kept if self.has_validation else self._training
        nothing = np.zeros_like
        frequent = table_baseline(
            "frequencies", (nothing(train[:-1]), train[1:]), (nothing(test[:-1]), test[1:]), (1, self.outputs)
        )
        pairs = table_baseline("pairs", (train[:-1], train[1:]), (test[:-1], test[1:]), (self.inputs, self.outputs))
        return uniform, frequent, pairs

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` windows: anywhere in the training part, or those of the validation part in their order."""
        if part == "training":
            first = rng.integers(0, len(self._training) - self.steps, size=size)
            lengths = np.full(size, self.steps)
        else:
            first = self.cut + self.steps * (np.arange(size) % self.validation_count)
            lengths = np.minimum(self.steps, self.cut + len(self._kept) - 1 - first)
        steps = np.arange(self.steps)
        inside = steps < lengths[:, None]
        at = np.where(inside, first[:, None] + steps, 0)
        read, answers = np.where(inside, self.codes[at], -1), np.where(inside, self.codes[at + 1], -1)
        return one_hots(read, self.inputs), answers, lengths


@dataclass(frozen=True)
class OwnText(NextSymbol):
    """A text of the learner's own."""

    text: str

    @property
    def written(self) -> str:
        """The text as it was typed."""
        return self.text


@dataclass(frozen=True)
class ShippedText(NextSymbol):
    """A text that ships with Python, or with this package."""

    book: str

    @property
    def written(self) -> str:
        """The text as it was found."""
        return SHIPPED[self.book]()


_TOKENS: Final = Setting("tokens", "characters", choices=TOKENS)
_LENGTH: Final = Setting("length", 25, 1, 1000)
TEXT: Final = Problem(
    name="text",
    posed=OwnText,
    settings=(Setting("text", "hello world " * 20), _TOKENS, _LENGTH, SHARE),
    source="Karpathy 2015, min-char-rnn",
)
BOOK: Final = Problem(
    name="book",
    posed=ShippedText,
    settings=(Setting("book", "zen", choices=tuple(SHIPPED)), _TOKENS, _LENGTH, SHARE),
    source="Karpathy 2015, min-char-rnn",
)
