"""A sweep beside the run of one of its frames: 41 frames of T = 100 steps and H = 32 units, over the gain of W_hh."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np

from rnnviz import Experiment, run, sweep
from tests.benchmarks.report import Row

T, H, FRAMES = 100, 32, 41
ROUNDS = 15
CELLS = ("lstm", "gru", "rnn")


def rows() -> list[Row]:
    """Time sweeps, a single run, and as many runs one by one; in turns, the fastest of each."""
    return [row for cell in CELLS for row in _rows(cell)]


def _rows(cell: str) -> list[Row]:
    experiment = Experiment(cell=cell, hidden_size=H, task="sine", length=T)
    gains = np.linspace(0.5, 1.5, FRAMES)
    took = _in_turns(
        {
            "run": lambda: run(experiment),
            "sweep": lambda: sweep(experiment, gain=gains),
            "runs": lambda: [run(experiment.replace(gain=gain)) for gain in gains],
        }
    )
    name = cell.upper()
    return [
        Row(f"{name}: {FRAMES} frames swept as one stack", took["sweep"] * 1e3, "ms"),
        Row(f"{name}: … ÷ one run", took["sweep"] / took["run"], "×", 6),
        Row(f"{name}: … ÷ {FRAMES} runs one by one", took["sweep"] / took["runs"], "×"),
    ]


def _in_turns(subjects: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for round_ in range(ROUNDS + 2):
        for name, subject in subjects.items():
            start = time.perf_counter()
            subject()
            if round_ >= 2:  # the first rounds warm caches
                times[name].append(time.perf_counter() - start)
    return {name: min(taken) for name, taken in times.items()}
