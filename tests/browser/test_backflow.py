"""The graph backwards and its panel: playing from right to left, the slider of the runs, numbers that are true."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import Locator

from rnnviz import Experiment, run
from rnnviz.experiment import CELLS
from rnnviz.site.flows import Question
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import PHONE, Number, Screen
from tests.browser.truth import Truth

TEXT = "the rain in spain"
RNN = Experiment(cell="rnn", text=TEXT, hidden_size=6, seed=3, loss="last")
RUNS = {
    "RNN": RNN,
    "LSTM": RNN.replace(cell="lstm"),
    "GRU, a loss at every step": RNN.replace(cell="gru", loss="every"),
    "truncated": RNN.replace(truncate=4),
}
VIEWS = ("backflow", "flow")
# The middle of the slider's thumb for each value, in pixels from its left edge.
THUMB = 22
PLACE = """(input, value) => {
  const box = input.getBoundingClientRect();
  const share = (value - input.min) / (input.max - input.min);
  return [box.left + THUMB / 2 + share * (box.width - THUMB), box.top + box.height / 2];
}""".replace("THUMB", str(THUMB))
# What of the picture is seen of a step: whether its number, and how wide the arrow into it is drawn.
SEEN = """(t) => {
  const column = [...document.querySelectorAll(".rv-b-column")].find((one) => one.dataset.step === String(t));
  const flow = column.querySelector(".rv-b-flow:not([d=''])");
  const arrow = column.querySelectorAll(".rv-b-flow")[1];
  return {
    state: column.dataset.state,
    told: column.querySelector(".rv-b-number").checkVisibility({ visibilityProperty: true }),
    wide: arrow.getBBox().height, cut: Boolean(column.querySelector(".rv-b-cut").getAttribute("d")),
    why: column.querySelector(".rv-b-node").dataset.why ?? "",
  };
}"""


def opened(visit: Visit, experiment: Experiment = RNN, **more: object) -> Screen:
    screen = visit("/gradients", **experiment.to_query(), **more)
    screen.page.locator("[data-view=flow] .rv-flow-size").first.wait_for()  # the page has another stage besides
    return screen.paint()


def slider(screen: Screen) -> Locator:
    return screen.stage.locator("[data-rv-frames]")


def frame(screen: Screen) -> int:
    return int(screen.stage.get_attribute("data-frame") or "")


def numbers(screen: Screen) -> list[Number]:
    return [number for number in screen.numbers() if number.view in VIEWS]


def false_numbers(screen: Screen, experiment: Experiment) -> list[str]:
    """Return what is wrong with the numbers of graph and panel, which are those of runs made here."""
    question, alone = Question(experiment, "gain"), Question(experiment.replace(loss="last"), "gain")

    def truth(number: Number) -> Truth:
        asked = alone if number.quantity in ("step-factor", "itemised") else question
        if number.run == "baseline":
            asked = Question(asked.experiment.replace(truncate=None), "gain")
        one = asked.cells()[number.run if number.run in CELLS else experiment.cell]
        return Truth(run(asked.slider().at(one, frame(screen))))

    # What several losses add is told apart at the nearest setting worked out: it has a test of its own.
    found = [number for number in numbers(screen) if number.quantity != "itemised" or experiment.loss == "last"]
    return [problem for number in found if (problem := truth(number).problem(number, screen.t))]


@pytest.mark.parametrize("name", RUNS)
def test_every_number_is_the_runs_at_every_setting(again: Visit, name: str) -> None:
    experiment, chance = RUNS[name], random.Random(name)
    screen = opened(again, experiment, step=12)
    sent, seen = screen.sent, set()
    for _ in range(8):
        screen.press(
            *chance.choices(["ArrowLeft", "ArrowLeft", "ArrowRight", "Home", "End", "ArrowUp", "ArrowDown"], k=3)
        )
        found = numbers(screen)
        seen |= {number.quantity for number in found}
        problems = false_numbers(screen, experiment)
        assert not problems, "\n".join(problems)
    assert {"dh", "dh-passed", "dh-factor", "step-factor"} <= seen
    assert screen.sent == sent


def test_a_column_under_the_pointer_tells_its_parts(again: Visit) -> None:
    experiment = RUNS["GRU, a loss at every step"]
    screen = opened(again, experiment, step=9)
    screen.stage.locator(".rv-b-column[data-step='9'] .rv-b-node").hover()
    tip = screen.paint().stage.locator(".rv-b-graph [role=tooltip]")
    assert tip.locator("[data-value]").count() == 4
    assert say("flow.tip_title", t=10, symbol=run(experiment).labels[9]) in tip.inner_text()
    assert not false_numbers(screen, experiment)
    screen.page.mouse.move(2, 2)
    assert not screen.paint().stage.locator(".rv-b-graph [role=tooltip]").is_visible()


def test_of_several_losses_each_ones_part_is_itemised(again: Visit) -> None:
    experiment = RUNS["GRU, a loss at every step"]
    screen = opened(again, experiment, step=15)
    parts = [number for number in numbers(screen) if number.quantity == "itemised" and number.step == "14"]
    own = run(experiment)
    last = run(experiment.replace(loss="last"))
    assert [int(number.gate) for number in parts] == [14, 15, 16]
    by_step = {int(number.gate): number.value for number in parts}
    assert by_step[14] == pytest.approx(float((own.dtop[14] ** 2).sum() ** 0.5), rel=1e-5)
    assert by_step[16] == pytest.approx(float((last.layers["l0"].dh[14] ** 2).sum() ** 0.5), rel=1e-5)
    screen.stage.locator(".rv-flow-loss").nth(2).click()
    assert screen.paint().t == 16


def test_space_plays_from_right_to_left_and_begins_again_at_the_end(visit: Visit) -> None:
    screen = opened(visit, step=6)
    sent = screen.sent
    screen.press("]", "]", "]", "Space")
    screen.page.wait_for_function("document.querySelector('[data-stage]').dataset.t === '0'")
    assert screen.stage.get_by_role("button", name=say("stage.play_backwards")).is_visible()
    screen.press("Space")
    screen.page.wait_for_function("Number(document.querySelector('[data-stage]').dataset.t) > 10")
    assert screen.stage.get_by_role("button", name=say("stage.pause")).is_visible()
    screen.press("Space")
    assert screen.sent == sent


def test_the_gradient_has_been_right_of_the_cursor_and_is_awaited_left_of_it(again: Visit) -> None:
    screen = opened(again, step=9)
    states = {t: screen.page.evaluate(SEEN, t) for t in (7, 8, 9)}
    assert [states[t]["state"] for t in (7, 8, 9)] == ["waiting", "now", "done"]
    assert [states[t]["told"] for t in (7, 8, 9)] == [False, True, True]
    screen.press("ArrowLeft")
    assert screen.page.evaluate(SEEN, 7)["told"]


def test_dragging_the_slider_widens_the_arrows_and_sends_nothing(again: Visit) -> None:
    screen = opened(again, step=9)
    sent, mouse, last = screen.sent, screen.page.mouse, int(slider(screen).get_attribute("max") or "") - 1
    slider(screen).scroll_into_view_if_needed()
    mouse.move(*slider(screen).evaluate(PLACE, frame(screen) + 1))
    mouse.down()
    wide = []
    for at in (0, last // 2, last):
        mouse.move(*slider(screen).evaluate(PLACE, at + 1), steps=4)
        assert frame(screen.paint()) == at
        wide.append(screen.page.evaluate(SEEN, 8)["wide"])
    mouse.up()
    assert wide[0] < wide[1] - 2 and wide[1] < wide[2] - 2, wide
    labels = Question(RNN, "gain").slider().labels("en")
    assert slider(screen).get_attribute("aria-valuetext") == labels[last]
    # The slider has the focus, but whoever dragged it and presses ← means the step before.
    assert screen.press("ArrowLeft").t == 7
    assert frame(screen.press("ArrowDown")) == last - 1
    assert screen.sent == sent


def test_pressing_the_mark_leads_back_to_the_run_as_it_is_set(again: Visit) -> None:
    screen = opened(again, step=9)
    own = frame(screen)
    assert own == Question(RNN, "gain").slider().own
    screen.press("ArrowUp", "ArrowUp")
    assert frame(screen) == own + 2
    screen.stage.locator(".rv-frames-own").click()
    assert frame(screen.paint()) == own


def test_truncation_is_drawn_as_a_cut(again: Visit) -> None:
    screen = opened(again, RUNS["truncated"], step=12)
    assert [screen.page.evaluate(SEEN, t)["cut"] for t in (10, 11, 12)] == [False, True, False]
    assert screen.page.evaluate(SEEN, 11)["why"] == say("flow.nought_cut")
    assert say("flow.why_cut") in screen.stage.locator("[data-view=flow]").inner_text()
    assert say("flow.note_cut", n=4, t=len(TEXT)) in screen.stage.locator("[data-view=backflow]").inner_text()


def test_what_a_float64_cannot_hold_is_kept_and_marked(visit: Visit) -> None:
    tiny = Experiment(cell="rnn", task="sine", length=1000, hidden_size=8, seed=0, loss="last")
    screen = opened(visit, tiny, step=2, sweep="none")
    seen = screen.page.evaluate(SEEN, 1)
    assert seen["why"] == say("flow.zero_in", bits=64)
    [node] = [number for number in numbers(screen) if number.view == "backflow" and number.step == "1"][:1]
    assert "·10⁻" in node.text and node.value == 0.0
    assert say("flow.float64") in screen.stage.locator("[data-view=flow]").inner_text()


def test_a_phone_shows_all_of_it(visit: Visit) -> None:
    screen = opened(visit, RUNS["LSTM"], size=PHONE, step=9)
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for view in VIEWS:
        box = screen.stage.locator(f"[data-view={view}]").bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    assert len(numbers(screen)) > 8


def test_one_step_is_told_as_one(visit: Visit) -> None:
    screen = visit("/gradients", text="a")
    hints = [screen.stage.locator(f"[data-view={view}] .rv-hint").first.inner_text() for view in ("backflow", "score")]
    assert hints == [say("flow.graph_hint_one", first=1, T=1), say("score.hint_flow_one")]


def test_what_is_read_looks_like_it_and_many_numbers_are_one_line(visit: Visit) -> None:
    for query in ({"network": "waves_at_once"}, {"text": "hello"}):
        screen = visit("/gradients", size=PHONE, **query)
        tokens = screen.stage.locator("[data-view=backflow] .rv-u-column[data-kind=step] .rv-u-token")
        looks = tokens.evaluate_all("all => all.map((e) => getComputedStyle(e).borderTopStyle)")
        assert looks and set(looks) == {"solid"}, "a dashed one reads nothing"
        assert bool(tokens.first.locator("polyline").count()) == ("network" in query) != bool(tokens.first.inner_text())
