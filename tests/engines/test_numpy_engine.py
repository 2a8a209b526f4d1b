"""What the engine promises besides the right derivatives: holds, truncation, clipping, and no fear of infinity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from rnnviz.engines import ENGINES, engine_named
from rnnviz.engines.clipping import clip, global_norm
from rnnviz.engines.numpy_engine import trace
from rnnviz.engines.through_time import BLOCK
from rnnviz.experiment import Experiment, ExperimentError, Hold
from rnnviz.initial import initial_parameters
from rnnviz.trace import Trace
from tests.engines.draws import Case, cases, given_inputs, random_inputs, random_parameters
from tests.engines.oracle import looped


def traced(experiment: Experiment, steps: int = 12, kind: str = "symbols", scale: float = 0.7) -> Trace:
    """Run an experiment on random inputs with random weights."""
    data = random_inputs(kind, steps, width=3, outputs=4, seed=1)
    return trace(experiment, data, random_parameters(experiment, 3, 4, seed=2, scale=scale))


@given(cases())
@settings(max_examples=60, deadline=None)
def test_a_trace_is_whole_and_of_the_promised_shapes(case: Case) -> None:
    experiment, data, _ = case
    result = trace(*case)
    shape = len(data.labels), experiment.hidden_size
    assert tuple(result.layers) == experiment.layer_names
    assert result.outputs.shape == (shape[0], result.parameters["weight_ho"].shape[0])
    assert result.losses.shape == shape[:1]
    for layer in result.layers.values():
        names = {"rnn": [], "gru": ["r", "z", "n"], "lstm": ["i", "f", "g", "o"]}[experiment.cell]
        assert list(layer.gates) == names
        assert list(layer.preactivations) == {"rnn": ["h"], "gru": [*names, "hn"], "lstm": names}[experiment.cell]
        assert (layer.c is None) == (layer.c0 is None) == (layer.dc is None) == (experiment.cell != "lstm")
        arrays = [layer.h, layer.dh, *layer.gates.values(), *layer.preactivations.values()]
        for array in arrays + [one for one in (layer.c, layer.dc) if one is not None]:
            assert array.shape == shape
            assert array.dtype == np.float64
        assert layer.h0.shape == shape[1:]
    for name, value in result.parameters.items():
        assert result.parameter_grads[name].shape == value.shape


@given(cases())
@settings(max_examples=30, deadline=None)
def test_the_same_experiment_gives_the_same_bits(case: Case) -> None:
    first, second = trace(*case), trace(*case)
    assert first.outputs.tobytes() == second.outputs.tobytes()
    for name, grad in first.parameter_grads.items():
        assert grad.tobytes() == second.parameter_grads[name].tobytes()


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_reverse_layer_is_the_forward_layer_on_the_reversed_input(cell: str) -> None:
    experiment = Experiment(cell=cell, hidden_size=4, bidirectional=True, loss="last")
    data = random_inputs("symbols", 7, 3, 4, seed=1)
    parameters = random_parameters(experiment, 3, 4, seed=2)
    layer = trace(experiment, data, parameters).layers["l0_reverse"]
    alone = {name.removesuffix("_reverse"): value for name, value in parameters.items() if "_reverse" in name}
    alone |= {"weight_ho": parameters["weight_ho"][:, 4:], "bias_o": parameters["bias_o"]}
    turned = given_inputs(data.inputs[::-1], data.targets[::-1], "symbols", 4)
    expected = trace(experiment.replace(bidirectional=False), turned, alone).layers["l0"]
    np.testing.assert_allclose(layer.h, expected.h[::-1], rtol=1e-12)


# Held gates


@pytest.mark.parametrize(("cell", "gate"), [("lstm", gate) for gate in "ifgo"] + [("gru", gate) for gate in "rzn"])
def test_a_held_gate_has_its_value_in_its_span_and_keeps_its_natural_sum(cell: str, gate: str) -> None:
    free = Experiment(cell=cell, hidden_size=3)
    held = free.replace(hold=(Hold(gate, 0.25, unit=1, start=4, stop=8),))
    before, after = traced(free).layers["l0"], traced(held).layers["l0"]
    assert (after.gates[gate][4:8, 1] == 0.25).all()
    assert (after.gates[gate][:4] == before.gates[gate][:4]).all()
    assert (after.h[:4] == before.h[:4]).all()
    assert (
        after.preactivations[gate][:5] == before.preactivations[gate][:5]
    ).all()  # step 5 still starts from the same h
    squash = np.tanh if gate in ("g", "n") else lambda a: 1 / (1 + np.exp(-a))
    natural = squash(after.preactivations[gate])
    others = np.ones((12, 3), dtype=bool)
    others[4:8, 1] = False
    np.testing.assert_allclose(after.gates[gate][others], natural[others], rtol=1e-14)
    assert np.abs(natural[4:8, 1] - 0.25).min() > 1e-6


@pytest.mark.parametrize(("cell", "gate"), [("lstm", gate) for gate in "ifgo"] + [("gru", gate) for gate in "rzn"])
def test_no_gradient_passes_through_a_held_gate(cell: str, gate: str) -> None:
    held = traced(Experiment(cell=cell, hidden_size=3, num_layers=2, hold=(Hold(gate, 0.5, unit=2, layer="l1"),)))
    # r acts by way of n alone: where n is held, r is without effect too.
    silent = [3 * list(held.layers["l1"].gates).index(name) + 2 for name in (["r", "n"] if gate == "n" else [gate])]
    for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        assert (held.parameter_grads[f"{kind}_l0"] != 0).all()
        assert (held.parameter_grads[f"{kind}_l1"][silent] == 0).all()
        assert (np.delete(held.parameter_grads[f"{kind}_l1"], silent, axis=0) != 0).all()


def test_holds_of_several_gates_units_and_layers_are_kept_apart() -> None:
    holds = (
        Hold("i", 0.0, layer="l0_reverse"),
        Hold("f", 1.0, unit=0, stop=3),
        Hold("f", 0.0, unit=0, start=2, stop=4),
    )
    layers = traced(Experiment(cell="lstm", hidden_size=2, bidirectional=True, hold=holds)).layers
    assert (layers["l0_reverse"].gates["i"] == 0).all()
    assert (layers["l0"].gates["i"] != 0).all()
    for layer in layers.values():
        assert layer.gates["f"][:4, 0].tolist() == [1, 1, 0, 0]  # of two holds on one step the later one rules
        assert (layer.gates["f"][:, 1] % 1 != 0).all()


# Truncation


def test_a_truncated_gradient_is_exactly_zero_beyond_the_band() -> None:
    for cell in ("rnn", "gru", "lstm"):
        experiment = Experiment(cell=cell, hidden_size=3, num_layers=2, loss="last", truncate=4)
        for layer in traced(experiment).layers.values():
            assert (layer.dh[:7] == 0).all()  # 12 steps; the loss is at the last, index 11
            assert (layer.dh[7:] != 0).all()
            if layer.dc is not None:
                assert (layer.dc[:7] == 0).all()
                assert (layer.dc[7:] != 0).all()


def test_in_both_directions_the_band_is_as_wide_ahead_as_back() -> None:
    experiment = Experiment(cell="gru", hidden_size=3, num_layers=2, bidirectional=True, truncate=2)
    data = random_inputs("symbols", 12, 3, 4, seed=1)
    data.targets[:] = -1
    data.targets[5] = 0
    layers = trace(experiment, data, random_parameters(experiment, 3, 4, seed=2)).layers
    reached = {name: np.flatnonzero(layer.dh.any(axis=1)).tolist() for name, layer in layers.items()}
    assert reached == {"l1": [3, 4, 5], "l1_reverse": [5, 6, 7], "l0": [3, 4, 5, 6, 7], "l0_reverse": [3, 4, 5, 6, 7]}


@pytest.mark.parametrize("truncate", [11, 12, 1000])
def test_a_band_as_wide_as_the_sequence_truncates_nothing(truncate: int) -> None:
    whole = Experiment(cell="lstm", hidden_size=3)
    full, wide = traced(whole), traced(whole.replace(truncate=truncate))
    assert full.layers["l0"].dh.tobytes() == wide.layers["l0"].dh.tobytes()


def test_blocks_of_losses_join_without_a_seam() -> None:
    """60 steps are walked back in several blocks: the sum over single losses, each run on its own, is the judge."""
    experiment = Experiment(cell="gru", hidden_size=3, truncate=20)
    data = random_inputs("numbers", 60, 2, 1, seed=3)
    parameters = random_parameters(experiment, 2, 1, seed=4)
    expected = np.zeros((60, 3))
    for k in range(60):
        prefix = given_inputs(data.inputs[: k + 1], data.targets[: k + 1])
        dh = trace(experiment.replace(truncate=None, loss="last"), prefix, parameters).layers["l0"].dh
        expected[max(0, k - 20) : k + 1] += dh[max(0, k - 20) :]
    np.testing.assert_allclose(trace(experiment, data, parameters).layers["l0"].dh, expected, rtol=1e-9, atol=1e-15)


def test_blocks_of_losses_join_in_both_directions_too() -> None:
    experiment = Experiment(cell="lstm", hidden_size=2, num_layers=2, bidirectional=True, truncate=BLOCK + 2)
    data = random_inputs("numbers", 2 * BLOCK + 5, 2, 1, seed=3)
    parameters = random_parameters(experiment, 2, 1, seed=4)
    ours, theirs = trace(experiment, data, parameters), looped(experiment, data, parameters)
    for layer, dh in theirs.dh.items():
        np.testing.assert_allclose(ours.layers[layer].dh, dh, rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(ours.layers[layer].dc, theirs.dc[layer], rtol=1e-9, atol=1e-15)
    for name, grad in theirs.grads.items():
        np.testing.assert_allclose(ours.parameter_grads[name], grad, rtol=1e-9, atol=1e-14)


# Clipping


def test_clipping_scales_the_gradients_to_the_norm_and_keeps_their_direction() -> None:
    free = traced(Experiment(cell="lstm", hidden_size=3))
    norm = np.sqrt(sum((grad**2).sum() for grad in free.parameter_grads.values()))
    clipped = traced(Experiment(cell="lstm", hidden_size=3, clip=norm / 10))
    assert free.grad_norm == pytest.approx(norm, rel=1e-13)
    assert clipped.grad_norm == free.grad_norm
    for name, grad in free.parameter_grads.items():
        np.testing.assert_allclose(clipped.parameter_grads[name], grad / 10, rtol=1e-12)
    assert (clipped.layers["l0"].dh == free.layers["l0"].dh).all()


def test_clipping_leaves_a_shorter_gradient_alone() -> None:
    free = traced(Experiment(cell="gru", hidden_size=3))
    clipped = traced(Experiment(cell="gru", hidden_size=3, clip=free.grad_norm * 1.01))
    for name, grad in free.parameter_grads.items():
        assert grad.tobytes() == clipped.parameter_grads[name].tobytes()


def test_a_gradient_whose_squares_overflow_is_still_clipped() -> None:
    experiment = Experiment(
        cell="rnn", nonlinearity="identity", hidden_size=3, init="orthogonal", gain=1e10, loss="last"
    )
    data = random_inputs("numbers", 12, 3, 1, seed=1)
    free = trace(experiment, data, initial_parameters(experiment, 3, 1))
    assert 1e160 < free.grad_norm < np.inf
    clipped = trace(experiment.replace(clip=2.0), data, initial_parameters(experiment, 3, 1))
    flat = np.concatenate([grad.ravel() for grad in clipped.parameter_grads.values()])
    assert np.linalg.norm(flat) == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize("broken", [np.inf, -np.inf, np.nan])
def test_a_gradient_that_is_not_finite_is_shown_as_it_is(broken: float) -> None:
    """It has no direction to keep: scaling it would turn the finite entries into 0 or NaN."""
    grads = {"a": np.array([1.0, broken]), "b": np.array([3.0])}
    norm = global_norm(grads)
    assert not np.isfinite(norm)
    np.testing.assert_array_equal(clip(grads, norm, 1.0)["a"], [1.0, broken])
    assert clip(grads, norm, 1.0)["b"].tolist() == [3.0]


# Beyond the numbers


@pytest.mark.parametrize("kind", ["symbols", "numbers"])
@pytest.mark.parametrize("nonlinearity", ["relu", "identity"])
def test_an_exploding_network_neither_warns_nor_hides_it(kind: str, nonlinearity: str) -> None:
    experiment = Experiment(cell="rnn", nonlinearity=nonlinearity, hidden_size=3, init="identity", gain=1e60, clip=1.0)
    data = random_inputs(kind, 12, width=3, outputs=4, seed=1)
    broken = trace(experiment, data, initial_parameters(experiment, 3, 4))
    first = broken.first_nonfinite_step
    assert first is not None
    assert 3 <= first <= 7
    assert np.isfinite(broken.layers["l0"].h[:first]).all()
    assert not np.isfinite(broken.losses).all()
    assert not np.isfinite(broken.layers["l0"].dh).all()
    assert not np.isfinite(broken.grad_norm)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_gates_saturate_without_a_warning(cell: str) -> None:
    experiment = Experiment(cell=cell, hidden_size=3, gain=1e300)
    data = random_inputs("symbols", 6, 3, 4, seed=1)
    result = trace(experiment, data, random_parameters(experiment, 3, 4, seed=2, scale=1e5))
    assert np.isfinite(result.layers["l0"].h).all()
    assert {0.0, 1.0} <= set(result.layers["l0"].gates["o" if cell == "lstm" else "z"].ravel().tolist())


def test_one_step_and_no_target_at_all_are_runs_too() -> None:
    experiment = Experiment(cell="lstm", hidden_size=2, num_layers=2, bidirectional=True, truncate=1)
    data = given_inputs(np.ones((1, 1)), np.full((1, 1), np.nan))
    result = trace(experiment, data, random_parameters(experiment, 1, 1, seed=1))
    assert result.losses.tolist() == [0.0]
    assert result.grad_norm == 0.0
    assert not any(layer.dh.any() for layer in result.layers.values())


# The registry


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_is_found_by_name(name: str) -> None:
    experiment = Experiment(cell="rnn", hidden_size=2)
    data = random_inputs("symbols", 3, 2, 2, seed=1)
    assert isinstance(engine_named(name)(experiment, data, random_parameters(experiment, 2, 2, seed=1)), Trace)


@pytest.mark.parametrize("name", ["abacus", "", None, 3, ["numpy"]])
def test_an_unknown_engine_is_answered_with_those_that_exist(name: object) -> None:
    with pytest.raises(ExperimentError, match=r"^engine is .*, but the engines are numpy") as caught:
        engine_named(name)
    assert (caught.value.field, caught.value.value) == ("engine", name)
