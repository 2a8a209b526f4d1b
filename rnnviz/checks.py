"""Checks of single fields, and the one error they raise."""

from __future__ import annotations

import math
import numbers
import operator
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from rnnviz.words import say


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
        """Keep field and key across a process boundary; a ValueError would be rebuilt from its text alone."""
        return _rebuild_error, (self.field, self.value, self.key, self.values)


def _rebuild_error(field: str, value: object, key: str, values: dict[str, object]) -> ExperimentError:
    return ExperimentError(field, value, key, **{k: v for k, v in values.items() if k not in ("field", "value")})


def shorten(value: object, width: int = 40) -> str:
    """Return ``repr(value)`` on one line, cut to ``width`` characters, so that a sentence stays one."""
    # The value itself is cut first: the repr of a 100 MB text is not worth making.
    try:
        text = repr(value[: width + 1] if isinstance(value, str | list | tuple) else value)
    except Exception:  # a whole number of 5,000 digits, or an object that cannot say what it is
        text = type(value).__name__
    text = text if isinstance(value, str) else " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


def choice(choices: tuple[str, ...], before: str = "") -> Callable[[str, Any], str]:
    """Return a check that a field, or what stands in it before the mark ``before``, is one of ``choices``."""

    def check(name: str, value: Any) -> str:
        text = value if isinstance(value, str) else ""
        if (text.partition(before)[0] if before else text) not in choices:
            raise ExperimentError(name, value, "error.choice", choices=", ".join(choices))
        return text

    return check


def whole(least: int, most: int | None = None) -> Callable[[str, Any], int]:
    """Return a check that a field is a whole number from ``least`` to ``most``; texts of digits are read as one."""
    key = "error.whole" if most is None else "error.whole_between"

    def check(name: str, value: Any) -> int:
        try:
            if isinstance(value, bool):
                raise TypeError
            # 18 digits fit every counter below; more would only serve to make a page slow.
            is_text = isinstance(value, str)
            number = int(value) if is_text and re.fullmatch(r"[0-9]{1,18}", value) else operator.index(value)
        except Exception:  # whatever an object answers that is asked for its number
            raise ExperimentError(name, value, key, least=least, most=most) from None
        if number < least or (most is not None and number > most):
            raise ExperimentError(name, value, key, least=least, most=most)
        return number

    return check


def number(least: float | None = None, above: bool = False, most: float | None = None) -> Callable[[str, Any], float]:
    """Return a check that a field is finite, at least (``above``: more than) ``least``, and at most ``most``."""
    key = (
        "error.number"
        if least is None
        else "error.above"
        if above
        else "error.least"
        if most is None
        else "error.between"
    )

    def check(name: str, value: Any) -> float:
        number = finite(value)
        if number is None or (least is not None and (number < least or (above and number == least))):
            raise ExperimentError(name, value, key, least=least, most=most)
        if most is not None and number > most:
            raise ExperimentError(name, value, key, least=least, most=most)
        return number + 0.0  # never -0.0

    return check


def finite(value: Any) -> float | None:
    """Return ``value`` as a float, None if it is not a finite number."""
    imaginary = isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real)
    if imaginary or isinstance(value, bool | np.bool_ | bytes | bytearray):
        return None
    try:
        number = float(value)
    except Exception:  # whatever an object answers that is asked for its number; a tensor of two, a RuntimeError
        return None
    return number if math.isfinite(number) else None


def truth(name: str, value: Any) -> bool:
    """Return a field that is true or false."""
    known = {"true": True, "1": True, "false": False, "0": False}
    is_truth = isinstance(value, bool | np.bool_)
    found = bool(value) if is_truth else known.get(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise ExperimentError(name, value, "error.truth")
    return found


def text(name: str, value: Any) -> str:
    """Return a field that is a text of at least one symbol."""
    if not isinstance(value, str) or not value:
        raise ExperimentError(name, value, "error.text")
    # A lone surrogate cannot be sent to a browser; it stands as the replacement character. A pair is one character.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def series(name: str, value: Any) -> tuple[float, ...]:
    """Return a field of two or more finite numbers."""
    found = []
    for position, item in enumerate(items(name, value, "error.series_type"), start=1):
        number = finite(item)
        if number is None:
            raise ExperimentError(name, item, "error.series_number", position=position)
        found.append(number)
    if len(found) < 2:
        raise ExperimentError(name, value, "error.series_empty", count=len(found))
    return tuple(found)


def items(name: str, value: Any, key: str, most: int = 10**6) -> tuple[Any, ...]:
    """Return what stands in a sequence, ``most`` items at most; what is none, or a text, is refused as ``key`` says."""
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        found = tuple(islice(value, most + 1))  # it may have no end
    except Exception:  # whatever an object answers that is asked for its items; an array of no dimension, a TypeError
        raise ExperimentError(name, value, key) from None
    if len(found) > most:
        raise ExperimentError(name, value, "error.endless", most=f"{most:,}")
    return found
