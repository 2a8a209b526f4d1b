"""Each target of a problem made by rule, against that rule written down another way."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.networks.handmade import handmade
from rnnviz.tasks.problems import PROBLEMS

seeds = st.integers(0, 10_000)
spreads = st.integers(0, 90)


def pose(name, **settings) -> Any:
    return PROBLEMS[name].pose(**settings)


def sequences(name, seed, size=4, **settings):
    """Yield (labels, inputs, targets) of each sequence of a batch."""
    batch = PROBLEMS[name].batch(np.random.default_rng(seed), size, **settings)
    for b in range(size):
        one = batch.sequence(b)
        yield one.labels, one.inputs, one.targets


@given(seed=seeds, length=st.integers(2, 60), spread=spreads)
def test_the_sum_is_that_of_the_two_marked_numbers(seed, length, spread) -> None:
    for labels, x, targets in sequences("adding", seed, length=length, spread=spread):
        marked = [t for t, label in enumerate(labels) if label.startswith("+")]
        assert len(marked) == 2 and marked[0] < len(x) // 2 <= marked[1]
        assert targets[-1, 0] == x[marked[0], 0] + x[marked[1], 0]
        assert set(x[:, 1]) <= {0.0, 1.0} and (x[:, 0] >= 0).all() and (x[:, 0] < 1).all()


@given(seed=seeds, blanks=st.integers(1, 30), recall=st.integers(1, 12), symbols=st.integers(2, 26))
def test_what_was_read_is_copied_after_the_mark(seed, blanks, recall, symbols) -> None:
    for labels, _, targets in sequences("copy", seed, blanks=blanks, recall=recall, symbols=symbols):
        answers = pose("copy", symbols=symbols).answers
        shown, said = "".join(labels), "".join(answers[target] for target in targets)
        text = shown[:recall]
        assert shown == text + "–" * (blanks - 1) + "?" + "–" * recall
        assert said == "–" * (blanks + recall) + text
        assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:symbols])


@given(seed=seeds, length=st.integers(10, 120), symbols=st.integers(2, 3), spread=spreads)
def test_the_answer_is_the_order_of_what_matters(seed, length, symbols, spread) -> None:
    answers = pose("order", symbols=symbols).answers
    for labels, _, targets in sequences("order", seed, length=length, symbols=symbols, spread=spread):
        found = [(t, label) for t, label in enumerate(labels) if label in "XY"]
        assert answers[targets[-1]] == "".join(label for _, label in found)
        assert labels[0] == "E" and labels[-1] == "B" and set(labels[1:-1]) <= set("abcdXY")
        starts = (0.1, 0.5) if symbols == 2 else (0.1, 0.33, 0.66)
        assert all(
            int(s * len(labels)) <= t <= (s + 0.1) * len(labels) for s, (t, _) in zip(starts, found, strict=True)
        )


@given(seed=seeds, length=st.integers(2, 50), spread=spreads)
def test_parity_is_that_of_the_hand_built_network(seed, length, spread) -> None:
    for labels, _, targets in sequences("parity", seed, length=length, spread=spread):
        bits = [int(label) for label in labels]
        assert targets.tolist() == list(handmade("parity").solve(bits))
        assert targets.tolist() == [bits[: t + 1].count(1) % 2 for t in range(len(bits))]


@given(seed=seeds, length=st.integers(2, 50), deepest=st.integers(1, 12), spread=spreads)
def test_depth_is_that_of_the_hand_built_network(seed, length, deepest, spread) -> None:
    for labels, _, targets in sequences("depth", seed, length=length, deepest=deepest, spread=spread):
        assert targets[:, 0].tolist() == list(handmade("brackets").solve(["()".index(label) for label in labels]))
        assert targets.max() <= deepest


@given(seed=seeds, length=st.integers(2, 50), back=st.integers(1, 49), symbols=st.integers(2, 26), spread=spreads)
def test_an_echo_is_what_was_read_some_steps_ago(seed, length, back, symbols, spread) -> None:
    back = min(back, length - 1)
    for labels, _, targets in sequences("echo", seed, length=length, delay=back, symbols=symbols, spread=spread):
        letters = pose("echo", symbols=symbols).answers
        said = [None if target == -1 else letters[target] for target in targets]
        assert said == [None] * back + list(labels[:-back]) and len(said) > back


@given(seed=seeds, length=st.integers(2, 50), period=st.floats(2, 100), amplitude=st.floats(0.01, 100), spread=spreads)
def test_a_sine_goes_on_as_every_sine_does(seed, length, period, amplitude, spread) -> None:
    """Of any sine, x[t + 1] = 2 cos(ω) x[t] − x[t − 1]: two numbers decide all others."""
    settings = {"length": length, "period": period, "amplitude": amplitude, "spread": spread}
    for _, x, targets in sequences("sine", seed, **settings):
        np.testing.assert_array_equal(x[1:], targets[:-1])
        values = np.append(x, targets[-1:])
        turn = 2 * np.cos(2 * np.pi / period)
        np.testing.assert_allclose(values[2:], turn * values[1:-1] - values[:-2], atol=1e-9 * amplitude)
        assert np.abs(values).max() <= amplitude * (1 + 1e-12)
