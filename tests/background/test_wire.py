"""Messages that arrive, and bytes that are none."""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.background import wire
from rnnviz.background.wire import HEAD, MARK, BrokenWire, Message

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
MESSAGES = st.builds(Message, st.dictionaries(st.text(), PLAIN, max_size=4), st.binary(max_size=200))


def written(*messages: Message) -> bytes:
    stream = io.BytesIO()
    for message in messages:
        wire.write(stream, message)
    return stream.getvalue()


@given(st.lists(MESSAGES, max_size=4))
def test_messages_arrive_as_they_were_sent_and_then_none(messages) -> None:
    stream = io.BytesIO(written(*messages))
    assert [wire.read(stream) for _ in messages] == messages
    assert wire.read(stream) is None


@given(MESSAGES, st.data())
def test_a_message_that_breaks_off_is_none(message, data) -> None:
    whole = written(message)
    assert wire.read(io.BytesIO(whole[: data.draw(st.integers(0, len(whole) - 1))])) is None


@given(st.binary(min_size=HEAD.size, max_size=100).filter(lambda data: data[:4] != MARK))
def test_other_bytes_are_refused(data) -> None:
    with pytest.raises(BrokenWire):
        wire.read(io.BytesIO(data))


@pytest.mark.parametrize("note", [b"[1]", b"3", b"nonsense", b"\xff\xfe", b"", pickle.dumps({"kind": "begin"})])
def test_a_note_is_a_json_object(note) -> None:
    with pytest.raises(BrokenWire):
        wire.read(io.BytesIO(HEAD.pack(MARK, len(note), 0) + note))


@pytest.mark.parametrize(("note", "body"), [(wire.MOST_NOTE + 1, 0), (2, wire.MOST_BODY + 1), (2, 2**64 - 1)])
def test_nothing_is_waited_for_that_is_larger_than_any_message(note, body) -> None:
    with pytest.raises(BrokenWire):
        wire.read(io.BytesIO(HEAD.pack(MARK, note, body) + b"{}"))


def test_a_number_that_is_none_is_not_sent() -> None:
    with pytest.raises(ValueError, match="JSON"):
        written(Message({"rate": float("nan")}))


def test_arrays_arrive_to_the_last_bit() -> None:
    arrays: dict[str, Any] = {
        "a/b": np.array([[0.1, np.nan], [np.inf, -0.0]]),
        "c": np.arange(6, dtype=np.float32).reshape(2, 3).T,
        "none": np.empty((0, 3)),
        "a/a": np.float64(3.5).reshape(()),
    }
    found = wire.unpack(wire.pack(arrays))
    assert list(found) == list(arrays)
    for name, value in arrays.items():
        assert found[name].shape == value.shape and found[name].dtype == value.dtype
        assert found[name].tobytes() == value.tobytes()
    assert list(wire.under(found, "a")) == ["b", "a"]
    assert wire.pack({}) == b"" and wire.unpack(b"") == {}
