"""How open each gate is over time: the mean over units, and how far the units spread about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures.base import (
    Array,
    Spec,
    as_table,
    axis,
    base_layout,
    checked,
    gate_name,
    numbers,
    time_axis,
    tint,
)
from rnnviz.figures.saturation import SIGMOID_GATES
from rnnviz.palette import colour
from rnnviz.words import DEFAULT_LANGUAGE, say

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def openings(
    gates: Mapping[str, Any],
    *,
    baseline: Mapping[str, Any] | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> Figure:
    """Draw the mean activation of each sigmoid gate over time, the middle 80 % of the units as a band about it.

    Parameters
    ----------
    gates : mapping of name to (T, H) float
        ``LayerTrace.gates``.
    baseline : mapping of name to (T, H) float, optional
        The same gates of another run, laid beneath as dashed means.
    theme : {"light", "dark"}
    lang : str

    Raises
    ------
    ValueError
        If no sigmoid gate is among them, an array is not (T, H), or the baseline has another number of steps.
    """
    import plotly.graph_objects as go

    return go.Figure(openings_spec(gates, baseline=baseline, theme=theme, lang=lang))


def openings_spec(
    gates: Mapping[str, Any],
    *,
    baseline: Mapping[str, Any] | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> Spec:
    """Return the figure of `openings` as plain JSON values."""
    values = {name: checked(name, gates[name]) for name in SIGMOID_GATES if name in gates}
    if not values:
        raise ValueError(f"gates has {', '.join(gates) or 'nothing'}, but needs one of {', '.join(SIGMOID_GATES)}.")
    steps = len(next(iter(values.values())))
    before = {name: checked(name, (baseline or {})[name]) for name in values if name in (baseline or {})}
    if any(len(other) != steps for other in before.values()):
        raise ValueError(f"baseline must have the {steps} steps of the run it is laid under.")
    time = np.arange(1, steps + 1)
    means = [value.mean(axis=1) for value in values.values()]
    notes = {
        "hint": say("figures.openings_hint", lang),
        "playhead": {"axis": "x"},
        "table": as_table([say("figures.step", lang), *(gate_name(name, lang) for name in values)], [time, *means]),
    }
    lines = [_lane(name, time, value, before.get(name), theme, lang) for name, value in values.items()]
    layout = base_layout(say("figures.openings", lang), theme, notes) | {
        "height": 240,
        "margin": {"l": 52, "r": 28, "t": 44, "b": 44},
        "xaxis": time_axis(steps, theme, lang),
        "yaxis": axis(theme, range=[-0.03, 1.03], tickvals=[0, 0.5, 1], title={"text": say("figures.opening", lang)}),
        "annotations": [_end_label(name, value, theme) for name, value in values.items()],
    }
    return {"data": [line for lane in lines for line in lane], "layout": layout}


def _lane(name: str, time: Any, value: Array, before: Array | None, theme: str, lang: str) -> list[dict[str, Any]]:
    hue = colour(name, theme)
    low, high = np.quantile(value, [0.1, 0.9], axis=1)
    line: dict[str, Any] = {"type": "scatter", "mode": "lines", "x": time.tolist()}
    edge = line | {"line": {"width": 0}, "hoverinfo": "skip"}
    band = [edge | {"y": numbers(low)}, edge | {"y": numbers(high), "fill": "tonexty", "fillcolor": tint(hue, 0.12)}]
    if before is not None:
        label = say("figures.without_hold", lang, gate=gate_name(name, lang))
        dashed = {"color": hue, "width": 1.5, "dash": "dot"}
        band.append(line | {"y": numbers(before.mean(axis=1)), "name": label, "line": dashed})
    solid = {"color": hue, "width": 2}
    mean = line | {"y": numbers(value.mean(axis=1)), "name": gate_name(name, lang), "line": solid}
    return [*band, mean]


def _end_label(name: str, value: Array, theme: str) -> dict[str, Any]:
    font = {"size": 13, "color": colour(name, theme)}
    place = {"xref": "x domain", "x": 1, "xanchor": "left", "xshift": 6, "y": float(value[-1].mean())}
    return {"text": f"<b>{name}</b>", "font": font, "showarrow": False, **place}
