"""What is to be trained, and how: one frozen value behind the controls, the link and the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np

from rnnviz.experiment import CELLS, Experiment
from rnnviz.initial import parameter_shapes
from rnnviz.site import limits
from rnnviz.tasks.problems import Posed, problem_named
from rnnviz.tasks.shaping import width_of as read_at_once
from rnnviz.training import Settings

FIRST: Final = Experiment(hidden_size=32, clip=1.0)
RATES: Final[Mapping[str, float]] = {"adam": 0.01, "rmsprop": 0.003, "adagrad": 0.03, "momentum": 0.05, "sgd": 0.2}
"""Step sizes with which networks as small as these learn while one watches."""
STEPS: Final = 1500
BATCH: Final = 32
UNSET: Final = "none"
"""The word of a link for a number that is left empty."""
COMPARED: Final = ("none", *CELLS, "unclipped", "unattended")
"""What may run beside a network: another cell of as many weights, or the same one with its gradient not clipped, or
with the context alone for what its decoder is to know."""
MOMENTS: Final = 100
"""Of a training so many are kept, evenly, besides its beginning."""


@dataclass(frozen=True)
class Plan:
    """A training that is to be.

    Attributes
    ----------
    problem : str
        Of `rnnviz.tasks.problems.PROBLEMS`.
    options : tuple of (name, value)
        Its settings; those not given are the problem's own.
    experiment : Experiment
        The network; what it reads is the problem's.
    optimiser, engine : str
    learning_rate : float
    steps, batch_size : int
    compare : str
        One of `COMPARED`.
    """

    problem: str = "adding"
    options: tuple[tuple[str, Any], ...] = ()
    experiment: Experiment = field(default=FIRST)
    optimiser: str = "adam"
    learning_rate: float = RATES["adam"]
    steps: int = STEPS
    batch_size: int = BATCH
    engine: str = "torch"
    compare: str = "rnn"

    def __post_init__(self) -> None:
        """Fill in the settings that were not given."""
        settings = {**problem_named(self.problem).defaults, **dict(self.options)}
        object.__setattr__(self, "options", tuple(settings.items()))
        if self.experiment.shape not in self.shapes:
            object.__setattr__(self, "experiment", self.experiment.replace(shape=self.shapes[0], truncate=None))

    @property
    def shapes(self) -> tuple[str, ...]:
        """The shapes in which the problem can be learned, the one that suits it best first."""
        return problem_named(self.problem).posed.shapes

    @property
    def comparable(self) -> tuple[str, ...]:
        """What may run beside the network."""
        network = self.experiment
        cells = () if network.shape == "one_to_one" else tuple(cell for cell in CELLS if cell != network.cell)
        clipped = ("unclipped",) if network.clip is not None else ()
        return ("none", *cells, *clipped, *(("unattended",) if attends(network) else ()))

    @property
    def posed(self) -> Posed:
        """The problem, its settings fixed."""
        return problem_named(self.problem).pose(**dict(self.options))

    @property
    def settings(self) -> Settings:
        """How it is trained."""
        every = max(1, self.steps // MOMENTS)
        posed = self.posed
        return Settings(
            steps=self.steps,
            batch_size=self.batch_size,
            optimiser=self.optimiser,
            learning_rate=self.learning_rate,
            engine=self.engine,
            validate_every=2 * every,
            validation_size=max(1, min(256, limits.MINIBATCH // width_of(posed))),
            trace_every=every,
            memory=limits.KEPT,
        )

    @property
    def weights(self) -> int:
        """How many weights and biases the network has."""
        return weights(self.experiment, self.posed)

    def units_within(self, most: int) -> int:
        """Return the largest number of hidden units with which the network has at most so many weights; at least 1."""
        units = matching(self.experiment, most, *ends(self.experiment, self.posed))
        within = weights(self.experiment.replace(hidden_size=units), self.posed) <= most
        return units if within else max(1, units - 1)

    def changed(self, **changes: Any) -> Plan:
        """Return a copy with some fields changed, the network's among them."""
        network = {name: changes.pop(name) for name in list(changes) if name in EXPERIMENT_FIELDS}
        return replace(self, experiment=self.experiment.replace(**network), **changes)

    def beside(self) -> Plan | None:
        """Return the training to compare with: the same but for one thing; None if there is none."""
        if self.compare == "none" or self.compare not in self.comparable:
            return None
        if self.compare == "unclipped":
            return self.changed(clip=None, compare="none")
        if self.compare == "unattended":
            return self.changed(attention="none", compare="none")
        other = self.experiment.replace(cell=self.compare)
        units = matching(other, self.weights, *ends(other, self.posed))
        return self.changed(cell=self.compare, hidden_size=units, compare="none")

    def query(self) -> dict[str, str]:
        """Return the link's query that `rnnviz.site.training.link.read` reads; what is as at first is left out."""
        defaults = problem_named(self.problem).defaults
        options = dict(self.options)
        parts = [f"{name}={_word(value)}" for name, value in options.items() if _in_word(name, value, defaults[name])]
        word = ":".join([self.problem, *parts])
        query = {} if word == Plan().problem else {"problem": word}
        for name in ("text", "series"):
            if name in options and options[name] != defaults[name]:
                query[name] = _word(options[name])
        usual = FIRST.replace(shape=self.shapes[0])
        for name in EXPERIMENT_FIELDS:
            if getattr(self.experiment, name) != getattr(usual, name):
                query[name] = _word(getattr(self.experiment, name))
        first = Plan(optimiser=self.optimiser, learning_rate=RATES[self.optimiser])
        for name in ("learning_rate", "steps", "batch_size", "engine", "compare"):
            if getattr(self, name) != getattr(first, name):
                query[name] = _word(getattr(self, name))
        return query | ({} if self.optimiser == Plan().optimiser else {"optimiser": self.optimiser})


