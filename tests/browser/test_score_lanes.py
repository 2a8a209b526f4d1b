"""The gradient in the score: every number is a run's, matrices answer the pointer, a guess comes before the answer."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, ViewportSize

from rnnviz import Experiment, run
from rnnviz.experiment import GATES
from rnnviz.gradients import itemised, jacobian_norms
from rnnviz.gradients.verdicts import EXPLODED, VANISHED
from rnnviz.site.flows import Question
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import COLOURS, DEEP, DESKTOP, PHONE, Number, Screen
from tests.browser.truth import Truth, reads_as
from tests.sources import ROOT

TEXT = "the dog bit the cat"
LAST = Experiment(cell="rnn", hidden_size=6, text=TEXT, loss="last", seed=1)
EVERY = LAST.replace(loss="every", cell="lstm")
NOTHING = {"sweep": "none"}
PICTURED = ("curves", "itemised", "jacobian")
# Whatever of the gradient's lanes and of the other views can be read on the screen.
ANSWERS = (
    "() => {"
    + DEEP
    + """
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && e.getClientRects().length > 0;
  const others = deep("[data-view]:not([data-view=score]) *");
  const lanes = deep(".rv-line, .rv-curve-name, .rv-fact, .rv-lane-matrix canvas");
  return [...others, ...lanes].filter((e) => shown(e) && !e.closest("defs")).map((e) => e.outerHTML.slice(0, 80));
}"""
)


def link(experiment: Experiment, **more: Any) -> dict[str, Any]:
    return {**experiment.to_query(), **NOTHING, **more}


def lane(screen: Screen, name: str) -> Locator:
    return screen.stage.locator(f".rv-lane[data-lane={name}]")


def numbers(screen: Screen) -> list[Number]:
    """Return the numbers of the score that are of gradients."""
    mine = ("dh", "belt", "bound", "step-factor", "itemised", "jacobian")
    return [number for number in screen.numbers() if number.view == "score" and number.quantity in mine]


def problems(screen: Screen, experiment: Experiment, t: int) -> list[str]:
    """Return what is wrong with the gradient's numbers, each held to a run of its cell made here."""
    of = {cell: Truth(run(experiment.replace(cell=cell))) for cell in GATES}
    of["baseline"] = Truth(run(experiment.replace(init="torch", truncate=None)))  # without the remedies chosen here
    # How far a gradient gets is told of the last loss alone.
    alone = {cell: Truth(run(experiment.replace(cell=cell, loss="last"))) for cell in GATES}
    found = numbers(screen)
    assert {number.run for number in found} >= set(GATES)
    asked = [
        ((alone if number.quantity == "step-factor" else of)[number.run or experiment.cell], number) for number in found
    ]
    return [problem for truth, number in asked if (problem := truth.problem(number, t))]


