"""Runs, kept for the next visitor who asks for the same."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.run import resolve, run
from rnnviz.stage.payload import payload
from rnnviz.stage.source import source_of
from rnnviz.trace import Trace

SMALL = 10_000
"""Steps times (units and symbols) up to which a run is small: 1 MB at most, and as much again as a payload."""


def traced(experiment: Experiment, engine: str = "numpy") -> Trace:
    """Return the trace of an experiment: the same object for the same experiment, as long as it is kept.

    Many small runs are kept, and few large ones: the largest that the site allows takes 80 MB.
    """
    read = experiment.text or experiment.series or ()
    sized = resolve(experiment)
    width = sized.hidden_size * sized.num_layers * sized.directions + len(set(read))
    steps = len(read) or experiment.length or 0
    if sized.translates:  # it may write twice as much as it reads, and look at all of that at each step
        width, steps = width + steps, 3 * steps + 10
    return _small(experiment, engine) if steps * width <= SMALL else _large(experiment, engine)


_HASH: dict[str | type[Any], Any] = {Experiment: Experiment.to_json}


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=_HASH)
def _small(experiment: Experiment, engine: str) -> Trace:
    return run(experiment, engine)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=_HASH)
def _large(experiment: Experiment, engine: str) -> Trace:
    return run(experiment, engine)


def kind_of_step(trace: Trace) -> str:
    """Return what one step of a run reads: "character", "word", "symbol" (of a ready-made network) or "number"."""
    if trace.alphabet is None:
        return "number"
    if trace.experiment.network:
        return "symbol"
    return "word" if trace.experiment.tokens == "words" else "character"


def packed(
    trace: Trace,
    views: Sequence[Mapping[str, Any]],
    baseline: Trace | None,
    *,
    page: str,
    start: int,
    size: str,
    lang: str,
) -> dict[str, Any]:
    """Return the payload of a stage (see `rnnviz.stage.payload.payload`); not to be changed by whoever gets it."""
    small = trace.steps * (trace.inputs.shape[1] + sum(layer.h.shape[1] for layer in trace.layers.values())) <= SMALL
    pack = _packed if small else _packed.__wrapped__
    return pack(trace, json.dumps(list(views)), baseline, page, start, size, lang)


@lru_cache(maxsize=64)
def _packed(
    trace: Trace, views: str, baseline: Trace | None, page: str, start: int, size: str, lang: str
) -> dict[str, Any]:
    experiment = trace.experiment
    source = source_of(experiment.cell, experiment.nonlinearity)
    return payload(
        trace, page=page, views=json.loads(views), start=start, size=size, baseline=baseline, source=source, lang=lang
    )
