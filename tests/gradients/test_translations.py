"""An encoder and its decoder: every gradient by autograd along an open loop, through the context and by attention."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from rnnviz import ExperimentError, gradients
from rnnviz.engines.numpy_engine import trace
from rnnviz.experiment import Experiment, Hold
from rnnviz.gradients.jacobians import EXACT
from rnnviz.trace import Array, Trace
from tests.engines.draws import Case
from tests.gradients.translating import Loop, drawn, looped, steps_of, translations
from tests.gradients.translating import gradients as by_autograd

COMBINATIONS = [
    pytest.param(cell, context, decoder, attention, id=f"{cell}-{context}-{decoder}-{attention}")
    for cell in ("rnn", "gru", "lstm")
    for context in ("last", "transform", "all")
    for decoder in ("state", "input", "feedback")
    for attention in ("none", "dot", "additive")
]


def close(ours: Array, theirs: Array, size: float | None = None) -> None:
    """Assert that arrays differ by at most 1e-9 of the largest entry, or of ``size``; NaN stands at the same places.

    Of a saturated tanh, 1 − tanh² is known to the last digit of 1 only.
    """
    assert ours.shape == theirs.shape
    assert (np.isnan(ours) == np.isnan(theirs)).all()
    most = np.nanmax(np.abs(theirs), initial=0) if size is None else size
    assert np.nanmax(np.abs(ours - theirs), initial=0) <= 1e-9 * most + 1e-14


def states(found: Trace) -> list[tuple[str, str]]:
    kinds = ("h", "c") if found.layers["l0"].c is not None else ("h",)
    return [(layer, state) for layer in found.layers for state in kinds]


def largest(found: Trace) -> float:
    """Return the size of the largest gradient there is, by which others are measured."""
    return float(
        max(np.nanmax(np.abs(layer.dh)) for layer in found.layers.values()) + np.abs(found.dtop).max() + 1e-300
    )


# Losses


@given(translations())
@settings(max_examples=30, deadline=None)
def test_each_loss_reaches_each_state_as_autograd_says_and_together_they_are_the_total(case: Case) -> None:
    found, loop = trace(*case), looped(*case)
    for layer, state in states(found):
        vectors = gradients.itemised_vectors(found, layer, state)
        for k in range(found.steps):
            close(vectors[k], by_autograd(loop, loop.losses[k], layer, state, found.steps), largest(found))
        record = found.layers[layer]
        close(vectors.sum(axis=0), record.dh if state == "h" else np.asarray(record.dc), largest(found))
        sizes = np.linalg.norm(vectors, axis=2)
        close(gradients.itemised(found, layer, state), sizes)
        with np.errstate(over="ignore"):
            close(10.0 ** gradients.log10_itemised(found, layer, state), sizes)
            close(10.0 ** gradients.log10_totals(found, layer, state), gradients.norms(found, layer, state))


@pytest.mark.parametrize(("cell", "context", "decoder", "attention"), COMBINATIONS)
def test_every_combination_of_context_decoder_and_attention(
    cell: str, context: str, decoder: str, attention: str
) -> None:
    experiment = Experiment(
        shape="encoder_decoder",
        cell=cell,
        hidden_size=2,
        num_layers=2,
        context=context,
        decoder=decoder,
        attention=attention,
        residual=True,
    )
    case = drawn(experiment, "symbols", 3, 2, seed=7)
    found, loop = trace(*case), looped(*case)
    for layer, state in states(found):
        total = by_autograd(loop, loop.losses.sum(), layer, state, found.steps)
        close(gradients.itemised_vectors(found, layer, state).sum(axis=0), total)
    check_reach(case, found)
    if attention == "none":
        check_jacobians(found, loop)


# Which way


def check_reach(case: Case, found: Trace) -> None:
    """Assert that each way brings what autograd brings with the other one closed, and both what there is in all."""
    source = found.segments[0].stop
    only = {"context": looped(*case, closed=frozenset({"attention"}))}
    only["attention"] = looped(*case, closed=frozenset({"context"}))
    for layer, state in states(found):
        ways = {way: gradients.reach_vectors(found, way, layer, state) for way in only}
        told = gradients.reach(found, layer, state)
        total = gradients.itemised_vectors(found, layer, state)[told.losses, :source]
        close(ways["context"] + ways["attention"], total, largest(found))
        for way, loop in only.items():
            for row, k in enumerate(told.losses):
                theirs = by_autograd(loop, loop.losses[k], layer, state, found.steps)[:source]
                close(ways[way][row], theirs, largest(found))
            with np.errstate(over="ignore"):
                close(10.0 ** getattr(told, way), np.linalg.norm(ways[way], axis=2), largest(found))
        with np.errstate(over="ignore"):
            close(10.0**told.total, np.linalg.norm(total, axis=2), largest(found))
        if found.experiment.attention == "none":
            assert not ways["attention"].any() and (told.attention == -np.inf).all()


@given(translations())
@settings(max_examples=12, deadline=None)
def test_what_comes_through_the_context_and_by_attention_adds_up(case: Case) -> None:
    check_reach(case, trace(*case))


def test_how_far_one_network_reaches_is_no_question() -> None:
    plain = trace(*drawn(Experiment(shape="encoder_decoder", hidden_size=2), "symbols", 2, 2, seed=1))
    one = dataclasses.replace(plain, segments=(), experiment=Experiment(hidden_size=2))
    for ask in (gradients.reach, lambda trace: gradients.reach_vectors(trace, "context")):
        with pytest.raises(ExperimentError, match=r"^shape is 'many_to_many', but .* a question to an encoder_decoder"):
            ask(one)
    with pytest.raises(ExperimentError, match=r"^way is 'input', but must be one of context, attention"):
        gradients.reach_vectors(plain, "input")


# States


def check_jacobians(found: Trace, loop: Loop) -> None:
    """Assert that the norms of all pairs of steps are those of autograd's Jacobians."""
    for layer, record in found.layers.items():
        steps, hidden = steps_of(found, layer), record.h.shape[1]
        asked = [("h", "fro"), ("h", "2")] + ([("full", "fro"), ("full", "2")] if record.c is not None else [])
        ours = {one: gradients.jacobian_norms(found, *one, layer) for one in asked}
        for t in steps:
            for s in range(found.steps):
                if s not in steps or (s > t) != layer.endswith("_reverse") and s != t:
                    assert all(np.isnan(norms[t, s]) if s not in steps else norms[t, s] == 0 for norms in ours.values())
                    continue
                whole = jacobian(loop, layer, t, s, hidden)
                for (state, norm), norms in ours.items():
                    block = whole[:hidden, :hidden] if state == "h" else whole
                    expected = np.linalg.norm(block, norm if norm == "fro" else 2)
                    assert norms[t, s] == pytest.approx(expected, rel=2e-4 if norm == "2" else 1e-9, abs=1e-12)


