"""The Gates page: every number of the cell is the run's, valves stand as gates do, and a hold does what it says."""

from __future__ import annotations

import random
import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator

from rnnviz import Experiment, Hold, run
from rnnviz.figures import hold_sentences, saturation_of, saturation_sentences
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import PHONE, Screen
from tests.browser.truth import Truth

# Take some steps, one in each frame, and count the numbers that are on their way soon after.
TRAVELLING = """async (steps) => {
  const frame = () => new Promise(requestAnimationFrame);
  for (let k = 0; k < steps; k++) {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", code: "ArrowRight", bubbles: true }));
    await frame();
    await frame();
  }
  await new Promise((done) => setTimeout(done, 60));
  return [...document.querySelectorAll(".rv-cell-pill")].filter((pill) => pill.getAnimations().length).length;
}"""
TEXT = "the rain in spain"
LSTM = Experiment(text=TEXT, hidden_size=4, seed=3)
GRU = LSTM.replace(cell="gru")
HELD = {
    "lstm": LSTM.replace(hold=(Hold(gate="f", value=0.0, start=3, stop=9),)),
    "gru": GRU.replace(hold=(Hold(gate="z", value=1.0, unit=1, start=3),)),
    "reverse": GRU.replace(bidirectional=True),
}
# What the jaws of a valve leave open of its conduit, from their transforms: 1 is open.
OPENING = """(valve) => {
  const [upper, lower] = [...valve.querySelectorAll(".rv-cell-jaw")].map((jaw) => jaw.getBBox().height
    * Math.abs(new DOMMatrix(getComputedStyle(jaw).transform).d));
  const half = valve.querySelector(".rv-cell-jaw").getBBox().height;
  return [upper, lower].map((covered) => (half - covered) / (half - 7));
}"""


def cell_of(screen: Screen) -> Locator:
    return screen.stage.locator("[data-view=cell]")


def tile(screen: Screen, gate: str) -> Locator:
    return cell_of(screen).locator(f"[role=button][data-gate={gate}]")


def false_numbers(screen: Screen, experiment: Experiment) -> list[str]:
    """Return what is wrong with the numbers of the cell, those of the run without the hold included."""
    numbers = [number for number in screen.numbers() if number.view == "cell"]
    assert len(numbers) >= 12
    here = [number for number in numbers if number.run != "baseline"]
    beneath = [number for number in numbers if number.run == "baseline"]
    free = Truth(run(experiment.replace(hold=())))
    return Truth(run(experiment)).problems(here, screen.t) + free.problems(beneath, screen.t)


@pytest.mark.parametrize("name", HELD)
def test_every_number_in_the_cell_is_the_runs_wherever_one_walks(again: Visit, name: str) -> None:
    experiment, chance = HELD[name], random.Random(name)
    screen = again("/gates", **experiment.to_query(), step=2)
    sent, was = screen.sent, 0
    for _ in range(40):
        if chance.random() < 0.3:
            unit = chance.choice(["", "0", "1", "2", "3"])
            cell_of(screen).get_by_label(say("cell.look_at")).select_option(unit)
            screen.paint()
        else:
            screen.press(chance.choice(["ArrowRight", "ArrowLeft", "End", "Home", "ArrowRight"]))
        problems = false_numbers(screen, experiment)
        assert not problems, "\n".join(problems)
        was += sum(number.run == "baseline" for number in screen.numbers())
    assert screen.sent == sent, "a step sent a message to the server"
    assert bool(was) == bool(experiment.hold)


@pytest.mark.parametrize(("cell", "gates"), [("lstm", "fio"), ("gru", "zr")])
def test_a_valve_is_as_open_as_its_gate(again: Visit, cell: str, gates: str) -> None:
    trace = run(LSTM.replace(cell=cell))
    screen = again("/gates", **trace.experiment.to_query(), step=5)
    for t in (4, 5, 6):
        for gate in gates:
            value = trace.layers["l0"].gates[gate][t, 0]
            valves = cell_of(screen).locator(f".rv-cell-valve[data-gate={gate}]").all()
            wanted = [value, 1 - value] if gate == "z" else [value]
            for valve, opening in zip(valves, wanted, strict=True):
                assert valve.evaluate(OPENING) == pytest.approx([opening, opening], abs=1e-3)
        screen.press("ArrowRight")


def test_a_padlock_hangs_on_a_gate_as_long_as_it_is_held(again: Visit) -> None:
    screen = again("/gates", **HELD["lstm"].to_query(), step=3)
    held = []
    for t in range(2, 11):
        assert screen.t == t
        lock = tile(screen, "f").locator(".rv-cell-lock").is_visible()
        assert lock == (say("cell.held", value="0") in (tile(screen, "f").text_content() or ""))
        held += [t] if lock else []
        assert not tile(screen, "i").locator(".rv-cell-lock").is_visible()
        screen.press("ArrowRight")
    assert held == [3, 4, 5, 6, 7, 8]