def hover(screen: Screen, name: str, k: int, t: int) -> str:
    """Point at the cell of a matrix, and return what the tip says."""
    plot = lane(screen, name).locator(".rv-lane-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    canvas = plot.locator("canvas").bounding_box()
    assert box is not None and canvas is not None
    cell = canvas["width"] / screen.steps, canvas["height"] / screen.steps
    screen.page.mouse.move(canvas["x"] + (t + 0.5) * cell[0], canvas["y"] + (k + 0.5) * cell[1])
    screen.paint()
    return screen.stage.locator(".rv-tooltip:not([hidden])").inner_text()


def button(screen: Screen, key: str) -> Locator:
    return screen.stage.get_by_role("button", name=say(key), exact=True)


@pytest.mark.parametrize("experiment", [LAST, EVERY, LAST.replace(cell="gru", init="orthogonal")])
def test_every_number_of_the_curves_is_a_run_of_its_cell(again: Visit, experiment: Experiment) -> None:
    screen = again("/gradients", **link(experiment))
    last = screen.steps - 1
    for t in (last, last - 3, 0):
        screen.click_step(t)
        assert problems(screen, experiment, t) == []
    if experiment.loss == "last":
        shown = {(number.quantity, number.run) for number in numbers(screen)}
        assert {("belt", "lstm"), ("bound", "rnn")} <= shown


def test_the_slider_moves_the_curves_and_not_the_axis(visit: Visit) -> None:
    values = Question(LAST, "gain", False, "numpy").slider()
    screen = visit("/gradients", **link(LAST, sweep="gain"))
    decades = lane(screen, "curves").locator(".rv-decades").text_content()
    before = lane(screen, "curves").locator("[data-line=rnn]").get_attribute("d")
    screen.press(*["ArrowUp"] * 5)
    assert problems(screen, LAST.replace(gain=values.values[values.own + 5]), screen.t) == []
    assert lane(screen, "curves").locator("[data-line=rnn]").get_attribute("d") != before
    assert lane(screen, "curves").locator(".rv-decades").text_content() == decades


def test_the_numbers_table_and_the_tip_tell_the_same_gradients(again: Visit) -> None:
    screen = again("/gradients", **link(LAST))
    screen.stage.get_by_text(say("score.numbers"), exact=True).click()
    plot = lane(screen, "curves").locator(".rv-lane-plot")
    plot.hover(position={"x": 100, "y": 60})
    screen.paint()
    assert problems(screen, LAST, screen.t) == []
    assert screen.stage.locator(".rv-numbers-flow [data-value]").count() >= 5
    assert screen.stage.locator(".rv-tooltip [data-value]").count() >= 5
    screen.stage.get_by_text(say("score.numbers"), exact=True).click()  # as it was opened


@pytest.mark.parametrize("cell", GATES)
def test_a_cell_of_a_matrix_says_how_much_arrives(again: Visit, cell: str) -> None:
    experiment = EVERY.replace(cell=cell)
    trace = run(experiment)
    screen = again("/gradients", **link(experiment))
    for name, wanted in (("itemised", itemised(trace)), ("jacobian", jacobian_norms(trace))):
        for k, t in ((12, 5), (18, 0), (9, 9)):
            said = hover(screen, f"matrix-{name}", k, t)
            value = say(f"score.{name}_cell", k=k + 1, t=t + 1, value="(.*)")
            match = re.fullmatch(value, said)
            assert match and reads_as(match[1], float(wanted[k, t]))
            seen = [number for number in numbers(screen) if number.quantity == name]
            assert [Truth(trace).problem(number, t) for number in seen] == [None]
        assert hover(screen, f"matrix-{name}", 3, 8) == say(f"score.{name}_never", k=4, t=9)


def test_a_matrix_stands_on_the_scores_time_axis_and_leads_to_a_step(again: Visit) -> None:
    screen = again("/gradients", **link(EVERY))
    for name in ("matrix-itemised", "matrix-jacobian"):
        hover(screen, name, 15, 7)
        screen.page.mouse.down()
        screen.page.mouse.up()
        assert screen.paint().t == 7
        column = screen.stage.locator(".rv-playhead").last.bounding_box()
        row = lane(screen, name).locator(".rv-matrix-row").bounding_box()
        canvas = lane(screen, name).locator("canvas").first.bounding_box()
        assert column and row and canvas
        assert column["x"] == pytest.approx(canvas["x"] + 7 * canvas["width"] / screen.steps, abs=1.5)
        assert row["y"] == pytest.approx(canvas["y"] + 7 * canvas["height"] / screen.steps, abs=1.5)
        screen.click_step(15)


def test_truncation_is_exactly_zero_beyond_the_cut_and_said_to_be(visit: Visit) -> None:
    screen = visit("/gradients", **link(EVERY.replace(truncate=4)))
    assert say("score.exact_zero") in hover(screen, "matrix-itemised", 12, 7)
    assert say("score.exact_zero") not in hover(screen, "matrix-itemised", 12, 8)
    assert say("score.matrix_zero") in lane(screen, "matrix-itemised").inner_text()


def test_a_gradient_of_exactly_nothing_is_said_in_words_and_never_dropped(visit: Visit) -> None:
    cut = LAST.replace(truncate=7)
    screen = visit("/gradients", **link(cut))
    curves = lane(screen, "curves")
    floor = curves.locator(".rv-zeros").text_content() or ""
    assert all(say("score.zero_line", name=cell.upper()) in floor for cell in GATES)
    facts = screen.stage.locator(".rv-facts").first
    assert facts.inner_text().count(say("score.verdict_zero")) == len(GATES)
    screen.click_step(2)
    assert problems(screen, cut, 2) == []
    zeros = [number for number in numbers(screen) if number.quantity == "dh" and number.run in GATES]
    assert zeros and {number.value for number in zeros} == {0.0}
    assert say("score.exact_zero") in (curves.locator("svg").first.get_attribute("aria-label") or "")


def test_a_single_loss_gets_a_single_row(again: Visit) -> None:
    screen = again("/gradients", **link(LAST))
    assert say("score.itemised_few") in lane(screen, "matrix-itemised").inner_text()
    canvas = lane(screen, "matrix-itemised").locator("canvas").first.bounding_box()
    assert canvas and canvas["height"] < 40


def test_what_float32_would_lose_is_marked_and_a_long_run_has_no_matrix(visit: Visit) -> None:
    experiment = Experiment(cell="rnn", hidden_size=8, task="sine", length=700, loss="last")
    screen = visit("/gradients", **link(experiment))
    assert say("score.zero_float32") in (lane(screen, "curves").locator("svg").first.text_content() or "")
    assert say("score.matrix_none", T=700) in lane(screen, "matrix-jacobian").inner_text()
    truth = Truth(run(experiment))
    screen.click_step(680)
    here = [number for number in numbers(screen) if (number.quantity, number.run) == ("dh", "rnn")]
    assert here and [truth.problem(number, 680) for number in here] == [None] * len(here)


def test_the_bands_begin_where_the_verdicts_do() -> None:
    code = (ROOT / "rnnviz/stage/assets/views/lanes-plane.js").read_text(encoding="utf-8")
    band = re.search(r"export const BAND = (\d+);", code)
    assert band and VANISHED == -int(band[1]) and EXPLODED == int(band[1])


def test_nothing_gives_the_answer_away_before_it_is_revealed(visit: Visit) -> None:
    screen = visit("/gradients", **link(LAST, guess=1))
    assert numbers(screen) == []
    assert screen.page.evaluate(ANSWERS) == []
    assert "10" not in (lane(screen, "curves").locator("svg").first.get_attribute("aria-label") or "")
    button(screen, "score.pick_vanish").click()
    button(screen, "score.predict_reveal").click()
    screen.paint()
    assert problems(screen, LAST, screen.t) == []
    assert len(screen.page.evaluate(ANSWERS)) > 10
    button(screen, "score.predict_hide").click()
    screen.paint()
    assert numbers(screen) == []
    assert screen.page.evaluate(ANSWERS) == []


@pytest.mark.parametrize(
    ("gain", "pick", "right"), [(0.5, "vanish", True), (0.5, "explode", False), (3.0, "vanish", False)]
)
def test_a_pick_is_told_what_came_of_it(visit: Visit, gain: float, pick: str, right: bool) -> None:
    screen = visit("/gradients", **link(LAST.replace(gain=gain, nonlinearity="identity"), guess=1))
    button(screen, f"score.pick_{pick}").click()
    button(screen, "score.predict_reveal").click()
    said = screen.paint().stage.locator(".rv-predict-told").inner_text()
    assert (say("score.reveal_right") in said) == right
    assert say(f"score.fate_{pick}") in said


def test_a_curve_is_drawn_with_the_pointer_and_compared_at_its_first_step(visit: Visit) -> None:
    screen = visit("/gradients", **link(LAST, guess=1))
    pad = screen.stage.locator(".rv-guess-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    mouse, height = screen.page.mouse, box["y"] + 0.6 * box["height"]
    mouse.move(box["x"] + box["width"] - 5, box["y"] + 0.3 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.5 * box["width"], height)
    mouse.move(box["x"] + 3, height)
    mouse.up()
    assert screen.paint().t == 0
    button(screen, "score.predict_reveal").click()
    said = screen.paint().stage.locator(".rv-predict-told")
    dh = np.linalg.norm(run(LAST).layers["l0"].dh[0])
    assert float(said.locator("[data-value]").get_attribute("data-value") or "nan") == pytest.approx(dh, rel=1e-5)
    drew = re.search(
        say("score.reveal_drew", guess="(.*)", t=1, name="RNN", value=".*", verdict=".*").replace(".*.", ".*"),
        said.inner_text(),
    )
    assert drew
    # The guess stays under the true curves, and a change of theme does not lose it.
    before = screen.stage.locator(".rv-guess").get_attribute("d")
    assert before and before.count("L") >= screen.steps - 2
    screen.page.emulate_media(color_scheme="dark")
    screen.paint()
    assert screen.stage.locator(".rv-guess").get_attribute("d") == before
    assert screen.stage.locator(".rv-predict-told").is_visible()
    button(screen, "score.predict_again").click()
    assert not screen.paint().stage.locator(".rv-guess").get_attribute("d")
    assert numbers(screen) == []


def test_a_guess_is_drawn_by_keys_alone(visit: Visit) -> None:
    screen = visit("/gradients", **link(LAST, guess=1))
    pad = screen.stage.locator(".rv-guess-pad")
    pad.focus()
    screen.press("ArrowDown", "ArrowDown")
    assert screen.t == screen.steps - 1
    screen.press(*["ArrowLeft"] * 4, "PageDown")
    assert screen.t == screen.steps - 5
    low = float(pad.get_attribute("aria-valuenow") or "nan")
    screen.press("ArrowUp")
    assert float(pad.get_attribute("aria-valuenow") or "nan") == low + 0.5
    assert pad.get_attribute("aria-valuetext", timeout=1000) == say(
        "score.predict_at", t=screen.t + 1, value=_power(low + 0.5)
    )
    button(screen, "score.predict_reveal").press("Enter")
    assert screen.paint().stage.locator(".rv-predict-told [data-value]").count() == 1


def _power(log: float) -> str:
    mantissa = 10 ** (log % 1)
    raised = str(int(log // 1)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{10**log:.2f}" if log > -2 else f"{mantissa:.1f}·10{raised}"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("guess", ["0", "1"])
def test_axe_finds_nothing_in_the_gradients_lanes(visit: Visit, size: ViewportSize, guess: str) -> None:
    screen = visit("/gradients", size=size, **link(EVERY.replace(clip=0.1), guess=guess))
    assert (screen.axe_in_both("dark") if size is DESKTOP else screen.axe(but=COLOURS)) == []
    wide = screen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
