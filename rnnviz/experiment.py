"""What to run: one frozen, validated, hashable value that every run, link and file begins with."""

from __future__ import annotations

import dataclasses
import json
import math
import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rnnviz.words import say

CELLS: Final = ("rnn", "gru", "lstm")
NONLINEARITIES: Final = ("tanh", "relu", "identity")
INITS: Final = ("torch", "xavier", "orthogonal", "identity", "classic")
TOKENS: Final = ("characters", "words")
LOSSES: Final = ("every", "last")
TASKS: Final = ("sine", "square", "impulse", "stocks")
NETWORKS: Final = ("latch", "delay", "counter", "brackets", "parity")
GATES: Final[Mapping[str, tuple[str, ...]]] = {"rnn": (), "gru": ("r", "z", "n"), "lstm": ("i", "f", "g", "o")}
INPUTS: Final = ("text", "series", "task", "network")
DEFAULT_TEXT: Final = "hello world"
DEFAULT_LENGTH: Final = 24


class ExperimentError(ValueError):
    """An experiment that cannot be run as asked: one sentence that names the field, the value and the range.

    Attributes
    ----------
    field : str
        Name of the offending field of `Experiment`.
    value : object
        What was given.
    key, values
        The message's key and its placeholders, for `rnnviz.words.say` in another language.
    """

    def __init__(self, field: str, value: object, key: str, **values: object) -> None:
        self.field, self.value, self.key = field, value, key
        self.values: dict[str, object] = {"field": field, "value": shorten(value), **values}
        super().__init__(say(key, **self.values))

    def in_language(self, lang: str) -> str:
        """Return the sentence in another language."""
        return say(self.key, lang, **self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        # ValueError would be rebuilt from its text alone; a process boundary must keep field and key.
        return _rebuild_error, (self.field, self.value, self.key, self.values)


def _rebuild_error(field: str, value: object, key: str, values: dict[str, object]) -> ExperimentError:
    return ExperimentError(field, value, key, **{k: v for k, v in values.items() if k not in ("field", "value")})


def shorten(value: object, width: int = 40) -> str:
    """Return ``repr(value)``, cut to ``width`` characters, so that a sentence stays one."""
    # The value itself is cut first: the repr of a 100 MB text is not worth making.
    text = repr(value[: width + 1] if isinstance(value, str | list | tuple) else value)
    return text if len(text) <= width else text[: width - 1] + "…"


@dataclass(frozen=True)
class Hold:
    """A gate held at one value: the intervention that shows what the gate was for.

    Parameters
    ----------
    gate : str
        "i", "f", "g" or "o" of an LSTM, "r", "z" or "n" of a GRU.
    value : float
        The activation it is held at; 0 is shut, 1 is open. "g" and "n" may go down to −1.
    unit : int, optional
        0-based hidden unit; None holds all units.
    start, stop : int
        Steps start ≤ t < stop, 0-based; stop None means to the end.
    layer : str, optional
        "l0", "l0_reverse", …; None holds the gate in every layer.
    """

    gate: str
    value: float
    unit: int | None = None
    start: int = 0
    stop: int | None = None
    layer: str | None = None

    def __str__(self) -> str:
        """Return the form a link carries, steps and units counted from 1: ``f:0:steps3-7:unit2:l0``."""
        parts = [self.gate, f"{self.value:.12g}"]
        if self.start or self.stop is not None:
            parts.append(f"steps{self.start + 1}-{'' if self.stop is None else self.stop}")
        if self.unit is not None:
            parts.append(f"unit{self.unit + 1}")
        return ":".join(parts + ([self.layer] if self.layer else []))

    @classmethod
    def parse(cls, text: str) -> Hold:
        """Read the form that ``str`` writes.

        Raises
        ------
        ExperimentError
            If the text has another form.
        """
        match = re.fullmatch(
            r"([a-z]):([-+]?[0-9.]{1,20}(?:e[-+]?[0-9]{1,3})?)"
            r"(?::steps([0-9]{1,9})-([0-9]{1,9})?)?(?::unit([0-9]{1,9}))?(?::(l[0-9]{1,3}(?:_reverse)?))?",
            text.strip(),
        )
        try:
            gate, value, start, stop, unit, layer = match.groups() if match else ("",) * 6
            return cls(
                gate=gate,
                value=float(value),
                unit=int(unit) - 1 if unit else None,
                start=int(start) - 1 if start else 0,
                stop=int(stop) if stop else None,
                layer=layer,
            )
        except ValueError:
            raise ExperimentError("hold", text, "error.hold_form") from None


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
    nonlinearity : {"tanh", "relu", "identity"}
        Of the plain RNN.
    init : {"torch", "xavier", "orthogonal", "identity", "classic"}
        How weights are drawn, see `rnnviz.initial`.
    gain : float
        Factor on the recurrent weights W_hh, at least 0.
    forget_bias : float, optional
        Total bias of an LSTM's forget gate; None leaves what ``init`` gives.
    seed : int
        Of every random draw: the same experiment gives the same bits.
    text, series, task, network : one of them
        A text, split by ``tokens`` into "characters" (graphemes) or "words"; two or more numbers; the name of a
        generator; the name of a hand-built network, which then decides cell, size and weights as well. With none
        given, the text is "hello world".
    length : int, optional
        Steps of a ``task`` or a ``network``'s input.
    loss : {"every", "last"}
        Whether every step's prediction counts or only that of the last step that has a target.
    truncate : int, optional
        Each step's loss flows back at most this many steps (Williams & Peng 1990); None is full BPTT.
    clip : float, optional
        Largest global norm of the parameter gradients; larger ones are scaled down (Pascanu et al. 2013).
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
    hold: tuple[Hold, ...] = ()

    def __post_init__(self) -> None:
        """Check every field and bring numbers to their plain Python types."""
        for name, check in _CHECKS.items():
            value = getattr(self, name)
            object.__setattr__(self, name, value if value is None and name in _OPTIONAL else check(name, value))
        self._check_input()
        for held in self.hold:
            _check_hold(held, self)

    def _check_input(self) -> None:
        given = [name for name in INPUTS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ExperimentError(given[1], getattr(self, given[1]), "error.one_input", other=given[0])
        if not given:
            object.__setattr__(self, "text", DEFAULT_TEXT)
        if self.task or self.network:
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
        except (ValueError, RecursionError):
            plain = None
        if not isinstance(plain, dict):
            raise ExperimentError("experiment", text, "error.json")
        for name in plain:
            _check_known(name)
        if isinstance(plain.get("hold"), str):
            plain["hold"] = parse_field("hold", plain["hold"])
        return cls(**plain)


def parse_field(name: str, text: str) -> Any:
    """Turn one URL parameter into the value of the field ``name``, checked on its own.

    Raises
    ------
    ExperimentError
        If there is no such field or the text does not fit it.
    """
    _check_known(name)
    if text == "" and name in _OPTIONAL and name != "text":
        return None
    if name == "hold":
        return tuple(Hold.parse(part) for part in text.split(",") if part)
    if name == "series":
        return _series(name, [part for part in text.split(",") if part.strip()])
    return _CHECKS[name](name, text)


def _check_known(name: str) -> None:
    if name not in _CHECKS:
        raise ExperimentError(shorten(name), name, "error.unknown_field", choices=", ".join(_CHECKS))


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(repr, value)) if isinstance(value, list) else str(value)


def _choice(choices: tuple[str, ...]) -> Any:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ExperimentError(name, value, "error.choice", choices=", ".join(choices))
        return value

    return check


def _whole(least: int) -> Any:
    def check(name: str, value: Any) -> int:
        try:
            if isinstance(value, bool):
                raise TypeError
            # 18 digits fit every counter below; more would only serve to make a page slow.
            is_text = isinstance(value, str)
            number = int(value) if is_text and re.fullmatch(r"[0-9]{1,18}", value) else operator.index(value)
        except TypeError:
            raise ExperimentError(name, value, "error.whole", least=least) from None
        if number < least:
            raise ExperimentError(name, value, "error.whole", least=least)
        return number

    return check


def _number(least: float | None = None, above: bool = False) -> Any:
    key = "error.number" if least is None else "error.above" if above else "error.least"

    def check(name: str, value: Any) -> float:
        number = _finite(value)
        if number is None or (least is not None and (number < least or (above and number == least))):
            raise ExperimentError(name, value, key, least=least)
        return number

    return check


def _finite(value: Any) -> float | None:
    try:
        number = math.nan if isinstance(value, bool | bytes) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _truth(name: str, value: Any) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    found = value if isinstance(value, bool) else known.get(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise ExperimentError(name, value, "error.truth")
    return found


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ExperimentError(name, value, "error.text")
    # A lone surrogate cannot be sent to a browser; it stands as the replacement character.
    return value.encode("utf-8", "replace").decode("utf-8")


def _series(name: str, value: Any) -> tuple[float, ...]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise ExperimentError(name, value, "error.series_type")
    numbers = []
    for position, item in enumerate(value, start=1):
        number = _finite(item)
        if number is None:
            raise ExperimentError(name, item, "error.series_number", position=position)
        numbers.append(number)
    if len(numbers) < 2:
        raise ExperimentError(name, value, "error.series_empty", count=len(numbers))
    return tuple(numbers)


def _holds(name: str, value: Any) -> tuple[Hold, ...]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise ExperimentError(name, value, "error.hold_type")
    held = tuple(value)
    if not all(isinstance(one, Hold) for one in held):
        raise ExperimentError(name, value, "error.hold_type")
    return held


def _check_hold(held: Hold, experiment: Experiment) -> None:
    if experiment.network:
        return  # the hand-built network decides cell and size; the engine checks against those
    check_hold(held, experiment.cell, experiment.hidden_size, experiment.layer_names)


def check_hold(held: Hold, cell: str, hidden_size: int, layers: tuple[str, ...]) -> None:
    """Check one hold against a network.

    Raises
    ------
    ExperimentError
        If the gate, its value, the unit, the span or the layer does not exist there.
    """
    gates = GATES[cell]
    if not gates:
        raise ExperimentError("hold", held.gate, "error.hold_no_gate")
    if held.gate not in gates:
        raise ExperimentError("hold", held.gate, "error.hold_gate", choices=", ".join(gates))
    least = -1 if held.gate in ("g", "n") else 0
    value = _finite(held.value)
    if value is None or not least <= value <= 1:
        raise ExperimentError("hold", held.value, "error.hold_value", least=least, most=1)
    if held.unit is not None and not 0 <= held.unit < hidden_size:
        raise ExperimentError("hold", held.unit + 1, "error.hold_unit", most=hidden_size)
    if held.start < 0 or (held.stop is not None and held.stop <= held.start):
        raise ExperimentError("hold", f"{held.start + 1}–{held.stop}", "error.hold_span")
    if held.layer is not None and held.layer not in layers:
        raise ExperimentError("hold", held.layer, "error.hold_layer", choices=", ".join(layers))


_CHECKS: Final[Mapping[str, Any]] = {
    "cell": _choice(CELLS),
    "hidden_size": _whole(1),
    "num_layers": _whole(1),
    "bidirectional": _truth,
    "nonlinearity": _choice(NONLINEARITIES),
    "init": _choice(INITS),
    "gain": _number(0),
    "forget_bias": _number(),
    "seed": _whole(0),
    "text": _text,
    "tokens": _choice(TOKENS),
    "series": _series,
    "task": _choice(TASKS),
    "network": _choice(NETWORKS),
    "length": _whole(1),
    "loss": _choice(LOSSES),
    "truncate": _whole(1),
    "clip": _number(0, above=True),
    "hold": _holds,
}
_OPTIONAL: Final = frozenset({"forget_bias", "text", "series", "task", "network", "length", "truncate", "clip"})
