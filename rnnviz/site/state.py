"""What the controls hold, and the nearest experiment that can be run.

A control's key is the name of the experiment's field it sets, which is also its name in the link. Texts and numbers
are kept as they were typed, however wrong; everything else is put right before a widget sees it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from rnnviz.checks import shorten
from rnnviz.experiment import INPUTS, NETWORKS, TASKS, Experiment, ExperimentError, parse_field
from rnnviz.site import limits
from rnnviz.site.typed import read_series, read_text
from rnnviz.tasks.generators import GENERATORS
from rnnviz.words import say

KIND: Final = "input"
"""The key of the control that says which of `INPUTS` the network reads."""

OF_NETWORK: Final = (
    "cell",
    "hidden_size",
    "num_layers",
    "bidirectional",
    "nonlinearity",
    "init",
    "gain",
    "forget_bias",
)
ALWAYS: Final = ("seed", "loss", "truncate", "clip")
OF_INPUT: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text", "tokens"),
    "series": ("series",),
    "task": ("task", "length"),
    "network": ("network", "length"),
}
TYPED: Final = {"text": read_text, "series": read_series}
"""Fields that may hold anything: they are read anew at every run, and what was typed stays."""

FIRST: Final[Mapping[str, Any]] = {
    "text": "hello world",
    "series": "1, 2, 3, 4, 3, 2, 1, 2, 3, 4",
    "task": TASKS[0],
    "network": NETWORKS[0],
    "length": 24,
}
"""What a control shows before it was ever used."""


@dataclass(frozen=True)
class Settled:
    """An experiment that can be run, and one sentence for each thing that had to be put right."""

    experiment: Experiment
    sentences: tuple[str, ...]


def fields(*also: str) -> frozenset[str]:
    """Return the fields that the common controls set, and those of a page's own."""
    return frozenset((*OF_NETWORK, *ALWAYS, *(name for part in OF_INPUT.values() for name in part), *also))


def put(experiment: Experiment) -> None:
    """Let the controls show ``experiment``."""
    set_ = {name: value for name, value in _values(experiment).items() if value is not None or name not in FIRST}
    shown = {**FIRST, **set_}
    st.session_state.update({**shown, KIND: kind_of(experiment)})


def take(values: Mapping[str, Any] | None, first: Experiment) -> None:
    """Let the controls show what a link sets; one that sets nothing opens the page as it opens by itself."""
    if values or KIND not in st.session_state:
        put(Experiment() if values else first)
    for name, value in (values or {}).items():
        st.session_state[name] = value
        if name in INPUTS:
            st.session_state[KIND] = name


def kind_of(experiment: Experiment) -> str:
    """Return which of `INPUTS` an experiment reads."""
    return next(name for name in INPUTS if getattr(experiment, name) is not None)


def written(numbers: tuple[float, ...]) -> str:
    """Return numbers as a person would type them."""
    return ", ".join(f"{number:.15g}" for number in numbers)


def wanted(also: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what the controls ask for, as it stands, of the fields that have a part in it."""
    state, kind = st.session_state, st.session_state[KIND]
    own = () if kind == "network" else OF_NETWORK
    return {name: state.get(name) for name in (*own, *ALWAYS, *OF_INPUT[kind], *also) if name in state}


def settle(values: Mapping[str, Any], last: Experiment, lang: str) -> Settled:
    """Return the experiment nearest to ``values``; where a value has no nearest, that of ``last`` is taken."""
    good: dict[str, Any] = {}
    sentences: list[str] = []
    for name, value in values.items():
        try:
            good[name] = admit(name, value, values)
        except ExperimentError as error:
            good[name] = nearest(name, error, last, values)
            sentences.append(sentence(error, good[name], lang))
    try:
        return Settled(Experiment(**good), tuple(sentences))
    except ExperimentError as error:  # fields that are well each, and do not go together: a hold of a gate that is gone
        good[error.field] = getattr(Experiment(), error.field)
        return Settled(Experiment(**good), (*sentences, sentence(error, good[error.field], lang)))


def admit(name: str, value: Any, values: Mapping[str, Any]) -> Any:
    """Return the value of one field as an experiment on this site may have it.

    Raises
    ------
    ExperimentError
        If it cannot be read, or lies beyond the site's limits.
    """
    if name in TYPED:
        return TYPED[name](value, values)
    if name == "hold" or (value is None and getattr(Experiment(), name) is None):
        return value
    checked = parse_field(name, value)
    if name in limits.RANGES and checked is not None:
        least, most = range_of(name, values)
        if not least <= checked <= most:
            raise ExperimentError(name, value, "limit.range", least=f"{least:g}", most=f"{most:g}")
    return checked


def range_of(name: str, values: Mapping[str, Any]) -> limits.Range:
    """Return the limits of a number, which for the length may be those of what was measured."""
    least, most = limits.RANGES[name]
    longest = GENERATORS[values["task"]].longest if name == "length" and values.get("task") in GENERATORS else None
    return limits.Range(least, min(most, longest - 1) if longest else most)


def nearest(name: str, error: ExperimentError, last: Experiment, values: Mapping[str, Any]) -> Any:
    """Return the allowed value nearest to the one that was refused."""
    fallback = getattr(last, name)
    if name in TYPED and fallback is None:
        fallback = TYPED[name](FIRST[name], {})
    if name in TYPED:
        return error.values.get("used", fallback)
    if fallback is None:
        fallback = FIRST.get(name)
    if name in limits.RANGES:
        least, most = range_of(name, values)
        number = _number(error.value, fallback)
        near = None if number is None else min(max(number, least), most)
        return near if near is None else int(near) if name in limits.WHOLE else float(near)
    choices = str(error.values["choices"]).split(", ") if "choices" in error.values and name != "hold" else []
    close = difflib.get_close_matches(str(error.value)[:40].lower(), choices, n=1)
    return close[0] if close else fallback


def sentence(error: ExperimentError, used: Any, lang: str, *, link: bool = False) -> str:
    """Return what was wrong with a field, its limit, and what is used instead, as one sentence."""
    label = say(f"control.{error.field}", lang)
    field = say("notice.parameter", lang, label=label, name=error.field) if link else label
    problem = say(error.key, lang, **{**error.values, "field": field})
    if "used" in error.values:  # the message says itself what is used
        return problem
    return say("notice.used", lang, problem=problem.rstrip("."), used=_shown(used, lang))


def _shown(value: Any, lang: str) -> str:
    if value is None or value == ():
        return say("notice.nothing", lang)
    if isinstance(value, bool):
        return say("control.on" if value else "control.off", lang)
    if isinstance(value, tuple):
        return shorten(written(value)) if isinstance(value[0], float) else ",".join(map(str, value))
    return (
        f"{value:g}"
        if isinstance(value, float) and math.isfinite(value)
        else str(value)
        if isinstance(value, int)
        else shorten(value)
    )


def _number(value: Any, fallback: float | None) -> float | None:
    """Return what a value comes to as a number, infinity included, or ``fallback`` if it is none."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return fallback
    except OverflowError:  # a whole number beyond all floats
        return math.inf if value > 0 else -math.inf
    return fallback if math.isnan(number) else number


def _values(experiment: Experiment) -> dict[str, Any]:
    names = (*OF_NETWORK, *ALWAYS, "text", "tokens", "task", "network", "length", "hold")
    series = {} if experiment.series is None else {"series": written(experiment.series)}
    return {name: getattr(experiment, name) for name in names} | series