def jacobian(loop: Loop, layer: str, t: int, s: int, hidden: int) -> Array:
    """Return ∂state_t/∂state_s, h before c; what the layer's own h and c are of each other at s does not count."""
    kinds = [loop.h[layer], loop.c[layer]] if loop.c[layer] else [loop.h[layer]]
    size = hidden * len(kinds)
    if s == t:
        return np.eye(size)
    rows = [part for kind in kinds for part in kind[t]]
    found = np.zeros((size, size))
    for row, value in enumerate(rows):
        parts = torch.autograd.grad(value, [kind[s] for kind in kinds], retain_graph=True, allow_unused=True)
        for column, part in enumerate(parts):
            if part is not None:
                found[row, column * hidden : (column + 1) * hidden] = part.numpy()
    if len(kinds) == 2:  # autograd's ∂/∂c_s has the way through h_s in it, which is ∂/∂h_s times ∂h_s/∂c_s
        through = torch.stack([torch.autograd.grad(h, kinds[1][s], retain_graph=True)[0] for h in kinds[0][s]]).numpy()
        found[:, hidden:] -= found[:, :hidden] @ through
    return found


@given(translations(most=4))
@settings(max_examples=10, deadline=None)
def test_norms_between_all_pairs_of_states_are_those_of_autograds_jacobians(case: Case) -> None:
    check_jacobians(trace(*case), looped(*case))


@pytest.mark.parametrize("decoder", ["state", "input"])
def test_of_many_units_the_norms_across_the_context_are_probed(decoder: str) -> None:
    experiment = Experiment(
        shape="encoder_decoder", cell="rnn", hidden_size=EXACT + 16, decoder=decoder, nonlinearity="identity"
    )
    case = drawn(experiment, "numbers", 3, 3, seed=3)
    for name, value in case[2].items():
        case[2][name] = value / np.sqrt(value.shape[-1])
    found, loop = trace(*case), looped(*case)
    exact = {norm: np.zeros((6, 6)) for norm in ("2", "fro")}
    for t in range(3, 6):
        for s in range(3):
            whole = jacobian(loop, "l0", t, s, EXACT + 16)
            exact["2"][t, s], exact["fro"][t, s] = np.linalg.norm(whole, 2), np.linalg.norm(whole)
    across = np.s_[3:, :3]
    ratio = gradients.jacobian_norms(found, norm="2")[across] / exact["2"][across]
    assert ((ratio > 0.85) & (ratio < 1 + 1e-9)).all()
    np.testing.assert_allclose(gradients.jacobian_norms(found, norm="fro")[across], exact["fro"][across], rtol=0.4)


