"""Each page in light and dark, wide and on a phone: nothing cut, nothing unsaid, nothing that axe finds."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ViewportSize

from rnnviz.site.lessons import LESSONS
from rnnviz.words import catalogue
from tests.browser.conftest import Visit
from tests.browser.screen import COLOURS, PHONE

NARROWEST = ViewportSize(width=320, height=640)
PATHS = {lesson.name: f"/{lesson.path}" for lesson in LESSONS.values()}
ROOMS = sorted({key.partition(".")[0] for key in catalogue()})
BRIGHTNESS = """() => {
  const [r, g, b] = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor.match(/[\\d.]+/g);
  return (0.3 * r + 0.59 * g + 0.11 * b) / 255;
}"""
# What stands out beyond the right edge of the window although nothing scrolls it.
OUTSIDE = """() => [...document.querySelectorAll("main h1, main h3, main p, main button, main input, [data-stage]")]
  .filter((e) => e.checkVisibility() && !e.closest("[aria-hidden=true], .rv-hidden, [data-kind]"))
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => `${e.localName}.${e.className}: ${e.textContent.trim().slice(0, 40)}`)"""


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_in_the_visitors_theme_axe_finds_nothing_and_every_word_is_said(visit: Visit, path: str) -> None:
    screen = visit(path, theme="dark")
    assert screen.page.evaluate(BRIGHTNESS) < 0.2
    assert screen.axe_in_both("light") == []
    assert screen.page.evaluate(BRIGHTNESS) > 0.9
    words = screen.words()
    assert re.findall(rf"\b(?:{'|'.join(ROOMS)})\.[a-z]\w*\b(?!\.)", words) == [], "a message that no catalogue has"
    assert re.findall(r"\{\w+\}|:gray\[|\bundefined\b|\bNaN\b|\[object", words) == []


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_phone_shows_all_of_it(visit: Visit, path: str) -> None:
    screen = visit(path, size=PHONE)
    start = screen.t
    assert screen.axe(but=COLOURS) == []  # they are those of the wide page
    for size in (PHONE, NARROWEST):
        screen.page.set_viewport_size(size)
        screen.paint()
        assert screen.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert screen.page.evaluate(OUTSIDE) == []
    assert screen.press("Home", "ArrowRight").t == 1 != start or start == 1
