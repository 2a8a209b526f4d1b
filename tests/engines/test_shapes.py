"""Every shape, in both engines, is what torch makes of its definition written out: values and all gradients to 1e-9."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import nn
from torch.nn import functional as F

from rnnviz.checks import ExperimentError
from rnnviz.engines import numpy_engine, torch_engine
from rnnviz.experiment import ATTENTIONS, CONTEXTS, DECODERS, Experiment
from rnnviz.trace import Array, Trace
from tests.engines.draws import (
    Case,
    other_shapes,
    random_inputs,
    random_parameters,
    translation_inputs,
    translations,
)
from tests.engines.shape_oracle import Answer, answer
from tests.engines.test_autograd import same
from tests.engines.test_differences import differences

ENGINES = {"numpy": numpy_engine.trace, "torch": torch_engine.trace}


def same_rows(ours: Array, theirs: Array, what: str, rounding: float = 0.0) -> None:
    """Assert that two arrays are NaN at the same places and agree elsewhere."""
    assert ours.shape == theirs.shape, what
    assert (np.isnan(ours) == np.isnan(theirs)).all(), what
    same(np.nan_to_num(ours), np.nan_to_num(theirs), what, rounding)


def same_run(ours: Trace, theirs: Answer) -> None:
    """Assert that a trace agrees with torch in all that torch's answer has."""
    same_rows(ours.outputs, theirs.outputs, "outputs")
    same(ours.losses, theirs.losses, "losses")
    assert list(ours.parameter_grads) == list(ours.parameters) == list(theirs.grads)
    largest = max(np.nanmax(np.abs(rows), initial=0) for rows in (*theirs.dh.values(), *theirs.grads.values()))
    rounding = 1e-13 * largest  # what cancels in a sum leaves rounding of its terms' size
    for name, grad in theirs.grads.items():
        same(ours.parameter_grads[name], grad, f"gradient of {name}", rounding)
    for quantity, layer in itertools.product(("h", "c", "dh", "dc"), ours.layers):
        rows = getattr(theirs, quantity).get(layer)
        if rows is not None:
            slack = rounding if quantity.startswith("d") else 0.0
            same_rows(getattr(ours.layers[layer], quantity), rows, f"{quantity} of {layer}", slack)
    assert set(theirs.h) == set(ours.layers)
    assert (ours.layers["l0"].c is not None) == bool(theirs.c)


@given(other_shapes())
@settings(max_examples=60, deadline=None)
def test_one_network_of_any_shape_equals_torch(case: Case) -> None:
    theirs = answer(*case)
    for trace in ENGINES.values():
        same_run(trace(*case), theirs)


@given(translations())
@settings(max_examples=80, deadline=None)
def test_an_encoder_and_its_decoder_equal_torch(case: Case) -> None:
    theirs = answer(*case)
    for trace in ENGINES.values():
        ours = trace(*case)
        same_run(ours, theirs)
        same_bridge(ours, theirs)
        starts_the_way_back(ours)


def same_bridge(ours: Trace, theirs: Answer) -> None:
    assert ours.bridge is not None
    assert list(ours.bridge.context) == list(ours.bridge.d_context) == list(theirs.d_context)
    for level, grad in theirs.d_context.items():
        same(ours.bridge.d_context[level], grad, f"gradient of the context of {level}", 1e-13)
    if len(theirs.alpha):
        assert ours.bridge.attention is not None
        same(ours.bridge.attention, theirs.alpha, "attention")
        np.testing.assert_allclose(ours.bridge.attention.sum(axis=1), 1)


def starts_the_way_back(ours: Trace) -> None:
    """At the step where a top layer's way back begins, nothing but ``dtop`` reaches its h."""
    experiment, sources = ours.experiment, ours.segments[1].start
    top, hidden = f"l{experiment.num_layers - 1}", experiment.hidden_size
    assert (ours.layers[top].dh[-1] == ours.dtop[-1, :hidden]).all()
    same(ours.dtop[sources - 1, :hidden], ours.layers[top].dh[sources - 1], "the encoder's last step")
    assert not ours.dtop[sources:, hidden:].any()
    if experiment.bidirectional:
        same(ours.dtop[0, hidden:], ours.layers[f"{top}_reverse"].dh[0], "the reverse layer's last step")