EXPERIMENT_FIELDS: Final = (
    *("cell", "hidden_size", "num_layers", "bidirectional", "nonlinearity", "init", "gain", "forget_bias"),
    *("seed", "truncate", "clip", "residual"),
    *("shape", "feed", "readout", "context", "decoder", "attention", "forcing"),
)
"""Fields of the network that the page sets."""


def width_of(posed: Posed) -> int:
    """Return how many numbers one sequence of a problem takes: T × (D + O)."""
    return posed.steps * (posed.inputs + posed.outputs)


def weights(experiment: Experiment, posed: Posed) -> int:
    """Return how many weights and biases an experiment's network has on a problem, the readout's included."""
    return _count(experiment, *ends(experiment, posed))


def ends(experiment: Experiment, posed: Posed) -> tuple[int, int]:
    """Return D and O, how many numbers a network reads and answers a step."""
    return read_at_once(posed, experiment.shape), posed.outputs


def attends(experiment: Experiment) -> bool:
    """Return whether a decoder looks back at the encoder's states."""
    return experiment.translates and experiment.attention != "none"


@lru_cache(maxsize=256)
def matching(experiment: Experiment, wanted: int, inputs: int, outputs: int) -> int:
    """Return the number of hidden units with which an experiment's network has nearest to ``wanted`` weights."""
    low, high = 1, 2
    while _count(experiment.replace(hidden_size=high), inputs, outputs) < wanted:
        low, high = high, 2 * high
    while high - low > 1:  # more units are always more weights
        middle = (low + high) // 2
        if _count(experiment.replace(hidden_size=middle), inputs, outputs) < wanted:
            low = middle
        else:
            high = middle
    return min(
        (low, high), key=lambda units: abs(_count(experiment.replace(hidden_size=units), inputs, outputs) - wanted)
    )


def _count(experiment: Experiment, inputs: int, outputs: int) -> int:
    return sum(int(np.prod(shape)) for shape in parameter_shapes(experiment, inputs, outputs).values())


def _in_word(name: str, value: Any, default: Any) -> bool:
    return name not in ("text", "series") and value != default


def _word(value: Any) -> str:
    if value is None:
        return UNSET
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(f"{number:.15g}" for number in value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)
