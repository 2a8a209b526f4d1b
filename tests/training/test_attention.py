"""What attention is for: the benchmark's table of reversed words, at a size that takes seconds."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz.experiment import Experiment
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.training import train
from rnnviz.training.measuring import Written, written

PROBLEM = PROBLEMS["reverse"].pose(shortest=8, longest=8, symbols=12)
HOW = {"steps": 200, "batch_size": 32, "learning_rate": 0.015, "validate_every": None, "trace_every": None}


def reached(attention: str, seed: int) -> Written:
    asked = {"shape": "encoder_decoder", "decoder": "state", "attention": attention, "seed": seed}
    experiment = Experiment(cell="lstm", hidden_size=32, clip=1.0, **asked)
    history = train(experiment, PROBLEM, **HOW)
    assert history.last is not None
    weights = {name: value.astype(np.float64) for name, value in history.last[1].items()}
    return written(experiment, weights, PROBLEM, 200)


@pytest.mark.parametrize("seed", [0, 1])
def test_with_the_same_budget_attention_reverses_words_and_the_fixed_context_does_not(seed: int) -> None:
    fixed, looking = reached("none", seed), reached("dot", seed)
    assert looking.score > 0.95 and looking.whole > 0.8
    assert fixed.whole < 0.2 and fixed.score < looking.score - 0.2
    looks, weight = looking.anti_diagonal()
    assert looks > 0.9 and weight > 3 / 8, "three times what it would be evenly spread"
