"""Sequences side by side: filled up to one length, with a note of which steps are theirs and which of these count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.losses import LOSSES
from rnnviz.trace import NO_TARGET, Array


@dataclass(frozen=True, eq=False)
class Minibatch:
    """B sequences of up to T steps, the first step first. D input, O output.

    Attributes
    ----------
    kind : {"symbols", "numbers"}
        What the outputs are: logits (cross-entropy) or values (mean squared error).
    x : (T, B, D)
        What is read, a view of what was drawn; anything finite beyond a sequence's end.
    targets : (T, B) int64 or (T, B, O) float64
        −1 or NaN where a step's prediction does not count.
    counts : (T, B) bool
        Steps whose prediction counts.
    lengths : (B,) int64
        Of an encoder and decoder they are counted from the first step of all.
    sources : int
        S, how many of the steps an encoder reads; 0 if there is none. From step S on x has what its decoder reads of
        the right outputs, see `rnnviz.inputs.Inputs.sources`.
    source_lengths : (B,) int64 or None
        How many of the S steps are each sequence's own; None: all.
    forced : (N, B) bool or None
        At which of the N steps of a decoder it reads the right output of the step before; at the others its own. None:
        at all.
    """

    kind: str
    x: Array
    targets: NDArray[Any]
    counts: NDArray[np.bool_]
    lengths: NDArray[np.int64]
    sources: int = 0
    source_lengths: NDArray[np.int64] | None = None
    forced: NDArray[np.bool_] | None = None

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """(N,), the predictions that count: their places among the T·B, step by step."""
        return np.flatnonzero(self.counts)

    @cached_property
    def wanted(self) -> NDArray[Any]:
        """(N) or (N, O), the targets of the predictions that count."""
        return self.targets[self.counts]

    @property
    def inside(self) -> NDArray[np.bool_] | None:
        """(T, B), which steps the sequences have; None if they have all."""
        steps = len(self.x)
        return None if (self.lengths == steps).all() else np.arange(steps)[:, None] < self.lengths

    @property
    def source_inside(self) -> NDArray[np.bool_] | None:
        """(S, B), which steps the sources have; None if they have all."""
        if self.source_lengths is None or (self.source_lengths == self.sources).all():
            return None
        return np.arange(self.sources)[:, None] < self.source_lengths

    @property
    def count(self) -> int:
        """How many predictions count."""
        return int(np.count_nonzero(self.counts))

    def chunks(self, size: int | None) -> list[slice]:
        """Return the steps in chunks of ``size``: what truncation leaves a gradient to walk through."""
        steps = len(self.x)
        return [slice(first, first + (size or steps)) for first in range(0, steps, size or steps)]


def minibatch(
    kind: str,
    inputs: Any,
    targets: Any,
    lengths: Any,
    which: str,
    sources: int = 0,
    source_lengths: NDArray[np.int64] | None = None,
    forced: NDArray[np.bool_] | None = None,
) -> Minibatch:
    """Return a minibatch as training reads it, time first.

    Parameters
    ----------
    kind : {"symbols", "numbers"}
    inputs : (B, T, D)
    targets : (B, T) int64 or (B, T, O)
        −1 or NaN where a step has none; what lies beyond a sequence's end never counts.
    lengths : (B,)
    which : {"every", "last"}
        `Experiment.loss`: of the steps that have a target, whether all count or the sequence's last.
    sources, source_lengths, forced
        As of `Minibatch`.
    """
    targets, lengths = np.asarray(targets).swapaxes(0, 1), np.asarray(lengths, dtype=np.int64)
    known = counts = targets != NO_TARGET if kind == "symbols" else ~np.isnan(targets).any(axis=2)
    if lengths.min() < len(known):
        counts = counts & (np.arange(len(known))[:, None] < lengths)
    if which == "last":
        later = np.cumsum(counts[::-1], axis=0)[::-1]
        counts = counts & (later == 1)
    if counts is not known and not np.array_equal(counts, known):
        alone = counts if kind == "symbols" else counts[..., None]
        targets = np.where(alone, targets, NO_TARGET if kind == "symbols" else np.nan)
    x = np.asarray(inputs, dtype=np.float64).swapaxes(0, 1)
    return Minibatch(kind, x, targets, counts, lengths, sources, source_lengths, forced)


def loss_of(batch: Minibatch, outputs: Array) -> tuple[float, Array]:
    """Return the loss of a minibatch, the mean over all predictions that count, and its gradient by the outputs.

    Parameters
    ----------
    batch : Minibatch
    outputs : (T, B, O)
    """
    flat = batch.counts.size
    targets = batch.targets.reshape(flat, *batch.targets.shape[2:])
    losses, d_outputs = LOSSES[batch.kind](outputs.reshape(flat, -1), targets, batch.counts.ravel())
    count = max(1, batch.count)
    return float(losses.sum() / count), d_outputs.reshape(outputs.shape) / count
