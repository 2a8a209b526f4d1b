"""What fields and their values are called, and what is said of a value that cannot be."""

from __future__ import annotations

from typing import Any, Final

from rnnviz.checks import shorten
from rnnviz.experiment import ExperimentError
from rnnviz.inputs import readable
from rnnviz.site.limits import written
from rnnviz.words import catalogue, say

TYPED: Final = ("text", "series")
"""Settings of problems that a person writes."""
UNSET: Final = {name: f"training.unset.{name}" for name in ("clip", "truncate", "forget_bias")}
"""What becomes of numbers that may be left empty."""


def sentence(error: ExperimentError, used: Any, lang: str, *, link: bool = False) -> str:
    """Return what was wrong with a field, its limit, and what is used instead, as one sentence."""
    named = label(error.field, lang)
    field = say("notice.parameter", lang, label=named, name=error.field) if link else named
    problem = say(error.key, lang, **{**error.values, "field": field})
    if "used" in error.values:  # the message says itself what becomes of it
        return problem
    if used is None and error.field in UNSET:
        return say(UNSET[error.field], lang, problem=problem.rstrip("."))
    return say("notice.used", lang, problem=problem.rstrip("."), used=shown(error.field, used, lang))


def label(name: str, lang: str) -> str:
    """Return what a field is called beside its control."""
    for key in (f"training.control.{name}", f"problem.setting.{name}", f"control.{name}"):
        if key in catalogue(lang):
            return say(key, lang)
    return shorten(name)


def shown(name: str, value: Any, lang: str) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return say("notice.nothing", lang)
    if isinstance(value, bool):
        return say("control.on" if value else "control.off", lang)
    if isinstance(value, tuple):
        return shorten(", ".join(map(readable, value[:12])))
    if isinstance(value, str):
        return shorten(value) if name in TYPED else value
    return written(value) if isinstance(value, float) else f"{value:,}"
