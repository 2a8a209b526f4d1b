"""Networks that walk as a stack: each has the bits of its own walk, forward and back, with one adjoint or many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.cells import CELLS, Cell
from rnnviz.engines.layer import Held, Run, Weights, backward, forward, rows
from rnnviz.engines.numpy_engine import forward_stack, stacked, trace, traces
from rnnviz.engines.through_time import backward_stack
from rnnviz.experiment import Experiment, Hold
from rnnviz.trace import Array
from tests.engines.draws import Case, cases, random_inputs, random_parameters
from tests.test_sweep import same

ALL = [cell for choices in CELLS.values() for cell in choices.values()]
each_cell = pytest.mark.parametrize("cell", ALL, ids=lambda cell: cell.__name__)
T, F, K, H, D = 7, 5, 4, 3, 2


def walks(cell: type[Cell], reverse: bool = False) -> tuple[Run, list[Run]]:
    """Walk F networks as a stack, from states of their own, and each by itself."""
    rng = np.random.default_rng(1)
    rows_ = len(cell.blocks) * H
    ih, hh = rng.standard_normal((F, rows_, D)), rng.standard_normal((F, rows_, H))
    b_ih, b_hh = rng.standard_normal((2, F, 1, rows_))
    h0, c0 = rng.standard_normal((2, F, 1, H))
    x = rng.standard_normal((T, F, 1, D))
    gates = cell.gates[:1]
    held = Held([Hold(gate, 0.5, unit=1, start=2, stop=5) for gate in gates], "l0", T, H)
    stack = forward(cell, Weights(ih, hh, b_ih, b_hh), x, held, reverse, h0, c0)
    alone = [
        forward(cell, Weights(ih[f], hh[f], b_ih[f, 0], b_hh[f, 0]), x[:, f, 0], held, reverse, h0[f, 0], c0[f, 0])
        for f in range(F)
    ]
    return stack, alone


def close(ours: Array | None, theirs: Array | None) -> None:
    """Assert that two arrays agree to rounding."""
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


@each_cell
@pytest.mark.parametrize("reverse", [False, True])
def test_a_stack_walks_as_each_of_its_networks_does(cell: type[Cell], reverse: bool) -> None:
    stack, alone = walks(cell, reverse)
    for f, run in enumerate(alone):
        own = stack.of(f, run.weights)
        for name, value in run.values.items():
            close(own.values[name], value)
        for name, value in run.sums.items():
            close(own.sums[name], value)
        for ours, theirs in ((own.x, run.x), (own.h0, run.h0), (own.c0, run.c0), (own.local, run.local)):
            close(ours, theirs)
        close(own.h_prev, run.h_prev)


@each_cell
@pytest.mark.parametrize("reverse", [False, True])
def test_many_adjoints_of_many_networks_walk_back_together(cell: type[Cell], reverse: bool) -> None:
    """(T′, F, K, H): what itemised gradients of a whole sweep need."""
    stack, alone = walks(cell, reverse)
    rng = np.random.default_rng(2)
    dout, inside = rng.standard_normal((4, F, K, H)), rng.random((4, K)) < 0.7
    for band in (None, inside):
        together = backward(stack, dout, start=2, inside=band)
        for f, run in enumerate(alone):
            own = backward(run, dout[:, f], start=2, inside=band)
            close(together.dh[:, f], own.dh)
            close(None if together.dc is None else together.dc[:, f], own.dc)
            close(together.from_x[:, f], own.from_x)
            close(together.from_h[:, f], own.from_h)


@given(cases(truncated=True), st.integers(2, 5))
@settings(max_examples=60, deadline=None)
def test_traces_of_a_stack_are_those_of_single_walks_to_the_last_bit(case: Case, count: int) -> None:
    """Inputs, weights and readouts all differ."""
    experiment, data, parameters = case
    width, outputs = data.inputs.shape[1], parameters["weight_ho"].shape[0]
    several = [random_parameters(experiment, width, outputs, seed) for seed in range(count)]
    given_ = [random_inputs(data.kind, len(data.labels), width, outputs, seed) for seed in range(count)]
    for ours, *of in zip(traces([experiment] * count, given_, several), given_, several, strict=True):
        same(ours, trace(experiment, *of))


@pytest.mark.parametrize("name", ["weight_ho", "bias_o"])
@pytest.mark.parametrize("both", [False, True])
def test_networks_that_answer_alone_in_another_way_answer_each_in_its_own(name: str, both: bool) -> None:
    """As the moments of a training whose units are all dead: nothing but the readout learns."""
    experiment = Experiment(cell="lstm", hidden_size=3, num_layers=2, bidirectional=both)
    data, first = random_inputs("symbols", 5, 2, 3, seed=1), random_parameters(experiment, 2, 3, seed=2)
    networks = [{**first, name: first[name] + k} for k in range(3)]
    found = traces([experiment] * 3, [data] * 3, networks)
    for one, network in zip(found, networks, strict=True):
        same(one, trace(experiment, data, network))
    assert len({one.outputs.tobytes() for one in found}) == 3


def test_what_is_alike_in_all_networks_is_stacked_once() -> None:
    experiment = Experiment(hidden_size=2, num_layers=2)
    first = random_parameters(experiment, 3, 2, seed=1)
    second = first | {"weight_hh_l1": 2 * first["weight_hh_l1"]}
    stack = stacked([first, second])
    assert {name for name, value in stack.items() if len(value) == 2} == {"weight_hh_l1"}
    assert stack["weight_hh_l1"].shape == (2, 8, 2)
    assert stack["bias_ih_l0"].shape == (1, 1, 8)
    x = np.ones((4, 1, 1, 3))
    runs, top = forward_stack(experiment, stack, x, (2, 1))
    assert top.shape == (4, 2, 1, 2)
    assert (rows(runs["l0"].values["h"], 0) == rows(runs["l0"].values["h"], 1)).all()
    adjoints = backward_stack(experiment, runs, np.ones(top.shape))
    assert adjoints["l0"].dh.shape == (4, 2, 1, 2)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_many_steps_are_differentiated_in_parts_without_a_seam(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment: Any = Experiment(cell=cell, hidden_size=3, hold=(Hold("r" if cell == "gru" else "f", 0.5, stop=5),))
    data = random_inputs("symbols", 11, 2, 2, seed=1)
    parameters = random_parameters(experiment, 2, 2, seed=2)
    whole = trace(experiment, data, parameters)
    monkeypatch.setattr("rnnviz.engines.layer.AT_ONCE", 4 * 3)
    same(trace(experiment, data, parameters), whole)
