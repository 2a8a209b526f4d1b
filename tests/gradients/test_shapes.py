"""Networks of the other shapes: their gradients by autograd, along the same open loop with another input or readout."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from torch import Tensor

from rnnviz import Experiment, ExperimentError, gradients, run
from rnnviz.engines.numpy_engine import trace
from rnnviz.gradients.facts import facts_of
from rnnviz.gradients.lengths import cut_short
from rnnviz.trace import Array, Trace
from tests.engines.draws import Case, random_inputs, random_parameters
from tests.engines.oracle import States, _layer


@st.composite
def answers_once(draw: DrawFn, truncated: bool = False) -> Case:
    """Draw a network of many to one, with its one target at the last step."""
    steps, seed = draw(st.integers(1, 7)), draw(st.integers(0, 2**32 - 1))
    experiment = Experiment(
        shape="many_to_one",
        readout=draw(st.sampled_from(("last", "mean", "max"))),
        cell=draw(st.sampled_from(("rnn", "gru", "lstm"))),
        hidden_size=draw(st.integers(1, 4)),
        num_layers=draw(st.integers(1, 3)),
        bidirectional=draw(st.booleans()),
        residual=draw(st.booleans()),
        truncate=draw(st.integers(1, steps)) if truncated else None,
    )
    data = random_inputs(draw(st.sampled_from(("symbols", "numbers"))), steps, 3, 2, seed)
    targets = data.targets.copy()
    targets[:-1] = -1 if data.kind == "symbols" else np.nan
    return experiment, dataclasses.replace(data, targets=targets), random_parameters(experiment, 3, 2, seed)


def once(case: Case) -> tuple[dict[str, States], list[Tensor], Tensor]:
    """Return the states, the inputs and the one answer of an open loop."""
    experiment, data, parameters = case
    weights = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    x = [torch.tensor(row, requires_grad=True) for row in data.inputs]
    below, layers, hidden = list(x), {}, experiment.hidden_size
    for level in range(experiment.num_layers):
        names = [name for name in experiment.layer_names if name.removesuffix("_reverse") == f"l{level}"]
        outs = []
        for name in names:
            layers[name], out = _layer(experiment, name, weights, below, None)
            outs.append(out)
        given = [torch.cat([out[t] for out in outs]) for t in range(len(x))]
        skip = experiment.residual and level > 0
        below = [h + read for h, read in zip(given, below, strict=True)] if skip else given
    top = torch.stack(below)
    last = torch.cat([top[-1, :hidden], top[0, hidden:]])
    pooled = {"last": last, "mean": top.mean(dim=0), "max": top.max(dim=0).values}[experiment.readout]
    return layers, x, weights["weight_ho"] @ pooled + weights["bias_o"]


def loss_of(case: Case, answer: Tensor) -> Tensor:
    _, data, _ = case
    target = torch.tensor(data.targets[-1])
    if data.kind == "symbols":
        return torch.nn.functional.cross_entropy(answer, target)
    return torch.nn.functional.mse_loss(answer, target)


def by(of: Tensor, each: list[Tensor]) -> Array:
    parts = torch.autograd.grad(of, each, retain_graph=True, allow_unused=True)
    return np.array([np.zeros(len(at)) if part is None else part.numpy() for at, part in zip(each, parts, strict=True)])


@given(answers_once())
@settings(max_examples=40, deadline=None)
def test_the_one_loss_of_an_answer_reaches_each_state_as_autograd_says(case: Case) -> None:
    found = trace(*case)
    layers, x, answer = once(case)
    loss, steps = loss_of(case, answer), found.steps
    size = max(np.abs(layer.dh).max() for layer in found.layers.values()) + 1e-300
    for name, states in layers.items():
        for state, kept in (("h", states.h), ("c", states.c)):
            if not kept:
                continue
            theirs = by(loss, [kept[t] for t in range(steps)])
            vectors = gradients.itemised_vectors(found, name, state)
            assert not vectors[:-1].any()
            assert np.abs(vectors[-1] - theirs).max() <= 1e-9 * size
            sizes = np.linalg.norm(theirs, axis=1)
            np.testing.assert_allclose(gradients.itemised(found, name, state)[-1], sizes, rtol=1e-9, atol=1e-12 * size)
            np.testing.assert_allclose(gradients.norms(found, name, state), sizes, rtol=1e-9, atol=1e-12 * size)
            totals = 10.0 ** gradients.log10_totals(found, name, state)
            np.testing.assert_allclose(totals, sizes, rtol=1e-9, atol=1e-12 * size)
    influence = gradients.influence(found, "fro")
    assert np.isnan(influence[:-1]).all()
    wanted = np.linalg.norm([by(y, x) for y in answer], axis=(0, 2))
    np.testing.assert_allclose(influence[-1], wanted, rtol=1e-9, atol=1e-12)
    whole = gradients.expansion(found, steps - 1)
    np.testing.assert_allclose(whole.contributions.sum(axis=0) + whole.rest, found.outputs[-1], rtol=1e-9, atol=1e-12)


@given(answers_once(truncated=True))
@settings(max_examples=40, deadline=None)
def test_its_parts_add_up_to_each_parameters_gradient_truncated_or_not(case: Case) -> None:
    found = trace(*case)
    before = gradients.parameter_gradients(trace(case[0].replace(clip=1e-3), *case[1:]))
    for name, grad in found.parameter_grads.items():
        terms = gradients.weight_terms(found, name)
        size = np.abs(terms).sum(axis=0).max() + 1e-300
        assert np.abs(terms.sum(axis=0) - grad).max() <= 1e-10 * size
        assert np.abs(gradients.weight_shares(found, name).total - grad).max() <= 1e-10 * size
        assert np.abs(before[name] - grad).max() <= 1e-10 * size
    for name, layer in found.layers.items():
        vectors = gradients.itemised_vectors(found, name)
        size = np.abs(layer.dh).max() + 1e-300
        assert np.abs(vectors.sum(axis=0) - layer.dh).max() <= 1e-10 * size
    if not case[0].bidirectional:
        steps = found.steps
        full = trace(case[0].replace(truncate=None), *case[1:])
        assert gradients.truncated(found, steps, steps).cosine == pytest.approx(1) or not full.grad_norm


def feed_forward(**more: object) -> Trace:
    return run(Experiment(shape="one_to_one", cell="rnn", text="hello", hidden_size=4, num_layers=2, **more))


def test_a_feed_forward_network_has_gradients_and_nothing_that_takes_two_steps() -> None:
    found = feed_forward(residual=True)
    assert found.steps == 1 and "weight_hh_l0" not in found.parameters
    vectors = gradients.itemised_vectors(found)
    np.testing.assert_allclose(vectors[0], found.layers["l0"].dh, rtol=1e-12)
    for name, grad in found.parameter_grads.items():
        np.testing.assert_allclose(gradients.weight_shares(found, name).total, grad, rtol=1e-12)
        np.testing.assert_allclose(gradients.weight_shares(found, name).shares, [1.0], rtol=1e-12)
    cut = gradients.parameter_gradients(feed_forward(residual=True, clip=1e-4))
    assert cut.keys() == found.parameter_grads.keys()
    for name, grad in found.parameter_grads.items():
        np.testing.assert_allclose(cut[name], grad, rtol=1e-12)
    assert (gradients.jacobian_norms(found) == 1).all() and gradients.per_step_factor(found) == 1.0
    assert gradients.verdict(found) == "healthy" and facts_of(found)["verdict"] == "healthy"
    (h, below), ho = (found.layers[name].h[0] for name in ("l1", "l0")), found.parameters["weight_ho"]
    first = np.diag(1 - below**2) @ found.parameters["weight_ih_l0"]
    second = (np.diag(1 - h**2) @ found.parameters["weight_ih_l1"] + np.eye(4)) @ first
    np.testing.assert_allclose(gradients.influence(found, "fro"), [[np.linalg.norm(ho @ second)]], rtol=1e-12)
    for ask in (gradients.sigma_max, gradients.spectral_radius, gradients.bound, gradients.singular_values):
        with pytest.raises(ExperimentError, match=r"^shape is 'one_to_one', and a feed-forward network has no matrix"):
            ask(found)


@pytest.mark.parametrize("feed", ["first", "every"])
def test_one_to_many_is_an_ordinary_stack_with_another_input(feed: str) -> None:
    found = run(Experiment(shape="one_to_many", feed=feed, text="hello", cell="gru", hidden_size=4))
    np.testing.assert_allclose(gradients.itemised_vectors(found).sum(axis=0), found.layers["l0"].dh, atol=1e-14)
    contributed = gradients.expansion(found, found.steps - 1).norms > 0
    assert contributed.tolist() == [True] + [feed == "every"] * (found.steps - 1)
    assert [one.steps for one in cut_short(found, [2, 3])] == [2, 3]


@pytest.mark.parametrize("shape", ["many_to_one", "encoder_decoder"])
def test_what_is_asked_at_the_end_cannot_be_cut_short(shape: str) -> None:
    with pytest.raises(ExperimentError, match=rf"^shape is '{shape}', and what is asked at the end"):
        cut_short(run(Experiment(shape=shape, text="hello")), [2])


WRITTEN: dict[tuple[tuple[str, object], ...], str] = {
    (("shape", "many_to_one"),): "y_4 = g(W_ho f(W_ih x_4 + W_hh …))",
    (("shape", "many_to_one"), ("readout", "mean")): "y_4 = g(W_ho (1/4) Σ_t h_t), h_4 = f(W_ih x_4 + W_hh …)",
    (("shape", "many_to_one"), ("readout", "max")): "y_4 = g(W_ho max_t h_t), h_4 = f(W_ih x_4 + W_hh …)",
    (("shape", "many_to_one"), ("bidirectional", True)): "y_4 = g(W_ho [f(W_ih x_4 + W_hh …); f(W_ih x_1 + W_hh …)])",
    (("shape", "one_to_one"),): "y_1 = g(W_ho f(W_ih x_1))",
    (("shape", "encoder_decoder"), ("decoder", "state")): "y_11 = g(W_ho f(W_hh …)), c = h_5",
    (("shape", "encoder_decoder"), ("context", "all")): "y_11 = g(W_ho f(W_ih [y_10; c] + W_hh …)), c = (1/5) Σ_s h_s",
    (
        ("shape", "encoder_decoder"),
        ("decoder", "input"),
        ("context", "transform"),
        ("attention", "dot"),
    ): "y_11 = g(W_ho tanh(W [h_11; Σ_s α_11,s h_s])), h_11 = f(W_ih c + W_hh …), c = tanh(W_c h_5)",
}


@pytest.mark.parametrize("fields", WRITTEN)
def test_an_answer_is_written_out_as_its_shape_makes_it(fields: tuple[tuple[str, object], ...]) -> None:
    found = run(Experiment(cell="rnn", text="hello", **dict(fields)))
    assert gradients.expansion(found, found.steps - 1, depth=1).text == WRITTEN[fields]


@pytest.mark.parametrize("shape", ["one_to_many", "many_to_one", "many_to_many", "encoder_decoder"])
def test_weights_beyond_measure_are_walked_back_without_a_warning(shape: str) -> None:
    """Warnings are errors here: what overflows, in float32 too, is infinite or NaN in what is found."""
    broken = run(
        Experiment(
            cell="rnn", nonlinearity="identity", num_layers=2, hidden_size=2, text="abcd", shape=shape, gain=1e200
        )
    )
    assert broken.first_nonfinite_step is not None
    for found in (gradients.log10_totals(broken), gradients.log10_itemised(broken), gradients.float32_zeros(broken)):
        assert len(found) == broken.steps
