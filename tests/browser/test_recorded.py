"""Modules of one's own on the stage, in a real Chromium: each step says what is true of it, and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rnnviz import Trace, record, show
from rnnviz.words import say
from tests.browser.desk import Desk
from tests.browser.screen import PHONE, Screen
from tests.browser.truth import Truth

WORDS = ["this", "film", "was", "not", "bad"]
DRAWN = "document.querySelectorAll('.rv-plot-figure .main-svg').length"


class Model(nn.Module):
    """Words, a recurrent module, and a head that reads every state, or their mean."""

    def __init__(self, pool: bool, outputs: int = 2) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embed, self.rnn, self.pool = nn.Embedding(9, 3), nn.LSTM(3, 4), pool
        self.head = nn.Linear(4, outputs)

    def forward(self, x: Tensor) -> Tensor:
        states = self.rnn(self.embed(x))[0]
        answer: Tensor = self.head(states.mean(0) if self.pool else states)
        return answer


TOKENS = torch.arange(5)
NAMES: dict[str, Any] = {"labels": WORDS, "answers": ["bad", "good"]}


def losses(screen: Screen, view: str) -> list[float]:
    """Return the losses that a view shows."""
    found = screen.page.locator(f"[data-view={view}] [data-quantity=loss][data-value]").filter(visible=True)
    return [float(value) for value in found.evaluate_all("all => all.map((e) => e.dataset.value)")]


def words(screen: Screen, view: str) -> str:
    """Return the text of a view."""
    return screen.page.locator(f"[data-view={view}]").first.inner_text()


def test_one_answer_for_the_whole_sequence_stands_at_the_end(desk: Desk) -> None:
    trace = record(Model(pool=True), TOKENS, 1, **NAMES)
    screen = desk.show(show(trace))
    assert say("panel.loss_no_answer") in words(screen, "output") and losses(screen, "output") == []
    assert "NaN" not in screen.page.inner_text("body")
    screen.press("End")
    assert losses(screen, "output") == pytest.approx([trace.losses[-1]], rel=1e-5)
    assert say("panel.loss_no_answer") not in words(screen, "output") and "W" not in words(screen, "output")
    assert say("panel.readout_once") in words(screen, "output")


def test_the_way_back_of_a_pooled_model_comes_in_everywhere(desk: Desk) -> None:
    screen = desk.show(show(record(Model(pool=True), TOKENS, 1, **NAMES), "gradients"))
    assert "comes in at several" in words(screen, "flow") and "where the loss is" not in words(screen, "flow")
    assert say("score.hint_flow_in") in words(screen, "score")
    assert say("score.fact_curve") in words(screen, "score"), "its factor is of the curve, not of a loss"
    assert screen.page.locator("[data-view=backflow] [data-emits]").count() == len(WORDS)


def test_a_sum_of_states_is_called_that_and_asks_for_nothing(desk: Desk) -> None:
    torch.manual_seed(1)
    trace = record(nn.GRU(3, 4, bidirectional=True), torch.randn(6, 3))
    screen = desk.show(show(trace))
    assert screen.page.locator("[data-view=output]").count() == 0
    assert "sum of last h" in words(screen, "score") and "squared" not in words(screen, "score")
    shown = {step: value for step, value in enumerate(trace.losses) if value}
    assert sorted(shown) == [0, 5]
    assert losses(screen, "unrolled") == pytest.approx([shown[0]], rel=1e-5)  # the last is out of sight
    back = desk.show(show(trace, "gradients"))
    assert "Many steps have a loss" not in words(back, "flow") and "where the loss is" in words(back, "flow")


def test_a_loss_of_ones_own_may_lie_below_zero(desk: Desk) -> None:
    trace = record(Model(pool=False), TOKENS, loss=lambda answer: -answer[:, 1].exp(), labels=WORDS)
    screen = desk.show(show(trace))
    assert losses(screen, "output") == pytest.approx([trace.losses[0]], rel=1e-5)
    assert say("panel.loss_own") in words(screen, "output") and "your own, −" in words(screen, "score")
    bars = screen.page.locator("[data-lane=loss] .rv-bars").get_attribute("d") or ""
    assert bars.count("M") == len(WORDS)  # every bar has a height, downwards from zero


def test_in_a_lower_layer_it_says_what_stands_above(desk: Desk) -> None:
    torch.manual_seed(2)
    trace = record(nn.LSTM(3, 4, num_layers=2), torch.randn(6, 3), torch.zeros(6, 4))
    screen = desk.show(show(trace, "gradients"))
    assert say("flow.through_layer", n=1, N=2, above=2) in words(screen, "flow")
    # At the last step all of it is of that step's own loss, whatever it came through.
    own = [number for number in screen.numbers() if (number.quantity, number.step) == ("dh-own", "5")]
    assert {number.view for number in own} == {"backflow", "flow"}
    size = float(np.linalg.norm(trace.layers["l0"].dh[5]))
    assert [number.value for number in own] == pytest.approx([size] * len(own), rel=1e-5)
    screen.page.get_by_label(say("stage.layer")).select_option("l1")
    screen.paint()
    assert say("flow.through_layer", n=1, N=2, above=2) not in words(screen, "flow")
    assert say("flow.lowest_curves", layer=say("stage.layer_name", n=1)) in words(screen, "flow")


def test_another_run_is_not_called_a_change(desk: Desk) -> None:
    first, second = (record(Model(pool=False), TOKENS, [0, 1, 0, 1, k], **NAMES) for k in (0, 1))
    for views in ("step", "gradients"):
        screen = desk.show(show(first, views, baseline=second))
        everything = screen.page.inner_text("[data-stage]")
        assert "the change" not in everything and "before" not in everything.replace("step before", "")


def test_figures_out_of_sight_are_drawn_for_paper(desk: Desk) -> None:
    screen = desk.show(show(record(Model(pool=False), TOKENS, [0, 1, 0, 1, 0], **NAMES), "gates"), size=PHONE)
    assert screen.page.evaluate(DRAWN) == 0
    screen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    screen.page.wait_for_function(f"{DRAWN} > 0")


def traces() -> dict[str, Trace]:
    """Return one recording of each sort."""
    return {
        "pooled": record(Model(pool=True), TOKENS, 1, **NAMES),
        "sum": record(nn.GRU(3, 4, num_layers=2, bidirectional=True), torch.randn(5, 3)),
        "own": record(Model(pool=False), TOKENS, loss=lambda answer: answer.square().sum(), labels=WORDS),
    }


@pytest.mark.parametrize("name", ["pooled", "sum", "own"])
def test_every_number_of_every_step_is_the_recorded_one(desk: Desk, name: str) -> None:
    trace = traces()[name]
    screen = desk.show(show(trace))
    for step in range(trace.steps):
        assert screen.t == step
        assert Truth(trace).problems(screen.numbers(), step) == []
        screen.press("ArrowRight")


@pytest.mark.parametrize("name", ["pooled", "sum", "own"])
def test_axe_finds_nothing_and_nothing_is_cut(desk: Desk, name: str) -> None:
    for views in ("step", "gradients"):
        screen = desk.show(show(traces()[name], views))
        assert screen.axe() == []
        screen.page.set_viewport_size(PHONE)
        assert screen.turn("dark").axe() == []
        assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
