"""What all trained networks share: weights, and the note of how they were made and what was measured of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import Experiment
from rnnviz.inputs import Array
from rnnviz.words import DEFAULT_LANGUAGE, say


class Reading(NamedTuple):
    """What one unit was measured to respond to: the name of a feature (`rnnviz.units`), and the correlation with it."""

    unit: int
    feature: str
    r: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """A network as a training left it. D input, H hidden, O output.

    Attributes
    ----------
    name : str
        Its name in links, controls and tests; ``lessons/<language>/networks/<name>.md`` explains it.
    experiment : Experiment
        What was trained: cell, size, initialisation, clipping, seed.
    task : mapping
        The ``name`` of the problem and its ``options``, see `rnnviz.tasks.problems`.
    settings : mapping
        Fields of `rnnviz.training.Settings`.
    command : str
        What makes the file anew.
    made_with : mapping
        The versions of what made it.
    begins : tuple of float
        The loss of the first updates: a training that begins alike is the same.
    alphabet : D strings or None
        The symbol that each component of a one-hot input stands for.
    measured : mapping of str to float
        "loss" and "score" on sequences that were not trained on, "chance" and "chance_score", and what else its
        explanation tells.
    state : {"h", "c"}
        Which state the readings are of.
    readings : tuple of Reading
        What its units respond to, the strongest correlation first.
    weights : mapping
        Under torch's names.
    """

    name: str
    experiment: Experiment
    task: Mapping[str, Any]
    settings: Mapping[str, Any]
    command: str
    made_with: Mapping[str, str]
    begins: tuple[float, ...]
    alphabet: tuple[str, ...] | None
    measured: Mapping[str, float]
    state: str
    readings: tuple[Reading, ...]
    weights: Mapping[str, NDArray[Any]]

    @property
    def cell(self) -> str:
        """One of "rnn", "gru", "lstm"."""
        return self.experiment.cell

    @property
    def hidden_size(self) -> int:
        """H."""
        return self.experiment.hidden_size

    @property
    def num_layers(self) -> int:
        """How many layers are stacked."""
        return self.experiment.num_layers

    @property
    def nonlinearity(self) -> str:
        """Of a plain RNN."""
        return self.experiment.nonlinearity

    @property
    def count(self) -> int:
        """How many weights and biases there are, the readout's included."""
        return sum(value.size for value in self.weights.values())

    def title(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return the network's name for people."""
        return say(f"network.{self.name}.title", lang)

    def summary(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return one sentence on what it does, and how well."""
        return say(f"network.{self.name}.summary", lang, **self.values())

    def parameters(self) -> dict[str, Array]:
        """Return new float64 arrays under torch's names, with the readout "weight_ho" (O, H) and "bias_o" (O,)."""
        return {name: value.astype(np.float64) for name, value in self.weights.items()}

    def values(self) -> dict[str, str]:
        """Return what was measured, as words say it: to two or three digits, a share of right answers in percent."""
        found = {name: _words(name, value) for name, value in self.measured.items()}
        made = {"units": self.hidden_size, "weights": f"{self.count:,}", "updates": f"{self.settings['steps']:,}"}
        found |= {name: str(value) for name, value in self.task["options"].items() if isinstance(value, int)}
        if self.readings:
            made["clearest"] = self.readings[0].unit + 1
        return {**found, **{name: str(value) for name, value in made.items()}, "command": self.command}


def _words(name: str, value: float) -> str:
    if name.startswith("share_"):
        return f"{100 * value:.0f} %" if value < 0.995 else f"{100 * value:.4g} %"
    if value == int(value):
        return f"{int(value):,}"
    digits = 3 if abs(value) >= 0.1 else 2
    return np.format_float_positional(float(f"{value:.{digits}g}"), trim="-").replace("-", "−")
