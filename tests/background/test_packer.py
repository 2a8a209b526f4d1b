"""Frames that are packed beside the server are those that are packed in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from rnnviz.background import packer as packers
from rnnviz.background.packer import Packer
from rnnviz.background.packing import packed
from rnnviz.background.process import Process
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.stage.learning import Run
from rnnviz.tasks.problems import Posed
from rnnviz.training import train
from rnnviz.training.source import posed
from tests.training.problems import Noise

PATIENCE = 120.0


HOW = {"steps": 60, "trace_every": 4, "engine": "numpy", "batch_size": 2, "validate_every": None}


def trained(task: str | Posed = "adding", **options: Any) -> Run:
    problem = posed(task, options)
    shape = problem.shapes[0]
    own = {"attention": "dot", "forcing": 0.5} if shape == "encoder_decoder" else {}
    return Run("", train(Experiment(hidden_size=3, clip=0.1, shape=shape, **own), problem, **HOW), problem, (), 60)


RUN = trained(length=5)
MOMENTS = list(RUN.history.moments)


@pytest.fixture
def packer() -> Iterator[Packer]:
    found = Packer()
    yield found
    found.close()


def comes(packer: Packer) -> Process:
    """Wait until a worker is ready, and return it."""
    packer.warm()
    with packer._changed:
        assert packer._changed.wait_for(lambda: packer._ready, PATIENCE)
        assert packer._process is not None
        return packer._process


def here(run: Run, moments: list[int], probe: int) -> dict[int, bytes]:
    return dict(zip(moments, packed(run, moments, probe), strict=True))


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ("adding", {"length": 5}),
        ("series", {"series": (1.0, 2.5, 2.0, 1.5) * 9}),
        ("text", {"text": "ab ba äb\n" * 9}),
        ("reverse", {"longest": 5}),
        ("draw", {"length": 6}),
        ("wave", {"length": 6}),
    ],
)
def test_it_packs_what_would_be_packed_here(packer, monkeypatch, task, options) -> None:
    comes(packer)
    run = trained(task, **options)
    moments, wanted = list(run.history.moments), here(run, list(run.history.moments), 0)
    monkeypatch.setattr(packers, "packed", None)  # now nothing can be packed here
    assert packer.frames(run, moments, 0) == wanted
    assert packer.frames(run, [], 0) == {}


def test_nobody_waits_for_a_worker_that_is_not_there_yet(packer) -> None:
    assert not packer._ready
    assert packer.frames(RUN, MOMENTS, 1) == here(RUN, MOMENTS, 1)


def test_one_that_was_killed_is_replaced_and_not_missed(packer) -> None:
    first = comes(packer)
    first._process.kill()
    assert packer.frames(RUN, MOMENTS, 0) == here(RUN, MOMENTS, 0)
    with packer._changed:
        assert packer._changed.wait_for(lambda: packer._process is not first, PATIENCE)
    assert comes(packer) is not first
    assert packer.frames(RUN, MOMENTS[:2], 0) == here(RUN, MOMENTS[:2], 0)


def test_a_worker_that_always_dies_is_not_begun_for_ever(packer) -> None:
    packer._lives = 1
    worker = comes(packer)
    worker._process.kill()
    with packer._changed:
        assert packer._changed.wait_for(lambda: packer._process is None, PATIENCE)
    assert packer.frames(RUN, MOMENTS, 0) == here(RUN, MOMENTS, 0) and packer._process is None


def test_a_problem_of_a_person_s_own_is_packed_here(packer) -> None:
    comes(packer)
    run = trained(Noise())
    assert packer.frames(run, [0, 4], 0) == here(run, [0, 4], 0)


def test_a_moment_that_is_no_longer_kept_is_said(packer) -> None:
    comes(packer)
    with pytest.raises(ExperimentError):
        packer.frames(RUN, [0, 3], 0)


def test_many_ask_at_once(packer) -> None:
    comes(packer)
    wanted = [here(RUN, MOMENTS, probe) for probe in range(3)]
    found: list[bool] = []

    def asks(probe: int) -> None:
        found.extend(packer.frames(RUN, MOMENTS, probe) == wanted[probe] for _ in range(3))

    threads = [threading.Thread(target=asks, args=(k % 3,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 18
    assert not packer._awaited and not packer._answers
