"""A counter: one LSTM unit whose cell state is a number that goes up and down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from rnnviz.networks.handmade.base import Handmade

BELOW, ZERO, ABOVE = range(3)


def sides(indices: Sequence[int]) -> list[int]:
    """Return whether the count of + less that of − is below, at or above zero after each step."""
    counts = accumulate((1, -1, 0)[index] for index in indices)
    return [ABOVE if count > 0 else BELOW if count < 0 else ZERO for count in counts]


COUNTER = Handmade(
    name="counter",
    cell="lstm",
    hidden_size=1,
    symbols=("+", "−", "·"),
    weights={
        # columns: +, −, ·
        "weight_ih_l0": [
            [40, 40, 0],  # i: −20 + 40, open at + and −, shut at ·
            [0, 0, 0],  # f: always open, the count is kept
            [20, -20, 0],  # g: +1 or −1
            [0, 0, 0],  # o: always open
        ],
        "weight_hh_l0": [[0], [0], [0], [0]],
        "bias_ih_l0": [-20, 20, 0, 20],
        # h = tanh(count) is 0 at a count of 0, and beyond ±0.76 at any other: its sign is all that can be read off it.
        "weight_ho": [[-20], [0], [20]],
        "bias_o": [-8, 0, -8],
    },
    chances=(0.35, 0.35, 0.3),
    solve=sides,
    answer_count=3,
    aliases={"-": "−", "–": "−", ".": "·"},
    # f = σ(20) loses 2e-9 of c a step: after n up and n down c is −n² · 2e-9 and not 0, and 0.42 is read as a 1.
    right_for=20_000,
)
