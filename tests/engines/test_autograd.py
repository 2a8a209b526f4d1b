"""Forward and every gradient equal torch autograd in float64 to 1e-9, whatever the shapes, cell and loss."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from rnnviz.engines.numpy_engine import trace
from rnnviz.experiment import Experiment
from rnnviz.initial import READOUT
from rnnviz.trace import Array, Trace
from tests.engines.draws import Case, cases, random_inputs, random_parameters
from tests.engines.oracle import Answer, fused, gradient, looped

TOLERANCE = 1e-9


def same(ours: Array, theirs: Array, what: str, rounding: float = 0.0) -> None:
    """Assert that two arrays differ by no more than 1e-9 of the largest entry, and ``rounding``."""
    assert ours.shape == theirs.shape, what
    largest = np.abs(theirs).max(initial=0)
    assert np.abs(ours - theirs).max(initial=0) <= TOLERANCE * largest + rounding, what


def same_run(ours: Trace, theirs: Answer) -> None:
    """Assert that a trace agrees with torch in all that torch's answer has."""
    same(ours.outputs, theirs.outputs, "outputs")
    same(ours.losses, theirs.losses, "losses")
    assert list(ours.parameter_grads) == list(ours.parameters) == list(theirs.grads)
    # Steps whose gradients cancel in a sum leave behind rounding of their own size, not of the sum's.
    rounding = 1e-14 * max(np.abs(layer.dh).max() for layer in ours.layers.values())
    of_readout = 1e-14 * np.abs(theirs.d_outputs).max()
    for name, grad in theirs.grads.items():
        same(ours.parameter_grads[name], grad, f"gradient of {name}", of_readout if name in READOUT else rounding)
    for quantity in ("h", "c", "dh", "dc"):
        for layer, rows in getattr(theirs, quantity).items():
            slack = rounding if quantity.startswith("d") else 0.0
            same(getattr(ours.layers[layer], quantity), rows, f"{quantity} of {layer}", slack)


@given(cases())
@settings(max_examples=75, deadline=None)
def test_states_and_gradients_equal_an_open_loop_with_retain_grad(case: Case) -> None:
    theirs = looped(*case)
    assert set(theirs.dh) == set(case[0].layer_names)
    assert set(theirs.dc) == (set(case[0].layer_names) if case[0].cell == "lstm" else set())
    same_run(trace(*case), theirs)


@given(cases(residual=False))
@settings(max_examples=75, deadline=None)
def test_outputs_and_parameter_gradients_equal_the_fused_modules(case: Case) -> None:
    experiment, data, parameters = case
    if experiment.cell == "rnn" and experiment.nonlinearity == "identity":
        experiment = experiment.replace(nonlinearity="tanh")  # torch has no linear RNN
    same_run(trace(experiment, data, parameters), fused(experiment, data, parameters))


@given(cases(held=True))
@settings(max_examples=75, deadline=None)
def test_held_gates_run_and_cut_the_gradient_as_in_the_open_loop(case: Case) -> None:
    assert case[0].hold
    same_run(trace(*case), looped(*case))


@given(cases(truncated=True))
@settings(max_examples=80, deadline=None)
def test_truncation_equals_losses_one_by_one_with_detached_states(case: Case) -> None:
    same_run(trace(*case), looped(*case))


@given(cases(cells=("gru", "lstm"), truncated=True, held=True))
@settings(max_examples=40, deadline=None)
def test_truncation_and_held_gates_together(case: Case) -> None:
    same_run(trace(*case), looped(*case))


def test_a_vanishing_gradient_keeps_its_digits_at_every_step() -> None:
    """Nine digits relative to each row, though 80 steps of tanh shrink the gradient by dozens of decades."""
    for cell in ("rnn", "gru", "lstm"):
        data = random_inputs("symbols", 80, 3, 4, seed=1)
        experiment = Experiment(cell=cell, hidden_size=5, loss="last")
        parameters = random_parameters(experiment, 3, 4, seed=2, scale=0.4)
        ours, theirs = trace(experiment, data, parameters), looped(experiment, data, parameters)
        norms = np.linalg.norm(theirs.dh["l0"], axis=1)
        assert norms[0] < 1e-6 * norms[-1]
        for t in range(80):
            same(ours.layers["l0"].dh[t], theirs.dh["l0"][t], f"{cell}, step {t}")


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
def test_total_gradients_equal_a_loop_over_torchs_own_cells(name: str) -> None:
    """In a loop over cells, unlike in a fused module, ``retain_grad`` gives the totals.

    Of c only on a CPU and with a batch axis: a fused kernel, or the squeezing of that axis, returns another tensor
    than the one that h_t is made of, and the path through h_t is missing.
    """
    experiment = Experiment(cell=name, hidden_size=5, loss="last")
    data = random_inputs("symbols", 6, 3, 4, seed=3)
    parameters = random_parameters(experiment, 3, 4, seed=4)
    ours = trace(experiment, data, parameters).layers["l0"]
    cell = getattr(torch.nn, f"{name.upper()}Cell")(3, 5, dtype=torch.float64)
    cell.load_state_dict({kind: torch.tensor(parameters[f"{kind}_l0"]) for kind, _ in cell.named_parameters()})
    state, watched = None, []
    for x in torch.tensor(data.inputs)[:, None]:
        state = cell(x, state)
        watched.append(state if name == "lstm" else (state,))
        for part in watched[-1]:
            part.retain_grad()
    output = torch.tensor(parameters["weight_ho"]) @ watched[-1][0][0] + torch.tensor(parameters["bias_o"])
    torch.nn.functional.cross_entropy(output, torch.tensor(data.targets[-1])).backward()
    for mine, theirs in zip((ours.dh, ours.dc), zip(*watched, strict=True), strict=False):
        same(mine, np.array([gradient(part)[0] for part in theirs]), name)
