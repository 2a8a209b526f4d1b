"""What Chromium itself measured of each key press: from the moment it was pressed to the pixels on the screen.

The page cannot measure that: after a key press the browser holds back what is posted within the page until the next
frame, so that a clock in the page reads one frame too much at times, and it sees neither raster nor drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

CATEGORY = "input.scrolling"  # the smallest that has them: it costs the page next to nothing
WHOLE, PAINTED = "EventLatency", "Commit"  # the latter ends when all that was painted is handed over to be drawn
PRESSED = "KEY_PRESSED"


@dataclass
class Presses:
    """What was measured, one entry a key press, in ms from the press."""

    painted: list[float] = field(default_factory=list)  # script, style, layout and paint of its frame are done
    drawn: list[float] = field(default_factory=list)  # the frame is on the screen


@contextmanager
def measured(page: Page) -> Iterator[Presses]:
    """Measure the key presses made meanwhile; the lists are filled at the end."""
    assert page.context.browser
    session = page.context.browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    ended: list[Any] = []
    session.on("Tracing.dataCollected", lambda message: events.extend(message["value"]))
    session.on("Tracing.tracingComplete", lambda message: ended.append(message))
    config = {"includedCategories": [CATEGORY], "excludedCategories": ["*"]}
    session.send("Tracing.start", {"traceConfig": config, "transferMode": "ReportEvents"})
    presses = Presses()
    yield presses
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(20)
    session.detach()
    _read(presses, sorted(events, key=lambda event: event.get("ts", 0)))


def _read(presses: Presses, events: list[dict[str, Any]]) -> None:
    """Put what was begun and ended together: ids are used again, but never of two at once."""
    pressed: dict[str, float] = {}
    for event in events:
        who, what = str(event.get("id2") or event.get("id")), event["name"]
        if event["ph"] == "b" and what == WHOLE:
            if event["args"]["event_latency"]["event_type"] == PRESSED:
                pressed[who] = event["ts"]
        elif event["ph"] == "e" and who in pressed and what in (WHOLE, PAINTED):
            taken = (event["ts"] - pressed[who]) / 1e3
            if what == PAINTED:
                presses.painted.append(taken)
            else:
                presses.drawn.append(taken)
                del pressed[who]
