"""The engines: an experiment, its inputs and its weights in, a `Trace` out. One contract, a registry by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Final

from rnnviz.checks import ExperimentError
from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.trace import Array, Trace

Engine = Callable[[Experiment, Inputs, Mapping[str, Array]], Trace]

ENGINES: Final[Mapping[str, str]] = {"numpy": "rnnviz.engines.numpy_engine", "torch": "rnnviz.engines.torch_engine"}
"""Module of each engine, imported when it is first asked for: torch takes seconds."""

DTYPES: Final[Mapping[str, tuple[str, ...]]] = {"numpy": ("float64",), "torch": ("float64", "float32")}
"""What each engine computes in, its own choice first."""


def engine_named(name: str, dtype: str = "float64") -> Engine:
    """Return the engine of that name, to compute in ``dtype``.

    Raises
    ------
    ExperimentError
        If there is none, or not in that; the sentence names what exists.
    """
    if not isinstance(name, str) or name not in ENGINES:
        raise ExperimentError("engine", name, "error.engine", choices=", ".join(ENGINES))
    if not isinstance(dtype, str) or dtype not in DTYPES[name]:
        raise ExperimentError("dtype", dtype, "error.dtype", engine=name, choices=", ".join(DTYPES[name]))
    module = import_module(ENGINES[name])
    engine: Engine = module.trace if dtype == DTYPES[name][0] else partial(module.trace, dtype=dtype)
    return engine
