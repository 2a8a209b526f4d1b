"""Williams & Peng 1990: BPTT(h; h′), every h′ steps back through the h most recent ones."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, gradients, run

FOUND = run(Experiment(cell="lstm", hidden_size=6, text="an efficient gradient-based algorithm"))
T = FOUND.steps


@pytest.mark.parametrize(("k1", "k2"), [(1, 3), (4, 4), (5, 9), (T, T)])
def test_a_window_holds_the_last_losses_and_reaches_k2_steps_back(k1: int, k2: int) -> None:
    inside = gradients.truncated(FOUND, k1, k2).inside
    for k in range(T):
        end = min(T, (k // k1 + 1) * k1) - 1
        assert np.flatnonzero(inside[k]).tolist() == list(range(max(0, end - k2), k + 1))


def test_a_wider_window_comes_closer_to_the_whole_gradient() -> None:
    """Their trade-off: h′ saves work, h costs it, and the direction gets better with h."""
    cosines = [gradients.truncated(FOUND, 1, k2).cosine for k2 in (1, 3, 6, 12, T)]
    assert cosines == sorted(cosines)
    assert cosines[0] < 0.999
    assert cosines[-1] == pytest.approx(1, abs=1e-12)
