"""The Training page in a real Chromium: a press of one button, and a network learns before one's eyes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Locator

from rnnviz.experiment import CELLS
from rnnviz.site.training.plan import Plan
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.training import History, train
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.rows import CUT, LINES
from tests.browser.screen import PATIENCE, PHONE, Screen

PLAN = Plan(options=(("length", 10),), steps=60, batch_size=8, engine="numpy").changed(hidden_size=6)

(BOOKS,) = (one.choices for one in PROBLEMS["book"].settings if one.name == "book")


def button(screen: Screen, name: str) -> Locator:
    return screen.page.get_by_role("button", name=say(f"training.do.{name}"), exact=True)


def told(screen: Screen) -> str:
    return screen.page.locator(".site-told").inner_text()


def train_to_the_end(screen: Screen) -> None:
    button(screen, "train").focus()
    screen.press("Enter")
    button(screen, "again").wait_for(timeout=3 * PATIENCE)
    frames = PLAN.steps // (PLAN.settings.trace_every or 1) + 1
    screen.page.wait_for_selector(f"[data-stage=stage-training][data-frames='{frames}']", timeout=PATIENCE)
    screen.settle()


def trained(plan: Plan) -> History:
    return train(plan.experiment, plan.posed, **plan.settings.to_dict())


def test_one_key_trains_and_the_moment_that_is_seen_is_the_network_of_then(visit: Visit) -> None:
    screen = visit("/training", open="1", **PLAN.query())
    assert button(screen, "train").is_enabled() and not button(screen, "stop").is_enabled()
    train_to_the_end(screen)
    history = trained(PLAN)
    assert f"{history.validations[-1].loss:.3g}" in told(screen)
    spoken = screen.page.get_by_role("status").filter(has_text="Finished")
    assert spoken.count() == 1, "who cannot see the bar is told as well"
    for key, frame in (("ArrowUp", len(history.moments) - 1), ("ArrowDown", len(history.moments) - 2)):
        screen.press(key)
        assert int(screen.stage.get_attribute("data-frame") or "") == frame
        trace = history.traces()[frame]
        shown = [one for one in screen.numbers() if one.stage == "stage-training" and one.view == "score"]
        states = {int(one.unit): one.value for one in shown if one.quantity == "h" and one.step == str(screen.t)}
        assert states
        for unit, value in states.items():
            assert value == pytest.approx(trace.layers["l0"].h[screen.t, unit], abs=1e-6)
        opened = [one for one in screen.numbers() if one.stage == "stage-training-network" and one.quantity == "h"]
        there = {(int(one.step), int(one.unit)): one.value for one in opened if one.step and one.unit.isdecimal()}
        assert len({step for step, _ in there}) > 1, "the graph shows more than one step"
        for place, value in there.items():
            assert value == pytest.approx(trace.layers["l0"].h[place], abs=1e-6)
    assert screen.axe() == []

    before = told(screen)
    for lesson in ("step", "training"):
        link = screen.page.get_by_role("link", name=say(f"lesson.{lesson}"), exact=True)
        screen.settled(link.click)
    assert told(screen) == before and screen.page.url.partition("?")[2], "who comes back finds the run, and its link"


def test_who_leaves_a_training_that_goes_on_is_asked_and_nothing_moves_when_its_state_changes(visit: Visit) -> None:
    screen = visit("/training", **replace(PLAN, steps=20_000, compare="none").query())

    def asked() -> bool:
        found: bool = screen.page.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))")
        return found

    def top() -> float:
        box = screen.stage.bounding_box()
        assert box
        return box["y"]

    before = top()
    assert not asked()
    for name, state in (("train", "running"), ("pause", "paused"), ("stop", "stopped")):
        button(screen, name).click()
        screen.page.wait_for_selector(f".site-progress[data-state={state}]", timeout=PATIENCE)
        assert asked() == (state != "stopped") and top() == before


def test_on_a_phone_in_the_dark_it_has_one_column_and_can_be_read(visit: Visit) -> None:
    screen = visit("/training", size=PHONE, theme="dark", **PLAN.query())
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    bar, column = (screen.page.locator(place).bounding_box() for place in (".site-progress", ".st-key-head"))
    assert bar and column and bar["width"] == pytest.approx(column["width"], abs=2)
    assert screen.axe() == []


@pytest.mark.parametrize("problem", ["echo", "text", "book", "stocks"])
def test_the_controls_of_a_problem_are_one_line_and_the_others_are_behind_more(visit: Visit, problem: str) -> None:
    screen = visit("/training", problem=problem)
    assert screen.page.evaluate(LINES) == {"controls": 1}
    beside = {"training_compare": [say(f"training.compare.{one}") for one in (*CELLS, "unclipped", "none")]}
    books = {"training_book_book": [say(f"training.book.{one}") for one in BOOKS]} if problem == "book" else {}
    assert screen.page.evaluate(CUT, beside | books) == []
    screen.settled(screen.page.get_by_role("button", name=say("site.more"), exact=True).click)
    assert screen.page.get_by_label(re.compile(say("problem.setting.length"))).first.is_visible()
    assert screen.page.get_by_test_id("stFileUploader").count() == (problem == "text")
