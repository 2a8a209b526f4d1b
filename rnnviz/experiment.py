"""What to run: one frozen, validated, hashable value that every run, link and file begins with."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from rnnviz import checks
from rnnviz.checks import ExperimentError, shorten
from rnnviz.hold import GATES, Hold, check_hold, holds

__all__ = ["GATES", "Experiment", "ExperimentError", "Hold", "parse_field"]

CELLS: Final = ("rnn", "gru", "lstm")
NONLINEARITIES: Final = ("tanh", "relu", "identity")
INITS: Final = ("torch", "xavier", "orthogonal", "identity", "classic", "normal")
TOKENS: Final = ("characters", "words")
LOSSES: Final = ("every", "last")
TASKS: Final = ("sine", "square", "impulse", "stocks")
NETWORKS: Final = (
    *("latch", "delay", "counter", "brackets", "parity", "doubling"),  # built by hand
    *("characters", "depth_learnt", "sentiment", "forecaster", "adding_lstm", "adding_rnn"),  # trained
)
INPUTS: Final = ("text", "series", "task", "network")
DEFAULT_TEXT: Final = "hello world"
DEFAULT_LENGTH: Final = 24


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One network, one input, one loss: everything that decides a run, to the last bit.

    Words are torch's own for torch's own things. Fields that a cell does not have (``nonlinearity`` of an LSTM,
    ``forget_bias`` of an RNN) are kept and have no effect, so that ``replace(cell=…)`` compares like with like.

    Parameters
    ----------
    cell : {"rnn", "gru", "lstm"}
    hidden_size, num_layers : int
        H and the number of stacked layers, at least 1.
    bidirectional : bool
    residual : bool
        From the second layer on a layer's output is h_t + x_t, what it made and what it read: skip connections across
        the layers (He et al. 2016; Wu et al. 2016, eq. 6).
    nonlinearity : {"tanh", "relu", "identity"}
        Of the plain RNN.
    init : {"torch", "xavier", "orthogonal", "identity", "classic", "normal"}
        How weights are drawn, see `rnnviz.initial`.
    gain : float
        Factor on the recurrent weights W_hh, at least 0.
    forget_bias : float, optional
        Total bias of an LSTM's forget gate; None leaves what ``init`` gives.
    seed : int
        Of every random draw: the same experiment gives the same bits.
    text, series, task, network : one of them
        A text, split by ``tokens`` into "characters" (graphemes) or "words"; two or more numbers; the name of a
        generator, with settings if wanted ("sine:period=8"); the name of a ready-made network, built by hand or
        trained, which then decides cell, size and weights as well, and reads a ``text`` of its own symbols if one is
        given beside it. With none
        given, the text is "hello world".
    length : int, optional
        Steps of a ``task`` or a ``network``'s input.
    loss : {"every", "last"}
        Whether every step's prediction counts or only that of the last step that has a target.
    truncate : int, optional
        Each step's loss flows back at most this many steps (Williams & Peng 1990); None is full BPTT.
    clip : float, optional
        Largest global norm of the parameter gradients; larger ones are scaled down (Pascanu et al. 2013).
    clip_value : float, optional
        Largest magnitude of each entry of the parameter gradients; larger ones are cut off, which turns the gradient
        (Mikolov 2012). Cut before ``clip`` scales.
    hold : tuple of Hold
        Gates held open, shut or between.

    Raises
    ------
    ExperimentError
        A ValueError; its sentence names the field, the value and the range.
    """

    cell: str = "lstm"
    hidden_size: int = 5
    num_layers: int = 1
    bidirectional: bool = False
    residual: bool = False
    nonlinearity: str = "tanh"
    init: str = "torch"
    gain: float = 1.0
    forget_bias: float | None = None
    seed: int = 0
    text: str | None = None
    tokens: str = "characters"
    series: tuple[float, ...] | None = None
    task: str | None = None
    network: str | None = None
    length: int | None = None
    loss: str = "every"
    truncate: int | None = None
    clip: float | None = None
    clip_value: float | None = None
    hold: tuple[Hold, ...] = ()

    def __post_init__(self) -> None:
        """Check every field and bring numbers to their plain Python types."""
        for name in _CHECKS:
            object.__setattr__(self, name, _checked(name, getattr(self, name)))
        self._check_input()
        if not self.network:  # a ready-made network decides cell and size itself; the run checks against those
            for held in self.hold:
                check_hold(held, self.cell, self.hidden_size, self.layer_names)

    def _check_input(self) -> None:
        given = [name for name in INPUTS if getattr(self, name) is not None]
        if len(given) > 1 and given != ["text", "network"]:
            raise ExperimentError(given[1], getattr(self, given[1]), "error.one_input", other=given[0])
        if not given:
            object.__setattr__(self, "text", DEFAULT_TEXT)
        if self.task or (self.network and self.text is None):
            object.__setattr__(self, "length", DEFAULT_LENGTH if self.length is None else self.length)
        elif self.length is not None:
            raise ExperimentError("length", self.length, "error.length")

    @property
    def directions(self) -> int:
        """1, or 2 when bidirectional."""
        return 2 if self.bidirectional else 1

    @property
    def layer_names(self) -> tuple[str, ...]:
        """``("l0", "l0_reverse", "l1", …)``, the keys of `Trace.layers`."""
        suffixes = ("", "_reverse")[: self.directions]
        return tuple(f"l{k}{suffix}" for k in range(self.num_layers) for suffix in suffixes)

    def replace(self, **changes: Any) -> Experiment:
        """Return a copy with some fields changed; giving one input drops the others."""
        if changes.keys() <= _ALONE:  # as in a sweep: then the other fields need no second look
            found = copy(self)
            for name, value in changes.items():
                object.__setattr__(found, name, _checked(name, value))
            return found
        if any(changes.get(name) is not None for name in INPUTS):
            changes = {**dict.fromkeys((*INPUTS, "length")), **changes}
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that differ from their defaults, as plain JSON values."""
        plain: dict[str, Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                plain[field.name] = ",".join(map(str, value)) if field.name == "hold" else value
        if plain.get("length") == DEFAULT_LENGTH:
            del plain["length"]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}

    def to_query(self) -> dict[str, str]:
        """Return the URL query that `from_query` reads; fields at their defaults are left out."""
        return {name: _to_text(value) for name, value in self.to_dict().items()}

    def to_json(self) -> str:
        """Return one JSON object; `from_json` reads it back to an equal experiment."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Experiment:
        """Read a URL query.

        Raises
        ------
        ExperimentError
            For an unknown name or a value that does not fit its field.
        """
        return cls(**{name: parse_field(name, text) for name, text in query.items()})

    @classmethod
    def from_json(cls, text: str) -> Experiment:
        """Read what `to_json` wrote.

        Raises
        ------
        ExperimentError
            If the text is not a JSON object of known fields with fitting values.
        """
        try:
            plain = json.loads(text)
        except (TypeError, ValueError, RecursionError):
            plain = None
        if not isinstance(plain, dict):
            raise ExperimentError("experiment", text, "error.json")
        for name in plain:
            _check_known(name)
        if isinstance(plain.get("hold"), str):
            plain["hold"] = parse_field("hold", plain["hold"])
        return cls(**plain)


