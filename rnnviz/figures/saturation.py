"""How saturated each gate is: Karpathy, Johnson & Fei-Fei 2015, arXiv 1506.02078, section 4.2 and figure 3.

A sigmoid gate is *left-saturated*, shut, below 0.1 and *right-saturated*, open, above 0.9. Each unit is one circle: to the
right the share of steps at which its gate is open, upwards the share at which it is shut. Both add to 1 at most: no circle
stands above the diagonal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from rnnviz.figures.base import Array, as_table, axis, base_layout, blank, checked, gate_name, tint
from rnnviz.palette import colour
from rnnviz.words import DEFAULT_LANGUAGE, say

SIGMOID_GATES: Final = ("f", "i", "o", "z", "r")
SHUT: Final = 0.1
OPEN: Final = 0.9
GAP: Final = 0.09


@dataclass(frozen=True, eq=False)
class Saturation:
    """How often each unit's gate is shut or open. H hidden.

    Attributes
    ----------
    shut, open : (H,) float64
        Share of steps with an activation below 0.1, above 0.9.
    steps : int
        T.
    """

    shut: Array
    open: Array
    steps: int


def saturation_of(activation: Any) -> Saturation:
    """Count how often one gate is shut (< 0.1) and open (> 0.9).

    Parameters
    ----------
    activation : (T, H) float
        A sigmoid gate over time.

    Raises
    ------
    ValueError
        If the array is not (T, H).
    """
    values = checked("activation", activation)
    return Saturation((values < SHUT).mean(axis=0), (values > OPEN).mean(axis=0), len(values))


def saturation_sentence(gate: str, activation: Any, lang: str = DEFAULT_LANGUAGE) -> str:
    """Return one sentence that counts where one gate, (T, H), stands open and where shut."""
    values = checked("activation", activation)
    counts = saturation_of(values)
    key = "figures.saturation_none" if not (counts.shut.any() or counts.open.any()) else "figures.saturation_count"
    return say(
        key,
        lang,
        gate=gate_name(gate, lang),
        total=values.size,
        steps=counts.steps,
        units=values.shape[1],
        open=int((values > OPEN).sum()),
        shut=int((values < SHUT).sum()),
        mostly_open=int((counts.open > 0.5).sum()),
        mostly_shut=int((counts.shut > 0.5).sum()),
    )


def saturation(gates: Mapping[str, Any], *, theme: str = "light", lang: str = DEFAULT_LANGUAGE) -> go.Figure:
    """Draw how saturated each sigmoid gate is, one panel a gate, one circle a unit.

    Units that coincide share one circle, its area and the number in it their count.

    Parameters
    ----------
    gates : mapping of name to (T, H) float
        ``LayerTrace.gates``; "g" and "n", which are tanh and no gates in this sense, are left out.
    theme : {"light", "dark"}
    lang : str

    Raises
    ------
    ValueError
        If no sigmoid gate is among them or an array is not (T, H).

    Notes
    -----
    Karpathy, Johnson & Fei-Fei 2015, arXiv 1506.02078, figure 3.
    """
    names = [name for name in SIGMOID_GATES if name in gates]
    if not names:
        raise ValueError(f"gates has {', '.join(gates) or 'nothing'}, but needs one of {', '.join(SIGMOID_GATES)}.")
    counts = {name: saturation_of(gates[name]) for name in names}
    figure = blank(base_layout(say("figures.saturation", lang), theme, _notes(counts, lang)))
    figure.update_layout(height=320, margin={"l": 52, "r": 12, "t": 64, "b": 48})
    for panel, name in enumerate(names, start=1):
        _panel(figure, panel, len(names), name, counts[name], theme, lang)
    return figure


def _notes(counts: Mapping[str, Saturation], lang: str) -> dict[str, Any]:
    units = len(next(iter(counts.values())).shut)
    columns, arrays = [say("figures.unit", lang)], [np.arange(1, units + 1)]
    for name, count in counts.items():
        columns += [say("figures.column_open", lang, gate=name), say("figures.column_shut", lang, gate=name)]
        arrays += [count.open, count.shut]
    return {
        "hint": say("figures.saturation_hint", lang),
        "table": as_table(columns, arrays),
        "panels": {"count": len(counts), "height": 320, "least": 230, "gap": GAP},
        "units": [{"x": count.open.tolist(), "y": count.shut.tolist()} for count in counts.values()],
    }


def _panel(
    figure: go.Figure, panel: int, panels: int, name: str, count: Saturation, theme: str, lang: str
) -> None:
    suffix = "" if panel == 1 else str(panel)
    x, y, width = f"x{suffix}", f"y{suffix}", (1 - GAP * (panels - 1)) / panels
    left = (panel - 1) * (width + GAP)
    span = {"range": [-0.06, 1.06], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
    opened, shut = (say(f"figures.axis_{side}", lang) for side in ("open", "shut"))
    figure.update_layout({
        f"xaxis{suffix}": axis(theme, domain=[left, left + width], anchor=y, title={"text": opened}, **span),
        f"yaxis{suffix}": axis(theme, anchor=x, title={"text": shut if panel == 1 else ""}, **span),
    })
    figure.add_shape(
        type="line", x0=0, y0=1, x1=1, y1=0, xref=x, yref=y,
        line={"color": colour("faint", theme), "width": 1, "dash": "dot"}, layer="below",
    )  # fmt: skip
    figure.add_annotation(
        text=f"<b>{gate_name(name, lang)}</b>", xref=f"{x} domain", yref=f"{y} domain", x=0, y=1, xanchor="left",
        yanchor="bottom", yshift=6, showarrow=False, font={"size": 13, "color": colour(name, theme)},
    )  # fmt: skip
    figure.add_annotation(
        text=say("figures.diagonal", lang), xref=x, yref=y, x=0.62, y=0.52, xanchor="center", yanchor="middle",
        textangle=0, showarrow=False, font={"size": 11},
    )  # fmt: skip
    figure.add_trace(_circles(name, count, x, y, theme, lang))


def _circles(name: str, count: Saturation, x: str, y: str, theme: str, lang: str) -> go.Scatter:
    places, where = np.unique(np.stack([count.open, count.shut], axis=1), axis=0, return_inverse=True)
    members = [np.flatnonzero(where.ravel() == k) for k in range(len(places))]
    hue = colour(name, theme)
    texts = [
        say(
            "figures.saturation_hover",
            lang,
            units=", ".join(str(unit + 1) for unit in units[:8]) + (" …" if len(units) > 8 else ""),
            open=f"{place[0]:.0%}",
            shut=f"{place[1]:.0%}",
        )
        for place, units in zip(places, members, strict=True)
    ]
    return go.Scatter(
        x=places[:, 0].tolist(),
        y=places[:, 1].tolist(),
        xaxis=x,
        yaxis=y,
        mode="markers+text",
        name=gate_name(name, lang),
        text=[str(len(units)) if len(units) > 1 else "" for units in members],
        textfont={"size": 11, "color": colour("ink", theme)},
        customdata=[units.tolist() for units in members],
        hovertext=texts,
        hoverinfo="text",
        cliponaxis=False,
        marker={
            "size": [min(34.0, 11.0 * len(units) ** 0.5) for units in members],
            "color": tint(hue, 0.35),
            "line": {"color": hue, "width": 1.5},
        },
    )
