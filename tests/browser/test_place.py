"""Where one lands, and what has the focus: the top of what is opened, and the place that one goes back to."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from rnnviz.site.lessons import LESSONS
from rnnviz.site.shapes.entries import ENTRIES
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import DESKTOP, PHONE, Screen
from tests.browser.server import Server

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
PLACE = "(top) => document.querySelector('[data-testid=stMain]').scrollTop === top"
TOP = "() => document.querySelector('[data-testid=stMain]').scrollTop"
Y = "(e) => e.getBoundingClientRect().y"
SEEN = "(e) => { const { top, bottom } = e.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; }"


def card(screen: Screen, name: str) -> Locator:
    return screen.page.locator(f"[data-stage=gallery] a[data-shape={name}]")


def chip(screen: Screen, name: str) -> Locator:
    return screen.page.locator(".site-shapes").get_by_text(say(f"shapes.{name}.short"), exact=True)


def top(screen: Screen) -> int:
    return int(screen.page.evaluate(TOP))


def stands(screen: Screen, place: int, focus: Locator) -> None:
    """Wait until the page stands at a place and something has the focus, and see that both stay so."""
    for _ in range(2):
        expect(focus).to_be_focused()
        screen.page.wait_for_function(PLACE, arg=place)
        screen.page.wait_for_timeout(300)


def back(screen: Screen) -> None:
    screen.settled(screen.page.go_back)


@SIZES
def test_a_card_opens_its_shape_at_the_top_and_back_leads_to_the_card(visit: Visit, size: dict[str, int]) -> None:
    screen = visit("/shapes", size=size)
    card(screen, "residual").focus()
    before = top(screen)
    assert before > 0
    screen.settled(lambda: screen.page.keyboard.press("Enter"))
    stands(screen, 0, chip(screen, "residual"))
    back(screen)
    stands(screen, before, card(screen, "residual"))
    screen.settled(card(screen, "residual").click)
    stands(screen, 0, chip(screen, "residual"))
    screen.page.keyboard.press("Tab")  # on, not from the beginning again
    assert chip(screen, "residual").evaluate("(e) => e.compareDocumentPosition(document.activeElement)") == 4


@SIZES
def test_a_row_of_the_table_opens_its_shape_at_the_top_and_back_leads_to_the_row(
    visit: Visit, size: dict[str, int]
) -> None:
    screen = visit("/shapes", size=size)
    link = screen.page.locator(".site-uses a").last
    link.scroll_into_view_if_needed()
    before = top(screen)
    assert before > 1000
    screen.settled(link.click)
    stands(screen, 0, screen.page.locator(".site-shapes [aria-current]"))
    back(screen)
    stands(screen, before, link)


@SIZES
def test_from_shape_to_shape_the_place_stays_and_the_way_back_to_all_leads_to_its_card(
    visit: Visit, size: dict[str, int]
) -> None:
    screen = visit("/shapes?" + ENTRIES["many_to_one"].link, size=size)
    chip(screen, "residual").focus()
    before = top(screen)
    screen.settled(lambda: screen.page.keyboard.press("Enter"))
    stands(screen, before, chip(screen, "residual"))
    screen.page.locator(".site-shapes a").first.focus()
    screen.settled(lambda: screen.page.keyboard.press("Enter"))
    expect(card(screen, "residual")).to_be_focused()
    screen.page.wait_for_timeout(300)
    assert card(screen, "residual").evaluate(SEEN)
    back(screen)
    stands(screen, before, screen.page.locator(".site-shapes a").first)


def test_a_point_of_a_figure_leaves_the_figure_where_it_is(visit: Visit) -> None:
    screen = visit("/shapes?" + ENTRIES["attention"].link)
    point = screen.page.locator(".site-growing-plot .site-growing-without").nth(11)
    point.scroll_into_view_if_needed()
    before = point.evaluate(Y)
    assert top(screen) > 1000
    screen.settled(point.click)
    screen.page.wait_for_timeout(500)
    assert abs(point.evaluate(Y) - before) < 2


def test_another_lesson_opens_at_its_top_and_back_leads_to_the_link(visit: Visit) -> None:
    screen = visit("/shapes?" + ENTRIES["many_to_one"].link)
    link = screen.page.locator(".st-key-shapes-elsewhere a").first
    link.scroll_into_view_if_needed()
    before = top(screen)
    assert before > 0
    screen.settled(link.click)
    stands(screen, 0, screen.page.get_by_role("heading", level=1))
    back(screen)
    stands(screen, before, link)


def test_without_the_navigation_api_back_leads_to_the_same_places(
    profile: Callable[..., BrowserContext], server: Server
) -> None:
    page = profile().new_page()
    try:
        page.add_init_script("delete window.navigation")
        screen = Screen(page, server.url).goto("/shapes")
        assert page.evaluate("window.navigation === undefined")
        card(screen, "residual").focus()
        before = top(screen)
        assert before > 0
        screen.settled(lambda: page.keyboard.press("Enter"))
        stands(screen, 0, chip(screen, "residual"))
        elsewhere = page.locator(".st-key-shapes-elsewhere a").first
        elsewhere.scroll_into_view_if_needed()
        between = top(screen)
        assert between > 0
        screen.settled(elsewhere.click)
        stands(screen, 0, page.get_by_role("heading", level=1))
        back(screen)
        stands(screen, between, elsewhere)
        back(screen)
        stands(screen, before, card(screen, "residual"))
        screen.settled(page.go_forward)
        stands(screen, between, elsewhere)
        assert screen.problems == []
    finally:
        page.close()


def test_whoever_does_something_meanwhile_stays_where_that_led(visit: Visit) -> None:
    screen = visit("/shapes")
    card(screen, "residual").focus()
    before = top(screen)
    screen.settled(lambda: screen.page.keyboard.press("Enter"))
    screen.page.go_back()
    expect(card(screen, "residual")).to_be_focused()
    screen.page.mouse.move(700, 500)
    screen.page.mouse.wheel(0, 600)
    screen.page.wait_for_function("(top) => document.querySelector('[data-testid=stMain]').scrollTop > top", arg=before)
    screen.page.wait_for_timeout(500)
    assert top(screen) > before + 300


def test_a_control_leaves_the_page_where_it_is(visit: Visit) -> None:
    screen = visit("/shapes?" + ENTRIES["attention"].link)
    slider = screen.page.locator(".st-key-growing_letters")
    slider.get_by_role("slider").focus()
    before, link = slider.evaluate(Y), screen.page.url
    assert top(screen) > 1000
    screen.settled(lambda: screen.page.keyboard.press("ArrowRight"))
    screen.page.wait_for_function("(link) => location.href !== link", arg=link)
    screen.page.wait_for_timeout(500)
    assert abs(slider.evaluate(Y) - before) < 2


RING = """(e) => { const { outlineColor, outlineStyle, outlineWidth } = getComputedStyle(e);
  return [outlineStyle, outlineWidth, outlineColor]; }"""
GROUND = "() => getComputedStyle(document.querySelector('[data-testid=stHeader]')).backgroundColor"


def luminance(colour: str) -> float:
    """Return how light a colour is, as WCAG 2 reckons it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@SIZES
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_has_the_focus_in_the_navigation_is_ringed(visit: Visit, theme: str, size: dict[str, int]) -> None:
    screen = visit("/step", theme=theme, size=size)
    if size == PHONE:
        screen.page.get_by_test_id("stExpandSidebarButton").click()
    screen.page.keyboard.press("Tab")
    links = screen.page.get_by_test_id("stTopNavLink" if size == DESKTOP else "stSidebarNavLink").all()
    assert len(links) == len(LESSONS)
    for link in links:
        link.focus()
        style, width, colour = link.evaluate(RING)
        dark, light = sorted(luminance(one) for one in (colour, screen.page.evaluate(GROUND)))
        assert (style, width) == ("solid", "2px") and (light + 0.05) / (dark + 0.05) >= 3


