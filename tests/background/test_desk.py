"""Trainings in the background: whatever is pressed, and whatever dies, the curve is the one that `train` gives."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from rnnviz.background import Desk, Job, desk, pool
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.training import Training, load, start, to_bytes, train
from tests.background.frugal import FrugalDesk
from tests.sources import ROOT
from tests.training.problems import Noise, same_history

PATIENCE = 120.0
CELL = Experiment(cell="gru", hidden_size=3, clip=1.0)
HOW: dict[str, Any] = {
    **{"options": {"length": 4}, "batch_size": 2, "validation_size": 3},
    **{"steps": 40, "validate_every": 8, "trace_every": 5, "engine": "numpy"},
}
ENDLESS = 10**6


class Lasting(FrugalDesk):
    """One that is cleared after each test."""

    def clear(self) -> None:
        """Stop all trainings, and wait until all workers have heard of it."""
        for job in list(self._open):
            job.stop()
        with self.changed:
            assert self.changed.wait_for(lambda: not self._jobs, PATIENCE)


@pytest.fixture(scope="module")
def lasting() -> Iterator[dict[int, Lasting]]:
    desks: dict[int, Lasting] = {places: Lasting(places) for places in (1, 2)}
    yield desks
    for one in desks.values():
        one.close()


@pytest.fixture
def opened(lasting) -> Iterator[Callable[..., Desk]]:
    """Open desks, clear in the end."""
    own: list[Desk] = []

    def opens(places: int = 1, **how: Any) -> Desk:
        if not how:
            return lasting[places]
        own.append(Desk(places, **how))
        return own[-1]

    yield opens
    for one in own:
        one.close()
    for one in lasting.values():
        one.clear()


def training(**changes: Any) -> Training:
    return start(CELL, "adding", **(HOW | changes))


def expected(**changes: Any) -> Any:
    return train(CELL, "adding", **(HOW | changes))


def ends(job: Job, state: str = "finished") -> None:
    assert job.wait(PATIENCE) == state


def reaches(job: Job, updates: int) -> None:
    assert job.wait_until(lambda: job.updates >= updates, PATIENCE), (job.state, job.updates)


def kill(job: Job) -> None:
    """Kill a job's worker: nothing can be done about that, and nothing is told."""
    assert job.worker is not None
    job.worker._process.kill()


# What comes of it


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_it_is_the_training_that_train_does(opened, engine) -> None:
    given = training(engine=engine)
    job = opened().submit(given)
    assert job.state == "running" and given.update == 0
    ends(job)
    same_history(job.history, expected(engine=engine))
    assert given.update == 0 and job.seconds_left is None


def test_more_than_there_are_places_for_all_come_to_their_end(opened) -> None:
    two = opened(2)
    jobs = [two.submit(start(CELL.replace(seed=seed), "adding", **HOW)) for seed in range(7)]
    assert [job.state for job in jobs] == ["running"] * 2 + ["queued"] * 5
    assert [job.place for job in jobs] == [None, None, 1, 2, 3, 4, 5]
    for seed, job in enumerate(jobs):
        ends(job)
        same_history(job.history, train(CELL.replace(seed=seed), "adding", **HOW))
        assert job.place is None


def test_a_divergence_is_told_with_its_sentence(opened) -> None:
    odd = {"optimiser": "sgd", "learning_rate": 50.0}
    experiment = Experiment(cell="rnn", nonlinearity="identity", hidden_size=4, gain=3.0)
    job = opened().submit(start(experiment, "adding", **(HOW | odd)))
    ends(job, "diverged")
    alone = train(experiment, "adding", **(HOW | odd))
    assert job.history.diverged == alone.diverged is not None
    assert job.history.loss == alone.loss
    assert load(job.save()).history.diverged == alone.diverged


def test_what_has_ended_already_is_not_begun(opened) -> None:
    done = training(steps=3)
    done.run()
    job = opened().submit(done)
    assert (job.state, job.updates, job.worker) == ("finished", 3, None)
    assert load(job.save()).finished


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_an_ended_training_goes_on_with_more_updates(opened, engine) -> None:
    one = opened()
    first = one.submit(training(engine=engine))
    ends(first)
    second = one.submit(load(first.save(), steps=60))
    ends(second)
    same_history(second.history, expected(steps=60, engine=engine))


# Pause, step, resume, stop


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_pressed_the_curve_is_the_same(opened, seed) -> None:
    one, rng = opened(), np.random.default_rng(seed)
    job = one.submit(training(steps=150), paused=bool(seed % 2))
    for _ in range(12):
        getattr(job, str(rng.choice(["pause", "resume", "step", "save"])))()
        if rng.random() < 0.3:
            reaches(job, job.updates + (job.state == "running"))
    job.resume()
    ends(job)
    alone = expected(steps=150)
    assert job.history.loss == alone.loss and job.history.grad_norm == alone.grad_norm
    assert job.history.validations == alone.validations
    for moment in alone.moments:
        for name, value in alone.parameters(moment).items():
            np.testing.assert_array_equal(job.history.parameters(moment)[name], value)


