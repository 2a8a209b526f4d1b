"""Date: write a day, given in one of several forms, as year, month and day (ISO 8601)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

import regex

from rnnviz.experiment import ExperimentError
from rnnviz.tasks.problems.parted import PARTED, Parted
from rnnviz.tasks.problems.problem import Problem

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
FIRST: Final = datetime.date(2000, 1, 1)
DAYS: Final = (datetime.date(2100, 1, 1) - FIRST).days
ALPHABET: Final = tuple(sorted({*"0123456789 ,.", *"".join(MONTHS)}))
FORMS: Final = (
    regex.compile(r"(?P<day>[0-9]{1,2}) (?P<name>[A-Za-z]+) (?P<year>[0-9]{4})"),
    regex.compile(r"(?P<name>[A-Za-z]+) (?P<day>[0-9]{1,2}), (?P<year>[0-9]{4})"),
    regex.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{2}|[0-9]{4})"),
)


def written(day: datetime.date, form: int) -> str:
    """Return a day as people write it: 3 May 2021, May 3, 2021 or 03.05.21."""
    number, month = form % len(FORMS), MONTHS[day.month - 1]
    if number == 2:
        return f"{day.day:02}.{day.month:02}.{day.year % 100:02}"
    return f"{day.day} {month} {day.year}" if number == 0 else f"{month} {day.day}, {day.year}"


@dataclass(frozen=True)
class Date(Parted):
    """The days of the years 2000 to 2099, each in three forms; its eight digits and two dashes. One day in one part."""

    @property
    def alphabet(self) -> tuple[str, ...]:
        """Digits, the letters of the months' names, and what stands between them."""
        return ALPHABET

    @property
    def written(self) -> tuple[str, ...]:
        """Digits and the dash."""
        return tuple("-0123456789")

    @property
    def count(self) -> int:
        """The days of a century."""
        return DAYS

    @property
    def sizes(self) -> tuple[int, int]:
        """The longest form, September 30, 2021, and ten symbols with END."""
        return len("September 30, 2021"), len("2021-09-30") + 1

    def source(self, number: int, form: int) -> str:
        """Return a day in one of its forms."""
        return written(FIRST + datetime.timedelta(days=number), form)

    def wanted(self, number: int) -> str:
        """Return a day as year, month and day."""
        return (FIRST + datetime.timedelta(days=number)).isoformat()

    def answer(self, source: str) -> str:
        """Return a day as year, month and day; a year of two digits is one of 2000 to 2099.

        Raises
        ------
        ExperimentError
            If it is written in no known form, or there is no such day.
        """
        found = next((match for form in FORMS if (match := form.fullmatch(source))), None)
        day = _day(found.groupdict()) if found else None
        if day is None:
            raise ExperimentError("text", source, "problem.date_form")
        return day.isoformat()


def _day(parts: dict[str, str]) -> datetime.date | None:
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    try:
        month = MONTHS.index(parts["name"]) + 1 if "name" in parts else int(parts["month"])
        return datetime.date(year, month, int(parts["day"]))
    except ValueError:
        return None


DATE: Final = Problem(name="date", posed=Date, settings=PARTED)
