"""A module of one's own, recorded: shown like any run, and nothing claimed of it that only settings could make true."""

from __future__ import annotations

import pytest
import torch

from rnnviz import Experiment, Trace, record, run, show
from rnnviz.export.recipe import about
from rnnviz.words import say
from tests.export.test_document import Reader


@pytest.mark.parametrize("directions", [1, 2])
def test_without_a_loss_it_says_what_l_is(directions) -> None:
    torch.manual_seed(0)
    lstm, x = torch.nn.LSTM(3, 4, num_layers=2, bidirectional=directions == 2), torch.randn(7, 3)
    trace = record(lstm, x)
    assert any("L is the sum of the last layer's last h" in line for line in about([trace], None, {}, "en").facts)
    assert show(trace).title.startswith("LSTM(3, 4")
    assert about([trace], None, {}, "en").lines.endswith("show(record(module, x))")
    with_target = record(lstm, x, torch.randn(7, 4 * directions))
    assert not any("last h" in line for line in about([with_target], None, {}, "en").facts)
    own = about([record(lstm, x, loss=lambda given: given[0].square().sum())], None, {}, "en")
    assert "L is what a loss of your own gave." in own.facts and own.lines.endswith(
        "show(record(module, x, loss=loss))"
    )


def test_it_is_named_by_its_module_and_not_by_settings() -> None:
    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = torch.nn.GRU(2, 3, batch_first=True)
            self.head = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.rnn(x)[0])

    shown = show(record(Model(), torch.randn(1, 5, 2), torch.randn(5, 2)))
    assert shown.title.startswith("Model.rnn: GRU(2, 3")
    assert "show(record(module, x, target))" in shown.html and "from_json" not in shown.html
    payload = Reader(shown.html).payload()
    assert payload["meta"]["answered"] == "head" and payload["meta"]["loss_kind"] == "squared_error"
    assert "output" in [view["view"] for view in payload["stage"]["views"]]


def facts_of(trace: Trace) -> list[str]:
    """Return what the file tells below the stage."""
    return about([trace], None, {}, "en").facts


def test_where_l_is_a_sum_it_says_of_how_many_steps() -> None:
    gru, x = torch.nn.GRU(2, 3), torch.randn(6, 2)
    classes = torch.tensor([0, 1, 2, -100, 0, 1])
    summed = record(gru, x, classes)
    mean = torch.nn.functional.cross_entropy(gru(x)[0], classes)
    assert summed.losses.sum() == pytest.approx(5 * mean.item(), rel=1e-5)
    assert say("export.summed", count=5) in facts_of(summed)
    assert say("export.summed", count=6) in facts_of(record(gru, x, torch.zeros(6, 3)))
    assert say("export.summed", count=6) in facts_of(record(gru, x, loss=lambda given: given[0].square().sum(1)))
    alone = [record(gru, x, classes, "last"), record(gru, x), record(gru, x, loss=lambda given: given[0].sum())]
    assert not any("sum over" in fact for trace in alone for fact in facts_of(trace))
    assert say("export.summed", count=5) in facts_of(run(Experiment(text="hello")))
    assert not any("sum over" in fact for fact in facts_of(run(Experiment(text="hello", loss="last"))))


class Tagger(torch.nn.Module):
    """A recurrent module with every option, in one of a long name."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(6, 10, num_layers=2, bias=False, batch_first=True, dropout=0.3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.lstm(x)[0]


def test_a_title_is_whole_and_says_which_way_it_goes() -> None:
    trace = record(Tagger(), torch.randn(1, 4, 6))
    assert show(trace).title == "Tagger.lstm: LSTM(6, 10, num_layers=2), step by step"
    assert show(trace, "gradients").title == "Tagger.lstm: LSTM(6, 10, num_layers=2), the way back of the gradient"
    assert any("batch_first=True, dropout=0.3" in fact for fact in facts_of(trace))
    assert "way back" in show(run(Experiment(text="hello")), "gradients").title


def test_where_nothing_is_asked_no_answer_is_shown() -> None:
    payload = Reader(show(record(torch.nn.GRU(2, 3), torch.randn(5, 2))).html).payload()
    assert payload["meta"]["answered"] == "states" and payload["meta"]["loss_kind"] == "sum"
    assert "output" not in [view["view"] for view in payload["stage"]["views"]]
