"""What a ready-made network is given to read and asked to write, where nobody said it: in words below the controls."""

from __future__ import annotations

from rnnviz.checks import shorten
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.run import resolve
from rnnviz.tasks import inputs
from rnnviz.tasks.learnt import draws, lengths_drawn, takes_length
from rnnviz.words import say


def told(experiment: Experiment, typed: str, lang: str) -> list[str]:
    """Return a sentence for what is read because nothing was typed, and one for what another target takes the place of.

    Parameters
    ----------
    experiment : Experiment
        On a ready-made network, as it is shown.
    typed : str
        What stands in the field; of what could not be read it is said elsewhere what is read instead.
    lang : str
    """
    found = ["" if typed.strip() else _drawn(experiment, lang), _taught(experiment, lang)]
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
