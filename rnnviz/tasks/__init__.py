"""What a network is given to read: texts, series, generated series, and the inputs of the networks that have names."""

from __future__ import annotations

from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.tasks.generators import GENERATORS, task_inputs
from rnnviz.tasks.learnt import network_inputs
from rnnviz.tasks.series import Series, parse_series, read_series, series_inputs
from rnnviz.tasks.symbols import symbols, text_inputs, visible
from rnnviz.words import DEFAULT_LANGUAGE

__all__ = ["GENERATORS", "Inputs", "Series", "inputs", "parse_series", "read_series", "symbols", "visible"]


def inputs(experiment: Experiment, lang: str = DEFAULT_LANGUAGE) -> Inputs:
    """Return what an experiment's network reads and is asked, with the words in it (END, odd, …) in ``lang``.

    Raises
    ------
    ExperimentError
        If the text has no word or a symbol that the network does not know, the task's settings do not
        exist, or the length exceeds a measured series.
    """
    if experiment.network is not None:
        own = experiment.text, experiment.seed, experiment.length or 1
        return network_inputs(experiment.network, *own, lang)
    if experiment.task is not None:
        return task_inputs(experiment.task, experiment.length or 1)
    if experiment.series is not None:
        return series_inputs(experiment.series)
    return text_inputs(experiment.text or "", experiment.tokens, lang)
