"""What a network is given to read: texts, series, generated series, and the inputs of the networks that have names."""

from __future__ import annotations

from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.tasks.generators import GENERATORS, task_inputs
from rnnviz.tasks.learnt import as_learnt, network_inputs
from rnnviz.tasks.series import Series, parse_series, read_series, series_inputs
from rnnviz.tasks.shaping import shaped
from rnnviz.tasks.size import check_size
from rnnviz.tasks.symbols import symbols, text_inputs, visible
from rnnviz.words import DEFAULT_LANGUAGE

__all__ = ["GENERATORS", "Inputs", "Series", "inputs", "parse_series", "read_series", "symbols", "visible"]


def inputs(experiment: Experiment, lang: str = DEFAULT_LANGUAGE) -> Inputs:
    """Return what an experiment's network reads and is asked, with the words in it (END, odd, …) in ``lang``.

    Of a one-to-one network that is one row of all that another would read; of a one-to-many network rows of zeros
    after the first, or that one over and over; of a many-to-one network there is one target, in the last row; of an
    encoder and decoder the source, then what is to be written, see `Inputs.sources`.

    Raises
    ------
    ExperimentError
        If the text or the target has no word or a symbol that the network does not know, the task's settings do not
        exist, the length exceeds a measured series, a series is too short to have two halves, a network that has a
        name is not of the shape, or all of it would be too large to run, see `rnnviz.tasks.size`.
    """
    check_size(experiment)
    data = _made(experiment, lang)
    check_size(experiment, data)
    return data


def _made(experiment: Experiment, lang: str) -> Inputs:
    if experiment.network is not None:
        experiment = as_learnt(experiment)
        own = experiment.text, experiment.seed, experiment.length or 1
        return shaped(network_inputs(experiment.network or "", *own, lang, experiment.target), experiment, lang)
    return shaped(_ordinary(experiment, lang), experiment, lang)


def _ordinary(experiment: Experiment, lang: str) -> Inputs:
    """Return what a network reads that answers at every step."""
    if experiment.task is not None:
        return task_inputs(experiment.task, experiment.length or 1)
    if experiment.series is not None:
        return series_inputs(experiment.series)
    return text_inputs(experiment.text or "", experiment.tokens, lang)
