"""The engines: an experiment, its inputs and its weights in, a `Trace` out. One contract, a registry by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from rnnviz.checks import ExperimentError
from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.trace import Array, Trace

Engine = Callable[[Experiment, Inputs, Mapping[str, Array]], Trace]

ENGINES: Final[Mapping[str, str]] = {"numpy": "rnnviz.engines.numpy_engine"}
"""Module of each engine, imported when it is first asked for: some bring a large library along."""


def engine_named(name: str) -> Engine:
    """Return the engine of that name.

    Raises
    ------
    ExperimentError
        If there is none; the sentence names those that exist.
    """
    if not isinstance(name, str) or name not in ENGINES:
        raise ExperimentError("engine", name, "error.engine", choices=", ".join(ENGINES))
    engine: Engine = import_module(ENGINES[name]).trace
    return engine
