"""Messages between the server and its workers: a JSON note, and arrays as safetensors. Nothing is ever pickled.

A message is

    4 bytes   "rnn1"
    4 bytes   length of the note, little-endian
    8 bytes   length of the body
    the note  a JSON object in UTF-8
    the body  a safetensors file, or nothing
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

Tensors = Mapping[str, NDArray[Any]]

MARK: Final = b"rnn1"
HEAD: Final = struct.Struct("<4sIQ")
MOST_NOTE: Final = 2**24
MOST_BODY: Final = 2**30


class BrokenWire(ValueError):
    """Bytes that are no message: whoever sent them is not to be listened to any longer."""


class Message(NamedTuple):
    """One message."""

    note: dict[str, Any]
    body: bytes = b""


def write(stream: BinaryIO, message: Message) -> None:
    """Write a message and see it off.

    Raises
    ------
    OSError
        If nobody is there to read it.
    """
    note = json.dumps(message.note, allow_nan=False).encode()
    stream.write(HEAD.pack(MARK, len(note), len(message.body)) + note)
    stream.write(message.body)
    stream.flush()


def read(stream: BinaryIO) -> Message | None:
    """Return the next message; None where the stream ends, in the middle of one, too.

    Raises
    ------
    BrokenWire
        If what comes is no message.
    """
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    mark, of_note, of_body = HEAD.unpack(head)
    if mark != MARK or of_note > MOST_NOTE or of_body > MOST_BODY:
        raise BrokenWire(f"a message cannot begin with {head!r}")
    note, body = stream.read(of_note), stream.read(of_body)
    if len(note) + len(body) < of_note + of_body:
        return None
    try:
        found = json.loads(note)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BrokenWire(f"a note cannot be {note[:80]!r}")
    return Message(found, body)


def pack(tensors: Tensors) -> bytes:
    """Return named arrays as bytes; none as none."""
    # safetensors has an order of its own, and on that of the parameters hangs the last bit of their norm.
    numbered = {f"{k}:{name}": np.asarray(value, order="C") for k, (name, value) in enumerate(tensors.items())}
    return save(numbered) if numbered else b""


def unpack(body: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of `pack`, in their order."""
    found = load(body) if body else {}
    parts = sorted((int(number), name) for number, _, name in (key.partition(":") for key in found))
    return {name: found[f"{number}:{name}"] for number, name in parts}


def under(tensors: Tensors, prefix: str) -> dict[str, NDArray[Any]]:
    """Return the arrays below a name, without it."""
    start = f"{prefix}/"
    return {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}
