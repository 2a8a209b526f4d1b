"""Texts and numbers as people type them, cut to what the site draws."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rnnviz.experiment import ExperimentError
from rnnviz.site import limits
from rnnviz.tasks.series import parse_series
from rnnviz.tasks.symbols import symbols


def read_text(value: Any, values: Mapping[str, Any]) -> str:
    """Return the text to run.

    Raises
    ------
    ExperimentError
        If it has no symbol, or more than the site steps through; then its ``used`` is the beginning that fits.
    """
    text = value if isinstance(value, str) else ""
    if not text:
        raise ExperimentError("text", text, "error.text")
    tokens = "words" if values.get("tokens") == "words" else "characters"
    begin, count = _begin(text, tokens)
    if count > limits.STEPS:
        raise ExperimentError("text", text, "limit.text", count=f"{count:,}", most=f"{limits.STEPS:,}", used=begin)
    return text


def read_series(value: Any, values: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the numbers to run.

    Raises
    ------
    ExperimentError
        If they cannot be read, or are more than the site steps through; then its ``used`` are the first ones.
    """
    numbers = _numbers(value if isinstance(value, str) else "")
    count = len(numbers)
    if count > limits.STEPS:
        first = numbers[: limits.STEPS]
        raise ExperimentError("series", value, "limit.series", count=f"{count:,}", most=f"{limits.STEPS:,}", used=first)
    return numbers


@lru_cache(maxsize=8)
def _begin(text: str, tokens: str) -> tuple[str, int]:
    """Return the beginning of a text that has at most as many symbols as are drawn, and how many there are in all."""
    found = symbols(text, tokens)
    glue = " " if tokens == "words" else ""
    return glue.join(found[: limits.STEPS]), len(found)


@lru_cache(maxsize=8)
def _numbers(text: str) -> tuple[float, ...]:
    return parse_series(text)
