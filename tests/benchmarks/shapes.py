"""Encoder and decoder with and without attention: what reversing a word costs the one and the other to learn.

Random words are read letter by letter and written backwards, END after them. All networks have the same minibatches,
optimiser, clipping and number of updates, and the decoder with which the fixed context does best: it begins with the
encoder's last state, h and c, and reads nothing (with the context and the previous output to read at every step, the
table's last rows, the fixed context learns a fraction of it). Scores are of words that were not trained on, written by
the decoder itself.

A word is right if every letter is, and END stands where it belongs. The map of attention is a matrix, a row for each
letter written and a column for each one read; to write a word backwards one looks along its anti-diagonal. "Looks
there" is the share of letters written at which the largest weight lies on the letter that is wanted, "weight there" the
mean of the weights that lie there; evenly spread, they would be 1/12 each.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from rnnviz import Experiment
from rnnviz.tasks.problems import PROBLEMS, Posed
from rnnviz.training import train
from rnnviz.training.measuring import written
from tests.benchmarks.report import Row

UNITS, B, UPDATES, RATE = 64, 64, 1000, 0.01
LENGTH: Final = 12
SEEDS: Final = (0, 1, 2)
LENGTHS: Final = (4, 8, 12, 16, 20)
TESTED: Final = 500
TEST_SEED: Final = 99
NAMES: Final = {"none": "fixed context", "dot": "dot-product attention", "additive": "additive attention"}


def tables() -> Iterator[tuple[str, list[Row]]]:
    """Train all networks; yield two titled tables."""
    budget = f"LSTM, H = {UNITS}, {UPDATES} updates of {B} words"
    yield f"Reversing words of {LENGTH} letters: share of whole words right ({budget})", list(_reversing())
    yield f"Reversing words of 4 to 20 letters, each length learned by itself: the same ({budget})", list(_growing())


def _reversing() -> Iterator[Row]:
    for decoder in ("state", "feedback"):
        for attention in NAMES if decoder == "state" else ("none", "dot"):
            for seed in SEEDS if decoder == "state" else SEEDS[:1]:
                yield _row(experiment(attention, seed, decoder), LENGTH, f"seed {seed}, decoder by {decoder}")


def _growing() -> Iterator[Row]:
    for length in LENGTHS:
        for attention in ("none", "dot"):
            yield _row(experiment(attention), length, f"{length:2} letters")


def _row(asked: Experiment, length: int, which: str) -> Row:
    problem, begun = reversal(length), time.process_time()
    history = train(asked, problem, **HOW)
    seconds = time.process_time() - begun
    assert history.last is not None
    weights = {name: value.astype(np.float64) for name, value in history.last[1].items()}
    own = written(asked, weights, problem, TESTED, TEST_SEED)
    looks = "" if own.weights is None else ", looks there {:.3f}, weight there {:.3f}".format(*own.anti_diagonal())
    size = sum(value.size for value in weights.values())
    said = f"loss {own.loss:.3f}, symbols {own.score:.3f}{looks} ({seconds:.0f} s)"
    return Row(f"{NAMES[asked.attention]}, {which}, {size:,} weights: {said}", own.whole, "")


HOW: Final[dict[str, Any]] = {
    "steps": UPDATES,
    "batch_size": B,
    "learning_rate": RATE,
    "validate_every": None,
    "trace_every": None,
}


def experiment(attention: str, seed: int = 0, decoder: str = "state") -> Experiment:
    """Return a network of the tables."""
    own = {"hidden_size": UNITS, "clip": 1.0, "seed": seed, "attention": attention, "decoder": decoder}
    return Experiment(cell="lstm", shape="encoder_decoder", **own)


def reversal(length: int) -> Posed:
    """Return the problem with words of one length."""
    return PROBLEMS["reverse"].pose(shortest=length, longest=length)
