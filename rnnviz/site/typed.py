"""Texts and numbers as people type them, cut to what the site draws."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from rnnviz.checks import finite
from rnnviz.experiment import NETWORKS, Experiment, ExperimentError
from rnnviz.run import resolve
from rnnviz.site import limits
from rnnviz.tasks.generators import parse_task
from rnnviz.tasks.learnt import split, takes_length
from rnnviz.tasks.series import parse_series
from rnnviz.tasks.shaping import FEWEST
from rnnviz.tasks.symbols import symbols


def read_text(value: Any, values: Mapping[str, Any]) -> str:
    """Return the text to run, of a ready-made network the text that it can read.

    Raises
    ------
    ExperimentError
        If it has no symbol, one that a ready-made network does not know, or more than the site steps through; then its
        ``used`` is the beginning that fits.
    """
    text = value if isinstance(value, str) else ""
    if not text:
        raise ExperimentError("text", text, "error.text")
    network = values.get("network") if values.get("network") in NETWORKS else None
    shape, most = shape_read(values), symbols_read(values)
    begin, count = _begin(text, _tokens(values), network, most)
    if count > most:
        key = {"encoder_decoder": "limit.source", "one_to_one": "limit.at_once"}.get(shape, "limit.text")
        raise ExperimentError("text", text, key, count=f"{count:,}", most=f"{most:,}", used=begin)
    return text


def read_target(value: Any, values: Mapping[str, Any]) -> str | None:
    """Return what a decoder should write; None if nothing was typed.

    Raises
    ------
    ExperimentError
        If it has more symbols than the site lets a decoder write; then its ``used`` is the beginning that fits.
    """
    text = value if isinstance(value, str) else ""
    if not text or (_tokens(values) == "words" and not text.strip()):
        return None
    begin, count = _begin(text, _tokens(values), None, limits.TARGET)
    if count > limits.TARGET:
        most = f"{limits.TARGET:,}"
        raise ExperimentError("target", text, "limit.target", count=f"{count:,}", most=most, used=begin)
    return text


def shape_read(values: Mapping[str, Any]) -> str:
    """Return the shape of a network by what is asked of it; a ready-made one decides it."""
    network, asked = values.get("network"), str(values.get("shape") or "many_to_many")
    if network in NETWORKS:
        return shape_of(network, asked == "many_to_one")
    return asked


def symbols_read(values: Mapping[str, Any]) -> int:
    """Return how many symbols a network of this shape reads at most here."""
    return {"encoder_decoder": limits.SOURCE, "one_to_one": limits.AT_ONCE}.get(shape_read(values), limits.STEPS)


def numbers_read(values: Mapping[str, Any]) -> int:
    """Return how many numbers one reads at most here: an encoder and decoder share a series, half and half."""
    if shape_read(values) != "encoder_decoder":
        return limits.STEPS
    return limits.SOURCE if values.get("network") else limits.SOURCE + limits.TARGET


def length_read(values: Mapping[str, Any]) -> bool:
    """Return whether what is read has as many steps as are asked for, and no length of its own."""
    network = values.get("network")
    if network is None:
        return values.get("task") is not None
    return values.get("text") is None and (network not in NETWORKS or takes_length(network))


def _tokens(values: Mapping[str, Any]) -> str:
    return "words" if values.get("tokens") == "words" else "characters"


@cache
def shape_of(network: str, once: bool = False) -> str:
    """Return the shape of a ready-made network; one that may be asked ``once``, at the end, is many to one."""
    own = Experiment(network=network)
    try:
        return resolve(own.replace(shape="many_to_one") if once else own).shape
    except ExperimentError:
        return resolve(own).shape


def read_task(task: str) -> str:
    """Return a generator with its settings.

    Raises
    ------
    ExperimentError
        If it has no such setting, or one lies beyond the site's limits; then its ``used`` is the nearest.
    """
    try:
        _, settings = parse_task(task)
    except ExperimentError as error:
        name = str(error.values.get("parameter"))
        raise _beyond(task, name, error.value) if name in limits.SETTINGS else error from None
    for name, (least, most) in limits.SETTINGS.items():
        if name in settings and not least <= settings[name] <= most:
            raise _beyond(task, name, f"{settings[name]:g}")
    return task


def _beyond(task: str, name: str, value: Any) -> ExperimentError:
    """Return what is wrong with one number of a generator, and the generator with the nearest, or without it."""
    least, most = limits.SETTINGS[name]
    number = finite(value)
    near = [] if number is None else [f"{name}={min(max(number, least), most):g}"]
    used = ":".join([*(part for part in task.split(":") if not part.startswith(f"{name}=")), *near])
    try:
        used = read_task(used)
    except ExperimentError as another:  # of several that are wrong the first is told, and all are put right
        used = str(another.values.get("used", task.partition(":")[0]))
    bounds = {"least": f"{least:g}", "most": f"{most:g}"}
    return ExperimentError("task", value, "limit.setting", parameter=name, used=used, **bounds)


def read_series(value: Any, values: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the numbers to run.

    Raises
    ------
    ExperimentError
        If they cannot be read, or are more than the site steps through; then its ``used`` are the first ones.
    """
    numbers = _numbers(value if isinstance(value, str) else "")
    count, most = len(numbers), numbers_read(values)
    if count > most:
        key = "limit.halves" if most < limits.STEPS else "limit.series"
        raise ExperimentError("series", value, key, count=f"{count:,}", most=f"{most:,}", used=numbers[:most])
    if shape_read(values) == "encoder_decoder" and count <= FEWEST:
        raise ExperimentError("series", value, "shaping.halves", count=count - 1, least=FEWEST)
    return numbers


@lru_cache(maxsize=8)
def _begin(text: str, tokens: str, network: str | None, most: int) -> tuple[str, int]:
    """Return the beginning of a text that has at most as many symbols as are drawn, and how many there are in all."""
    found, between = split(network, text) if network else (symbols(text, tokens), " " if tokens == "words" else "")
    return between.join(found[:most]), len(found)


@lru_cache(maxsize=8)
def _numbers(text: str) -> tuple[float, ...]:
    return parse_series(text)
