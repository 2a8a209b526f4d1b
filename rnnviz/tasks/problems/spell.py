"""Spell: write a number in English words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rnnviz.experiment import ExperimentError
from rnnviz.tasks.problems.parted import PARTED, Parted
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.settings import Setting

ONES: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
LIMIT: Final = 999_999
"""The largest number that needs no word for millions."""
WRITTEN: Final = tuple(sorted({*" ".join((*ONES, *TENS, "hundred", "thousand"))}))


def spelled(number: int) -> str:
    """Return a number from 0 to `LIMIT` in words: 4096 is "four thousand ninety six"."""
    for size, word in ((1000, "thousand"), (100, "hundred")):
        if number >= size:
            whole, rest = divmod(number, size)
            return f"{spelled(whole)} {word}" + (f" {spelled(rest)}" if rest else "")
    if number < len(ONES):
        return ONES[number]
    tens, rest = divmod(number, 10)
    return TENS[tens - 2] + (f" {ONES[rest]}" if rest else "")


@dataclass(frozen=True)
class Spell(Parted):
    """The whole numbers from 0 to ``most``, digit by digit, all with the same chance; their names, letter by letter."""

    most: int

    @property
    def alphabet(self) -> tuple[str, ...]:
        """The digits."""
        return tuple("0123456789")

    @property
    def written(self) -> tuple[str, ...]:
        """The letters of the numbers' names, and the blank between their words."""
        return WRITTEN

    @property
    def count(self) -> int:
        """0 is one of them."""
        return self.most + 1

    @cached_property
    def sizes(self) -> tuple[int, int]:
        """The digits of the largest number, and the letters of the longest name with END."""
        return len(str(self.most)), max(len(spelled(number)) for number in range(self.count)) + 1

    def source(self, number: int, form: int) -> str:
        """Return a number's digits."""
        return str(number)

    def wanted(self, number: int) -> str:
        """Return a number's name."""
        return spelled(number)

    def answer(self, source: str) -> str:
        """Return a number's name; zeros before it are not said.

        Raises
        ------
        ExperimentError
            If it is larger than `LIMIT`.
        """
        digits = source.lstrip("0")
        if len(digits) > len(str(LIMIT)):
            raise ExperimentError("text", source, "problem.largest", most=LIMIT)
        return spelled(int(digits or "0"))


SPELL: Final = Problem(name="spell", posed=Spell, settings=(Setting("most", 9999, 10, 9999), *PARTED))
