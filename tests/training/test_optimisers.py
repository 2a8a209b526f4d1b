"""The optimisers are torch's, update by update."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rnnviz.training.optimisers import OPTIMISERS
from rnnviz.training.torch_learner import OPTIM

SHAPE = 3, 5


@pytest.mark.parametrize("rate", [1e-3, 0.3])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_each_takes_the_steps_that_torch_takes(name: str, rate: float) -> None:
    rng = np.random.default_rng(1)
    ours = rng.standard_normal(SHAPE)
    theirs = torch.tensor(ours, requires_grad=True)
    optimiser = OPTIM[name]([theirs], lr=rate)
    memory = {kind: np.zeros(SHAPE) for kind in OPTIMISERS[name].remembers}
    for u in range(1, 101):
        g = rng.standard_normal(SHAPE) * rng.choice([0.0, 1e-6, 1.0, 1e6])
        theirs.grad = torch.tensor(g)
        optimiser.step()
        ours -= OPTIMISERS[name].change(g, memory, rate, u)
        np.testing.assert_allclose(ours, theirs.detach(), rtol=1e-9, atol=1e-12)
        for kind in OPTIMISERS[name].remembers:
            np.testing.assert_allclose(memory[kind], optimiser.state[theirs][kind], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_each_finds_the_bottom_of_a_bowl(name: str) -> None:
    place = np.array([3.0, -2.0])
    memory = {kind: np.zeros(2) for kind in OPTIMISERS[name].remembers}
    for u in range(1, 3001):
        place -= OPTIMISERS[name].change(2 * place, memory, 0.1 if name == "adagrad" else 0.01, u)
    assert np.abs(place).max() < 0.02


def test_both_engines_have_the_same_ones() -> None:
    assert list(OPTIM) == list(OPTIMISERS)
