"""Several runs on one stage: in which setting they differ, and what the slider says at each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnnviz.inputs import readable
from rnnviz.stage.reel import of_moments
from rnnviz.trace import Trace

Value = float | int | str | None


def differing(traces: Sequence[Trace]) -> tuple[str, list[Value]] | None:
    """Return the one setting in which runs differ and its values; None if it is none, several, or no plain value."""
    plain = [trace.experiment.to_dict() for trace in traces]
    names = {name for one in plain for name in one if any(one[name] != other.get(name) for other in plain)}
    if len(names) != 1:
        return None
    (name,) = names
    values = [getattr(trace.experiment, name) for trace in traces]
    return (name, values) if all(isinstance(value, float | int | str | None) for value in values) else None


def of_several_cells(traces: Sequence[Trace]) -> bool:
    """Tell whether runs are of one cell each, to be compared rather than slid through."""
    return len(traces) > 1 and len({trace.experiment.cell for trace in traces}) == len(traces)


def slider(traces: Sequence[Trace], lang: str) -> dict[str, Any]:
    """Return what a payload says about the slider through several runs; nothing where they have no names."""
    moments = [trace.moment.updates for trace in traces if trace.moment]
    if len(traces) == len(moments) > 1:
        return of_moments(moments, lang)
    found = differing(traces)
    if found is None:
        return {}
    name, values = found
    return {"frame_title": name, "frame_labels": [_said(value) for value in values]}


def _said(value: Value) -> str:
    if isinstance(value, float):
        return readable(float(f"{value:.4g}"))
    return str(value)
