"""A module of one's own, recorded: shown like any run, and nothing claimed of it that only settings could make true."""

from __future__ import annotations

import pytest
import torch

from rnnviz import record, show
from rnnviz.export.recipe import about
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


def test_where_nothing_is_asked_no_answer_is_shown() -> None:
    payload = Reader(show(record(torch.nn.GRU(2, 3), torch.randn(5, 2))).html).payload()
    assert payload["meta"]["answered"] == "states" and payload["meta"]["loss_kind"] == "sum"
    assert "output" not in [view["view"] for view in payload["stage"]["views"]]
