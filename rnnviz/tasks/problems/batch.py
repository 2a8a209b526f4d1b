"""Sequences side by side, as a problem draws them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array, Inputs
from rnnviz.tasks.translation import labels_of

Targets = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Batch:
    """B sequences of up to T steps side by side. T time, B batch, D input, O output.

    Attributes
    ----------
    kind : {"symbols", "numbers"}
        What the outputs are: logits (cross-entropy) or values (mean squared error).
    inputs : (B, T, D) float64
        0 beyond a sequence's end.
    targets : (B, T) int64 or (B, T, O) float64
        −1 or NaN where a step has none, and beyond a sequence's end.
    lengths : (B,) int64
    alphabet : D strings or None
        The symbol that each component of a one-hot input stands for.
    answers : O strings or None
        What each output stands for.
    name : callable
        ``name(x)``, x (T, D) → T strings: what a person reads above each step, of an encoder and decoder above those of
        a source.
    sources, source_lengths : int, (B,) int64 or None
        S of the longest source and those of each, of an encoder and decoder, see `Inputs.sources`: what fills a source
        up stands behind it, and all decoders begin at step S. ``lengths`` are counted from the first step of all.
    offset, scale : float
        The network reads (number − ``offset``) ÷ ``scale``.
    """

    kind: str
    inputs: Array
    targets: Targets
    lengths: NDArray[np.int64]
    alphabet: tuple[str, ...] | None
    answers: tuple[str, ...] | None
    name: Callable[[Array], tuple[str, ...]]
    offset: float = 0.0
    scale: float = 1.0
    sources: int = 0
    source_lengths: NDArray[np.int64] | None = None

    @cached_property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """What a person reads above each step of each sequence; made when asked for, since training never does."""
        return tuple(self._labels(b) for b in range(len(self.inputs)))

    def sequence(self, b: int) -> Inputs:
        """Return one of the sequences, without what fills it up, as a run reads it."""
        steps = self._steps(b)
        return Inputs(
            kind=self.kind,
            labels=self._labels(b),
            alphabet=self.alphabet,
            answers=self.answers,
            inputs=self.inputs[b, steps],
            targets=self.targets[b, steps],
            offset=self.offset,
            scale=self.scale,
            sources=0 if self.source_lengths is None else int(self.source_lengths[b]),
        )

    def _steps(self, b: int) -> NDArray[np.int64]:
        """Return the steps that a sequence has: what fills a source up stands between it and its decoder's first."""
        steps = np.arange(self.lengths[b])
        return (
            steps if self.source_lengths is None else steps[(steps < self.source_lengths[b]) | (steps >= self.sources)]
        )

    def _labels(self, b: int) -> tuple[str, ...]:
        if self.source_lengths is None:
            return self.name(self.inputs[b, : self.lengths[b]])
        read, written = self.inputs[b, : self.source_lengths[b]], self.inputs[b, self.sources + 1 : self.lengths[b]]
        return (*self.name(read), *labels_of(written, self.answers, (self.offset, self.scale)))