def test_norms_across_the_context_are_known_beyond_float64() -> None:
    """A linear decoder and encoder that take everything 1e-30 times a step."""
    experiment = Experiment(
        shape="encoder_decoder", cell="rnn", hidden_size=3, nonlinearity="identity", decoder="state", attention="dot"
    )
    experiment, data, parameters = drawn(experiment, "numbers", 12, 12, seed=5)
    for part in ("encoder", "decoder"):
        parameters[f"{part}.weight_hh_l0"] = 1e-30 * np.eye(3)
    found = trace(experiment, data, parameters)
    norms = gradients.log10_jacobian_norms(found)
    t, s = np.tril_indices(24)
    np.testing.assert_allclose(norms[t, s], -30.0 * (t - s), rtol=1e-9, atol=1e-9)
    far = gradients.reach(found)
    assert gradients.log10_itemised(found)[23, 0] == far.total[-1, 0] > -400  # attention comes from nearer
    assert far.context[-1, 0] < -650 < -400 < far.attention[-1, 0]


# Inputs


@given(translations())
@settings(max_examples=12, deadline=None)
def test_what_an_output_owes_to_each_input(case: Case) -> None:
    found, loop = trace(*case), looped(*case)
    source, steps = found.segments[0].stop, found.steps
    norms, one = gradients.influence(found, "fro"), gradients.connectivity(found, 0)
    assert np.isnan(norms[:source]).all() and np.isnan(one[:source]).all()
    for t in range(source, steps):
        rows = [
            torch.autograd.grad(y, list(loop.x.values()), retain_graph=True, allow_unused=True) for y in loop.outputs[t]
        ]
        for s in range(steps):
            parts = [np.zeros(1) if row[s] is None else row[s].numpy() for row in rows]
            assert norms[t, s] == pytest.approx(np.sqrt(sum((part**2).sum() for part in parts)), rel=1e-9, abs=1e-12)
            assert one[t, s] == pytest.approx(np.linalg.norm(parts[0]), rel=1e-9, abs=1e-12)
    two = gradients.influence(found)[source:]
    assert (two <= norms[source:] * (1 + 1e-9)).all() and (two * np.sqrt(2) >= norms[source:] * (1 - 1e-9)).all()
    told = gradients.answer_influence(found)
    assert np.isnan(told[:source]).all() and np.isfinite(told[source:]).all()


def test_an_answer_is_what_the_inputs_contribute_and_the_rest() -> None:
    found = trace(*drawn(Experiment(shape="encoder_decoder", cell="gru", hidden_size=3), "symbols", 3, 3, seed=2))
    whole = gradients.expansion(found, 4)
    np.testing.assert_allclose(whole.contributions.sum(axis=0) + whole.rest, found.outputs[4], rtol=1e-12)
    sizes = gradients.influence(found, "fro")[4]
    assert (whole.norms <= sizes * np.linalg.norm(found.inputs, axis=1) * (1 + 1e-9)).all() and whole.norms[:3].all()
    with pytest.raises(ExperimentError, match=r"^t is 1, but the first answer is that of step 3"):
        gradients.expansion(found, 1)


# Parameters


@given(translations())
@settings(max_examples=12, deadline=None)
def test_the_terms_of_all_steps_add_up_to_each_parameters_gradient(case: Case) -> None:
    found = trace(*case)
    cut = trace(case[0].replace(clip=1e-3, clip_value=1e-4), *case[1:])
    before = gradients.parameter_gradients(cut)
    for name, grad in found.parameter_grads.items():
        terms, parts = gradients.weight_terms(found, name), gradients.weight_shares(found, name)
        close(terms.sum(axis=0), grad, np.abs(terms).sum(axis=0).max(initial=1e-300))
        close(parts.total, grad, np.abs(terms).sum(axis=0).max(initial=1e-300))
        np.testing.assert_allclose(parts.norms, np.linalg.norm(terms.reshape(len(terms), -1), axis=1), rtol=1e-9)
        close(before[name], grad, np.abs(terms).sum(axis=0).max(initial=1e-300))
    assert list(before) == list(found.parameter_grads)


# One part of the way


