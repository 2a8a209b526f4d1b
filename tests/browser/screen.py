"""One open page of the site, as a person sees it: what stands on it, where its cursor is, what went wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, TimeoutError, ViewportSize, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from rnnviz.words import say

DESKTOP = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
WIDEST = 132  # pixels: no column is wider, however few steps there are
PATIENCE = 20_000  # ms
READY = "[data-testid=stApp][data-test-script-state=notRunning]"

# querySelectorAll that looks into shadow roots too.
DEEP = """
const deep = (selector, root = document) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].filter((e) => e.shadowRoot).flatMap((e) => deep(selector, e.shadowRoot)),
];
"""
# As one text: of a list of objects each word goes through Playwright's own hands.
NUMBERS = (
    "() => {"
    + DEEP
    + """
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && e.getClientRects().length > 0;
  return JSON.stringify(deep("[data-value]").filter(shown).map((e) => ({
    view: e.closest("[data-view]")?.dataset.view ?? "", stage: e.closest("[data-stage]")?.dataset.stage ?? "",
    row: e.closest("[data-row]")?.dataset.row ?? "",
    text: e.textContent.trim(), ...e.dataset })));
}"""
)
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
# Text alternatives follow a moment after what they tell of; what has none after that has none.
TOLD = (
    "() => {"
    + DEEP
    + """
  return deep("[role=img]").every((e) => e.ariaLabel || e.hasAttribute("aria-labelledby") || e.querySelector("title"));
}"""
)
VIOLATIONS = "async (options) => JSON.stringify((await axe.run(options)).violations)"
COLOURS = ("color-contrast", "link-in-text-block")  # the rules of axe that light and dark can fare differently by
# Until the page has nothing more to do at the moment.
AT_REST = "() => new Promise((done) => requestIdleCallback(() => done(), { timeout: 1000 }))"


@dataclass(frozen=True)
class Number:
    """A number on the screen: its text, and what it says it is.

    The unit is counted from 0; it may be "mean" over all, or "2-4", the mean of a group. The step is counted from 0,
    or "start" for an initial state. What the element does not say is "".
    """

    text: str
    value: float
    quantity: str
    unit: str
    step: str
    gate: str
    layer: str
    run: str
    view: str
    stage: str

    def __str__(self) -> str:
        """Return where it stands and what it claims to be, for a failing test."""
        where = {"unit": self.unit, "step": self.step, "gate": self.gate, "layer": self.layer, "run": self.run}
        return f"{self.view}: {self.quantity} {where} is {self.value!r}, shown as {self.text!r}"


@dataclass
class Screen:
    """A page and the record of its traffic; ``problems`` must stay empty."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)
    sent: int = 0  # messages to the server
    answered: int = 0  # how many of them the runs of the script that have ended knew
    heard: list[tuple[Any, Callable[[Any], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listen("console", self._on_console)
        self.listen("pageerror", self._on_page_error)
        self.listen("requestfailed", self._on_failed)  # to hear of each that is made takes a tenth of a page's time
        self.listen("websocket", self._on_websocket)

    def listen(self, event: Any, heard: Callable[[Any], None]) -> None:
        """Hear of an event of the tab, as long as it shows this screen."""
        self.page.on(event, heard)
        self.heard.append((event, heard))

    def leave(self) -> None:
        """Listen no longer: what the tab shows from now on is another screen."""
        while self.heard:
            self.page.remove_listener(*self.heard.pop())

    def _on_page_error(self, error: Error) -> None:
        self.problems.append(f"page error: {error}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location})")

    def _on_failed(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and f"{url.scheme}://{url.netloc}" != self.address:
            self.problems.append(f"a request would have left the site: {request.url}")

    def _on_websocket(self, socket: WebSocket) -> None:
        def on_sent(_: Any) -> None:
            self.sent += 1

        def on_received(payload: str | bytes) -> None:
            message = ForwardMsg.FromString(payload) if isinstance(payload, bytes) else ForwardMsg()
            early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
            if message.HasField("script_finished") and not early:
                self.answered = self.sent

        socket.on("framesent", on_sent)
        socket.on("framereceived", on_received)

    def goto(self, path: str = "/", **query: object) -> Screen:
        """Open a page of the site and wait until it stands."""
        values = {name: str(value) for name, value in query.items() if value is not None}
        if "#" in path:  # a tab that shows the rest of the link already would only look elsewhere
            self.page.goto("about:blank")
        self.page.goto(self.address + path + (f"?{urlencode(values)}" if values else ""))
        return self.settle()

    def settle(self) -> Screen:
        """Wait until the script has run, the stages are drawn and the last frame is painted."""
        fault = self.page.get_by_text(say("error.unexpected"))
        self.page.wait_for_selector(READY, timeout=PATIENCE)
        self.page.locator("[data-stage][data-steps]").or_(fault).first.wait_for(timeout=PATIENCE)
        assert not fault.count(), "the page says that it has a fault"
        self.page.wait_for_selector(".rv-stage[hidden]", state="detached", timeout=PATIENCE)  # the second may be first
        self.page.wait_for_selector(READY, timeout=PATIENCE)
        self.page.evaluate(AT_REST)
        return self.come().paint()

    def come(self) -> Screen:
        """Wait until what the stages asked the server for stands on them."""
        self.page.wait_for_function("!document.querySelector('[data-coming]')", timeout=PATIENCE)
        return self

    def settled(self, act: Callable[[], object]) -> Screen:
        """Do something that makes the script run again, and wait until its result stands."""
        before, deadline = self.sent, time.monotonic() + PATIENCE / 1000
        act()
        while self.sent == before or self.answered < self.sent:
            assert time.monotonic() < deadline, "the script did not run again"
            self.page.wait_for_timeout(20)
        return self.settle()

    def paint(self) -> Screen:
        """Wait until what was changed is on the screen."""
        self.page.evaluate(TWO_FRAMES)
        return self

    @property
    def stage(self) -> Locator:
        """The root of the page's first stage."""
        return self.page.locator("[data-stage]").first

    def _count(self, name: str) -> int:
        return int(self.stage.get_attribute(name) or "")

    @property
    def t(self) -> int:
        """The time step the cursor stands on, from 0."""
        return self._count("data-t")

    @property
    def steps(self) -> int:
        """How many time steps the run has."""
        return self._count("data-steps")

    def field(self, name: str) -> Locator:
        """Return the control of a setting, by its word in the link."""
        return self.page.locator(f".st-key-{name} input, .st-key-{name} textarea").first

    def enter(self, name: str, value: str) -> Screen:
        """Type into a control, as if for good, and wait for what comes of it."""
        field = self.field(name)

        def type_it() -> None:
            field.fill(value)
            field.press("ControlOrMeta+Enter" if field.evaluate("e => e.localName") == "textarea" else "Enter")

        return self.settled(type_it)

    def press(self, *keys: str) -> Screen:
        """Press keys, wherever the focus is."""
        for key in keys:
            self.page.keyboard.press(key)
        return self.paint()

    def click_step(self, t: int) -> Screen:
        """Click a step on the strip of the input, which is the scrubber."""
        x, y = self.place_of(t)
        self.scrubber.click(position={"x": x, "y": y})
        return self.paint()

    def begin_again(self, t: int) -> Screen:
        """Leave the page as it was opened at step ``t``, but for what was chosen on it."""
        self.page.bring_to_front()
        own = self.stage.locator(".rv-frames-own")
        if own.is_visible():
            own.click()
        self.click_step(t)
        self.page.mouse.move(-1, -1)
        self.page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
        return self.come().paint()

    def column(self, t: int) -> Locator:
        """Return the column of a step in the unrolled graph, not a spare one that waits beside its window."""
        graph = self.stage.locator("[data-view=unrolled]")
        window = graph.bounding_box()
        for column in graph.locator(f"[data-kind=step][data-step='{t}']:visible").all():
            box = column.bounding_box()
            if window and box and window["x"] < box["x"] + box["width"] / 2 < window["x"] + window["width"]:
                return column
        raise AssertionError(f"the graph shows no column {t}")

    def token(self, t: int) -> Locator:
        """Return what a column of the graph reads, a button that leads to its step."""
        return self.column(t).locator("button[data-go]:not([data-row])")

    @property
    def scrubber(self) -> Locator:
        """The strip on which a pointer chooses the step."""
        return self.stage.get_by_role("slider", name=say("stage.scrubber"))

    def place_of(self, t: int) -> tuple[float, float]:
        """Return where step ``t`` is on the scrubber, in pixels from its corner."""
        box = self.scrubber.bounding_box()
        assert box is not None
        return (t + 0.5) * min(WIDEST, box["width"] / self.steps), box["height"] / 2

    def link(self) -> str:
        """Return the address bar, once it has caught up with the cursor."""
        self.page.wait_for_function(
            "(step) => new URLSearchParams(location.search).get('step') === step", arg=str(self.t + 1)
        )
        return self.page.url

    def turn(self, theme: str) -> Screen:
        """Let the visitor's system turn light or dark, and wait until every stage has."""
        self.page.emulate_media(color_scheme=theme)
        follows = "(theme) => !document.querySelector(`[data-stage]:not([data-theme=${theme}])`)"
        self.page.wait_for_function(follows, arg=theme)
        return self.paint()

    def complaints(self) -> list[str]:
        """Return what the page says is wrong with what was asked for, sentence by sentence."""
        alerts = self.page.get_by_test_id("stAlert").or_(self.page.locator(".rv-notice p"))
        return [line for alert in alerts.all() for line in alert.inner_text().splitlines() if line.strip()]

    def numbers(self) -> list[Number]:
        """Return every number of the run that can be seen."""
        return [_number(item) for item in json.loads(self.page.evaluate(NUMBERS))]

    def words(self) -> str:
        """Return the text of the whole page, as a person sees it."""
        return self.page.locator("body").inner_text()

    def axe(self, *rules: str, but: tuple[str, ...] = ()) -> list[str]:
        """Return what axe has to say against the page at rest, a line each; by all rules, by some, or all but some."""
        with suppress(TimeoutError):
            self.page.wait_for_function(TOLD, timeout=2000)
        found, tries = self._axe(rules, but), 1
        while found and tries < 4:
            self.page.wait_for_timeout(300 * tries)
            found, tries = self._axe(rules, but), tries + 1
        return found

    def axe_in_both(self, other: str) -> list[str]:
        """Return what axe says against the page, and what it says of its colours in the other theme."""
        return self.axe() + self.turn(other).axe(*COLOURS)

    def _axe(self, rules: tuple[str, ...], but: tuple[str, ...]) -> list[str]:
        options: dict[str, Any] = {"resultTypes": ["violations"], "rules": {rule: {"enabled": False} for rule in but}}
        options |= {"runOnly": list(rules)} if rules else {}
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        violations = json.loads(self.page.evaluate(VIOLATIONS, options))
        return [f"{v['id']} ({v['impact']}): {_nodes(v['nodes'])}" for v in violations]


def _number(item: dict[str, str]) -> Number:
    known = {name: item.get(name, "") for name in ("text", "quantity", "step", "layer", "run", "view", "stage")}
    # JavaScript's words; Python knows "inf" and "nan".
    value = float(item["value"].replace("Infinity", "inf").replace("null", "nan"))
    known["unit"] = item.get("unit") or item.get("units", "")
    return Number(value=value, gate=item.get("gate") or item["row"], **known)


def _nodes(nodes: Iterable[dict[str, Any]]) -> str:
    return "; ".join(f"{node['target']} {node['html'][:160]}" for node in nodes)
