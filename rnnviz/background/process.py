"""The server's end of a worker: a process, and two threads that write to it and read from it."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from rnnviz.background import wire
from rnnviz.background.wire import Message

ROOT: Final = Path(__file__).parents[2]
"""Where the package lies: a worker finds it there, whatever folder the server was started in."""
THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""One each: the matrices are small, and as many workers as cores are at work."""
WORKER: Final = "rnnviz.background.worker"


class Process:
    """A worker that was begun. No call waits for it.

    Parameters
    ----------
    heard : callable
        Called with this and each message, from a thread of its own; with None once, when there will be no more.
    module : str
        What it runs.
    """

    def __init__(self, heard: Callable[[Process, Message | None], None], module: str = WORKER) -> None:
        self._heard = heard
        self._orders: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": path}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen([sys.executable, "-P", "-m", module], env=environment, **pipes)
        for work in (self._write, self._read):
            threading.Thread(target=work, daemon=True).start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def send(self, note: dict[str, Any], body: bytes = b"") -> None:
        """Give an order."""
        self._orders.put(Message(note, body))

    def close(self) -> None:
        """Let the worker end."""
        self._orders.put(None)

    def wait(self, timeout: float) -> None:
        """Wait for its end, and enforce it when that takes too long."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _write(self) -> None:
        stream = cast(BinaryIO, self._process.stdin)
        try:
            with stream:
                while (order := self._orders.get()) is not None:
                    wire.write(stream, order)
        except OSError:
            pass  # it is gone, which `_read` hears of

    def _read(self) -> None:
        stream = cast(BinaryIO, self._process.stdout)
        try:
            with stream:
                while (message := wire.read(stream)) is not None:
                    self._heard(self, message)
        except wire.BrokenWire:
            self._process.kill()
        finally:
            self.close()
            self._process.wait()
            self._heard(self, None)
