"""What a network can be trained on: the one form that every problem takes, from adding to a person's own CSV."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Array, Inputs, readable
from rnnviz.tasks.problems.batch import Batch, Targets
from rnnviz.tasks.symbols import visible
from rnnviz.trace import NO_TARGET
from rnnviz.words import DEFAULT_LANGUAGE, say

PARTS: Final = ("training", "validation")
PROBE_SEED: Final = 20
PROBES: Final = 3


@dataclass(frozen=True)
class Baseline:
    """What an answer scores that learns nothing from the past: the line that a network has to get below.

    Attributes
    ----------
    name : str
        Which answer that is; ``problem.baseline.<name>`` says it in words.
    loss : float
        In the unit of the training's loss: the mean over all predictions that count, nats or squared error.
    score : float
        In the unit of `Posed.score`.
    """

    name: str
    loss: float
    score: float

    def words(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return what the answer is."""
        return say(f"problem.baseline.{self.name}", lang)


@dataclass(frozen=True)
class Posed(ABC):
    """A problem with its settings fixed: the fields of a subclass are those settings.

    Attributes
    ----------
    kind : {"symbols", "numbers"}
        What the outputs are.
    counts : {"every", "last", "marked"}
        The steps whose prediction counts: all, a sequence's last, or some that the targets mark. The targets say it
        too: what does not count has none.
    shapes : tuple of str
        The shapes of network it can be learned in, see `Experiment.shape`, the one that suits it best first.
    """

    kind: ClassVar[str]
    counts: ClassVar[str]
    shapes: ClassVar[tuple[str, ...]] = ("many_to_many",)

    @property
    @abstractmethod
    def inputs(self) -> int:
        """D, the width of the input."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """O, the width of the output."""

    @property
    @abstractmethod
    def steps(self) -> int:
        """T, the most steps that a sequence has."""

    @property
    @abstractmethod
    def baselines(self) -> tuple[Baseline, ...]:
        """What answers without a memory score, the one called chance first.

        Where the data are finite, the answer is fitted to the training part and measured on the validation part, if
        there is one.
        """

    @abstractmethod
    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Targets, NDArray[np.int64]]:
        """Return inputs, targets and lengths of ``size`` sequences, as in `Batch`."""

    @property
    def alphabet(self) -> tuple[str, ...] | None:
        """The symbol that each component of a one-hot input stands for."""
        return None

    @property
    def answers(self) -> tuple[str, ...] | None:
        """What each output stands for, as a person reads it."""
        return None

    @property
    def offset_and_scale(self) -> tuple[float, float]:
        """The network reads (number − offset) ÷ scale."""
        return 0.0, 1.0

    @property
    def stream(self) -> Inputs | None:
        """The training part as one long sequence, along which a state can be carried; None: sequences are apart."""
        return None

    @property
    def has_validation(self) -> bool:
        """Whether anything is kept for validation; a rule makes as much as is wanted."""
        return True

    @property
    def validation_count(self) -> int | None:
        """How many sequences the validation part has; None: as many as are wanted."""
        return None

    @property
    def chance(self) -> float:
        """The loss of the first of `baselines`."""
        return self.baselines[0].loss

    @property
    def chance_score(self) -> float:
        """The score of the first of `baselines`."""
        return self.baselines[0].score

    def batch(self, rng: np.random.Generator, size: int, part: str = "training") -> Batch:
        """Return ``size`` sequences; the same state of ``rng`` gives the same ones.

        The validation part of finite data comes in its own order, all of it before any of it again; what rules make
        is new in every draw, and cannot be told apart from what was trained on but by having been drawn anew.

        Raises
        ------
        ExperimentError
            If there is no such part, or ``size`` is less than 1.
        """
        if part not in PARTS:
            raise ExperimentError("part", part, "error.choice", choices=", ".join(PARTS))
        if size < 1:
            raise ExperimentError("size", size, "error.whole", least=1)
        if part == "validation" and not self.has_validation:
            raise ExperimentError("part", part, "problem.no_validation")
        return self.drawn(rng, size, part)

    def drawn(self, rng: np.random.Generator, size: int, part: str) -> Batch:
        """Return ``size`` sequences of a part that there is."""
        inputs, targets, lengths = self.draw(rng, size, part)
        offset, scale = self.offset_and_scale
        return Batch(self.kind, inputs, targets, lengths, self.alphabet, self.answers, self.name, offset, scale)

    @cached_property
    def probing(self) -> Batch:
        """A few sequences side by side, always the same."""
        part, most = PARTS[self.has_validation], self.validation_count or PROBES
        return self.batch(np.random.default_rng(PROBE_SEED), min(PROBES, most), part)

    @cached_property
    def probes(self) -> tuple[Inputs, ...]:
        """Those of `probing`, one by one: what the pictures show while a network is trained."""
        return tuple(self.probing.sequence(b) for b in range(len(self.probing.inputs)))

    def name(self, x: Array) -> tuple[str, ...]:
        """Return what a person reads above each step of x, (T, D)."""
        if self.alphabet is None:
            offset, scale = self.offset_and_scale
            return tuple(readable(value * scale + offset) for value in x[:, 0])
        return tuple(visible(self.alphabet[symbol]) for symbol in x.argmax(axis=1))

    def score(self, outputs: Array, targets: Targets) -> float:
        """Return how good the predictions that count are: the share of right symbols, or the mean squared error.

        Parameters
        ----------
        outputs : (…, O)
        targets : (…) int64 or (…, O)
            NaN is returned if none counts.
        """
        counts = self.scored(targets)
        said, wanted = outputs[counts], targets[counts]
        if not wanted.size:
            return float("nan")
        if self.kind == "symbols":
            return float(np.count_nonzero(said.argmax(axis=-1) == wanted) / wanted.size)
        error = (said - wanted).ravel()
        return float(error @ error / error.size)

    def scored(self, targets: Targets) -> NDArray[np.bool_]:
        """Return which predictions the score is taken of, (…): here all that have a target."""
        known = targets != NO_TARGET if self.kind == "symbols" else ~np.isnan(targets).any(axis=-1)
        return np.asarray(known)