def test_forget_at_this_step_holds_the_gate_at_the_step_that_is_seen(visit: Visit) -> None:
    screen = visit("/gates", **LSTM.to_query(), step=2)
    screen.press(*["ArrowRight"] * 5)
    button = screen.page.get_by_role("button", name=say("gates.try.forget", step=7))
    screen.settled(button.click)
    expected = LSTM.replace(hold=(Hold(gate="f", value=0.0, start=6, stop=7),))
    assert screen.t == 6
    assert parse_qs(urlsplit(screen.link()).query)["hold"] == ["f:0:steps7-7"]
    for sentence in hold_sentences(run(LSTM), run(expected)):
        assert sentence in screen.words()
    assert not false_numbers(screen, expected)
    assert cell_of(screen).locator("svg [data-quantity=kept]:not([data-run])").get_attribute("data-value") == "0"
    again = visit(screen.link().removeprefix(screen.address))
    assert [str(n) for n in again.numbers()] == [str(n) for n in screen.numbers()]
    screen.settled(screen.page.get_by_role("button", name=say("gates.let_go")).click)
    assert "hold" not in parse_qs(urlsplit(screen.link()).query)
    assert not false_numbers(screen, LSTM)


@pytest.mark.parametrize(
    ("experiment", "message", "gate", "value"),
    [
        (LSTM, "gates.try.keep", "f", 1.0),
        (LSTM, "gates.try.write_nothing", "i", 0.0),
        (LSTM, "gates.try.shut_in", "o", 0.0),
        (GRU, "gates.try.overwrite", "z", 0.0),
        (GRU, "gates.try.deaf", "r", 0.0),
    ],
)
def test_a_hold_to_try_holds_throughout(
    visit: Visit, experiment: Experiment, message: str, gate: str, value: float
) -> None:
    screen = visit("/gates", **experiment.to_query(), step=9)
    screen.settled(screen.page.get_by_role("button", name=say(message), exact=True).click)
    held = experiment.replace(hold=(Hold(gate=gate, value=value),))
    assert hold_sentences(run(experiment), run(held))[1] in screen.words()
    assert not false_numbers(screen, held)


def test_a_gate_is_singled_out_by_pointer_and_by_keyboard(again: Visit) -> None:
    screen = again("/gates", **LSTM.to_query(), step=4)
    says = cell_of(screen).locator(".rv-cell-says")
    assert says.inner_text() == say("cell.choose")
    tile(screen, "f").click()
    screen.paint()
    layer = run(LSTM).layers["l0"]
    assert layer.c is not None
    f, before = layer.gates["f"][3, 0], layer.c[2, 0]
    shown = [f"{number:.2f}".replace("-", "−") for number in (f, before, f * before)]
    assert re.findall(r"−?\d+\.\d+", says.inner_text()) == shown
    assert tile(screen, "f").get_attribute("aria-pressed") == "true"
    tile(screen, "o").focus()
    screen.press("Enter")
    assert tile(screen, "o").get_attribute("aria-pressed") == "true"
    assert tile(screen, "f").get_attribute("aria-pressed") == "false"
    screen.press(" ")
    assert says.inner_text() == say("cell.choose") and screen.t == 3


def test_the_mean_is_never_shown_as_a_product_of_means(again: Visit) -> None:
    screen = again("/gates", **LSTM.to_query(), step=6)
    cell_of(screen).get_by_label(say("cell.look_at")).select_option("")
    screen.paint()
    lines = cell_of(screen).locator(".rv-cell-line:visible").all_inner_texts()
    assert lines and not any("×" in line for line in lines)
    assert say("cell.mean_note", n=4) in screen.words()
    cell_of(screen).get_by_label(say("cell.look_at")).select_option("0")  # as it was opened


def test_a_plain_rnn_is_said_to_have_no_gates_and_others_are_offered(visit: Visit) -> None:
    screen = visit("/gates", cell="rnn", text=TEXT)
    assert "A plain RNN has no gates" in screen.words()
    assert not cell_of(screen).count()
    screen.settled(screen.page.get_by_role("button", name=say("gates.take.gru")).click)
    assert cell_of(screen).get_by_role("heading").inner_text().startswith("Inside the GRU cell")
    assert parse_qs(urlsplit(screen.link()).query)["cell"] == ["gru"]