@pytest.mark.parametrize("path", ["/step", "/training", "/shapes?" + ENTRIES["attention"].link])
def test_the_keyboard_comes_to_the_tools_in_the_order_in_which_they_are_seen(visit: Visit, path: str) -> None:
    screen = visit(path)
    names = [say(f"site.{name}") for name in ("more", "try", "link.label", "present")]
    tools = [screen.page.locator(".st-key-tools").get_by_role("button", name=name) for name in names]
    places = [tool.evaluate("(e) => { const { x, y } = e.getBoundingClientRect(); return [y, x]; }") for tool in tools]
    assert places == sorted(places)
    tools[0].focus()
    for tool in tools[1:]:
        screen.page.keyboard.press("Tab")
        expect(tool).to_be_focused()


# What is missed 11 pixels above the middle of its first line, or below that of its last.
MISSED = """(all) => all.filter((e) => {
  e.scrollIntoView({ block: "center" });
  const lines = [...e.getClientRects()];
  return [[lines.at(0), -11], [lines.at(-1), 11]].some(([{ x, y, width, height }, far]) =>
    !e.contains(document.elementFromPoint(x + width / 2, y + height / 2 + far)));
}).map((e) => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("path", ["/training", "/shapes", "/shapes?" + ENTRIES["attention"].link])
def test_what_is_small_is_hit_beside_it_too(visit: Visit, path: str) -> None:
    screen = visit(path)
    small = "[data-testid=stTooltipIcon] button, .site-uses a, .site-growing-words a, .site-growing-numbers summary"
    assert screen.page.locator(small).count() and screen.page.locator(small).evaluate_all(MISSED) == []


# The rows of the equations that are not chosen wherever they are pressed: near their round corners, and in a square of
# 24 pixels about their name.
MISSED_ROWS = """(all) => all.filter((name) => {
  const row = name.closest(".rv-eq-row");
  row.scrollIntoView({ block: "center" });
  const [box, { x, y, width, height }] = [row.getBoundingClientRect(), name.getBoundingClientRect()];
  const ends = [box.left + 9, box.right - 6].flatMap((at) => [[at, box.top + 1], [at, box.bottom - 1]]);
  const about = [-11, 11].flatMap((dx) => [-11, 11].map((dy) => [x + width / 2 + dx, y + height / 2 + dy]));
  return ![...ends, ...about].every(([left, top]) => name.contains(document.elementFromPoint(left, top)));
}).map((name) => name.textContent)"""


@SIZES
def test_a_row_of_the_equations_is_chosen_wherever_it_is_pressed(visit: Visit, size: dict[str, int]) -> None:
    names = visit("/step", size=size).page.locator("[data-view=equations] .rv-eq-row-pick")
    assert names.count() == 4 and names.evaluate_all(MISSED_ROWS) == []
