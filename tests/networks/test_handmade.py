"""Each hand-built network does what it says: on random inputs, through the real engine, up to its stated length."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnnviz.engines import engine_named
from rnnviz.experiment import NETWORKS, Experiment, ExperimentError, Hold
from rnnviz.inputs import Inputs
from rnnviz.networks.handmade import HANDMADE, Handmade, handmade
from rnnviz.networks.trained import TRAINED
from rnnviz.run import resolve, run
from rnnviz.trace import Trace

networks = pytest.mark.parametrize("network", HANDMADE.values(), ids=HANDMADE)


def answered(trace: Trace) -> np.ndarray:
    """Return the answers a network gives: its most probable symbol, or its number."""
    return trace.outputs.argmax(axis=1) if trace.kind == "symbols" else trace.outputs[:, 0]


def rightly(trace: Trace) -> bool:
    """Return whether every step that has a target is answered so that rounding gives the target."""
    if trace.kind == "symbols":
        asked = trace.targets >= 0
        return bool((answered(trace)[asked] == trace.targets[asked]).all())
    asked = ~np.isnan(trace.targets[:, 0])
    return bool((answered(trace)[asked] == trace.targets[asked, 0]).all())


def of_text(name: str, text: str, hold: tuple[Hold, ...] = ()) -> Trace:
    """Run a network on a text of the test's own."""
    typed = handmade(name).inputs_from_text(text)
    experiment = resolve(Experiment(network=name, length=len(typed.labels), hold=hold))
    return engine_named("numpy")(experiment, typed, handmade(name).parameters())


def test_every_name_of_an_experiment_has_its_network() -> None:
    assert (*HANDMADE, *TRAINED) == NETWORKS
    assert all(network.name == name for name, network in HANDMADE.items())


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ExperimentError, match="latch, delay, counter, brackets, parity") as refused:
        handmade("flipflop")
    assert refused.value.field == "network"


@networks
@given(seed=st.integers(0, 2**32), length=st.integers(1, 150))
@settings(max_examples=40, deadline=None)
def test_it_answers_every_random_input_rightly(network: Handmade, seed: int, length: int) -> None:
    length = min(length, network.right_for or length)
    trace = run(Experiment(network=network.name, seed=seed, length=length))
    assert trace.steps == length
    assert rightly(trace)
    # Exact where the arithmetic is on whole numbers; else no further off than its logits of 7 allow.
    assert trace.losses.max() <= (0.0 if network.right_for is None else 0.0011)


@networks
def test_it_is_as_long_right_as_it_says(network: Handmade) -> None:
    assert rightly(run(Experiment(network=network.name, seed=7, length=network.right_for or 20_000)))


def test_the_rules_say_what_the_words_say() -> None:
    # The networks are checked against these rules, so the rules are checked against answers written by hand.
    def solved(name: str, text: str) -> list[float]:
        typed = handmade(name).inputs_from_text(text)
        return [float(answer) for answer in typed.targets.ravel()]

    assert solved("latch", "· set · · reset · set set · reset reset ·") == [0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0]
    assert solved("counter", "+·+−−·−−++") == [2, 2, 2, 2, 1, 1, 0, 0, 0, 1]
    assert solved("brackets", "(()))())((") == [1, 2, 1, 0, 0, 1, 0, 0, 1, 2]
    assert solved("parity", "0110100") == [0, 1, 0, 0, 1, 1, 1]
    assert solved("doubling", "1000") == [1, 1, 1, 1]
    assert solved("doubling", "00010") == [0, 0, 0, -1, -1]
    echoed = solved("delay", "3141592")
    assert np.isnan(echoed[:3]).all() and echoed[3:] == [3, 1, 4, 1]


@given(opens=st.lists(st.booleans(), min_size=1, max_size=200))
def test_depth_is_that_of_a_parser(opens: list[bool]) -> None:
    typed = handmade("brackets").inputs_from_text("".join("(" if one else ")" for one in opens))
    stack: list[bool] = []
    for one, depth in zip(opens, typed.targets[:, 0], strict=True):
        stack = [*stack, one] if one else stack[:-1]
        assert len(stack) == depth


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("latch", {"set": (1, 0, 1, 1), "reset": (0, 0, 0, 1), "·": (0, 1, 0, 1)}),
        ("counter", {"+": (1, 1, 1, 1), "−": (1, 1, -1, 1), "·": (0, 1, 0, 1)}),
    ],
)
def test_each_gate_is_open_or_shut_as_explained(name: str, table: dict[str, tuple[int, ...]]) -> None:
    trace = run(Experiment(network=name, seed=1, length=100))
    gates = np.concatenate([trace.layers["l0"].gates[gate] for gate in "ifgo"], axis=1)
    assert set(trace.labels) == set(table)
    assert np.abs(gates - [table[label] for label in trace.labels]).max() < 5e-5


