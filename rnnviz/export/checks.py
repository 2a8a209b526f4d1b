"""What `show` was given, checked: each answer one sentence that says what is wrong."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from rnnviz.checks import shorten
from rnnviz.experiment import ExperimentError
from rnnviz.export.stack import of_several_cells
from rnnviz.stage.views import ALONE, NAMES
from rnnviz.trace import Trace
from rnnviz.words import say

WAYS: Final = {
    "one_to_many": ("feed",),
    "many_to_one": ("readout",),
    "encoder_decoder": ("decoder", "context", "attention", "forcing", "beam"),
}
"""What there is to choose of a shape, and has to be alike on one stage."""


def runs(given: Any) -> tuple[Trace, ...]:
    """Return one run or several as a tuple."""
    try:
        found = (given,) if isinstance(given, Trace) else tuple(given)
    except TypeError:
        found = ()
    if not found or not all(isinstance(trace, Trace) for trace in found):
        raise TypeError(say("export.error.trace", value=shorten(given)))
    return found


def alike(traces: Sequence[Trace], baseline: Any, way_back: bool = False) -> None:
    """Refuse runs that cannot share one stage: it has one set of steps, units and views for all of them.

    On the ``way_back`` they may differ in length, or be of one cell each.
    """
    if baseline is not None and not isinstance(baseline, Trace):
        raise TypeError(say("export.error.baseline", value=shorten(baseline)))
    if way_back and traces[0].experiment.shape == "one_to_one":
        raise ExperimentError("views", ALONE, "export.error.no_way_back")
    free = ({"cell", "units"} if of_several_cells(traces) else {"T"}) if way_back else set()
    named = [(f"trace[{k}]", trace, free) for k, trace in enumerate(traces)]
    for field, trace, differing in [*named, *([("baseline", baseline, free & {"T"})] if baseline else [])]:
        shape, wanted = _shape(trace, differing), _shape(traces[0], differing)
        if shape != wanted:
            raise ExperimentError(field, trace, "export.error.alike", sizes=shape, wanted=wanted)
        _read_alike(field, trace, traces[0])


def _read_alike(field: str, trace: Trace, first: Trace) -> None:
    """Refuse a run under the steps of another that reads or writes something else there: these are named once for all.

    What a decoder reads of symbols that were written before is told of each run by itself.
    """
    own = first.segments and first.kind == "symbols" and first.experiment.decoder == "feedback"
    steps = first.segments[-1].start if own else min(trace.steps, first.steps)
    for t in range(steps):
        if trace.labels[t] != first.labels[t]:
            values = {"step": t + 1, "label": trace.labels[t], "wanted": first.labels[t]}
            raise ExperimentError(field, trace, "export.error.reads", **values)
    if (trace.alphabet, trace.answers) != (first.alphabet, first.answers):
        raise ExperimentError(field, trace, "export.error.answers")


def view_names(given: Any) -> tuple[str, ...]:
    """Return the names of what is to be seen."""
    choices = ", ".join(NAMES)
    names = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, Iterable) else (given,)
    if not names:
        raise ExperimentError("views", given, "export.error.no_views", choices=choices)
    for name in names:
        if name not in NAMES:
            raise ExperimentError("views", name, "export.error.choices", choices=choices)
    if ALONE in names and set(names) != {ALONE}:
        raise ExperimentError("views", list(names), "export.error.alone", name=ALONE)
    return names


def step_of(given: Any, steps: int, usual: int) -> int:
    """Return one of ``steps`` steps as an index from 0; ``usual`` for None."""
    if given is None:
        return usual
    try:
        step = operator.index(given)
    except TypeError:
        step = steps
    if not -steps <= step < steps:
        values = {"least": -steps, "most": steps - 1}
        raise ExperimentError("start", given, "export.error.whole", **values)
    return step % steps


def _shape(trace: Trace, without: Collection[str]) -> str:
    """Return in what runs on one stage have to be alike, as a person writes it."""
    sizes = {"T": trace.steps, "D": trace.inputs.shape[1], "O": trace.outputs.shape[1]}
    if trace.segments:
        sizes |= {"S": trace.segments[-1].start}
    units = {name: layer.h.shape[1] for name, layer in trace.layers.items()}
    between = [f"{name} {getattr(trace.experiment, name)}" for name in WAYS.get(trace.experiment.shape, ())]
    parts = {"cell": [trace.experiment.cell], "shape": [trace.experiment.shape, *between], "kind": [trace.kind]}
    parts |= {name: [f"{name} = {size}"] for name, size in sizes.items()}
    parts["units"] = [f"{name} = {size}" for name, size in units.items()]
    return ", ".join(part for name, found in parts.items() if name not in without for part in found)
