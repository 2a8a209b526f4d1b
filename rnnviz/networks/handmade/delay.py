"""A delay line: a linear RNN that says what it read three steps ago."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rnnviz.networks.handmade.base import Handmade

STEPS = 3


def echo(indices: Sequence[int]) -> list[float]:
    """Return the digit of three steps ago at each step; NaN, no target, while there is none."""
    # The digit k is the symbol of index k.
    return [math.nan if t < STEPS else float(indices[t - STEPS]) for t in range(len(indices))]


DELAY = Handmade(
    name="delay",
    cell="rnn",
    nonlinearity="identity",
    hidden_size=STEPS + 1,
    symbols=tuple("0123456789"),
    one_hot=False,
    weights={
        "weight_ih_l0": [[1], [0], [0], [0]],  # the digit enters at unit 1
        # A shift matrix: each unit takes over what the one before it held. Its fourth power is zero.
        "weight_hh_l0": [
            [0, 0, 0, 0],
            [1, 0, 0, 0],
            [0, 1, 0, 0],
            [0, 0, 1, 0],
        ],
        "weight_ho": [[0, 0, 0, 1]],  # and is read at unit 4
    },
    chances=(0.1,) * 10,
    solve=echo,
)
