"""Ever longer words: what many words side by side come to is what a run of each word alone does."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.networks.trained import trained
from rnnviz.tasks.problems.reverse import LETTERS
from rnnviz.trace import NO_TARGET
from rnnviz.training.growing import Grown, ending, grown

END = "end"


def alone(network: str, word: str) -> list[str]:
    """Return what a run of one word writes, as many symbols as were asked for at most."""
    trace = run(Experiment(network=network, text=word, forcing=0.0))
    assert trace.answers is not None
    said = [trace.answers[code] for code in trace.outputs[len(word) :].argmax(axis=1)]
    assert said[-1] == END or not (trace.bridge and trace.bridge.stopped)
    return said[: len(word) + 1]


def backwards(said: list[str], asked: list[str]) -> int:
    """Return how many are right from the last on, one after another."""
    count = 0
    while count < min(len(said), len(asked)) and said[-1 - count] == asked[-1 - count]:
        count += 1
    return count


@pytest.mark.parametrize("network", ["reverser", "reverser_attention"])
def test_words_side_by_side_come_out_as_each_word_alone(network: str) -> None:
    found = grown(trained(network), words=3, seed=7)
    assert found.taught == (4, 12) and found.lengths.tolist() == list(range(1, 25))
    for length, words, right, end in zip(found.lengths, found.words, found.right, found.ending, strict=True):
        for k, word in enumerate(words):
            assert len(word) == length and set(word) <= set(LETTERS)
            asked, said = [*word[::-1], END], alone(network, word)
            assert right[k] == sum(one == other for one, other in zip(asked, said, strict=False)), word
            assert end[k] == backwards(said, asked), word
    assert len(np.unique(found.right)) > 5 and (found.ending > found.right).any(), "there is something to tell apart"


def test_the_same_words_are_asked_of_both_and_others_by_another_seed() -> None:
    both = [grown(trained(network), words=2) for network in ("reverser", "reverser_attention")]
    assert both[0].words == both[1].words
    assert grown(trained("reverser"), words=2, seed=1).words != both[0].words


def test_chance_is_what_one_gets_who_knows_the_length() -> None:
    found = grown(trained("reverser"), words=1)
    np.testing.assert_allclose(found.chance, [(n / 26 + 1) / (n + 1) for n in found.lengths], rtol=1e-12)


def test_shares_are_of_all_symbols_and_the_middle_word_is_in_the_middle() -> None:
    words = (tuple("abcde"), ("ab", "cd", "ef", "gh", "ij"))
    right, back = np.array([[2, 0, 1, 2, 0], [3, 3, 0, 1, 1]]), np.array([[2, 1, 0, 2, 0], [3, 3, 0, 0, 0]])
    found = Grown((1, 2), np.array([1, 2]), words, right, back, np.zeros(2))
    np.testing.assert_allclose(found.shares, [5 / 10, 8 / 15])
    np.testing.assert_allclose(found.endings, [5 / 10, 6 / 15])
    np.testing.assert_allclose(found.whole, [2 / 5, 2 / 5])
    assert (found.typical(1), found.typical(2)) == ("c", "ij")


def test_after_an_early_end_one_counts_back_from_there() -> None:
    assert ending([1, 2, 26, NO_TARGET], [0, 1, 2, 26]) == 3
    assert ending([0, 2, 1, 26], [0, 1, 2, 26]) == 1
    assert ending([0, 1, 2, 3], [0, 1, 2, 26]) == 0
    assert ending([26], [26]) == 1
