"""Every parameter's gradient equals the central difference of the loss: no knowledge of torch, none of calculus."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from rnnviz.engines.numpy_engine import trace, traces
from rnnviz.experiment import Experiment, Hold
from rnnviz.inputs import Inputs
from rnnviz.trace import Array
from tests.engines.draws import random_inputs, random_parameters

STEP = 1e-5
NETWORKS = {
    "rnn": Experiment(cell="rnn", hidden_size=3),
    "rnn, identity": Experiment(cell="rnn", hidden_size=3, nonlinearity="identity", num_layers=2),
    "gru, both directions": Experiment(cell="gru", hidden_size=2, bidirectional=True),
    "gru, held": Experiment(cell="gru", hidden_size=3, hold=(Hold("r", 0.3, start=1, stop=3),)),
    "lstm, two layers": Experiment(cell="lstm", hidden_size=2, num_layers=2, bidirectional=True),
    "lstm, held": Experiment(cell="lstm", hidden_size=3, hold=(Hold("f", 1.0, unit=1), Hold("o", 0.5, start=2))),
}


def differences(experiment: Experiment, data: Inputs, parameters: dict[str, Array], name: str) -> Array:
    """Return (L(θ + ε) − L(θ − ε)) / 2ε for each entry θ of a parameter."""
    value, moved = parameters[name], []
    for index in np.ndindex(value.shape):
        for sign in (1, -1):
            moved.append({**parameters, name: value.copy()})
            moved[-1][name][index] += sign * STEP
    found = traces([experiment] * len(moved), [data] * len(moved), moved, of_weights=False)
    losses = np.array([one.losses.sum() for one in found]).reshape(*value.shape, 2)
    return np.asarray((losses[..., 0] - losses[..., 1]) / (2 * STEP))


@pytest.mark.parametrize(
    ("name", "kind", "loss"), list(itertools.product(NETWORKS, ("symbols", "numbers"), ("every", "last")))
)
def test_gradients_equal_central_differences(name: str, kind: str, loss: str) -> None:
    experiment = NETWORKS[name].replace(loss=loss)
    data = random_inputs(kind, steps=4, width=2, outputs=3, seed=5)
    parameters = random_parameters(experiment, 2, 3, seed=6)
    grads = trace(experiment, data, parameters).parameter_grads
    for parameter, grad in grads.items():
        expected = differences(experiment, data, parameters, parameter)
        np.testing.assert_allclose(grad, expected, rtol=1e-6, atol=1e-8, err_msg=parameter)
