"""Bracket depth: one ReLU unit that counts up at "(" and down at ")", but never below zero."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.networks.handmade.base import Handmade

OPEN, CLOSE = range(2)


def depths(indices: Sequence[int]) -> list[float]:
    """Return how many brackets are open after each step; one that closes nothing is ignored."""
    depth, after = 0, []
    for index in indices:
        depth = depth + 1 if index == OPEN else max(depth - 1, 0)
        after.append(float(depth))
    return after


BRACKETS = Handmade(
    name="brackets",
    cell="rnn",
    nonlinearity="relu",
    hidden_size=1,
    symbols=("(", ")"),
    weights={
        "weight_ih_l0": [[1, -1]],  # columns: ( and )
        "weight_hh_l0": [[1]],  # the depth so far
        "weight_ho": [[1]],
    },
    chances=(0.5, 0.5),
    solve=depths,
)
