"""What happened in a training: numbers of every update, parameters of chosen moments, traces of any of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.inputs import Inputs
from rnnviz.training.divergence import Divergence
from rnnviz.training.frames import Frames

Parameters = Mapping[str, NDArray[Any]]

CURVES: Final = ("loss", "score", "grad_norm", "clipped_norm")
"""What is written down of every update, 8 bytes each."""


class Validation(NamedTuple):
    """What a network that had taken ``update`` updates made of the validation set."""

    update: int
    loss: float
    score: float


@dataclass(eq=False)
class History:
    """The record of a training; it grows while that runs, and may be read meanwhile. U updates so far.

    Only parameters are kept, of update 0 and of every ``every``-th after it; a trace is made of them when it is asked
    for, by the very engine that `run` has, for 1 set of parameters is a small part of what a trace of it holds. They
    take at most ``memory`` bytes: before they would take more, every second is dropped and ``every`` doubles, so that
    what is kept stays even. (The first and the last set are always there, however large.) The curves take 32 bytes an
    update besides.

    Attributes
    ----------
    experiment : Experiment
    probes : tuple of Inputs
        The sequences that the traces are of.
    loss, score : U floats
        Of the minibatch of update u, before that update was taken. The score is the task's own: the share of right
        answers, or a mean squared error.
    grad_norm, clipped_norm : U floats
        Global 2-norm of the gradients before and after clipping.
    validations : list of Validation
    every : int or None
        Updates between two sets of parameters that are kept now.
    memory : int
    kept : dict of parameters
        By the number of updates taken; without the last. Replaced, never changed.
    last : (int, parameters)
        The latest set that was looked at: at the end of a training, the last one.
    diverged : Divergence or None
        What stopped the training: the update it names was not taken, and has no entry in the curves.
    problem : str or None
        What is learned, by its name in `rnnviz.tasks.problems`; None: a problem of a person's own.
    """

    experiment: Experiment
    probes: tuple[Inputs, ...]
    every: int | None
    memory: int
    loss: list[float] = field(default_factory=list)
    score: list[float] = field(default_factory=list)
    grad_norm: list[float] = field(default_factory=list)
    clipped_norm: list[float] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    kept: dict[int, Parameters] = field(default_factory=dict)
    last: tuple[int, Parameters] | None = None
    diverged: Divergence | None = None
    problem: str | None = None

    def __post_init__(self) -> None:
        """Make room for the traces."""
        self._made: dict[int, Frames] = {}

    @property
    def updates(self) -> int:
        """U, how many updates were taken."""
        return len(self.clipped_norm)

    @property
    def moments(self) -> tuple[int, ...]:
        """The numbers of updates of which there are parameters, in their order."""
        last = {self.last[0]} if self.last else set()
        return tuple(sorted({*self.kept, *last}))

    @property
    def nbytes(self) -> int:
        """Bytes that the kept parameters take now."""
        return sum(size_of(parameters) for parameters in self.kept.values())

    def write(self, loss: float, score: float, grad_norm: float, clipped_norm: float) -> None:
        """Write down an update; its last number makes it count."""
        self.loss.append(loss)
        self.score.append(score)
        self.grad_norm.append(grad_norm)
        self.clipped_norm.append(clipped_norm)

    def wants(self, update: int) -> bool:
        """Return whether the parameters after ``update`` updates are to be kept."""
        return update == 0 or (self.every is not None and update % self.every == 0)

    def keep(self, update: int, parameters: Parameters) -> None:
        """Keep a set of parameters; thin out what is kept if it becomes too much."""
        kept = {**self.kept, update: parameters}
        size = size_of(parameters)
        while self.every is not None and len(kept) > 1 and size * len(kept) > self.memory:
            self.every *= 2
            kept = {u: own for u, own in kept.items() if u % self.every == 0}
        self.kept = kept

    def parameters(self, update: int) -> Parameters:
        """Return the parameters after ``update`` updates.

        Raises
        ------
        ExperimentError
            If they were not kept; `moments` has those that were.
        """
        if self.last is not None and update == self.last[0]:
            return self.last[1]
        if update not in self.kept:
            raise ExperimentError("update", update, "training.moment", every=self.every, most=self.updates)
        return self.kept[update]

    def traces(self, probe: int = 0) -> Frames:
        """Return the traces of one probe at all `moments`: a sequence whose items are made when they are asked for.

        Raises
        ------
        ExperimentError
            If there is no such probe.
        """
        if not isinstance(probe, int) or not 0 <= probe < len(self.probes):
            raise ExperimentError("probe", probe, "training.probe", most=len(self.probes) - 1)
        made = self._made.get(probe)
        if made is None or made.moments != self.moments:
            own = self.experiment, self.probes[probe], self.moments, self.parameters
            self._made[probe] = made = Frames(*own, made, self.problem)
        return made

    def to_dict(self) -> dict[str, Any]:
        """Return the curves as plain JSON values, for pictures; a number that is none is None."""
        return {
            "updates": self.updates,
            **{name: plain(getattr(self, name)[: self.updates]) for name in CURVES},
            "validation": {
                "update": [one.update for one in self.validations],
                "loss": plain([one.loss for one in self.validations]),
                "score": plain([one.score for one in self.validations]),
            },
            "moments": list(self.moments),
            "diverged": self.diverged.to_dict() if self.diverged else None,
        }


def plain(values: Sequence[float]) -> list[float | None]:
    """Return numbers as JSON has them: it knows neither NaN nor an infinity."""
    return [value if np.isfinite(value) else None for value in values]


def size_of(parameters: Parameters) -> int:
    """Return the bytes of a set of parameters."""
    return sum(value.nbytes for value in parameters.values())


Progress = Callable[[History], object]
"""Called after every update; an answer of True stops the training."""
