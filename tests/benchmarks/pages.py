"""What a page costs the server: until it stands, until a changed parameter is seen, and the processor time of that."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser

from rnnviz.words import say
from tests.benchmarks.report import Row, median, percentile
from tests.browser.screen import DESKTOP, Screen
from tests.browser.server import Server, serve

CHANGES = 40
TRANSLATING = "/shapes?shape=encoder_decoder&attention=dot&text=hello&target=olleh"
# From the click to the end of the frame in which the numbers of the first stage are others.
WATCH = """() => {
  const read = () => [...document.querySelectorAll("[data-stage] [data-value]")].map((e) => e.dataset.value).join();
  window.changes = [];
  addEventListener("click", (press) => {
    const before = read();
    const look = () => {
      if (read() === before) return requestAnimationFrame(look);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.changes.push(performance.now() - press.timeStamp);
      port2.postMessage(0);
    };
    requestAnimationFrame(look);
  }, true);
}"""


def start_rows(browser: Browser) -> list[Row]:
    """Start the server and open the Start page, three times."""
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        with serve() as server:
            page = browser.new_page(viewport=DESKTOP)
            Screen(page, server.url).goto("/")
            taken.append(time.perf_counter() - begun)
            page.close()
    return [Row("server start → first page drawn, the stage too", median(taken), "s", 3)]


def change_rows(browser: Browser, server: Server) -> list[Row]:
    """Step the seed on, which draws a new network, on every page with a run."""
    rows = []
    for path in ("/step", "/gates", "/gradients", TRANSLATING):
        page = browser.new_page(viewport=DESKTOP)
        screen = Screen(page, server.url).goto(path)
        page.evaluate(WATCH)
        more = page.locator(".st-key-seed").get_by_role("button").last
        before = server.cpu_seconds()
        for count in range(1, CHANGES + 1):
            more.click()
            page.wait_for_function("(n) => window.changes.length === n", arg=count)
        used = server.cpu_seconds() - before
        taken = page.evaluate("window.changes")
        assert not screen.problems, screen.problems
        name = say(f"lesson.{path[1:].partition('?')[0]}")
        rows += [
            Row(f"{name}: parameter change → new picture, median", median(taken), "ms", 150),
            Row(f"{name}: parameter change → new picture, p95", percentile(taken, 0.95), "ms"),
            Row(f"{name}: server processor a rerun", used / CHANGES * 1e3, "ms", 15),
        ]
        page.close()
    return rows


def torch_row(server: Server) -> Row:
    """Tell whether PyTorch got into the server, which by now has shown every page."""
    maps = Path(f"/proc/{server.process.pid}/maps")
    loaded = "torch" in maps.read_text() if maps.exists() else False
    return Row("PyTorch's libraries in the server after all pages", float(loaded), "", 0)
