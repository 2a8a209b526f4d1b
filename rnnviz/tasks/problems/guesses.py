"""The best answer that knows only what is read at the same step: a table of how often each answer went with it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array
from rnnviz.tasks.problems.base import Baseline

Codes = NDArray[np.int64]


ADDED: Final = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
"""What may be added to each count, so that what was never met is unlikely instead of impossible (Lidstone's rule)."""


def answer_table(read: Codes, answers: Codes, shape: tuple[int, int]) -> Array:
    """Return (D, O), how likely each answer is where each symbol is read: counts with a little added to each.

    How little, these pairs themselves tell: what makes each of them likeliest where all others are counted. So where
    answers follow from what is read the table says so, and where they do not it is careful.
    """
    counts = np.zeros(shape)
    np.add.at(counts, (read, answers), 1.0)
    added = max(ADDED, key=lambda little: _left_out(counts, little))
    return np.asarray((counts + added) / (counts + added).sum(axis=1, keepdims=True))


def _left_out(counts: Array, added: float) -> float:
    """Return the log likelihood of all pairs, each by a table of the others."""
    total = counts.sum(axis=1, keepdims=True) - 1 + added * counts.shape[1]
    rows, columns = np.nonzero(counts)
    found = counts[rows, columns]
    return float((found * np.log((found - 1 + added) / total[rows, 0])).sum())


def table_baseline(
    name: str, fitted: tuple[Codes, Codes], measured: tuple[Codes, Codes], shape: tuple[int, int]
) -> Baseline:
    """Return what a table scores: fitted to some pairs (read, answers), measured on others."""
    table = answer_table(*fitted, shape)
    read, answers = measured
    right = table.argmax(axis=1)[read] == answers
    return Baseline(name, float(-np.log(table[read, answers]).mean()), float(right.mean()))
