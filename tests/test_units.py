"""What units respond to: NumPy's correlations, features as a person would count them, sentences that follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.inputs import Inputs
from rnnviz.tasks.symbols import text_inputs
from rnnviz.units import CLAIMED, STRONG, Response, correlations, features_of, responses
from rnnviz.words import catalogue


def text(written: str) -> dict[str, list[float]]:
    return {name: values.tolist() for name, values in features_of([text_inputs(written)]).items()}


def numbers(*rows: tuple[float, ...]) -> Inputs:
    x = np.array(rows)
    return Inputs("numbers", ("",) * len(x), None, None, x, np.zeros((len(x), 1)))


def test_features_are_what_a_person_counts() -> None:
    found = text('if (a) "No 12"\nor ((b))\nthen é\nso,')
    assert found["space"] == [float(c.isspace()) for c in 'if (a) "No 12"\nor ((b))\nthen é\nso,']
    assert found["word"][:8] == [1, 2, 0, 0, 1, 0, 0, 0]
    assert found["row"][12:19] == [13, 14, 0, 1, 2, 3, 4]
    assert found["depth"][15:24] == [0, 0, 0, 1, 2, 2, 1, 0, 0]
    assert found["quote"] == [float(7 <= place < 13) for place in range(len(found["quote"]))]
    assert found["vowel"][29] == 1  # é
    assert found["symbol:o"][:9] == [0, 0, 0, 0, 0, 0, 0, 0, 0] and found["symbol:o"][9] == 1


def test_what_hardly_varies_is_no_feature_and_nothing_is_told_twice() -> None:
    found = text("aab aab aab aab Q 1")
    assert "capital" not in found and "digit" not in found and "symbol:Q" not in found and "row" not in found
    assert "space" in found and "symbol: " not in found
    assert "odd" in text("0110100110") and "odd" not in text("01101a00110")
    assert "symbol:a" in text("ababababab") and "symbol:b" not in text("ababababab")  # one is the other, upside down


def test_letters_that_stand_for_things_are_called_by_their_names() -> None:
    found = text("ABCDABCDADBCAACDB")
    assert "symbol:A" in found and not {"vowel", "capital"} & set(found)
    assert "vowel" in text("an old cat sat on a mat") and "punctuation" not in text("a. b. c. d. e")


def test_features_of_numbers() -> None:
    found = features_of([numbers((0.5, 0), (0.25, 1), (1.0, 0), (0.5, 1), (0.75, 0), (0.125, 1))])
    assert found["sum"].tolist() == [0, 0.25, 0.25, 0.75, 0.75, 0.875]
    assert found["marks"].tolist() == [0, 1, 1, 2, 2, 3]
    found = features_of([numbers((1,), (4,), (2,), (8,)), numbers((7,), (5,), (6,), (3,))])
    assert found["before"].tolist() == [1, 1, 4, 2, 7, 7, 5, 6]
    assert found["change"].tolist() == [0, 3, -2, 6, 0, -2, 1, -3]


@given(st.integers(0, 2**31), st.integers(3, 30))
def test_correlations_are_those_of_numpy(seed: int, places: int) -> None:
    rng = np.random.default_rng(seed)
    h, features = rng.standard_normal((places, 4)), rng.standard_normal((places, 3))
    expected = [[np.corrcoef(unit, feature)[0, 1] for feature in features.T] for unit in h.T]
    np.testing.assert_allclose(correlations(h, features), expected, rtol=1e-9, atol=1e-12)


def test_a_unit_that_is_still_or_broken_responds_to_nothing() -> None:
    feature = np.arange(6.0)
    h = np.stack([feature, np.full(6, 0.3), np.where(feature == 2, np.nan, feature), np.full(6, np.inf)], axis=1)
    assert correlations(h, feature[:, None])[:, 0].tolist() == pytest.approx([1, 0, 0, 0])
    assert [(one.unit, one.feature) for one in responses(h, {"place": feature})] == [(0, "place")]
    assert responses(h, {}) == []


def test_responses_are_ranked_by_size_each_unit_by_its_strongest() -> None:
    rng = np.random.default_rng(0)
    features = {"space": rng.standard_normal(200), "word": rng.standard_normal(200)}
    noise = rng.standard_normal((200, 3))
    mixed = [0.5 * noise[:, 0] + features["space"], noise[:, 1], 0.1 * noise[:, 2] - features["word"]]
    found = responses(np.stack(mixed, axis=1), features, most=2)
    assert [(one.unit, one.feature) for one in found] == [(2, "word"), (0, "space")]
    assert found[0].r < -0.98 and 0.8 < found[1].r < 0.95


@pytest.mark.parametrize(
    ("feature", "r", "sentence"),
    [
        ("space", 0.934, "Unit 7 is high on spaces (r = 0.93)."),
        ("symbol: ", -STRONG, "Unit 7 is low on “␣” (r = −0.80)."),
        ("vowel", CLAIMED, "Unit 7 tends to be high on vowels (r = 0.50)."),
        ("word", 0.9, "Unit 7 rises with the letters read of a word (r = 0.90)."),
        ("depth", -0.6, "Unit 7 tends to fall with the number of open brackets (r = −0.60)."),
        ("digit", -0.49, f"Unit 7 goes with nothing that has a name here: no |r| reaches {CLAIMED}."),
    ],
)
def test_sentences_follow_the_numbers(feature: str, r: float, sentence: str) -> None:
    assert Response(6, feature, r).words() == sentence


def test_every_feature_has_words() -> None:
    texts = features_of([text_inputs('0110 Ab "aBc" (1)\n(cA) "a, ((b))', "characters")])
    bits = features_of([text_inputs("01101001")])
    pairs = features_of([numbers(*[(k % 5, k % 2) for k in range(9)])])
    single = features_of([numbers(*[(k * k % 7,) for k in range(9)])])
    for name in {**texts, **bits, **pairs, **single}:
        assert Response(0, name, 1.0).words() not in catalogue("en")
