"""A worker that packs frames: ``python -m rnnviz.background.packing``, see `rnnviz.background.packer`.

An order names a problem, an experiment, a probe, whether sums are wanted, and brings the parameters of some moments,
``U/NAME``; the answer is the frames of these as JSON, one after the other, and how long each of them is.
"""

from __future__ import annotations

import json
import os
import traceback
from typing import Any, Final

from threadpoolctl import threadpool_limits

from rnnviz.background.pipes import Gone, answer, attend
from rnnviz.background.wire import Message, unpack
from rnnviz.experiment import Experiment
from rnnviz.stage.learning import Run, frames_at
from rnnviz.tasks.shaping import probes
from rnnviz.training import History
from rnnviz.training.source import posed

MODULE: Final = "rnnviz.background.packing"


def packed(run: Run, moments: list[int], probe: int, sums: bool = False) -> list[bytes]:
    """Return moments of a training as frames, each as JSON."""
    found = frames_at(run, moments, probe, sums)
    return [to_json(found[moment]) for moment in moments]


def to_json(value: Any) -> bytes:
    """Return JSON without a space that it can do without."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def ordered(order: Message) -> tuple[dict[str, Any], bytes]:
    """Return the answer to an order: a note, and the frames."""
    note, kept = order.note, dict[int, Any]()
    for path, value in unpack(order.body).items():
        update, _, name = path.partition("/")
        kept.setdefault(int(update), {})[name] = value
    problem = posed(note["task"]["name"], note["task"]["options"])
    experiment = Experiment.from_json(json.dumps(note["experiment"]))
    history = History(experiment, probes(problem, experiment), None, 0, kept=kept, problem=note["task"]["name"])
    moments = sorted(kept)
    frames = packed(Run("", history, problem, (), 0), moments, note["probe"], note["sums"])
    sizes = [len(frame) for frame in frames]
    return {"number": note["number"], "moments": moments, "sizes": sizes}, b"".join(frames)


def main() -> None:
    """Serve the process that began this one."""
    orders, answers = attend()
    with threadpool_limits(1, "blas"):
        try:
            answer(answers, {"number": None})
            while (order := orders.get()) is not None:
                try:
                    found = ordered(order)
                except Exception:
                    traceback.print_exc()
                    found = {"number": order.note["number"], "moments": None}, b""
                answer(answers, *found)
        except Gone:
            os._exit(0)


if __name__ == "__main__":
    main()
