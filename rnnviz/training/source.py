"""Where minibatches come from: a problem draws them, or a long sequence is read on and on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final, Protocol

import numpy as np

from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.inputs import Inputs
from rnnviz.tasks.problems import PROBLEMS, Batch, Posed, Problem, problem_named
from rnnviz.tasks.shaping import shaped_batch
from rnnviz.training.minibatch import Minibatch, minibatch
from rnnviz.training.settings import Settings

TRAIN: Final = 1
VALIDATE: Final = 2
FORCE: Final = 4
"""Keys of random streams. That of update u is (TRAIN, u): what is drawn depends on the seed and on u alone. With FORCE
is drawn which of a decoder's steps read the right output of the step before."""


class Source(Protocol):
    """Where a training's minibatches come from."""

    def batch(self, update: int) -> tuple[Minibatch, bool]:
        """Return the minibatch of an update, from 1, and whether it goes on where the one before ended."""


def posed(task: str | Problem | Posed, options: Mapping[str, Any] | None = None) -> Posed:
    """Return a problem with its settings, from its name, from itself, or as it is.

    Raises
    ------
    ExperimentError
        If there is none of that name, or a setting does not fit.
    """
    if isinstance(task, Posed):
        return task
    if not isinstance(task, str | Problem):
        raise ExperimentError("task", task, "error.choice", choices=", ".join(PROBLEMS))
    if not isinstance(options, Mapping | None):
        raise ExperimentError("options", options, "training.options")
    problem = problem_named(task) if isinstance(task, str) else task
    return problem.pose(**(options or {}))


def note_of(problem: Posed) -> dict[str, Any]:
    """Return the name and the settings of a problem as JSON values, which `posed` makes it from.

    Raises
    ------
    ExperimentError
        If the problem has no name in `PROBLEMS`.
    """
    name = name_of(problem)
    if name is None:
        raise ExperimentError("task", type(problem).__name__, "training.nameless", choices=", ".join(PROBLEMS))
    return {"name": name, "options": dataclasses.asdict(problem)}


def name_of(problem: Posed) -> str | None:
    """Return the name that a problem has in `PROBLEMS`; None for one of a person's own."""
    return next((name for name, known in PROBLEMS.items() if known.posed is type(problem)), None)


def source_of(experiment: Experiment, settings: Settings, problem: Posed) -> Source:
    """Return where the minibatches come from: a truncated experiment reads a text on and on, if the problem has one."""
    stream = problem.stream if experiment.shape == "many_to_many" else None
    if stream is not None and experiment.truncate is not None:
        return Reading(experiment, settings.batch_size, stream)
    return Drawing(experiment, settings.batch_size, problem)


def validation_of(experiment: Experiment, settings: Settings, problem: Posed) -> Minibatch | None:
    """Return the validation set, always the same for a seed; None if nothing is kept for one.

    There a decoder reads its own outputs at every step, whatever it is fed in training: as it does when it is used.
    """
    if not problem.has_validation:
        return None
    size = min(settings.validation_size, problem.validation_count or settings.validation_size)
    drawn = problem.batch(stream_of(experiment.seed, VALIDATE), size, "validation")
    return prepared(drawn, experiment, 0.0, VALIDATE)


def stream_of(seed: int, *key: int) -> np.random.Generator:
    """Return the random stream of a seed and a key."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def prepared(drawn: Batch, experiment: Experiment, forcing: float, *key: int) -> Minibatch:
    """Return what a problem drew as a network of the experiment's shape learns from it.

    ``forcing`` is the chance that a decoder reads the right output of the step before, drawn with a key.
    """
    made = shaped_batch(drawn, experiment)
    parts = made.kind, made.inputs, made.targets, made.lengths, experiment.loss
    if not made.sources:
        return minibatch(*parts)
    forced = None
    if forcing < 1 and experiment.decoder == "feedback":
        steps = made.inputs.shape[1] - made.sources, len(made.inputs)
        forced = stream_of(experiment.seed, FORCE, *key).random(steps) < forcing
    return minibatch(*parts, made.sources, made.source_lengths, forced)


class Drawing:
    """Sequences drawn by a problem, new ones for each update.

    Parameters
    ----------
    experiment : Experiment
        Its ``seed`` decides what is drawn, its ``loss`` which steps count.
    batch_size : int
    problem : Posed
    """

    def __init__(self, experiment: Experiment, batch_size: int, problem: Posed) -> None:
        self._experiment, self._size, self._problem = experiment, batch_size, problem

    def batch(self, update: int) -> tuple[Minibatch, bool]:
        """Draw the minibatch of an update; it goes on from nothing."""
        drawn = self._problem.batch(stream_of(self._experiment.seed, TRAIN, update), self._size)
        return prepared(drawn, self._experiment, self._experiment.forcing, TRAIN, update), False


class Reading:
    """A long sequence, read in chunks, each from the states that the one before ended in (Karpathy's min-char-rnn).

    B readers stand at equal distances in it. Each update every reader reads the next k steps; the values of the states
    pass from chunk to chunk, their gradients do not: backpropagation through time, truncated (Williams & Peng 1990,
    BPTT(h; h′) with h = h′ = k). When the readers have come to where the next one began, all go back to their places
    and start from zeros. A few last steps that do not fill a chunk are not read.

    Parameters
    ----------
    experiment : Experiment
        ``truncate`` is k.
    batch_size : int
        B; in a short sequence there are fewer readers.
    stream : Inputs
    """

    def __init__(self, experiment: Experiment, batch_size: int, stream: Inputs) -> None:
        self._stream, self._which = stream, experiment.loss
        length = len(stream.inputs)
        self.readers = min(batch_size, length)
        self.chunk = min(experiment.truncate or length, length // self.readers)
        self.chunks = length // self.readers // self.chunk
        self._places = np.arange(self.readers) * (length // self.readers)

    def batch(self, update: int) -> tuple[Minibatch, bool]:
        """Return the next chunk of every reader, and whether it is not their first."""
        turn = (update - 1) % self.chunks
        steps = self._places[:, None] + np.arange(turn * self.chunk, (turn + 1) * self.chunk)
        lengths = np.full(self.readers, self.chunk)
        inputs, targets = self._stream.inputs[steps], self._stream.targets[steps]
        return minibatch(self._stream.kind, inputs, targets, lengths, self._which), turn > 0
