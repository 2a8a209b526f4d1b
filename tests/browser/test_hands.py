"""Keyboard alone, the pointer on the scrubber, playing, full screen: what hands do on the Step page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import PHONE, Screen

TEXT = "the rain in spain"
# What has the focus, in words; shadow roots are looked into.
FOCUSED = """() => {
  let e = document.activeElement;
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  if (!e || e === document.body) return "";
  const box = e.getBoundingClientRect();
  const seen = box.width > 0 && box.height > 0;
  const name = e.getAttribute("aria-label") || e.innerText || e.labels?.[0]?.innerText || e.id;
  return `${e.getAttribute("role") ?? e.localName}: ${name.trim().split("\\n")[0]}${seen ? "" : " (unseen)"}`;
}"""


@pytest.fixture
def screen(visit: Visit) -> Screen:
    return visit("/step", text=TEXT, step=1)


@pytest.fixture(scope="module")
def kept(stay: Visit) -> Screen:
    return stay("/step", text=TEXT, step=1)


@pytest.fixture
def same(kept: Screen) -> Screen:
    """Return the one page of the tests that only move the cursor, at its first step."""
    kept.page.bring_to_front()
    kept.page.evaluate("document.activeElement?.blur()")
    return kept.press("Home")


def test_tab_reaches_everything_and_is_never_trapped(same: Screen) -> None:
    stops: list[str] = []
    same.page.evaluate("document.activeElement?.blur()")
    for _ in range(150):
        same.page.keyboard.press("Tab")
        stop = same.page.evaluate(FOCUSED)
        if not stop or (len(stops) > 5 and stop == stops[0]):
            break
        stops.append(stop)
    else:
        pytest.fail(f"Tab does not come to an end: {stops[-20:]}")
    reached = " | ".join(stops)
    buttons = ("first", "back", "play", "forward", "last", "fullscreen", "help")
    names = [say(f"stage.{name}") for name in (*buttons, "scrubber", "speed")] + [say("control.seed"), say("site.more")]
    assert [name for name in names if name not in reached] == [], reached
    assert "(unseen)" not in reached, reached


def test_keys_move_the_cursor_and_stay_within_the_run(same: Screen) -> None:
    last = len(TEXT) - 1
    steps = {"ArrowLeft": 0, "ArrowRight": 1, "End": last, "Home": 0}
    assert {key: same.press(key).t for key in steps} == steps
    assert same.press("End", "ArrowRight", "ArrowRight").t == last
    assert same.press("ArrowLeft").t == last - 1


def test_keys_in_a_text_field_belong_to_the_field(screen: Screen) -> None:
    field = screen.field("text")
    field.click()
    screen.press("End", "ArrowLeft", "Home", "Space", "f", "?", "]")
    assert screen.t == 0
    assert screen.stage.get_attribute("data-t") == "0"
    assert not screen.page.evaluate("document.fullscreenElement !== null")
    assert field.input_value() == f" f?]{TEXT}"


def test_space_plays_to_the_end_and_sends_nothing(screen: Screen) -> None:
    sent = screen.sent
    screen.press("]", "]", "]", "]")
    screen.press("Space")
    assert screen.stage.get_by_role("button", name=say("stage.pause")).is_visible()
    screen.page.wait_for_function(f"document.querySelector('[data-stage]').dataset.t === '{len(TEXT) - 1}'")
    assert screen.stage.get_by_role("button", name=say("stage.play")).is_visible()
    assert screen.sent == sent


def test_space_pauses(same: Screen) -> None:
    same.press("]", "]", "Space")
    same.page.wait_for_function("Number(document.querySelector('[data-stage]').dataset.t) >= 1")
    same.press("Space")
    t = same.t
    same.page.wait_for_timeout(400)  # three steps at eight a second
    assert same.t == t < len(TEXT) - 1
    same.press("[", "[")


def test_the_list_of_keys_opens_and_closes(same: Screen) -> None:
    same.press("?")
    dialog = same.page.get_by_role("dialog", name=say("stage.help"))
    assert say("stage.key_play") in dialog.inner_text()
    same.press("ArrowRight")
    assert same.t == 0, "the page behind the dialog moved"
    same.press("Escape")
    assert not dialog.is_visible()
    assert same.press("ArrowRight").t == 1


def test_the_list_of_keys_says_what_they_do_here(visit: Visit) -> None:
    screen = visit("/gradients", text="hello")
    screen.press("?")
    told = screen.page.get_by_role("dialog", name=say("stage.help")).inner_text()
    assert say("stage.key_frames_swept", title=say("gradients.slider.gain")) in told
    assert say("stage.key_play_backwards") in told and say("stage.key_escape_screen") in told
    assert "unit" not in told


def test_full_screen_and_back(same: Screen) -> None:
    same.press("f")
    same.page.wait_for_function("document.fullscreenElement?.dataset.stage === 'step'")
    box, window = same.stage.bounding_box(), same.page.viewport_size
    assert box is not None and window is not None
    assert (box["width"], box["height"]) == (window["width"], window["height"])
    assert same.press("ArrowRight", "ArrowRight").t == 2
    same.press("f")
    same.page.wait_for_function("document.fullscreenElement === null")
    assert same.t == 2


def test_what_full_screen_hides_has_the_focus_again_afterwards(same: Screen) -> None:
    link = same.page.get_by_role("button", name=say("site.link.label"), exact=True)
    link.focus()
    same.press("f")
    same.page.wait_for_function("document.fullscreenElement?.dataset.stage === 'step'")
    same.press("f")
    expect(link).to_be_focused()


def test_dragging_along_the_scrubber_follows_the_pointer(same: Screen) -> None:
    same.scrubber.scroll_into_view_if_needed()
    sent, box = same.sent, same.scrubber.bounding_box()
    assert box is not None
    mouse = same.page.mouse
    for t, press in [(2, True), (5, False), (11, False), (9, False)]:
        x, y = same.place_of(t)
        mouse.move(box["x"] + x, box["y"] + y)
        if press:
            mouse.down()
        assert same.paint().t == t
    mouse.move(box["x"] + box["width"] + 300, box["y"] + 200, steps=3)
    assert same.paint().t == len(TEXT) - 1
    mouse.up()
    mouse.move(box["x"] + 5, box["y"] + 5)
    assert same.paint().t == len(TEXT) - 1
    assert same.sent == sent


def test_the_scrubber_tells_where_it_is(same: Screen) -> None:
    same.scrubber.focus()
    for key, t in [("ArrowRight", 1), ("PageUp", 11), ("End", 16), ("Home", 0)]:
        same.press(key)
        assert same.scrubber.get_attribute("aria-valuenow") == str(t + 1)
        spoken = same.scrubber.get_attribute("aria-valuetext") or ""
        assert re.search(rf"\b{t + 1}\b.*\b{len(TEXT)}\b", spoken), spoken


def test_a_finger_on_the_scrubber(visit: Visit) -> None:
    screen = visit("/step", text="hello", size=PHONE, has_touch=True, step=1)
    screen.scrubber.scroll_into_view_if_needed()
    x, y = screen.place_of(3)
    screen.scrubber.tap(position={"x": x, "y": y})
    assert screen.paint().t == 3


def test_less_motion_is_respected(visit: Visit) -> None:
    screen = visit("/", motion="reduce")
    t = screen.t
    screen.page.wait_for_timeout(1500)
    assert screen.t == t, "the stage plays by itself"
    assert screen.page.evaluate("document.getAnimations().filter((a) => a.playState === 'running').length") == 0
