"""How open each gate is over time: the mean over units, and how far the units spread about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.base import Array, as_table, axis, base_layout, blank, checked, gate_name, time_axis, tint
from rnnviz.figures.saturation import SIGMOID_GATES
from rnnviz.palette import colour
from rnnviz.words import DEFAULT_LANGUAGE, say


def openings(
    gates: Mapping[str, Any],
    *,
    baseline: Mapping[str, Any] | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> go.Figure:
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
    figure = blank(base_layout(say("figures.openings", lang), theme, notes))
    figure.update_layout(
        height=240,
        margin={"l": 52, "r": 28, "t": 44, "b": 44},
        xaxis=time_axis(steps, theme, lang),
        yaxis=axis(theme, range=[-0.03, 1.03], tickvals=[0, 0.5, 1], title={"text": say("figures.opening", lang)}),
    )
    for name, value in values.items():
        _lane(figure, name, time, value, before.get(name), theme, lang)
    return figure


def _lane(
    figure: go.Figure, name: str, time: Any, value: Array, before: Array | None, theme: str, lang: str
) -> None:
    hue = colour(name, theme)
    low, high = np.quantile(value, [0.1, 0.9], axis=1)
    around = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=time, y=low, **around)
    figure.add_scatter(x=time, y=high, fill="tonexty", fillcolor=tint(hue, 0.12), **around)
    if before is not None:
        dashed = {"color": hue, "width": 1.5, "dash": "dot"}
        label = say("figures.without_hold", lang, gate=gate_name(name, lang))
        figure.add_scatter(x=time, y=before.mean(axis=1), mode="lines", name=label, line=dashed)
    mean = value.mean(axis=1)
    figure.add_scatter(x=time, y=mean, mode="lines", name=gate_name(name, lang), line={"color": hue, "width": 2})
    figure.add_annotation(
        text=f"<b>{name}</b>", xref="x domain", x=1, xanchor="left", xshift=6, y=mean[-1], showarrow=False,
        font={"size": 13, "color": hue},
    )  # fmt: skip
