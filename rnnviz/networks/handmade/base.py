"""What all hand-built networks share: weights by name, inputs that exercise them, and a text read as such."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import regex
from numpy.typing import NDArray

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Array, Inputs, one_hot
from rnnviz.lessons import prose
from rnnviz.words import DEFAULT_LANGUAGE, say


@dataclass(frozen=True, kw_only=True, eq=False)
class Handmade:
    """A network with weights set by hand, and the task it solves. T time, D input, H hidden, O output.

    Attributes
    ----------
    name : str
        Its name in links, controls and tests; ``lessons/<language>/networks/<name>.md`` explains it.
    cell : {"rnn", "gru", "lstm"}
    hidden_size, num_layers : int
    nonlinearity : {"tanh", "relu", "identity"}
        Of a plain RNN.
    symbols : tuple of str
        What it reads. One-hot in this order; with ``one_hot`` False the symbols are digits, read as numbers (D = 1).
    one_hot : bool
    weights : mapping
        Under torch's names; biases that are not given are zero.
    chances : tuple of float
        How often each symbol occurs in a random input.
    first : str or None
        The symbol that a random input begins with; None: any.
    solve : callable
        ``solve(indices)`` → the right answer after each step, by rule and not by network: an index into the answers
        (−1 for none) or a number (NaN for none).
    answer_count : int or None
        O of a network that answers with symbols; None if it answers with one number.
    aliases : mapping
        Other ways to type a symbol.
    spaced : bool
        Whether symbols are words between spaces rather than single characters.
    right_for : int or None
        Any input of up to this many steps is answered rightly; None: every one. Tested.
    """

    name: str
    cell: str
    hidden_size: int
    num_layers: int = 1
    nonlinearity: str = "tanh"
    symbols: tuple[str, ...]
    one_hot: bool = True
    weights: Mapping[str, Sequence[float] | Sequence[Sequence[float]]]
    chances: tuple[float, ...]
    solve: Callable[[Sequence[int]], Sequence[float]]
    answer_count: int | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    spaced: bool = False
    right_for: int | None = None
    first: str | None = None

    @property
    def unit_names(self) -> tuple[str, ...]:
        """What each of the H units stands for, in the default language."""
        return self.unit_names_in(DEFAULT_LANGUAGE)

    def unit_names_in(self, lang: str) -> tuple[str, ...]:
        """Return what each of the H units stands for."""
        return tuple(say(f"network.{self.name}.unit.{unit}", lang) for unit in range(1, self.hidden_size + 1))

    def title(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return the network's name for people."""
        return say(f"network.{self.name}.title", lang)

    def summary(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return one sentence on what it does."""
        return say(f"network.{self.name}.summary", lang)

    def explanation(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return, as Markdown, why the weights are what they are, and where they reach their limit."""
        return prose(f"networks/{self.name}", "weights", lang)

    def parameters(self) -> dict[str, Array]:
        """Return new float64 arrays under torch's names, with the readout "weight_ho" (O, H) and "bias_o" (O,)."""
        given = {name: np.array(values, dtype=np.float64) for name, values in self.weights.items()}
        rows = len(given["weight_ih_l0"])
        sizes = {"bias_ih_l0": rows, "bias_hh_l0": rows, "bias_o": len(given["weight_ho"])}
        return {**{name: np.zeros(size) for name, size in sizes.items()}, **given}

    def inputs(self, seed: int, length: int, lang: str = DEFAULT_LANGUAGE) -> Inputs:
        """Return a random input of ``length`` steps that exercises the network: the same seed, the same input."""
        indices = np.random.default_rng(seed).choice(len(self.symbols), size=length, p=self.chances).tolist()
        if self.first is not None:
            indices[0] = self.symbols.index(self.first)
        return self._inputs(indices, lang)

    def inputs_from_text(self, text: str, lang: str = DEFAULT_LANGUAGE) -> Inputs:
        """Return the input that a person typed.

        Spaces and new lines are ignored, or stand between the symbols where these are words.

        Raises
        ------
        ExperimentError
            If the text has a symbol that the network does not know, which the sentence names, or none at all.
        """
        found = regex.split(r"[\s,;]+", text.strip()) if self.spaced else regex.findall(r"(?!\s)\X", text)
        typed = [symbol for symbol in found if symbol]
        known = {symbol: index for index, symbol in enumerate(self.symbols)}
        known |= {alias: known[symbol] for alias, symbol in self.aliases.items()}
        for position, symbol in enumerate(typed, start=1):
            if symbol not in known:
                choices = " ".join(self.symbols)
                raise ExperimentError("text", symbol, "network.unknown_symbol", position=position, choices=choices)
        if not typed:
            raise ExperimentError("text", text, "error.text")
        return self._inputs([known[symbol] for symbol in typed], lang)

    def _inputs(self, indices: list[int], lang: str) -> Inputs:
        answers = None
        if self.answer_count is not None:
            numbers = range(1, self.answer_count + 1)
            answers = tuple(say(f"network.{self.name}.answer.{number}", lang) for number in numbers)
        return Inputs(
            kind="numbers" if answers is None else "symbols",
            labels=tuple(self.symbols[index] for index in indices),
            alphabet=self.symbols if self.one_hot else None,
            answers=answers,
            inputs=self._encoded(indices),
            targets=self._targets(indices),
            unit_names=self.unit_names_in(lang),
        )

    def _encoded(self, indices: list[int]) -> Array:
        if self.one_hot:
            return one_hot(indices, len(self.symbols))
        return np.array([[float(self.symbols[index])] for index in indices])

    def _targets(self, indices: list[int]) -> NDArray[np.int64] | Array:
        answers = self.solve(indices)
        if self.answer_count is not None:
            return np.array(answers, dtype=np.int64)
        return np.array(answers, dtype=np.float64)[:, None]
