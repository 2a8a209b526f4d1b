"""What a person types for a trained network, read as the task wants it that the network learnt: symbols or numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import regex

from rnnviz.checks import finite
from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Inputs, one_hot, readable
from rnnviz.networks.handmade.brackets import depths
from rnnviz.networks.trained import Trained
from rnnviz.tasks.problems import Posed, problem_named
from rnnviz.tasks.problems.draw import Draw
from rnnviz.tasks.problems.echo import Echo
from rnnviz.tasks.problems.next_symbol import NextSymbol
from rnnviz.tasks.problems.sentences import Sentences
from rnnviz.tasks.problems.write import Write
from rnnviz.tasks.series import parse_series
from rnnviz.tasks.symbols import answers_of, listed, symbols, visible
from rnnviz.trace import NO_TARGET
from rnnviz.words import DEFAULT_LANGUAGE

SHORTEST: Final = 2
"""Steps of the shortest sequence that a task makes."""


def posed_of(network: Trained, length: int | None = None) -> Posed:
    """Return the task that a network learnt, with sequences of ``length`` steps where the task has a length."""
    problem, options = problem_named(network.task["name"]), dict(network.task["options"])
    fixed = issubclass(problem.posed, NextSymbol) or network.experiment.shape == "one_to_one"
    if length is not None and "length" in options and not fixed:
        options["length"] = max(length, SHORTEST, options.get("delay", 0) + 1)
    return problem.pose(**options)


def text_read(network: Trained, read: Sequence[str], lang: str = DEFAULT_LANGUAGE, length: int | None = None) -> Inputs:
    """Return symbols as inputs, each with the next as its target.

    The last has none: a text that was read in windows taught nobody where it ends.
    """
    alphabet = network.alphabet or ()
    codes = [alphabet.index(symbol) for symbol in read]
    steps = len(codes) if length is None else length
    targets = np.array([*codes[1:], NO_TARGET][:steps], dtype=np.int64)
    labels = tuple(map(visible, read[:steps]))
    x = one_hot(codes[:steps], len(alphabet))
    return Inputs("symbols", labels, alphabet, answers_of(alphabet, lang), x, targets)


def known(network: Trained, typed: tuple[str, ...]) -> tuple[str, ...]:
    """Return symbols all of which a network knows.

    Raises
    ------
    ExperimentError
        For the first that it does not.
    """
    alphabet = network.alphabet or ()
    for position, symbol in enumerate(typed, start=1):
        if symbol not in alphabet:
            choices = listed(alphabet)
            raise ExperimentError("text", symbol, "network.unknown_symbol", position=position, choices=choices)
    return typed


def _read_text(network: Trained, text: str, lang: str) -> Inputs:
    return text_read(network, known(network, symbols(text)), lang)


def _read_brackets(network: Trained, text: str, lang: str) -> Inputs:
    """Return brackets as inputs, each with how many are open after it; spaces and new lines are ignored."""
    typed = known(network, tuple(regex.findall(r"(?!\s)\X", text)))
    if not typed:
        raise ExperimentError("text", text, "error.text")
    codes = [(network.alphabet or ()).index(symbol) for symbol in typed]
    targets = np.array(depths(codes))[:, None]
    return Inputs("numbers", typed, network.alphabet, None, one_hot(codes, 2), targets)


def _read_sentence(network: Trained, text: str, lang: str) -> Inputs:
    """Return a sentence of words that the network knows; what a new one is, only the person knows."""
    posed = posed_of(network)
    assert isinstance(posed, Sentences)
    return posed.read(text)


def _read_echo(network: Trained, text: str, lang: str) -> Inputs:
    """Return symbols as inputs, each asked for the one some steps before; spaces and new lines are ignored."""
    typed = known(network, tuple(regex.findall(r"(?!\s)\X", text)))
    if not typed:
        raise ExperimentError("text", text, "error.text")
    posed = posed_of(network)
    assert isinstance(posed, Echo)
    codes = [posed.alphabet.index(symbol) for symbol in typed]
    targets = np.array([*[NO_TARGET] * posed.delay, *codes][: len(codes)], dtype=np.int64)
    return Inputs("symbols", typed, network.alphabet, posed.answers, one_hot(codes, posed.inputs), targets)


def _read_numbers(network: Trained, text: str, lang: str) -> Inputs:
    """Return a series as it was typed, each number with the next as its target."""
    try:
        values = np.array(parse_series(text))
    except ExperimentError as error:
        raise error_of_text(error) from None
    labels = tuple(map(readable, values.tolist()))
    return Inputs("numbers", labels, None, None, values[:, None], np.append(values[1:], np.nan)[:, None])


def _read_marked(network: Trained, text: str, lang: str) -> Inputs:
    """Return numbers between 0 and 1, those to be added with a + before them; the sum is asked for at the last."""
    typed = [word for word in regex.split(r"[\s,;]+", text) if word]
    if not typed:
        raise ExperimentError("text", text, "error.text")
    for position, word in enumerate(typed, start=1):
        number = finite(word)
        if number is None or not 0 <= number <= 1 or word.startswith("-"):
            raise ExperimentError("text", word, "network.marked", position=position)
    x = np.array([[float(word), float(word.startswith("+"))] for word in typed])
    targets = np.full((len(x), 1), np.nan)
    targets[-1] = x[:, 0] @ x[:, 1]
    return Inputs("numbers", posed_of(network).name(x), None, None, x, targets)


def _read_wave(network: Trained, text: str, lang: str) -> Inputs:
    """Return a series as it was typed; of which kind it is, only the person knows."""
    read = _read_numbers(network, text, lang)
    return replace(
        read, kind="symbols", answers=posed_of(network).answers, targets=np.full(len(read.inputs), NO_TARGET)
    )


def _read_kind(network: Trained, text: str, lang: str) -> Inputs:
    """Return a kind of wave, and the wave it is."""
    posed = posed_of(network)
    assert isinstance(posed, Draw)
    return posed.read(text)


def _read_letter(network: Trained, text: str, lang: str) -> Inputs:
    """Return a letter, and the rest of the word that begins with it."""
    posed = posed_of(network)
    assert isinstance(posed, Write)
    return posed.read(text, lang)


def error_of_text(error: ExperimentError) -> ExperimentError:
    """Return an error about a series as one about the text in which it was typed."""
    rest = {name: value for name, value in error.values.items() if name not in ("field", "value")}
    return ExperimentError("text", error.value, error.key, **rest)


READERS: Final[Mapping[str, Callable[[Trained, str, str], Inputs]]] = {
    "text": _read_text,
    "book": _read_text,
    "depth": _read_brackets,
    "echo": _read_echo,
    "sentiment": _read_sentence,
    "tagging": _read_sentence,
    "sine": _read_numbers,
    "adding": _read_marked,
    "wave": _read_wave,
    "draw": _read_kind,
    "write": _read_letter,
}
"""How a person's text is read, by the name of the task."""