@given(translations(held=True))
@settings(max_examples=30, deadline=None)
def test_holds_span_the_encoders_steps_and_then_the_decoders(case: Case) -> None:
    theirs = answer(*case)
    for trace in ENGINES.values():
        same_run(trace(*case), theirs)


@pytest.mark.parametrize(("told", "decoder", "attention"), [*itertools.product(CONTEXTS, DECODERS, ATTENTIONS)])
def test_each_context_works_with_each_decoder_and_each_attention(told: str, decoder: str, attention: str) -> None:
    """Against the equations, over every cell; and the gradient against differences of the loss, which know none."""
    for cell in ("rnn", "gru", "lstm"):
        experiment = Experiment(
            shape="encoder_decoder",
            cell=cell,
            hidden_size=2,
            num_layers=2,
            context=told,
            decoder=decoder,
            attention=attention,
        )
        data = translation_inputs("symbols", 3, 2, 2, 3, seed=1)
        parameters = random_parameters(experiment, 2, 3, seed=2)
        theirs = answer(experiment, data, parameters)
        for trace in ENGINES.values():
            same_run(trace(experiment, data, parameters), theirs)
    grads = numpy_engine.trace(experiment, data, parameters).parameter_grads
    for name in [name for name in parameters if name.startswith(("context", "attention", "decoder.bias_ih_l0"))]:
        expected = differences(experiment, data, parameters, name)
        np.testing.assert_allclose(grads[name], expected, rtol=1e-6, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
def test_an_encoder_and_its_decoder_equal_torchs_modules(name: str) -> None:
    """``nn.LSTM`` reads, another begins with its last states, and dot attention is torch's own."""
    experiment = Experiment(
        shape="encoder_decoder", cell=name, hidden_size=4, num_layers=2, decoder="state", attention="dot"
    )
    data = translation_inputs("symbols", 6, 5, 3, 4, seed=3)
    parameters = random_parameters(experiment, 3, 4, seed=4)
    ours = torch_engine.trace(experiment, data, parameters)
    encoder, decoder = (module_of(name, width, parameters, part) for width, part in ((3, "encoder"), (1, "decoder")))
    mix, readout = nn.Linear(8, 4).double(), nn.Linear(4, 4).double()
    load(mix, parameters["attention.weight"], parameters["attention.mix_bias"])
    load(readout, parameters["weight_ho"], parameters["bias_o"])
    memory, state = encoder(torch.tensor(data.inputs[:6, :3])[None])
    h, _ = decoder(torch.zeros(1, 5, 1, dtype=torch.float64), state)
    attended = F.scaled_dot_product_attention(h, memory, memory, scale=1.0)
    outputs = readout(torch.tanh(mix(torch.cat([h, attended], dim=-1))))[0]
    losses = F.cross_entropy(outputs, torch.tensor(data.targets[6:]), reduction="none")
    losses.sum().backward()
    same(ours.outputs[6:], outputs.detach().numpy(), "outputs")
    same(ours.losses[6:], losses.detach().numpy(), "losses")
    theirs: dict[str, torch.Tensor] = {f"encoder.{kind}": value for kind, value in encoder.named_parameters()}
    theirs |= {f"decoder.{kind}": value for kind, value in decoder.named_parameters() if kind != "weight_ih_l0"}
    theirs |= {"attention.weight": mix.weight, "bias_o": readout.bias}
    for kind, value in theirs.items():
        same(ours.parameter_grads[kind], grad_of(value), kind, 1e-14)


def grad_of(value: torch.Tensor) -> Array:
    assert value.grad is not None
    return value.grad.numpy()


def module_of(name: str, width: int, parameters: dict[str, Array], part: str) -> nn.Module:
    """Return torch's own layers with the weights of one part; one that reads nothing reads zeros."""
    module = getattr(nn, name.upper())(width, 4, 2, batch_first=True, dtype=torch.float64)
    own = {kind: torch.tensor(parameters[f"{part}.{kind}"]) for kind, _ in module.named_parameters()}
    if not own["weight_ih_l0"].shape[1]:
        own["weight_ih_l0"] = torch.zeros_like(module.weight_ih_l0)
    module.load_state_dict(own)
    return module


def load(module: nn.Linear, weight: Array, bias: Array) -> None:
    module.load_state_dict({"weight": torch.tensor(weight), "bias": torch.tensor(bias)})


def test_a_perceptron_equals_torchs_modules() -> None:
    """One to one is a feed-forward network: ``nn.Sequential`` has the same numbers, and no recurrent weight exists."""
    experiment = Experiment(shape="one_to_one", cell="rnn", hidden_size=5, num_layers=2)
    data = random_inputs("symbols", 1, 3, 4, seed=1)
    parameters = random_parameters(experiment, 3, 4, seed=2)
    assert not [name for name in parameters if "_hh_" in name]
    layers = [nn.Linear(*shape).double() for shape in ((3, 5), (5, 5), (5, 4))]
    for layer, weight in zip(layers, ("ih_l0", "ih_l1", "ho"), strict=True):
        load(layer, parameters[f"weight_{weight}"], parameters[f"bias_{weight.removeprefix('h')}"])
    module = nn.Sequential(layers[0], nn.Tanh(), layers[1], nn.Tanh(), layers[2])
    outputs = module(torch.tensor(data.inputs))
    F.cross_entropy(outputs, torch.tensor(data.targets)).backward()
    for trace in ENGINES.values():
        ours = trace(experiment, data, parameters)
        same(ours.outputs, outputs.detach().numpy(), "outputs")
        same(ours.parameter_grads["weight_ih_l0"], grad_of(layers[0].weight), "first layer")
        squares = [own.grad.square().sum().item() for own in module.parameters() if own.grad is not None]
        assert ours.grad_norm == pytest.approx(np.sqrt(sum(squares)))


# Truncation


@pytest.mark.parametrize("readout", ["last", "mean", "max"])
@pytest.mark.parametrize("truncate", [1, 3])
def test_an_answer_given_once_reaches_back_as_far_as_it_may(readout: str, truncate: int) -> None:
    """The states that are too far away are cut off; the others get what they get where nothing is truncated."""
    whole = Experiment(shape="many_to_one", cell="lstm", hidden_size=3, readout=readout)
    data = random_inputs("numbers", 6, 2, 2, seed=1)
    data.targets[:-1] = np.nan
    parameters = random_parameters(whole, 2, 2, seed=2)
    for trace in ENGINES.values():
        full = trace(whole, data, parameters).layers["l0"]
        ours = trace(whole.replace(truncate=truncate), data, parameters)
        near = 6 - 1 - truncate
        same(ours.layers["l0"].dh[near:], full.dh[near:], "near")
        assert not ours.layers["l0"].dh[:near].any()
        read = np.asarray(ours.dtop.any(axis=1))
        assert read[-1] and read.sum() == 1 if readout == "last" else read.sum() > 1
        assert read.all() == (readout == "mean")
        dc = ours.layers["l0"].dc
        assert dc is not None  # a bias of the candidate: Σ_t da_g over the steps that count
        g, i = (ours.layers["l0"].gates[gate] for gate in "gi")
        same(ours.parameter_grads["bias_ih_l0"][6:9], (dc * i * (1 - g**2)).sum(axis=0), "bias")


def test_the_part_of_each_loss_is_told_where_one_loss_reads_many_states() -> None:
    data = random_inputs("numbers", 5, 2, 2, seed=1)
    for readout, both in itertools.product(("last", "mean", "max"), (False, True)):
        experiment = Experiment(shape="many_to_one", hidden_size=3, readout=readout, bidirectional=both)
        ours = numpy_engine.trace(experiment, data, random_parameters(experiment, 2, 2, seed=2))
        assert ours.answered == "once"
        if readout == "last" and not both:
            assert ours.dtop_by_loss is None and ours.dtop[-1].all() and not ours.dtop[:-1].any()
        else:
            assert ours.dtop_by_loss is not None
            assert (ours.dtop_by_loss[-1] == ours.dtop).all() and not ours.dtop_by_loss[:-1].any()


def test_an_encoder_and_its_decoder_refuse_to_be_truncated() -> None:
    with pytest.raises(ExperimentError, match="truncate"):
        Experiment(shape="encoder_decoder", truncate=2)


# What a trace tells


def test_a_trace_tells_the_two_networks_apart() -> None:
    experiment = Experiment(shape="encoder_decoder", cell="lstm", hidden_size=3, bidirectional=True, num_layers=2)
    data = translation_inputs("symbols", 4, 3, 2, 5, seed=1)
    ours = numpy_engine.trace(experiment, data, random_parameters(experiment, 2, 5, seed=2))
    encoder, decoder = ours.segments
    assert (encoder.name, encoder.start, encoder.stop, encoder.width) == ("encoder", 0, 4, 2)
    assert (decoder.name, decoder.start, decoder.stop, decoder.width) == ("decoder", 4, 7, 5 + 6)
    assert encoder.layers == ("l0", "l0_reverse", "l1", "l1_reverse") and decoder.layers == ("l0", "l1")
    read = ours.layers["l0"].x
    assert read.shape == (7, 11) and not read[:4, 2:].any()
    assert (read[4:, :5] == data.inputs[4:]).all()
    assert ours.bridge is not None and (read[4:, 5:] == ours.bridge.context["l1"]).all()
    reverse = ours.layers["l0_reverse"]
    told = reverse.h, reverse.c, reverse.dh, reverse.dc, reverse.x, reverse.gates["f"], reverse.preactivations["o"]
    for rows in told:
        assert rows is not None and np.isnan(rows[4:]).all() and np.isfinite(rows[:4]).all()
    assert np.isnan(ours.outputs[:4]).all() and np.isfinite(ours.outputs[4:]).all()
    assert ours.first_nonfinite_step is None


@pytest.mark.parametrize("shape", ["encoder_decoder", "many_to_one"])
def test_a_clipped_gradient_has_the_norm_that_was_asked_for(shape: str) -> None:
    experiment = Experiment(shape=shape, hidden_size=3)
    data = translation_inputs("symbols", 4, 3, 2, 3, seed=1)
    if shape == "many_to_one":
        data = dataclasses.replace(data, sources=0)
    parameters = random_parameters(experiment, data.read, 3, seed=2)
    for trace in ENGINES.values():
        free = trace(experiment, data, parameters)
        ours = trace(experiment.replace(clip=free.grad_norm / 2), data, parameters)
        assert ours.grad_norm == free.grad_norm
        for name, grad in ours.parameter_grads.items():
            np.testing.assert_allclose(grad, free.parameter_grads[name] / 2)


def test_float32_leaves_its_digits_and_no_more() -> None:
    experiment = Experiment(shape="encoder_decoder", hidden_size=4, attention="additive", num_layers=2)
    data = translation_inputs("symbols", 5, 4, 2, 3, seed=1)
    parameters = random_parameters(experiment, 2, 3, seed=2)
    exact, rough = (torch_engine.trace(experiment, data, parameters, dtype) for dtype in ("float64", "float32"))
    np.testing.assert_allclose(rough.outputs, exact.outputs, rtol=1e-4, atol=1e-5)
    assert (rough.outputs[5:] != exact.outputs[5:]).any()
    assert all((layer.h[:5] == layer.h[:5].astype(np.float32)).all() for layer in rough.layers.values())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("forcing", [0.0, 1.0])
def test_what_explodes_is_carried_into_the_trace(engine: str, forcing: float) -> None:
    experiment = Experiment(
        shape="encoder_decoder", cell="rnn", nonlinearity="identity", hidden_size=3, attention="dot", forcing=forcing
    )
    data = translation_inputs("symbols", 4, 3, 2, 3, seed=1)
    parameters = random_parameters(experiment, 2, 3, seed=2, scale=1e120)
    ours = ENGINES[engine](experiment, data, parameters)
    assert ours.first_nonfinite_step == 2
