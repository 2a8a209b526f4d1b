"""What an engine does with a minibatch: one engine against the other, both against single runs and plain autograd."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rnnviz.engines.numpy_engine import trace
from rnnviz.experiment import Experiment
from rnnviz.training.learner import Learner, learner_named
from rnnviz.training.minibatch import Minibatch, minibatch
from rnnviz.training.optimisers import OPTIMISERS
from rnnviz.training.settings import ENGINES, Settings
from tests.engines.draws import random_parameters
from tests.training.problems import NOISE, alone, begun, same_history

CELLS = [("rnn", "tanh"), ("rnn", "relu"), ("rnn", "identity"), ("gru", "tanh"), ("lstm", "tanh")]
CLIPS: dict[str, dict[str, float]] = {
    "free": {},
    "norm": {"clip": 0.1},
    "value": {"clip_value": 0.02},
    "both": {"clip": 0.1, "clip_value": 0.05},
}
SHAPES: dict[str, dict[str, Any]] = {
    "one": {},
    "deep": {"num_layers": 3, "residual": True},
    "both ways": {"num_layers": 2, "bidirectional": True, "residual": True},
    "last": {"loss": "last"},
    "chunks": {"num_layers": 2, "truncate": 2},
}
LONG = (
    {(*cell, "adam", "norm") for cell in CELLS}
    | {("gru", "tanh", name, "both") for name in OPTIMISERS}
    | {("lstm", "tanh", "adam", clip) for clip in CLIPS}
)
"""Trainings that are followed for long: every cell, every optimiser and every way to clip, each with some other."""
each_engine = pytest.mark.parametrize("engine", ENGINES)
each_cell = pytest.mark.parametrize(("cell", "nonlinearity"), CELLS, ids=map("-".join, CELLS))
each_shape = pytest.mark.parametrize("shape", SHAPES)
each_kind = pytest.mark.parametrize("kind", NOISE)


def drawn(kind: str, experiment: Experiment, size: int = 5) -> Minibatch:
    batch = NOISE[kind].batch(np.random.default_rng(2), size)
    return minibatch(kind, batch.inputs, batch.targets, batch.lengths, experiment.loss)


def learner(engine: str, experiment: Experiment, weights: Mapping[str, Any], **settings: Any) -> Learner:
    return learner_named(engine)(experiment, Settings(engine=engine, dtype="float64", **settings), weights)


def gradients(learner: Learner) -> dict[str, np.ndarray]:
    """Return the gradients, as the change that plain gradient descent of rate 1 makes."""
    before = learner.parameters()
    learner.step(1)
    return {name: before[name] - value for name, value in learner.parameters().items()}


# One engine against the other


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("optimiser", OPTIMISERS)
@each_cell
def test_the_engines_agree_update_by_update(cell: str, nonlinearity: str, optimiser: str, clip: str) -> None:
    experiment = Experiment(cell=cell, nonlinearity=nonlinearity, hidden_size=3, **CLIPS[clip])
    steps = 50 if (cell, nonlinearity, optimiser, clip) in LONG else 6
    how = {"optimiser": optimiser, "steps": steps, "validate_every": steps // 2, "trace_every": steps // 5}
    ours, theirs = (
        begun(experiment, NOISE["symbols"], engine=engine, learning_rate=0.005, **how).run() for engine in ENGINES
    )
    assert ours.updates == steps
    same_history(ours, theirs, 1e-6 if steps == 50 else 1e-9)
    cut = np.array(ours.clipped_norm) < np.array(ours.grad_norm) * (1 - 1e-12)
    assert cut.any() == (clip != "free")


@each_shape
@each_kind
@each_cell
def test_the_engines_agree_in_every_shape(cell: str, nonlinearity: str, kind: str, shape: str) -> None:
    experiment = Experiment(cell=cell, nonlinearity=nonlinearity, hidden_size=3, **SHAPES[shape])
    ours, theirs = (begun(experiment, NOISE[kind], engine=engine, steps=8).run() for engine in ENGINES)
    same_history(ours, theirs, 1e-9)


def test_float32_follows_float64_for_a_while() -> None:
    experiment = Experiment(cell="lstm", hidden_size=4, clip=1.0)
    short, long = (begun(experiment, NOISE["symbols"], engine="torch", dtype=dtype) for dtype in ("float32", "float64"))
    same_history(short.run(), long.run(), 1e-4)
    assert all(value.dtype == np.float32 for value in short.history.parameters(12).values())


# Masks: a minibatch against its sequences, one at a time


@each_engine
@each_shape
@each_kind
@each_cell
def test_a_filled_up_minibatch_is_its_sequences_one_at_a_time(
    cell: str, nonlinearity: str, kind: str, shape: str, engine: str
) -> None:
    experiment = Experiment(cell=cell, nonlinearity=nonlinearity, hidden_size=3, **SHAPES[shape]).replace(truncate=None)
    weights = random_parameters(experiment, 3, 4, seed=1, scale=0.7)
    batch = drawn(kind, experiment)
    assert batch.inside is not None and batch.count
    taught = learner(engine, experiment, weights, optimiser="sgd", learning_rate=1.0)
    found = taught.gradients(batch, {})
    traces = [trace(experiment, alone(batch, b), weights) for b in range(len(batch.lengths))]
    for b, one in enumerate(traces):
        np.testing.assert_allclose(found.outputs[: batch.lengths[b], b], one.outputs, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.loss, sum(one.losses.sum() for one in traces) / batch.count, rtol=1e-9)
    for name, grad in gradients(taught).items():
        wanted = sum(one.parameter_grads[name] for one in traces) / batch.count
        np.testing.assert_allclose(grad, wanted, rtol=1e-9, atol=1e-9, err_msg=name)


@each_engine
def test_a_minibatch_in_which_nothing_counts_moves_nothing(engine: str) -> None:
    experiment = Experiment(cell="gru", hidden_size=3)
    batch = minibatch("symbols", np.ones((2, 4, 3)), np.full((2, 4), -1), np.array([4, 2]), "every")
    taught = learner(engine, experiment, random_parameters(experiment, 3, 4, seed=1))
    assert taught.gradients(batch, {}).loss == 0
    assert taught.clip() == (0.0, 0.0)


# Against plain autograd


@each_engine
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_gradients_are_those_of_torchs_stacked_module(cell: str, engine: str) -> None:
    """The module as anyone would write it, two layers in both directions, packed."""
    experiment = Experiment(cell=cell, hidden_size=3, num_layers=2, bidirectional=True)
    weights, batch = random_parameters(experiment, 3, 4, seed=1), drawn("symbols", experiment)
    module = getattr(nn, cell.upper())(3, 3, num_layers=2, bidirectional=True, dtype=torch.float64)
    module.load_state_dict({name: torch.tensor(weights[name]) for name, _ in module.named_parameters()})
    readout = nn.Linear(6, 4, dtype=torch.float64)
    readout.load_state_dict({"weight": torch.tensor(weights["weight_ho"]), "bias": torch.tensor(weights["bias_o"])})
    lengths = torch.tensor(batch.lengths)
    packed = nn.utils.rnn.pack_padded_sequence(torch.tensor(batch.x), lengths, enforce_sorted=False)
    h, _ = nn.utils.rnn.pad_packed_sequence(module(packed)[0], total_length=len(batch.x))
    loss = F.cross_entropy(readout(h).flatten(0, 1), torch.tensor(batch.targets).flatten(), ignore_index=-1)
    loss.backward()
    taught = learner(engine, experiment, weights, optimiser="sgd", learning_rate=1.0)
    np.testing.assert_allclose(taught.gradients(batch, {}).loss, loss.item(), rtol=1e-12)
    wanted = dict(module.named_parameters()) | {"weight_ho": readout.weight, "bias_o": readout.bias}
    for name, grad in gradients(taught).items():
        np.testing.assert_allclose(grad, wanted[name].grad, rtol=1e-9, atol=1e-12, err_msg=name)


@each_engine
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_chunks_hand_on_values_and_no_gradients(cell: str, engine: str) -> None:
    """The states of one chunk, detached, begin the next; and so across updates."""
    experiment = Experiment(cell=cell, hidden_size=3, truncate=2)
    weights, batch = random_parameters(experiment, 3, 4, seed=1), drawn("symbols", experiment)
    module = getattr(nn, cell.upper())(3, 3, dtype=torch.float64)
    module.load_state_dict({name: torch.tensor(weights[name]) for name, _ in module.named_parameters()})
    ho, bias = (torch.tensor(weights[name], requires_grad=True) for name in ("weight_ho", "bias_o"))
    state: Any = None
    found = []
    for first in range(0, len(batch.x), 2):
        h, state = module(torch.tensor(batch.x[first : first + 2]), state)
        state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        found.append(F.linear(h, ho, bias))
    loss = F.cross_entropy(torch.cat(found).flatten(0, 1), torch.tensor(batch.targets).flatten(), ignore_index=-1)
    loss.backward()
    taught = learner(engine, experiment, weights, optimiser="sgd", learning_rate=1.0)
    forward = taught.gradients(batch, {})
    np.testing.assert_allclose(forward.loss, loss.item(), rtol=1e-12)
    last = state[0] if isinstance(state, tuple) else state
    np.testing.assert_allclose(forward.states["l0"][0], last[0], rtol=1e-9)
    for name, grad in gradients(taught).items():
        wanted = {"weight_ho": ho, "bias_o": bias}.get(name)
        wanted = dict(module.named_parameters())[name] if wanted is None else wanted
        np.testing.assert_allclose(grad, wanted.grad, rtol=1e-9, atol=1e-12, err_msg=name)


@each_engine
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_two_halves_with_the_state_carried_are_the_whole(engine: str, cell: str) -> None:
    experiment = Experiment(cell=cell, hidden_size=3, num_layers=2)
    weights = random_parameters(experiment, 3, 4, seed=1)
    x, targets = np.random.default_rng(1).standard_normal((2, 6, 3)), np.zeros((2, 6), dtype=np.int64)
    whole = minibatch("symbols", x, targets, [6, 6], "every")
    first, second = (minibatch("symbols", x[:, part], targets[:, part], [3, 3], "every") for part in HALVES)
    taught = learner(engine, experiment, weights)
    before = taught.gradients(first, {})
    after = taught.gradients(second, before.states)
    outputs = np.concatenate([before.outputs, after.outputs])
    np.testing.assert_allclose(outputs, taught.answer(whole).outputs, rtol=1e-9)


HALVES = slice(0, 3), slice(3, 6)


# What is left behind


def test_torch_draws_no_random_number_of_anyone_elses() -> None:
    torch.manual_seed(1)
    wanted = torch.rand(3)
    torch.manual_seed(1)
    begun(Experiment(hidden_size=3), NOISE["symbols"], engine="torch").run()
    assert torch.equal(torch.rand(3), wanted)


@each_engine
def test_what_a_learner_gives_is_never_written_to_again(engine: str) -> None:
    training = begun(Experiment(hidden_size=3), NOISE["symbols"], engine=engine, optimiser="adam")
    training.step()
    state = training.state()
    copies = {name: value.copy() for name, value in state["parameters"].items()}
    memory = {name: value.copy() for name, value in state["optimiser"]["exp_avg"].items()}
    training.run()
    for name, value in copies.items():
        np.testing.assert_array_equal(state["parameters"][name], value)
        np.testing.assert_array_equal(state["optimiser"]["exp_avg"][name], memory[name])
