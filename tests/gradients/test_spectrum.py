"""What W_hh says about the gradient, and what is said of a run: vanishing, healthy, exploding."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings

from rnnviz import Experiment, ExperimentError, Hold, gradients, run
from rnnviz.engines.numpy_engine import trace
from rnnviz.initial import initial_parameters
from rnnviz.trace import Trace
from tests.engines.draws import Case, cases, given_inputs, random_inputs

LINEAR = Experiment(cell="rnn", nonlinearity="identity", init="orthogonal", hidden_size=5, loss="last")


def linear(scale: float, steps: int = 51, x: float = 0.1, **changes: object) -> Trace:
    """Return a linear network whose gradient changes by ``scale`` a step."""
    experiment = LINEAR.replace(gain=scale, **changes)
    data = given_inputs(np.full((steps, 1), x), np.ones((steps, 1)))
    return trace(experiment, data, initial_parameters(experiment, 1, 1))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_singular_values_and_radius_are_those_of_each_gates_own_block(cell: str) -> None:
    found = run(Experiment(cell=cell, hidden_size=4, text="abcab", bidirectional=True))
    for layer in found.layers:
        blocks = gradients.singular_values(found, layer)
        assert tuple(blocks) == {"rnn": ("h",), "gru": ("r", "z", "n"), "lstm": ("i", "f", "g", "o")}[cell]
        for at, (name, values) in enumerate(blocks.items()):
            block = found.parameters[f"weight_hh_{layer}"][4 * at : 4 * at + 4]
            np.testing.assert_allclose(values, np.sqrt(np.linalg.eigvalsh(block.T @ block)[::-1].clip(0)), rtol=1e-7)
            assert gradients.sigma_max(found, layer)[name] == values[0]
            powers = np.linalg.norm(np.linalg.matrix_power(block, 512), 2) ** (1 / 512)  # Gelfand
            assert gradients.spectral_radius(found, layer)[name] == pytest.approx(powers, rel=2e-2)


@given(cases(cells=("rnn",)))
@settings(max_examples=60, deadline=None)
def test_no_jacobian_is_larger_than_the_bound(case: Case) -> None:
    found = trace(*case)
    for layer in found.layers:
        norms, bound = gradients.jacobian_norms(found, layer=layer), gradients.bound(found, layer)
        lag = np.abs(np.subtract.outer(np.arange(found.steps), np.arange(found.steps)))
        assert (norms <= bound[lag] * (1 + 1e-5) + 1e-300).all()
        np.testing.assert_allclose(10.0 ** gradients.log10_bound(found, layer), bound, rtol=1e-9, atol=1e-300)


def test_the_bound_is_known_beyond_float64_and_is_zero_without_weights() -> None:
    assert gradients.log10_bound(linear(1e-10, 60))[-1] == pytest.approx(-590)
    none = linear(0.0, 4)
    assert gradients.bound(none).tolist() == [1, 0, 0, 0]
    assert gradients.log10_bound(none).tolist() == [0, -np.inf, -np.inf, -np.inf]


def test_a_gated_cell_has_no_bound() -> None:
    with pytest.raises(ExperimentError, match=r"^cell is 'gru', but the bound .* plain rnn only"):
        gradients.bound(run(Experiment(cell="gru", text="ab")))


def test_weights_that_are_not_finite_have_no_spectrum() -> None:
    found = linear(1.0, 3)
    weights = {**found.parameters, "weight_hh_l0": np.full((5, 5), np.inf)}
    broken = dataclasses.replace(found, parameters=weights)
    assert np.isnan(gradients.sigma_max(broken)["h"])
    assert np.isnan(gradients.spectral_radius(broken)["h"])


# Factor and verdict


@pytest.mark.parametrize(
    ("scale", "expected"),
    [(0.9, "vanishes"), (0.95, "healthy"), (1.0, "healthy"), (1.05, "healthy"), (1.1, "explodes")],
)
@pytest.mark.parametrize("loss", ["last", "every"])
def test_fifty_steps_by_a_factor_are_called_by_their_name(scale: float, expected: str, loss: str) -> None:
    """0.9^50 = 1/194 and 1.1^50 = 117; and losses at all steps do not hide what becomes of the last one."""
    found = linear(scale, loss=loss)
    assert gradients.per_step_factor(found) == pytest.approx(scale, rel=1e-12)
    assert gradients.verdict(found) == expected


def test_the_factor_is_the_geometric_mean_of_the_steps() -> None:
    found = run(Experiment(cell="lstm", text="gradients flow back", loss="last"))
    for state in ("h", "c"):
        norms = gradients.norms(found, state=state)
        steps = norms[:-1] / norms[1:]
        assert gradients.per_step_factor(found, state=state) == pytest.approx(np.exp(np.log(steps).mean()), rel=1e-12)


def test_a_series_ends_at_the_last_step_that_has_a_loss() -> None:
    found = run(LINEAR.replace(gain=0.5, series=(0.1, 0.4, 0.2, 0.3, 0.5)))
    assert found.losses[-1] == 0
    assert gradients.per_step_factor(found) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(("scale", "expected"), [(1e-30, "vanishes"), (1e30, "explodes")])
def test_a_gradient_beyond_float64_is_judged_all_the_same(scale: float, expected: str) -> None:
    found = linear(scale, 30, x=0.0)
    assert gradients.per_step_factor(found) == pytest.approx(scale, rel=1e-9)
    assert gradients.verdict(found) == expected


def test_an_exact_zero_has_vanished() -> None:
    for found in (linear(0.0), linear(1.0, truncate=10)):
        assert gradients.per_step_factor(found) == 0
        assert gradients.verdict(found) == "vanishes"
    shut = run(
        Experiment(cell="lstm", text="shut the gate", gain=0.0, hold=(Hold("f", 0.0, start=4, stop=5),), loss="last")
    )
    assert gradients.verdict(shut) == "vanishes"


def test_one_step_is_healthy_and_without_any_loss_nothing_is_lost() -> None:
    assert gradients.per_step_factor(linear(0.1, 1)) == 1
    assert gradients.verdict(linear(0.1, 1)) == "healthy"
    silent = random_inputs("symbols", 5, 2, 3, seed=1)
    silent.targets[:] = -1
    found = trace(Experiment(cell="gru"), silent, initial_parameters(Experiment(cell="gru"), 2, 3))
    assert np.isnan(gradients.per_step_factor(found))
    assert gradients.verdict(found) == "healthy"


def test_a_run_whose_numbers_end_explodes() -> None:
    found = linear(1e60, 12)
    assert not np.isfinite(found.layers["l0"].dh).all()
    assert gradients.verdict(found) == "explodes"


def test_in_a_reverse_layer_the_way_goes_to_the_last_step() -> None:
    found = linear(0.5, 20, bidirectional=True, loss="every")
    assert gradients.per_step_factor(found, "l0_reverse") == pytest.approx(0.5, rel=1e-12)
    assert gradients.verdict(found, "l0_reverse") == "vanishes"
