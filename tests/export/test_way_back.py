"""The way back of `show`: the last loss is told of alone, and a gradient comes in where it truly does."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from rnnviz import Experiment, Trace, record, run, show
from rnnviz.export.way_back import last_loss_alone
from rnnviz.gradients import log10_itemised
from tests.export.test_document import Reader


@given(
    st.sampled_from(("rnn", "gru", "lstm")),
    st.integers(1, 2),
    st.booleans(),
    st.sampled_from((None, 2)),
    st.text("abc", min_size=2, max_size=9),
)
@settings(max_examples=40, deadline=None)
def test_the_last_loss_alone_is_a_run_with_the_last_loss(
    cell: str, layers: int, both: bool, truncate: int | None, text: str
) -> None:
    every = Experiment(
        cell=cell, num_layers=layers, bidirectional=both, truncate=truncate, text=text, hidden_size=4, loss="every"
    )
    alone, last = last_loss_alone(run(every)), run(every.replace(loss="last"))
    assert alone.experiment == last.experiment
    np.testing.assert_array_equal(alone.losses, last.losses)
    for name, layer in last.layers.items():
        np.testing.assert_allclose(alone.layers[name].dh, layer.dh, rtol=1e-12, atol=1e-300)
        if layer.dc is not None:
            np.testing.assert_allclose(alone.layers[name].dc, layer.dc, rtol=1e-12, atol=1e-300)


def test_what_is_said_of_the_last_loss_is_its_row_of_the_matrix() -> None:
    trace = run(Experiment(cell="lstm", text="the dog sleeps", hidden_size=8))
    facts = Reader(show(trace, "gradients").html).payload()["frames"][0]["flow"]["facts"]["lstm"]
    row = log10_itemised(trace)[-1]
    assert facts["first_log10"] == pytest.approx(row[0], abs=1e-9)
    assert facts["last_log10"] == pytest.approx(row[-1], abs=1e-9)


class Classifier(nn.Module):
    """One answer for the sequence: of all states, or of the last of each direction."""

    def __init__(self, pool: bool, layers: int = 1) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.rnn, self.pool = nn.LSTM(3, 4, num_layers=layers, bidirectional=True), pool
        self.head = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        out, (h, _) = self.rnn(x)
        answer: Tensor = self.head(out.mean(0) if self.pool else torch.cat([h[-2], h[-1]]))
        return answer


class Last(nn.Module):
    """One answer for the sequence, of the last state."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.head = nn.LSTM(3, 8), nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.head(self.rnn(x)[0][-1])
        return answer


def sends(trace: Trace) -> dict[str, Any]:
    """Return of each layer where the payload says that a gradient comes in; None where its losses stand."""
    layers = Reader(show(trace, "gradients").html).payload()["frames"][0]["layers"]
    packed = {name: layer.get("sends") for name, layer in layers.items()}
    return {
        name: None if one is None else np.frombuffer(base64.b64decode(one["data"]), "<f4").tolist()
        for name, one in packed.items()
    }


X = torch.linspace(-1, 1, 15).reshape(5, 3)
FIRST, LAST, ALL = [1.0, 0, 0, 0, 0], [0, 0, 0, 0, 1.0], [1.0] * 5


def test_where_the_gradient_of_a_recorded_module_comes_in() -> None:
    assert sends(record(Classifier(pool=True), X, 1)) == {"l0": ALL, "l0_reverse": ALL}
    assert sends(record(Classifier(pool=False), X, 1)) == {"l0": LAST, "l0_reverse": FIRST}
    deep = sends(record(Classifier(pool=False, layers=2), X, 1))
    assert deep == {"l0": ALL, "l0_reverse": ALL, "l1": LAST, "l1_reverse": FIRST}
    assert sends(record(nn.GRU(3, 4, bidirectional=True), X)) == {"l0": LAST, "l0_reverse": FIRST}
    assert sends(record(nn.GRU(3, 4), X, torch.zeros(5, 4))) == {"l0": None}
    assert sends(run(Experiment(text="hello"))) == {"l0": None}


def test_no_bound_and_no_belt_where_one_loss_reads_many_steps() -> None:
    for pool in (True, False):
        model = Classifier(pool) if pool else Last()
        frame = Reader(show(record(model, X, 1), "gradients").html).payload()["frames"][0]
        assert (frame["flow"]["belt_log10"] is None) == pool
