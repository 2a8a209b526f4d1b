"""Where trainings are handed in: some run, each in a worker, the others queue."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import Any, Final

from rnnviz.background.account import State
from rnnviz.background.job import Job
from rnnviz.background.pool import Pool, see_off
from rnnviz.background.process import Process
from rnnviz.background.wire import Message
from rnnviz.experiment import ExperimentError
from rnnviz.training import Training, to_bytes
from rnnviz.training.source import note_of

MOST: Final = 64
"""Trainings that have not ended, at once."""


class Desk:
    """Runs trainings in the background. To be used from any thread.

    Parameters
    ----------
    places : int, optional
        How many run at once; by default as many as there are cores for this process.
    most : int
        How many there may be that have not ended.
    """

    def __init__(self, places: int | None = None, most: int = MOST) -> None:
        self.places, self.most = places or cores(), most
        self.changed = threading.Condition(threading.RLock())
        self._queue: deque[Job] = deque()
        self._busy: list[Job] = []
        """Those that hold a place: until their worker has said that it stands still."""
        self._resting: list[Job] = []
        """Those that stand still and have a worker yet, the one that has stood longest first."""
        self._open: list[Job] = []
        self.pool = Pool(self._heard)
        self._jobs: dict[Process, Job] = {}
        self._tasks, self._closed = 0, False

    # What a page asks for

    def submit(self, training: Training, *, paused: bool = False) -> Job:
        """Hand in a training, new or loaded from a checkpoint; it is not touched, and may be forgotten.

        Parameters
        ----------
        training : Training
        paused : bool
            Whether it stands still at first, to be resumed or taken on step by step.

        Raises
        ------
        ExperimentError
            If too many have not ended, or its problem has no name by which a worker could find it.
        """
        note_of(training.problem)  # refuses a problem without a name
        job = Job(self, training)
        with self.changed:
            if self._closed or len(self._open) >= self.most:
                raise ExperimentError("training", None, "background.full", most=self.most)
            if training.finished:
                job.state = "diverged" if training.history.diverged else "finished"
                return job
            self._open.append(job)
            if not paused:
                self.resume(job)
        return job

    def warm(self, spares: int = 1) -> None:
        """Have workers ready that have imported torch, so that the next training's first update comes at once."""
        with self.changed:
            self.pool.spares = max(self.pool.spares, spares)
            self.pool.warm()

    def close(self) -> None:
        """Stop all trainings and end all workers."""
        with self.changed:
            self._closed = True
            for job in list(self._open):
                self.stop(job)
            workers = self.pool.workers
            self.pool.close()
        see_off(workers)

    def place_of(self, job: Job) -> int | None:
        """Return a job's place in the queue, from 1."""
        with self.changed:
            return self._queue.index(job) + 1 if job in self._queue else None

    def pause(self, job: Job) -> None:
        """See `Job.pause`."""
        with self.changed:
            if job.state == "queued":
                self._queue.remove(job)
            elif job.state == "running":
                self._order(job, "pause")
            else:
                return
            self._turn(job, "paused")

    def resume(self, job: Job) -> None:
        """See `Job.resume`."""
        with self.changed:
            if job.state == "paused":
                self._turn(job, "queued")
                self._queue.append(job)
                self._fill()

    def step(self, job: Job) -> None:
        """See `Job.step`."""
        with self.changed:
            if job.ended:
                return
            if job.state == "queued":
                self._queue.remove(job)
            if job.worker is not None or self._attach(job, go=False):
                self._order(job, "step")
                self._turn(job, "paused")

    def stop(self, job: Job) -> None:
        """See `Job.stop`."""
        with self.changed:
            if job.ended:
                return
            if job.state == "queued":
                self._queue.remove(job)
            if job.worker is not None:
                self._order(job, "end")
            self._end(job, "stopped")

    def secured(self, job: Job, timeout: float) -> State:
        """Return all that a job goes on from, as it is now.

        Raises
        ------
        ExperimentError
            If no answer comes in time.
        """
        with self.changed:
            if not job.standing and not job.ended:
                self._order(job, "state")
            order = job.order
            if not self.changed.wait_for(lambda: job.standing or job.told >= order, timeout):
                raise ExperimentError("training", None, "background.silent", seconds=round(timeout))
            return job.known

    # How it is done; the lock is held

    def _fill(self) -> None:
        """Give the free places to the first in the queue."""
        while self._queue and len(self._busy) < self.places and not self._closed:
            job = self._queue.popleft()
            if job not in self._busy:  # else it was told to pause, and has not said yet that it does
                self._busy.append(job)
            if job.worker is not None:
                self._order(job, "go")
            elif not self._attach(job, go=True):
                continue
            self._turn(job, "running")

    def _turn(self, job: Job, state: str) -> None:
        job.state = state
        self.changed.notify_all()

    def _order(self, job: Job, kind: str, body: bytes = b"", **note: Any) -> None:
        if job in self._resting:
            self._resting.remove(job)
        assert job.worker is not None
        job.order += 1
        job.standing = False
        job.worker.send({"kind": kind, "task": job.task, "order": job.order, **note}, body)

    def _attach(self, job: Job, *, go: bool) -> bool:
        """Give a job a worker, one that is idle or a new one; return whether there was one to be had."""
        try:
            worker = self.pool.take()
        except OSError:  # no more processes, or no memory for one
            self._leave(job)
            self._fail(job, ExperimentError("training", None, "background.no_worker"))
            return False
        self._tasks += 1
        job.worker, job.task, job.starting = worker, self._tasks, True
        self._jobs[worker] = job
        self._order(job, "begin", to_bytes(job.training(moments=False)), go=go)
        job.standing = not go
        return True

    def _heard(self, worker: Process, message: Message | None) -> None:
        with self.changed:
            job = self._jobs.get(worker)
            if message is None:
                self._lost(worker, job)
            elif job is not None and message.note["task"] == job.task:
                self._account(worker, job, message)
            self._fill()
            self.changed.notify_all()

    def _account(self, worker: Process, job: Job, message: Message) -> None:
        note = message.note
        if note["kind"] == "failed":
            if not job.ended:
                error = note["error"]
                self._fail(job, ExperimentError(error["field"], error["value"], error["key"], **error["values"]))
            self.pool.rest(self._detach(job))
            return
        job.write(message)
        if note["secure"]:
            job.told = note["order"]
        standing = note["standing"]
        if standing == "paused" and note["order"] == job.order:
            self._stood(job)
        elif standing in ("finished", "diverged", "stopped"):
            self._end(job, standing)
            self.pool.rest(self._detach(job))

    def _stood(self, job: Job) -> None:
        """Give up the place of a job that stands still; if too many workers stand still, send the first of them off."""
        job.standing = True
        self._leave(job)
        self._resting.append(job)
        while len(self._resting) > self.places:
            first = self._resting[0]
            self._order(first, "end")
            self.pool.rest(self._detach(first))

    def _detach(self, job: Job) -> Process:
        worker = job.worker
        assert worker is not None
        job.worker, job.standing, job.starting = None, True, False
        del self._jobs[worker]
        self._leave(job)
        if job in self._resting:
            self._resting.remove(job)
        return worker

    def _leave(self, job: Job) -> None:
        if job in self._busy:
            self._busy.remove(job)

    def _end(self, job: Job, state: str) -> None:
        if job in self._queue:
            self._queue.remove(job)
        if job in self._open:
            self._open.remove(job)
        self._turn(job, state)

    def _fail(self, job: Job, error: ExperimentError) -> None:
        job.failure = error
        self._end(job, "failed")

    def _lost(self, worker: Process, job: Job | None) -> None:
        """Forget a worker that is gone; its training has failed, unless it stood still and can go on with another."""
        self.pool.forget(worker)
        if job is None:
            return
        stood = job.standing
        self._detach(job)
        if not stood and not job.ended:
            self._fail(job, ExperimentError("training", None, "background.died", update=job.updates))


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
