"""Gates held open or shut: the intervention that shows what a gate was for."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, replace
from typing import Any, Final

from rnnviz.checks import ExperimentError, finite, items

GATES: Final[dict[str, tuple[str, ...]]] = {"rnn": (), "gru": ("r", "z", "n"), "lstm": ("i", "f", "g", "o")}


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
        parts = [self.gate, repr(float(self.value)).removesuffix(".0")]
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
            r"([a-z]):([-+]?[0-9.]{1,24}(?:e[-+]?[0-9]{1,3})?)"
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


def holds(name: str, value: Any) -> tuple[Hold, ...]:
    """Return a field that is a sequence of holds, as a tuple, their numbers as plain Python ones."""
    held = items(name, value, "error.hold_type")
    if not all(isinstance(one, Hold) for one in held):
        raise ExperimentError(name, value, "error.hold_type")
    return tuple(map(_plain, held))


def _plain(held: Hold) -> Hold:
    value = finite(held.value)
    if value is None or not -1 <= value <= 1:
        raise _value_error(held)
    unit, start, stop = held.unit, held.start, held.stop
    try:
        unit = None if unit is None else operator.index(unit)
        stop = None if stop is None else operator.index(stop)
        return replace(held, value=value, unit=unit, start=operator.index(start), stop=stop)
    except TypeError:
        raise ExperimentError("hold", (unit, start, stop), "error.hold_whole") from None


def _value_error(held: Hold) -> ExperimentError:
    return ExperimentError("hold", held.value, "error.hold_value", least=-1 if held.gate in ("g", "n") else 0, most=1)


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
    if not (-1 if held.gate in ("g", "n") else 0) <= held.value <= 1:
        raise _value_error(held)
    if held.unit is not None and not 0 <= held.unit < hidden_size:
        raise ExperimentError("hold", held.unit + 1, "error.hold_unit", most=hidden_size)
    if held.start < 0 or (held.stop is not None and held.stop <= held.start):
        raise ExperimentError("hold", f"{held.start + 1}–{held.stop}", "error.hold_span")
    if held.layer is not None and held.layer not in layers:
        raise ExperimentError("hold", held.layer, "error.hold_layer", choices=", ".join(layers))
