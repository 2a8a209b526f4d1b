"""The trainings of one visitor: the network's own, and the one beside it. They end soon after the tab is closed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import streamlit as st

from rnnviz.background import Desk, Job
from rnnviz.site import feed, limits
from rnnviz.site.training.plan import Plan
from rnnviz.training import Training, load

KEY: Final = "_training_bench"
GRACE: Final = 20.0
"""Seconds after which the trainings end of who is gone: a connection that broke is mostly back by then."""
ACTIVE: Final = ("queued", "running")
ORDER: Final = ("running", "queued", "paused", "failed", "diverged", "stopped", "finished")
"""Of two trainings' states the first of these stands for both."""


class Bench:
    """What one visitor trains.

    Attributes
    ----------
    plan : Plan or None
        What the jobs were begun with; None before anything was.
    jobs : tuple of Job
        The network's own first, then the one beside it. Before anything was begun, the networks as they are drawn.
    turn : int
        Counts what was pressed, so that the browser knows that it is to ask again.
    notice : str
        What was wrong with what was pressed last.
    loaded : int or None
        How many updates a training had that came from a file, which holds the one of the page alone.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._going: threading.Timer | None = None
        self._drawn: Plan | None = None
        self.plan: Plan | None = None
        self.loaded: int | None = None
        self.jobs: tuple[Job, ...] = ()
        self.token, self.turn, self.notice = "", 0, ""

    @property
    def state(self) -> str:
        """Of both trainings together; "ready" before anything was begun."""
        if self.plan is None:
            return "ready"
        return min((job.state for job in self.jobs), key=ORDER.index)

    @property
    def moving(self) -> bool:
        """Whether anything runs or waits to, or has not yet come to a stand after it was told to."""
        return any(job.state in ACTIVE or not job.standing for job in self.jobs)

    def show(self, plan: Plan) -> None:
        """Before anything was begun, have the networks of a plan there as they are drawn."""
        if self.plan is None and self._drawn != plan:
            self._put(tuple(Job(self._desk, training) for training in trainings(plan)))
            self._drawn = plan

    def begin(self, plan: Plan, *, paused: bool = False) -> None:
        """Begin anew, with both networks or with none.

        Raises
        ------
        ExperimentError
            If too many trainings have not ended.
        """
        jobs: list[Job] = []
        try:
            for training in trainings(plan):
                jobs.append(self._desk.submit(training, paused=paused))
        except Exception:
            for job in jobs:
                job.stop()
            raise
        self.reset()
        self._put(tuple(jobs))
        self.plan = plan

    def load(self, data: bytes, plan: Plan) -> None:
        """Go on with a training that was saved; it stands still at first.

        Raises
        ------
        ExperimentError
            If the file cannot be gone on from, or too many trainings have not ended; then all stays as it was.
        """
        job = self._desk.submit(load(data), paused=True)
        self.reset()
        self._put((job,))
        self.plan, self.loaded = plan, job.updates

    def pause(self) -> None:
        """Let both stand still."""
        self._tell("pause")

    def resume(self) -> None:
        """Let both go on."""
        self._tell("resume")

    def step(self) -> None:
        """Take both on by one update."""
        self._tell("step")

    def stop(self) -> None:
        """End both."""
        self._tell("stop")

    def reset(self) -> None:
        """End both and forget them."""
        self.stop()
        feed.forget(self.token)
        self.plan, self.loaded, self._drawn, self.jobs, self.token = None, None, None, (), ""

    def leave(self) -> None:
        """End both, unless whoever closed the tab, or lost the connection, is back in time."""
        self._going = threading.Timer(GRACE, self.reset)
        self._going.daemon = True
        self._going.start()

    def stay(self) -> None:
        """Let them go on."""
        if self._going is not None:
            self._going.cancel()

    def _tell(self, what: str) -> None:
        if self.plan is not None:
            for job in self.jobs:
                getattr(job, what)()
            self.turn += 1

    def _put(self, jobs: tuple[Job, ...]) -> None:
        feed.forget(self.token)
        self.jobs, self.turn = jobs, self.turn + 1
        self.token = feed.register(jobs)


def trainings(plan: Plan) -> Sequence[Training]:
    """Return the trainings of a plan before their first update."""
    plans = [plan, *filter(None, [plan.beside()])]
    return [Training(one.experiment, one.posed, one.settings) for one in plans]


def bench() -> Bench:
    """Return this visitor's bench."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Bench(desk())
    found: Bench = st.session_state[KEY]
    _at_hand(found)
    return found


# Streamlit keeps a session whose connection broke for a while, but lets go of what is cached for it at once.
@st.cache_resource(scope="session", show_spinner=False, on_release=lambda found: found.leave())
def _at_hand(_found: Bench) -> Bench:
    _found.stay()
    return _found


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """Return the server's one desk."""
    return Desk(most=limits.TRAININGS)
