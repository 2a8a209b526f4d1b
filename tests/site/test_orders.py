"""Without a memory a word's state is the same wherever it stands; with one it is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rnnviz.site.orders import both_orders, places, spread_of, without_memory

WORDS = st.lists(st.sampled_from(["dog", "bites", "man", "the", "你", "רץ", "!"]), min_size=1, max_size=12)


@given(WORDS)
def test_a_feed_forward_net_gives_a_word_one_state_in_every_place(words) -> None:
    there, back = map(without_memory, both_orders(" ".join(words)))
    assert all(spread_of(word, there, back) == 0.0 for word in there.labels)


def test_a_recurrent_net_does_not() -> None:
    there, back = both_orders("dog bites man")
    assert back.labels == ("man", "bites", "dog")
    assert all(spread_of(word, there, back) > 0.1 for word in there.labels)
    assert all((there.parameters[name] == back.parameters[name]).all() for name in there.parameters)


def test_only_the_recurrent_weights_are_cut() -> None:
    there, _ = both_orders("dog bites man")
    cut = without_memory(there).parameters
    assert [name for name in cut if (cut[name] != there.parameters[name]).any()] == ["weight_hh_l0"]
    assert not cut["weight_hh_l0"].any()


def test_the_places_of_a_word() -> None:
    there, _ = both_orders("a b a")
    assert places(there, "a") == [0, 2]
