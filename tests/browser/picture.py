"""Take the README's picture anew: ``make picture``."""

from __future__ import annotations

from playwright.sync_api import ViewportSize, sync_playwright

from tests import chromium
from tests.browser.conftest import FLAGS
from tests.browser.screen import Screen
from tests.browser.server import ROOT, serve

PICTURE = ROOT / ".github" / "step-page.png"
WINDOW = ViewportSize(width=1280, height=1630)


def main() -> None:
    """Show an LSTM that reads "hello world" at its seventh step, with one unit singled out."""
    with serve() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=FLAGS)
        screen = Screen(browser.new_page(viewport=WINDOW), server.url)
        screen.goto("/step", cell="lstm", text="hello world", init="normal", seed=3, step=7)
        screen.column(6).locator("button[data-row]").nth(1).click()
        screen.page.mouse.move(1, 1)
        screen.page.wait_for_timeout(500)
        PICTURE.parent.mkdir(exist_ok=True)
        screen.page.screenshot(path=PICTURE)
        browser.close()
    print(PICTURE)


if __name__ == "__main__":
    main()
