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
    *("reverser", "reverser_attention", "dates", "speller", "waves", "waves_at_once", "drawer", "writer"),
    *("tagger", "echo_stacked", "characters_residual"),
)
INPUTS: Final = ("text", "series", "task", "network")
SHAPES: Final = ("one_to_one", "one_to_many", "many_to_one", "many_to_many", "encoder_decoder")
FEEDS: Final = ("first", "every")
READOUTS: Final = ("last", "mean", "max")
CONTEXTS: Final = ("last", "transform", "all")
DECODERS: Final = ("state", "input", "feedback")
ATTENTIONS: Final = ("none", "dot", "additive")
MOST_LAYERS: Final = 1_000
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
        H and the number of stacked layers, at least 1; of layers at most 1,000.
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
    shape : {"many_to_many", "one_to_one", "one_to_many", "many_to_one", "encoder_decoder"}
        What goes in and what comes out, see `rnnviz.engines.shapes`. "many_to_many" answers at every step.
    feed : {"first", "every"}
        Of one to many: whether the one input is read at the first step only or at every step.
    readout : {"last", "mean", "max"}
        Of many to one: what is answered from, the last state (of each direction: its own last), the mean of all states
        or the largest value of each unit.
    context : {"last", "transform", "all"}
        Of an encoder and decoder: what passes from one to the other, the encoder's last state, tanh(W h + b) of it, or
        the mean of all its states.
    decoder : {"state", "input", "feedback"}
        How the context enters the decoder: as its initial state, with nothing to read; as what it reads at every step;
        or that together with the previous output.
    attention : {"none", "dot", "additive"}
        How each of the decoder's states looks back at all of the encoder's, beside the context (Luong, Pham & Manning
        2015; the additive score is that of Bahdanau, Cho & Bengio 2015).
    target : str, optional
        What a decoder should write; None: what its network was trained to write, or else the text itself.
    forcing : float
        Of a decoder with feedback: the chance, at each step, that it reads the right previous output ("teacher
        forcing", Williams & Zipser 1989) and not its own, from 0 to 1.
    beam : int
        Of a decoder that reads its own outputs: how many beginnings it keeps in mind (beam search); 1 is greedy.

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
    shape: str = "many_to_many"
    feed: str = "first"
    readout: str = "last"
    context: str = "last"
    decoder: str = "feedback"
    attention: str = "none"
    target: str | None = None
    forcing: float = 1.0
    beam: int = 1

    def __post_init__(self) -> None:
        """Check every field and bring numbers to their plain Python types."""
        for name in _CHECKS:
            object.__setattr__(self, name, _checked(name, getattr(self, name)))
        self._check_input()
        if not self.network:
            self._check_shape()
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

    def _check_shape(self) -> None:
        """Refuse what cannot be put together: the sentence says what can."""
        if self.shape == "one_to_one" and self.cell != "rnn":
            raise ExperimentError("cell", self.cell, "error.feed_forward")
        if self.shape == "one_to_one" and self.bidirectional:
            raise ExperimentError("bidirectional", True, "error.feed_forward")
        if self.translates and self.truncate is not None:
            raise ExperimentError("truncate", self.truncate, "error.whole_way")
        if not (self.translates and self.bidirectional):
            return
        if self.context != "transform" and self.decoder == "state":
            raise ExperimentError("context", self.context, "error.two_directions_state")
        if self.attention == "dot":
            raise ExperimentError("attention", self.attention, "error.two_directions_dot")

    @property
    def directions(self) -> int:
        """1, or 2 when bidirectional."""
        return 2 if self.bidirectional else 1

    @property
    def translates(self) -> bool:
        """Whether this is an encoder and a decoder: two networks, one after the other."""
        return self.shape == "encoder_decoder"

    @property
    def decoder_names(self) -> tuple[str, ...]:
        """The layers of a decoder: those that go forward, for what it is to write is not there yet."""
        return tuple(f"l{k}" for k in range(self.num_layers)) if self.translates else ()

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
    "num_layers": checks.whole(1, most=MOST_LAYERS),
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
    "shape": checks.choice(SHAPES),
    "feed": checks.choice(FEEDS),
    "readout": checks.choice(READOUTS),
    "context": checks.choice(CONTEXTS),
    "decoder": checks.choice(DECODERS),
    "attention": checks.choice(ATTENTIONS),
    "target": checks.text,
    "forcing": checks.number(0, most=1),
    "beam": checks.whole(1),
}
_OPTIONAL: Final = frozenset(
    {"forget_bias", "text", "series", "task", "network", "length", "truncate", "clip", "clip_value", "target"}
)
_ALONE: Final = frozenset(
    {"nonlinearity", "init", "gain", "forget_bias", "seed", "loss", "truncate", "clip", "clip_value", "residual"}
)
"""Fields that are checked by themselves: no other one bears on whether their values are allowed."""
