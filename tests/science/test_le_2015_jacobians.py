"""Le, Jaitly & Hinton 2015: what the IRNN starts from, W_hh = I and b = 0, makes every Jacobian the identity."""

from __future__ import annotations

import numpy as np

from rnnviz import Experiment, gradients
from rnnviz.engines.numpy_engine import trace
from rnnviz.initial import initial_parameters
from tests.engines.draws import given_inputs

T, H = 60, 8


def test_the_identity_on_the_units_that_are_on_neither_vanishes_nor_explodes() -> None:
    experiment = Experiment(cell="rnn", nonlinearity="relu", init="identity", hidden_size=H, loss="last")
    inputs = np.zeros((T, 3))
    inputs[0] = [1.0, -0.5, 2.0]
    found = trace(experiment, given_inputs(inputs, np.ones((T, 1))), initial_parameters(experiment, 3, 1))
    below = np.tril_indices(T)
    on = (found.layers["l0"].h[0] > 0).sum()
    np.testing.assert_allclose(gradients.jacobian_norms(found)[below], 1, rtol=1e-12)
    fro = gradients.jacobian_norms(found, norm="fro")
    np.testing.assert_allclose(fro[np.tril_indices(T, -1)], np.sqrt(on), rtol=1e-12)
    itemised = gradients.itemised(found)[-1]
    assert (itemised[:-1] == itemised[0]).all()
    assert gradients.verdict(found) == "healthy"
    np.testing.assert_allclose(gradients.bound(found), 1, rtol=1e-12)
