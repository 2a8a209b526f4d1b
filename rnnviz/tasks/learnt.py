"""What networks with names are given to read: those built by hand and those that were trained.

A trained network reads sequences of the task it learnt, or what a person types for it: symbols that it knows, or
numbers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.inputs import Inputs
from rnnviz.networks import Network, network_named
from rnnviz.networks.handmade import Handmade
from rnnviz.networks.trained import Trained
from rnnviz.tasks.problems import Posed, problem_named
from rnnviz.tasks.problems.lengths import shortest
from rnnviz.tasks.problems.next_symbol import NextSymbol
from rnnviz.tasks.problems.translating import Translating
from rnnviz.tasks.reading import READERS, known, posed_of, text_read
from rnnviz.tasks.symbols import symbols
from rnnviz.words import DEFAULT_LANGUAGE

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
        return _fitting(READERS[network.task["name"]](network, text, lang), network, posed, text)
    if isinstance(posed, NextSymbol):
        return _passage(network, posed, seed, length, lang)
    drawn = posed.batch(np.random.default_rng(seed), 1, "training").sequence(0)
    return _first(drawn, length) if network.experiment.shape == Experiment.shape else drawn


def takes_length(name: str) -> bool:
    """Return whether it can be chosen how many steps a network reads of what is drawn for it.

    A sentence or a word is as long as it is, and what reads all at once has weights for just so many numbers.
    """
    network = network_named(name)
    if isinstance(network, Handmade):
        return True
    assert isinstance(network, Trained)
    return network.experiment.shape != "one_to_one" and "length" in network.task["options"]


def draws(name: str) -> bool:
    """Return whether there is more than one thing that could be drawn for a network to read."""
    network = network_named(name)
    return not isinstance(network, Handmade) or sum(chance > 0 for chance in network.chances) > 1


def lengths_drawn(name: str, length: int) -> tuple[int, int]:
    """Return from how many to how many steps what is drawn for a network may have, where ``length`` are asked for."""
    network = network_named(name)
    spread = network.task["options"].get("spread", 0) if isinstance(network, Trained) else 0
    return shortest(length, spread), length


def as_learnt(experiment: Experiment) -> Experiment:
    """Return an experiment on a network that has a name with the shape of that network, whatever it left open.

    One that was trained to answer at the last step alone may also be run as many to one: its weights are the same.

    Raises
    ------
    ExperimentError
        If another shape is asked for, or an encoder and decoder should be truncated.
    """
    network = network_named(experiment.network or "")
    own = network.experiment if isinstance(network, Trained) else Experiment()
    asked = experiment.shape
    shapes = (own.shape, "many_to_one") if _may_be_asked_once(network) else (own.shape,)
    if asked not in (*shapes, Experiment.shape):
        choices = ", ".join(shapes)
        raise ExperimentError("shape", asked, "shaping.network", network=network.name, choices=choices)
    if own.translates and experiment.truncate is not None:
        raise ExperimentError("truncate", experiment.truncate, "error.whole_way")
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
    if isinstance(posed, NextSymbol):
        return known(network, symbols(text)), ""
    return network_inputs(name, text, 0, 0).labels, "" if network.task["name"] in ("depth", "echo") else " "


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
