"""Williams & Peng 1990, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories".

BPTT(h): each step's loss flows back h steps. Over pairs (k, t) of loss and state the gradient is a band, and the total
is the sum over the band.
"""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.engines.numpy_engine import trace
from rnnviz.inputs import Inputs
from rnnviz.tasks import inputs
from rnnviz.trace import Array

TEXT = "truncated backpropagation"


def prefix(data: Inputs, steps: int) -> Inputs:
    return Inputs(
        data.kind, data.labels[:steps], data.alphabet, data.answers, data.inputs[:steps], data.targets[:steps]
    )


def itemised(experiment: Experiment) -> tuple[Array, list[Array]]:
    """Return (k, t, H): the gradient of step k's loss alone at h_t, from runs that end at k; and the top bias's."""
    data = inputs(experiment)
    steps = len(data.labels)
    matrix, biases = np.zeros((steps, steps, experiment.hidden_size)), []
    for k in range(steps):
        parameters = run(experiment).parameters
        alone = trace(experiment.replace(loss="last"), prefix(data, k + 1), parameters)
        matrix[k, : k + 1] = alone.layers["l0"].dh
        biases.append(alone.parameter_grads["bias_o"])
    return matrix, biases


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_total_is_the_sum_over_all_losses_and_truncated_over_the_band(cell: str) -> None:
    experiment = Experiment(cell=cell, hidden_size=4, text=TEXT)
    matrix, biases = itemised(experiment)
    steps = len(matrix)
    total = run(experiment)
    np.testing.assert_allclose(total.layers["l0"].dh, matrix.sum(axis=0), rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(total.parameter_grads["bias_o"], np.sum(biases, axis=0), rtol=1e-12)
    back = np.arange(steps)[:, None] - np.arange(steps)
    for k in (1, 5, steps - 2):
        banded = np.where((back <= k)[..., None], matrix, 0).sum(axis=0)
        truncated = run(experiment.replace(truncate=k))
        np.testing.assert_allclose(truncated.layers["l0"].dh, banded, rtol=1e-10, atol=1e-15)
        assert (truncated.layers["l0"].h == total.layers["l0"].h).all()  # values flow on, gradients stop


@pytest.mark.parametrize("k", [1, 3])
def test_what_lies_beyond_the_band_is_exactly_zero(k: int) -> None:
    found = run(Experiment(hidden_size=4, text=TEXT, loss="last", truncate=k)).layers["l0"]
    last = len(TEXT) - 1
    assert np.flatnonzero(found.dh.any(axis=1)).tolist() == list(range(last - k, last + 1))
    assert found.dc is not None
    assert np.flatnonzero(found.dc.any(axis=1)).tolist() == list(range(last - k, last + 1))
