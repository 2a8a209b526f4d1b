"""Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks" (arXiv 1211.5063).

The gradient that reaches step s from step t has passed t − s Jacobians diag(φ′) W_hh. How they grow or shrink is a
matter of W_hh's singular values; for a linear network with scaled orthogonal W_hh it is exact.
"""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.engines.numpy_engine import trace
from rnnviz.initial import initial_parameters
from rnnviz.trace import Array, Trace
from tests.engines.draws import given_inputs, random_inputs

T = 51


def norms(run_: Trace) -> Array:
    return np.asarray(np.linalg.norm(run_.layers["l0"].dh, axis=1))


@pytest.mark.parametrize(("scale", "after_50"), [(0.9, 5.15e-3), (1.0, 1.0), (1.1, 117.4)])
@pytest.mark.parametrize("hidden_size", [1, 2, 16])
def test_a_scaled_orthogonal_linear_network_scales_the_gradient_by_s_each_step(
    scale: float, after_50: float, hidden_size: int
) -> None:
    """‖∂L/∂h_s‖ = s^(t−s) ‖∂L/∂h_t‖ exactly."""
    experiment = Experiment(
        cell="rnn",
        nonlinearity="identity",
        init="orthogonal",
        gain=scale,
        hidden_size=hidden_size,
        task="sine",
        length=T,
    )
    found = norms(run(experiment.replace(loss="last")))
    np.testing.assert_allclose(found / found[-1], scale ** np.arange(T - 1, -1, -1), rtol=1e-12)
    assert found[0] / found[-1] == pytest.approx(after_50, rel=1e-3)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu", "identity"])
@pytest.mark.parametrize("gain", [0.3, 1.0, 3.0])
def test_no_step_stretches_the_gradient_by_more_than_the_largest_singular_value(nonlinearity: str, gain: float) -> None:
    """Their eq. 6–7, with γ = 1 for all three activations."""
    experiment = Experiment(
        cell="rnn", nonlinearity=nonlinearity, gain=gain, hidden_size=8, loss="last", text="to be or not"
    )
    found = run(experiment)
    bound = np.linalg.norm(found.parameters["weight_hh_l0"], 2)
    assert (norms(found)[:-1] <= norms(found)[1:] * bound * (1 + 1e-12)).all()
    if gain == 0.3:
        assert bound < 1
        assert norms(found)[0] < norms(found)[-1] * bound**11


def test_largest_eigenvalue_zero_and_the_gradient_doubles_every_step() -> None:
    """The preprint's "largest eigenvalue" must be a singular value for nonlinear networks: here ρ(W) = 0, σ(W) = 16.

    At the fixed point h* = (0, ½) the Jacobian diag(1 − h²) W = [[8, 8], [−6, −6]] has the eigenvalue 2.
    """
    w, bias = np.array([[8.0, 8.0], [-8.0, -8.0]]), np.array([-4.0, 4 + np.arctanh(0.5)])
    assert bias[1] == pytest.approx(4.54930614, abs=1e-8)
    assert np.abs(np.linalg.eigvals(w)).max() < 1e-6
    assert np.linalg.norm(w, 2) == pytest.approx(16)
    parameters = {
        "weight_ih_l0": np.eye(2),
        "weight_hh_l0": w,
        "bias_ih_l0": bias,
        "bias_hh_l0": np.zeros(2),
        "weight_ho": np.array([[1.0, 0.0]]),
        "bias_o": np.zeros(1),
    }
    inputs = np.zeros((15, 2))
    inputs[0] = np.array([0.0, np.arctanh(0.5)]) - bias  # from h = 0 straight onto the fixed point
    experiment = Experiment(cell="rnn", hidden_size=2, loss="last")
    found = trace(experiment, given_inputs(inputs, np.ones((15, 1))), parameters)
    np.testing.assert_allclose(found.layers["l0"].h, np.tile([0.0, 0.5], (15, 1)), atol=1e-9)
    ratios = norms(found)[:-2] / norms(found)[1:-1]
    np.testing.assert_allclose(ratios, 2.0, rtol=1e-8)


def test_clipping_by_norm_keeps_the_direction_and_cures_explosion_only() -> None:
    """Their algorithm 1: ĝ · threshold / ‖ĝ‖ where ‖ĝ‖ is above the threshold; a vanished gradient stays as it is."""
    exploding = Experiment(
        cell="rnn", nonlinearity="identity", init="orthogonal", gain=1.3, task="sine", length=T, loss="last"
    )
    for experiment, shortened in ((exploding, True), (exploding.replace(gain=0.5), False)):
        free, clipped = run(experiment), run(experiment.replace(clip=50.0))
        assert (free.grad_norm > 50) == shortened
        factor = 50 / free.grad_norm if shortened else 1.0
        for name, grad in free.parameter_grads.items():
            np.testing.assert_allclose(clipped.parameter_grads[name], factor * grad, rtol=1e-13)
        assert (norms(clipped) == norms(free)).all()


def test_a_long_tanh_network_underflows_to_exactly_zero_in_float32_sooner_than_in_float64() -> None:
    """One loss after 2000 steps, torch's default weights: the first hundreds of steps get no gradient at all."""
    experiment = Experiment(cell="rnn", hidden_size=32, loss="last")
    data = random_inputs("numbers", 2000, width=4, outputs=1, seed=1)
    dh = trace(experiment, data, initial_parameters(experiment, 4, 1)).layers["l0"].dh
    largest = np.abs(dh).max(axis=1)
    zero, zero32 = (largest == 0).sum(), (largest.astype(np.float32) == 0).sum()
    assert 300 < zero < zero32 - 500
    assert (largest[zero:] > 0).all()  # once it is gone it stays gone: backwards in time, an unbroken stretch
    decades = np.log10(largest[zero:] / largest[-1])
    steps = np.arange(len(decades) - 1, -1, -1)
    rate = decades[0] / steps[0]
    assert rate < -0.1
    assert np.abs(decades - rate * steps).max() < 0.05 * -decades[0]  # a straight line over 300 decades
