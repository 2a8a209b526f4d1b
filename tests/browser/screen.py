"""One open page of the site, as a person sees it: what stands on it, where its cursor is, what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, ViewportSize, WebSocket

from rnnviz.words import say

DESKTOP = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
WIDEST = 132  # pixels: no column is wider, however few steps there are
READY = "[data-testid=stApp][data-test-script-state=notRunning]"

# querySelectorAll that looks into shadow roots too.
DEEP = """
const deep = (selector, root = document) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].filter((e) => e.shadowRoot).flatMap((e) => deep(selector, e.shadowRoot)),
];
"""
NUMBERS = (
    "() => {"
    + DEEP
    + """
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && e.getClientRects().length > 0;
  return deep("[data-value]").filter(shown).map((e) => ({
    view: e.closest("[data-view]")?.dataset.view ?? "", row: e.closest("[data-row]")?.dataset.row ?? "",
    text: e.textContent.trim(), ...e.dataset }));
}"""
)
# Notes that a script run has begun, however short it is.
RUNS = """() => {
  window.rerun = false;
  const app = document.querySelector("[data-testid=stApp]");
  new MutationObserver((_, watch) => { window.rerun = true; watch.disconnect(); })
    .observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
}"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


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
    sent: int = 0

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("websocket", self._on_websocket)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location})")

    def _on_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and f"{url.scheme}://{url.netloc}" != self.address:
            self.problems.append(f"a request left the site: {request.url}")

    def _on_websocket(self, socket: WebSocket) -> None:
        def count(_: Any) -> None:
            self.sent += 1

        socket.on("framesent", count)

    def goto(self, path: str = "/", **query: object) -> Screen:
        """Open a page of the site and wait until it stands."""
        values = {name: str(value) for name, value in query.items() if value is not None}
        self.page.goto(self.address + path + (f"?{urlencode(values)}" if values else ""))
        return self.settle()

    def settle(self) -> Screen:
        """Wait until the script has run, the stages are drawn and the last frame is painted."""
        self.page.wait_for_selector(READY, timeout=60_000)
        self.page.wait_for_selector("[data-stage][data-steps]", timeout=60_000)
        self.page.wait_for_selector(READY, timeout=60_000)
        return self.paint()

    def settled(self, act: Callable[[], object]) -> Screen:
        """Do something that makes the script run again, and wait until its result stands."""
        self.page.evaluate(RUNS)
        act()
        self.page.wait_for_function("window.rerun", timeout=30_000)
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

    def complaints(self) -> list[str]:
        """Return what the page says is wrong with what was asked for, sentence by sentence."""
        alerts = self.page.get_by_test_id("stAlert")
        return [line for alert in alerts.all() for line in alert.inner_text().splitlines() if line.strip()]

    def numbers(self) -> list[Number]:
        """Return every number of the run that can be seen."""
        return [_number(item) for item in self.page.evaluate(NUMBERS)]

    def words(self) -> str:
        """Return the text of the whole page, as a person sees it."""
        return self.page.locator("body").inner_text()

    def axe(self) -> list[str]:
        """Return what axe has to say against the page, a line each."""
        violations = Axe().run(self.page).response["violations"]
        return [f"{v['id']} ({v['impact']}): {_nodes(v['nodes'])}" for v in violations]


def _number(item: dict[str, str]) -> Number:
    known = {name: item.get(name, "") for name in ("text", "quantity", "step", "layer", "run", "view")}
    known["unit"] = item.get("unit") or item.get("units", "")
    # JavaScript's word for it; Python knows "inf" only.
    return Number(value=float(item["value"].replace("Infinity", "inf")), gate=item.get("gate") or item["row"], **known)


def _nodes(nodes: Iterable[dict[str, Any]]) -> str:
    return "; ".join(f"{node['target']} {node['html'][:160]}" for node in nodes)
