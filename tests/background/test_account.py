"""What a worker tells of a training is all of it, whenever it tells it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnviz.background import wire
from rnnviz.background.account import State, Teller, stand, until, write_down
from rnnviz.experiment import Experiment
from rnnviz.training import Training, load, start, to_bytes, train
from tests.training.problems import same_history

SMALL = {"options": {"length": 4}, "batch_size": 2, "engine": "numpy", "validation_size": 3, "validate_every": 4}


def begun(**settings: Any) -> Training:
    return start(
        Experiment(cell="gru", hidden_size=3), "adding", **(SMALL | {"steps": 30, "trace_every": 5} | settings)
    )


def tell(training: Training, teller: Teller, history) -> None:
    note, tensors = teller.account()
    write_down(history, note, wire.unpack(wire.pack(tensors)))


@pytest.mark.parametrize("seed", range(5))
def test_told_at_any_times_it_is_the_whole_history(seed) -> None:
    training = begun()
    history, teller = until(training.history, 0), Teller(training)
    rng = np.random.default_rng(seed)
    while not training.finished:
        training.step()
        if rng.random() < 0.3:
            tell(training, teller, history)
    training.settle()
    tell(training, teller, history)
    stand(history, State.of(training))
    same_history(history, train(training.experiment, "adding", **SMALL, steps=30, trace_every=5))
    assert training.history.kept == {}  # the worker keeps none of what it told


@pytest.mark.parametrize("often", [1, 30])
def test_moments_are_bounded_where_they_are_written_down(often) -> None:
    training = begun(steps=60, trace_every=1)
    one = sum(value.nbytes for value in training.state()["parameters"].values())
    training.history.memory = 10 * one
    # The worker thins nothing out by itself: the server would not know of it.
    history, teller = until(training.history, 0), Teller(training)
    while not training.finished:
        for _ in range(often):
            training.step()
        tell(training, teller, history)
        assert history.nbytes <= 10 * one
    assert history.every == 8 and history.moments == tuple(range(0, 61, 8))


@pytest.mark.parametrize("optimiser", ["adam", "sgd", "momentum"])
@pytest.mark.parametrize("truncate", [None, 3])
def test_what_it_goes_on_from_arrives_whole(optimiser, truncate) -> None:
    task, options = ("book", {}) if truncate else ("adding", {"length": 4})
    experiment = Experiment(hidden_size=3, truncate=truncate)
    how = {"options": options, "steps": 8, "batch_size": 2, "optimiser": optimiser, "engine": "numpy"}
    training = start(experiment, task, **how, validate_every=None)
    training.run(lambda history: history.updates == 5)
    sent = State.of(training)
    found = State.read(5, wire.unpack(wire.pack(sent.tensors())))
    assert found.states.keys() == sent.states.keys()
    again = Training(experiment, training.problem, training.settings)
    again.restore(found.parameters, found.optimiser, found.states, until(training.history, 5))
    assert to_bytes(again) == to_bytes(load(to_bytes(training)))
    same_history(again.run(), training.run())


def stood(*updates: int, **settings: Any) -> list[tuple[int, ...]]:
    """Return the moments of a history after its training stood still at these updates."""
    training, found = begun(**settings), []
    history = until(training.history, 0)
    for update in updates:
        while training.update < update:
            training.step()
        write_down(history, *Teller.account(Teller(training)))
        stand(history, State.of(training))
        found.append(history.moments)
    return found


def test_a_moment_at_which_it_stands_still_is_kept() -> None:
    assert stood(7, 12) == [(0, 5, 7), (0, 5, 7, 10, 12)]


def test_without_moments_between_only_the_last_is_kept() -> None:
    assert stood(2, 3, 4, trace_every=None) == [(0, 2), (0, 3), (0, 4)]


def test_a_history_of_before_has_nothing_of_later() -> None:
    training = begun()
    training.run()
    history = training.history
    early = until(history, 12)
    assert early.updates == 12 and early.moments == (0, 5, 10)
    assert [one.update for one in early.validations] == [0, 4, 8, 12]
    assert early.loss == history.loss[:12] and history.updates == 30
    assert until(history, 30, moments=False).moments == (30,)
