"""Sequences side by side, filled up to one length, and adjoints side by side: each is what it is alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.engines import across, torch_engine
from rnnviz.engines.across import Seeds, walk_back
from rnnviz.engines.decoding import fed
from rnnviz.engines.encoder_decoder import Record, decode, encode, forward, seen
from rnnviz.engines.numpy_engine import trace
from rnnviz.engines.pooling import WEIGHTS, pooled, spread
from rnnviz.experiment import READOUTS, Experiment
from rnnviz.trace import Array
from tests.engines.draws import Case, random_parameters, translation_inputs, translations
from tests.engines.shape_oracle import translated
from tests.engines.test_autograd import same

JUNK = 3.0
"""What fills sequences up here: were it looked at, the numbers would be others."""


@given(translations(), st.data())
@settings(max_examples=50, deadline=None)
def test_a_padded_minibatch_equals_its_sequences_one_at_a_time(case: Case, draw: st.DataObject) -> None:
    experiment, data, parameters = case
    rng, outputs = np.random.default_rng(experiment.seed), data.outputs
    sources = np.array(draw.draw(st.lists(st.integers(1, 6), min_size=2, max_size=3)))
    targets = draw.draw(st.lists(st.integers(1, 4), min_size=len(sources), max_size=len(sources)))
    x = np.full((sources.max(), len(sources), data.read), JUNK)
    y, dy = np.full((max(targets), len(sources), outputs), JUNK), np.zeros((max(targets), len(sources), outputs))
    for b, (source, target) in enumerate(zip(sources, targets, strict=True)):
        x[:source, b], y[:target, b] = rng.standard_normal((source, data.read)), rng.standard_normal((target, outputs))
        dy[:target, b] = rng.standard_normal((target, outputs))
    batch = forward(experiment, parameters, x, y, sources)
    back = walk_back(batch, Seeds(outputs=dy))
    total = dict.fromkeys(parameters, np.zeros(1))
    for b, (source, target) in enumerate(zip(sources, targets, strict=True)):
        alone = forward(experiment, parameters, x[:source, b], y[:target, b])
        single = walk_back(alone, Seeds(outputs=dy[:target, b]))
        same(batch.outputs[:target, b], alone.outputs, "outputs")
        for name, adjoint in single.decoder.items():
            same(back.decoder[name].dh[:target, b], adjoint.dh, name, 1e-12)
        for name, adjoint in single.encoder.items():
            same(back.encoder[name].dh[:source, b], adjoint.dh, name, 1e-12)
            if not name.endswith("_reverse"):
                assert not back.encoder[name].dh[source:, b].any()
        if alone.look is not None and batch.look is not None:
            same(batch.look.weights[b, :target, :source], alone.look.weights, "attention")
            assert not batch.look.weights[b, :, source:].any()
        total = {name: total[name] + grad for name, grad in across.gradients(alone, single, dy[:target, b]).items()}
    for name, grad in across.gradients(batch, back, dy).items():
        same(grad, total[name], name, 1e-11)


@pytest.mark.parametrize("readout", READOUTS)
@pytest.mark.parametrize("directions", [1, 2])
def test_padded_states_are_pooled_as_if_they_were_alone(readout: str, directions: int) -> None:
    rng = np.random.default_rng(1)
    states, lengths = rng.standard_normal((3, 5, 4)), np.array([5, 1, 3])
    states[1, 1:], states[2, 3:] = np.inf, 100.0
    weights = WEIGHTS[readout](states, lengths, directions)
    dp = rng.standard_normal((3, 4))
    with np.errstate(invalid="ignore"):
        p = pooled(weights, states)
    for b, length in enumerate(lengths):
        own = torch.tensor(states[b, :length], requires_grad=True)
        expected = {
            "last": torch.cat([own[-1, :2], own[0, 2:]]) if directions == 2 else own[-1],
            "mean": own.mean(dim=0),
            "max": own.max(dim=0).values,
        }[readout]
        expected.backward(torch.tensor(dp[b]))
        same(p[b], expected.detach().numpy(), readout)
        assert own.grad is not None
        same(spread(weights, dp)[b, :length], own.grad.numpy(), readout)
        assert not spread(weights, dp)[b, length:].any()


def test_a_packed_minibatch_of_torch_hands_on_the_same_states() -> None:
    """``pack_padded_sequence`` stops each sequence at its own end, in both directions: the context is of that state."""
    experiment = Experiment(
        shape="encoder_decoder", cell="gru", hidden_size=4, bidirectional=True, context="last", decoder="input"
    )
    parameters = random_parameters(experiment, 3, 2, seed=1)
    lengths = np.array([5, 2, 3])
    x = np.random.default_rng(2).standard_normal((5, 3, 3))
    module = nn.GRU(3, 4, bidirectional=True, dtype=torch.float64)
    module.load_state_dict({name: torch.tensor(parameters[f"encoder.{name}"]) for name, _ in module.named_parameters()})
    packed = nn.utils.rnn.pack_padded_sequence(torch.tensor(x), torch.tensor(lengths), enforce_sorted=False)
    with torch.no_grad():
        _, last = module(packed)
    ours = encode(experiment, parameters, x, lengths).contexts["l0"].value
    same(ours, torch.cat([last[0], last[1]], dim=-1).numpy(), "context")


# Adjoints side by side


@given(translations())
@settings(max_examples=40, deadline=None)
def test_the_losses_side_by_side_add_up_to_the_whole(case: Case) -> None:
    ours = trace(*case)
    record = seen(ours)
    steps = len(record.outputs)
    dy = np.random.default_rng(0).standard_normal(record.outputs.shape)
    apart = np.zeros((steps, steps, dy.shape[1]))
    apart[np.arange(steps), np.arange(steps)] = dy
    each, whole = walk_back(record, Seeds(outputs=apart)), walk_back(record, Seeds(outputs=dy))
    for name in ours.layers:
        same(each.dh(name).sum(axis=1), whole.dh(name), name, 1e-11)
        assert each.dh(name).shape == (ours.steps, steps, ours.experiment.hidden_size)
        c, of_c = each.dc(name), whole.dc(name)
        assert (c is None) == (of_c is None)
        if c is not None and of_c is not None:
            same(c.sum(axis=1), of_c, name, 1e-11)
    for level, grad in whole.contexts.items():
        same(each.contexts[level].sum(axis=0), grad, level, 1e-11)
    for k in range(steps):  # the future has no part in a loss
        assert not each.dh("l0")[ours.segments[1].start + k + 1 :, k].any()


@given(translations(), st.data())
@settings(max_examples=30, deadline=None)
def test_what_a_state_owes_to_an_earlier_one_equals_autograd(case: Case, draw: st.DataObject) -> None:
    """∂h_t/∂h_s through all that is between, the context and attention too: seeds at a state, not at the loss."""
    experiment, data, parameters = case
    ours = trace(*case)
    name = draw.draw(st.sampled_from(experiment.decoder_names))
    late = draw.draw(st.integers(0, ours.steps - 1))
    early = draw.draw(st.integers(0, late))
    hidden = experiment.hidden_size
    seeds = np.zeros((ours.steps, hidden, hidden))
    seeds[late] = np.eye(hidden)
    weights = {key: torch.tensor(value, requires_grad=True) for key, value in parameters.items()}
    found = translated(experiment, data, weights)
    back = walk_back(seen(ours), Seeds(h={name: seeds}))
    for unit in range(hidden):
        (grad,) = torch.autograd.grad(
            found.h[name][late][unit], found.h["l0"][early], retain_graph=True, allow_unused=True
        )
        expected = np.zeros(hidden) if grad is None else grad.numpy()
        same(back.dh("l0")[early, unit], expected, f"unit {unit}", 1e-13)


def test_a_gradient_by_the_last_cell_state_goes_back_alone() -> None:
    experiment = Experiment(shape="encoder_decoder", cell="lstm", hidden_size=3, decoder="state")
    data = translation_inputs("symbols", 4, 3, 2, 3, seed=1)
    parameters = random_parameters(experiment, 2, 3, seed=2)
    weights = {key: torch.tensor(value, requires_grad=True) for key, value in parameters.items()}
    found = translated(experiment, data, weights)
    found.c["l0"][6].sum().backward()
    seeds = np.zeros((7, 3))
    seeds[6] = 1.0
    back = walk_back(seen(trace(experiment, data, parameters)), Seeds(c={"l0": seeds}))
    for t in range(7):
        grad = found.c["l0"][t].grad
        assert grad is not None
        of_c = back.dc("l0")
        assert of_c is not None
        same(of_c[t], grad.numpy(), f"step {t}")


@pytest.mark.parametrize("engine", [trace, torch_engine.trace])
def test_a_record_made_again_is_the_run(engine) -> None:
    experiment = Experiment(shape="encoder_decoder", cell="gru", hidden_size=3, attention="additive", forcing=0.0)
    data = translation_inputs("symbols", 4, 3, 2, 3, seed=1)
    ours = engine(experiment, data, random_parameters(experiment, 2, 3, seed=2))
    again: Record = seen(ours)
    same(again.outputs, ours.outputs[4:], "outputs")


def test_a_minibatch_is_fed_its_own_outputs_where_it_is_not_forced() -> None:
    experiment = Experiment(shape="encoder_decoder", cell="gru", hidden_size=3, attention="dot", num_layers=2)
    rng, parameters = np.random.default_rng(1), random_parameters(experiment, 2, 4, seed=2)
    x, right = rng.standard_normal((5, 3, 2)), np.eye(4)[rng.integers(0, 4, (6, 3))]
    right[0] = 0.0
    forced = rng.random((6, 3)) < 0.5
    for symbols in (True, False):
        encoded = encode(experiment, parameters, x, np.array([5, 3, 4]))
        read: Array = fed(encoded, right, forced, symbols)
        said = decode(encoded, read).outputs
        own = np.eye(4)[said.argmax(axis=-1)] if symbols else said
        same(read[1:], np.where(forced[1:, :, None], right[1:], own[:-1]), "fed")
        assert not read[0].any() and (read[1:] != right[1:]).any()
