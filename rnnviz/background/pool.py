"""The workers of a desk: those that work, and a few that wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from rnnviz.background.process import Process
from rnnviz.background.wire import Message

PATIENCE: Final = 3.0
"""Seconds that workers get to end by themselves."""


class Pool:
    """Workers. To be used by one thread at a time.

    Parameters
    ----------
    heard : callable
        As of `Process`.

    Attributes
    ----------
    spares : int
        How many that have nothing to do are kept.
    """

    def __init__(self, heard: Callable[[Process, Message | None], None]) -> None:
        self._heard = heard
        self._all: set[Process] = set()
        self._idle: list[Process] = []
        self._closed = False
        self.spares = 0

    @property
    def workers(self) -> tuple[Process, ...]:
        """All that there are."""
        return tuple(self._all)

    def take(self) -> Process:
        """Return a worker: one that waits, else a new one.

        Raises
        ------
        OSError
            If no process can be begun.
        """
        worker = self._idle.pop(0) if self._idle else self._begin()  # the one that has been getting ready longest
        self.warm()
        return worker

    def rest(self, worker: Process) -> None:
        """Keep a worker that has nothing to do, or let it end."""
        if len(self._idle) < self.spares and not self._closed:
            self._idle.append(worker)
        else:
            worker.close()

    def warm(self) -> None:
        """Have as many spare workers as are wanted, torch imported."""
        with suppress(OSError):  # one more than can be had is not needed
            while len(self._idle) < self.spares and not self._closed:
                worker = self._begin()
                worker.send({"kind": "warm"})
                self._idle.append(worker)

    def forget(self, worker: Process) -> None:
        """Forget a worker that is gone."""
        self._all.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)

    def close(self) -> None:
        """Let all end, and keep none from now on."""
        self._closed = True
        for worker in self._all:
            worker.close()

    def _begin(self) -> Process:
        worker = Process(self._heard)
        self._all.add(worker)
        return worker


def see_off(workers: tuple[Process, ...]) -> None:
    """Wait for the end of workers; what takes too long is ended."""
    deadline = time.monotonic() + PATIENCE
    for worker in workers:
        worker.wait(max(0.0, deadline - time.monotonic()))