def test_a_latch_fades_at_the_rate_its_forget_gate_tells() -> None:
    trace = of_text("latch", "set " + "· " * 18_999)
    forget = 1 / (1 + math.exp(-10))
    c = trace.layers["l0"].c
    assert c is not None
    assert c[1:, 0] == pytest.approx(c[0, 0] * forget ** np.arange(1, trace.steps), rel=1e-9)
    # The two lengths that its explanation names.
    assert (c[:, 0] < 0.5 * c[0, 0]).argmax() == pytest.approx(-math.log(2) / math.log(forget), abs=1) == 15_268
    assert (answered(trace) == 0).argmax() == pytest.approx(18_900, rel=1e-3)
    assert rightly(of_text("latch", "set " + "· " * 17_999))


def test_a_latch_does_not_look_at_h_and_lives_by_its_forget_gate() -> None:
    assert not handmade("latch").parameters()["weight_hh_l0"].any()
    cut = of_text("latch", "set · · · · set ·", hold=(Hold("f", 0.0, start=2, stop=3),))
    assert answered(cut).tolist() == [1, 1, 0, 0, 0, 1, 1]


def test_a_counter_holds_its_count_in_c_and_hardly_more_than_the_sign_in_h() -> None:
    trace = run(Experiment(network="counter", seed=3, length=900))
    counts = np.cumsum(trace.inputs @ [1.0, -1.0, 0.0])
    layer = trace.layers["l0"]
    assert layer.c is not None
    assert np.ptp(counts) >= 20
    assert np.abs(layer.c[:, 0] - counts).max() < 1e-4
    assert np.unique(np.abs(layer.h[np.abs(counts) >= 3])).min() > 0.995


def test_a_counter_loses_what_its_explanation_says() -> None:
    trace = of_text("counter", "+" * 10_000 + "−" * 10_000)
    assert trace.layers["l0"].c is not None
    assert trace.layers["l0"].c[-1, 0] == pytest.approx(-0.2, abs=0.01)
    assert rightly(trace)
    assert not rightly(of_text("counter", "+" * 15_000 + "−" * 15_000))


def test_a_delay_line_is_empty_after_four_steps() -> None:
    shift = handmade("delay").parameters()["weight_hh_l0"]
    assert np.linalg.matrix_power(shift, 3).any() and not np.linalg.matrix_power(shift, 4).any()
    trace = run(Experiment(network="delay", seed=5, length=60))
    digits = trace.inputs[:, 0]
    for unit, h in enumerate(trace.layers["l0"].h.T):
        assert h[unit:].tolist() == digits[: len(digits) - unit].tolist()


@pytest.mark.parametrize("name", ["delay", "brackets"])
def test_where_the_answer_is_exact_no_gradient_is_left(name: str) -> None:
    trace = run(Experiment(network=name, seed=2, length=50))
    assert not trace.losses.any()
    assert not any(gradient.any() for gradient in trace.parameter_grads.values())


def test_relu_is_what_keeps_a_stray_bracket_harmless() -> None:
    trace = of_text("brackets", ")(()")
    assert answered(trace).tolist() == [0, 1, 2, 1]
    assert trace.layers["l0"].preactivations["h"][0, 0] == -1


def test_parity_survives_a_long_run_of_zeros() -> None:
    network = handmade("parity")
    assert rightly(of_text("parity", "1" + "0" * ((network.right_for or 0) - 2) + "1"))
    layer = run(Experiment(network="parity", seed=1, length=200)).layers["l0"]
    assert np.abs(layer.h - layer.h.round()).max() < 1e-6
    ones = run(Experiment(network="parity", seed=1, length=200)).inputs[:, 1] == 1
    assert (layer.gates["z"][ones] < 1e-8).all() and (layer.gates["z"][~ones] > 1 - 1e-8).all()


@given(bits=st.text("01", min_size=1, max_size=60))
@example("11111111")
@settings(deadline=None)
def test_two_relu_units_know_parity_too(bits: str) -> None:
    # As the explanation says: s = ReLU(s + x) − 2 ReLU(s + x − 1).
    names = {"weight_ih_l0": [[0, 1], [0, 1]], "weight_hh_l0": [[1, -2], [1, -2]], "bias_ih_l0": [0, -1]}
    zeros = {"bias_hh_l0": [0, 0], "weight_ho": np.zeros((3, 2)), "bias_o": [0, 0, 0]}
    # "0" and "1" come first, so that both are in the alphabet; the 1 leaves the parity odd.
    experiment = Experiment(cell="rnn", nonlinearity="relu", hidden_size=2, text="01" + bits)
    h = run(experiment, parameters=names | zeros).layers["l0"].h
    assert (h @ [1, -2]).tolist() == handmade("parity").inputs_from_text("01" + bits).targets.tolist()


