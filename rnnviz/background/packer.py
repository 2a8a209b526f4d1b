"""Frames are packed beside the server: a trace, what was learned and its JSON take ten milliseconds a moment.

One worker does it for all. Where it is not there yet, or no more, whoever asks does it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Final

from rnnviz.background.packing import MODULE, packed
from rnnviz.background.process import Process
from rnnviz.background.wire import Message, pack
from rnnviz.stage.learning import Run, sets
from rnnviz.training.source import name_of, note_of

AT_ONCE: Final = 8
"""Moments of one order: so others need not wait for the two hundred of one."""
PATIENCE: Final = 20.0
"""Seconds after which an answer is no longer waited for."""
LIVES: Final = 5
"""How often a worker is begun anew."""


class Packer:
    """Packs moments of trainings. To be used from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._process: Process | None = None
        self._ready, self._lives = False, LIVES
        self._numbers = count()
        self._awaited: set[int] = set()
        self._answers: dict[int, Message] = {}

    def frames(self, run: Run, moments: Sequence[int], probe: int, sums: bool = False) -> dict[int, bytes]:
        """Return moments of a training as frames, as JSON; see `rnnviz.stage.learning.frames_at`.

        Raises
        ------
        ExperimentError
            If a moment is no longer kept.
        """
        wanted, found = sorted(set(moments)), dict[int, bytes]()
        for first in range(0, len(wanted), AT_ONCE):
            block = wanted[first : first + AT_ONCE]
            there = self._elsewhere(run, block, probe, sums)
            found |= there or dict(zip(block, packed(run, block, probe, sums), strict=True))
        return found

    def warm(self) -> None:
        """Have a worker ready soon."""
        self._there()

    def close(self) -> None:
        """Let the worker end."""
        with self._changed:
            self._lives = 0
            if self._process is not None:
                self._process.close()

    def _elsewhere(self, run: Run, moments: Sequence[int], probe: int, sums: bool) -> dict[int, bytes] | None:
        """Return what the worker makes of it; None if there is none that does."""
        if not self._there() or name_of(run.problem) is None:
            return None
        known = sets(run.history)
        tensors = {f"{one}/{name}": value for one in moments for name, value in known.get(one, {}).items()}
        task, experiment = note_of(run.problem), run.history.experiment.to_dict()
        order = {"task": task, "experiment": experiment, "probe": probe, "sums": sums}
        answer = self._ask(order, pack(tensors))
        if answer is None or answer.note["moments"] != list(moments):
            return None
        ends = [sum(answer.note["sizes"][:k]) for k in range(len(moments) + 1)]
        return {one: answer.body[ends[k] : ends[k + 1]] for k, one in enumerate(moments)}

    def _there(self) -> bool:
        """Return whether a worker is ready; if there is none, begin one for the next time."""
        with self._changed:
            if self._process is None and self._lives:
                self._lives -= 1
                with suppress(OSError):
                    self._process = Process(self._heard, MODULE)
            return self._ready

    def _ask(self, note: dict[str, Any], body: bytes) -> Message | None:
        number = next(self._numbers)
        with self._changed:
            if self._process is None:
                return None
            self._awaited.add(number)
            self._process.send({"number": number, **note}, body)
            self._changed.wait_for(lambda: number not in self._awaited, PATIENCE)
            self._awaited.discard(number)
            return self._answers.pop(number, None)

    def _heard(self, process: Process, message: Message | None) -> None:
        with self._changed:
            if message is None:
                self._process, self._ready = None, False
                self._awaited.clear()
            elif message.note["number"] is None:
                self._ready = True
            elif message.note["number"] in self._awaited:
                self._awaited.remove(message.note["number"])
                self._answers[message.note["number"]] = message
            self._changed.notify_all()
