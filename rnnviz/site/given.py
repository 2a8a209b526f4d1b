"""What a ready-made network can be given to read; what it reads and should write where nobody said it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rnnviz.checks import shorten
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.run import resolve
from rnnviz.tasks import inputs
from rnnviz.tasks.learnt import draws, lengths_drawn, takes_length
from rnnviz.words import say

_WAVE: Final = "0 0.5 0.9 1 0.9 0.5 0 -0.5 -0.9 -1 -0.9 -0.5"
EXAMPLES: Final[Mapping[str, str]] = {
    "latch": "set . . reset",
    "delay": "31415926",
    "counter": "++-+",
    "brackets": "(()())",
    "parity": "10110",
    "doubling": "10000",
    "characters": "the film was good.",
    "depth_learnt": "(()())",
    "sentiment": "the film was not bad",
    "forecaster": _WAVE,
    "adding_lstm": "0.3 +0.5 0.1 +0.2",
    "adding_rnn": "0.3 +0.5 0.1 +0.2",
    "reverser": "hello",
    "reverser_attention": "hello",
    "dates": "3 May 2021",
    "speller": "458",
    "waves": _WAVE,
    "waves_at_once": f"{_WAVE} {_WAVE}",
    "drawer": "square 8",
    "writer": "c",
    "tagger": "the old answer",
    "echo_stacked": "ABCDDCBA",
    "characters_residual": "the film was good.",
}
"""By name: what one can type; the messages ``network.<name>.typed`` say what else."""

WRITER: Final = "writer"
"""The network that reads no more of a text than its first letter."""


def hint(network: str, lang: str) -> tuple[str, str]:
    """Return what stands in the field as long as nothing is typed, and what is said of what can be."""
    example, typed = EXAMPLES[network], say(f"network.{network}.typed", lang)
    empty = say("control.network_text.empty", lang, example=example)
    return empty, say("control.network_text.help", lang, typed=typed, example=example)


def told(experiment: Experiment, typed: str, lang: str) -> list[str]:
    """Return a sentence for what is read because nothing was typed, or is not, and one for what a target replaces.

    Parameters
    ----------
    experiment : Experiment
        On a ready-made network, as it is shown.
    typed : str
        What stands in the field; of what could not be read it is said elsewhere what is read instead.
    lang : str
    """
    found = [_begun(experiment, lang) if typed.strip() else _drawn(experiment, lang), _taught(experiment, lang)]
    return [sentence for sentence in found if sentence]


def seed_draws(experiment: Experiment) -> bool:
    """Return whether another seed makes another run: of weights, of what is read, or of what is forced."""
    if not experiment.network:
        return True
    if experiment.text is None and draws(experiment.network):
        return True
    asked = resolve(experiment)
    return asked.translates and asked.decoder == "feedback" and 0 < asked.forcing < 1


def _drawn(experiment: Experiment, lang: str) -> str:
    """Say that the seed draws what is read, and of how many steps where that is not what the field says."""
    name = experiment.network or ""
    if experiment.text is not None or not draws(name):
        return ""
    least, most = lengths_drawn(name, experiment.length or 1) if takes_length(name) else (1, 1)
    length = "" if least == most else say("notice.drawn.steps", lang, least=f"{least:,}", most=f"{most:,}")
    return say("notice.drawn", lang, length=length)


def _begun(experiment: Experiment, lang: str) -> str:
    """Say of a word that a network writes from its first letter that the rest is what the answers are compared with."""
    first, rest = (experiment.text or "").strip()[:1], (experiment.text or "").strip()[1:]
    if experiment.network != WRITER or not rest:
        return ""
    return say("notice.begun", lang, first=first, rest=shorten(rest), steps=f"{len(rest) + 1:,}")


def _taught(experiment: Experiment, lang: str) -> str:
    """Say what a decoder was taught to write, where it is compared with something else."""
    if experiment.target is None:
        return ""
    try:
        asked, own = inputs(experiment, lang), inputs(experiment.replace(target=None), lang)
    except ExperimentError:  # of this source the rule of its task makes nothing
        return ""
    if own.answers is None or own.targets.tolist() == asked.targets.tolist():
        return ""
    taught = "".join(own.answers[code] for code in own.targets[own.sources : -1])
    return say("notice.own_target", lang, taught=shorten(taught))
