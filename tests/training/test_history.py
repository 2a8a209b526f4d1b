"""What is kept of a training, what it takes, and the traces that are made of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from rnnviz.engines.numpy_engine import trace
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.trace import Moment
from rnnviz.training import History, frames, load, start, to_bytes, train
from rnnviz.training.settings import ENGINES
from tests.test_sweep import same

LSTM = Experiment(cell="lstm", hidden_size=4)
HOW = {"options": {"length": 6}, "batch_size": 4, "validate_every": None}


def kept(updates: int, every: int | None, memory: int, size: int = 1000) -> History:
    """Return a history that was offered a set of ``size`` bytes after each update."""
    history = History(LSTM, (), every, memory)
    for update in range(updates + 1):
        if history.wants(update):
            history.keep(update, {"weight": np.full(size // 8, float(update))})
        assert history.nbytes <= max(memory, size)
    return history


# What is kept


def test_every_nth_moment_is_kept_and_the_last() -> None:
    history = train(LSTM, "adding", steps=25, trace_every=10, **HOW)
    assert history.moments == (0, 10, 20, 25)
    assert history.every == 10
    assert train(LSTM, "adding", steps=5, trace_every=None, **HOW).moments == (0, 5)


def test_what_is_kept_is_what_the_network_had() -> None:
    history = train(LSTM, "adding", steps=20, trace_every=10, engine="numpy", **HOW)
    short = train(LSTM, "adding", steps=10, engine="numpy", **HOW)
    for name, value in short.parameters(10).items():
        np.testing.assert_array_equal(history.parameters(10)[name], value)
        assert (history.parameters(0)[name] != value).any()


@pytest.mark.parametrize("updates", [0, 1, 9, 64, 100, 1000])
def test_what_takes_too_much_is_thinned_out_evenly(updates: int) -> None:
    history = kept(updates, every=1, memory=10_000)
    assert history.moments == tuple(range(0, updates + 1, history.every))
    assert history.nbytes <= 10_000
    assert updates < 10 or len(history.moments) > 5
    assert all(history.parameters(update)["weight"][0] == update for update in history.moments)


def test_a_set_larger_than_the_memory_is_kept_alone() -> None:
    assert kept(50, every=1, memory=500).moments == (0,)


def test_a_training_keeps_to_its_memory() -> None:
    """A set has 133 float32 numbers, and 201 of these are more than 64 KiB."""
    history = train(LSTM, "adding", steps=200, trace_every=1, memory=2**16, engine="torch", **HOW)
    size = sum(value.nbytes for value in history.parameters(0).values())
    assert history.every == 2 and 2**15 < history.nbytes <= 2**16
    assert history.nbytes == size * len(history.kept)
    assert history.moments == tuple(range(0, 201, 2))


def test_a_moment_that_was_not_kept_is_answered_with_those_that_were() -> None:
    history = train(LSTM, "adding", steps=20, trace_every=10, **HOW)
    with pytest.raises(ExperimentError, match="every 10 after it, and of the last, 20"):
        history.parameters(7)


# Traces


@pytest.mark.parametrize("engine", ENGINES)
def test_a_trace_of_any_moment_is_that_of_its_own_run(engine: str) -> None:
    experiment = Experiment(cell="gru", hidden_size=4, num_layers=2, residual=True, clip=0.1)
    history = train(experiment, "adding", steps=22, trace_every=2, engine=engine, **HOW)
    probes = PROBLEMS["adding"].pose(length=6).probes
    for probe, data in enumerate(probes):
        found = history.traces(probe)
        assert len(found) == len(history.moments) == 12
        for update, one in zip(history.moments, found, strict=True):
            exact = {name: value.astype(np.float64) for name, value in history.parameters(update).items()}
            same(one, replace(trace(experiment, data, exact), moment=Moment("adding", update)))


def test_frames_are_a_sequence_of_traces() -> None:
    found = train(LSTM, "adding", steps=25, trace_every=10, **HOW).traces()
    assert found[-1] is found[3]
    assert found[1:3] == (found[1], found[2])
    assert [found.at(update) for update in (0, 9, 10, 24, 25)] == [found[k] for k in (0, 0, 1, 2, 3)]
    with pytest.raises(IndexError):
        found[4]


def test_traces_are_made_once_and_forgotten_when_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    history = train(LSTM, "adding", steps=40, trace_every=1, **HOW)
    first = history.traces()[0]
    assert history.traces()[1] is history.traces()[1]
    assert history.traces()[0] is first
    monkeypatch.setattr(frames, "MEMORY", 2 * history.traces().nbytes)
    found = history.traces()
    for k in range(len(found)):
        found[k]
        assert found.nbytes <= frames.MEMORY
    assert found[0] is not first
    same(found[0], first)


def test_a_history_is_looked_into_while_it_grows() -> None:
    lengths = []
    training = start(LSTM, "adding", steps=30, trace_every=10, **HOW)

    def look(history: History) -> None:
        lengths.append(len(history.traces()))
        assert len(history.traces()[len(history.traces()) - 1].losses) == 6

    training.run(look)
    assert lengths == [1] * 9 + [2] * 10 + [3] * 10 + [4]


@pytest.mark.parametrize("probe", [-1, 3, "first", None])
def test_a_probe_that_does_not_exist_is_answered_with_those_that_do(probe: object) -> None:
    with pytest.raises(ExperimentError, match="0 to 2"):
        train(LSTM, "adding", steps=1, **HOW).traces(probe)


# For pictures


def test_the_curves_are_plain_json() -> None:
    history = train(LSTM, "adding", steps=10, validate_every=5, batch_size=2, options={"length": 4})
    plain = json.loads(json.dumps(history.to_dict(), allow_nan=False))
    assert plain["updates"] == 10 and plain["loss"] == history.loss
    assert plain["validation"]["update"] == [0, 5, 10]
    assert plain["validation"]["loss"] == [one.loss for one in history.validations]
    assert plain["moments"] == [0, 10] and plain["diverged"] is None
    assert all(len(plain[name]) == 10 for name in ("score", "grad_norm", "clipped_norm"))


def test_a_saved_history_has_the_same_traces() -> None:
    training = start(LSTM, "adding", steps=20, trace_every=5, **HOW)
    training.run()
    again = load(to_bytes(training)).history
    assert again.moments == training.history.moments
    for one, other in zip(again.traces(1), training.history.traces(1), strict=True):
        same(one, other)
