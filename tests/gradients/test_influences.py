"""What an output owes to each input: central differences of the whole network, and torch's own modules."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import nn

from rnnviz import Experiment, ExperimentError, gradients, run
from rnnviz.engines.numpy_engine import trace
from rnnviz.initial import initial_parameters
from rnnviz.trace import Array, Trace
from tests.engines.draws import Case, cases, given_inputs, random_inputs, random_parameters

STEP = 1e-5


def differences(case: Case) -> Array:
    """Return ∂y_t/∂x_s, (T, T, O, D), by central differences."""
    experiment, data, parameters = case
    found = np.zeros((len(data.labels), *data.inputs.shape, trace(*case).outputs.shape[1]))
    for s, d in np.ndindex(data.inputs.shape):
        outputs = []
        for sign in (1, -1):
            moved = data.inputs.copy()
            moved[s, d] += sign * STEP
            outputs.append(trace(experiment, dataclasses.replace(data, inputs=moved), parameters).outputs)
        found[:, s, d] = (outputs[0] - outputs[1]) / (2 * STEP)
    return found.swapaxes(2, 3)


@given(cases(truncated=True).filter(lambda case: case[0].nonlinearity != "relu"))
@settings(max_examples=40, deadline=None)
def test_influence_is_what_a_small_change_of_an_input_does(case: Case) -> None:
    found, expected = trace(*case), differences(case)
    size = np.abs(expected).max()
    for norm, order in (("2", 2), ("fro", "fro")):
        norms = np.linalg.norm(expected, order, axis=(2, 3))
        np.testing.assert_allclose(gradients.influence(found, norm), norms, rtol=5e-5, atol=1e-7 * size + 1e-9)
    for k in range(expected.shape[2]):
        norms = np.linalg.norm(expected[:, :, k], axis=2)
        np.testing.assert_allclose(gradients.connectivity(found, k), norms, rtol=1e-5, atol=1e-7 * size + 1e-9)


@given(cases(cells=("gru", "lstm"), held=True))
@settings(max_examples=20, deadline=None)
def test_through_held_gates_nothing_passes(case: Case) -> None:
    found, expected = trace(*case), differences(case)
    norms = np.linalg.norm(expected, "fro", axis=(2, 3))
    np.testing.assert_allclose(gradients.influence(found, "fro"), norms, rtol=1e-5, atol=1e-7 * norms.max() + 1e-9)


def test_influence_equals_autograd_through_torchs_own_modules() -> None:
    experiment = Experiment(cell="lstm", hidden_size=4, num_layers=2, bidirectional=True)
    data = random_inputs("symbols", 6, 3, 5, seed=1)
    parameters = random_parameters(experiment, 3, 5, seed=2)
    module = nn.LSTM(3, 4, 2, bidirectional=True, dtype=torch.float64)
    module.load_state_dict({name: torch.tensor(parameters[name]) for name, _ in module.named_parameters()})

    def outputs(x: torch.Tensor) -> torch.Tensor:
        return module(x)[0] @ torch.tensor(parameters["weight_ho"]).T

    jacobian = torch.autograd.functional.jacobian(outputs, torch.tensor(data.inputs)).numpy().swapaxes(1, 2)
    found = trace(experiment, data, parameters)
    expected = np.linalg.norm(jacobian, "fro", axis=(2, 3))
    np.testing.assert_allclose(gradients.influence(found, "fro"), expected, rtol=1e-9)
    np.testing.assert_allclose(gradients.influence(found), np.linalg.norm(jacobian, 2, axis=(2, 3)), rtol=5e-5)


def test_each_step_may_ask_for_an_answer_of_its_own() -> None:
    found = run(Experiment(cell="gru", text="hello"))
    each = gradients.connectivity(found, found.targets.tolist())
    for t, k in enumerate(found.targets):
        np.testing.assert_allclose(each[t], gradients.connectivity(found, int(k))[t], rtol=1e-12)
    assert (each[np.triu_indices(5, 1)] == 0).all()  # what comes later has no part


def test_a_very_small_influence_is_no_zero() -> None:
    experiment = Experiment(cell="rnn", nonlinearity="identity", init="orthogonal", gain=0.1, hidden_size=1)
    data = given_inputs(np.zeros((300, 1)), np.ones((300, 1)))
    found = gradients.influence(trace(experiment, data, initial_parameters(experiment, 1, 1)))
    np.testing.assert_allclose(found[-1], found[-1, -1] * 0.1 ** np.arange(299, -1, -1), rtol=1e-10)
    assert (found[np.tril_indices(300)] > 0).all()


@pytest.mark.parametrize("k", [-1, 5, 1.5, "l"])
def test_an_output_that_there_is_not_is_answered_with_those_there_are(k: object) -> None:
    with pytest.raises(ExperimentError, match=r"^k is .*, but the outputs are numbered 0 to 4\.$"):
        gradients.connectivity(run(Experiment(text="hello")), k)


def without_readout() -> Trace:
    found = run(Experiment(text="hello"))
    kept = {name: value for name, value in found.parameters.items() if name not in ("weight_ho", "bias_o")}
    return dataclasses.replace(found, parameters=kept)


def test_a_module_without_a_linear_head_has_no_way_from_output_to_input() -> None:
    for ask in (
        gradients.influence,
        lambda found: gradients.connectivity(found, 0),
        lambda found: gradients.expansion(found, 1),
    ):
        with pytest.raises(ExperimentError, match="no linear readout"):
            ask(without_readout())


# The nested form


def test_an_answer_is_the_nest_of_functions_that_the_texts_write() -> None:
    found = run(Experiment(cell="rnn", text="hello"))
    assert gradients.expansion(found, 2).text == ("y_3 = g(W_ho f(W_ih x_3 + W_hh f(W_ih x_2 + W_hh f(W_ih x_1))))")
    assert gradients.expansion(found, 4, depth=2).text == "y_5 = g(W_ho f(W_ih x_5 + W_hh f(W_ih x_4 + W_hh …)))"
    assert gradients.expansion(found, 0).text == "y_1 = g(W_ho f(W_ih x_1))"
    gated = run(Experiment(cell="lstm", text="hello", num_layers=2, residual=True))
    assert gradients.expansion(gated, 1).text == "y_2 = g(W_ho (LSTM(h¹_2, LSTM(h¹_1, 0)) + h¹_2))"
    both = run(Experiment(cell="gru", text="abc", bidirectional=True))
    assert gradients.expansion(both, 1).text == "y_2 = g(W_ho [GRU(x_2, GRU(x_1, 0)); GRU(x_2, GRU(x_3, 0))])"


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_linear_network_without_biases_is_the_sum_of_what_its_inputs_contribute(bidirectional: bool) -> None:
    experiment = Experiment(
        cell="rnn",
        nonlinearity="identity",
        init="orthogonal",
        num_layers=2,
        residual=True,
        bidirectional=bidirectional,
        text="every past input",
    )
    found = run(experiment)
    for t in (0, 7, found.steps - 1):
        parts = gradients.expansion(found, t)
        np.testing.assert_allclose(parts.contributions.sum(axis=0), found.outputs[t], rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(parts.rest, 0, atol=1e-13)
        np.testing.assert_allclose(parts.norms, np.linalg.norm(parts.contributions, axis=1), rtol=1e-12)


def test_a_contribution_is_the_jacobian_times_the_input() -> None:
    experiment = Experiment(cell="lstm", hidden_size=3)
    case = experiment, random_inputs("numbers", 5, 2, 3, seed=1), random_parameters(experiment, 2, 3, seed=2)
    jacobians, parts = differences(case), gradients.expansion(trace(*case), 3)
    np.testing.assert_allclose(
        parts.contributions, np.einsum("sod,sd->so", jacobians[3], case[1].inputs), rtol=1e-6, atol=1e-9
    )
    np.testing.assert_allclose(parts.rest, trace(*case).outputs[3] - parts.contributions.sum(axis=0), rtol=1e-12)
    assert (parts.contributions[4] == 0).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5,), r"^t is 5, but the steps are numbered 0 to 4\.$"),
        ((-1,), r"^t is -1, but"),
        ((1, 0), r"^depth is 0, but"),
    ],
)
def test_steps_and_depths_that_do_not_exist_are_refused(arguments: tuple[int, ...], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        gradients.expansion(run(Experiment(text="hello")), *arguments)
