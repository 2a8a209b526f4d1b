"""Parity: one GRU unit that flips at every 1."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import xor

from rnnviz.networks.handmade.base import Handmade


def parities(indices: Sequence[int]) -> list[int]:
    """Return 0 after each step at which the number of ones so far is even, 1 if it is odd."""
    return list(accumulate(indices, xor))


PARITY = Handmade(
    name="parity",
    cell="gru",
    hidden_size=1,
    symbols=("0", "1"),
    weights={
        # columns: 0, 1
        "weight_ih_l0": [
            [0, 0],  # r: always open, there is nothing to reset
            [0, -40],  # z: 20 − 40, keeps at a 0 and lets go at a 1
            [0, 0],  # n: looks at the old state only
        ],
        # n = tanh(20 − 20 h): 1 if h was 0, 0 if h was 1. The state, negated.
        "weight_hh_l0": [[0], [0], [-20]],
        "bias_ih_l0": [20, 20, 0],
        "bias_hh_l0": [0, 0, 20],
        # The logit of odd is ±10, that of even always 0.
        "weight_ho": [[0], [20]],
        "bias_o": [0, -10],
    },
    chances=(0.5, 0.5),
    solve=parities,
    answer_count=2,
    # z = σ(20) lets 2e-9 of the negated state in at each 0. Millions of zeros in a row would blur the bit; a 1 puts it
    # right again.
    right_for=20_000,
)
