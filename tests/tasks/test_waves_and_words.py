"""Waves told apart, waves drawn and words written: each against its rule written down another way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.experiment import ExperimentError
from rnnviz.tasks.problems import PROBLEMS, Batch
from rnnviz.tasks.problems.waves import KINDS, middles, waves
from rnnviz.tasks.problems.write import WORDS

seeds = st.integers(0, 10_000)
OTHERWISE = {
    "sine": lambda turns: np.cos(2 * np.pi * (turns - 0.25)),
    "square": lambda turns: -np.sign(turns % 1 - 0.5),
    "saw": lambda turns: np.arctan(np.tan(np.pi * turns)) * 2 / np.pi,
    "triangle": lambda turns: np.arcsin(np.sin(2 * np.pi * turns)) * 2 / np.pi,
}


def pose(name, **given) -> Any:
    return PROBLEMS[name].pose(**given)


def drawn(name, seed, size=4, **given) -> Batch:
    return pose(name, **given).batch(np.random.default_rng(seed), size)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wave_is_what_its_name_says(kind) -> None:
    turns = (np.arange(997) + 0.3) / 997 * 7  # never on a jump
    np.testing.assert_allclose(waves(turns)[KINDS.index(kind)], OTHERWISE[kind](turns), atol=1e-9)
    assert abs(waves(turns)[KINDS.index(kind)]).max() <= 1


@given(seed=seeds, length=st.integers(16, 60), spread=st.integers(0, 30))
@settings(max_examples=10, deadline=None)
def test_the_kind_is_that_of_the_wave_that_fits(seed, length, spread) -> None:
    batch = drawn("wave", seed, length=length, spread=spread, period=9.0, faster=0, noise=0.05)
    assert batch.answers is not None
    for b, steps in enumerate(batch.lengths):
        turns = middles(720)[:, None] + np.arange(steps) / 9.0
        error = {
            kind: np.square(OTHERWISE[kind](turns) - batch.inputs[b, :steps, 0]).mean(axis=1).min() for kind in KINDS
        }
        assert batch.answers[batch.targets[b, steps - 1]] == min(error, key=lambda kind: error[kind])


def test_noise_and_periods_are_as_wide_as_was_asked() -> None:
    noisy = drawn("wave", 0, 4000, noise=3.0).inputs
    assert noisy.var() == pytest.approx(9 + np.mean([0.5, 1, 1 / 3, 1 / 3]), rel=0.02)
    own = drawn("draw", 0, 4000, period=20.0, faster=50).inputs[:, 0, -1] * 20
    assert 10 <= own.min() < 10.1 and 19.9 < own.max() <= 20 and own.mean() == pytest.approx(15, rel=0.02)
    assert np.bincount(drawn("wave", 1, 4000).targets.max(axis=1)) == pytest.approx(1000, rel=0.1)


@given(seed=seeds, length=st.integers(2, 60), period=st.floats(2, 60), faster=st.integers(0, 90))
def test_what_is_drawn_is_the_wave_that_was_named(seed, length, period, faster) -> None:
    batch = drawn("draw", seed, length=length, period=period, faster=faster)
    for b in range(4):
        one = batch.sequence(b)
        kind = KINDS[one.inputs[0, :4].argmax()]
        own = one.inputs[0, 4] * period
        turns = np.arange(length) / own
        smooth = np.abs((turns * 2 + 0.5) % 1 - 0.5) > 1e-6  # off the jumps
        np.testing.assert_allclose(one.targets[smooth, 0], OTHERWISE[kind](turns)[smooth], atol=1e-6)
        assert one.labels[0].split() == [kind, one.labels[0].split()[1]] and set(one.labels[1:]) == {"–"}
        assert float(one.labels[0].split()[1]) == pytest.approx(own, abs=0.006) and not one.inputs[1:].any()


def test_there_is_one_word_for_each_letter_and_all_are_written() -> None:
    assert "".join(sorted(word[0] for word in WORDS)) == "abcdefghijklmnopqrstuvwxyz"
    assert len(set(map(len, WORDS))) >= 5 and all(word.isalpha() and word.islower() for word in WORDS)
    batch = drawn("write", 0, 600)
    written = set()
    for b in range(600):
        one = batch.sequence(b)
        assert one.answers is not None and one.answers[one.targets[-1]] == "end" and set(one.labels[1:]) == {"–"}
        written.add(one.labels[0] + "".join(one.answers[code] for code in one.targets[:-1]))
    assert written == set(WORDS)


def test_a_typed_letter_asks_for_its_word_and_a_typed_word_for_itself() -> None:
    posed = pose("write")
    letter, word = posed.read(" m "), posed.read("maple")
    assert letter.labels == ("m", "–", "–", "–") and word.labels == ("m", "–", "–", "–", "–")
    assert [letter.answers[code] for code in letter.targets] == ["o", "o", "n", "end"]
    assert [word.answers[code] for code in word.targets] == ["a", "p", "l", "e", "end"]
    with pytest.raises(ExperimentError, match="^text has 'É' as symbol 2, but this network reads only a–z"):
        posed.read("aÉ")
    with pytest.raises(ExperimentError, match="^text is '', but must be a text of at least one symbol"):
        posed.read(" ")


def test_a_typed_wave_is_drawn() -> None:
    posed = pose("draw", length=12, period=12.0)
    plain, fast = posed.read("sine"), posed.read("square 4")
    np.testing.assert_allclose(plain.targets[:, 0], np.sin(2 * np.pi * np.arange(12) / 12), atol=1e-12)
    assert fast.targets[:, 0].tolist() == [1, 1, -1, -1] * 3 and fast.inputs[0].tolist() == [0, 1, 0, 0, 4 / 12]
    assert plain.labels[0] == "sine 12" and fast.labels[0] == "square 4"


@pytest.mark.parametrize("text", ["", "circle", "sine 0", "sine x", "sine nan", "Sine"])
def test_a_typed_wave_that_there_is_not_is_refused_in_one_sentence(text) -> None:
    with pytest.raises(ExperimentError) as refused:
        pose("draw").read(text)
    assert str(refused.value) == (
        f"text is {text!r}, but must be one of sine, square, saw, triangle, and behind it the period in steps if "
        "wanted, at least 1: square 8."
    )
