"""Translations of which there are so many and no more: some of them are kept for validation."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from rnnviz.tasks.problems.base import Baseline
from rnnviz.tasks.problems.guesses import table_baseline
from rnnviz.tasks.problems.settings import Setting
from rnnviz.tasks.problems.translating import Codes, Translating
from rnnviz.trace import NO_TARGET

PARTED: Final = (Setting("share", 20, 0, 50), Setting("split", 0, 0, 1_000_000))


@dataclass(frozen=True)
class Parted(Translating):
    """A finite number of things to translate, parted at random: what is kept for validation is never trained on."""

    share: int
    split: int

    @property
    @abstractmethod
    def count(self) -> int:
        """How many things there are."""

    @abstractmethod
    def source(self, number: int, form: int) -> str:
        """Return one of them, numbered from 0, in one of its forms: any whole number names one."""

    @abstractmethod
    def wanted(self, number: int) -> str:
        """Return what is to be written of one of them, in whatever form it is."""

    @cached_property
    def parts(self) -> dict[str, Codes]:
        """The numbers of the things of each part, in a random order."""
        order = np.random.default_rng(self.split).permutation(self.count)
        kept = self.count * self.share // 100
        return {"training": order[kept:], "validation": order[:kept]}

    @property
    def has_validation(self) -> bool:
        """Whether any is kept."""
        return bool(len(self.parts["validation"]))

    @property
    def validation_count(self) -> int:
        """How many are kept."""
        return len(self.parts["validation"])

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """How often each answer comes at each step; then how often each follows the one before it."""
        fitted = self._targets("training")
        measured = self._targets("validation") if self.has_validation else fitted
        sizes = (fitted.shape[1], self.outputs), (self.outputs, self.outputs)
        return (
            table_baseline("step", self._steps(fitted), self._steps(measured), sizes[0]),
            table_baseline("written", self._before(fitted), self._before(measured), sizes[1]),
        )

    def _targets(self, part: str) -> Codes:
        """Return (M, N), what is to be written of all things of a part, −1 after END; as wide for both parts."""
        answers = [self.wanted(number) for number in self.parts[part].tolist()]
        codes, _ = self._codes(answers, self.written, end=True)
        return np.pad(codes, ((0, 0), (0, self.sizes[1] - codes.shape[1])), constant_values=NO_TARGET)

    def _steps(self, targets: Codes) -> tuple[Codes, Codes]:
        asked = targets != NO_TARGET
        return np.nonzero(asked)[1], targets[asked]

    def _before(self, targets: Codes) -> tuple[Codes, Codes]:
        """Return what was written before each answer, and the answers; before the first there is END, of nothing."""
        asked = targets != NO_TARGET
        before = np.column_stack([np.full(len(targets), self.outputs - 1), targets[:, :-1]])
        return before[asked], targets[asked]

    def choose(self, rng: np.random.Generator, size: int, part: str) -> Sequence[str]:
        """Return ``size`` sources: any of the training part, or those of the validation part in their order."""
        own = self.parts[part]
        if part == "training":
            chosen, forms = rng.choice(own, size=size), rng.integers(0, 1 << 16, size=size)
        else:
            chosen, forms = own[np.arange(size) % len(own)], np.arange(size)
        return [self.source(number, form) for number, form in zip(chosen.tolist(), forms.tolist(), strict=True)]
