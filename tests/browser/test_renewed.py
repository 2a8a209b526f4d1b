"""Another run of the same form: the stage stays as it stands, and every number on it is the new run's."""

from __future__ import annotations

from typing import Any

import pytest

from rnnviz import Experiment, Hold, run
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import Screen
from tests.browser.truth import Truth

WORD: dict[str, Any] = {"text": "hello", "hidden_size": 4, "seed": 3}
PAIR: dict[str, Any] = {"shape": "encoder_decoder", "target": "olleh", **WORD}
# Where one may look, and the parts of the stage there that a new seed must leave standing.
STANDING = [".rv-u-column", ".rv-eq-row", ".rv-answer-bar", ".rv-lane", ".rv-u-legend, .rv-u-caption"]
PAGES = {
    "step": ("/step", Experiment(**WORD), STANDING),
    "relu": ("/step", Experiment(cell="rnn", nonlinearity="relu", **WORD), STANDING),
    "numbers": ("/step", Experiment(task="sine", length=30, hidden_size=4, seed=2), [".rv-u-column", ".rv-lane"]),
    "cell": ("/gates", Experiment(**WORD), [".rv-lane"]),
    "held": ("/gates", Experiment(hold=(Hold(gate="f", value=1.0, unit=1),), **WORD), [".rv-transport"]),
    "fixed": ("/shapes", Experiment(context="transform", cell="gru", **PAIR), STANDING),
    "looking": ("/shapes", Experiment(attention="additive", **PAIR), STANDING),
    "pooled": ("/shapes", Experiment(shape="many_to_one", readout="mean", **WORD), [".rv-u-column", ".rv-lane"]),
}
MARK = """(places) => places.map((place) => {
  const found = [...document.querySelectorAll(place)];
  for (const node of found) node.marked = true;
  return found.length;
})"""
KEPT = "(places) => places.map((place) => [...document.querySelectorAll(place)].filter((node) => node.marked).length)"
INK = """() => [...document.querySelectorAll(".rv-lane-canvas")].map((canvas) => canvas.toDataURL())"""


def more(screen: Screen) -> None:
    screen.page.locator(".st-key-seed").get_by_role("button").last.click()


def untrue(screen: Screen, experiment: Experiment) -> list[str]:
    """Return what is wrong with the numbers in sight, those of a run beneath it included."""
    beneath = Truth(run(experiment.replace(hold=())))
    truth = Truth(run(experiment))
    numbers = screen.numbers()
    assert len(numbers) > 40
    here, others = ([n for n in numbers if (n.run == "baseline") == other] for other in (False, True))
    return truth.problems(here, screen.t) + beneath.problems(others, screen.t)


@pytest.mark.parametrize("name", PAGES)
def test_another_seed_leaves_the_stage_standing_with_its_own_numbers(visit: Visit, name: str) -> None:
    path, experiment, places = PAGES[name]
    screen = visit(path, **experiment.to_query(), step=3)
    standing = screen.page.evaluate(MARK, places)
    assert all(standing), standing
    drawn = screen.page.evaluate(INK)
    for by in (1, 2):
        screen.settled(lambda: more(screen))
        assert screen.t == 2
        assert untrue(screen, experiment.replace(seed=experiment.seed + by)) == []
    assert screen.page.evaluate(KEPT, places) == standing
    assert all(one != other for one, other in zip(screen.page.evaluate(INK), drawn, strict=True)), "a lane stayed"
    screen.press("ArrowRight")
    assert untrue(screen, experiment.replace(seed=experiment.seed + 2)) == []


def test_another_form_is_built_anew(visit: Visit) -> None:
    experiment = Experiment(**WORD)
    screen = visit("/step", **experiment.to_query(), step=3)
    screen.page.evaluate(MARK, STANDING)
    screen.enter("text", "help me")
    assert screen.page.evaluate(KEPT, STANDING) == [0] * len(STANDING)
    assert untrue(screen, experiment.replace(text="help me")) == []


def test_what_was_opened_chosen_and_said_goes_on(visit: Visit) -> None:
    experiment = Experiment(**WORD)
    screen = visit("/step", **experiment.to_query(), step=3)
    summary = screen.page.get_by_text(say("score.numbers"), exact=True)
    summary.click()
    screen.page.locator(".rv-u-column[data-now] .rv-u-node").nth(1).click()
    screen.settled(lambda: more(screen))
    assert screen.page.locator("details.rv-numbers").evaluate("(node) => node.open")
    assert screen.page.locator(".rv-u-column[data-now] .rv-u-node[aria-pressed=true]").count() == 1
    assert untrue(screen, experiment.replace(seed=4)) == []


@pytest.mark.parametrize("shape", ["one_to_one", "encoder_decoder", "many_to_one"])
def test_what_is_said_is_said_of_the_new_run(visit: Visit, shape: str) -> None:
    target = {"target": "olleh"} if shape == "encoder_decoder" else {}
    experiment = Experiment(shape=shape, cell="rnn", init="normal", **WORD, **target)
    screen = visit("/shapes", **experiment.to_query(), step=1)
    for _ in range(3):
        screen.settled(lambda: more(screen))
    said = screen.page.locator(".rv-u-caption").inner_text()
    assert not screen.page.locator("[data-stage] > .rv-hidden[role=status]").first.inner_text()
    screen = visit("/shapes", **experiment.replace(seed=6).to_query(), step=1)
    assert screen.page.locator(".rv-u-caption").inner_text() == said


def test_one_comes_back_to_the_equations_of_the_other_network_with_the_new_runs_numbers(visit: Visit) -> None:
    experiment = Experiment(attention="additive", **PAIR)
    screen = visit("/shapes", **experiment.to_query(), step=4)
    assert screen.page.evaluate(MARK, [".rv-eq-row"]) != [0]
    screen.press("ArrowRight").press("ArrowRight")  # into the decoder, which has rows of its own
    assert screen.page.evaluate(KEPT, [".rv-eq-row"]) == [0]
    screen.settled(lambda: more(screen))
    renewed = experiment.replace(seed=experiment.seed + 1)
    assert untrue(screen, renewed) == []
    screen.press("ArrowLeft").press("ArrowLeft")
    assert screen.page.evaluate(KEPT, [".rv-eq-row"]) != [0]
    assert untrue(screen, renewed) == []


def test_a_step_moves_no_symbol_of_the_equations(visit: Visit) -> None:
    where = "() => [...document.querySelectorAll('.rv-eq-glyphs')].map((node) => node.getBoundingClientRect().x)"
    read = "() => [...document.querySelectorAll('.rv-eq-num')].map((node) => node.textContent)"
    screen = visit("/step", **Experiment(**WORD).to_query(), step=2)
    places, numbers = screen.page.evaluate(where), screen.page.evaluate(read)
    for _ in range(3):
        screen.press("ArrowRight").paint()
        assert screen.page.evaluate(where) == places
        assert screen.page.evaluate(read) != numbers
