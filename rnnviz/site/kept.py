"""A cache with an end: what was asked for lately, up to so many bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable


class Kept:
    """Frames that were sent lately, as JSON, up to so many bytes: whoever opens a page anew need not wait for them."""

    def __init__(self, most: int) -> None:
        self._most, self.nbytes = most, 0
        self._lock = threading.Lock()
        self._frames: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        """Return a frame, if it is there."""
        with self._lock:
            if key in self._frames:
                self._frames.move_to_end(key)
            return self._frames.get(key)

    def put(self, key: Hashable, frame: bytes) -> None:
        """Keep a frame, and drop what nobody has asked for the longest."""
        with self._lock:
            self.nbytes += len(frame) - len(self._frames.pop(key, b""))
            self._frames[key] = frame
            while self.nbytes > self._most:
                self.nbytes -= len(self._frames.popitem(last=False)[1])
