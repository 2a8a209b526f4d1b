"""Walking through time with the arrow key: how long until the step is on the screen, and what it costs the server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page

from tests.benchmarks.report import Row, median, percentile
from tests.browser.screen import DESKTOP, READY, Screen
from tests.browser.server import Server, serve

HIDDEN = 32
PRESSES = 90
STEPS = 95
FRAME = 17.0  # ms: 60 frames a second
PANGRAM = "the quick brown fox jumps over the lazy dog and "
PLAIN_APP = Path(__file__).with_name("plain_app.py")

# From a key press (the time the browser got it) to the end of the first frame for which `shown` holds. A message that
# is posted within an animation frame is delivered when that frame has been drawn.
WATCH = """(shown) => {
  window.taken = [];
  const drawn = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  });
  const holds = new Function("return " + shown);
  addEventListener("keydown", (press) => {
    if (press.key !== "ArrowRight") return;
    const look = async (frame) => {
      const painted = await drawn();
      if (holds()) window.taken.push({ total: painted - press.timeStamp, work: painted - frame });
      else requestAnimationFrame(() => look(performance.now()));
    };
    requestAnimationFrame(() => look(performance.now()));
  }, true);
}"""
# A step in every animation frame, as while a key is held down or a run is played at full speed.
HOLD = """(steps) => new Promise((done) => {
  const intervals = [];
  let before = 0;
  const frame = (now) => {
    if (before) intervals.push(now - before);
    before = now;
    if (intervals.length >= steps) return done(intervals);
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", code: "ArrowRight", bubbles: true }));
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})"""


@dataclass(frozen=True)
class Walk:
    """What a walk of single key presses took."""

    total: list[float]  # ms from press to painted, one a press
    work: list[float]  # ms of the frame that showed it, spent in script, style, layout and paint
    messages: float  # websocket messages a step, both directions


@dataclass(frozen=True)
class Hold:
    """What stepping in every animation frame took."""

    intervals: list[float]  # ms between frames
    used: dict[str, float]  # ms of processor time a step, by Chromium's names for it


def site_rows(browser: Browser, server: Server) -> Iterator[tuple[str, list[Row]]]:
    """Walk through Step and Gates at two lengths."""
    for path in ("/step", "/gates"):
        work = {}
        for length in (100, 1000):
            screen = Screen(browser.new_page(viewport=DESKTOP), server.url)
            screen.goto(path, cell="lstm", hidden_size=HIDDEN, text=text_of(length), step=2)
            taken = walk(screen.page, "document.querySelector('[data-stage]').dataset.t == String(window.expected)", 1)
            held = hold(screen.press("Home").page)
            work[length] = held.used["TaskDuration"]
            yield f"{path}, LSTM, T = {length}, H = {HIDDEN}", [*_rows(taken), *_held_rows(held)]
            assert not screen.problems, screen.problems
            screen.page.close()
        yield (
            f"{path}, T = 1000 ÷ T = 100",
            [Row("main thread's processor time a step", work[1000] / work[100], "×", 1.2)],
        )


def plain_rows(browser: Browser) -> Iterator[tuple[str, list[Row]]]:
    """Walk through the same run with a plain slider and three charts."""
    shown = """[...document.querySelectorAll(".js-plotly-plot")].filter(
      (plot) => plot.querySelector(".gtitle")?.textContent === "step " + window.expected).length === 3"""
    with serve(PLAIN_APP) as server:
        for length in (100, 1000):
            page = browser.new_page(viewport=DESKTOP)
            page.goto(f"{server.url}/?{urlencode({'text': text_of(length), 'hidden_size': HIDDEN})}")
            page.wait_for_selector(READY, timeout=60_000)
            page.wait_for_selector(".js-plotly-plot .gtitle")
            page.get_by_role("slider").focus()
            taken = walk(page, shown, 0, presses=25)
            yield f"Plain slider and three st.plotly_chart, T = {length}, H = {HIDDEN}", _rows(taken, budgets=False)
            page.close()


def text_of(length: int) -> str:
    """Return a text of ``length`` characters."""
    return (PANGRAM * (length // len(PANGRAM) + 1))[:length]


def walk(page: Page, shown: str, t: int, presses: int = PRESSES) -> Walk:
    """Press → one time after the other from step ``t``, each when the one before is on the screen."""
    messages = 0

    def count(_: Any) -> None:
        nonlocal messages
        messages += 1

    page.evaluate(WATCH, shown)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameSent", count)
    session.on("Network.webSocketFrameReceived", count)
    warm = 5
    for number in range(1, presses + warm + 1):
        if number == warm + 1:
            messages = 0
        page.evaluate("(t) => { window.expected = t }", t + number)
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(n) => window.taken.length === n", arg=number)
    page.wait_for_timeout(500)  # a message that comes late counts too
    taken = page.evaluate("window.taken")[warm:]
    return Walk([one["total"] for one in taken], [one["work"] for one in taken], messages / presses)


def hold(page: Page) -> Hold:
    """Step on in every frame; processor time of the page's main thread does not mind a busy machine much."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def used() -> dict[str, float]:
        return {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}

    before = used()
    intervals = page.evaluate(HOLD, STEPS)
    after = used()
    return Hold(intervals, {name: (after[name] - before[name]) / STEPS * 1e3 for name in before})


def _rows(taken: Walk, budgets: bool = True) -> list[Row]:
    return [
        Row("key press → painted frame, median", median(taken.total), "ms"),
        Row("key press → painted frame, p95", percentile(taken.total, 0.95), "ms", FRAME if budgets else None),
        Row("… of it work in that frame, median", median(taken.work), "ms"),
        Row("… of it work in that frame, p95", percentile(taken.work, 0.95), "ms"),
        Row("websocket messages a step", taken.messages, "", 0 if budgets else None),
    ]


def _held_rows(held: Hold) -> list[Row]:
    layout = held.used["LayoutDuration"] + held.used["RecalcStyleDuration"]
    return [
        Row("a step in every frame: time between frames, p95", percentile(held.intervals, 0.95), "ms", FRAME),
        Row("… main thread's processor time a step, script to paint", held.used["TaskDuration"], "ms"),
        Row("… of it script", held.used["ScriptDuration"], "ms"),
        Row("… of it style and layout", layout, "ms"),
    ]
