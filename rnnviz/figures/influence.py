"""What an answer owes to each input: the matrix of all pairs, and one answer written out as the nest it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures.base import Spec, as_table, axis, base_layout, boundary, numbers, time_axis
from rnnviz.palette import colour
from rnnviz.words import DEFAULT_LANGUAGE, say

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

RANGE = 6.0
"""Powers of ten that the colours span at most; what is smaller is as pale as the palest."""


def influence_map(
    log10: Any,
    labels: Sequence[str],
    *,
    decoder: int | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> Figure:
    """Draw how much each output depends on each input.

    Parameters
    ----------
    log10 : (T, T) float
        Entry [t, s] is log10 ‖∂y_t/∂x_s‖, as of `rnnviz.gradients.influence`; −inf where there is no path, NaN where
        there is no answer.
    labels : T strings
        The inputs.
    decoder : int, optional
        The first step of a decoder, which is then marked.
    theme : {"light", "dark"}
    lang : str

    Raises
    ------
    ValueError
        If it is not (T, T) with T labels.
    """
    import plotly.graph_objects as go

    return go.Figure(influence_spec(log10, labels, decoder=decoder, theme=theme, lang=lang))


def influence_spec(
    log10: Any,
    labels: Sequence[str],
    *,
    decoder: int | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> Spec:
    """Return the figure of `influence_map` as plain JSON values."""
    matrix = np.asarray(log10, dtype=np.float64)
    steps = len(labels)
    if matrix.shape != (steps, steps) or not steps:
        raise ValueError(f"log10 has shape {matrix.shape}, but must be (T, T) with T = {steps} labels.")
    finite = matrix[np.isfinite(matrix)]
    high = float(np.ceil(finite.max())) if finite.size else 0.0
    low = max(float(np.floor(finite.min())), high - RANGE) if finite.size else -1.0
    low = min(low, high - 1)
    ticks = list(range(int(low), int(high) + 1, max(1, int(high - low) // 4)))
    last = say("figures.influence_last", lang, step=steps)
    time = np.arange(1, steps + 1)
    notes = {
        "hint": say("figures.influence_hint", lang),
        "playhead": {"axis": "x"},
        "table": as_table(
            [say("figures.step", lang), say("figures.input", lang), last], [time, list(labels), 10.0 ** matrix[-1]]
        ),
    }
    layout = base_layout(say("figures.influence", lang), theme, notes) | {
        "height": 380,
        "margin": {"l": 52, "r": 76, "t": 12, "b": 44},
        "xaxis": time_axis(steps, theme, lang) | {"title": {"text": say("figures.of_input", lang), "standoff": 6}},
        "yaxis": axis(
            theme,
            range=[steps + 0.5, 0.5],
            showgrid=False,
            tickformat="d",
            nticks=min(steps, 10),
            title={"text": say("figures.of_output", lang), "standoff": 6},
        ),
    }
    if decoder is not None:
        layout |= boundary(decoder, theme, lang) | {"margin": {**layout["margin"], "t": 24}}
    cells = {
        "type": "heatmap",
        "x": time.tolist(),
        "y": time.tolist(),
        "z": [numbers(row) for row in matrix],
        "zmin": low,
        "zmax": high,
        "colorscale": [[0.0, colour("panel", theme)], [1.0, colour("output", theme)]],
        "xgap": 1 if steps <= 24 else 0,
        "ygap": 1 if steps <= 24 else 0,
        "colorbar": {
            "thickness": 8,
            "outlinewidth": 0,
            "tickvals": ticks,
            "ticktext": [f"10<sup>{str(tick).replace('-', '−')}</sup>" for tick in ticks],
        },
        "hovertemplate": say("figures.influence_hover", lang, input="%{x}", output="%{y}", size="10<sup>%{z:.1f}</sup>")
        + "<extra></extra>",
    }
    return {"data": [cells], "layout": layout}


def contributions(
    norms: Any,
    labels: Sequence[str],
    step: int,
    *,
    decoder: int | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> Figure:
    """Draw what each input contributes to one output, to first order.

    Parameters
    ----------
    norms : (T,) float
        ‖(∂y_t/∂x_s) x_s‖ for each s, as of `rnnviz.gradients.expansion`.
    labels : T strings
        The inputs.
    step : int
        t, 0-based.
    decoder : int, optional
        The first step of a decoder, which is then marked.
    theme : {"light", "dark"}
    lang : str

    Raises
    ------
    ValueError
        If there are not as many numbers as labels.
    """
    import plotly.graph_objects as go

    return go.Figure(contributions_spec(norms, labels, step, decoder=decoder, theme=theme, lang=lang))


def contributions_spec(
    norms: Any,
    labels: Sequence[str],
    step: int,
    *,
    decoder: int | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> Spec:
    """Return the figure of `contributions` as plain JSON values."""
    values = np.asarray(norms, dtype=np.float64)
    steps = len(labels)
    if values.shape != (steps,) or not steps:
        raise ValueError(f"norms has shape {values.shape}, but must be (T,) with T = {steps} labels.")
    head = say("figures.contribution", lang)
    time = np.arange(1, steps + 1)
    notes = {
        "hint": say("figures.contributions_hint", lang, step=step + 1),
        "playhead": {"axis": "x"},
        "table": as_table([say("figures.step", lang), say("figures.input", lang), head], [time, list(labels), values]),
    }
    layout = base_layout(say("figures.contributions", lang, step=step + 1), theme, notes) | {
        "height": 220,
        "margin": {"l": 52, "r": 28, "t": 12, "b": 44},
        "xaxis": time_axis(steps, theme, lang),
        "yaxis": axis(theme, rangemode="tozero", nticks=5),
        "bargap": 0.25,
    }
    if decoder is not None:
        layout |= boundary(decoder, theme, lang) | {"margin": {**layout["margin"], "t": 24}}
    bars = {
        "type": "bar",
        "x": time.tolist(),
        "y": numbers(values),
        "marker": {"color": colour("x", theme), "line": {"width": 0}},
        "hovertemplate": "%{x}: %{y:.3g}<extra></extra>",
    }
    return {"data": [bars], "layout": layout}
