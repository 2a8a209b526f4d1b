"""The Shapes page in a browser: a gallery of runs on one clock, every shape opened from it, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Locator

from rnnviz import Experiment, run
from rnnviz.run import resolve
from rnnviz.site.controls import OF_SHAPE
from rnnviz.site.shapes.entries import ENTRIES, query_of
from rnnviz.site.shapes.growing import opened
from rnnviz.site.shapes.tiles import clock, solved
from rnnviz.site.training.plan import COMPARED
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.rows import CLEAR, CUT, LINES
from tests.browser.screen import PHONE, Screen
from tests.browser.truth import Truth

UNITS = """(card) => [...card.querySelectorAll(".rv-gallery-state")].map((state) => [
  state.dataset.layer, Number(state.closest("[data-step]").dataset.step),
  [...state.querySelectorAll("[data-h]")].map((unit) => Number(unit.dataset.h))])"""
STANDING = """(cards) => Object.fromEntries(cards.map((card) => [card.dataset.shape, {
  t: Number(card.dataset.t), words: card.innerText,
  pale: [...card.querySelectorAll("[data-step].rv-gallery-later")].map((step) => Number(step.dataset.step)) }]))"""


def card(screen: Screen, name: str) -> Locator:
    return screen.page.locator(f"[data-stage=gallery] a[data-shape={name}]")


def test_every_small_network_shows_its_own_run_on_one_clock(visit: Visit) -> None:
    screen = visit("/shapes")
    assert screen.steps == clock().steps and screen.complaints() == []
    for name, entry in ENTRIES.items():
        trace, shown = solved(entry.small), card(screen, name).evaluate(UNITS)
        assert shown and {layer for layer, _, _ in shown} == set(trace.layers)
        for layer, t, units in shown:
            np.testing.assert_allclose(units, trace.layers[layer].h[t], atol=1e-6)
    bridge = solved(ENTRIES["attention"].small).bridge
    assert bridge is not None and bridge.attention is not None
    lines = card(screen, "attention").locator("[data-share]")
    shares = [float(line.get_attribute("data-share") or "") for line in lines.all()]
    np.testing.assert_allclose(shares, bridge.attention.ravel(), atol=1e-6)
    sent = screen.sent
    for t in range(screen.steps):
        assert screen.t == t, "it opens at the beginning, whence Play shows what each does"
        standing = screen.page.locator("[data-stage=gallery] a[data-shape]").evaluate_all(STANDING)
        assert standing.keys() == ENTRIES.keys()
        for name, entry in ENTRIES.items():
            steps, one = solved(entry.small).steps, standing[name]
            assert one["t"] == min(t, steps - 1)
            assert one["pale"] == list(range(t + 1, steps))
            assert (say("graph.tile.over", steps=steps) in one["words"]) == (t >= steps)
        screen.press("ArrowRight")
    assert screen.sent == sent
    assert visit("/shapes", step=3).t == 2  # last: a page that is not in front is slow


def test_every_shape_opens_and_back_leads_to_the_gallery(visit: Visit) -> None:
    screen = visit("/shapes")
    for name, entry in ENTRIES.items():
        link = card(screen, name)
        link.focus()
        screen.settled(lambda: screen.page.keyboard.press("Enter"))
        trace = run(entry.opened)
        assert screen.steps == trace.steps and screen.complaints() == []
        assert say(f"shapes.{name}.is") in screen.words()
        decoder = {"shape-row": 1} if trace.experiment.translates else {}
        assert screen.page.evaluate(LINES) == {"controls": 1, **decoder}, name
        assert screen.page.locator(".site-shapes a[aria-current]").inner_text() == say(f"shapes.{name}.short")
        for key in ("End", "ArrowLeft"):
            screen.press(key)
            numbers = [number for number in screen.numbers() if number.stage == "shapes"]
            assert len(numbers) > 8
            problems = Truth(trace).problems(numbers, screen.t)
            assert not problems, "\n".join([name, *problems])
        there = screen.page.url if screen.steps == 1 else screen.link()  # one step is none to keep
        screen.settled(screen.page.go_back)
        assert card(screen, name).count() == 1, f"{name}: back does not lead to the gallery"
    screen.settled(screen.page.go_forward)
    screen.page.wait_for_url(lambda url: url == there)  # the cursor writes its step a moment later
    assert screen.steps == trace.steps
    screen.settled(screen.page.locator(".site-shapes").get_by_text(say("shapes.attention.short"), exact=True).click)
    point = screen.page.locator(".site-growing-plot .site-growing-without").nth(11)
    screen.settled(point.click)  # of the network without attention, a word of 12 letters
    assert point.evaluate("(e) => e.matches(':hover') && getComputedStyle(e).outlineStyle") == "none", "two marks"
    assert screen.steps == run(opened("without", 12)).steps and screen.complaints() == []


def test_the_only_step_of_a_run_is_not_where_the_next_one_opens(visit: Visit) -> None:
    screen = visit("/shapes", network="depth_learnt")
    began = screen.t
    chips = screen.page.locator(".site-shapes")
    assert began > 0
    for name, step in (("one_to_one", 0), ("many_to_one", began), ("stacked", began)):
        screen.settled(chips.get_by_text(say(f"shapes.{name}.short"), exact=True).click)
        assert screen.t == step, name


def test_one_goes_from_shape_to_shape_and_changes_it(visit: Visit) -> None:
    experiment = ENTRIES["attention"].fresh.replace(forcing=0.0)  # with as many controls as there can be
    screen = visit("/shapes", **query_of(experiment))
    assert screen.page.evaluate(LINES) == {"controls": 1, "shape-row": 1}
    assert screen.page.locator(".st-key-forcing").evaluate(CLEAR) >= 0
    names = ("context", "decoder", "attention")
    words = {name: [say(f"control.{name}.{one}") for one in OF_SHAPE[name]] for name in names}
    assert screen.page.evaluate(CUT, words) == []
    screen.enter("seed", "12")
    changed = experiment.replace(seed=12)
    numbers = [number for number in screen.numbers() if number.stage == "shapes"]
    assert not Truth(run(changed)).problems(numbers, screen.t)
    there, told = screen.link(), [str(number) for number in screen.numbers()]
    link = screen.page.locator(".site-shapes").get_by_text(say("shapes.many_to_one.short"), exact=True)
    screen.settled(link.click)
    own = Experiment(shape="many_to_one", cell=changed.cell, init=changed.init, text=changed.text, seed=12)
    numbers = [number for number in screen.numbers() if number.stage == "shapes"]
    assert not Truth(run(own)).problems(numbers, screen.t)  # the same network, wired otherwise
    screen.settled(screen.page.go_back)  # and what was changed is there again
    assert "seed=12" in screen.page.url and screen.steps == run(changed).steps
    screen.settled(screen.page.locator(".site-shapes a").first.click)
    assert card(screen, "attention").is_visible()
    screen.page.evaluate("document.same = true")
    screen.settled(screen.page.locator(".site-uses a[href*=tagger]").click)
    assert screen.page.evaluate("document.same") and "network=tagger" in screen.page.url
    assert screen.page.locator(".site-shapes a[aria-current]").inner_text() == say("shapes.bidirectional.short")
    assert screen.complaints() == []
    screen.settled(screen.page.go_back)
    screen.settled(screen.page.locator(".site-uses a").first.click)
    assert screen.page.locator(".site-shapes a[aria-current]").inner_text() == say("shapes.one_to_one.short")
    again = visit(there.removeprefix(screen.address))  # last: a page that is not in front is slow
    assert [str(number) for number in again.numbers()] == told


def test_where_weights_are_chosen_they_stay_and_each_row_of_controls_is_one_line(visit: Visit) -> None:
    screen = visit("/shapes", **query_of(ENTRIES["many_to_one"].opened))
    assert screen.page.evaluate(LINES) == {"controls": 1}
    weights = screen.page.locator(".st-key-shape_weights")
    for name in ("random", "trained", "random"):
        screen.settled(weights.get_by_role("radio", name=say(f"shapes.weights.{name}"), exact=True).click)
        assert weights.evaluate("(control) => control.contains(document.activeElement)")
    assert screen.page.evaluate(LINES) == {"controls": 1, "shape-row": 1}
    screen.page.get_by_role("combobox", name=say("control.input"), exact=True).click()
    screen.settled(screen.page.get_by_role("option", name=say("control.input.task"), exact=True).click)
    assert screen.page.evaluate(LINES) == {"controls": 1, "shape-row": 1}


def test_it_leads_to_the_other_lessons_with_the_same_network(visit: Visit) -> None:
    experiment = ENTRIES["encoder_decoder"].fresh
    screen = visit("/shapes", **query_of(experiment))
    for name in ("gradients", "gates", "step"):
        screen.settled(screen.page.locator("main").get_by_role("link", name=say(f"shapes.{name}")).click)
        screen.page.wait_for_url(f"**/{name}?*")
        assert "shape=encoder_decoder" in screen.page.url and screen.complaints() == []
        screen.settled(screen.page.go_back)
    screen.settled(
        screen.page.locator("main").get_by_role("link", name=say("shapes.train", units=experiment.hidden_size)).click
    )
    screen.page.wait_for_url("**/training?*")
    asked = resolve(experiment)
    assert (
        screen.complaints() == [] and "problem=reverse" in screen.page.url and f"cell={asked.cell}" in screen.page.url
    )
    moment = screen.page.locator("[data-view=moment]").inner_text()  # the encoder gives no answers that could be none
    assert say("learned.right") in moment and say("learned.broken") not in moment
    attention = [say(f"control.attention.{one}") for one in OF_SHAPE["attention"]]
    beside = [say(f"training.compare.{one}") for one in COMPARED]
    words = {"training_attention": attention, "training_compare": beside}
    assert screen.page.evaluate(CUT, words) == [] and screen.page.evaluate(LINES) == {"controls": 1}


@pytest.mark.parametrize("link", [{}, query_of(ENTRIES["attention"].opened)], ids=["gallery", "attention"])
def test_on_a_phone_in_the_dark_nothing_overflows_and_axe_finds_nothing(visit: Visit, link: dict[str, str]) -> None:
    screen = visit("/shapes", size=PHONE, theme="dark", **link)
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert screen.axe_in_both("light") == []
