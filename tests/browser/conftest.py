"""A real Chromium on the real site: one server a test process, and pages that fail the test on any error of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize

from tests import chromium
from tests.browser.screen import DESKTOP, Screen
from tests.browser.server import Server, serve

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the Chromium, Chrome or Edge of this machine; without one the tests fail, and say why."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.MISSING, pytrace=False)
    return browser_type_launch_args | {"executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Serve the site."""
    with serve() as running:
        yield running


Visit = Callable[..., Screen]


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Return the one browser profile with given settings: its pages share a cache, so that each opens quickly.

    They share nothing that a test could trip over: the site keeps nothing in the browser but in the page itself.
    """
    profiles: dict[str, BrowserContext] = {}

    def with_settings(**settings: Any) -> BrowserContext:
        key = repr(sorted(settings.items()))
        if key not in profiles:
            profiles[key] = browser.new_context(**settings)
        return profiles[key]

    yield with_settings
    for context in profiles.values():
        context.close()


@pytest.fixture
def visit(profile: Callable[..., BrowserContext], server: Server) -> Iterator[Visit]:
    """Open pages: ``visit("/step", text="hello", theme="dark", size=PHONE)``, words of the link as keywords.

    When the test ends, no page may have logged an error or sent a request elsewhere, and no script may have crashed.
    """
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
        context = profile(color_scheme=theme, viewport=size, reduced_motion=motion, has_touch=has_touch)
        screens.append(Screen(context.new_page(), server.url))
        return screens[-1].goto(path, **query)

    yield open_page
    for screen in screens:
        screen.page.close()
    problems = [problem for screen in screens for problem in screen.problems]
    log = server.written()[log_before:]
    if problems:
        pytest.fail("The browser had to report:\n" + "\n".join(problems), pytrace=False)
    if "Traceback" in log:
        pytest.fail(f"The server had to report:\n{log[-2000:]}", pytrace=False)