def test_a_gradient_doubles_though_all_eigenvalues_are_zero() -> None:
    weights = handmade("doubling").parameters()["weight_hh_l0"]
    assert not (weights @ weights).any(), "nilpotent: its only eigenvalue is 0"
    assert np.linalg.norm(weights, 2) == pytest.approx(16, rel=1e-14)
    trace = run(Experiment(network="doubling", loss="last"))
    layer = trace.layers["l0"]
    np.testing.assert_allclose(layer.h, np.broadcast_to([0.0, 0.5], layer.h.shape), atol=1e-7)
    norms = np.linalg.norm(layer.dh, axis=1)
    np.testing.assert_allclose(norms[:-1] / norms[1:], 2.0, rtol=1e-6)
    assert norms[-1] > 0


def test_the_knifes_edge_is_left_as_its_explanation_says() -> None:
    off = np.abs(run(Experiment(network="doubling", length=100)).layers["l0"].h - [0.0, 0.5]).max(axis=1)
    assert off[23] < 1e-7 and off[60:].min() > 0.1
    assert 44 <= (off > 0.1).argmax() <= 56, "some fifty steps"


@networks
def test_its_weights_are_round_and_few(network: Handmade) -> None:
    parameters = network.parameters()
    if network.name == "doubling":  # the one weight that is not round is the one that its explanation derives
        parameters["bias_ih_l0"][1] -= math.atanh(0.5)
    assert all(value.dtype == np.float64 and (value == value.round()).all() for value in parameters.values())
    assert network.hidden_size <= 4
    # A new dict each time: what one caller changes, no other sees.
    parameters["weight_ho"][:] = 99
    assert not (network.parameters()["weight_ho"] == 99).any()


@networks
def test_every_unit_answer_and_weight_is_explained(network: Handmade) -> None:
    inputs = network.inputs(seed=0, length=5)
    assert inputs.unit_names == network.unit_names
    assert len(set(network.unit_names)) == network.hidden_size
    assert inputs.answers is None or len(inputs.answers) == len(network.parameters()["weight_ho"])
    assert network.title() and network.summary().endswith(".")
    assert len(network.explanation()) > 300


@networks
def test_the_same_seed_gives_the_same_input_and_every_symbol_comes(network: Handmade) -> None:
    def same(a: Inputs, b: Inputs) -> bool:
        return a.labels == b.labels and np.array_equal(a.inputs, b.inputs)

    assert same(network.inputs(4, 80), network.inputs(4, 80))
    assert same(network.inputs(4, 80), network.inputs(5, 80)) == (max(network.chances) == 1)
    assert set(network.inputs(4, 400).labels) == set(network.symbols)


@networks
def test_what_it_shows_can_be_typed_again(network: Handmade) -> None:
    shown = network.inputs(seed=6, length=40)
    typed = network.inputs_from_text(" ".join(shown.labels))
    assert typed.labels == shown.labels
    np.testing.assert_array_equal(typed.inputs, shown.inputs)
    np.testing.assert_array_equal(typed.targets, shown.targets)


@pytest.mark.parametrize(
    ("name", "text", "symbol", "position"),
    [
        ("brackets", "(a)", "a", 2),
        ("parity", "01\n2", "2", 3),
        ("delay", "12👨‍👩‍👧", "👨‍👩‍👧", 3),
        ("latch", "set, <script>", "<script>", 2),
        ("counter", "+ + x", "x", 3),
    ],
)
def test_a_symbol_it_does_not_know_is_named(name: str, text: str, symbol: str, position: int) -> None:
    with pytest.raises(ExperimentError) as refused:
        handmade(name).inputs_from_text(text)
    assert refused.value.field == "text" and refused.value.value == symbol
    for named in (repr(symbol), f"symbol {position}", " ".join(handmade(name).symbols)):
        assert named in str(refused.value)


@networks
def test_a_text_without_a_symbol_is_refused(network: Handmade) -> None:
    with pytest.raises(ExperimentError, match="at least one symbol"):
        network.inputs_from_text(" \n ")


def test_symbols_may_be_typed_in_other_ways() -> None:
    assert handmade("counter").inputs_from_text("+-.").labels == ("+", "−", "·")
    assert handmade("latch").inputs_from_text("set hold, Reset").labels == (
        "set",
        "·",
        "reset",
    )
