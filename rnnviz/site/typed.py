"""Texts and numbers as people type them, cut to what the site draws."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rnnviz.experiment import NETWORKS, ExperimentError
from rnnviz.networks.handmade import handmade
from rnnviz.site import limits
from rnnviz.tasks.generators import parse_task
from rnnviz.tasks.series import parse_series
from rnnviz.tasks.symbols import symbols


def read_text(value: Any, values: Mapping[str, Any]) -> str:
    """Return the text to run, of a hand-built network the text that it can read.

    Raises
    ------
    ExperimentError
        If it has no symbol, one that a hand-built network does not know, or more than the site steps through; then its
        ``used`` is the beginning that fits.
    """
    text = value if isinstance(value, str) else ""
    if not text:
        raise ExperimentError("text", text, "error.text")
    network = values.get("network") if values.get("network") in NETWORKS else None
    tokens = "words" if values.get("tokens") == "words" else "characters"
    begin, count = _begin(text, tokens, network)
    if count > limits.STEPS:
        raise ExperimentError("text", text, "limit.text", count=f"{count:,}", most=f"{limits.STEPS:,}", used=begin)
    return text


def read_task(task: str) -> str:
    """Return a generator with its settings.

    Raises
    ------
    ExperimentError
        If it has no such setting, or one lies beyond the site's limits; then its ``used`` is the nearest.
    """
    generator, settings = parse_task(task)
    for name, (least, most) in limits.SETTINGS.items():
        if name in settings and not least <= settings[name] <= most:
            kept = [part for part in task.split(":") if not part.startswith(f"{name}=")]
            used = ":".join([*kept, f"{name}={min(max(settings[name], least), most):g}"])
            bounds = {"least": f"{least:g}", "most": f"{most:g}"}
            raise ExperimentError("task", f"{settings[name]:g}", "limit.setting", parameter=name, used=used, **bounds)
    return task


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
def _begin(text: str, tokens: str, network: str | None) -> tuple[str, int]:
    """Return the beginning of a text that has at most as many symbols as are drawn, and how many there are in all."""
    spaced = handmade(network).spaced if network else tokens == "words"
    found = handmade(network).inputs_from_text(text).labels if network else symbols(text, tokens)
    return (" " if spaced else "").join(found[: limits.STEPS]), len(found)


@lru_cache(maxsize=8)
def _numbers(text: str) -> tuple[float, ...]:
    return parse_series(text)
