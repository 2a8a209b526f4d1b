"""Wave: say of which kind a noisy series is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Array
from rnnviz.tasks.problems.base import Baseline, Posed
from rnnviz.tasks.problems.batch import Targets
from rnnviz.tasks.problems.lengths import SPREAD, lengths_of
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting
from rnnviz.tasks.problems.waves import FASTER, KINDS, PERIOD, middles, periods, waves
from rnnviz.trace import NO_TARGET

FINE: Final = 1000
"""Parts that integrals are taken over."""


@dataclass(frozen=True)
class Wave(Posed):
    """A wave of one of four kinds, begun anywhere in a period of its own, with noise; the last step asks which."""

    kind: ClassVar[str] = "symbols"
    counts: ClassVar[str] = "last"
    shapes: ClassVar[tuple[str, ...]] = ("many_to_one", "one_to_one")
    length: int
    period: float
    faster: int
    noise: float
    spread: int

    @property
    def inputs(self) -> int:
        """One number."""
        return 1

    @property
    def outputs(self) -> int:
        """The kinds."""
        return len(KINDS)

    @property
    def steps(self) -> int:
        """T of the longest sequence."""
        return self.length

    @property
    def answers(self) -> tuple[str, ...]:
        """The kinds."""
        return KINDS

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """Any kind; then the likeliest where the last number alone is known."""
        return Baseline("any_answer", log(len(KINDS)), 1 / len(KINDS)), self._last_number()

    def _last_number(self) -> Baseline:
        """Return what Bayes' rule makes of one number y.

        Its density f_k(y) in a wave of kind k is that of the noise about the wave's value, averaged over the period;
        the kind is k with the chance f_k / Σ f. Both integrals are sums over fine parts.
        """
        values = waves(middles(FINE))
        reach = 1 + 6 * self.noise
        y = (2 * middles(FINE) - 1) * reach
        density = np.stack([np.exp(-(((y - value[:, None]) / self.noise) ** 2) / 2).mean(axis=0) for value in values])
        weight = density / density.sum(axis=1, keepdims=True) / len(KINDS)
        share = density / np.maximum(density.sum(axis=0), np.finfo(float).tiny)
        loss = -(weight * np.log(np.where(weight > 0, share, 1.0))).sum()
        return Baseline("last_number", float(loss), float(weight.max(axis=0).sum()))

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return ``size`` sequences."""
        lengths = lengths_of(rng, size, self.length, self.spread)
        own = periods(rng.random((size, 1)), self.period, self.faster)
        kinds, rows, step = rng.integers(0, len(KINDS), size=size), np.arange(size), np.arange(self.length)
        clean = waves(rng.random((size, 1)) + step / own)[kinds, rows]
        noisy = clean + self.noise * rng.standard_normal((size, self.length))
        targets = np.full((size, self.length), NO_TARGET)
        targets[rows, lengths - 1] = kinds
        return np.where(step < lengths[:, None], noisy, 0.0)[:, :, None], targets, lengths

    def name(self, x: Array) -> tuple[str, ...]:
        """Return the numbers, to two digits."""
        return super().name(x.round(2))


WAVE: Final = Problem(
    name="wave",
    posed=Wave,
    settings=(Setting("length", 24, 2, 1000), PERIOD, FASTER, Setting("noise", 0.1, 0.01, 10.0), SPREAD),
)
