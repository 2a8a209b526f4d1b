"""Walking through time with the arrow key: how long until the step is on the screen, and what it costs the server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page

from rnnviz.words import say
from tests.benchmarks.latency import measured
from tests.benchmarks.report import Row, median, percentile
from tests.browser.screen import DESKTOP, READY, Screen
from tests.browser.server import Server, serve

HIDDEN = 32
PRESSES = 90
STEPS = 95
FRAME = 17.0  # ms: 60 frames a second
ROUNDS = 3  # the middle one counts: a machine's own hiccups must not
LATE = 500  # ms in which a message that comes late counts, too
PANGRAM = "the quick brown fox jumps over the lazy dog and "
MOMENTS = 200  # as many updates, and one before the first
ALL_MOMENTS = """(n) => [...document.querySelectorAll("[data-stage]")].every((e) => e.dataset.frames == n)
  && !document.querySelector("[data-stage] .rv-range:disabled")"""
AT_STEP = "document.querySelector('[data-stage]').dataset.t == String(expected)"
PLAIN_APP = Path(__file__).with_name("plain_app.py")

# In which frame after a key press what is expected is there. The page's own listeners were there before this one.
COUNT = """([shown, key, t, by]) => {
  window.needed = [];
  let expected = t;
  const holds = new Function("expected", "return " + shown);
  addEventListener("keydown", (press) => {
    if (press.key !== key) return;
    expected += by;
    const look = (frames) => {
      if (holds(expected)) window.needed.push(frames);
      else requestAnimationFrame(() => look(frames + 1));
    };
    requestAnimationFrame(() => look(1));
  });
}"""
# From a key press (the time the browser got it) to the end of the first frame for which `shown` holds.
WATCH = """([shown, key, t, by]) => {
  window.taken = [];
  let expected = t;
  const drawn = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  });
  const holds = new Function("expected", "return " + shown);
  addEventListener("keydown", (press) => {
    if (press.key !== key) return;
    expected += by;
    const look = async () => {
      const painted = await drawn();
      if (holds(expected)) window.taken.push(painted - press.timeStamp);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}"""
# The same sums on each machine and at each moment: what a machine does at half its speed is seen in it.
SUMS = """() => {
  const took = Array.from({ length: 9 }, () => {
    const begun = performance.now();
    let sum = 0;
    for (let k = 1; k < 4e6; k++) sum += Math.sqrt(k) % 3;
    return sum && performance.now() - begun;
  });
  return took.sort((a, b) => a - b)[4];
}"""
WARM = 5  # presses before those that count
PAUSE = 100  # ms between two presses: what is out of sight has followed, and the page rests
# Something in every animation frame, until there are as many: the time between them.
_FRAMES = """
  const intervals = [];
  let before = 0;
  const frame = (now) => {
    if (before) intervals.push(now - before);
    before = now;
    if (intervals.length >= many) return done(intervals);
    act();
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})"""
# A step in each, as while a key is held down or a run is played at full speed.
HOLD = (
    """([key, many]) => new Promise((done) => {
  const act = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code: key, bubbles: true }));"""
    + _FRAMES
)
# Another run in each: the slider goes to its end and back, a run at a time.
DRAG = (
    """(many) => new Promise((done) => {
  const slider = document.querySelector("[data-rv-frames]");
  const last = Number(slider.max) - 1;
  let moved = Number(slider.value) - 1;
  const act = () => {
    moved += 1;
    slider.value = String(1 + last - Math.abs((moved % (2 * last)) - last));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };"""
    + _FRAMES
)


@dataclass(frozen=True)
class Walk:
    """What a walk of single key presses took."""

    painted: list[float]  # ms from press to the end of the frame that shows it, painted and handed over; one a press
    drawn: list[float]  # ms from press to that frame on the screen
    sums: float  # ms that always the same sums take, before and after
    frames: int  # in how many frames after the press it was there, at most
    messages: float  # websocket messages a step, both directions


@dataclass(frozen=True)
class Hold:
    """What stepping, or dragging a slider, in every animation frame took."""

    intervals: list[float]  # ms between frames
    used: dict[str, float]  # ms of processor time a step, by Chromium's names for it
    messages: float  # websocket messages a frame, both directions


def site_rows(browser: Browser, server: Server) -> Iterator[tuple[str, list[Row]]]:
    """Walk through the pages with a run at two lengths, with the time or, where a gradient flows, against it."""
    for path, key, home, step, by in (
        ("/step", "ArrowRight", "Home", 2, 1),
        ("/gates", "ArrowRight", "Home", 2, 1),
        ("/gradients", "ArrowLeft", "End", None, -1),
    ):
        work = {}
        for length in (100, 1000):
            screen = Screen(browser.new_page(viewport=DESKTOP), server.url)
            screen.goto(path, cell="lstm", hidden_size=HIDDEN, text=text_of(length), step=step or length)
            taken = walk(screen.settle().page, AT_STEP, screen.t, key=key, by=by)
            held = run_through(screen, home, key, STEPS)
            work[length] = held.used["TaskDuration"]
            yield f"{path}, LSTM, T = {length}, H = {HIDDEN}", [*_rows(taken), *_held_rows(held)]
            assert not screen.problems, screen.problems
            screen.page.close()
        yield (
            f"{path}, T = 1000 ÷ T = 100",
            [Row("main thread's processor time a step", work[1000] / work[100], "×", 1.2)],
        )


def shape_rows(browser: Browser, server: Server) -> Iterator[tuple[str, list[Row]]]:
    """Walk through an encoder and a decoder that looks back at it, each as long as the other, at two lengths."""
    work = {}
    for half in (20, 40):
        screen = Screen(browser.new_page(viewport=DESKTOP), server.url)
        source = text_of(half)
        asked = {"text": source, "target": source[::-1][1:], "attention": "additive", "hidden_size": HIDDEN}  # and END
        screen.goto("/shapes", shape="encoder_decoder", cell="lstm", step=2, **asked)
        taken = walk(screen.settle().page, AT_STEP, screen.t, presses=2 * half - 8)
        held = run_through(screen, "Home", "ArrowRight", 2 * half - 2)
        work[half] = held.used["TaskDuration"]
        yield f"/shapes, LSTM, {half} + {half} steps with attention, H = {HIDDEN}", [*_rows(taken), *_held_rows(held)]
        assert not screen.problems, screen.problems
        screen.page.close()
    yield (
        "/shapes, 40 + 40 ÷ 20 + 20 steps",
        [Row("main thread's processor time a step", work[40] / work[20], "×", 1.2)],
    )


def drag_rows(browser: Browser, server: Server) -> tuple[str, list[Row]]:
    """Drag the slider of the Gradients page to its end and back, three cells in each of its runs."""
    screen = Screen(browser.new_page(viewport=DESKTOP), server.url)
    screen.goto("/gradients", cell="lstm", hidden_size=HIDDEN, text=text_of(100), sweep="gain")
    frames = int(screen.stage.get_attribute("data-frames") or "")
    hold(screen.page, DRAG, 2 * frames)  # each run once: what is worked out when it is first seen is known then
    held = hold(screen.page, DRAG, 4 * frames)
    assert not screen.problems, screen.problems
    screen.page.close()
    rows = [*_held_rows(held, "the slider moved"), Row("websocket messages a frame", held.messages, "", 0)]
    return f"/gradients, the slider is dragged, LSTM, GRU and RNN, T = 100, H = {HIDDEN}, {frames} frames", rows


def epoch_rows(browser: Browser, server: Server) -> tuple[str, list[Row]]:
    """Train a network, then drag the slider of the Training page through all its moments and back."""
    screen = Screen(browser.new_page(viewport=DESKTOP), server.url)
    screen.goto("/training", problem="adding:length=20", cell="lstm", hidden_size=HIDDEN, steps=MOMENTS - 1)
    screen.page.get_by_role("button", name=say("training.do.train"), exact=True).click()
    screen.page.wait_for_function(ALL_MOMENTS, arg=MOMENTS, timeout=120_000)
    screen.settle().page.wait_for_timeout(3 * LATE)
    hold(screen.page, DRAG, 2 * MOMENTS)
    held = hold(screen.page, DRAG, 4 * MOMENTS)
    assert not screen.problems, screen.problems
    screen.page.close()
    rows = [*_held_rows(held, "the slider moved"), Row("websocket messages a frame", held.messages, "", 0)]
    return f"/training, the slider is dragged, LSTM beside RNN, T = 20, H = {HIDDEN}, {MOMENTS} moments", rows


def plain_rows(browser: Browser) -> Iterator[tuple[str, list[Row]]]:
    """Walk through the same run with a plain slider and three charts."""
    shown = """[...document.querySelectorAll(".js-plotly-plot")].filter(
      (plot) => plot.querySelector(".gtitle")?.textContent === "step " + expected).length === 3"""
    with serve(PLAIN_APP) as server:
        for length in (100, 1000):
            page = browser.new_page(viewport=DESKTOP)
            page.goto(f"{server.url}/?{urlencode({'text': text_of(length), 'hidden_size': HIDDEN})}")
            page.wait_for_selector(READY, timeout=60_000)
            page.wait_for_selector(".js-plotly-plot .gtitle")
            page.get_by_role("slider").focus()
            taken, messages = answered(page, shown)
            rows = [
                Row("key press → painted frame, median", median(taken), "ms"),
                Row("key press → painted frame, p95", percentile(taken, 0.95), "ms"),
                Row("websocket messages a step", messages, ""),
            ]
            yield f"Plain slider and three st.plotly_chart, T = {length}, H = {HIDDEN}", rows
            page.close()


def answered(page: Page, shown: str, presses: int = 25) -> tuple[list[float], float]:
    """Press the key of a slider whose pictures come from the server; return the ms of each, and messages a press."""
    page.evaluate(WATCH, [shown, "ArrowRight", 0, 1])
    messages = _messages(page)
    for number in range(1, presses + 1):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(n) => window.taken.length === n", arg=number)
        page.wait_for_timeout(PAUSE)
    return page.evaluate("window.taken"), len(messages) / presses


def text_of(length: int) -> str:
    """Return a text of ``length`` characters."""
    return (PANGRAM * (length // len(PANGRAM) + 1))[:length]


def walk(page: Page, shown: str, t: int, presses: int = PRESSES, key: str = "ArrowRight", by: int = 1) -> Walk:
    """Press a key one time after the other from step ``t``, each when the page rests after the one before."""
    page.evaluate(COUNT, [shown, key, t, by])
    before = page.evaluate(SUMS)
    press(page, key, WARM)
    messages = _messages(page)
    with measured(page) as taken:
        press(page, key, presses)
        page.wait_for_timeout(LATE)
    needed = page.evaluate("window.needed")
    assert len(needed) == presses + WARM
    assert len(taken.painted) == presses
    sums = (before + page.evaluate(SUMS)) / 2
    return Walk(taken.painted, taken.drawn, sums, max(needed[WARM:]), len(messages) / presses)


def press(page: Page, key: str, times: int) -> None:
    """Press a key, and wait until the page rests."""
    for _ in range(times):
        page.keyboard.press(key)
        page.wait_for_timeout(PAUSE)


def hold(page: Page, script: str, given: Any) -> Hold:
    """Do something in every frame; processor time of the page's main thread does not mind a busy machine much."""
    messages = _messages(page)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def used() -> dict[str, float]:
        return {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}

    before = used()
    intervals = page.evaluate(script, given)
    after = used()
    page.wait_for_timeout(LATE)
    many = len(intervals)
    each = {name: (after[name] - before[name]) / many * 1e3 for name in before}
    return Hold(intervals, each, len(messages) / many)


def run_through(screen: Screen, home: str, key: str, many: int) -> Hold:
    """Step in every frame from one end, in some rounds; return the middle one by the time between its frames."""
    rounds = [hold(screen.press(home).page, HOLD, [key, many]) for _ in range(ROUNDS)]
    return sorted(rounds, key=lambda one: percentile(one.intervals, 0.95))[ROUNDS // 2]


def _messages(page: Page) -> list[Any]:
    """Return a list to which every websocket message will be added."""
    found: list[Any] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    for event in ("Network.webSocketFrameSent", "Network.webSocketFrameReceived"):
        session.on(event, lambda message: found.append(message))  # Playwright takes no built-in method
    return found


def _rows(taken: Walk) -> list[Row]:
    return [
        Row("key press → painted frame, median", median(taken.painted), "ms"),
        Row("key press → painted frame, p95", percentile(taken.painted, 0.95), "ms", FRAME),
        Row("… and drawn on the screen, here without a graphics processor, median", median(taken.drawn), "ms"),
        Row("… p95", percentile(taken.drawn, 0.95), "ms"),
        Row("… meanwhile four million roots in the page, as a measure of the machine", taken.sums, "ms"),
        Row("animation frames until it is shown, at most", taken.frames, "", 1),
        Row("websocket messages a step", taken.messages, "", 0),
    ]


def _held_rows(held: Hold, what: str = "a step") -> list[Row]:
    layout = held.used["LayoutDuration"] + held.used["RecalcStyleDuration"]
    return [
        Row(f"{what} in every frame: time between frames, p95", percentile(held.intervals, 0.95), "ms", FRAME),
        Row("… main thread's processor time a frame, script to paint", held.used["TaskDuration"], "ms"),
        Row("… of it script", held.used["ScriptDuration"], "ms"),
        Row("… of it style and layout", layout, "ms"),
    ]