def test_a_factor_a_step_is_that_of_one_part() -> None:
    """A linear decoder and encoder, each with its own orthogonal matrix: s = 0.9 and 0.5."""
    experiment = Experiment(
        shape="encoder_decoder", cell="rnn", hidden_size=4, nonlinearity="identity", decoder="state", loss="last"
    )
    experiment, data, parameters = drawn(experiment, "numbers", 8, 6, seed=4)
    for part, scale in (("encoder", 0.5), ("decoder", 0.9)):
        q, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))
        parameters[f"{part}.weight_hh_l0"] = scale * q
    found = trace(experiment, data, parameters)
    assert gradients.per_step_factor(found, part="encoder") == pytest.approx(0.5)
    assert gradients.per_step_factor(found, part="decoder") == pytest.approx(0.9)
    assert gradients.verdict(found, part="encoder") == "vanishes"
    assert gradients.verdict(found, part="decoder") == "healthy"
    assert gradients.verdict(found) == "vanishes"
    for part, scale in (("encoder", 0.5), ("decoder", 0.9)):
        assert gradients.sigma_max(found, part=part)["h"] == pytest.approx(scale)
        assert gradients.spectral_radius(found, part=part)["h"] == pytest.approx(scale)
        np.testing.assert_allclose(gradients.bound(found, part=part), scale ** np.arange(8 if part == "encoder" else 6))


@pytest.mark.parametrize("decoder", ["state", "input"])
def test_the_cell_path_leads_into_the_encoder_where_the_cell_state_is_handed_over(decoder: str) -> None:
    found = trace(*drawn(Experiment(shape="encoder_decoder", hidden_size=3, decoder=decoder), "symbols", 5, 4, seed=6))
    f, path = found.layers["l0"].gates["f"], gradients.cell_path(found)
    first = 0 if decoder == "state" else 5
    assert np.isnan(path.units[:first]).all()
    for t in range(first, 9):
        np.testing.assert_allclose(10 ** path.units[t], np.prod(f[t + 1 :], axis=0), rtol=1e-10)
    own = gradients.cell_path(found, part="encoder")
    assert np.isnan(own.units[5:]).all()
    np.testing.assert_allclose(10 ** own.units[0], np.prod(f[1:5], axis=0), rtol=1e-10)
    dc = gradients.itemised_vectors(found, "l0", "c")[8]
    assert 10 ** own.belt[0] == pytest.approx(np.linalg.norm(dc[4] * np.prod(f[1:5], axis=0)), rel=1e-10)
    assert 10 ** own.full[2] == pytest.approx(np.linalg.norm(dc[2]), rel=1e-10)


def test_a_held_gate_of_the_decoder_stops_what_comes_to_the_encoder() -> None:
    experiment = Experiment(shape="encoder_decoder", cell="gru", hidden_size=3, decoder="state")
    case = drawn(experiment.replace(hold=(Hold("z", 0.0, start=5), Hold("n", 0.5, start=5))), "symbols", 4, 4, seed=8)
    found, loop = trace(*case), looped(*case)
    total = by_autograd(loop, loop.losses.sum(), "l0", "h", 8)
    close(gradients.itemised_vectors(found).sum(axis=0), total)
    assert gradients.itemised(found)[6:, :6].max() == 0 < gradients.itemised(found)[4, 0]


WRONG: list[tuple[Any, str]] = [
    (lambda found: gradients.truncated(found, 1, 2), r"^k2 is 2, but the way back through an encoder and a decoder"),
    (lambda found: gradients.verdict(found, part="middle"), r"^part is 'middle', but must be one of encoder, decoder"),
    (
        lambda found: gradients.sigma_max(found, "l0_reverse", "decoder"),
        r"^layer is 'l0_reverse', but this network has l0",
    ),
    (lambda found: gradients.weight_shares(found, "weight_hh_l0"), r"^name is .*encoder.weight_ih_l0"),
]


@pytest.mark.parametrize(("ask", "message"), WRONG)
def test_what_has_no_meaning_is_answered_in_a_sentence(ask: Any, message: str) -> None:
    experiment = Experiment(shape="encoder_decoder", hidden_size=2, bidirectional=True, context="last", decoder="input")
    found = trace(*drawn(experiment, "symbols", 2, 2, seed=1))
    with pytest.raises(ExperimentError, match=message):
        ask(found)
    alone = dataclasses.replace(found, segments=(), experiment=Experiment(hidden_size=2, bidirectional=True))
    with pytest.raises(ExperimentError, match=r"^part is 'encoder', but this is one network"):
        gradients.cell_path(alone, part="encoder")
