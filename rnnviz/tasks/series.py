"""Numbers typed or pasted: a list, a column of a spreadsheet, a CSV file with a header."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import regex

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Inputs, readable
from rnnviz.tasks.numerals import Item, checked_value, has_decimal_comma
from rnnviz.tasks.table import read_table

LARGEST: Final = 5.0
"""Numbers up to this size are fed to the network as they are: a tanh or a gate still tells them apart."""
SMALLEST: Final = 0.1
"""A series whose largest number is smaller than this, or whose spread is that small a part of it, is magnified."""

_MARKS: Final = str.maketrans(
    {"，": ",", "،": ",", "、": ",", "；": ";", "؛": ";", "٫": ".", "−": "-", "\ufeff": " ", "\x1f": " "}
)
_BRACKETS: Final = str.maketrans("[]", "  ")


@dataclass(frozen=True)
class Series:
    """What was read: the numbers, and the heading or number of the column they stood in, None for a plain list."""

    values: tuple[float, ...]
    column: str | None = None


def parse_series(text: str) -> tuple[float, ...]:
    """Return the numbers in a text; `read_series` says how they are found and what is refused."""
    return read_series(text).values


def read_series(text: str) -> Series:
    """Read numbers as people write them.

    - A list: numbers between commas, semicolons, spaces, tabs, new lines or several of these, with or without [ ].
    - A table: a header, or a column without numbers (dates), over lines of as many fields. Its first column of numbers
      is taken, unless that one steps evenly (line numbers, years) and another does not.
    - A comma between two digits is a decimal comma where semicolons or tabs stand between the numbers, and stands
      between numbers elsewhere. ``1,5 2,5`` could be either, and is refused.
    - Digits of any script, exponents, a true minus sign.

    Raises
    ------
    ExperimentError
        With ``field`` "series": an item is not a finite number (the sentence names item, line and column), a comma
        could be read two ways, or there are fewer than two numbers.
    """
    text = "\n".join(text.translate(_MARKS).splitlines())
    table = read_table(text)
    if table:
        items, decimal_comma = table.column(), table.decimal_comma
    else:
        text = text.translate(_BRACKETS)
        decimal_comma = has_decimal_comma(text)
        items = _items(text, r"[^\s;]+" if decimal_comma else r"[^\s;,]+")
    values = tuple(checked_value(item, decimal_comma) for item in items)
    if len(values) < 2:
        raise ExperimentError("series", text, "error.series_empty", count=len(values))
    return Series(values, items[0].heading)


def _items(text: str, pattern: str) -> list[Item]:
    found = [
        (match.group(), line, match.start() + 1)
        for line, row in enumerate(text.split("\n"), start=1)
        for match in regex.finditer(pattern, row)
    ]
    return [Item(numeral, item, line, column) for item, (numeral, line, column) in enumerate(found, start=1)]


def readable_scale(values: Sequence[float]) -> tuple[float, float]:
    """Return (offset, scale) such that (value − offset) / scale is neither drowned in a flat tanh nor invisible.

    The scale is a power of ten and the offset a multiple of it, so that the digits a person typed are the digits they
    see: 290.15 becomes 0.015 of (value − 290) / 10. Zero stays zero unless the numbers are far from it, compared to
    their spread. Numbers of an ordinary size stay as they are: (0, 1).
    """
    low, high = min(values), max(values)
    largest, spread = max(-low, high), high / 2 - low / 2  # halved, because the spread of ±1e308 is no float64
    if 0 < spread < largest * SMALLEST / 2:
        scale = _power_of_ten(2 * spread)
        return round((low / 2 + high / 2) / scale) * scale, scale
    if largest == 0 or SMALLEST <= largest <= LARGEST:
        return 0.0, 1.0
    return 0.0, _power_of_ten(largest)


def _power_of_ten(size: float) -> float:
    return float(f"1e{min(max(math.ceil(math.log10(size)), -307), 308)}")


def series_inputs(values: Sequence[float]) -> Inputs:
    """Return a series whose targets are the next numbers; the last step has none.

    Labels are the numbers as they were given; what the network reads is scaled by `readable_scale`, which `Inputs`
    states: the same map for the whole series, future included, since nothing is being forecast here but the picture's
    own numbers.
    """
    offset, scale = readable_scale(values)
    scaled = (np.asarray(values, dtype=np.float64) - offset) / scale
    return Inputs(
        kind="numbers",
        labels=tuple(map(readable, values)),
        alphabet=None,
        answers=None,
        inputs=scaled[:, None],
        targets=np.append(scaled[1:], np.nan)[:, None],
        offset=offset,
        scale=scale,
    )
