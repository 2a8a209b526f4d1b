"""Trainings in the background: what it costs to train beside the page, and what it costs the server to tell of it.

A worker trains an LSTM of 32 units on the adding problem, T = 50, B = 32, with the parameters of every 20th update kept
and a validation at every 40th; a browser asks every half second for what is new, each moment as a whole frame. Then the
same updates are taken by `train` in this process. Processor time throughout, since both run beside whatever else does.
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
from rnnviz.training import start
from tests.benchmarks.report import Row, median, percentile

T, H, B = 50, 32, 32
STEPS: Final = 2000
FIRST, LAST = 200, 1800
"""Updates between which is measured: torch is loaded, and the worker has not ended yet."""
PAUSE: Final = 0.5
HOW: Final[dict[str, Any]] = {"steps": STEPS, "batch_size": B, "trace_every": 20, "validate_every": 40}


def rows() -> list[Row]:
    """Measure a training in a worker that is followed, then one in this process."""
    with threadpool_limits(1, "blas"):
        desk = Desk(1)
        try:
            followed = list(_followed(desk))
        finally:
            desk.close()
        own = _own()
    answers, bytes_sent, shares, worker = (list(each) for each in zip(*followed, strict=True))
    return [
        Row("An update in a worker that tells of it ÷ in train()", worker[-1] / own, "×", 1.1),
        Row("Server: an answer with what is new of half a second, median", 1e3 * median(answers), "ms", 5.0),
        Row("Server: … p95", 1e3 * percentile(answers, 0.95), "ms"),
        Row("Server: all it does for a training that is followed, of a core", 100 * shares[-1], "%", 3.0),
        Row("An answer, median", median(bytes_sent) / 1000, "kB"),
    ]


def _followed(desk: Desk) -> Iterator[tuple[float, int, float, float]]:
    """Yield for each answer its processor time and size, and of all until then the server's share and an update's."""
    job = desk.submit(start(Experiment(hidden_size=H, clip=1.0), "adding", options={"length": T}, **HOW))
    token = feed.register([job])
    job.wait_until(lambda: job.updates >= FIRST)
    known = _known(json.loads(feed.answer(token, {})[1]))
    since, before, begun, done = time.monotonic(), _seconds(job), time.process_time(), job.updates
    while job.updates < LAST and not job.ended:
        time.sleep(PAUSE)
        started = time.thread_time()
        _, body = feed.answer(token, known)
        took = time.thread_time() - started
        shares = (time.process_time() - begun) / (time.monotonic() - since)
        yield took, len(body), shares, (_seconds(job) - before) / max(1, job.updates - done)
        known = _known(json.loads(body), known)
    feed.forget(token)


def _known(answer: dict[str, Any], before: dict[str, str] | None = None) -> dict[str, str]:
    """Return what a browser then says that it has."""
    new = answer.get("delta") or {**answer["payload"], **answer["payload"]["learning"]}
    (run,) = new["runs"]
    have = len(new["frames"]) + int((before or {"have": "0"})["have"])
    updates = run["from"] + run["loss"]["shape"][0]
    return {"generation": str(answer["generation"]), "have": str(have), "updates": str(updates)}


def _own() -> float:
    """Return the seconds of an update in this process."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        training = start(Experiment(hidden_size=H, clip=1.0), "adding", options={"length": T}, **HOW)
        training.run(lambda history: history.updates == FIRST)
        started = time.process_time()
        training.run(lambda history: history.updates == LAST // 2)
        return (time.process_time() - started) / (LAST // 2 - FIRST)
    finally:
        torch.set_num_threads(threads)


def _seconds(job: Job) -> float:
    """Return the processor time of a job's worker; NaN where the system does not tell."""
    stat = Path(f"/proc/{job.worker.pid}/stat") if job.worker else Path()
    if not stat.is_file():
        return math.nan
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
