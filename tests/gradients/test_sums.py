"""The gradient of a weight as a sum over time, the cell path, truncation with two lengths, and clipping."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

from rnnviz import Experiment, ExperimentError, Hold, gradients, run
from rnnviz.engines.numpy_engine import trace
from rnnviz.inputs import Inputs
from rnnviz.trace import Array, Trace
from tests.engines.draws import Case, cases, random_inputs, random_parameters
from tests.engines.oracle import _layer, array, gradient, losses_of


def traced(experiment: Experiment, steps: int = 12, kind: str = "symbols") -> Trace:
    data = random_inputs(kind, steps, width=3, outputs=4, seed=1)
    return trace(experiment, data, random_parameters(experiment, 3, 4, seed=2))


# A weight's gradient, step by step


@given(cases(truncated=True))
@settings(max_examples=60, deadline=None)
def test_the_terms_of_all_steps_add_up_to_each_parameters_gradient(case: Case) -> None:
    found = trace(*case)
    for name, grad in found.parameter_grads.items():
        terms, parts = gradients.weight_terms(found, name), gradients.weight_shares(found, name)
        size = np.abs(terms).sum(axis=0).max()
        assert np.abs(terms.sum(axis=0) - grad).max() <= 1e-12 * size
        assert np.abs(parts.total - grad).max() <= 1e-12 * size
        flat = terms.reshape(len(terms), -1)
        np.testing.assert_allclose(parts.norms, np.linalg.norm(flat, axis=1), rtol=1e-10)
        if (grad**2).sum() > (1e-6 * size) ** 2:
            expected = flat @ grad.ravel() / (grad**2).sum()
            np.testing.assert_allclose(parts.shares, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())
            assert parts.shares.sum() == pytest.approx(1, abs=1e-9 * np.abs(expected).sum())


def test_shares_are_of_the_gradient_before_clipping() -> None:
    free = Experiment(cell="lstm", hidden_size=3)
    clipped = traced(free.replace(clip=1e-3, clip_value=1e-4))
    found = gradients.weight_shares(clipped, "weight_hh_l0")
    np.testing.assert_allclose(found.total, traced(free).parameter_grads["weight_hh_l0"], rtol=1e-12)
    assert np.abs(clipped.parameter_grads["weight_hh_l0"]).max() < 1e-3 < np.abs(found.total).max()


def test_a_gradient_of_zero_has_no_shares() -> None:
    found = gradients.weight_shares(traced(Experiment(cell="gru", hold=(Hold("n", 0.5),))), "bias_ih_l0")
    assert found.total[10:].any() == np.False_  # n's rows; r, which acts by way of n, has none either
    shut = Experiment(cell="gru", hold=(Hold("n", 0.5), Hold("z", 0.5)))
    shares = gradients.weight_shares(traced(shut), "weight_hh_l0")
    assert not shares.total.any() and not shares.norms.any()
    assert np.isnan(shares.shares).all()


def test_an_unknown_parameter_is_answered_with_those_there_are() -> None:
    with pytest.raises(ExperimentError, match=r"^name is 'weight_xh', but this network has weight_ih_l0, weight_hh_l0"):
        gradients.weight_shares(traced(Experiment(cell="rnn")), "weight_xh")


def test_a_readout_with_a_loss_of_its_own_has_no_terms_but_keeps_its_gradient() -> None:
    found = traced(Experiment(cell="rnn"))
    clipped = found.experiment.replace(clip=1e9)  # so that the gradients before clipping are worked out anew
    other = dataclasses.replace(found, dtop=2 * found.dtop, experiment=clipped)
    with pytest.raises(ExperimentError, match="loss is its own"):
        gradients.weight_shares(other, "weight_ho")
    grads = gradients.parameter_gradients(other)
    assert (grads["weight_ho"] == found.parameter_grads["weight_ho"]).all()
    np.testing.assert_allclose(grads["weight_hh_l0"], 2 * found.parameter_grads["weight_hh_l0"], rtol=1e-12)


# The cell path


@pytest.mark.parametrize("loss", ["last", "every"])
@pytest.mark.parametrize("layer", ["l0", "l0_reverse", "l1", "l1_reverse"])
def test_the_cell_path_is_the_product_of_forget_gates(layer: str, loss: str) -> None:
    found = traced(Experiment(cell="lstm", hidden_size=3, num_layers=2, bidirectional=True, loss=loss))
    path, f = gradients.cell_path(found, layer), found.layers[layer].gates["f"]
    reverse = layer.endswith("_reverse")
    end = 11 if loss == "last" else 0 if reverse else 11
    dc = gradients.itemised_vectors(found, layer, "c")[end]
    for t in range(12):
        if (t < end) if reverse else (t > end):
            assert np.isnan([path.norm[t], path.mean[t], path.belt[t], path.full[t], *path.units[t]]).all()
            continue
        product = np.prod(f[end:t] if reverse else f[t + 1 : end + 1], axis=0)
        np.testing.assert_allclose(10 ** path.units[t], product, rtol=1e-10)
        assert 10 ** path.norm[t] == pytest.approx(np.linalg.norm(np.diag(product), 2), rel=1e-10)
        assert 10 ** path.mean[t] == pytest.approx(product.prod() ** (1 / 3), rel=1e-10)
        assert 10 ** path.belt[t] == pytest.approx(np.linalg.norm(dc[end] * product), rel=1e-10)
        assert 10 ** path.full[t] == pytest.approx(np.linalg.norm(dc[t]), rel=1e-10)


def test_the_cell_path_is_known_beyond_float64_and_zero_where_a_gate_is_shut() -> None:
    small = traced(Experiment(cell="lstm", hold=(Hold("f", 1e-30),), loss="last"), steps=20)
    assert gradients.cell_path(small).norm[0] == pytest.approx(-30 * 19)
    assert gradients.cell_path(small).belt[0] == pytest.approx(-30 * 19 + gradients.cell_path(small).belt[-1])
    shut = traced(Experiment(cell="lstm", hold=(Hold("f", 0.0, start=5, stop=6),), loss="last"))
    path = gradients.cell_path(shut)
    for values in (path.norm, path.mean, path.belt):
        assert (values[:5] == -np.inf).all() and np.isfinite(values[5:]).all()
    assert np.isfinite(path.full).all()  # the full flow has other ways


def test_only_an_lstm_has_a_cell_path() -> None:
    with pytest.raises(ExperimentError, match=r"^cell is 'gru', which has no cell state"):
        gradients.cell_path(traced(Experiment(cell="gru")))


# Truncation with two lengths


def detached(
    experiment: Experiment, data: Inputs, parameters: Mapping[str, Array], k1: int, k2: int
) -> dict[str, Array]:
    """Return the parameters' gradients by torch: block by block, the states detached that a window begins with."""
    weights = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    steps, of_all = len(data.labels), trace(experiment, data, parameters)
    for first in range(0, steps, k1):
        stop = min(first + k1, steps)
        start = max(0, stop - 1 - k2)
        below = list(torch.tensor(data.inputs[start:stop]))
        for name, record in of_all.layers.items():
            h0 = record.h[start - 1] if start else record.h0
            c0 = None if record.c is None else record.c[start - 1] if start else record.c0
            given = _window(experiment, name, weights, below, h0, c0)
            skip = experiment.residual and name != "l0"
            below = [h + x for h, x in zip(given, below, strict=True)] if skip else given
        outputs = torch.stack([weights["weight_ho"] @ h + weights["bias_o"] for h in below])
        padded = torch.cat([torch.tensor(of_all.outputs[:start]), outputs, torch.tensor(of_all.outputs[stop:])])
        loss = losses_of(experiment, data, padded)[first:stop].sum()
        if loss.requires_grad:
            loss.backward()
    return {name: gradient(value) for name, value in weights.items()}


