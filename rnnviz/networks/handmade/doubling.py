"""A knife's edge: two tanh units whose W_hh has no eigenvalue but 0, and through which a gradient doubles at each step.

The counterexample to "spectral radius below 1, so the gradient vanishes" (against a reading of Pascanu, Mikolov &
Bengio 2013, whose condition is on singular values).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rnnviz.networks.handmade.base import Handmade

NO, YES, NONE = 0, 1, -1
HALF = math.atanh(0.5)
"""The bias that lets unit 2 rest at exactly ½."""


def pushed(indices: Sequence[int]) -> list[int]:
    """Return "yes" while the input is a 1 and then zeros, "no" while it is zeros; from any later 1 on, no target."""
    answer, after = YES if indices[0] else NO, []
    for t, index in enumerate(indices):
        answer = NONE if t and index else answer
        after.append(answer)
    return after


DOUBLING = Handmade(
    name="doubling",
    cell="rnn",
    hidden_size=2,
    symbols=("0", "1"),
    one_hot=False,
    weights={
        "weight_ih_l0": [[4], [-4]],  # a 1 at the first step takes the biases' 4 away: the state is then (0, ½)
        # Twice applied it is zero, so all eigenvalues are 0; it stretches by up to 16.
        "weight_hh_l0": [[8, 8], [-8, -8]],
        # tanh(8 · ½ − 4) = 0 and tanh(−8 · ½ + 4 + 0.549…) = ½: there the state stays, and the slopes are 1 and ¾.
        "bias_ih_l0": [-4, 4 + HALF],
        # The sum of both units is ½ there and 0 in the other state, (−1, 1). It is also the one direction in which
        # a gradient goes back as it is, doubled: (1, 1) · [[8, 8], [−6, −6]] = (2, 2).
        "weight_ho": [[0, 0], [28, 28]],
        "bias_o": [0, -7],
    },
    first="1",
    chances=(1.0, 0.0),
    solve=pushed,
    answer_count=2,
    # What doubles a gradient doubles a rounding error too: float64 has lost half its digits after 24 steps, and
    # leaves the edge after 48.
    right_for=40,
)
