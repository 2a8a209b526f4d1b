"""What a trained network reaches on sequences that it was not trained on: loss and score, read in the shape it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.engines.decoding import fed
from rnnviz.engines.encoder_decoder import decode, encode
from rnnviz.engines.numpy_engine import traces
from rnnviz.experiment import Experiment
from rnnviz.inputs import Array, Inputs
from rnnviz.networks.trained import Trained
from rnnviz.tasks.problems import Posed
from rnnviz.tasks.problems.next_symbol import NextSymbol
from rnnviz.tasks.problems.write import ALPHABET, Write
from rnnviz.tasks.reading import text_read
from rnnviz.tasks.shaping import shaped, shaped_batch
from rnnviz.trace import NO_TARGET, Trace
from rnnviz.training.loop import Training
from rnnviz.training.minibatch import loss_of
from rnnviz.training.settings import Settings
from rnnviz.training.source import prepared

SEQUENCES: Final = 5_000
TRACED: Final = 500
SEED: Final = 1_000
"""What rules make is measured on so many sequences from a random stream of this seed, units are read on the first of
them; finite data give all that were kept for validation."""
WRITTEN: Final = 1_000
LOOKED_AT: Final = 100
"""Sources that a decoder is measured on, step by step, and those that an encoder's units are read on."""
TOGETHER: Final = 50
"""Sequences that walk side by side."""
LINES: Final = 3
"""Of a text in a sequence that a network is measured on."""


def sequences_of(network: Trained, posed: Posed) -> list[Inputs]:
    """Return the sequences that a network is looked at on, as it reads them; of a list of words all there are."""
    if isinstance(posed, NextSymbol):
        return passages(network, posed)
    if isinstance(posed, Write):
        return [shaped(posed.read(letter), network.experiment) for letter in ALPHABET]
    return tests(network, posed)


def tests(network: Trained, posed: Posed, count: int = TRACED) -> list[Inputs]:
    """Return sequences that it was not trained on; of a decoder's some hundred, however many there are."""
    if network.experiment.translates:
        count = LOOKED_AT
    elif posed.validation_count is not None:
        count = posed.validation_count
    drawn = posed.batch(np.random.default_rng(SEED), count, "validation")
    batch = shaped_batch(drawn, network.experiment)
    return [batch.sequence(b) for b in range(len(batch.inputs))]


def passages(network: Trained, posed: NextSymbol) -> list[Inputs]:
    """Return what was kept of a text, a few lines each: a window that begins inside quotation marks knows of none."""
    kept = posed.found[posed.cut :]
    begins = [place + 1 for place, symbol in enumerate(kept) if symbol == "\n"][::LINES]
    return [text_read(network, kept[a : b + 1], length=b - a) for a, b in pairwise(begins)]


def answered(network: Trained, sequences: Iterable[Inputs]) -> list[Trace]:
    """Return the traces of a network on some sequences, without its weights' gradients.

    Those that follow each other with as many steps walk together.
    """
    experiment, weights = network.experiment.replace(clip=None, truncate=None), network.parameters()
    found: list[Trace] = []
    for _, alike in groupby(sequences, key=lambda one: len(one.inputs)):
        while some := list(islice(alike, TOGETHER)):
            found += traces([experiment] * len(some), some, [weights] * len(some), of_weights=False)
    return found


def scored(network: Trained, posed: Posed) -> tuple[float, float]:
    """Return loss and score on many sequences, the mean over all predictions that count."""
    batch = posed.batch(np.random.default_rng(SEED), SEQUENCES, "validation")
    training = Training(network.experiment, posed, Settings(engine="numpy"), network.parameters())
    among = prepared(batch, network.experiment.replace(loss="every"), 1.0)
    forward = training.answer(among)
    return forward.loss, posed.score(forward.outputs, among.targets)


def scored_of(posed: Posed, found: Sequence[Trace]) -> tuple[float, float]:
    """Return the same of some traces."""
    outputs, targets = (np.concatenate([getattr(trace, name) for trace in found]) for name in ("outputs", "targets"))
    count = int((targets != NO_TARGET).sum()) if posed.kind == "symbols" else int((~np.isnan(targets[:, 0])).sum())
    return float(sum(trace.losses.sum() for trace in found)) / count, posed.score(outputs, targets)


# What decoders write by themselves


@dataclass(frozen=True, eq=False)
class Written:
    """What a decoder wrote of B sources, reading its own outputs, over as many steps as the right answer has.

    Attributes
    ----------
    loss, score : float
        The mean over all symbols, and the share that is right.
    symbols : (B, N) bool
        Which symbols are right; beyond an answer's end all are.
    right : (B,) bool
        Whether all is right, from the first symbol to END.
    lengths : (B,) int64
        How long the sources are.
    weights : (B, N, S) or None
        Where attention looked.
    """

    loss: float
    score: float
    symbols: NDArray[np.bool_]
    right: NDArray[np.bool_]
    lengths: NDArray[np.int64]
    weights: Array | None

    @property
    def whole(self) -> float:
        """The share of answers that are right from beginning to end."""
        return float(self.right.mean())

    def anti_diagonal(self) -> tuple[float, float]:
        """Return how often attention looks most at what stands as far from the end, and the mean weight there."""
        assert self.weights is not None
        steps = np.arange(self.weights.shape[1])
        written = steps < self.lengths[:, None]  # END, which comes after them, has no letter of its own
        wanted = np.where(written, self.lengths[:, None] - 1 - steps, 0)
        there = np.take_along_axis(self.weights, wanted[..., None], axis=2)[..., 0]
        return float((self.weights.argmax(axis=2) == wanted)[written].mean()), float(there[written].mean())


def written(
    experiment: Experiment, parameters: Mapping[str, Array], posed: Posed, count: int = WRITTEN, seed: int = SEED
) -> Written:
    """Return what an encoder and decoder with these weights write of sources that they were not trained on."""
    count = min(count, posed.validation_count or count)
    drawn = posed.batch(np.random.default_rng(seed), count, "validation")
    batch, first = prepared(drawn, experiment, 1.0), drawn.sources
    encoded = encode(experiment, parameters, batch.x[:first, :, : posed.inputs], drawn.source_lengths)
    right = batch.x[first:, :, : posed.outputs]
    found = decode(encoded, fed(encoded, right, np.zeros(right.shape[:2], dtype=np.bool_), symbols=True))
    outputs = np.concatenate([np.zeros((first, *found.outputs.shape[1:])), found.outputs])
    said = outputs.argmax(axis=2)
    symbols = ((said == batch.targets) | (batch.targets == NO_TARGET)).T[:, first:]
    weights = None if found.look is None else found.look.weights
    assert drawn.source_lengths is not None
    score = posed.score(outputs, batch.targets)
    return Written(loss_of(batch, outputs)[0], score, symbols, symbols.all(axis=1), drawn.source_lengths, weights)


def read_of(one: Inputs) -> Inputs:
    """Return what an encoder reads of a sequence; of another network all of it."""
    if not one.sources:
        return one
    steps = slice(one.sources)
    x = one.inputs[steps, : one.read]
    return replace(one, labels=one.labels[steps], inputs=x, targets=one.targets[steps], sources=0)
