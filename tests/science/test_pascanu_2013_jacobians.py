"""Pascanu, Mikolov & Bengio 2013: the product of Jacobians itself, for every pair of steps, beside its bound."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, gradients, run
from rnnviz.engines.numpy_engine import trace
from rnnviz.initial import initial_parameters
from rnnviz.trace import Trace
from tests.engines.draws import given_inputs, random_inputs

T = 51
LAG = np.subtract.outer(np.arange(T), np.arange(T))


def linear(scale: float, hidden_size: int) -> Trace:
    """Return a linear network with W_hh = scale · Q, Q orthogonal."""
    return run(
        Experiment(
            cell="rnn",
            nonlinearity="identity",
            init="orthogonal",
            gain=scale,
            hidden_size=hidden_size,
            task="sine",
            length=T,
            loss="last",
        )
    )


@pytest.mark.parametrize(("scale", "after_50"), [(0.9, 5.15e-3), (1.0, 1.0), (1.1, 117.4)])
@pytest.mark.parametrize("hidden_size", [1, 2, 16])
def test_of_a_scaled_orthogonal_linear_network_every_product_has_the_norm_s_to_the_lag(
    scale: float, after_50: float, hidden_size: int
) -> None:
    """‖∂h_t/∂h_s‖ = s^(t−s), exactly; the bound is reached, and radius, singular values and factor are all s."""
    found = linear(scale, hidden_size)
    expected = np.where(LAG >= 0, scale ** LAG.clip(0), 0)
    norms = gradients.jacobian_norms(found)
    np.testing.assert_allclose(norms, expected, rtol=1e-12)
    np.testing.assert_allclose(gradients.jacobian_norms(found, norm="fro"), expected * np.sqrt(hidden_size), rtol=1e-12)
    assert norms[-1, 0] == pytest.approx(after_50, rel=1e-3)
    np.testing.assert_allclose(gradients.bound(found), scale ** np.arange(T), rtol=1e-12)
    np.testing.assert_allclose(gradients.singular_values(found)["h"], scale, rtol=1e-12)
    assert gradients.spectral_radius(found)["h"] == pytest.approx(scale, rel=1e-12)
    assert gradients.per_step_factor(found) == pytest.approx(scale, rel=1e-12)
    # With one loss at the end the itemised matrix has one row: what starts there, times s^lag.
    itemised = gradients.itemised(found)
    np.testing.assert_allclose(itemised[-1] / itemised[-1, -1], expected[-1], rtol=1e-12)
    assert not itemised[:-1].any()


@pytest.mark.parametrize("gain", [0.5, 1.5])
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu", "identity"])
def test_sigma_below_one_is_sufficient_to_vanish_and_above_one_only_necessary_to_explode(
    nonlinearity: str, gain: float
) -> None:
    found = run(
        Experiment(
            cell="rnn",
            nonlinearity=nonlinearity,
            init="orthogonal",
            gain=gain,
            hidden_size=12,
            task="sine",
            length=T,
            loss="last",
        )
    )
    norms = gradients.jacobian_norms(found)
    assert (norms <= np.where(LAG >= 0, gain ** LAG.clip(0), 0) * (1 + 1e-5)).all()
    if gain < 1:
        assert gradients.verdict(found) == "vanishes"
    else:
        allowed = {"identity": {"explodes"}, "tanh": {"vanishes", "healthy"}}  # tanh saturates
        assert gradients.verdict(found) in allowed.get(nonlinearity, {"vanishes", "healthy", "explodes"})


def counterexample(steps: int) -> Trace:
    """Return the tanh network with ρ = 0 and σ = 16 at its fixed point h* = (0, ½)."""
    bias = np.array([-4.0, 4 + np.arctanh(0.5)])
    parameters = {
        "weight_ih_l0": np.eye(2),
        "weight_hh_l0": np.array([[8.0, 8.0], [-8.0, -8.0]]),
        "bias_ih_l0": bias,
        "bias_hh_l0": np.zeros(2),
        "weight_ho": np.array([[1.0, 0.0]]),
        "bias_o": np.zeros(1),
    }
    inputs = np.zeros((steps, 2))
    inputs[0] = np.array([0.0, np.arctanh(0.5)]) - bias
    experiment = Experiment(cell="rnn", hidden_size=2, loss="last")
    return trace(experiment, given_inputs(inputs, np.ones((steps, 1))), parameters)


def test_with_spectral_radius_zero_the_jacobians_double_every_step() -> None:
    found = counterexample(15)
    assert gradients.spectral_radius(found)["h"] < 1e-6
    assert gradients.sigma_max(found)["h"] == pytest.approx(16, rel=1e-14)
    norms = gradients.jacobian_norms(found)
    # J = [[8, 8], [−6, −6]] has rank one and the eigenvalue 2: J^n = 2^(n−1) J, ‖J‖ = √200.
    lag = LAG[:15, :15]
    expected = np.where(lag > 0, np.sqrt(200) * 2.0 ** (lag.clip(1) - 1), lag == 0)
    np.testing.assert_allclose(norms, expected, rtol=1e-5)
    assert gradients.verdict(found) == "explodes"
    assert gradients.bound(found)[14] == pytest.approx(16.0**14)


def test_float64_leaves_that_orbit_after_about_25_steps() -> None:
    """The fixed point repels: each rounding error doubles, and after some 40 doublings of 1e-16 it is lost."""
    h = counterexample(60).layers["l0"].h
    away = np.abs(h - [0.0, 0.5]).max(axis=1)
    assert (away[:20] < 1e-6).all()
    assert 20 <= np.argmax(away > 1e-6) <= 45


def test_a_tanh_network_of_a_thousand_steps_is_exactly_zero_for_most_of_them_in_float32_only() -> None:
    """Torch's default weights, one loss at T = 1000: what float32 calls zero, and what only looks like it."""
    experiment = Experiment(cell="rnn", hidden_size=32, loss="last")
    data = random_inputs("numbers", 1000, width=4, outputs=1, seed=1)
    found = trace(experiment, data, initial_parameters(experiment, 4, 1))
    in_float32 = int((gradients.norms(found, dtype="float32") == 0).sum())
    in_float64 = int((gradients.norms(found) == 0).sum())
    assert 700 < in_float32 < 950
    assert in_float64 < in_float32 - 150
    assert gradients.float32_zeros(found).sum() == in_float32
    exact = gradients.log10_totals(found)
    assert np.isfinite(exact).all()  # none of them is zero in truth
    factor = np.log10(gradients.per_step_factor(found))
    assert exact[0] - exact[-1] == pytest.approx(999 * factor, rel=1e-9)
    assert exact[0] < (-308 if in_float64 else -45)
