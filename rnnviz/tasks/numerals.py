"""Numbers as people write them: one numeral, and the question whether a comma is a point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import regex

from rnnviz.experiment import ExperimentError

_NUMERAL: Final = regex.compile(r"[+-]?+(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d{1,6})?")
_NOT_FINITE: Final = regex.compile(r"[+-]?(?:nan|inf|infinity)", regex.IGNORECASE)
_ONE_COMMA: Final = regex.compile(r"[+-]?\d++,\d++(?:[eE][+-]?\d{1,6})?")
_THOUSANDS: Final = regex.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:\.\d{3})+,\d+)")
_LOOSE_COMMA: Final = regex.compile(r"(?:^|[\s;,]),|,(?:[\s;]|$)")
_BETWEEN: Final = regex.compile(r"[\s;]+")


@dataclass(frozen=True)
class Item:
    """One numeral as it was typed, and where: ``item``, ``line`` and a character ``column`` count from 1.

    In a table ``heading`` names the column, and ``item`` counts its rows.
    """

    text: str
    item: int
    line: int
    column: int
    heading: str | None = None


def value_of(numeral: str, decimal_comma: bool = False) -> float | None:
    """Return the number that a numeral writes, NaN or an infinity included; None if it is not one.

    Digits may be those of any script. What is too large for a float64 is an infinity.
    """
    numeral = numeral.strip()
    if decimal_comma and _ONE_COMMA.fullmatch(numeral):
        numeral = numeral.replace(",", ".")
    # float() alone would also take "1_000", which nobody types.
    known = _NUMERAL.fullmatch(numeral) or _NOT_FINITE.fullmatch(numeral)
    return float(numeral) if known else None


def checked_value(item: Item, decimal_comma: bool = False) -> float:
    """Return the finite number that an item writes.

    Raises
    ------
    ExperimentError
        With ``field`` "series"; the sentence names item, line and column.
    """
    value = value_of(item.text, decimal_comma)
    if value is not None and math.isfinite(value):
        return value
    problem = "missing" if not item.text.strip() else "not_number" if value is None else "not_finite"
    place = "list" if item.heading is None else "table"
    column = item.column if item.heading is None else item.heading
    raise ExperimentError(
        "series", item.text.strip(), f"series.{problem}.{place}", item=item.item, line=item.line, column=column
    )


def has_decimal_comma(text: str) -> bool:
    """Return whether commas between digits are decimal commas: so it is where semicolons or tabs part the numbers.

    Raises
    ------
    ExperimentError
        If a comma could as well stand between two numbers (``1,5 2,5``) or between thousands (``1,234.5 2,345.6``).
    """
    items = [item.strip(",") for item in _BETWEEN.split(text) if item.strip(",")]
    with_comma = [item for item in items if "," in item]
    if not with_comma or len(items) < 2:
        return False
    single = all(_ONE_COMMA.fullmatch(item) for item in with_comma)
    if single and (";" in text or "\t" in text) and not _LOOSE_COMMA.search(text):
        return True
    loose = _LOOSE_COMMA.search(text) is not None and len(with_comma) < len(items)
    thousands = next((item for item in with_comma if _THOUSANDS.fullmatch(item)), None)
    if thousands or (single and not loose and "." not in text):
        raise ExperimentError("series", thousands or with_comma[0], "series.ambiguous")
    return False
