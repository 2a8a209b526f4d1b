"""Files opened by double click, in a browser that has no network."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Request

from rnnviz.export import Shown
from tests.browser.screen import PATIENCE, Screen
from tests.browser.tabs import Tabs


@dataclass
class Desk:
    """Opens files in a browser that has no network, and keeps what they asked for and complained of."""

    folder: Path
    tabs: Tabs
    screens: list[Screen] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, html: str, **settings: Any) -> Screen:
        """Write a document to a file and open that."""
        path = self.folder / f"{len(self.screens)}.html"
        path.write_text(html, encoding="utf-8")
        screen = Screen(self.tabs.take(offline=True, **settings), "file://")
        screen.listen("request", lambda request: self._note(request, path))
        screen.listen("dialog", lambda dialog: dialog.dismiss())
        screen.listen("dialog", lambda dialog: screen.problems.append(f"a dialog: {dialog.message}"))
        self.screens.append(screen)
        screen.page.goto(path.as_uri())
        return screen

    def show(self, shown: Shown, **settings: Any) -> Screen:
        """Open a file that `show` has made, and wait until its stage stands."""
        screen = self.open(shown.html, **settings)
        screen.stage.and_(screen.page.locator("[data-steps]")).wait_for(timeout=PATIENCE)
        return screen.paint()

    def _note(self, request: Request, path: Path) -> None:
        if request.url != path.as_uri():
            self.asked.append(request.url)
