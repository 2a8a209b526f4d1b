"""State Jacobians: autograd's, for every cell, direction and held gate; and norms that neither underflow nor guess."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz import gradients
from rnnviz.engines.numpy_engine import trace
from rnnviz.experiment import Experiment, ExperimentError, Hold
from rnnviz.gradients.jacobians import EXACT, PROBES
from rnnviz.gradients.largest import largest_singular_values
from rnnviz.gradients.runs import run_of
from rnnviz.gradients.tangents import step_jacobians
from rnnviz.initial import initial_parameters
from rnnviz.trace import Array, Trace
from tests.engines.draws import Case, cases, given_inputs, random_inputs, random_parameters
from tests.gradients.states import state_jacobian

ORDERS: dict[str, Any] = {"2": 2, "fro": "fro"}


def check_against_autograd(case: Case) -> None:
    """Assert that the norms of all pairs are those of torch's Jacobians, and zero where there is no path."""
    found, steps = trace(*case), len(case[1].labels)
    for layer, record in found.layers.items():
        states = ("h", "full") if record.c is not None else ("h",)
        norms = {
            (state, norm): gradients.jacobian_norms(found, state, norm, layer) for state in states for norm in ORDERS
        }
        for t, s in np.ndindex(steps, steps):
            if (s > t) != layer.endswith("_reverse") and s != t:
                assert not any(values[t, s] for values in norms.values())
                continue
            whole = state_jacobian(found, layer, t, s)
            hidden = record.h.shape[1]
            for (state, norm), values in norms.items():
                expected = np.linalg.norm(whole if state == "full" else whole[:hidden, :hidden], ORDERS[norm])
                assert values[t, s] == pytest.approx(expected, rel=2e-4 if norm == "2" else 1e-9, abs=1e-12)


@given(cases())
@settings(max_examples=25, deadline=None)
def test_norms_are_those_of_autograds_jacobians(case: Case) -> None:
    check_against_autograd(case)


@given(cases(cells=("gru", "lstm"), held=True, truncated=True))
@settings(max_examples=25, deadline=None)
def test_with_gates_held_too_and_whatever_is_truncated(case: Case) -> None:
    check_against_autograd(case)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_state_of_many_steps_ago_has_the_norm_of_the_product_of_the_steps_between(cell: str) -> None:
    """Against LAPACK's singular values of products made one by one."""
    experiment = Experiment(cell=cell, hidden_size=24)
    data = random_inputs("symbols", 60, 3, 4, seed=1)
    found = trace(experiment, data, initial_parameters(experiment, 3, 4))
    expected = products(found, norm=2)
    np.testing.assert_allclose(gradients.jacobian_norms(found, "full"), expected, rtol=1e-7)
    np.testing.assert_allclose(gradients.jacobian_norms(found, "full", "fro"), products(found, "fro"), rtol=1e-12)


def products(found: Trace, norm: int | str) -> Array:
    jacobians = step_jacobians(run_of(found, "l0"))
    steps, size = jacobians.shape[:2]
    norms = np.zeros((steps, steps))
    for s in range(steps):
        product = np.eye(size)
        for t in range(s, steps):
            product = product if t == s else jacobians[t] @ product
            norms[t, s] = np.linalg.norm(product, norm)
    return norms


def test_of_an_lstm_c_held_fixed_is_not_the_flow_of_h() -> None:
    experiment = Experiment(cell="lstm", hidden_size=6, forget_bias=3.0)
    data = random_inputs("symbols", 20, 3, 4, seed=1)
    found = trace(experiment, data, random_parameters(experiment, 3, 4, seed=2, scale=0.3))
    jacobians = step_jacobians(run_of(found, "l0"))[:, :6, :6]
    h_only = np.linalg.norm(np.linalg.multi_dot(jacobians[:0:-1]), 2)
    block, full = (gradients.jacobian_norms(found, state)[-1, 0] for state in ("h", "full"))
    assert h_only < 1e-3 * block
    assert block < full


# Beyond the numbers


def linear(scale: float, steps: int, hidden: int = 3) -> Trace:
    experiment = Experiment(
        cell="rnn", nonlinearity="identity", init="orthogonal", gain=scale, hidden_size=hidden, loss="last"
    )
    data = given_inputs(np.zeros((steps, 1)), np.ones((steps, 1)))
    return trace(experiment, data, initial_parameters(experiment, 1, 1))


@pytest.mark.parametrize("norm", ORDERS)
@pytest.mark.parametrize(("scale", "steps"), [(0.5, 300), (1e-20, 40), (1e20, 40), (1e-150, 6)])
def test_products_beyond_float64_are_known_by_their_logarithm(scale: float, steps: int, norm: str) -> None:
    log10 = gradients.log10_jacobian_norms(linear(scale, steps), norm=norm)
    lag = np.subtract.outer(np.arange(steps), np.arange(steps))
    of_identity = 0.0 if norm == "2" else 0.5 * np.log10(3)
    below = lag >= 0
    np.testing.assert_allclose(log10[below], (lag * np.log10(scale) + of_identity)[below], rtol=1e-12, atol=1e-12)
    assert (log10[~below] == -np.inf).all()


def test_a_half_a_thousand_times_is_not_zero() -> None:
    found = gradients.jacobian_norms(linear(0.5, 1001, hidden=1))
    assert found[-1, 0] == pytest.approx(0.5**1000, rel=1e-9)
    assert (found[np.tril_indices(1001)] > 0).all()


