"""How to train: one frozen, checked value beside the `Experiment` that says what."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rnnviz import checks
from rnnviz.engines import DTYPES
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.tasks.problems import Posed
from rnnviz.tasks.shaping import check_shape
from rnnviz.tasks.size import check_size
from rnnviz.training.optimisers import OPTIMISERS

ENGINES: Final[Mapping[str, str]] = {"torch": "float32", "numpy": "float64"}
"""What each engine trains in, where no dtype is asked for: torch in what networks are mostly trained in."""

MOST_STEPS: Final = 10_000_000
MOST_RATE: Final = 1000.0
MOST_SEQUENCES: Final = 65_536
LEAST_MEMORY: Final = 2**16


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a network is trained.

    Parameters
    ----------
    steps : int
        Number of updates.
    batch_size : int
        B, sequences in a minibatch.
    optimiser : {"adam", "sgd", "momentum", "rmsprop", "adagrad"}
        See `rnnviz.training.optimisers`.
    learning_rate : float, optional
        Above 0; None is what `OPTIMISERS` has for the optimiser.
    engine : {"torch", "numpy"}
        "torch" trains ``nn`` modules with ``torch.optim``; "numpy" is written to be read. From the same start both
        give the same curve, to the digits of the dtype.
    dtype : {"float32", "float64"}, optional
        None is float32 under torch; NumPy has float64 alone.
    validate_every : int, optional
        Updates between two validations; None validates never.
    validation_size : int
        Sequences of the validation set, drawn once, from a random stream of its own.
    trace_every : int, optional
        Updates between two moments whose parameters are kept; None keeps only the first and the last.
    memory : int
        Bytes that the kept parameters may take, see `rnnviz.training.history`.
    """

    steps: int = 1000
    batch_size: int = 32
    optimiser: str = "adam"
    learning_rate: float | None = None
    engine: str = "torch"
    dtype: str | None = None
    validate_every: int | None = 100
    validation_size: int = 256
    trace_every: int | None = 20
    memory: int = 64 * 2**20

    def __post_init__(self) -> None:
        """Check every field, and settle those that depend on others.

        Raises
        ------
        ExperimentError
            A ValueError; its sentence names the field, the value and the range.
        """
        for name, check in _CHECKS.items():
            value = getattr(self, name)
            object.__setattr__(self, name, value if value is None and name in _OPTIONAL else check(name, value))
        object.__setattr__(self, "dtype", self.dtype or ENGINES[self.engine])
        if self.dtype not in DTYPES[self.engine]:
            choices = ", ".join(DTYPES[self.engine])
            raise ExperimentError("dtype", self.dtype, "error.dtype", engine=self.engine, choices=choices)
        if self.learning_rate is None:
            object.__setattr__(self, "learning_rate", OPTIMISERS[self.optimiser].rate)

    @property
    def rate(self) -> float:
        """The learning rate, settled."""
        return float(self.learning_rate or 0.0)

    @property
    def precision(self) -> str:
        """The dtype, settled."""
        return str(self.dtype)

    def replace(self, **changes: Any) -> Settings:
        """Return a copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain JSON values."""
        return dataclasses.asdict(self)


def check_trainable(experiment: Experiment, problem: Posed | None = None) -> None:
    """Refuse what training does not do.

    Raises
    ------
    ExperimentError
        If gates are held, a hand-built network is given, or a network that reads from both ends is to be truncated:
        its reverse layers come from the end of a text, which a chunk does not know. If there is a problem: if it is not
        learned by a network of that shape, or one as large does not fit.
    """
    if experiment.hold:
        raise ExperimentError("hold", experiment.to_dict()["hold"], "training.hold")
    if experiment.network:
        raise ExperimentError("network", experiment.network, "training.network")
    if experiment.truncate is not None and experiment.bidirectional:
        raise ExperimentError("truncate", experiment.truncate, "training.bidirectional")
    if problem is not None:
        check_shape(problem, experiment)
        check_size(experiment)


def _between(check: Callable[[str, Any], Any], most: float) -> Callable[[str, Any], Any]:
    def both(name: str, value: Any) -> Any:
        number = check(name, value)
        if number > most:
            raise ExperimentError(name, value, "training.most", most=most)
        return number

    return both


_CHECKS: Final[Mapping[str, Any]] = {
    "steps": _between(checks.whole(1), MOST_STEPS),
    "batch_size": _between(checks.whole(1), MOST_SEQUENCES),
    "optimiser": checks.choice(tuple(OPTIMISERS)),
    "learning_rate": _between(checks.number(0, above=True), MOST_RATE),
    "engine": checks.choice(tuple(ENGINES)),
    "dtype": checks.choice(("float32", "float64")),
    "validate_every": checks.whole(1),
    "validation_size": _between(checks.whole(1), MOST_SEQUENCES),
    "trace_every": checks.whole(1),
    "memory": checks.whole(LEAST_MEMORY),
}
_OPTIONAL: Final = frozenset({"learning_rate", "dtype", "validate_every", "trace_every"})