def test_the_saturation_picture_counts_this_run_and_its_circles_choose_units(visit: Visit) -> None:
    experiment = LSTM.replace(gain=6.0, hidden_size=5)
    layer = run(experiment).layers["l0"]
    screen = visit("/gates", **experiment.to_query())
    plot = screen.page.locator("[data-stage=gates] [data-view=plot]").last
    plot.scroll_into_view_if_needed()
    plot.locator(".main-svg").first.wait_for()
    for sentence in saturation_sentences(layer.gates):
        assert sentence in screen.words()
    plot.locator("summary").click()
    plot.locator("tbody tr").first.wait_for()  # it is filled when it is opened
    rows = [list(map(_float, row.split("\t"))) for row in plot.locator("tbody tr").all_inner_texts()]
    columns = [count for name in "fio" for count in _both(saturation_of(layer.gates[name]))]
    np.testing.assert_allclose(rows, np.stack([np.arange(1, 6), *columns], axis=1), atol=6e-4)
    ring = plot.locator(".rv-plot-ring").first
    choice = cell_of(screen).get_by_label(say("cell.look_at"))
    choice.select_option("0")
    screen.paint()
    before = ring.evaluate("(e) => e.style.transform")
    choice.select_option("3")
    screen.paint()
    counts = saturation_of(layer.gates["f"])
    assert (counts.open[0], counts.shut[0]) != (counts.open[3], counts.shut[3])
    moved = "([ring, before]) => ring.style.transform !== before"
    screen.page.wait_for_function(moved, arg=[ring.element_handle(), before])


def _float(text: str) -> float:
    return float(text.replace("−", "-"))


def _both(count) -> tuple[np.ndarray, np.ndarray]:
    return count.open, count.shut


def test_the_playhead_walks_over_what_is_left(again: Visit) -> None:
    screen = again("/gates", **LSTM.to_query(), step=3)
    plot = screen.page.locator("[data-stage=gates] [data-view=plot]").first
    plot.scroll_into_view_if_needed()
    plot.locator(".main-svg").first.wait_for()
    screen.paint()
    head = plot.locator(".rv-plot-playhead")
    points = plot.locator(".scatterlayer .point")
    for t in (2, 3, 4):
        line, point = head.bounding_box(), points.nth(t).bounding_box()
        assert line and point
        assert line["x"] + line["width"] / 2 == pytest.approx(point["x"] + point["width"] / 2, abs=1.5)
        screen.press("ArrowRight")


def test_numbers_travel_only_at_an_unhurried_step_and_for_those_who_like_motion(visit: Visit) -> None:
    for motion, wanted in (("no-preference", 6), ("reduce", 0)):
        screen = visit("/gates", **LSTM.to_query(), step=3, motion=motion)
        assert screen.page.evaluate(TRAVELLING, 1) == wanted
        screen.page.wait_for_function(
            "() => document.getAnimations().every((a) => !a.effect.target?.matches('.rv-cell-pill'))"
        )
        assert screen.page.evaluate(TRAVELLING, 4) == 0


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_on_a_phone_nothing_overflows_and_no_two_words_of_the_cell_overlap(visit: Visit, cell: str) -> None:
    screen = visit("/gates", **HELD[cell].to_query(), step=6, size=PHONE)
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = (
        cell_of(screen)
        .locator("svg text:visible")
        .evaluate_all("""(texts) => texts
      .filter((text) => text.textContent.trim())
      .map((text) => [text.textContent, text.getBoundingClientRect()])
      .map(([words, { x, y, right, bottom }]) => [words, x, y + 3, right, bottom - 3])""")
    )
    frame = cell_of(screen).locator("svg").bounding_box()
    assert frame and len(boxes) > 12
    for k, (words, left, top, right, bottom) in enumerate(boxes):
        assert left >= frame["x"] - 1 and right <= frame["x"] + frame["width"] + 1, f"{words!r} is cut off"
        for other, left_2, top_2, right_2, bottom_2 in boxes[k + 1 :]:
            apart = right <= left_2 or right_2 <= left or bottom <= top_2 or bottom_2 <= top
            assert apart, f"{words!r} lies on {other!r}"


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_axe_finds_nothing(visit: Visit, name: str) -> None:
    screen = visit("/gates", **HELD[name].to_query(), step=5)
    assert screen.axe_in_both("dark") == []


@pytest.mark.parametrize("hold", [{}, {"hold": "f:0"}])
def test_the_unit_that_nobody_chose_is_that_of_the_run_and_stands_in_no_link(
    visit: Visit, hold: dict[str, str]
) -> None:
    screen = visit("/gates", text="hello", step=3, **hold)
    choice = cell_of(screen).get_by_label(say("cell.look_at"))
    seen = {choice.input_value()}
    for seed in (5, 6, 7, 8):
        screen.enter("seed", str(seed))
        trace = run(Experiment(text="hello", seed=seed))
        assert choice.input_value() == str(np.abs(trace.layers["l0"].h).mean(axis=0).argmax())
        screen.page.wait_for_timeout(400)  # longer than a link is held back
        assert "#" not in screen.link()
        seen.add(choice.input_value())
    assert len(seen) > 1
    other = next(str(unit) for unit in range(5) if str(unit) != choice.input_value())
    choice.select_option(other)
    for seed in (5, 6, 7, 8):
        screen.enter("seed", str(seed))
        assert choice.input_value() == other
