"""What a batch of sequences of unequal length comes to, in each way of running it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.trace import Array, Trace


@dataclass(frozen=True, eq=False)
class Way:
    """What a batch comes to in one way of running it. B sequences, T steps, C = directions · H, O output; float64.

    Attributes
    ----------
    states : (B, T, C)
        The h of the highest layer, of both directions side by side. Where a step is masked, or not there, it is the
        state that is held: at first the initial one, zeros, and after a sequence's end its last.
    outputs : (B, T, O)
        The answers at every step: logits, or numbers.
    pooled : (B, C)
        The mean over the steps of what the top gives: over all T if nothing is masked, else over a sequence's own.
    """

    states: Array
    outputs: Array
    pooled: Array

    def ends(self, directions: int) -> Array:
        """Return (B, C), each direction's own last state: torch's ``h_n`` of the highest layer."""
        forward, *reverse = np.split(self.states, directions, axis=2)
        return np.concatenate([forward[:, -1], *(states[:, 0] for states in reverse)], axis=1)


@dataclass(frozen=True)
class Losses:
    """The mean loss of a step, in three ways of which one is right; in nats.

    Attributes
    ----------
    counted : float
        The sum over the steps that have a target, divided by their number.
    diluted : float
        The same sum, divided by all B · T steps: the shorter the sequences, the better the network seems.
    filled : float
        The mean over all B · T steps where targets are filled up as inputs are, with 0: answer 0 is then what the
        network is asked for, and what it learns to say after every end.
    """

    counted: float
    diluted: float
    filled: float


@dataclass(frozen=True, eq=False)
class Padding:
    """B sequences of unequal length, run side by side in three ways. T steps of the longest.

    Attributes
    ----------
    experiment : Experiment
        The network; what it reads itself has no say.
    side : {"right", "left"}
    read : tuple of B Inputs
        The sequences, all over one alphabet.
    inside : (B, T) bool
        Which steps are a sequence's own.
    padded : Way
        Nothing is masked: every one of the B · T steps is computed, and counts.
    masked : Way
        The state is held where a step only fills up.
    alone : Way
        Each sequence run by itself, as long as it is, and then laid into the block: what is true.
    losses : Losses or None
        None where there is no target, as of a text whose sentiment nobody has told.
    longest : Trace
        The run of the longest sequence alone, the first of several.
    """

    experiment: Experiment
    side: str
    read: tuple[Inputs, ...]
    inside: NDArray[np.bool_]
    padded: Way
    masked: Way
    alone: Way
    losses: Losses | None
    longest: Trace

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(B,) how many steps each sequence has."""
        return np.array([len(one.labels) for one in self.read], dtype=np.int64)

    @property
    def steps(self) -> int:
        """T."""
        return int(self.inside.shape[1])

    @property
    def order(self) -> NDArray[np.int64]:
        """(B,) the sequences by length, the longest first, equals as they came: torch's ``sorted_indices``."""
        return np.argsort(-self.lengths, kind="stable")

    @property
    def batch_sizes(self) -> NDArray[np.int64]:
        """(T,) how many sequences go on at each step of a packed batch: torch's ``PackedSequence.batch_sizes``."""
        return np.asarray((self.lengths[:, None] > np.arange(self.steps)).sum(axis=0))

    @cached_property
    def drift(self) -> Array:
        """(B, T) how far the state is from the true one, ‖h_t − h_t alone‖₂, if nothing is masked."""
        return np.asarray(np.linalg.norm(self.padded.states - self.alone.states, axis=2))

    @property
    def end_drift(self) -> Array:
        """(B,) the same of the last states, which is what is passed on to a readout or a decoder."""
        return self._apart(self.padded)

    @property
    def pooled_drift(self) -> Array:
        """(B,) how far the mean over all T steps is from that over a sequence's own."""
        return np.asarray(np.linalg.norm(self.padded.pooled - self.alone.pooled, axis=1))

    @property
    def pooled_masked_drift(self) -> Array:
        """(B,) what is left of `pooled_drift` where only a sequence's own steps are counted: rounding."""
        return np.asarray(np.linalg.norm(self.masked.pooled - self.alone.pooled, axis=1))

    @property
    def masked_drift(self) -> Array:
        """(B,) what is left of `end_drift` with a mask: rounding."""
        return self._apart(self.masked)

    def _apart(self, way: Way) -> Array:
        count = self.experiment.directions
        return np.asarray(np.linalg.norm(way.ends(count) - self.alone.ends(count), axis=1))
