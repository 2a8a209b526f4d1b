"""Each loss by itself: what autograd says of that loss alone; together, the total; in float32, what is left of it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings

from rnnviz import gradients
from rnnviz.engines.numpy_engine import trace
from rnnviz.experiment import Experiment, ExperimentError, Hold
from rnnviz.initial import initial_parameters
from rnnviz.inputs import Inputs
from rnnviz.trace import Array, Trace
from tests.engines.draws import Case, cases, given_inputs, random_inputs, random_parameters
from tests.engines.oracle import looped


def close(ours: Array, theirs: Array, relative: float, size: float | None = None) -> None:
    """Assert that arrays differ by at most ``relative`` of the largest entry, or of ``size``."""
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max(initial=0) <= relative * (np.abs(theirs).max(initial=0) if size is None else size)


def alone(data: Inputs, k: int) -> Inputs:
    """Return the same inputs with the target of step k only."""
    targets = np.full_like(data.targets, -1 if data.kind == "symbols" else np.nan)
    targets[k] = data.targets[k]
    return dataclasses.replace(data, targets=targets)


def with_loss(found: Trace) -> list[int]:
    return np.flatnonzero(found.dtop.any(axis=1)).tolist()


def check_against_autograd(case: Case) -> None:
    experiment, data, parameters = case
    found = trace(*case)
    largest = max(np.abs(layer.dh).max() for layer in found.layers.values()) + np.abs(found.dtop).max()
    for k in with_loss(found):
        theirs = looped(experiment, alone(data, k), parameters)
        for layer in found.layers:
            close(gradients.itemised_vectors(found, layer)[k], theirs.dh[layer], 1e-9, largest)
            if layer in theirs.dc:
                close(gradients.itemised_vectors(found, layer, "c")[k], theirs.dc[layer], 1e-9, largest)


@given(cases())
@settings(max_examples=40, deadline=None)
def test_each_loss_alone_reaches_each_state_as_autograd_says(case: Case) -> None:
    check_against_autograd(case)


@given(cases(cells=("gru", "lstm"), held=True))
@settings(max_examples=25, deadline=None)
def test_held_gates_cut_what_a_single_loss_sends(case: Case) -> None:
    check_against_autograd(case)


@given(cases(truncated=True))
@settings(max_examples=25, deadline=None)
def test_truncation_cuts_what_a_single_loss_sends(case: Case) -> None:
    check_against_autograd(case)


@given(cases(truncated=True))
@settings(max_examples=60, deadline=None)
def test_over_the_losses_the_vectors_add_up_to_the_total_gradient(case: Case) -> None:
    found = trace(*case)
    for name, layer in found.layers.items():
        vectors = gradients.itemised_vectors(found, name)
        close(vectors.sum(axis=0), layer.dh, 1e-12, np.abs(vectors).sum(axis=0).max())
        np.testing.assert_allclose(gradients.itemised(found, name), np.linalg.norm(vectors, axis=2), rtol=1e-12)
        if layer.dc is not None:
            vectors = gradients.itemised_vectors(found, name, "c")
            close(vectors.sum(axis=0), layer.dc, 1e-12, np.abs(vectors).sum(axis=0).max())


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_beyond_the_band_of_a_truncation_and_after_the_loss_it_is_exactly_zero(cell: str, bidirectional: bool) -> None:
    experiment = Experiment(cell=cell, hidden_size=4, num_layers=2, bidirectional=bidirectional, truncate=3)
    data = random_inputs("symbols", 14, 3, 4, seed=1)
    found = trace(experiment, data, random_parameters(experiment, 3, 4, seed=2))
    back = np.subtract.outer(np.arange(14), np.arange(14))
    for layer in found.layers:
        reaches = np.abs(back) <= 3
        if layer == "l1" or not bidirectional:
            reaches &= back >= 0
        elif layer == "l1_reverse":
            reaches &= back <= 0
        assert ((gradients.itemised(found, layer) > 0) == reaches).all()
        assert ((gradients.log10_itemised(found, layer) > -np.inf) == reaches).all()


def mixed(found: Trace, seed: int) -> Trace:
    """Return a trace whose losses read the states of all steps, as those of a recorded module may."""
    steps, width = found.dtop.shape
    by_loss = np.random.default_rng(seed).standard_normal((steps, steps, width))
    return dataclasses.replace(found, dtop=by_loss.sum(axis=0), dtop_by_loss=by_loss)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_loss_that_reads_other_steps_flows_from_all_of_them(bidirectional: bool) -> None:
    experiment = Experiment(cell="lstm", hidden_size=3, num_layers=2, bidirectional=bidirectional, residual=True)
    data = random_inputs("numbers", 7, 2, 1, seed=1)
    found = mixed(trace(experiment, data, random_parameters(experiment, 2, 1, seed=2)), seed=3)
    assert found.dtop_by_loss is not None
    for layer in found.layers:
        vectors = gradients.itemised_vectors(found, layer)
        for k in range(7):  # a single adjoint that begins at all steps at once is the total of a run with that dtop
            one = dataclasses.replace(found, dtop=found.dtop_by_loss[k], dtop_by_loss=None)
            expected = gradients.itemised_vectors(one, layer).sum(axis=0)
            close(vectors[k], expected, 1e-12)


def test_what_arrives_beside_a_cell_state_that_all_but_vanished_does_not_revive_it() -> None:
    """Eight steps whose forget gates let 1e-30 through, and then the same loss comes in a second time."""
    experiment = Experiment(cell="lstm", hidden_size=3, hold=(Hold("f", 1e-30),))
    data, parameters = random_inputs("numbers", 12, 2, 1, seed=1), random_parameters(experiment, 2, 1, seed=2)
    parameters["weight_hh_l0"][:] = 0
    found = trace(experiment, data, parameters)
    by_loss = np.zeros((12, 12, 3))
    by_loss[11, 11] = by_loss[11, 3] = 1.0
    twice = dataclasses.replace(found, dtop=by_loss.sum(axis=0), dtop_by_loss=by_loss)
    gates = found.layers["l0"].gates
    dc = gates["o"][3] * (1 - np.tanh(np.asarray(found.layers["l0"].c)[3]) ** 2)
    np.testing.assert_allclose(gradients.itemised_vectors(twice, "l0", "c")[11, 3], dc, rtol=1e-12)
    far = gradients.log10_itemised(twice, "l0", "c")[11]
    np.testing.assert_allclose(far[4:] - far[11], -30.0 * np.arange(7, -1, -1), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        gradients.log10_totals(twice, "l0", "c")[2], np.log10(np.linalg.norm(dc)) - 30, rtol=1e-12
    )


# Sizes


@given(cases(truncated=True))
@settings(max_examples=60, deadline=None)
def test_norms_are_those_of_the_trace_and_the_walk_anew_says_the_same(case: Case) -> None:
    found = trace(*case)
    for name, layer in found.layers.items():
        for state, rows in (("h", layer.dh), ("c", layer.dc)):
            if rows is not None:
                size = np.abs(rows).max()
                sizes = [math.hypot(*row) for row in rows.tolist()]  # whose squares may be too small for any number
                np.testing.assert_allclose(gradients.norms(found, name, state), sizes, rtol=1e-12)
                with np.errstate(divide="ignore"):
                    close(10.0 ** gradients.log10_totals(found, name, state), gradients.norms(found, name, state), 1e-9)
                close(gradients.norms(found, name, state, "float32"), np.linalg.norm(rows, axis=1), 1e-3, size + 1e-30)


def test_a_norm_does_not_underflow_or_overflow_where_its_square_does() -> None:
    for size in (1e-320, 1e-200, 1e-160, 1.0, 1e155, 1e200):
        rows = np.array([[3.0, 4.0], [0.0, 0.0]]) * size
        np.testing.assert_allclose(
            10.0 ** gradients.log10_norms(rows[:1]), 5 * size, rtol=1e-3 if size < 1e-300 else 1e-12
        )
        assert gradients.log10_norms(rows)[1] == -np.inf
    found = shrinking(0.1, 240)
    assert (gradients.norms(found) > 0).all()
    np.testing.assert_allclose(gradients.norms(found)[:-1] / gradients.norms(found)[1:], 0.1, rtol=1e-10)


def shrinking(scale: float, steps: int, cell: str = "rnn") -> Trace:
    """Return a linear network with one loss at the end, whose gradient changes by ``scale`` a step."""
    experiment = Experiment(
        cell=cell, nonlinearity="identity", init="orthogonal", gain=scale, hidden_size=4, loss="last"
    )
    data = given_inputs(np.zeros((steps, 1)), np.ones((steps, 1)))
    return trace(experiment, data, initial_parameters(experiment, 1, 1))


@pytest.mark.parametrize(("scale", "steps"), [(0.1, 400), (0.5, 2500), (1e-30, 40), (1e30, 40), (10.0, 400)])
def test_a_gradient_beyond_float64_is_still_known_by_its_logarithm(scale: float, steps: int) -> None:
    found = shrinking(scale, steps)
    expected = np.log10(scale) * np.arange(steps - 1, -1, -1)
    for log10 in (gradients.log10_totals(found), gradients.log10_itemised(found)[-1]):
        np.testing.assert_allclose(log10 - log10[-1], expected, rtol=1e-12, atol=1e-12)
    if scale < 1:
        assert gradients.norms(found)[0] == 0
        assert gradients.itemised(found)[-1, 0] == 0
    else:
        assert gradients.itemised(found)[-1, 0] == np.inf


def test_losses_of_very_different_reach_add_up_beyond_float64() -> None:
    """With a loss at every step each step's total is the next one's, 1e-30 times as large, and the step's own."""
    found = shrinking(1e-30, 40)
    every = trace(found.experiment.replace(loss="every"), given_inputs(found.inputs, found.targets), found.parameters)
    np.testing.assert_allclose(gradients.log10_totals(every), gradients.log10_norms(every.layers["l0"].dh), rtol=1e-12)
    stacked = Experiment(
        cell="rnn", nonlinearity="identity", init="orthogonal", gain=1e-30, hidden_size=4, loss="last", num_layers=3
    )
    deep = trace(stacked, given_inputs(found.inputs, found.targets), initial_parameters(stacked, 1, 1))
    way = gradients.log10_totals(deep, "l0")
    np.testing.assert_allclose(np.diff(way)[:-3], 30, atol=0.5)  # 30 decades a step, however many ways lead there


