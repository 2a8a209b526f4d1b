"""The nearest experiment that can be run here: what fits is taken, what does not is put right, and said."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from rnnviz.checks import shorten
from rnnviz.experiment import DEFAULT_LENGTH, NETWORKS, TASKS, Experiment, ExperimentError, parse_field
from rnnviz.site import limits
from rnnviz.site.typed import numbers_read, read_series, read_target, read_task, read_text
from rnnviz.tasks import inputs
from rnnviz.tasks.generators import GENERATORS
from rnnviz.words import say

UNSAID: Final = {"text": "notice.random", "target": "notice.taught"}
"""What stands in the place of a field that a ready-made network cannot read or write."""
TYPED: Final = {"text": read_text, "series": read_series, "target": read_target}
"""Fields that may hold anything: they are read anew at every run, and what was typed stays."""

INSTEAD: Final[Mapping[str, Any]] = {
    "series": (1.0, 2.0, 3.0, 4.0),
    "task": TASKS[0],
    "network": NETWORKS[0],
    "length": DEFAULT_LENGTH,
}
"""What is used where a value has no nearest and there was none before."""

TOGETHER: Final[Mapping[tuple[str, str], Any]] = {
    ("error.feed_forward", "cell"): "rnn",
    ("error.two_directions_state", "context"): "transform",
    ("error.two_directions_dot", "attention"): "additive",
}
"""By message and field: what is used of a value that is well by itself, and does not go with the others; else, what an
experiment has where it does not say."""


@dataclass(frozen=True)
class Settled:
    """An experiment that can be run, and one sentence for each thing that had to be put right."""

    experiment: Experiment
    sentences: tuple[str, ...]


def settle(values: Mapping[str, Any], last: Experiment, lang: str) -> Settled:
    """Return the experiment nearest to ``values``; where a value has no nearest, that of ``last`` is taken."""
    return _settle(tuple(values.items()), last, lang)


@lru_cache(maxsize=8)
def _settle(asked: tuple[tuple[str, Any], ...], last: Experiment, lang: str) -> Settled:
    """Return what is settled on, which a page may ask twice in one run."""
    values = dict(asked)
    good: dict[str, Any] = {}
    sentences: dict[str, str] = {}  # by field: what is put right once more is not what was said of it before
    for name, value in values.items():
        try:
            good[name] = admit(name, value, values)
        except ExperimentError as error:
            good[name] = nearest(name, error, last, values)
            sentences[name] = sentence(error, good[name], lang, network="network" in values)
    mended: set[str] = set()
    while True:
        try:
            return Settled(_writable(Experiment(**good)), tuple(sentences.values()))
        except ExperimentError as error:  # well each, but not together: a hold of a gate that is gone
            if error.field in mended:
                raise
            mended.add(error.field)
            usual = None if error.field in TYPED else getattr(Experiment(), error.field)
            good[error.field] = TOGETHER.get((error.key, error.field), usual)
            sentences[error.field] = sentence(error, good[error.field], lang, network="network" in values)


def _writable(experiment: Experiment) -> Experiment:
    """Return an experiment, if its network can read and write what it should: a ready-made one has rules of its own."""
    if experiment.target is not None or (experiment.network and experiment.text is not None):
        inputs(experiment)
    return experiment


def admit(name: str, value: Any, values: Mapping[str, Any]) -> Any:
    """Return the value of one field as an experiment on this site may have it.

    Raises
    ------
    ExperimentError
        If it cannot be read, or lies beyond the site's limits.
    """
    if name in TYPED:
        return TYPED[name](value, values)
    value = limits.whole(value) if name in limits.WHOLE else value
    if value is None and name in limits.RANGES and (name == "length" or getattr(Experiment(), name) is not None):
        raise _beyond(name, value, values, "limit.empty")
    if name == "hold" or (value is None and getattr(Experiment(), name) is None):
        return value
    if name in limits.RANGES:
        return _ranged(name, value, values)
    checked = parse_field(name, value)
    return read_task(checked) if name == "task" and checked is not None else checked


def _ranged(name: str, value: Any, values: Mapping[str, Any]) -> Any:
    """Return a number within its limits; whatever is wrong with another, both its limits are named."""
    try:
        checked = parse_field(name, value)
        if checked is None:  # an optional number, left empty
            return None
    except ExperimentError:
        checked = math.nan
    least, most = range_of(name, values)
    if not least <= checked <= most:
        raise _beyond(name, value, values, "limit.whole" if name in limits.WHOLE else "limit.range")
    return checked


def _beyond(name: str, value: Any, values: Mapping[str, Any], key: str) -> ExperimentError:
    least, most = range_of(name, values)
    return ExperimentError(name, value, key, least=f"{least:g}", most=f"{most:g}")


def range_of(name: str, values: Mapping[str, Any]) -> limits.Range:
    """Return the limits of a number, which for the length may be those of what was measured."""
    least, most = limits.RANGES[name]
    if name != "length":
        return limits.RANGES[name]
    generator = GENERATORS.get(str(values.get("task")).partition(":")[0])
    known = generator.longest - 1 if generator and generator.longest else most
    return limits.Range(least, min(most, known, numbers_read(values)))


def nearest(name: str, error: ExperimentError, last: Experiment, values: Mapping[str, Any]) -> Any:
    """Return the allowed value nearest to the one that was refused."""
    if "used" in error.values:
        return error.values["used"]
    if name == "text":
        return _last_text(last, values)
    before = getattr(last, name)
    fallback = INSTEAD.get(name) if before is None else before
    if name in limits.RANGES:
        return _in_range(name, error.value, fallback, values)
    generator = str(values[name]).partition(":")[0]
    if name == "task" and generator in GENERATORS:  # only a setting was wrong
        return generator
    choices = str(error.values["choices"]).split(", ") if "choices" in error.values and name != "hold" else []
    close = difflib.get_close_matches(str(error.value)[:40].lower(), choices, n=1)
    return close[0] if close else fallback


def sentence(error: ExperimentError, used: Any, lang: str, *, link: bool = False, network: bool = False) -> str:
    """Return what was wrong with a field, its limit, and what is used instead, as one sentence.

    The text that a ready-made ``network`` reads has a field with a name of its own.
    """
    label = say("control.network_text" if network and error.field == "text" else f"control.{error.field}", lang)
    field = say("notice.parameter", lang, label=label, name=error.field) if link else label
    problem = say(error.key, lang, **{**error.values, "field": field})
    if "used" in error.values:  # the message says itself what is used
        return problem
    shown = say(UNSAID[error.field], lang) if used is None and error.field in UNSAID else _shown(used, lang)
    return say("notice.used", lang, problem=problem.rstrip("."), used=shown)


def written(numbers: tuple[float, ...]) -> str:
    """Return numbers as a person would type them."""
    return ", ".join(f"{number:.15g}" for number in numbers)


def _last_text(last: Experiment, values: Mapping[str, Any]) -> str | None:
    """Return the text that was run last, if the same network read it; None is a random input."""
    if last.text is not None and last.network == values.get("network"):
        return last.text
    return None if values.get("network") else Experiment().text


def _in_range(name: str, value: Any, fallback: float | None, values: Mapping[str, Any]) -> float | None:
    least, most = range_of(name, values)
    number = _number(value, fallback)
    if number is None:
        return None
    near = min(max(number, least), most)
    return int(near) if name in limits.WHOLE else float(near)


def _number(value: Any, fallback: float | None) -> float | None:
    """Return what a value comes to as a number, infinity included, or ``fallback`` if it is none."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return fallback
    except OverflowError:  # a whole number beyond all floats
        return math.inf if value > 0 else -math.inf
    return fallback if math.isnan(number) else number


def _shown(value: Any, lang: str) -> str:
    if value is None or value == ():
        return say("notice.nothing", lang)
    if isinstance(value, bool):
        return say("control.on" if value else "control.off", lang)
    if isinstance(value, tuple):
        return shorten(written(value)) if isinstance(value[0], float) else ",".join(map(str, value))
    return shorten(value) if isinstance(value, str) else f"{value:g}"