def test_a_shut_gate_is_an_exact_zero() -> None:
    experiment = Experiment(
        cell="gru", hidden_size=3, hold=(Hold("z", 0.0, start=5, stop=6), Hold("n", 0.5, start=5, stop=6))
    )
    data = random_inputs("symbols", 10, 3, 4, seed=1)
    log10 = gradients.log10_jacobian_norms(trace(experiment, data, random_parameters(experiment, 3, 4, seed=2)))
    assert (log10[5:, :5] == -np.inf).all()
    assert np.isfinite(log10[:5, :5][np.tril_indices(5)]).all()
    assert np.isfinite(log10[5:, 5:][np.tril_indices(5)]).all()


def test_what_is_not_finite_is_seen_as_it_is() -> None:
    experiment = Experiment(cell="rnn", nonlinearity="relu", hidden_size=3, init="identity")
    data = random_inputs("numbers", 6, 2, 1, seed=1)
    parameters = initial_parameters(experiment, 2, 1)
    parameters["weight_hh_l0"][0, 0] = np.nan
    norms = gradients.jacobian_norms(trace(experiment, data, parameters))
    assert np.isnan(norms[1, 0])
    assert norms[0, 0] == pytest.approx(1)


# The iteration


@given(st.integers(1, 30), st.integers(1, 12), st.integers(1, 12), st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
def test_largest_singular_values_are_lapacks(count: int, rows: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrices = rng.standard_normal((count, rows, columns)) * 10.0 ** rng.uniform(-50, 50, (count, 1, 1))
    matrices[rng.random(count) < 0.2] *= 0
    values, vectors = largest_singular_values(matrices, rng.standard_normal((count, rows)))
    np.testing.assert_allclose(values, np.linalg.norm(matrices, 2, axis=(1, 2)), rtol=5e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-9)


@pytest.mark.parametrize("second", [0.5, 0.9, 0.99, 0.999])
def test_a_second_value_close_by_costs_iterations_not_digits(second: float) -> None:
    rng = np.random.default_rng(1)
    left, right = (np.linalg.qr(rng.standard_normal((200, 16, 16)))[0] for _ in range(2))
    matrices = left * np.r_[1.0, second * rng.random(15) ** 0.1] @ right
    values, _ = largest_singular_values(matrices, rng.standard_normal((200, 16)))
    np.testing.assert_allclose(values, np.linalg.norm(matrices, 2, axis=(1, 2)), rtol=5e-5)


# Large states


@pytest.mark.parametrize(
    ("cell", "hidden", "state"), [("rnn", EXACT + 32, "h"), ("lstm", 40, "h"), ("lstm", 40, "full")]
)
def test_a_large_state_is_probed_with_the_error_that_is_promised(cell: str, hidden: int, state: str) -> None:
    experiment = Experiment(cell=cell, hidden_size=hidden)
    data = random_inputs("symbols", 30, 3, 4, seed=1)
    found = trace(experiment, data, initial_parameters(experiment, 3, 4))
    below = np.tril_indices(30, -1)
    jacobians = step_jacobians(run_of(found, "l0"))
    kept = jacobians.shape[1] if state == "full" else hidden
    exact = {norm: np.zeros((30, 30)) for norm in ORDERS}
    for s in range(30):
        product = np.eye(len(jacobians[0]))
        for t in range(s + 1, 30):
            product = jacobians[t] @ product
            for norm, order in ORDERS.items():
                exact[norm][t, s] = np.linalg.norm(product[:kept, :kept], order)
    fro = gradients.jacobian_norms(found, state, "fro")[below] / exact["fro"][below]
    assert 1e-4 < np.sqrt(np.mean((fro - 1) ** 2)) < 1 / np.sqrt(2 * PROBES)
    two = gradients.jacobian_norms(found, state)[below] / exact["2"][below]
    assert (two < 1 + 1e-5).all()  # a lower bound
    assert two.min() > 0.9
    assert np.median(two) > 0.99
    assert (gradients.jacobian_norms(found, state) == gradients.jacobian_norms(found, state)).all()  # seeded


def test_a_start_that_is_another_singular_vector_does_not_hold_the_search() -> None:
    rng = np.random.default_rng(0)
    sizes = rng.random((200, 6))
    values, _ = largest_singular_values(sizes[:, :, None] * np.eye(6), np.eye(6)[sizes.argsort(axis=1)[:, -2]])
    np.testing.assert_allclose(values, sizes.max(axis=1), rtol=1e-4)


def test_a_state_of_the_largest_exact_size_is_exact() -> None:
    found = linear(0.9, 12, hidden=EXACT)
    lag = np.subtract.outer(np.arange(12), np.arange(12))
    np.testing.assert_allclose(gradients.jacobian_norms(found), np.where(lag >= 0, 0.9 ** np.abs(lag), 0), rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"state": "c"}, r"^state is 'c', but must be one of h, full\.$"),
        ({"norm": 2}, r"^norm is 2, but must be one of 2, fro\.$"),
        ({"layer": "l0_reverse"}, r"^layer is 'l0_reverse', but this network has l0\.$"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(arguments: dict[str, object], message: str) -> None:
    for ask in (gradients.jacobian_norms, gradients.log10_jacobian_norms):
        with pytest.raises(ExperimentError, match=message):
            ask(linear(1.0, 2), **arguments)
