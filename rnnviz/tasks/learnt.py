"""What networks with names are given to read: those built by hand and those that were trained.

A trained network reads sequences of the task it learnt, or what a person types for it: symbols that it knows, or
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import regex

from rnnviz.checks import finite
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.inputs import Inputs, one_hot, readable
from rnnviz.networks import Network, network_named
from rnnviz.networks.handmade import Handmade
from rnnviz.networks.handmade.brackets import depths
from rnnviz.networks.trained import Trained
from rnnviz.tasks.problems import Posed, problem_named
from rnnviz.tasks.problems.draw import Draw
from rnnviz.tasks.problems.next_symbol import NextSymbol
from rnnviz.tasks.problems.sentences import Sentences
from rnnviz.tasks.problems.translating import Translating
from rnnviz.tasks.problems.write import Write
from rnnviz.tasks.series import parse_series
from rnnviz.tasks.symbols import answers_of, symbols, visible
from rnnviz.trace import NO_TARGET
from rnnviz.words import DEFAULT_LANGUAGE

SHORTEST: Final = 2
"""Steps of the shortest sequence that a task makes."""
DECIDED: Final = ("bidirectional", "residual", "feed", "readout", "context", "decoder", "attention")
"""What a ready-made network decides beside its shape, its cell and its sizes."""


def network_inputs(
    name: str, text: str | None, seed: int, length: int, lang: str = DEFAULT_LANGUAGE, target: str | None = None
) -> Inputs:
    """Return what a network reads: a text of the person's own if there is one, else ``length`` random steps.

    An encoder and decoder reads a source as long as it comes, and is to write what the rule of its task makes of it,
    or ``target``.

    Raises
    ------
    ExperimentError
        If there is no such network, the text has what it does not know, or there is no sequence as long.
    """
    network = network_named(name)
    if isinstance(network, Handmade):
        return network.inputs_from_text(text, lang) if text is not None else network.inputs(seed, length, lang)
    assert isinstance(network, Trained)
    posed = posed_of(network, length)
    if isinstance(posed, Translating):
        return posed.translated(text, target, seed, lang)
    if text is not None:
        return _fitting(_typed(network)(network, text, lang), network, posed, text)
    if isinstance(posed, NextSymbol):
        return _passage(network, posed, seed, length, lang)
    drawn = posed.batch(np.random.default_rng(seed), 1, "training").sequence(0)
    return _first(drawn, length) if network.experiment.shape == Experiment.shape else drawn


def as_learnt(experiment: Experiment) -> Experiment:
    """Return an experiment on a network that has a name with the shape of that network, whatever it left open.

    One that was trained to answer at the last step alone may also be run as many to one: its weights are the same.

    Raises
    ------
    ExperimentError
        If another shape is asked for.
    """
    network = network_named(experiment.network or "")
    own = network.experiment if isinstance(network, Trained) else Experiment()
    asked = experiment.shape
    shapes = (own.shape, "many_to_one") if _may_be_asked_once(network) else (own.shape,)
    if asked not in (*shapes, Experiment.shape):
        choices = ", ".join(shapes)
        raise ExperimentError("shape", asked, "shaping.network", network=network.name, choices=choices)
    parts = {name: getattr(own, name) for name in DECIDED}
    return experiment.replace(shape=asked if asked in shapes else own.shape, **parts)


def _may_be_asked_once(network: Network) -> bool:
    """Return whether an ordinary network learned to answer at the last step, from the state that many to one does."""
    if not isinstance(network, Trained) or network.experiment.shape != Experiment.shape:
        return False
    return problem_named(network.task["name"]).counts == "last" and not network.experiment.bidirectional


def _fitting(read: Inputs, network: Trained, posed: Posed, text: str) -> Inputs:
    """Return what was typed; a network that reads all at once has weights for just so many steps."""
    if network.experiment.shape == "one_to_one" and len(read.inputs) != posed.steps:
        raise ExperimentError("text", text, "shaping.at_once", count=len(read.inputs), steps=posed.steps)
    return read


def split(name: str, text: str) -> tuple[tuple[str, ...], str]:
    """Return a person's text for a network as the symbols or numbers it is read as, and what stands between them.

    Raises
    ------
    ExperimentError
        As `network_inputs`.
    """
    network = network_named(name)
    if isinstance(network, Handmade):
        return network.inputs_from_text(text).labels, " " if network.spaced else ""
    assert isinstance(network, Trained)
    posed = posed_of(network)
    if isinstance(posed, Translating):
        return posed.checked(text), ""
    if network.task["name"] == "text":
        return _known(network, symbols(text)), ""
    return network_inputs(name, text, 0, 0).labels, "" if network.task["name"] == "depth" else " "


def posed_of(network: Trained, length: int | None = None) -> Posed:
    """Return the task that a network learnt, with sequences of ``length`` steps where the task has a length."""
    problem, options = problem_named(network.task["name"]), dict(network.task["options"])
    fixed = issubclass(problem.posed, NextSymbol) or network.experiment.shape == "one_to_one"
    if length is not None and "length" in options and not fixed:
        options["length"] = max(length, SHORTEST)
    return problem.pose(**options)


def _first(drawn: Inputs, length: int) -> Inputs:
    """Return the first steps of a sequence; a sentence may have fewer than were asked for."""
    parts = {name: getattr(drawn, name)[:length] for name in ("labels", "inputs", "targets")}
    return replace(drawn, **parts)


def _passage(network: Trained, posed: NextSymbol, seed: int, length: int, lang: str) -> Inputs:
    """Return a passage of what was kept for validation, begun at the beginning of a line."""
    known = set(network.alphabet or ())
    kept = [symbol for symbol in posed.found[posed.cut :] if symbol in known]
    if length >= len(kept):
        raise ExperimentError("length", length, "network.longest", most=len(kept) - 1)
    last = len(kept) - length
    lines = [at + 1 for at in range(last - 1) if kept[at] == "\n" and kept[at + 1] != "\n"] or [0]
    first = int(np.random.default_rng(seed).choice(lines))
    return text_read(network, kept[first : first + length + 1], lang, length)


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


def _known(network: Trained, typed: tuple[str, ...]) -> tuple[str, ...]:
    alphabet = network.alphabet or ()
    for position, symbol in enumerate(typed, start=1):
        if symbol not in alphabet:
            choices = " ".join(map(visible, alphabet))
            raise ExperimentError("text", symbol, "network.unknown_symbol", position=position, choices=choices)
    return typed


def _read_text(network: Trained, text: str, lang: str) -> Inputs:
    return text_read(network, _known(network, symbols(text)), lang)


def _read_brackets(network: Trained, text: str, lang: str) -> Inputs:
    """Return brackets as inputs, each with how many are open after it; spaces and new lines are ignored."""
    typed = _known(network, tuple(regex.findall(r"(?!\s)\X", text)))
    if not typed:
        raise ExperimentError("text", text, "error.text")
    codes = [(network.alphabet or ()).index(symbol) for symbol in typed]
    targets = np.array(depths(codes))[:, None]
    return Inputs("numbers", typed, network.alphabet, None, one_hot(codes, 2), targets)


def _read_sentence(network: Trained, text: str, lang: str) -> Inputs:
    """Return a sentence of words that the network knows; what it is, only the person knows."""
    posed = posed_of(network)
    assert isinstance(posed, Sentences)
    return posed.read(text)


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


_READERS: Final[Mapping[str, Callable[[Trained, str, str], Inputs]]] = {
    "text": _read_text,
    "depth": _read_brackets,
    "sentiment": _read_sentence,
    "sine": _read_numbers,
    "adding": _read_marked,
    "wave": _read_wave,
    "draw": _read_kind,
    "write": _read_letter,
}
"""How a person's text is read, by the name of the task."""


def _typed(network: Trained) -> Callable[[Trained, str, str], Inputs]:
    return _READERS[network.task["name"]]