def parse_field(name: str, text: Any) -> Any:
    """Turn one URL parameter into the value of the field ``name``, checked on its own.

    Raises
    ------
    ExperimentError
        If there is no such field or the text does not fit it.
    """
    _check_known(name)
    if text == "" and name in _OPTIONAL and name != "text":
        return None
    if name in ("hold", "series") and not isinstance(text, str):
        return _CHECKS[name](name, text)
    if name == "hold":
        return tuple(Hold.parse(part) for part in text.split(",") if part)
    if name == "series":
        return checks.series(name, [part for part in text.split(",") if part.strip()])
    return _CHECKS[name](name, text)


def _checked(name: str, value: Any) -> Any:
    return None if value is None and name in _OPTIONAL else _CHECKS[name](name, value)


def _check_known(name: str) -> None:
    if name not in _CHECKS:
        raise ExperimentError(shorten(name), name, "error.unknown_field", choices=", ".join(_CHECKS))


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(repr, value)) if isinstance(value, list) else str(value)


_CHECKS: Final[Mapping[str, Any]] = {
    "cell": checks.choice(CELLS),
    "hidden_size": checks.whole(1),
    "num_layers": checks.whole(1),
    "bidirectional": checks.truth,
    "residual": checks.truth,
    "nonlinearity": checks.choice(NONLINEARITIES),
    "init": checks.choice(INITS),
    "gain": checks.number(0),
    "forget_bias": checks.number(),
    "seed": checks.whole(0),
    "text": checks.text,
    "tokens": checks.choice(TOKENS),
    "series": checks.series,
    "task": checks.choice(TASKS, before=":"),
    "network": checks.choice(NETWORKS),
    "length": checks.whole(1),
    "loss": checks.choice(LOSSES),
    "truncate": checks.whole(1),
    "clip": checks.number(0, above=True),
    "clip_value": checks.number(0, above=True),
    "hold": holds,
}
_OPTIONAL: Final = frozenset(
    {"forget_bias", "text", "series", "task", "network", "length", "truncate", "clip", "clip_value"}
)
_ALONE: Final = frozenset(
    {"nonlinearity", "init", "gain", "forget_bias", "seed", "loss", "truncate", "clip", "clip_value", "residual"}
)
"""Fields that are checked by themselves: no other one bears on whether their values are allowed."""
