"""Problems for an encoder and a decoder: one sequence of symbols is read, another is written, and a rule says which."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Array, Inputs
from rnnviz.tasks.problems.base import Posed
from rnnviz.tasks.problems.batch import Batch, Targets
from rnnviz.tasks.problems.lengths import one_hots
from rnnviz.tasks.symbols import answers_of, visible
from rnnviz.tasks.translation import codes_of, known_symbols, symbols_translated
from rnnviz.trace import NO_TARGET
from rnnviz.words import DEFAULT_LANGUAGE

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Translating(Posed):
    """A source of some symbols is read, what the rule makes of it is written, and END after it.

    Sources have no END: that nothing more is read says it. Of a batch, shorter sources are filled up behind, so that
    all decoders begin at the same step.
    """

    kind: ClassVar[str] = "symbols"
    counts: ClassVar[str] = "marked"
    shapes: ClassVar[tuple[str, ...]] = ("encoder_decoder",)

    @property
    @abstractmethod
    def alphabet(self) -> tuple[str, ...]:
        """What a source is written with."""

    @property
    @abstractmethod
    def written(self) -> tuple[str, ...]:
        """What a target is written with, without END."""

    @property
    @abstractmethod
    def sizes(self) -> tuple[int, int]:
        """The most symbols that a source has, and a target, END included."""

    @abstractmethod
    def choose(self, rng: np.random.Generator, size: int, part: str) -> Sequence[str]:
        """Return ``size`` sources."""

    @abstractmethod
    def answer(self, source: str) -> str:
        """Return what is to be written of a source of any length.

        Raises
        ------
        ExperimentError
            With the field "text", if the source has no such form.
        """

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """What a target is written with, as a person reads it, and END."""
        return answers_of(self.written)

    @property
    def inputs(self) -> int:
        """What a source is written with."""
        return len(self.alphabet)

    @property
    def outputs(self) -> int:
        """What a target is written with, and END."""
        return len(self.written) + 1

    @property
    def steps(self) -> int:
        """The most that are read and written."""
        return sum(self.sizes)

    def drawn(self, rng: np.random.Generator, size: int, part: str) -> Batch:
        """Return ``size`` sequences of a part that there is, their decoders all from one step on."""
        sources = self.choose(rng, size, part)
        read, source_lengths = self._codes(sources, self.alphabet)
        asked, lengths = self._codes([self.answer(source) for source in sources], self.written, end=True)
        width = read.shape[1]
        targets = np.concatenate([np.full_like(read, NO_TARGET), asked], axis=1)
        return Batch(
            self.kind, self._rows(read, asked), targets, width + lengths, self.alphabet, self.answers, self.name,
            sources=width, source_lengths=source_lengths,
        )  # fmt: skip

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, Codes]:
        """Return inputs, targets and lengths of ``size`` sequences."""
        batch = self.drawn(rng, size, part)
        return batch.inputs, batch.targets, batch.lengths

    def _rows(self, read: Codes, asked: Codes) -> Array:
        """Return (B, S + N, max(D, O)): sources, nothing, and of targets all but END, where a decoder reads them."""
        wide = max(self.inputs, self.outputs)
        later = np.where(asked[:, 1:] == NO_TARGET, NO_TARGET, asked[:, :-1])
        first = np.full((len(read), 1), NO_TARGET)
        return one_hots(np.concatenate([read, first, later], axis=1), wide)

    def _codes(self, texts: Sequence[str], known: tuple[str, ...], end: bool = False) -> tuple[Codes, Codes]:
        """Return (B, N), the places of the symbols of some texts in what is known, and (B,), how many each has."""
        inner = np.array([len(text) for text in texts])
        codes = np.full((len(texts), int(inner.max()) + end), NO_TARGET)
        codes[np.arange(codes.shape[1]) < inner[:, None]] = _points("".join(texts), known)
        if end:
            codes[np.arange(len(texts)), inner] = len(known)
        return codes, inner + end

    def name(self, x: Array) -> tuple[str, ...]:
        """Return the symbols of a source, (S, D) or wider."""
        return tuple(visible(self.alphabet[symbol]) for symbol in x.argmax(axis=1))

    def checked(self, text: str) -> tuple[str, ...]:
        """Return the symbols of a source of a person's own, blanks around it dropped; it may be longer than any drawn.

        Raises
        ------
        ExperimentError
            If it is empty, or has a symbol that sources are not written with.
        """
        return known_symbols("text", text.strip(), self.alphabet)

    def translated(
        self, text: str | None = None, target: str | None = None, seed: int = 0, lang: str = DEFAULT_LANGUAGE
    ) -> Inputs:
        """Return a source, a person's own or a drawn one, and what is to be written: what the rule says, or ``target``.

        Raises
        ------
        ExperimentError
            If either is empty or has a symbol that the network does not know, or the rule takes no such source.
        """
        if text is None:
            text = self.choose(np.random.default_rng(seed), 1, "training")[0]
        source = self.checked(text)
        if target is None:
            wanted: Sequence[str] = self.answer("".join(source))
        else:
            wanted = known_symbols("target", target.strip(), self.written)
        codes = codes_of(wanted, self.written).tolist()
        data = symbols_translated(source, codes, self.alphabet, answers_of(self.written, lang))
        return data if target is None else replace(data, room=self._taught("".join(source)))

    def _taught(self, source: str) -> int:
        """Return how many symbols are to be written of a source, END included; the most of any, if it has no answer."""
        try:
            return len(self.answer(source)) + 1
        except ExperimentError:
            return self.sizes[1]

    def whole(self, outputs: Array, targets: Targets) -> float:
        """Return the share of sequences that are right from beginning to end.

        Parameters
        ----------
        outputs : (B, T, O)
        targets : (B, T) int64
            Sequences that ask for nothing are left out; NaN is returned if all are.
        """
        asked = self.scored(targets)
        right = (outputs.argmax(axis=-1) == targets) | ~asked
        some = asked.any(axis=1)
        return float(right.all(axis=1)[some].mean()) if some.any() else float("nan")


def _points(text: str, known: tuple[str, ...]) -> Codes:
    """Return the places of the letters of a text in what is known, all at once: one by one would be most of a draw."""
    place = np.zeros(max(map(ord, known)) + 1, dtype=np.int64)
    place[[ord(symbol) for symbol in known]] = np.arange(len(known))
    return np.asarray(place[np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)])
