"""A worker: ``python -m rnnviz.background.worker``, trains what it is given and tells of it ten times a second.

It reads orders from its standard input and writes accounts to its standard output, see `rnnviz.background.wire`; when
the input closes, whoever began it is gone, and it ends. Orders name the task that they are for; those for another came
too late. Each answer says which order was the last that was obeyed.

    begin   a checkpoint follows; with ``go`` it is trained at once
    go      train on
    pause   stand still
    step    take one update, then stand still
    state   tell what the training goes on from, and train on
    end     stand still, and forget the training
    warm    take an update with torch, so that the next training need not wait for all that it loads
"""

from __future__ import annotations

import os
import time
import traceback
from collections import deque
from typing import Any, BinaryIO, Final

from threadpoolctl import threadpool_limits

from rnnviz.background import wire
from rnnviz.background.account import State, Teller
from rnnviz.background.pipes import Gone, Orders, answer, attend
from rnnviz.background.wire import Message
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.training import Training, load, start

TELL: Final = 0.1
"""Seconds between two accounts."""
SECURE: Final = 10.0
"""Seconds between two accounts of all that the training goes on from, should the worker die."""
MARKS: Final = 20
"""Accounts over which the speed is taken."""


class Worker:
    """One training at a time, and the orders for it."""

    def __init__(self, orders: Orders, answers: BinaryIO) -> None:
        self._orders, self._answers = orders, answers
        self._task: int | None = None
        self._training: Training | None = None
        self._order, self._going = 0, False

    def serve(self) -> None:
        """Obey and train until there are no more orders."""
        while True:
            while not (self._going and self._orders.empty()):
                order = self._orders.get()
                if order is None:
                    return
                self._guard(self._obey, order)
            self._guard(self._train)

    def _guard(self, work: Any, *given: Any) -> None:
        """Do some work; what goes wrong in a training ends it, not the worker."""
        try:
            work(*given)
        except Gone:
            raise
        except Exception as error:
            traceback.print_exc()
            self._drop()
            self._send({"kind": "failed", "error": told(error)})

    def _obey(self, order: Message) -> None:
        kind = order.note["kind"]
        if kind == "warm":
            warm_up()
        elif kind == "begin":
            self._begin(order)
        elif order.note["task"] == self._task and self._training is not None:
            self._order = order.note["order"]
            self._do(kind)

    def _begin(self, order: Message) -> None:
        self._task, self._order = order.note["task"], order.note["order"]
        self._training = load(order.body)
        self._teller = Teller(self._training)
        self._go(order.note["go"])

    def _do(self, kind: str) -> None:
        if kind == "go":
            self._go()
        elif kind == "state":
            self._tell(secure=True, standing=None if self._going else "paused")
        elif kind == "step":
            self._step()
            self._stand("paused")
        elif kind == "pause":
            self._stand("paused")
        elif kind == "end":
            self._stand("stopped")

    def _go(self, going: bool = True) -> None:
        self._going = going
        self._told = self._secured = time.monotonic()
        self._marks: deque[tuple[float, int]] = deque(maxlen=MARKS)

    def _train(self) -> None:
        self._step()
        now = time.monotonic()
        if self._training is not None and now - self._told > TELL:
            self._tell(secure=now - self._secured > SECURE)

    def _step(self) -> None:
        training = self._training
        if training is None:
            return
        training.step()
        if training.finished:
            training.settle()
            self._stand("diverged" if training.history.diverged else "finished")

    def _stand(self, why: str) -> None:
        """Stand still and say so; at the end of a training, forget it."""
        if self._training is None:
            return
        self._going = False
        self._tell(secure=True, standing=why)
        if why != "paused":
            self._drop()

    def _drop(self) -> None:
        self._training, self._going = None, False

    def _tell(self, secure: bool, standing: str | None = None) -> None:
        training = self._training
        assert training is not None
        self._told = time.monotonic()
        note, tensors = self._teller.account()
        if secure:
            self._secured = self._told
            tensors |= State.of(training).tensors()
        note |= {"updates": training.update, "rate": self._rate(training.update), "standing": standing}
        self._send({"kind": "account", "secure": secure, **note}, wire.pack(tensors))

    def _rate(self, update: int) -> float | None:
        """Return updates a second, over the last accounts."""
        if not self._going:
            return None
        self._marks.append((self._told, update))
        (since, first), (now, last) = self._marks[0], self._marks[-1]
        return (last - first) / (now - since) if now > since else None

    def _send(self, note: dict[str, Any], body: bytes = b"") -> None:
        answer(self._answers, {"task": self._task, "order": self._order, **note}, body)


def warm_up() -> None:
    """Take one update with torch: its first takes nearly as long as importing it."""
    start(Experiment(hidden_size=1, clip=1.0), "adding", options={"length": 2}, steps=1, batch_size=1).step()


def told(error: Exception) -> dict[str, Any]:
    """Return what went wrong as plain JSON values, for a sentence in any language."""
    if isinstance(error, ExperimentError):
        values = {name: str(value) for name, value in error.values.items() if name not in ("field", "value")}
        return {"field": error.field, "value": error.values["value"], "key": error.key, "values": values}
    key = "background.memory" if isinstance(error, MemoryError) else "background.broke"
    return {"field": "training", "value": type(error).__name__, "key": key, "values": {}}


def main() -> None:
    """Serve the process that began this one."""
    with threadpool_limits(1, "blas"):
        try:
            Worker(*attend()).serve()
        except Gone:
            os._exit(0)


if __name__ == "__main__":
    main()
