"""Initialisers draw what their papers say, and the same experiment draws the same bits."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from rnnviz.cells import cell_named
from rnnviz.experiment import CELLS, GATES, INITS, Experiment
from rnnviz.initial import INITIALISERS, initial_parameters, parameter_shapes
from rnnviz.trace import Array

H, D, ANSWERS = 64, 50, 30
each_cell = pytest.mark.parametrize("cell", CELLS)


def drawn(**fields: object) -> dict[str, Array]:
    return initial_parameters(Experiment(**{"hidden_size": H, **fields}), D, ANSWERS)


def blocks(matrix: Array) -> list[Array]:
    return np.split(matrix, len(matrix) // H)


def biases(parameters: dict[str, Array]) -> list[Array]:
    return [value for name, value in parameters.items() if name.startswith("bias")]


def test_the_registry_has_every_name_of_an_experiment() -> None:
    assert tuple(INITIALISERS) == INITS


# Names and shapes


@pytest.mark.parametrize("layers", [1, 3, 11])
@pytest.mark.parametrize("bidirectional", [False, True])
@each_cell
def test_names_shapes_and_order_are_torchs(cell: str, bidirectional: bool, layers: int) -> None:
    experiment = Experiment(cell=cell, hidden_size=4, num_layers=layers, bidirectional=bidirectional)
    module = getattr(torch.nn, cell.upper())(3, 4, layers, bidirectional=bidirectional)
    theirs = {name: tuple(value.shape) for name, value in module.named_parameters()}
    shapes = parameter_shapes(experiment, 3, 5)
    assert list(shapes.items())[:-2] == list(theirs.items())
    assert list(shapes.items())[-2:] == [("weight_ho", (5, 8 if bidirectional else 4)), ("bias_o", (5,))]
    assert {name: value.shape for name, value in initial_parameters(experiment, 3, 5).items()} == shapes


# Bits


def test_the_same_experiment_draws_the_same_bits_in_every_process() -> None:
    asked = [Experiment(cell="lstm", hidden_size=3, init=init, seed=7, forget_bias=1.0) for init in INITS]
    code = f"""
from rnnviz.experiment import Experiment
from rnnviz.initial import initial_parameters
for written in {[experiment.to_json() for experiment in asked]!r}:
    drawn = initial_parameters(Experiment.from_json(written), 2, 4)
    print(b"".join(value.tobytes() for value in drawn.values()).hex())
