"""A training that was handed in: what a page sees of it, and what it can ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from rnnviz.background.account import State, stand, until, write_down
from rnnviz.background.process import Process
from rnnviz.background.wire import Message, unpack
from rnnviz.experiment import ExperimentError
from rnnviz.training import Training, to_bytes

if TYPE_CHECKING:
    from rnnviz.background.desk import Desk

ENDED: Final = frozenset({"finished", "stopped", "diverged", "failed"})
"""States in which nothing happens any more."""


class Job:
    """A training in the background. All of it may be read and called from any thread, and no call but `save` waits.

    Attributes
    ----------
    experiment, problem, settings
        What is trained, on what, and how.
    history : History
        Grows while it trains. Only what `Settings.memory` allows is kept of its moments.
    generation : int
        One more whenever moments that were in the history no longer are.
    state : {"queued", "running", "paused", "finished", "stopped", "diverged", "failed"}
        What was last asked for, or what came of it. What was asked for happens within an update.
    failure : ExperimentError or None
        Why it failed, to be said in any language.
    rate : float or None
        Updates a second; None until that is known.
    starting : bool
        Whether it has a worker of which nothing has been heard yet.
    """

    def __init__(self, desk: Desk, training: Training) -> None:
        self.experiment, self.problem, self.settings = training.experiment, training.problem, training.settings
        self._desk, self._known = desk, State.of(training)
        self.history = until(training.history, training.update)
        stand(self.history, self._known)
        self.generation = 0
        self.state = "paused"
        self.failure: ExperimentError | None = None
        self.rate: float | None = None
        self.worker: Process | None = None
        self.starting = False
        self.standing, self.task, self.order, self.told = True, 0, 0, 0

    @property
    def place(self) -> int | None:
        """The place in the queue, from 1; None outside of it."""
        return self._desk.place_of(self)

    @property
    def places(self) -> int:
        """How many trainings run at once."""
        return self._desk.places

    @property
    def steps(self) -> int:
        """How many updates there will be."""
        return self.settings.steps

    @property
    def updates(self) -> int:
        """How many updates were taken."""
        return self.history.updates

    @property
    def ended(self) -> bool:
        """Whether nothing happens any more."""
        return self.state in ENDED

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the present speed; None where that is not known, or there is no rest."""
        if self.ended or not self.rate:
            return None
        return (self.steps - self.updates) / self.rate

    def pause(self) -> None:
        """Stand still; the place is the next one's in the queue."""
        self._desk.pause(self)

    def resume(self) -> None:
        """Queue again."""
        self._desk.resume(self)

    def step(self) -> None:
        """Take one update, then stand still."""
        self._desk.step(self)

    def stop(self) -> None:
        """End it here."""
        self._desk.stop(self)

    def save(self, timeout: float = 60.0) -> bytes:
        """Return a checkpoint of the training as it is now, from which `rnnviz.training.load` goes on bit for bit.

        Of one that failed, it is the last moment of which all was known.

        Raises
        ------
        ExperimentError
            If no answer comes in time.
        """
        known = self._desk.secured(self, timeout)
        return to_bytes(self.training(known))

    def wait(self, timeout: float | None = None) -> str:
        """Wait until it stands still, and return its state."""
        self.wait_until(lambda: self.standing and self.state != "queued", timeout)
        return self.state

    def wait_until(self, true: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait until something is true of it; return whether it is."""
        with self._desk.changed:
            return self._desk.changed.wait_for(true, timeout)

    # What follows is the desk's, which holds its lock meanwhile.

    def training(self, known: State | None = None, *, moments: bool = True) -> Training:
        """Return the training as it was when all of it was known, with or without the moments that were kept."""
        known = known or self._known
        made = Training(self.experiment, self.problem, self.settings, known.parameters)
        history = until(self.history, known.updates, moments=moments)
        validations = list(history.validations)
        made.restore(known.parameters, known.optimiser, known.states, history)
        history.validations[:] = validations  # that of the end, too
        return made

    @property
    def known(self) -> State:
        """The last state of which all was known."""
        return self._known

    def write(self, message: Message) -> None:
        """Write down an account of the worker's."""
        note, tensors = message.note, unpack(message.body)
        self.starting = False
        before = self.history.moments
        write_down(self.history, note, tensors)
        if note["secure"]:
            self._known = State.read(note["updates"], tensors)
        if note["standing"]:
            stand(self.history, self._known)
        self.rate = note["rate"] or self.rate
        if not set(before) <= set(self.history.moments):
            self.generation += 1
