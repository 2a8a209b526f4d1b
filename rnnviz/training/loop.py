"""The training loop, one for both engines: a minibatch, its gradient, clipped, an update; and what is written down."""

from __future__ import annotations

from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from rnnviz.experiment import Experiment
from rnnviz.initial import check_parameters, initial_parameters, parameter_shapes
from rnnviz.tasks.problems import Posed
from rnnviz.tasks.shaping import probes, width_of
from rnnviz.training.divergence import diagnose
from rnnviz.training.history import History, Parameters, Progress, Validation
from rnnviz.training.learner import Forward, Learner, Memories, States, learner_named
from rnnviz.training.minibatch import Minibatch
from rnnviz.training.optimisers import OPTIMISERS
from rnnviz.training.settings import Settings, check_trainable
from rnnviz.training.source import Source, name_of, source_of, validation_of


class Training:
    """A training that can be taken on update by update, stopped, saved (`rnnviz.training.checkpoint`) and gone on with.

    Parameters
    ----------
    experiment : Experiment
        The network, its initialisation, clipping, truncation, loss and seed; what it reads is the problem's.
    problem : Posed
        See `rnnviz.tasks.problems`.
    settings : Settings
    parameters : dict, optional
        Weights to start from instead of those that the experiment draws.

    Attributes
    ----------
    history : History

    Raises
    ------
    ExperimentError
        If the experiment cannot be trained, see `check_trainable`, or a parameter does not fit.
    """

    def __init__(
        self, experiment: Experiment, problem: Posed, settings: Settings, parameters: Parameters | None = None
    ) -> None:
        check_trainable(experiment, problem)
        self.experiment, self.problem, self.settings = experiment, problem, settings
        width, outputs = width_of(problem, experiment.shape), problem.outputs
        if parameters is None:
            parameters = initial_parameters(experiment, width, outputs)
        shapes = parameter_shapes(experiment, width, outputs)
        self._start = self._before(check_parameters(parameters, shapes))
        self.states: States = {}
        kept = settings.trace_every, settings.memory
        self.history = History(experiment, probes(problem, experiment), *kept, problem=name_of(problem))

    @np.errstate(over="ignore")
    def _before(self, parameters: Parameters) -> tuple[Parameters, Memories]:
        """Return what a learner has before its first update."""
        own = {name: value.astype(self.settings.precision) for name, value in parameters.items()}
        kinds = OPTIMISERS[self.settings.optimiser].remembers
        return own, {kind: {name: np.zeros_like(value) for name, value in own.items()} for kind in kinds}

    # Both are made when they are needed: a training that is only loaded, told of and saved imports no torch, and holds
    # no text as rows of zeros and ones.
    @cached_property
    def _source(self) -> Source:
        return source_of(self.experiment, self.settings, self.problem)

    @cached_property
    def _learner(self) -> Learner:
        parameters, memory = self._start
        learner = learner_named(self.settings.engine)(self.experiment, self.settings, parameters)
        learner.restore(parameters, memory, self.update)
        return learner

    @property
    def update(self) -> int:
        """How many updates were taken."""
        return self.history.updates

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do: all updates were taken, or the training broke."""
        return self.history.diverged is not None or self.update >= self.settings.steps

    def run(self, progress: Progress | None = None) -> History:
        """Go on to the last update, or to where ``progress``, called after each, answers True; return the history."""
        self._look()
        while not self.finished:
            self.step()
            if progress is not None and progress(self.history) is True:
                break
        self.settle()
        return self.history

    def step(self) -> None:
        """Take one update; where it would leave no number a number, say so in the history instead."""
        if self.finished:
            return
        self._look()
        batch, carries = self._source.batch(self.update + 1)
        before = self.states if carries else {}
        forward = self._learner.gradients(batch, before)
        norms = self._learner.clip()
        if not (isfinite(forward.loss) and isfinite(norms[0])):
            self._break(batch, before)
            return
        self._learner.step(self.update + 1)
        self.states = forward.states
        self.history.write(forward.loss, self._score(batch, forward), *norms)
        self._look()

    def settle(self) -> None:
        """Bring the history's last parameters up to date, and validate at the end."""
        self.history.last = self.update, self._learner.parameters()
        if self.settings.validate_every and self.finished:
            self._validate()

    def answer(self, batch: Minibatch) -> Forward:
        """Run any minibatch forward with the present parameters."""
        return self._learner.answer(batch)

    def _look(self) -> None:
        """Keep and validate what is due after so many updates, once."""
        history, every = self.history, self.settings.validate_every
        if history.wants(self.update) and self.update not in history.kept:
            history.keep(self.update, self._learner.parameters())
        if every and self.update % every == 0:
            self._validate()

    def _validate(self) -> None:
        done = self.history.validations[-1].update if self.history.validations else -1
        if done == self.update or self._validation is None:
            return
        forward = self._learner.answer(self._validation)
        score = self._score(self._validation, forward)
        self.history.validations.append(Validation(self.update, forward.loss, score))

    @np.errstate(over="ignore", invalid="ignore")
    def _score(self, batch: Minibatch, forward: Forward) -> float:
        outputs = forward.outputs.reshape(-1, forward.outputs.shape[-1])
        return self.problem.score(outputs[batch.rows], batch.wanted)

    @cached_property
    def _validation(self) -> Minibatch | None:
        return validation_of(self.experiment, self.settings, self.problem)

    def _break(self, batch: Minibatch, states: States) -> None:
        parameters, dtype = self._learner.parameters(), self.settings.precision
        self.history.diverged = diagnose(self.experiment, parameters, batch, states, self.update + 1, dtype)

    def state(self) -> dict[str, Any]:
        """Return what, beside the history, a training goes on from: parameters, optimiser, carried states."""
        made = "_learner" in vars(self)
        parameters, memory = (self._learner.parameters(), self._learner.memory()) if made else self._start
        return {"parameters": parameters, "optimiser": memory, "states": self.states}

    def restore(self, parameters: Parameters, memory: Any, states: States, history: History) -> None:
        """Go back to where a training was saved."""
        self.history, self.states = history, states
        every = self.settings.validate_every
        history.validations[:] = [one for one in history.validations if every and one.update % every == 0]
        # In their own order, in which a norm adds them up: it decides its last bit.
        self._start = {name: parameters[name] for name in self._start[0]}, memory
        vars(self).pop("_learner", None)
