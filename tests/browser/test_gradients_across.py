"""The Gradients page with an encoder and its decoder, in a real Chromium: every number is a run's, on both sides."""

from __future__ import annotations

import pytest

from rnnviz import Experiment, run
from rnnviz.site.flows import Question
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import Screen
from tests.browser.truth import Truth

CELLS = ("rnn", "gru", "lstm")
LOOKING = Experiment(shape="encoder_decoder", text="stream", target="maerts", attention="dot", cell="gru")
RUNS = {
    "attention": LOOKING,
    "cell state handed over, one loss": LOOKING.replace(attention="none", cell="lstm", decoder="state", loss="last"),
    "both directions": LOOKING.replace(attention="additive", bidirectional=True, context="all", num_layers=2),
}


def false_numbers(screen: Screen, experiment: Experiment) -> list[str]:
    """Return what is wrong with the numbers on screen, which are those of runs made here."""
    question = Question(experiment, "gain")
    frame = int(screen.stage.get_attribute("data-frame") or "")
    wrong = []
    for number in screen.numbers():
        if number.view not in ("score", "flow", "backflow") or number.quantity == "itemised":
            continue
        cell = number.run if number.run in CELLS else experiment.cell
        one = question.slider().at(question.cells()[cell], frame)
        one = one.replace(loss="last") if number.quantity == "step-factor" else one
        problem = Truth(run(one)).problem(number, screen.t)
        wrong += [problem] if problem else []
    return wrong


@pytest.mark.parametrize("name", RUNS)
def test_every_number_is_the_runs_on_both_sides_of_where_the_encoder_hands_over(visit: Visit, name: str) -> None:
    experiment = RUNS[name]
    screen = visit("/gradients", **experiment.to_query())
    seen = set()
    for t in (12, 6, 5, 0):
        screen.click_step(t)
        seen |= {number.quantity for number in screen.numbers()}
        assert false_numbers(screen, experiment) == []
    screen.press("ArrowUp", "ArrowUp")
    assert false_numbers(screen, experiment) == []
    ways = {"dh-by-context", "dh-by-attention"}
    assert {"dh", "step-factor"} <= seen and (seen >= ways) == (experiment.attention != "none")
    said = screen.stage.locator("[data-view=score] .rv-facts").inner_text()
    assert all(say(f"score.in_{part}") in said for part in ("decoder", "encoder"))
    # To a decoder that begins with the encoder's state it leads as to any step; else the graph is parted there.
    screen.click_step(5)
    column = screen.stage.locator("[data-view=backflow] .rv-b-column[data-t='5']")
    passed = column.locator(".rv-b-factor").first.inner_text()
    assert bool(passed) == (experiment.decoder == "state")
    assert screen.stage.locator("[data-view=backflow] .rv-b-column[data-border]").get_attribute("data-t") == "6"
