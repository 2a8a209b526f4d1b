"""A problem by name, its settings open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Array, Inputs
from rnnviz.tasks.problems.base import Posed
from rnnviz.tasks.problems.batch import Batch, Targets
from rnnviz.tasks.problems.settings import Setting
from rnnviz.words import DEFAULT_LANGUAGE, say


@dataclass(frozen=True)
class Problem:
    """A problem by name, its settings open.

    Attributes
    ----------
    name : str
        Its name in links, controls and tests; ``problem.<name>.title`` and ``.summary`` say it in words.
    posed : class
        The problem with its settings fixed; takes them by name.
    settings : tuple of Setting
    source : str
        Who posed it, and where.
    """

    name: str
    posed: type[Posed]
    settings: tuple[Setting, ...]
    source: str = ""

    def title(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return the problem's name for people."""
        return say(f"problem.{self.name}.title", lang)

    def summary(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return one sentence on what is read and what is asked."""
        return say(f"problem.{self.name}.summary", lang)

    @property
    def kind(self) -> str:
        """What the outputs are, "symbols" or "numbers"."""
        return self.posed.kind

    @property
    def counts(self) -> str:
        """The steps whose prediction counts: "every", "last" or "marked"."""
        return self.posed.counts

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The settings that hold where none are given."""
        return MappingProxyType({setting.name: setting.default for setting in self.settings})

    def pose(self, **settings: Any) -> Posed:
        """Return the problem with these settings, and the defaults for the others.

        Raises
        ------
        ExperimentError
            If there is no such setting, or a value does not fit; the sentence names it and its range.
        """
        known = {setting.name: setting for setting in self.settings}
        for name in settings:
            if name not in known:
                key = "problem.setting" if known else "problem.no_setting"
                choices = ", ".join(known)
                raise ExperimentError(name, settings[name], key, problem=self.name, choices=choices)
        checked = tuple((name, setting.check(settings.get(name, setting.default))) for name, setting in known.items())
        return _posed(self.posed, checked)

    def inputs(self, **settings: Any) -> int:
        """Return D, the width of the input."""
        return self.pose(**settings).inputs

    def outputs(self, **settings: Any) -> int:
        """Return O, the width of the output."""
        return self.pose(**settings).outputs

    def batch(self, rng: np.random.Generator, size: int, /, part: str = "training", **settings: Any) -> Batch:
        """Return ``size`` sequences, see `Posed.batch`."""
        return self.pose(**settings).batch(rng, size, part)

    def chance(self, **settings: Any) -> float:
        """Return the loss of an answer that remembers nothing, see `Posed.baselines`."""
        return self.pose(**settings).chance

    def chance_accuracy(self, **settings: Any) -> float | None:
        """Return the share of right answers of one that remembers nothing; None where the outputs are numbers."""
        return self.pose(**settings).chance_score if self.kind == "symbols" else None

    def score(self, outputs: Array, targets: Targets, **settings: Any) -> float:
        """Return how good predictions are, see `Posed.score`."""
        return self.pose(**settings).score(outputs, targets)

    def probe(self, **settings: Any) -> tuple[Inputs, ...]:
        """Return a few sequences, always the same, for the pictures."""
        return self.pose(**settings).probes


@lru_cache(maxsize=32)
def _posed(posed: type[Posed], settings: tuple[tuple[str, Any], ...]) -> Posed:
    # A text or a table is split once, not at every call.
    return posed(**dict(settings))