def _window(
    experiment: Experiment,
    name: str,
    weights: Mapping[str, Tensor],
    below: list[Tensor],
    h0: Array | None,
    c0: Array | None,
) -> list[Tensor]:
    """Run torch's own cells from given states."""
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    w_ih, w_hh, b_ih, b_hh = (weights[f"{kind}_{name}"] for kind in kinds)
    h, c, given = torch.tensor(h0), None if c0 is None else torch.tensor(c0), []
    for x in below:
        rows = x[None], h[None]
        if c is not None:
            new_h, new_c = torch.lstm_cell(rows[0], (rows[1], c[None]), w_ih, w_hh, b_ih, b_hh)
            h, c = new_h[0], new_c[0]
        else:
            cell = torch.gru_cell if experiment.cell == "gru" else torch.rnn_tanh_cell
            h = cell(*rows, w_ih, w_hh, b_ih, b_hh)[0]
        given.append(h)
    return given


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize(("k1", "k2"), [(1, 1), (1, 4), (3, 2), (3, 3), (4, 6), (5, 20), (30, 30)])
def test_two_lengths_are_torchs_blocks_with_detached_states(cell: str, residual: bool, k1: int, k2: int) -> None:
    experiment = Experiment(cell=cell, hidden_size=3, num_layers=2, residual=residual)
    data = random_inputs("symbols", 11, 3, 4, seed=1, blanks=0.2)
    parameters = random_parameters(experiment, 3, 4, seed=2)
    if k2 < k1 - 1:
        pytest.skip("no window")
    found = gradients.truncated(trace(experiment, data, parameters), k1, k2)
    for name, expected in detached(experiment, data, parameters, k1, k2).items():
        np.testing.assert_allclose(found.parameter_grads[name], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("k", [1, 2, 5, 11, 40])
def test_blocks_of_one_step_are_the_experiments_own_truncation(k: int) -> None:
    for cell in ("rnn", "gru", "lstm"):
        experiment = Experiment(cell=cell, hidden_size=3, num_layers=2)
        band, ours = traced(experiment.replace(truncate=k)), gradients.truncated(traced(experiment), 1, k)
        for layer, norms in ours.norms.items():
            np.testing.assert_allclose(norms, gradients.norms(band, layer), rtol=1e-10)
        for name, grad in band.parameter_grads.items():
            np.testing.assert_allclose(ours.parameter_grads[name], grad, rtol=1e-9, atol=1e-13)
        assert ours.grad_norm == pytest.approx(band.grad_norm, rel=1e-12)
        back = np.subtract.outer(np.arange(12), np.arange(12))
        assert (ours.inside == ((back >= 0) & (back <= k))).all()


def test_what_the_windows_let_through_is_the_itemised_matrix_in_their_mask() -> None:
    found = traced(Experiment(cell="lstm", hidden_size=3))
    ours, vectors = gradients.truncated(found, 3, 5), gradients.itemised_vectors(found)
    inside = np.where(ours.inside[..., None], vectors, 0).sum(axis=0)
    np.testing.assert_allclose(ours.norms["l0"], np.linalg.norm(inside, axis=1), rtol=1e-10)
    assert 0.5 < ours.cosine < 1
    whole = gradients.truncated(found, 12, 12)
    assert whole.cosine == pytest.approx(1, abs=1e-12)
    assert whole.inside.sum() == 12 * 13 / 2


def test_a_loss_that_reads_other_steps_is_cut_at_the_window_too() -> None:
    found = traced(Experiment(cell="gru", hidden_size=3))
    by_loss = np.zeros((12, 12, 3))
    by_loss[np.arange(12), np.arange(12)] = found.dtop  # the same run, told the long way
    told = dataclasses.replace(found, dtop_by_loss=by_loss)
    ours, theirs = gradients.truncated(told, 3, 5), gradients.truncated(found, 3, 5)
    np.testing.assert_allclose(ours.norms["l0"], theirs.norms["l0"], rtol=1e-12)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ((0, 3), r"^k1 is 0, but"),
        ((2, 1.5), r"^k2 is 1\.5, but"),
        ((5, 3), r"^k2 is 3, but must be at least 4: a window"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(lengths: tuple[int, int], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        gradients.truncated(traced(Experiment(cell="rnn")), *lengths)


def test_windows_need_one_direction() -> None:
    with pytest.raises(ExperimentError, match=r"^bidirectional is True, but a window"):
        gradients.truncated(traced(Experiment(cell="rnn", bidirectional=True)), 2, 2)


# Clipping


def test_by_norm_keeps_the_direction_and_by_value_does_not() -> None:
    free = traced(Experiment(cell="lstm", hidden_size=3))
    flat = np.concatenate([grad.ravel() for grad in free.parameter_grads.values()])
    by_norm = gradients.clipping(free, clip=free.grad_norm / 7)
    assert by_norm.before == pytest.approx(free.grad_norm, rel=1e-12)
    assert by_norm.after == pytest.approx(free.grad_norm / 7, rel=1e-12)
    assert by_norm.cosine == pytest.approx(1, abs=1e-12)
    assert by_norm.cut == pytest.approx((flat != 0).mean())
    most = float(np.median(np.abs(flat)))
    by_value = gradients.clipping(free, clip_value=most)
    cut = np.clip(flat, -most, most)
    assert by_value.after == pytest.approx(np.linalg.norm(cut), rel=1e-12)
    assert by_value.cosine == pytest.approx(flat @ cut / np.linalg.norm(flat) / np.linalg.norm(cut), rel=1e-12)
    assert by_value.cosine < 0.99
    assert by_value.cut == pytest.approx(0.5, abs=0.02)
    before, after = by_value.by_parameter["weight_hh_l0"]
    assert before == pytest.approx(np.linalg.norm(free.parameter_grads["weight_hh_l0"]), rel=1e-12)
    assert after < before


@given(cases(truncated=True))
@settings(max_examples=40, deadline=None)
def test_a_clipped_run_still_knows_its_gradient_before(case: Case) -> None:
    experiment, data, parameters = case
    free = trace(*case)
    clipped = trace(experiment.replace(clip=1e-2, clip_value=1e-1), data, parameters)
    found = gradients.clipping(clipped)
    assert found.before == pytest.approx(free.grad_norm, rel=1e-9)
    after = np.sqrt(sum((grad**2).sum() for grad in clipped.parameter_grads.values()))
    assert found.after == pytest.approx(after, rel=1e-9)
    for name, grad in gradients.parameter_gradients(clipped).items():
        np.testing.assert_allclose(grad, free.parameter_grads[name], rtol=1e-9, atol=1e-13)


def test_what_is_small_stays_small_and_a_zero_has_no_direction() -> None:
    free = traced(Experiment(cell="gru"))
    alone = gradients.clipping(free, clip=10 * free.grad_norm, clip_value=1e6)
    assert (alone.cosine, alone.cut) == (1.0, 0.0)
    assert alone.after == alone.before
    silent = run(Experiment(cell="rnn", series=(1.0, 2.0), hidden_size=1, gain=0.0))
    zeros = {name: 0 * grad for name, grad in silent.parameter_grads.items()}
    none = dataclasses.replace(silent, parameter_grads=zeros)
    assert np.isnan(gradients.clipping(none, clip=1.0).cosine)
    assert gradients.clipping(none, clip=1.0).before == 0


def test_a_threshold_is_above_zero() -> None:
    with pytest.raises(ExperimentError, match=r"^clip is 0"):
        gradients.clipping(traced(Experiment(cell="rnn")), clip=0.0)


def test_arrays_of_the_oracle_are_those_of_torch() -> None:
    """The loop that windows are judged by is torch's own cell."""
    experiment = Experiment(cell="lstm", hidden_size=3)
    data = random_inputs("symbols", 4, 3, 4, seed=1)
    weights = {name: torch.tensor(value) for name, value in random_parameters(experiment, 3, 4, seed=2).items()}
    states, _ = _layer(experiment, "l0", weights, list(torch.tensor(data.inputs)), None)
    given_h = _window(experiment, "l0", weights, list(torch.tensor(data.inputs)), np.zeros(3), np.zeros(3))
    for t in range(4):
        np.testing.assert_allclose(array(states.h[t]), array(given_h[t]), rtol=1e-12)
