"""Hochreiter & Schmidhuber 1997; Gers et al. 2000: the cell path by itself, beside the LSTM's whole gradient flow."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, Hold, gradients, run

BASE = Experiment(cell="lstm", hidden_size=6, text="the constant error carousel", loss="last", seed=4)


def test_the_full_flow_is_larger_than_the_cell_path_alone() -> None:
    path = gradients.cell_path(run(BASE))
    assert (path.full[:-1] > path.belt[:-1]).all()
    assert path.full[-1] == path.belt[-1]
    assert path.full[0] - path.belt[0] > 0.3  # twice as much, after 26 steps


def test_without_recurrent_weights_the_cell_path_is_all_there_is() -> None:
    path = gradients.cell_path(run(BASE.replace(gain=0.0)))
    np.testing.assert_allclose(path.full, path.belt, rtol=1e-10, atol=1e-12)


def test_with_f_open_the_cell_path_is_the_carousel_and_yet_there_is_more() -> None:
    path = gradients.cell_path(run(BASE.replace(hold=(Hold("f", 1.0),))))
    assert (path.units == 0).all()
    assert (path.norm == 0).all()
    np.testing.assert_allclose(path.belt, path.belt[-1], atol=1e-14)
    assert np.abs(path.full - path.belt)[:-1].max() > 0.01


def test_an_lstm_can_vanish() -> None:
    """The commonest misconception: torch's default weights give f ≈ ½."""
    found = run(BASE.replace(text="an lstm does vanish too, unless its forget gates are open"))
    assert gradients.verdict(found) == "vanishes"
    assert gradients.cell_path(found).norm[0] < -6
    opened = run(found.experiment.replace(forget_bias=8.0))
    assert gradients.verdict(opened, state="c") == "healthy"
    assert gradients.cell_path(opened).norm[0] > -0.1


@pytest.mark.parametrize("bias", [0.0, 1.0, 3.0])
def test_a_forget_bias_b_has_the_time_constant_minus_one_over_ln_sigma_of_b(bias: float) -> None:
    """Where no weights reach f, memory falls to 1/e in −1 / ln σ(b) steps: 1.44, 3.19, 20.6 for b = 0, 1, 3."""
    parameters = {
        name: value.copy() for name, value in run(BASE.replace(forget_bias=bias, gain=0.0)).parameters.items()
    }
    parameters["weight_ih_l0"][6:12] = 0
    path = gradients.cell_path(run(BASE, parameters=parameters))
    constant = -1 / np.log(1 / (1 + np.exp(-bias)))
    assert constant == pytest.approx({0.0: 1.4427, 1.0: 3.1922, 3.0: 20.5802}[bias], rel=1e-4)
    steps_back = np.arange(26, -1, -1)
    np.testing.assert_allclose(path.units * np.log(10), np.tile(-steps_back[:, None] / constant, (1, 6)), rtol=1e-12)
    np.testing.assert_allclose(path.norm, path.mean, rtol=1e-12)


def test_the_state_is_h_and_c_and_h_alone_is_not_the_flow() -> None:
    """A product of ∂h_t/∂h_{t−1} with c held fixed lacks the belt; the h-block of the full Jacobian has it."""
    experiment = BASE.replace(forget_bias=4.0)
    found = run(experiment)
    block, full = (gradients.jacobian_norms(found, state)[-1, 0] for state in ("h", "full"))
    # With f shut at every step c is never handed on: what is left is the way from h to h alone.
    beltless = run(experiment.replace(hold=(Hold("f", 0.0),)))
    assert gradients.jacobian_norms(beltless)[-1, 0] < 1e-6 * block
    assert block < full
