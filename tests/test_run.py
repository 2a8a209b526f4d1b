"""`run` puts inputs, weights and engine together, and answers what does not fit with one sentence."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

from rnnviz import Experiment, ExperimentError, Hold, run
from rnnviz.experiment import NETWORKS, TASKS
from rnnviz.networks.handmade import handmade
from rnnviz.trace import Trace

SMALL = Experiment(cell="gru", hidden_size=2, text="abc")


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(),
        Experiment(text="one two one", tokens="words", cell="rnn"),
        Experiment(series=(1.0, 2.0, 4.0), cell="gru", num_layers=2, bidirectional=True),
        *[Experiment(task=task, length=9) for task in TASKS],
        *[Experiment(network=network, length=9) for network in NETWORKS],
    ],
    ids=str,
)
def test_every_kind_of_input_runs(experiment: Experiment) -> None:
    trace = run(experiment)
    assert trace.steps == len(trace.inputs) == len(trace.outputs) == len(trace.losses) > 0
    assert np.isfinite(trace.losses).all()
    assert list(trace.layers) == list(trace.experiment.layer_names)
    assert trace.first_nonfinite_step is None


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(shape="one_to_one", cell="rnn", task="sine", length=9),
        Experiment(shape="one_to_many", feed="every", text="hello"),
        Experiment(shape="many_to_one", readout="max", series=(1.0, 2.0, 4.0), bidirectional=True),
        Experiment(shape="encoder_decoder", text="hello", target="olleh", attention="dot"),
        Experiment(shape="encoder_decoder", text="one two", tokens="words", forcing=0.0, beam=2),
        Experiment(shape="encoder_decoder", task="sine", length=9, decoder="state", cell="gru", num_layers=2),
        Experiment(shape="encoder_decoder", text="a", decoder="input", bidirectional=True),
    ],
    ids=str,
)
def test_every_shape_runs(experiment: Experiment, engine: str) -> None:
    trace = run(experiment, engine)
    assert trace.steps == len(trace.inputs) == len(trace.outputs) == len(trace.losses) == len(trace.targets) > 0
    assert trace.losses.sum() > 0 and trace.first_nonfinite_step is None
    assert list(trace.layers) == list(experiment.layer_names)
    assert list(trace.parameter_grads) == list(trace.parameters)
    again = run(experiment, engine, parameters=trace.parameters)
    assert again.outputs.tobytes() == trace.outputs.tobytes()


def test_weights_of_another_shape_are_named() -> None:
    translated = Experiment(shape="encoder_decoder", text="abc")
    with pytest.raises(ExperimentError, match="weight_ih_l0.*encoder.weight_ih_l0"):
        run(translated, parameters=run(Experiment(text="abc")).parameters)
    with pytest.raises(ExperimentError, match="attention.weight"):
        run(translated.replace(attention="dot"), parameters=run(translated).parameters)


def test_the_seed_and_nothing_else_decides_the_bits() -> None:
    def bits(trace: Trace) -> bytes:
        return b"".join(grad.tobytes() for grad in trace.parameter_grads.values())

    assert bits(run(SMALL)) == bits(run(Experiment(cell="gru", hidden_size=2, text="abc")))
    assert bits(run(SMALL)) != bits(run(SMALL.replace(seed=1)))


def test_a_hand_built_network_decides_cell_and_sizes_and_the_trace_says_so() -> None:
    asked = Experiment(network="parity", length=7, cell="gru", hidden_size=99, bidirectional=True, init="classic")
    network, trace = handmade("parity"), run(asked)
    assert trace.experiment.cell == network.cell
    assert trace.experiment.hidden_size == trace.layers["l0"].h.shape[1] == network.hidden_size
    assert trace.experiment.network == "parity"
    assert trace.steps == 7
    for name, value in network.parameters().items():
        assert (trace.parameters[name] == value).all()


def test_holds_are_checked_against_the_hand_built_network() -> None:
    network = handmade("parity")
    with pytest.raises(ExperimentError, match="hold"):
        run(Experiment(network="parity", hold=(Hold("f", 1.0, unit=network.hidden_size + 50),)))


# Weights of one's own


def test_weights_of_a_trace_give_the_trace_again() -> None:
    trace = run(SMALL)
    again = run(SMALL.replace(seed=5, init="classic"), parameters=trace.parameters)
    assert again.outputs.tobytes() == trace.outputs.tobytes()


def test_a_state_dict_of_torch_will_do() -> None:
    module, readout = torch.nn.GRU(3, 2), torch.nn.Linear(2, 4)
    given = {**module.state_dict(), "weight_ho": readout.weight.detach(), "bias_o": readout.bias.tolist()}
    trace = run(SMALL, parameters=given)
    with torch.no_grad():
        theirs = readout(module(torch.tensor(trace.inputs, dtype=torch.float32))[0])
    np.testing.assert_allclose(trace.outputs, theirs, atol=1e-6)
    assert all(value.dtype == np.float64 for value in trace.parameters.values())


def test_given_weights_are_copied() -> None:
    given = {name: value.copy() for name, value in run(SMALL).parameters.items()}
    trace = run(SMALL, parameters=given)
    given["weight_ho"][:] = 7
    assert not (trace.parameters["weight_ho"] == 7).any()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"bias_o": None}, "parameters lacks 'bias_o', which must be of shape (4,)."),
        (
            {"weight_hh_l0": np.zeros((2, 6))},
            "parameters has a 'weight_hh_l0' of shape (2, 6), but here it must be of shape (6, 2).",
        ),
        (
            {"bias_ih_l0": "zero"},
            "parameters has a 'bias_ih_l0' that is not an array of numbers; it must be one of shape (6,).",
        ),
        (
            {"bias_o": np.zeros(4) + 1j},
            "parameters has a 'bias_o' that is not an array of numbers; it must be one of shape (4,).",
        ),
        (
            {"bias_ih_l0": [1, [2]]},
            "parameters has a 'bias_ih_l0' that is not an array of numbers; it must be one of shape (6,).",
        ),
        (
            {"weight_ih_l1": np.zeros(1)},
            "parameters has 'weight_ih_l1', but this network has weight_ih_l0, weight_hh_l0, ",
        ),
        ({3: np.zeros(1)}, "parameters has 3, but this network has weight_ih_l0, "),
    ],
)
def test_weights_that_do_not_fit_are_named_with_both_shapes(change: dict, sentence: str) -> None:
    given = {**run(SMALL).parameters, **change}
    with pytest.raises(ExperimentError) as caught:
        run(SMALL, parameters={name: value for name, value in given.items() if value is not None})
    assert str(caught.value).startswith(sentence)
    assert caught.value.field == "parameters"


@pytest.mark.parametrize("given", [5, "weights", [("bias_o", np.zeros(4))], object()])
def test_weights_that_are_no_mapping_are_answered_with_a_sentence(given: object) -> None:
    with pytest.raises(ExperimentError, match="must be a mapping from names to arrays"):
        run(SMALL, parameters=given)


def test_a_masked_number_is_none() -> None:
    masked = np.ma.masked_array(np.zeros(4), [True, False, False, False])
    with pytest.raises(ExperimentError, match="bias_o"):
        run(SMALL, parameters={**run(SMALL).parameters, "bias_o": masked})


def test_a_gain_beyond_measure_makes_what_is_not_finite_visible() -> None:
    trace = run(Experiment(cell="rnn", nonlinearity="relu", init="normal", gain=1.7e308, text="hello"))
    assert np.isinf(trace.parameters["weight_hh_l0"]).any()
    assert trace.first_nonfinite_step == 0  # an infinite weight times the zero of the initial state


def test_a_tensor_that_still_requires_grad_is_answered_with_a_sentence_too() -> None:
    given = {**run(SMALL).parameters, "bias_o": torch.zeros(4, requires_grad=True)}
    with pytest.raises(ExperimentError, match="bias_o"):
        run(SMALL, parameters=given)


def test_weights_that_are_not_finite_stay_visible() -> None:
    given = {**run(SMALL).parameters, "bias_o": np.array([np.nan, 0, 0, 0])}
    assert run(SMALL, parameters=given).first_nonfinite_step == 0


def test_the_signature_is_the_public_one() -> None:
    assert list(inspect.signature(run).parameters) == ["experiment", "engine", "parameters", "dtype"]
