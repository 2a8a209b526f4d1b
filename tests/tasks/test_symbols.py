"""Texts in any script become the symbols a person counts, under names a person can read."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import ExperimentError
from rnnviz.tasks.symbols import listed, symbols, text_inputs, visible


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ("abcxyz", "a–c x–z"),
        ("ab xy", "a b ␣ x y"),
        ("YZ[\\]^_`ab", "Y Z [ \\ ] ^ _ ` a b"),
        ("cba", "c b a"),
        (("ab", "bc", "cd"), "ab bc cd"),
    ],
)
def test_symbols_that_follow_each_other_are_listed_by_the_first_and_the_last(known, told) -> None:
    assert listed(tuple(known)) == told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("héllo", ["h", "é", "l", "l", "o"]),
        ("he\u0301", ["h", "é"]),  # typed as a letter and an accent: the same symbol
        ("我爱 学习", ["我", "爱", " ", "学", "习"]),
        ("👨‍👩‍👧🇩🇪🇫🇷👍🏽", ["👨‍👩‍👧", "🇩🇪", "🇫🇷", "👍🏽"]),
        ("❤️x", ["❤️", "x"]),
        ("नमस्ते", ["न", "म", "स्ते"]),
        ("שלום", ["ש", "ל", "ו", "ם"]),
        ("a\u202eb\u2069", ["a", "\u202e", "b", "\u2069"]),
        ("\r\n\n", ["\r\n", "\n"]),
        ("<b>", ["<", "b", ">"]),
    ],
)
def test_characters_are_what_a_person_counts(text: str, expected: list[str]) -> None:
    assert list(symbols(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop, not now!", ["Don't", "stop", ",", "not", "now", "!"]),
        ("It costs 3.14 (or 1,000)...", ["It", "costs", "3.14", "(", "or", "1,000", ")", ".", ".", "."]),
        ("well-known\n\tx_1", ["well", "-", "known", "x_1"]),
        ("我爱学习，你呢？", ["我", "爱", "学", "习", "，", "你", "呢", "？"]),
        ("日本語のテキスト", ["日", "本", "語", "の", "テキスト"]),
        ("ภาษา", ["ภ", "า", "ษ", "า"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("مرحبا بالعالم، كيف", ["مرحبا", "بالعالم", "،", "كيف"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("hi 👨‍👩‍👧🇩🇪", ["hi", "👨‍👩‍👧", "🇩🇪"]),
        ("<script>x</script>", ["<", "script", ">", "x", "<", "/", "script", ">"]),
        ("one\u200btwo", ["one", "two"]),
    ],
)
def test_words_are_split_as_unicode_says_and_marks_stand_alone(text: str, expected: list[str]) -> None:
    assert list(symbols(text, "words")) == expected


@pytest.mark.parametrize(("text", "tokens"), [(" \n\t", "words"), ("", "words"), ("", "characters")])
def test_a_text_without_symbols_is_refused(text: str, tokens: str) -> None:
    with pytest.raises(ExperimentError) as refused:
        symbols(text, tokens)
    assert refused.value.field == "text"


UNSEEN = (
    "a \n\r\t\0\u00a0\u0301\u200b\u200d\u200e\u200f\u202e\u2066\u2069\ufe0f\ufeff\u3164\u2800␣⏎␍⇥⍽␀◌⟨⟩👩🏴\U000e0067"
)


@given(text=st.text(min_size=1) | st.text(alphabet=list(UNSEEN), min_size=1))
def test_no_character_is_lost_and_no_name_is_invisible_or_doubled(text: str) -> None:
    found = symbols(text)
    assert "".join(found) == unicodedata.normalize("NFC", text)
    for symbol in set(found):
        name = visible(symbol)
        # Something is drawn, and nothing of it turns the direction of what follows.
        assert any(unicodedata.category(character)[0] in "LNPSMC" for character in name) and name.strip() == name
        assert not set(name) & {"\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
        assert name.isprintable() or any(unicodedata.category(c) in ("Cn", "Co", "Cf") for c in name)
    assert len({visible(symbol) for symbol in found}) == len(set(found))


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("a", "a"),
        (" ", "␣"),
        ("\n", "⏎"),
        ("\r\n", "␍⏎"),
        ("\t", "⇥"),
        ("\0", "␀"),
        ("\u00a0", "⍽"),
        ("\u3000", "⟨U+3000⟩"),
        ("\u200b", "⟨ZWSP⟩"),
        ("\u202e", "⟨RLO⟩"),
        ("\u2066", "⟨LRI⟩"),
        ("\ufeff", "⟨BOM⟩"),
        ("\u3164", "⟨U+3164⟩"),  # a Hangul filler: a letter for Unicode, nothing for the eye
        ("\u2800", "⟨U+2800⟩"),
        ("\u0301", "◌\u0301"),
        ("␣", "⟨U+2423⟩"),
        ("a\u200d", "a⟨ZWJ⟩"),
        ("x\u200fy", "x⟨RLM⟩y"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("❤️", "❤️"),
        ("می‌خواهم", "می‌خواهم"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",) * 2,
    ],
)
def test_what_cannot_be_seen_has_a_name(symbol: str, name: str) -> None:
    assert visible(symbol) == name


def test_a_text_is_one_hot_and_each_step_is_asked_for_the_next_symbol() -> None:
    data = text_inputs("hello o")
    assert data.kind == "symbols"
    assert data.alphabet == (" ", "e", "h", "l", "o")
    assert data.answers == ("␣", "e", "h", "l", "o", "end")
    assert data.labels == ("h", "e", "l", "l", "o", "␣", "o")
    np.testing.assert_array_equal(data.inputs, np.eye(5)[[2, 1, 3, 3, 4, 0, 4]])
    assert data.targets.tolist() == [1, 3, 3, 4, 0, 4, 5] and data.targets.dtype == np.int64


@given(text=st.text(min_size=1), tokens=st.sampled_from(["characters", "words"]))
def test_the_inputs_can_be_read_back(text: str, tokens: str) -> None:
    try:
        found = symbols(text, tokens)
    except ExperimentError:
        return
    data = text_inputs(text, tokens)
    assert data.alphabet is not None and data.answers is not None
    assert tuple(data.alphabet[k] for k in data.inputs.argmax(axis=1)) == found
    assert (data.inputs.sum(axis=1) == 1).all() and set(np.unique(data.inputs)) <= {0.0, 1.0}
    assert tuple(data.answers[k] for k in data.targets) == (*data.labels[1:], data.answers[-1])
    assert len(set(data.answers)) == len(data.answers)


def test_the_word_end_is_not_the_end() -> None:
    assert text_inputs("the end", "words").answers == ("end", "the", "⟨end⟩")


def test_one_character_is_asked_for_the_end() -> None:
    data = text_inputs("a")
    assert data.inputs.tolist() == [[1.0]] and data.targets.tolist() == [1]