"""
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    for experiment, bits in zip(asked, again, strict=True):
        drawn = initial_parameters(experiment, 2, 4)
        assert b"".join(value.tobytes() for value in drawn.values()).hex() == bits, experiment.init


def test_each_parameter_has_a_stream_of_its_own() -> None:
    base, wider = drawn(), initial_parameters(Experiment(hidden_size=H), D + 5, ANSWERS + 5)
    deeper = drawn(num_layers=2, bidirectional=True)
    recurrent = [name for name in base if name.endswith("_l0")]
    assert all((deeper[name] == base[name]).all() for name in recurrent)
    assert all((wider[name] == base[name]).all() for name in recurrent[1:])
    names = [name for name in deeper if name.startswith("bias_")]
    assert len({deeper[name][:ANSWERS].tobytes() for name in names}) == len(names)


def test_the_seed_changes_every_drawn_parameter() -> None:
    first, second = drawn(seed=0), drawn(seed=1)
    assert all((first[name] != second[name]).all() for name in first)
    assert (drawn(seed=10**18 - 1)["bias_o"] != first["bias_o"]).all()


# Distributions


@each_cell
def test_torchs_default_is_uniform_within_one_over_root_h(cell: str) -> None:
    bound = 1 / np.sqrt(H)
    for name, value in drawn(cell=cell, init="torch").items():
        assert np.abs(value).max() <= bound
        assert np.abs(value).max() > (0.85 if value.size < 100 else 0.98) * bound, name
        assert value.std() == pytest.approx(bound / np.sqrt(3), rel=0.3 if value.size < 100 else 0.06), name
    both_ways = drawn(cell=cell, init="torch", bidirectional=True)  # nn.Linear's bound goes by its 2H inputs
    assert np.abs(both_ways["weight_ho"]).max() <= 1 / np.sqrt(2 * H)
    assert np.abs(both_ways["bias_o"]).max() <= 1 / np.sqrt(2 * H)


@each_cell
def test_xavier_goes_by_each_gates_own_matrix(cell: str) -> None:
    parameters = drawn(cell=cell, init="xavier")
    for name, width in (("weight_ih_l0", D), ("weight_hh_l0", H)):
        for block in blocks(parameters[name]):
            bound = np.sqrt(6 / (H + width))
            assert 0.98 * bound < np.abs(block).max() <= bound
    assert 0.98 * np.sqrt(6 / (H + ANSWERS)) < np.abs(parameters["weight_ho"]).max() <= np.sqrt(6 / (H + ANSWERS))
    assert not any(bias.any() for bias in biases(parameters))


@each_cell
def test_orthogonal_keeps_every_length_in_each_gate(cell: str) -> None:
    parameters = drawn(cell=cell, init="orthogonal")
    squares = blocks(parameters["weight_hh_l0"])
    assert len(squares) == len(cell_named(cell).blocks)
    for block in squares:
        np.testing.assert_allclose(block @ block.T, np.eye(H), atol=1e-13)
    assert len({block.tobytes() for block in squares}) == len(squares)
    assert (parameters["weight_ih_l0"] == drawn(cell=cell, init="xavier")["weight_ih_l0"]).all()
    assert not any(bias.any() for bias in biases(parameters))


def test_orthogonal_matrices_are_uniform_over_rotations_and_reflections() -> None:
    """Haar: E[Q] = 0 and det = ±1 equally often. QR as LAPACK returns it gives E[Q₁₁] well below zero."""
    squares = [
        initial_parameters(Experiment(hidden_size=2, init="orthogonal", cell="rnn", seed=seed), 1, 1)
        for seed in range(400)
    ]
    matrices = np.array([parameters["weight_hh_l0"] for parameters in squares])
    assert np.abs(matrices.mean(axis=0)).max() < 0.15  # standard error 0.035
    assert 0.4 < (np.linalg.det(matrices) > 0).mean() < 0.6


@each_cell
def test_identity_is_the_irnns(cell: str) -> None:
    parameters = drawn(cell=cell, init="identity", gain=0.5)
    for block in blocks(parameters["weight_hh_l0"]):
        assert (block == 0.5 * np.eye(H)).all()
    assert not any(bias.any() for bias in biases(parameters))
    assert parameters["weight_ih_l0"].all()


@each_cell
def test_classic_is_one_hundredth_of_a_normal(cell: str) -> None:
    parameters = drawn(cell=cell, init="classic")
    for name in ("weight_ih_l0", "weight_hh_l0", "weight_ho"):
        assert parameters[name].std() == pytest.approx(0.01, rel=0.06)
        assert np.abs(parameters[name].mean()) < 0.001
        assert np.abs(parameters[name]).max() > 0.03  # a normal has tails, a uniform of that spread ends at 0.0173
    assert not any(bias.any() for bias in biases(parameters))


# Gain and forget bias


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("gain", [0.0, 0.5, 3.0])
def test_gain_scales_the_recurrent_weights_and_nothing_else(init: str, gain: float) -> None:
    one, scaled = (drawn(init=init, gain=factor, num_layers=2, bidirectional=True) for factor in (1.0, gain))
    for name, value in one.items():
        factor = gain if name.startswith("weight_hh") else 1.0
        assert (scaled[name] == factor * value).all()


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("forget_bias", [-2.0, 0.0, 1.0])
def test_forget_bias_is_the_total_of_both_biases(init: str, forget_bias: float) -> None:
    plain = drawn(init=init, num_layers=2, bidirectional=True)
    biased = drawn(init=init, num_layers=2, bidirectional=True, forget_bias=forget_bias)
    f = GATES["lstm"].index("f")
    for name, value in plain.items():
        if not name.startswith(("bias_ih", "bias_hh")):
            assert (biased[name] == value).all()
            continue
        expected = blocks(value)
        expected[f] = np.full(H, forget_bias if name.startswith("bias_ih") else 0.0)
        assert (biased[name] == np.concatenate(expected)).all()


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_forget_bias_is_without_effect_where_there_is_no_forget_gate(cell: str) -> None:
    plain, biased = drawn(cell=cell), drawn(cell=cell, forget_bias=5.0)
    assert all((plain[name] == biased[name]).all() for name in plain)


# Other shapes

BOTH = {"shape": "encoder_decoder", "context": "transform", "attention": "additive", "bidirectional": True}


def test_the_names_of_an_encoder_its_decoder_and_what_is_between() -> None:
    asked = Experiment(cell="gru", hidden_size=4, num_layers=2, decoder="feedback", **BOTH)
    shapes = parameter_shapes(asked, 3, 5)
    encoder, decoder = (
        {name.removeprefix(f"{part}."): shape for name, shape in shapes.items() if name.startswith(part)}
        for part in ("encoder", "decoder")
    )
    for found, width, both in ((encoder, 3, True), (decoder, 5 + 4, False)):
        module = torch.nn.GRU(width, 4, 2, bidirectional=both)
        assert found == {name: tuple(value.shape) for name, value in module.named_parameters()}
    rest = {name: shape for name, shape in shapes.items() if not name.startswith(("encoder", "decoder"))}
    assert rest == {
        "context.weight_l1": (4, 8),
        "context.bias_l1": (4,),
        "attention.query": (4, 4),
        "attention.key": (4, 8),
        "attention.bias": (4,),
        "attention.v": (4,),
        "attention.weight": (4, 4 + 8),
        "attention.mix_bias": (4,),
        "weight_ho": (5, 4),
        "bias_o": (5,),
    }
    assert {name: value.shape for name, value in initial_parameters(asked, 3, 5).items()} == shapes


@pytest.mark.parametrize(
    ("fields", "width"),
    [
        ({"decoder": "state"}, 0),
        ({"decoder": "input"}, 4),
        ({"decoder": "feedback"}, 5 + 4),
        ({"decoder": "input", "bidirectional": True}, 8),
        ({"decoder": "feedback", "bidirectional": True}, 5 + 8),
        ({"decoder": "input", "bidirectional": True, "context": "transform"}, 4),
    ],
)
def test_a_decoder_is_as_wide_as_what_it_reads(fields: dict, width: int) -> None:
    shapes = parameter_shapes(Experiment(shape="encoder_decoder", hidden_size=4, **fields), 3, 5)
    assert shapes["decoder.weight_ih_l0"] == (16, width)
    assert not [name for name in shapes if name.startswith("attention")]


def test_a_decoder_that_begins_with_the_context_is_told_one_for_each_layer() -> None:
    shapes = parameter_shapes(Experiment(num_layers=3, decoder="state", **BOTH), 3, 5)
    assert [name for name in shapes if name.startswith("context.w")] == [f"context.weight_l{k}" for k in range(3)]


def test_a_network_without_a_second_step_has_nothing_recurrent() -> None:
    asked = Experiment(shape="one_to_one", cell="rnn", hidden_size=4, num_layers=2, gain=3.0, forget_bias=1.0)
    shapes = parameter_shapes(asked, 3, 5)
    assert list(shapes) == ["weight_ih_l0", "bias_ih_l0", "weight_ih_l1", "bias_ih_l1", "weight_ho", "bias_o"]
    stacked = initial_parameters(asked.replace(shape="many_to_many"), 3, 5)
    assert all((value == stacked[name]).all() for name, value in initial_parameters(asked, 3, 5).items())


def test_gain_and_forget_bias_are_of_both_networks() -> None:
    plain, changed = drawn(init="orthogonal", **BOTH), drawn(init="orthogonal", gain=2.0, forget_bias=1.5, **BOTH)
    f = GATES["lstm"].index("f")
    for part in ("encoder", "decoder"):
        assert (changed[f"{part}.weight_hh_l0"] == 2 * plain[f"{part}.weight_hh_l0"]).all()
        assert (blocks(changed[f"{part}.bias_ih_l0"])[f] == 1.5).all()
    kept = [name for name in plain if "_hh_" not in name and "bias_ih" not in name]
    assert all((plain[name] == changed[name]).all() for name in kept)
    square = blocks(plain["decoder.weight_hh_l0"])[0]
    np.testing.assert_allclose(square @ square.T, np.eye(H), atol=1e-13)
    assert (plain["encoder.weight_hh_l0"] != plain["decoder.weight_hh_l0"]).any()


def test_what_is_between_is_drawn_as_torchs_linear_layers_are() -> None:
    """Each weight and bias within 1/√(what its product reads); by "xavier" the biases are zero."""
    parameters = drawn(**BOTH)
    reads = {"context.weight_l0": 2 * H, "context.bias_l0": 2 * H, "weight_ho": H, "bias_o": H}
    reads |= {"attention.query": H, "attention.key": 2 * H, "attention.bias": 3 * H, "attention.v": H}
    reads |= {"attention.weight": 3 * H, "attention.mix_bias": 3 * H}
    for name, width in reads.items():
        largest = np.abs(parameters[name]).max() * np.sqrt(width)
        assert 0.85 < largest <= 1, name
    plain = drawn(init="xavier", **BOTH)
    assert not any(plain[name].any() for name in reads if "bias" in name)
    assert 0.9 * np.sqrt(6 / (3 * H)) < np.abs(plain["attention.key"]).max() <= np.sqrt(6 / (3 * H))
