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
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rnnviz import Experiment
from rnnviz.engines.decoding import fed
from rnnviz.engines.encoder_decoder import decode, encode
from rnnviz.initial import parameter_shapes
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.tasks.problems.reverse import Reverse
from rnnviz.training import train
from rnnviz.training.history import Parameters
from rnnviz.training.minibatch import loss_of
from rnnviz.training.source import prepared
from tests.benchmarks.report import Row

UNITS, B, UPDATES, RATE = 64, 64, 1000, 0.01
LENGTH: Final = 12
SEEDS: Final = (0, 1, 2)
LENGTHS: Final = (4, 8, 12, 16, 20)
TESTED: Final = 500
TEST_SEED: Final = 99
NAMES: Final = {"none": "fixed context", "dot": "dot-product attention", "additive": "additive attention"}


@dataclass(frozen=True)
class Score:
    """What a network reaches on words that it was not trained on.

    Attributes
    ----------
    loss : float
        The mean over all symbols, in nats.
    symbols, words : float
        Shares that are right.
    looks, weight : float or None
        How often its attention looks at the right letter most, and the mean weight there.
    """

    loss: float
    symbols: float
    words: float
    looks: float | None = None
    weight: float | None = None

    def words_of(self) -> str:
        """Return all but the share of words."""
        seen = "" if self.looks is None else f", looks there {self.looks:.3f}, weight there {self.weight:.3f}"
        return f"loss {self.loss:.3f}, symbols {self.symbols:.3f}{seen}"


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
    score = measured(asked, problem, history.last[1])
    size = sum(int(np.prod(shape)) for shape in parameter_shapes(asked, problem.inputs, problem.outputs).values())
    what = f"{NAMES[asked.attention]}, {which}, {size:,} weights: {score.words_of()} ({seconds:.0f} s)"
    return Row(what, score.words, "")


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


def reversal(length: int) -> Reverse:
    """Return the problem with words of one length."""
    problem = PROBLEMS["reverse"].pose(shortest=length, longest=length)
    assert isinstance(problem, Reverse)
    return problem


def measured(asked: Experiment, problem: Reverse, parameters: Parameters) -> Score:
    """Return what a network reaches on words drawn for this alone."""
    drawn = problem.batch(np.random.default_rng(TEST_SEED), TESTED, "validation")
    batch, weights = prepared(drawn, asked, 1.0), {name: value.astype(np.float64) for name, value in parameters.items()}
    first, lengths = batch.sources, batch.source_lengths
    assert lengths is not None
    encoded = encode(asked, weights, batch.x[:first, :, : problem.inputs], lengths)
    right = batch.x[first:, :, : problem.outputs]
    found = decode(encoded, fed(encoded, right, np.zeros(right.shape[:2], dtype=bool), symbols=True))
    outputs = np.concatenate([np.zeros((first, *found.outputs.shape[1:])), found.outputs])
    by_word = outputs.swapaxes(0, 1), drawn.targets
    scores = loss_of(batch, outputs)[0], problem.score(*by_word), problem.whole(*by_word)
    return Score(*scores, *(() if found.look is None else anti_diagonal(found.look.weights, lengths)))


def anti_diagonal(weights: np.ndarray, lengths: np.ndarray) -> tuple[float, float]:
    """Return how often the largest of the weights, (B, N, S), lies on the anti-diagonal, and their mean there."""
    steps = np.arange(weights.shape[1])
    written = steps < lengths[:, None]  # END, which comes after them, has no letter of its own
    wanted = np.where(written, lengths[:, None] - 1 - steps, 0)
    there = np.take_along_axis(weights, wanted[..., None], axis=2)[..., 0]
    return float((weights.argmax(axis=2) == wanted)[written].mean()), float(there[written].mean())
