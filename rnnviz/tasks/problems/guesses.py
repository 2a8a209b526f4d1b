"""The best answer that knows only what is read at the same step: a table of how often each answer went with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array
from rnnviz.tasks.problems.base import Baseline

Codes = NDArray[np.int64]


def answer_table(read: Codes, answers: Codes, shape: tuple[int, int]) -> Array:
    """Return (D, O), how likely each answer is where each symbol is read: counts with one added to each.

    The one (Laplace's rule) leaves what was never met unlikely instead of impossible.
    """
    counts = np.ones(shape)
    np.add.at(counts, (read, answers), 1.0)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def table_baseline(
    name: str, fitted: tuple[Codes, Codes], measured: tuple[Codes, Codes], shape: tuple[int, int]
) -> Baseline:
    """Return what a table scores: fitted to some pairs (read, answers), measured on others."""
    table = answer_table(*fitted, shape)
    read, answers = measured
    right = table.argmax(axis=1)[read] == answers
    return Baseline(name, float(-np.log(table[read, answers]).mean()), float(right.mean()))
