"""A real Chromium on the real site: one server a test process, and pages that fail the test on any error of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize

from tests import chromium
from tests.browser.desk import Desk
from tests.browser.screen import DESKTOP, Screen
from tests.browser.server import HOST, Server, serve
from tests.browser.tabs import Tabs

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
# A page lives for seconds here: to make its code faster costs more than that ever gives back. The next page of its tab
# has the same code, which is kept for it.
BRIEF = "--js-flags=--max-optimized-bytecode-size=0 --no-flush-bytecode"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the Chromium, Chrome or Edge of this machine; without one the tests fail, and say why."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.MISSING, pytrace=False)
    return browser_type_launch_args | {"executable_path": path, "args": [*FLAGS, BRIEF]}


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Serve the site."""
    with serve() as running:
        yield running


@pytest.fixture(scope="session")
def tabs(browser: Browser, server: Server) -> Iterator[Tabs]:
    """Lend the tabs of this process's browser, which reach the site and nothing else."""
    tabs = Tabs(browser, f"{HOST}:{server.port}")
    yield tabs
    tabs.close()


@pytest.fixture(scope="session")
def profile(tabs: Tabs) -> Callable[..., BrowserContext]:
    """Return the one browser profile with given settings, for a test that opens a page of its own."""
    return tabs.profile


Visit = Callable[..., Screen]


@pytest.fixture
def visit(tabs: Tabs, server: Server) -> Iterator[Visit]:
    """Open pages: ``visit("/step", text="hello", theme="dark", size=PHONE)``, words of the link as keywords.

    When the test ends, no page may have logged an error or sent a request elsewhere, and no script may have crashed.
    """
    yield from _visits(tabs, server)


@pytest.fixture(scope="module")
def stay(tabs: Tabs, server: Server) -> Iterator[Visit]:
    """Open pages as `visit` does, for all tests of a module that leave a page as they found it."""
    yield from _visits(tabs, server)


@pytest.fixture(scope="module")
def again(stay: Visit) -> Visit:
    """Open pages as `visit` does, but leave the last two open for tests that only walk about on the same.

    A test finds it as it was opened: on that step or the one that is asked for, nothing slid, pointed at or focused.
    """
    opened: dict[str, tuple[Screen, int]] = {}

    def open_page(path: str = "/", *, step: int | None = None, **query: Any) -> Screen:
        name = repr((path, sorted(query.items())))
        if name in opened:
            screen, first = opened[name] = opened.pop(name)
            return screen.begin_again(first if step is None else step - 1)
        if len(opened) < 2:
            screen = stay(path, step=step, **query)
        else:  # in a tab that has shown a page before, another opens in a third of the time
            screen, _ = opened.pop(next(iter(opened)))
            screen.page.bring_to_front()
            screen.goto(path, step=step, **query)
        opened[name] = screen, screen.t
        return screen

    return open_page


def _visits(tabs: Tabs, server: Server) -> Iterator[Visit]:
    screens: list[Screen] = []
    log_before = len(server.written())

    def open_page(
        path: str = "/",
        *,
        theme: str = "light",
        size: ViewportSize = DESKTOP,
        motion: str = "no-preference",
        has_touch: bool = False,
        **query: Any,
    ) -> Screen:
        screens.append(Screen(tabs.take(theme=theme, size=size, motion=motion, has_touch=has_touch), server.url))
        return screens[-1].goto(path, **query)

    yield open_page
    for screen in screens:
        screen.leave()
        tabs.put_back(screen.page)
    problems = [problem for screen in screens for problem in screen.problems]
    log = server.written()[log_before:]
    if problems:
        pytest.fail("The browser had to report:\n" + "\n".join(problems), pytrace=False)
    if "Traceback" in log:
        pytest.fail(f"The server had to report:\n{log[-2000:]}", pytrace=False)


@pytest.fixture
def desk(tmp_path: Path, tabs: Tabs) -> Iterator[Desk]:
    """Open files; when the test ends, none may have asked for anything or logged an error."""
    desk = Desk(tmp_path, tabs)
    yield desk
    for screen in desk.screens:
        screen.leave()
        tabs.put_back(screen.page)
    assert desk.asked == []
    assert [problem for screen in desk.screens for problem in screen.problems] == []
