"""The worker by itself: what it answers to which order, and what it makes of errors."""

from __future__ import annotations

import io
import json
import queue
from typing import Any

import pytest

from rnnviz.background import wire
from rnnviz.background.pipes import Gone
from rnnviz.background.wire import Message
from rnnviz.background.worker import Worker, told
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.training import Training, start, to_bytes
from rnnviz.words import catalogue

TRAINING = start(Experiment(hidden_size=2), "adding", options={"length": 3}, steps=3, batch_size=2, engine="numpy")


def answers(*orders: dict[str, Any] | None, body: bytes = to_bytes(TRAINING)) -> list[dict[str, Any]]:
    """Return the notes that a worker answers to some orders, the last of which lets it end."""
    inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    for order in orders:
        note = {"task": 1, "order": 0, **(order or {})}
        inbox.put(order and Message(note, body if order["kind"] == "begin" else b""))
    inbox.put(None)
    stream = io.BytesIO()
    Worker(inbox, stream).serve()
    stream.seek(0)
    found = []
    while (message := wire.read(stream)) is not None:
        found.append(message.note)
    return found


BEGIN = {"kind": "begin", "go": False}


def test_it_answers_with_the_order_it_obeyed_last() -> None:
    found = answers(BEGIN, {"kind": "step", "order": 7}, {"kind": "state", "order": 8}, {"kind": "end", "order": 9})
    assert [(note["order"], note["standing"], note["updates"]) for note in found] == [
        (7, "paused", 1),
        (8, "paused", 1),
        (9, "stopped", 1),
    ]
    assert all(note["secure"] and note["task"] == 1 for note in found)


def test_orders_for_another_task_come_too_late() -> None:
    late = {"kind": "step", "task": 0}
    assert answers(late, BEGIN, late, {"kind": "end", "task": 2}) == []
    assert len(answers(BEGIN, {"kind": "end"}, {"kind": "step"}, {"kind": "state"})) == 1


def test_it_ends_by_itself_at_the_last_update() -> None:
    (note,) = answers({"kind": "begin", "go": True}, *[{"kind": "step", "order": 3}] * 3)[-1:]
    assert (note["standing"], note["updates"]) == ("finished", 3)


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (MemoryError(), "background.memory"),
        (RuntimeError("inside"), "background.broke"),
        (ExperimentError("gain", 3, "error.choice", choices="1, 2"), "error.choice"),
    ],
)
def test_an_error_in_an_update_is_told_and_the_next_training_begins(monkeypatch, capsys, error, key) -> None:
    def fails(self: Training) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Training, "step", fails)
        found = answers(BEGIN, {"kind": "step", "order": 2}, {"kind": "step", "order": 3}, BEGIN, {"kind": "end"})
    assert [note["kind"] for note in found] == ["failed", "account"]
    assert found[0]["error"]["key"] == key in catalogue() and found[0]["order"] == 2
    assert type(error).__name__ in capsys.readouterr().err  # the whole story is for the log


def test_what_is_told_of_an_error_is_json() -> None:
    plain = told(ExperimentError("memory", object(), "error.whole", least=3))
    assert json.loads(json.dumps(plain)) == plain
    error = ExperimentError(plain["field"], plain["value"], plain["key"], **plain["values"])
    assert str(error).endswith("but must be a whole number of at least 3.")


def test_a_checkpoint_that_is_none_is_refused() -> None:
    (note,) = answers(BEGIN, {"kind": "step"}, body=b"nonsense")
    assert note["kind"] == "failed" and note["error"]["key"] == "training.checkpoint_broken"


def test_nobody_listens_any_more() -> None:
    class Closed(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError("the pipe is closed")

    inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    for order in (BEGIN, {"kind": "step"}):
        inbox.put(Message({"task": 1, "order": 0, **order}, to_bytes(TRAINING)))
    with pytest.raises(Gone):
        Worker(inbox, Closed()).serve()