def test_it_is_taken_on_update_by_update(opened) -> None:
    job = opened().submit(training(), paused=True)
    assert (job.state, job.history.moments) == ("paused", (0,))
    for update in (1, 2, 3):
        job.step()
        ends(job, "paused")
        assert job.updates == update and job.history.moments == tuple(range(update + 1))
    job.step()
    job.step()
    ends(job, "paused")
    assert job.updates == 5


def test_stepping_to_the_last_update_ends_it(opened) -> None:
    job = opened().submit(training(steps=2), paused=True)
    for _ in range(3):
        job.step()
    ends(job)
    assert job.history.loss == expected(steps=2).loss and job.history.moments == (0, 1, 2)
    assert job.history.validations == expected(steps=2).validations


def test_a_pause_gives_the_place_to_the_next_and_resuming_queues_again(opened) -> None:
    one = opened()
    a, b, c = (one.submit(training(steps=ENDLESS)) for _ in range(3))
    assert [job.place for job in (a, b, c)] == [None, 1, 2]
    reaches(a, 1)
    a.pause()
    reaches(b, 1)
    assert (a.state, b.state, c.place) == ("paused", "running", 1)
    a.resume()
    assert (a.state, a.place, c.place) == ("queued", 2, 1)
    c.pause()
    assert (c.state, c.place, a.place) == ("paused", None, 1)
    done = a.updates
    b.stop()
    reaches(a, done + 1)
    assert (a.state, b.state, c.state) == ("running", "stopped", "paused")


def test_a_step_needs_no_place_and_takes_it_out_of_the_queue(opened) -> None:
    one = opened()
    a, b = one.submit(training(steps=ENDLESS)), one.submit(training())
    assert b.place == 1
    b.step()
    ends(b, "paused")
    assert (b.updates, b.place, a.state) == (1, None, "running")


def test_what_has_ended_stays_as_it_is(opened) -> None:
    job = opened().submit(training(steps=ENDLESS))
    reaches(job, 1)
    job.stop()
    ends(job, "stopped")
    updates = job.updates
    for name in ("pause", "resume", "step", "stop"):
        getattr(job, name)()
    assert (job.wait(PATIENCE), job.updates, job.place) == ("stopped", updates, None)


def test_stopped_in_the_queue_it_was_never_begun(opened) -> None:
    one = opened()
    one.submit(training(steps=ENDLESS))
    job = one.submit(training())
    job.stop()
    assert (job.state, job.updates, job.place, job.worker) == ("stopped", 0, None, None)


def test_few_that_stand_still_keep_a_worker_and_the_others_go_on_all_the_same(opened) -> None:
    one = opened()
    jobs = [one.submit(training(), paused=True) for _ in range(4)]
    for job in jobs:
        job.step()
        ends(job, "paused")
    assert sum(job.worker is not None for job in jobs) == 1
    for job in jobs:
        job.resume()
    for job in jobs:
        ends(job)
        assert job.history.loss == expected().loss


# Save


@pytest.mark.parametrize("state", ["queued", "running", "paused", "unbegun", "stopped", "finished"])
@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_saved_in_any_state_it_goes_on_bit_for_bit(opened, engine, state) -> None:
    one = opened()
    if state == "queued":
        one.submit(training(steps=ENDLESS))
    steps = 40 if state == "finished" else 3000
    job = one.submit(training(engine=engine, steps=steps), paused=state in ("paused", "unbegun"))
    if state == "paused":
        job.step()
        job.step()
    if state in ("running", "stopped"):
        reaches(job, 1)
    if state == "stopped":
        job.stop()
    if state == "finished":
        ends(job)
    saved = load(job.save(), steps=40)
    assert state not in ("queued", "unbegun") or saved.update == 0
    assert state != "paused" or saved.update == 2
    if saved.update <= 40:  # it may have run further before it was asked
        assert saved.run().loss == expected(engine=engine).loss


def test_saved_while_it_runs_all_that_was_until_then_is_in_the_file(opened) -> None:
    job = opened().submit(training(steps=ENDLESS))
    reaches(job, 20)
    found = load(job.save()).history
    assert found.updates >= 20
    assert found.loss == job.history.loss[: found.updates]
    assert set(range(0, found.updates + 1, found.every)) <= set(found.moments)


def test_saving_waits_no_longer_than_it_is_told(opened) -> None:
    job = opened().submit(training(steps=ENDLESS))
    with pytest.raises(ExperimentError, match=r"^The training has not answered for 0 seconds\."):
        job.save(timeout=0.0)


# What goes wrong


def test_a_worker_that_is_killed_fails_its_training_and_no_other(opened) -> None:
    two = opened(2)
    job, other, third = (two.submit(training(steps=steps)) for steps in (ENDLESS, 4000, 40))
    reaches(job, 20)
    kill(job)
    ends(job, "failed")
    assert str(job.failure).startswith(f"The process that trained has ended by itself after update {job.updates}")
    for one in (third, other):
        ends(one)
    assert third.history.loss == expected().loss
    # All that it told is there, and the last moment of which all was known can be gone on from.
    assert job.updates >= 20 and job.history.traces()[0].steps == 4
    assert load(job.save(), steps=40).run().loss == expected().loss


