"""Le, Jaitly & Hinton 2015, "A simple way to initialize recurrent networks of rectified linear units": the IRNN."""

from __future__ import annotations

import numpy as np

from rnnviz import Experiment
from rnnviz.engines.numpy_engine import trace
from rnnviz.initial import initial_parameters
from tests.engines.draws import given_inputs

T, H = 100, 8


def test_an_irnn_without_input_keeps_its_state_and_its_gradient_for_ever() -> None:
    """With W_hh = I and b = 0 the state is copied, and ∂h_t/∂h_s is the identity on the units that are on."""
    experiment = Experiment(cell="rnn", nonlinearity="relu", init="identity", hidden_size=H, loss="last")
    inputs = np.zeros((T, 3))
    inputs[0] = [1.0, -0.5, 2.0]
    found = trace(experiment, given_inputs(inputs, np.ones((T, 1))), initial_parameters(experiment, 3, 1))
    layer = found.layers["l0"]
    on = layer.h[0] > 0
    assert 0 < on.sum() < H
    assert (layer.h == layer.h[0]).all()
    assert (layer.dh[:, on] == layer.dh[-1, on]).all()
    assert (layer.dh[:-1, ~on] == 0).all()
    assert layer.dh[-1].all()
