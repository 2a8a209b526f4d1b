"""The tabs in which the tests open pages, one after the other."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ProxySettings, ViewportSize

from tests.browser.screen import DESKTOP

NOBODY = "http://127.0.0.1:9"  # the port to which one sends what is to be thrown away


class Tabs:
    """The tabs of one browser: in one that has shown a page before, the next opens in a third of the time.

    Pages share nothing that a test could trip over: the site keeps nothing in the browser but in the page itself.
    """

    def __init__(self, browser: Browser, reached: str) -> None:
        self.browser = browser
        # What is asked of anybody but the site fails: nobody is there whom it is asked of.
        self.proxy = ProxySettings(server=NOBODY, bypass=reached)
        self.contexts: dict[str, BrowserContext] = {}
        self.free: dict[BrowserContext, list[Page]] = {}

    def profile(self, **settings: Any) -> BrowserContext:
        """Return the one profile with given settings: its pages share a cache."""
        key = repr(sorted(settings.items()))
        if key not in self.contexts:
            self.contexts[key] = self.browser.new_context(proxy=self.proxy, **settings)
        return self.contexts[key]

    def take(
        self, *, theme: str = "light", size: ViewportSize = DESKTOP, motion: str = "no-preference", **settings: Any
    ) -> Page:
        """Return a tab with given settings; what it shows is from before."""
        context = self.profile(**settings)
        waiting = self.free.setdefault(context, [])
        page = waiting.pop() if waiting else context.new_page()
        page.bring_to_front()  # only there a page goes full screen
        page.emulate_media(color_scheme=theme, reduced_motion=motion, media="null")
        if page.viewport_size != size:
            page.set_viewport_size(size)
        return page

    def put_back(self, page: Page) -> None:
        """Let a tab be taken again: with nothing stored, no button held, the pointer on nothing, and nobody answering.

        A tab in which a test answers requests has no cache, and its pages take twice as long.
        """
        page.unroute_all()
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.mouse.up()
        page.mouse.move(-1, -1)
        self.free[page.context].append(page)

    def close(self) -> None:
        """Close all."""
        for context in self.contexts.values():
            context.close()
