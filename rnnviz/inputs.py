"""What a network reads and what it is asked: the one form that texts, series, generators and presets all take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.words import DEFAULT_LANGUAGE, say

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Inputs:
    """One sequence with its targets. T time, D input, O output, H hidden.

    Two questions have separate answers. *What goes in?* One-hot symbols if ``alphabet`` is given, else numbers.
    *What comes out?* Logits over ``answers`` if ``kind`` is "symbols", else numbers. A bracket counter reads symbols
    and answers with a number, so neither follows from the other.

    Attributes
    ----------
    kind : {"symbols", "numbers"}
        What the outputs are: logits (cross-entropy) or values (mean squared error).
    labels : T strings
        What a person reads above each step: nothing in them is invisible, and a number stands as it was typed.
    alphabet : D strings or None
        The symbol that each component of a one-hot input stands for, as it occurs in the text.
    answers : O strings or None
        What each output stands for, as a person reads it.
    inputs : (T, D) float64
        What the network reads.
    targets : (T,) int64 or (T, O) float64
        −1 or NaN where a step has none.
    unit_names : H strings or None
        What each unit of a hand-built network stands for.
    sources : int
        S, how many of the steps an encoder reads; 0 if there is none. From step S on ``inputs`` has what its decoder
        would read of the right outputs: that of the step before, as it is answered (one-hot, or numbers), first a row
        of zeros. Rows are as wide as the wider of the two; what one has less is 0.
    room : int
        How many symbols a decoder may write by itself at least: as many as it was taught to, if another target is
        shorter.
    offset, scale : float
        The network reads (number − ``offset``) ÷ ``scale``; its outputs, its targets and its loss are in that unit too.
    """

    kind: str
    labels: tuple[str, ...]
    alphabet: tuple[str, ...] | None
    answers: tuple[str, ...] | None
    inputs: Array
    targets: NDArray[np.int64] | Array
    unit_names: tuple[str, ...] | None = None
    offset: float = 0.0
    scale: float = 1.0
    sources: int = 0
    room: int = 0

    @property
    def outputs(self) -> int:
        """O: one output for each answer, or for each number of a target."""
        return int(self.targets.shape[1]) if self.answers is None else len(self.answers)

    @property
    def read(self) -> int:
        """D: how many numbers the network, or its encoder, reads a step."""
        if not self.sources:
            return int(self.inputs.shape[1])
        return self.outputs if self.alphabet is None else len(self.alphabet)

    def note(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return one sentence on how the numbers of a person became those of the network; "" if they are the same."""
        if not self.offset and self.scale == 1:
            return ""
        key = "series.shifted" if self.offset else "series.divided"
        return say(key, lang, offset=readable(self.offset), scale=readable(self.scale))


def one_hot(indices: Sequence[int], size: int) -> Array:
    """Return (T, ``size``) rows that are 1 at their index and 0 elsewhere."""
    rows = np.zeros((len(indices), size))
    rows[np.arange(len(indices)), np.asarray(indices, dtype=np.int64)] = 1.0
    return rows


def readable(value: float) -> str:
    """Return a number as a person writes it: at most six digits, a true minus sign, 1e9 rather than 1e+09."""
    digits, _, exponent = f"{value + 0.0:.6g}".partition("e")
    return (digits + (f"e{int(exponent)}" if exponent else "")).replace("-", "−")