def test_float32_zeros_are_the_steps_that_only_float32_calls_zero() -> None:
    found = shrinking(0.1, 400)
    zeros = gradients.float32_zeros(found)
    first = int(np.flatnonzero(~zeros)[0])
    assert zeros[:first].all() and not zeros[first:].any()
    assert 400 - first == pytest.approx(45 + np.log10(gradients.norms(found)[-1]), abs=1.5)  # float32 ends at 1e-45
    assert (gradients.norms(found, dtype="float32")[:first] == 0).all()
    assert (gradients.norms(found, dtype="float32")[first:] > 0).all()
    cut = trace(found.experiment.replace(truncate=5), given_inputs(found.inputs, found.targets), found.parameters)
    assert not gradients.float32_zeros(cut).any()  # beyond a truncation, zero is true


# Errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layer": "l1"}, r"^layer is 'l1', but this network has l0\.$"),
        ({"layer": None}, r"^layer is None, but"),
        ({"state": "c"}, r"^state is 'c', but must be one of h\.$"),
        ({"state": "full"}, r"^state is 'full', but"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(arguments: dict[str, object], message: str) -> None:
    found = shrinking(0.5, 3)
    for ask in (gradients.norms, gradients.log10_totals, gradients.itemised, gradients.itemised_vectors):
        with pytest.raises(ExperimentError, match=message):
            ask(found, **arguments)
    with pytest.raises(ExperimentError, match=r"^dtype is 'float16', but must be one of float64, float32\.$"):
        gradients.norms(found, dtype="float16")