def test_a_worker_that_is_killed_while_its_training_stands_still_is_not_missed(opened) -> None:
    job = opened().submit(training(), paused=True)
    job.step()
    ends(job, "paused")
    worker = job.worker
    kill(job)
    assert job.wait_until(lambda: job.worker is not worker, PATIENCE)
    assert job.state == "paused"
    job.resume()
    ends(job)
    assert job.history.loss == expected().loss


def test_an_error_in_the_worker_is_a_sentence_and_the_worker_goes_on(opened, monkeypatch) -> None:
    one = opened()
    monkeypatch.setattr(desk, "to_bytes", lambda training: b"nonsense")
    job = one.submit(training())
    worker = job.worker
    ends(job, "failed")
    assert job.failure is not None and job.failure.key == "training.checkpoint_broken"
    assert "not a safetensors file" in str(job.failure)
    monkeypatch.setattr(desk, "to_bytes", to_bytes)
    again = one.submit(training())
    assert again.worker is worker
    ends(again)
    assert again.history.loss == expected().loss


def test_where_no_process_can_be_begun_it_fails_with_a_sentence_and_the_next_is_tried(opened, monkeypatch) -> None:
    own = opened(2, most=9)

    def none(heard: Any) -> Any:
        raise OSError("no more processes")

    with monkeypatch.context() as patch:
        patch.setattr(pool, "Process", none)
        for paused in (False, True):
            job = own.submit(training(), paused=paused)
            job.step()
            assert job.state == "failed" and "could not begin another process" in str(job.failure)
    ends(own.submit(training()))
    assert not own._busy and not own._open


def test_a_problem_that_a_worker_could_not_find_is_refused(opened) -> None:
    with pytest.raises(ExperimentError, match="no name to be found by"):
        opened().submit(start(CELL, Noise()))


def test_too_many_are_refused_with_a_sentence(opened) -> None:
    one = opened(most=2)
    first, _ = one.submit(training(steps=ENDLESS)), one.submit(training())
    with pytest.raises(ExperimentError, match=r"^There are 2 trainings on this server that have not ended"):
        one.submit(training())
    first.stop()
    ends(one.submit(training()))


def test_the_moments_stay_within_their_memory_and_the_generation_says_when_some_went(opened) -> None:
    experiment = CELL.replace(hidden_size=32)
    how = HOW | {"steps": 120, "trace_every": 1, "memory": 2**18, "batch_size": 1}
    job = opened().submit(start(experiment, "adding", **how), paused=True)
    for _ in range(3):
        job.step()
    ends(job, "paused")
    assert job.generation == 0 and job.history.moments == (0, 1, 2, 3)
    job.resume()
    ends(job)
    assert job.history.nbytes <= 2**18 and job.history.every > 1
    assert job.generation >= 1
    assert job.history.moments == tuple(sorted({*range(0, 121, job.history.every), 120}))


def test_closing_ends_all_trainings_and_all_workers(opened) -> None:
    one = opened(2, most=9)
    jobs = [one.submit(training(steps=ENDLESS)) for _ in range(3)]
    reaches(jobs[0], 1)
    one.warm()
    workers = one.pool.workers
    one.close()
    assert [job.state for job in jobs] == ["stopped"] * 3
    assert len(workers) >= 3 and all(worker._process.poll() is not None for worker in workers)
    with pytest.raises(ExperimentError):
        one.submit(training())


ORPHANS = """
import os, sys
from rnnviz.background import Desk
from rnnviz.training import load
from tests.background.test_desk import ENDLESS, reaches, training
two = Desk(2)
two.warm()
for job in [two.submit(training(steps=ENDLESS, engine=engine)) for engine in ("numpy", "torch")]:
    reaches(job, 1)
    assert load(job.save()).update >= 1
print("torch" in sys.modules, "pickle" in vars(sys.modules["rnnviz.background.wire"]), flush=True)
os.kill(os.getpid(), 9) if os.name == "posix" else os._exit(1)
"""


def test_workers_end_with_the_process_that_began_them_however_that_ends() -> None:
    """They write to the same standard error: once that has ended, the last of them has. Torch is theirs alone."""
    ended = subprocess.run([sys.executable, "-c", ORPHANS], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.stdout.split() == ["False", "False"]
    assert ended.returncode in (-9, 1) and "Error" not in ended.stderr


def test_many_press_at_once(opened) -> None:
    """Threads, as a server has them, and not a word that comes too late leads astray."""
    two = opened(2)
    jobs = [two.submit(training(steps=300)) for _ in range(4)]

    def press(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(40):
            getattr(jobs[int(rng.integers(4))], str(rng.choice(["pause", "resume", "step", "resume"])))()

    threads = [threading.Thread(target=press, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for job in jobs:
        job.resume()
    for job in jobs:
        ends(job)
        assert job.history.loss == expected(steps=300).loss
    assert not two._busy and not two._open and not two._resting and not two._queue
