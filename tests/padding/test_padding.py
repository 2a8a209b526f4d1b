"""Padding changes what a network comes to; a mask and packing do not: each held to torch and to one run at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from rnnviz import Experiment, ExperimentError, run
from rnnviz.padding import SIDES, Padding, padding
from rnnviz.trace import NO_TARGET

TEXTS = ["hello", "a", "wonderful", "of rain", "i see"]
JUDGED = ["a good film", "the waiter was rude and the food was not good", "nobody will love this", "i like it"]
MODULES = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
experiments = st.builds(
    Experiment,
    cell=st.sampled_from(list(MODULES)),
    hidden_size=st.integers(1, 5),
    num_layers=st.integers(1, 2),
    bidirectional=st.booleans(),
    residual=st.booleans(),
    init=st.sampled_from(["torch", "normal"]),
    seed=st.integers(0, 9),
)
texts = st.lists(st.text("abc ", min_size=1, max_size=9), min_size=1, max_size=5)


def torch_module(found: Padding) -> torch.nn.RNNBase:
    experiment, first = found.experiment, found.read[0]
    module = MODULES[experiment.cell](
        first.read,
        experiment.hidden_size,
        experiment.num_layers,
        batch_first=True,
        bidirectional=experiment.bidirectional,
        dtype=torch.float64,
    )
    named = {name: torch.from_numpy(value) for name, value in found.longest.parameters.items()}
    module.load_state_dict({name: named[name] for name in module.state_dict()})
    return module


def block(found: Padding) -> torch.Tensor:
    """Return the sequences as torch's own `pad_sequence` lays them."""
    return pad_sequence([torch.from_numpy(one.inputs) for one in found.read], batch_first=True)


@settings(max_examples=40, deadline=None)
@given(experiments, texts, st.sampled_from(SIDES))
def test_masked_is_one_at_a_time(experiment: Experiment, given_texts: list[str], side: str) -> None:
    found = padding(experiment, given_texts, side)
    for one, other in (
        (found.masked.states, found.alone.states),
        (found.masked.outputs[found.inside], found.alone.outputs[found.inside]),
        (found.masked.pooled, found.alone.pooled),
        (found.masked_drift, 0),
    ):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)
    for row, read in enumerate(found.read):
        assert found.inside[row].sum() == found.lengths[row] == len(read.labels)
    assert found.padded.states[found.lengths.argmax()] == pytest.approx(found.alone.states[found.lengths.argmax()])


@pytest.mark.parametrize("cell", MODULES)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_three_ways_are_those_of_torch(cell: str, bidirectional: bool) -> None:
    experiment = Experiment(cell=cell, hidden_size=4, num_layers=2, bidirectional=bidirectional, seed=3)
    found = padding(experiment, TEXTS)
    module, x = torch_module(found), block(found)
    packed = pack_padded_sequence(x, torch.from_numpy(found.lengths), batch_first=True, enforce_sorted=False)
    assert packed.batch_sizes.tolist() == found.batch_sizes.tolist()
    assert packed.sorted_indices is not None and packed.sorted_indices.tolist() == found.order.tolist()
    assert len(packed.data) == found.lengths.sum()
    for given_x, way in ((x, found.padded), (packed, found.masked)):
        states, last = module(given_x)
        last = last[0] if cell == "lstm" else last
        ends = last[-experiment.directions :].transpose(0, 1).flatten(1).detach().numpy()
        np.testing.assert_allclose(way.ends(experiment.directions), ends, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.padded.states, module(x)[0].detach().numpy(), rtol=0, atol=1e-12)


def test_padding_behind_the_end_moves_the_state_and_padding_before_the_beginning_fades() -> None:
    right, left = (padding(Experiment(cell="gru", hidden_size=6, seed=1), TEXTS, side) for side in SIDES)
    shorter = right.lengths < right.steps
    assert (right.drift[right.inside] < 1e-15).all(), "within its own steps nothing has happened yet"
    assert (right.end_drift[shorter] > 0.1).all() and (left.drift[:, 0][shorter] > 0.1).all()
    for row in np.flatnonzero(shorter):
        n = right.lengths[row]
        still = np.linalg.norm(right.padded.states[row, n:] - right.alone.states[row, n - 1], axis=1)
        np.testing.assert_allclose(right.drift[row, n:], still, rtol=1e-12)
    # Read from its beginning on, a sequence makes the network forget what it read before it.
    some = shorter & (right.lengths > 4)
    assert some.sum() == 3 and (left.end_drift[some] < 0.1 * right.end_drift[some]).all()


def test_a_sequence_alone_is_a_run_and_the_longest_is_one() -> None:
    found = padding(Experiment(hidden_size=5, seed=4), ["abcab", "cab", "bca"])
    for row, text in enumerate(["abcab", "cab", "bca"]):  # each has the whole alphabet
        single = run(Experiment(hidden_size=5, seed=4, text=text))
        np.testing.assert_allclose(found.alone.states[row, : len(text)], single.layers["l0"].h, rtol=0, atol=1e-15)
        np.testing.assert_allclose(found.alone.pooled[row], single.layers["l0"].h.mean(axis=0), rtol=1e-12)
    assert "".join(found.longest.labels) == "abcab"


def test_the_mean_loss_counts_what_was_asked() -> None:
    found = padding(Experiment(hidden_size=5, seed=4), TEXTS)
    outputs = torch.from_numpy(found.alone.outputs)
    targets = pad_sequence([torch.from_numpy(one.targets) for one in found.read], batch_first=True, padding_value=-1)
    of = torch.nn.functional.cross_entropy
    counted = of(outputs.flatten(0, 1), targets.flatten(), ignore_index=NO_TARGET)
    assert found.losses is not None
    assert found.losses.counted == pytest.approx(float(counted), abs=1e-12)
    share = found.lengths.sum() / found.inside.size
    assert found.losses.diluted == pytest.approx(found.losses.counted * share, abs=1e-12)
    filled = pad_sequence([torch.from_numpy(one.targets) for one in found.read], batch_first=True)
    answered = torch.from_numpy(found.padded.outputs)
    assert found.losses.filled == pytest.approx(float(of(answered.flatten(0, 1), filled.flatten())), abs=1e-12)


def test_a_network_that_judges_sentences_can_be_made_to_change_its_mind() -> None:
    found = padding(Experiment(network="sentiment"), JUDGED)
    assert found.losses is None, "nobody has said what these sentences are"
    (row,) = [row for row, text in enumerate(JUDGED) if text == "a good film"]
    own = found.alone.outputs[row, found.lengths[row] - 1]
    assert found.read[row].answers == ("negative", "positive")
    assert own.argmax() == 1 and found.padded.outputs[row, -1].argmax() == 0
    assert found.masked.outputs[row, found.lengths[row] - 1].argmax() == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"texts": []}, "texts"),
        ({"texts": "hello"}, "texts"),
        ({"texts": ["a", ""]}, "text"),
        ({"side": "middle"}, "side"),
        ({"experiment": Experiment(shape="encoder_decoder")}, "shape"),
    ],
)
def test_what_cannot_be_laid_side_by_side_is_said(asked: dict, field: str) -> None:
    given_all = {"experiment": Experiment(), "texts": TEXTS, **asked}
    with pytest.raises(ExperimentError) as caught:
        padding(**given_all)
    assert caught.value.field == field


def test_holds_are_left_out() -> None:
    held = Experiment.from_query({"cell": "lstm", "hidden_size": "3", "hold": "f:0"})
    free = padding(held.replace(hold=()), TEXTS)
    np.testing.assert_array_equal(padding(held, TEXTS).padded.states, free.padded.states)
