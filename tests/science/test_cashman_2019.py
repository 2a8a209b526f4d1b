"""Cashman, Patterson, Mosca, Watts, Robinson & Chang 2019, "RNNbow" (arXiv 1907.12545): the gradient, itemised.

Each step's loss sends its own gradient back; over the losses these add up to the total that training uses.
"""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, gradients, run


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_itemised_gradients_add_up_to_the_total(cell: str) -> None:
    found = run(Experiment(cell=cell, hidden_size=16, num_layers=2, text="the dog that bit the man that saw the cat"))
    for name, layer in found.layers.items():
        vectors = gradients.itemised_vectors(found, name)
        np.testing.assert_allclose(vectors.sum(axis=0), layer.dh, rtol=1e-9, atol=1e-14 * np.abs(vectors).max())
        # A loss has no part in what comes after it, and all of those after a state have one in its total.
        assert (vectors[np.tril_indices(found.steps)] != 0).any(axis=1).all()
        assert not vectors[np.triu_indices(found.steps, 1)].any()


def test_norms_do_not_add_up_for_gradients_of_different_losses_pull_in_different_directions() -> None:
    found = run(Experiment(cell="rnn", hidden_size=16, text="the dog that bit the man"))
    parts = gradients.itemised(found).sum(axis=0)
    total = gradients.norms(found)
    assert (parts >= total * (1 - 1e-12)).all()
    assert parts[0] > 1.05 * total[0]
    assert parts[-1] == pytest.approx(total[-1], rel=1e-12)  # the last state has one loss alone


def test_nearby_losses_send_more_than_distant_ones_in_a_vanishing_network() -> None:
    """Their finding: in a plain network what arrives at a state is from the losses just after it."""
    found = run(Experiment(cell="rnn", hidden_size=16, gain=0.8, text="the dog that bit the man that saw the cat"))
    itemised = gradients.itemised(found)
    near = np.diag(itemised).mean()
    far = np.diag(itemised, -20).mean()
    assert far < 1e-3 * near
