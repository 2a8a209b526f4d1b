"""A worker's end of its pipes, whatever it works on."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from typing import Any, BinaryIO, Final

from rnnviz.background import wire
from rnnviz.background.wire import Message

Orders = queue.SimpleQueue[Message | None]

NICE: Final = 5
"""How far workers stand back behind the pages."""


class Gone(Exception):
    """Nobody listens any more."""


def attend() -> tuple[Orders, BinaryIO]:
    """Return the orders as they will come, and where answers go; when no order can come any more, this process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which then closes the pipe
    if hasattr(os, "nice"):
        os.nice(NICE)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed is no answer
    orders: Orders = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, orders), daemon=True).start()
    return orders, answers


def _listen(stream: BinaryIO, orders: Orders) -> None:
    try:
        while (order := wire.read(stream)) is not None:
            orders.put(order)
    finally:
        os._exit(0)  # at once, whatever is worked on


def answer(stream: BinaryIO, note: dict[str, Any], body: bytes = b"") -> None:
    """Send an answer.

    Raises
    ------
    Gone
        If nobody reads it.
    """
    try:
        wire.write(stream, Message(note, body))
    except OSError:
        raise Gone from None
