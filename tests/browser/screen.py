"""One open page of the site, as a person sees it: what stands on it, where its cursor is, what went wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, WebSocket

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
# On a page with a path Streamlit's own front end asks here first, and falls back to the root.
STREAMLITS_OWN_404 = ("/_stcore/health", "/_stcore/host-config")

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
    view: e.closest(".rv-view")?.classList[1] ?? "", text: e.textContent.trim(), ...e.dataset }));
}"""
)
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


@dataclass(frozen=True)
class Number:
    """A number on the screen: its text and what it says it is (unit and step count from 0)."""

    text: str
    value: float
    quantity: str
    unit: int | None
    step: int | None
    view: str
    attributes: dict[str, str]


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
        own = urlsplit(message.location.get("url", "")).path.endswith(STREAMLITS_OWN_404)
        if message.type == "error" and not own:
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
    def index(name: str) -> int | None:
        return int(item[name]) if item.get(name) else None

    # JavaScript's word for it; Python knows "inf" only.
    value = float(item["value"].replace("Infinity", "inf"))
    return Number(item["text"], value, item.get("quantity", ""), index("unit"), index("step"), item["view"], item)


def _nodes(nodes: Iterable[dict[str, Any]]) -> str:
    return "; ".join(f"{node['target']} {node['html'][:160]}" for node in nodes)
