"""The kinds of wave that are drawn and told apart, all between −1 and 1."""

from __future__ import annotations

from typing import Final

import numpy as np

from rnnviz.inputs import Array
from rnnviz.tasks.problems.settings import Setting

KINDS: Final = ("sine", "square", "saw", "triangle")
PERIOD: Final = Setting("period", 12.0, 2.0, 1000.0)
FASTER: Final = Setting("faster", 40, 0, 90)
"""By how many percent a period may be shorter."""


def waves(turns: Array) -> Array:
    """Return (4, …), the four waves after some turns, (…); each but the square one begins at 0 and rises."""
    part = turns % 1
    return np.stack(
        [
            np.sin(2 * np.pi * part),
            np.where(part < 0.5, 1.0, -1.0),
            2 * ((part + 0.5) % 1) - 1,
            4 * np.abs((part + 0.75) % 1 - 0.5) - 1,
        ]
    )


def periods(uniform: Array, period: float, faster: int) -> Array:
    """Return periods for numbers of U[0, 1): all from the shortest to ``period`` with the same chance."""
    return period * (1 - faster / 100 * uniform)


def middles(count: int) -> Array:
    """Return the middles of ``count`` equal parts of [0, 1]: what an integral over it is taken at."""
    return (np.arange(count) + 0.5) / count
