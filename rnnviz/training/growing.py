"""What an encoder and its decoder write by themselves of ever longer words, many of a length that they never met.

Random words of one length walk side by side. The decoder reads its own answers, and once it has written END it writes
no more: as in a run, see `rnnviz.engines.decoding.written`. It is followed over as many steps as the right answer has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.engines.decoding import STEPPING, chosen, step
from rnnviz.engines.encoder_decoder import States, encode
from rnnviz.inputs import Array
from rnnviz.networks.trained import Trained
from rnnviz.tasks.problems.batch import Batch
from rnnviz.tasks.problems.reverse import Reverse
from rnnviz.tasks.reading import posed_of
from rnnviz.trace import NO_TARGET

WORDS: Final = 100
"""Of each length."""
SEED: Final = 1_000

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Grown:
    """What a network wrote of W random words of each of L lengths.

    Attributes
    ----------
    taught : (int, int)
        The shortest and the longest words that it was trained on.
    lengths : (L,) int64
        From 1 to twice the longest.
    words : L tuples of W strings
    right : (L, W) int64
        How many symbols stand where they belong, END among them.
    ending : (L, W) int64
        How many are right one after another, counted back from the END that was written.
    chance : (L,)
        The share of symbols that whoever knows of a word no more than its length gets right.
    """

    taught: tuple[int, int]
    lengths: Codes
    words: tuple[tuple[str, ...], ...]
    right: Codes
    ending: Codes
    chance: Array

    @property
    def shares(self) -> Array:
        """(L,), the share of symbols that are right."""
        return np.asarray(self.right.mean(axis=1) / (self.lengths + 1))

    @property
    def endings(self) -> Array:
        """(L,), the same counted back from END, up to the first that is wrong."""
        return np.asarray(self.ending.mean(axis=1) / (self.lengths + 1))

    @property
    def whole(self) -> Array:
        """(L,), the share of words that are right from beginning to end."""
        return np.asarray((self.right == self.lengths[:, None] + 1).mean(axis=1))

    def typical(self, length: int) -> str:
        """Return, of the words of a length, the middle one by how much of it is right."""
        order = np.argsort(self.right[length - 1], kind="stable")
        return self.words[length - 1][int(order[len(order) // 2])]


def grown(network: Trained, words: int = WORDS, seed: int = SEED) -> Grown:
    """Let a network that was trained to reverse words write random ones of every length."""
    posed = posed_of(network)
    assert isinstance(posed, Reverse)
    lengths = np.arange(1, 2 * posed.longest + 1)
    alike = [replace(posed, shortest=n, longest=n) for n in lengths.tolist()]
    drawn = [one.drawn(np.random.default_rng((seed, one.longest)), words, "validation") for one in alike]
    said = [_written(network, batch) for batch in drawn]
    asked = [batch.targets[:, batch.sources :] for batch in drawn]
    pairs = list(zip(said, asked, strict=True))
    return Grown(
        taught=(posed.shortest, posed.longest),
        lengths=lengths,
        words=tuple(tuple("".join(posed.name(x)) for x in batch.inputs[:, : batch.sources]) for batch in drawn),
        right=np.array([(own == wanted).sum(axis=1) for own, wanted in pairs]),
        ending=np.array([[ending(*both) for both in zip(own, wanted, strict=True)] for own, wanted in pairs]),
        chance=np.array([one.baselines[0].score for one in alike]),
    )


def _written(network: Trained, batch: Batch) -> Codes:
    """Return what a decoder writes by itself of B words of one length, (B, N), with `NO_TARGET` after its END."""
    source = np.ascontiguousarray(batch.inputs[:, : batch.sources, : len(network.alphabet or ())].swapaxes(0, 1))
    encoded = replace(encode(network.experiment, network.parameters(), source), walks=STEPPING)
    steps, outputs = batch.targets.shape[1] - batch.sources, len(batch.answers or ())
    rows, said = np.zeros((len(batch.inputs), outputs)), list[Codes]()
    states: States | None = None
    for t in range(steps):
        record, states = step(encoded, rows, states, t)
        rows = chosen(record.outputs[0])
        said.append(rows.argmax(axis=1))
    found = np.stack(said, axis=1)
    ends = found == outputs - 1
    return np.where(np.cumsum(ends, axis=1) - ends > 0, NO_TARGET, found)


def ending(said: Sequence[int] | Codes, asked: Sequence[int] | Codes) -> int:
    """Return how many symbols are right one after another, counted back from the last of both; `NO_TARGET` is none."""
    own = [code for code in said if code != NO_TARGET]
    backwards = zip(reversed(own), reversed(list(asked)), strict=False)
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], backwards))
