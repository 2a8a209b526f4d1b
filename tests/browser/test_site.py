"""The frame around the stage: presenting, copying the link, the theme, the site's own keys, a clean console."""

from __future__ import annotations

import socket
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import ViewportSize

from rnnviz.site.lessons import LESSONS
from tests.browser.conftest import Visit
from tests.browser.screen import DESKTOP, PHONE
from tests.browser.server import HOST

# What fades from now on, or changes its rim, of the parts that Streamlit puts on the page.
FADING = """() => {
  window.fading = [];
  document.addEventListener("transitionrun", ({ propertyName, target }) => {
    const part = target.closest("[data-stale], details");
    if (part && !part.contains(document.activeElement)) window.fading.push([propertyName, part.className]);
  });
}"""
STALE = """(stage) => (stage.closest("[data-stale]").dataset.stale = "true")"""
PALE = """() => getComputedStyle(document.querySelector("[data-stage]").closest("[data-stale]")).opacity < 0.5"""
# All the ways in which a page can ask somebody else for something.
ASKED = ("fetch", "image", "beacon", "module", "socket")
ASK = """(other) => {
  fetch(`http://${other}/fetch`, { mode: "no-cors" }).catch(() => {});
  new Image().src = `http://${other}/image`;
  navigator.sendBeacon(`http://${other}/beacon`);
  import(`http://${other}/module`).catch(() => {});
  new WebSocket(`ws://${other}/socket`);
}"""
FRAME = "[data-testid=stHeader], .st-key-controls"


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_nothing_at_all_goes_wrong_while_a_page_opens(visit: Visit) -> None:
    screen = visit("/")
    failed: list[str] = []
    screen.listen("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    screen.listen("console", lambda message: failed.append(message.text) if message.type == "error" else None)
    for lesson in LESSONS.values():
        screen.goto(f"/{lesson.path}")
        assert not failed, "not even what Streamlit's own front end asks below a page's path"


def test_what_a_page_asks_of_anybody_else_reaches_nobody_and_is_reported(visit: Visit) -> None:
    with socket.create_server((HOST, 0)) as other:
        screen = visit("/step")
        for address in (f"{HOST}:{other.getsockname()[1]}", "example.org"):
            screen.page.evaluate(ASK, address)
            while not all(any(f"{address}/{one}" in problem for problem in screen.problems) for one in ASKED):
                screen.page.wait_for_timeout(20)
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.accept()
    screen.problems.clear()


def test_presenting_shows_the_stage_alone_and_has_a_way_out(visit: Visit) -> None:
    screen = visit("/step", text="abc", step=2)
    screen.page.get_by_role("button", name="Present").click()
    screen.page.locator(FRAME).first.wait_for(state="hidden")
    assert not any(part.is_visible() for part in screen.page.locator(FRAME).all())
    assert query(screen.page.url) == {"text": ["abc"], "present": ["1"], "step": ["2"]}
    again = visit("/step", text="abc", present=1)
    assert not any(part.is_visible() for part in again.page.locator(FRAME).all())
    again.press("ArrowRight")
    assert again.t == 2, "the page opens at the last of three steps, and stays there"
    again.page.get_by_role("button", name="Show controls").click()
    again.page.locator(".st-key-controls").wait_for()
    again.settle()
    assert "present" not in query(again.page.url)


# Whether what stands behind a button covers the page from side to side; whether something is covered by nothing.
COVERS = """(button) => {
  const ground = button.closest("[data-testid=stLayoutWrapper]");
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const room = document.querySelector("[data-testid=stMain]").clientWidth;
  const opaque = /^rgb\\(/.test(getComputedStyle(ground).backgroundColor);
  const seen = [[1, 1], [left - 4, top], [left - 4, bottom], [right - 2, bottom + 2], [room - 1, top]];
  return opaque && seen.every(([x, y]) => ground.contains(document.elementFromPoint(x, y)));
}"""
SEEN = """(tool) => {
  const { x, y, width, height } = tool.getBoundingClientRect();
  return tool.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_while_presenting_nothing_is_scrolled_under_the_way_back(visit: Visit, theme: str, size: ViewportSize) -> None:
    screen = visit("/step", text="abc", present=1, theme=theme, size=size)
    main = screen.page.get_by_test_id("stMain")
    for top in (0, 60, 300, 700):
        main.evaluate("(main, top) => main.scrollTo(0, top)", top)
        assert screen.paint().page.locator(".st-key-leave button").evaluate(COVERS)
    if size == DESKTOP:  # there the stage's own head stays in sight, below it
        tools = [tool for tool in screen.stage.locator(".rv-transport button").all() if tool.is_visible()]
        assert tools and all(tool.evaluate(SEEN) for tool in tools)


def test_the_link_button_copies_the_very_screen(visit: Visit) -> None:
    screen = visit("/step", cell="gru", text="abc", step=1)
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.press("ArrowRight")
    screen.page.wait_for_url("**step=2*")
    screen.page.get_by_role("button", name="Link").click()
    screen.page.get_by_role("button", name="Copied").wait_for()
    copied = screen.page.evaluate("navigator.clipboard.readText()")
    assert query(copied) == {"cell": ["gru"], "text": ["abc"], "step": ["2"]}


def test_without_a_clipboard_the_link_is_copied_all_the_same(visit: Visit) -> None:
    screen = visit("/step")
    screen.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    screen.page.evaluate("document.addEventListener('copy', () => (window.copied = getSelection().toString()))")
    screen.page.get_by_role("button", name="Link").click()
    screen.page.get_by_role("button", name="Copied").wait_for()
    assert screen.page.evaluate("document.querySelectorAll('body > textarea').length") == 0


def test_the_theme_can_be_chosen_and_the_stage_follows(visit: Visit) -> None:
    screen = visit("/step", theme="light")
    assert screen.stage.get_attribute("data-theme") == "light"
    screen.page.get_by_test_id("stMainMenuButton").click()
    screen.page.get_by_role("menuitemradio", name="Dark").click()
    screen.page.locator("[data-stage][data-theme=dark]").wait_for()


def test_keys_that_would_rerun_or_clear_belong_to_no_one(visit: Visit) -> None:
    screen = visit("/step")
    sent = screen.sent
    screen.press("r", "c", "R", "C")
    screen.page.wait_for_timeout(300)
    assert screen.sent == sent and screen.page.get_by_role("dialog").count() == 0
    field = screen.page.locator(".st-key-text input")
    field.fill("")
    field.press_sequentially("rc")
    assert field.input_value() == "rc"


def test_a_change_of_a_control_lays_nothing_in_layers_and_what_takes_long_fades(visit: Visit) -> None:
    """Each part of a page that fades is a layer, and the whole page painted anew with it and without."""
    screen = visit("/shapes", shape="encoder_decoder", text="hello", target="olleh")
    screen.page.evaluate(FADING)
    screen.enter("seed", "12")
    fading = screen.page.evaluate("window.fading")
    assert {name for name, _ in fading} <= {"--site-stale"}, fading
    screen.stage.evaluate(STALE)
    screen.page.wait_for_function(PALE)
