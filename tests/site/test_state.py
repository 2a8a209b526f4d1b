"""Whatever the controls hold, the nearest experiment is run, and what had to be put right is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import Experiment
from rnnviz.site import limits
from rnnviz.site.settle import settle
from rnnviz.tasks.symbols import symbols

LAST = Experiment(text="before")
ANY = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())


@pytest.mark.parametrize("text", ["", None])
def test_without_a_text_the_last_one_stays(text) -> None:
    settled = settle({"text": text, "tokens": "characters"}, LAST, "en")
    assert settled.experiment.text == "before"
    assert (
        len(settled.sentences) == 1 and settled.sentences[0].startswith("Text") and "'before'" in settled.sentences[0]
    )


def test_blanks_have_no_words() -> None:
    settled = settle({"text": "   ", "tokens": "words"}, LAST, "en")
    assert settled.experiment.text == "before" and "word" in settled.sentences[0]


@pytest.mark.parametrize("character", ["a", "é", "你", "👩‍👩‍👧", "ש"])
def test_a_long_text_is_cut_between_symbols(character) -> None:
    settled = settle({"text": character * 100_000, "tokens": "characters"}, LAST, "en")
    assert settled.experiment.text == character * limits.STEPS
    assert len(settled.sentences) == 1
    assert "100,000" in settled.sentences[0] and "1,000" in settled.sentences[0]


def test_a_long_text_of_words_is_cut_between_words() -> None:
    settled = settle({"text": "to be " * 5000, "tokens": "words"}, LAST, "en")
    assert symbols(settled.experiment.text or "", "words") == ("to", "be") * (limits.STEPS // 2)


@pytest.mark.parametrize(
    "text", ["x", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "שלום עולם", "\u202eabc", "\0"]
)
def test_any_text_within_the_limit_is_run_as_it_is(text) -> None:
    settled = settle({"text": text, "tokens": "characters"}, LAST, "en")
    assert settled.experiment.text == text and not settled.sentences


@pytest.mark.parametrize("typed", ["1, nan, 3", "1; inf; 2", "one two", "day,price\nmonday,high\ntuesday,low", "7", ""])
def test_what_are_no_numbers_is_said_and_the_last_ones_stay(typed) -> None:
    last = Experiment(series=(4.0, 5.0))
    settled = settle({"series": typed}, last, "en")
    assert settled.experiment.series == (4.0, 5.0)
    assert len(settled.sentences) == 1 and "Numbers" in settled.sentences[0] and "4, 5" in settled.sentences[0]


def test_too_many_numbers_are_cut() -> None:
    settled = settle({"series": "\n".join(map(str, range(5000)))}, LAST, "en")
    assert settled.experiment.series == tuple(map(float, range(limits.STEPS)))
    assert "5,000" in settled.sentences[0]


def test_an_emptied_number_keeps_its_last_value() -> None:
    settled = settle({"hidden_size": None}, Experiment(hidden_size=9), "en")
    assert settled.experiment.hidden_size == 9 and "Hidden units" in settled.sentences[0]


def test_a_hold_that_the_cell_does_not_have_is_let_go() -> None:
    from rnnviz.experiment import Hold

    settled = settle({"cell": "gru", "hold": (Hold("f", 0.0),)}, LAST, "en")
    assert settled.experiment == Experiment(cell="gru")
    assert len(settled.sentences) == 1 and "r, z, n" in settled.sentences[0]


@given(
    cell=ANY,
    hidden_size=ANY,
    num_layers=ANY,
    gain=ANY,
    forget_bias=ANY,
    seed=ANY,
    init=ANY,
    loss=ANY,
    text=ANY,
    bidirectional=ANY,
    nonlinearity=ANY,
)
def test_anything_at_all_settles_to_something_that_can_be_run(**values) -> None:
    settled = settle({"tokens": "characters", **values}, LAST, "en")
    assert settled.experiment.hidden_size <= 128 and settled.experiment.num_layers <= 3
    assert len(symbols(settled.experiment.text or "")) <= limits.STEPS
