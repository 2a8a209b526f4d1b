"""Trainings in the background: what it costs to train beside the page, and what it costs the server to tell of it.

A worker trains an LSTM of 32 units on the adding problem, T = 50, B = 32, with the parameters of every 20th update kept
and a validation at every 40th; a browser asks every half second for what is new, each moment as a whole frame. What an
update costs is compared with `train` in this process: they take turns, since both run beside whatever else does, and
the ratio is the median of the turns. Processor time throughout.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import torch
from threadpoolctl import threadpool_limits

from rnnviz import Experiment
from rnnviz.background import Desk, Job
from rnnviz.site import feed
from rnnviz.training import Training, start
from tests.benchmarks.report import Row, median, percentile

T, H, B = 50, 32, 32
FIRST, LAST = 200, 1600
"""Updates between which is measured: torch is loaded, and the worker has not ended yet."""
TURNS, TURN = 12, 60
PAUSE: Final = 0.5
HOW: Final[dict[str, Any]] = {"steps": 10_000, "batch_size": B, "trace_every": 20, "validate_every": 40}


def rows() -> list[Row]:
    """Measure a training in a worker beside one in this process, then one that is followed."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    desk = Desk(1)
    try:
        with threadpool_limits(1, "blas"):
            ratios = list(_turns(desk))
            answers, sizes, share = _followed(desk)
    finally:
        desk.close()
        torch.set_num_threads(threads)
    return [
        Row("An update in a worker that tells of it ÷ in train()", median(ratios), "×", 1.1),
        Row("Server: an answer with what is new of half a second, median", 1e3 * median(answers), "ms", 5.0),
        Row("Server: … p95", 1e3 * percentile(answers, 0.95), "ms"),
        Row("Server: all it does for a training that is followed, of a core", 100 * share, "%", 3.0),
        Row("An answer, median", median(sizes) / 1000, "kB"),
    ]


def _training() -> Training:
    return start(Experiment(hidden_size=H, clip=1.0), "adding", options={"length": T}, **HOW)


def _turns(desk: Desk) -> Iterator[float]:
    """Yield an update's processor time in a worker ÷ in this process, turn by turn."""
    own, job = _training(), desk.submit(_training())
    own.run(lambda history: history.updates == FIRST)
    job.wait_until(lambda: job.updates >= FIRST)
    for _ in range(TURNS):
        job.pause()
        job.wait()
        began, done = _seconds(job), job.updates
        started, until = time.process_time(), own.update + TURN
        while own.update < until:
            own.step()
        alone = (time.process_time() - started) / TURN
        job.resume()
        job.wait_until(lambda done=done: job.updates >= done + TURN)  # type: ignore[misc]
        job.pause()
        job.wait()
        yield (_seconds(job) - began) / (job.updates - done) / alone
    job.stop()


def _followed(desk: Desk) -> tuple[list[float], list[int], float]:
    """Return each answer's processor time and size, and the share of a core that the server needs for all."""
    job = desk.submit(_training())
    token = feed.register([job])
    job.wait_until(lambda: job.updates >= FIRST)
    known, took, sizes = _known(json.loads(feed.answer(token, {})[1])), list[float](), list[int]()
    since, begun = time.monotonic(), time.process_time()
    while job.updates < LAST:
        time.sleep(PAUSE)
        started = time.thread_time()
        _, body = feed.answer(token, known)
        took.append(time.thread_time() - started)
        sizes.append(len(body))
        known = _known(json.loads(body), known)
    share = (time.process_time() - begun) / (time.monotonic() - since)
    feed.forget(token)
    return took, sizes, share


def _known(answer: dict[str, Any], before: dict[str, str] | None = None) -> dict[str, str]:
    """Return what a browser then says that it has."""
    new = answer.get("delta") or {**answer["payload"], **answer["payload"]["learning"]}
    (run,) = new["runs"]
    have = len(new["frames"]) + int((before or {"have": "0"})["have"])
    updates = run["from"] + run["loss"]["shape"][0]
    return {"generation": str(answer["generation"]), "have": str(have), "updates": str(updates)}


def _seconds(job: Job) -> float:
    """Return the processor time of a job's worker; NaN where the system does not tell."""
    stat = Path(f"/proc/{job.worker.pid}/stat") if job.worker else Path()
    if not stat.is_file():
        return math.nan
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
