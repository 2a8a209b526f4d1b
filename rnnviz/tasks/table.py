"""A pasted table: finding its one column of numbers."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnnviz.experiment import ExperimentError
from rnnviz.tasks.numerals import Item, value_of


@dataclass(frozen=True)
class Table:
    """Rows of equally many fields, with the line each stood on; ``headings`` where there is a header.

    Attributes
    ----------
    rows : list of (line, fields)
    headings : list of str or None
    decimal_comma : bool
        Whether a comma inside a field is a decimal comma: so it is where commas do not part the fields.
    """

    rows: list[tuple[int, list[str]]]
    headings: list[str] | None
    decimal_comma: bool

    def column(self) -> list[Item]:
        """Return the items of the one column that is taken for the series.

        That is the first column that is mostly numbers and does not just step evenly, as line numbers and years do;
        if all of those step evenly, the last of them.
        """
        values = [[value_of(fields[k], self.decimal_comma) for _, fields in self.rows] for k in range(self.width)]
        numeric = [k for k, column in enumerate(values) if 2 * sum(v is not None for v in column) > len(column)]
        chosen = next((k for k in numeric if not _steps_evenly(values[k])), numeric[-1] if numeric else self.width - 1)
        heading = self.headings[chosen] if self.headings and self.headings[chosen] else str(chosen + 1)
        return [
            Item(fields[chosen], item, line, chosen + 1, heading)
            for item, (line, fields) in enumerate(self.rows, start=1)
        ]

    @property
    def width(self) -> int:
        """How many fields a row has."""
        return len(self.rows[0][1])


def read_table(text: str) -> Table | None:
    """Read a text as a table; None if it is not one but a list of numbers.

    It is one if it has a header (a first line without a number, over lines with some) or a column in which no number
    stands. Fields are parted by semicolons, else tabs, else commas (with quotes, as in CSV), else spaces.

    Raises
    ------
    ExperimentError
        If a line has another number of fields than the header.
    """
    delimiter = next((mark for mark in ";\t," if mark in text), None)
    rows = _rows(text, delimiter)
    decimal_comma = delimiter in (";", "\t")

    def numeric(field: str) -> bool:
        return value_of(field, decimal_comma) is not None

    if len(rows) < 2 or not any(numeric(field) for _, fields in rows[1:] for field in fields):
        return None
    first = rows[0][1]
    headings = None if any(map(numeric, first)) else [field.strip() for field in first]
    body = rows[1:] if headings else rows
    if delimiter and headings and len(headings) > 1:
        body = [(line, _fitted(fields, len(headings), line)) for line, fields in body]
    if len({len(fields) for _, fields in ((0, headings or body[0][1]), *body)}) > 1:
        return None
    has_words = any(not any(map(numeric, column)) for column in zip(*(fields for _, fields in body), strict=True))
    return Table(body, headings, decimal_comma) if headings or has_words else None


def _rows(text: str, delimiter: str | None) -> list[tuple[int, list[str]]]:
    lines = text.split("\n")
    if delimiter is None:
        rows = [(number, line.split()) for number, line in enumerate(lines, start=1)]
    else:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        try:
            rows = [(reader.line_num, fields) for fields in reader]
        except csv.Error:
            return []
    return [(line, fields) for line, fields in rows if any(field.strip() for field in fields)]


def _fitted(fields: list[str], width: int, line: int) -> list[str]:
    # A missing last field is an empty one; a surplus one may be half of a number with a decimal comma.
    if len(fields) > width and any(field.strip() for field in fields[width:]):
        raise ExperimentError("series", ", ".join(fields), "series.ragged", line=line, count=len(fields), width=width)
    return (fields + [""] * width)[:width]


def _steps_evenly(values: Sequence[float | None]) -> bool:
    numbers = [value for value in values if value is not None]
    if len(numbers) < len(values) or not all(map(math.isfinite, numbers)):
        return False
    steps = {b - a for a, b in zip(numbers, numbers[1:], strict=False)}
    return len(steps) == 1 and steps != {0.0}
