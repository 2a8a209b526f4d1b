"""Cho et al. 2014 (arXiv 1406.1078, first version): the GRU as torch computes it. z = 1 keeps, r scales the product."""

from __future__ import annotations

import numpy as np

from rnnviz import Experiment, Hold, run
from rnnviz.trace import Array

BASE = Experiment(cell="gru", hidden_size=5, text="keep it or replace it", seed=2, loss="last")


def rows(matrix: Array, gate: str) -> Array:
    """Return a gate's block of a weight matrix or bias."""
    return np.split(matrix, 3)[("r", "z", "n").index(gate)]


def test_z_at_one_keeps_the_state_and_hands_the_gradient_through_unchanged() -> None:
    layer = run(BASE.replace(hold=(Hold("z", 1.0, start=6, stop=15),))).layers["l0"]
    assert (layer.h[5:15] == layer.h[5]).all()
    assert (layer.h[15] != layer.h[5]).all()
    assert (layer.dh[5:15] == layer.dh[14]).all()
    assert layer.dh[14].all()


def test_z_at_zero_replaces_the_state_by_the_candidate() -> None:
    layer = run(BASE.replace(hold=(Hold("z", 0.0),))).layers["l0"]
    assert (layer.h == layer.gates["n"]).all()


def test_r_scales_the_recurrent_sum_after_the_product_its_bias_included() -> None:
    shut = run(BASE.replace(hold=(Hold("r", 0.0),)))
    layer, weights = shut.layers["l0"], shut.parameters
    alone = shut.inputs @ rows(weights["weight_ih_l0"], "n").T + rows(weights["bias_ih_l0"], "n")
    np.testing.assert_allclose(layer.gates["n"], np.tanh(alone), rtol=1e-13)
    h_prev = np.vstack([layer.h0, layer.h[:-1]])
    product = h_prev @ rows(weights["weight_hh_l0"], "n").T + rows(weights["bias_hh_l0"], "n")
    np.testing.assert_allclose(layer.preactivations["hn"], product, rtol=1e-12)
    free = run(BASE).layers["l0"]
    recurrent = free.preactivations["n"] - free.gates["r"] * free.preactivations["hn"]
    np.testing.assert_allclose(recurrent, alone, rtol=1e-11, atol=1e-15)


def test_with_z_held_and_no_recurrent_weights_the_gradient_shrinks_by_z_each_step() -> None:
    """∂h_t/∂h_s = z^(t−s): the GRU's own error carousel."""
    layer = run(BASE.replace(gain=0.0, hold=(Hold("z", 0.9),))).layers["l0"]
    steps = np.arange(len(layer.h) - 1, -1, -1)[:, None]
    np.testing.assert_allclose(layer.dh, 0.9**steps * layer.dh[-1], rtol=1e-12)
