"""Training: one loop for both engines, and a history in which every moment can be looked into.

    history = train(Experiment(cell="lstm", hidden_size=32), "adding", steps=1000, learning_rate=0.01)
    history.loss, history.validations           # numbers of every update
    history.traces()[3].layers["l0"].gates      # a whole run of a probe, at the fourth moment that was kept

Who wants to go update by update, or to stop and go on, takes a `Training`: ``start``, ``step`` or ``run``, ``save``;
``load`` gives it back, and what it then does is what it would have done, bit for bit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from rnnviz.experiment import Experiment
from rnnviz.tasks.problems import Posed, Problem
from rnnviz.training import checkpoint
from rnnviz.training.divergence import Divergence
from rnnviz.training.frames import Frames
from rnnviz.training.history import History, Progress, Validation
from rnnviz.training.loop import Training
from rnnviz.training.optimisers import OPTIMISERS
from rnnviz.training.settings import Settings
from rnnviz.training.source import posed

__all__ = [
    "OPTIMISERS",
    "Divergence",
    "Frames",
    "History",
    "Progress",
    "Settings",
    "Training",
    "Validation",
    "load",
    "save",
    "start",
    "to_bytes",
    "train",
]

Path = str | os.PathLike[str]


def train(
    experiment: Experiment,
    task: str | Problem | Posed,
    *,
    options: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> History:
    """Train a network on a task.

    Each update draws a minibatch, takes the gradient of its loss (the mean over all predictions that count), clips it
    as the experiment says, and lets the optimiser take a step. Sequences of unequal lengths stand side by side; what
    fills the shorter ones up neither counts nor is read by any layer that comes from the end. With
    `Experiment.truncate` values pass from each chunk of so many steps to the next and gradients do not, where a
    `Trace` cuts each step's own loss so many steps back; a text is then read on and on, see
    `rnnviz.training.source.Reading`.

    Parameters
    ----------
    experiment : Experiment
        The network, its initialisation, clipping, truncation, loss and seed. What it reads (``text``, …) has no say.
    task : str, Problem or Posed
        Of `rnnviz.tasks.problems`, by name or itself.
    options : dict, optional
        The task's settings, such as ``{"length": 50}``.
    parameters : dict, optional
        Weights to start from instead of those that the experiment draws.
    progress : callable, optional
        Called with the history after every update; the training stops where it answers True.
    **settings
        Fields of `Settings`: ``steps``, ``batch_size``, ``optimiser``, ``learning_rate``, ``engine``, …

    Returns
    -------
    History
        The same experiment, task and settings give the same one, to the last bit.

    Raises
    ------
    ExperimentError
        A ValueError, if anything does not fit; its sentence names what, and what would.
    """
    return start(experiment, task, options=options, parameters=parameters, **settings).run(progress)


def start(
    experiment: Experiment,
    task: str | Problem | Posed,
    *,
    options: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Training:
    """Return the training that `train` runs, before its first update."""
    return Training(experiment, posed(task, options), Settings(**settings), parameters)


def to_bytes(training: Training) -> bytes:
    """Return a training as the bytes of a safetensors file, from which `load` goes on.

    Raises
    ------
    ExperimentError
        If its task has no name to be found by.
    """
    return checkpoint.to_bytes(training)


def save(training: Training, path: Path) -> None:
    """Write a training into one safetensors file, whole or not at all.

    Raises
    ------
    ExperimentError
        As `to_bytes`.
    OSError
        If it cannot be written.
    """
    checkpoint.write(path, to_bytes(training))


def load(source: Path | bytes, *, task: Posed | None = None, **changes: Any) -> Training:
    """Return a saved training, to go on with: ``load("run.safetensors").run()``.

    Parameters
    ----------
    source : path or bytes
    task : Posed, optional
        What to draw minibatches from, instead of the task named in the file.
    **changes
        Fields of `Settings` to change, such as a larger number of ``steps``; with none the training goes on as if it
        had never stopped.

    Raises
    ------
    ExperimentError
        A ValueError, if the file is broken, of another program, or does not fit together; nothing in it is executed.
    OSError
        If it cannot be read.
    """
    found = checkpoint.read(source)
    problem = task or posed(found.task.get("name", ""), found.task.get("options"))
    parameters = checkpoint.parameters_of(found, problem)
    training = Training(found.experiment, problem, found.settings.replace(**changes), parameters)
    checkpoint.restore(training, found)
    return training
