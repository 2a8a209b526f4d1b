"""Trainings beside the page: each in a process of its own, so that what a person sees never waits for it.

    desk = Desk()                              # as many at once as there are cores; the others queue
    job = desk.submit(start(Experiment(cell="lstm", hidden_size=32), "adding", steps=2000))
    job.state, job.history.updates             # "running", 117: the history grows while it trains
    job.pause(); job.step(); job.resume()
    job.save()                                 # a checkpoint, from which `rnnviz.training.load` goes on bit for bit

A worker is a fresh Python that talks through its pipes (`rnnviz.background.wire`) and ends when they close, with the
process that started it. Nothing is pickled and nothing is forked, and no signal is needed.
"""

from __future__ import annotations

from rnnviz.background.desk import Desk
from rnnviz.background.job import ENDED, Job

__all__ = ["ENDED", "Desk", "Job"]
