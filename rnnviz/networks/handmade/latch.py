"""A latch: one LSTM unit that remembers one bit."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.networks.handmade.base import Handmade

SET, RESET, HOLD = range(3)


def bits(indices: Sequence[int]) -> list[int]:
    """Return the bit after each step: 1 from a set on, 0 from a reset on, 0 at first."""
    bit, after = 0, []
    for index in indices:
        bit = {SET: 1, RESET: 0, HOLD: bit}[index]
        after.append(bit)
    return after


LATCH = Handmade(
    name="latch",
    cell="lstm",
    hidden_size=1,
    symbols=("set", "reset", "·"),
    weights={
        # columns: set, reset, ·
        "weight_ih_l0": [
            [20, 0, 0],  # i: −10 + 20, opens at a set
            [-20, -20, 0],  # f: 10 − 20, shuts at a set and at a reset
            [10, 0, 0],  # g: 1 at a set, and exactly 0 else, so that nothing seeps in through i
            [0, 0, 0],  # o: always open
        ],
        # Nothing reads h: what is remembered is remembered by c and f alone.
        "weight_hh_l0": [[0], [0], [0], [0]],
        "bias_ih_l0": [-10, 10, 0, 10],
        # h is tanh(1) = 0.76 or 0; the logit of 1 is then 7.2 or −8, and that of 0 is always 0.
        "weight_ho": [[0], [20]],
        "bias_o": [0, -8],
    },
    chances=(0.15, 0.15, 0.7),
    solve=bits,
    answer_count=2,
    aliases={".": "·", "-": "·", "hold": "·", "Set": "set", "Reset": "reset"},
    spaced=True,
    # c shrinks by σ(10) = 0.99995 a step and is read as a 1 down to tanh(c) = 8/20.
    right_for=18_000,
)
