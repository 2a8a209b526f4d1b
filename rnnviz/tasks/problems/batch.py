"""Sequences side by side, as a problem draws them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array, Inputs

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
        ``name(x)``, x (T, D) → T strings: what a person reads above each step.
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
        return tuple(self.name(x[:n]) for x, n in zip(self.inputs, self.lengths, strict=True))

    def sequence(self, b: int) -> Inputs:
        """Return one of the sequences, without what fills it up, as a run reads it."""
        steps = int(self.lengths[b])
        return Inputs(
            kind=self.kind,
            labels=self.name(self.inputs[b, :steps]),
            alphabet=self.alphabet,
            answers=self.answers,
            inputs=self.inputs[b, :steps].copy(),
            targets=self.targets[b, :steps].copy(),
            offset=self.offset,
            scale=self.scale,
        )
