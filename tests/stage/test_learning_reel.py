"""Which moments are frames: what a browser has stays right until it is told that it does not."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import Experiment
from rnnviz.stage.reel import Companion, Reel, of_moments
from rnnviz.training import History

EMPTY = {"weight": np.zeros(1)}


def history(every: int | None = 5, memory: int = 2**16) -> History:
    found = History(Experiment(), (), every, memory)
    found.keep(0, EMPTY)
    return found


def advance(one: History, updates: int, stands: bool = False) -> None:
    """Take so many updates, and perhaps stand still then."""
    for _ in range(updates):
        one.write(0.0, 0.0, 0.0, 0.0)
        if one.wants(one.updates):
            one.keep(one.updates, EMPTY)
    if stands:
        one.last = one.updates, EMPTY
        if one.every is not None and one.updates not in one.kept:
            one.keep(one.updates, EMPTY)


RUNS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=25)


@given(RUNS, st.sampled_from([None, 1, 5, 20]), st.integers(2, 12), st.sampled_from([64, 400, 2**16]))
def test_frames_only_become_more_under_one_generation(steps, every, most, memory) -> None:
    one = history(every, memory)
    reel = Reel(sum(updates for updates, _ in steps), most)
    for updates, stands in steps:
        before, generation = list(reel.moments), reel.generation
        advance(one, updates, stands)
        reel.follow(one)
        assert reel.generation > generation or reel.moments[: len(before)] == before
        assert reel.moments == sorted(set(reel.moments)) and set(reel.moments) <= set(one.moments)
        assert 1 <= len(reel.moments) <= most
        assert reel.moments[0] == one.moments[0]
        assert not stands or reel.moments[-1] == one.moments[-1] == one.updates
        again = list(reel.moments)
        reel.follow(one)
        assert reel.moments == again


def test_fewer_frames_are_chosen_anew_and_said_to_be() -> None:
    one, reel = history(5), Reel(100, 200)
    advance(one, 50)
    reel.follow(one)
    assert len(reel.moments) == 11
    reel.narrow(20, one)
    assert (len(reel.moments), reel.generation) == (11, 0)
    reel.narrow(6, one)
    assert reel.moments == [0, 20, 40, 50] and reel.generation == 1
    reel.narrow(8, one)
    advance(one, 50, stands=True)
    reel.follow(one)
    assert len(reel.moments) <= 6 and (reel.moments[0], reel.moments[-1]) == (0, 100)


def test_all_planned_moments_fit_from_the_beginning() -> None:
    """So nothing is sent twice of a training that goes through."""
    for steps, every, most in ((2000, 20, 200), (20_000, 20, 200), (997, 1, 100), (50, 60, 10)):
        one, reel = history(every), Reel(steps, most)
        for _ in range(steps):
            advance(one, 1, stands=one.updates + 1 == steps)
            reel.follow(one)
        assert reel.generation == 0
        assert most / 2 - 1 <= len(reel.moments) or len(reel.moments) == len(one.moments)
        assert (reel.moments[0], reel.moments[-1]) == (0, steps)
        assert len(set(np.diff(reel.moments[:-1]).tolist())) <= 1


@given(RUNS, RUNS, st.booleans())
def test_beside_each_moment_stands_the_latest_of_the_other_until_then(ours, theirs, ended) -> None:
    one, other, reel, beside = history(), history(), Reel(400, 50), Companion()
    for (updates, stands), (others, also) in zip(ours, theirs, strict=False):
        advance(one, updates, stands)
        advance(other, others, also)
        before, generation = list(beside.moments), (reel.generation, beside.generation)
        reel.follow(one)
        beside.follow(reel, other, ended=False)
        assert (reel.generation, beside.generation) != generation or beside.moments[: len(before)] == before
        assert len(beside.moments) == sum(moment <= other.updates for moment in reel.moments)
        for moment, found in zip(reel.moments, beside.moments, strict=False):
            assert found == max(known for known in other.moments if known <= moment)
    if ended:
        beside.follow(reel, other, ended=True)
        assert len(beside.moments) == len(reel.moments)


def test_a_companion_that_lost_moments_says_so() -> None:
    one, other, reel, beside = history(), history(memory=80), Reel(100, 50), Companion()
    advance(one, 50)
    advance(other, 30)
    reel.follow(one)
    beside.follow(reel, other, ended=False)
    assert beside.generation == 0 and beside.moments == [0, 5, 10, 15, 20, 25, 30]
    advance(other, 50)
    beside.follow(reel, other, ended=False)
    assert beside.generation == 1 and beside.moments[1] == 0


def test_numbers_of_updates_are_easy_to_read() -> None:
    assert of_moments([0, 60, 12_000]) == {"frame_title": "Updates", "frame_labels": ["0", "60", "12,000"]}
