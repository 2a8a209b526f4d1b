"""How saturated each gate is: Karpathy, Johnson & Fei-Fei 2015, arXiv 1506.02078, section 4.2 and figure 3.

A sigmoid gate is *left-saturated*, shut, below 0.1 and *right-saturated*, open, above 0.9. Each unit is one circle: to
the right the share of steps at which its gate is open, upwards the share at which it is shut. Both add to 1 at most: no
circle stands above the diagonal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.figures.base import Array, Spec, as_table, axis, base_layout, checked, gate_name, numbers, tint
from rnnviz.palette import colour
from rnnviz.words import DEFAULT_LANGUAGE, say

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

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


def ever_saturated(gates: Mapping[str, Any]) -> bool:
    """Whether any sigmoid gate among ``gates``, each (T, H), is ever shut or open."""
    return any(((gates[name] < SHUT) | (gates[name] > OPEN)).any() for name in SIGMOID_GATES if name in gates)


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


def saturation_sentences(gates: Mapping[str, Any], lang: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return `saturation_sentence` of each sigmoid gate among ``gates``, in the order of the panels."""
    return [saturation_sentence(name, gates[name], lang) for name in SIGMOID_GATES if name in gates]


def saturation(
    gates: Mapping[str, Any], *, part: str | None = None, theme: str = "light", lang: str = DEFAULT_LANGUAGE
) -> Figure:
    """Draw how saturated each sigmoid gate is, one panel a gate, one circle a unit.

    Units that coincide share one circle, its area and the number in it their count.

    Parameters
    ----------
    gates : mapping of name to (T, H) float
        ``LayerTrace.gates``; "g" and "n", which are tanh and no gates in this sense, are left out.
    part : {"encoder", "decoder"}, optional
        Whose steps these are, where there are two networks.
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
    import plotly.graph_objects as go

    return go.Figure(saturation_spec(gates, part=part, theme=theme, lang=lang))


def saturation_spec(
    gates: Mapping[str, Any], *, part: str | None = None, theme: str = "light", lang: str = DEFAULT_LANGUAGE
) -> Spec:
    """Return the figure of `saturation` as plain JSON values."""
    names = [name for name in SIGMOID_GATES if name in gates]
    if not names:
        raise ValueError(f"gates has {', '.join(gates) or 'nothing'}, but needs one of {', '.join(SIGMOID_GATES)}.")
    counts = {name: saturation_of(gates[name]) for name in names}
    title = say(f"figures.saturation_{part}" if part else "figures.saturation", lang)
    layout = base_layout(title, theme, _notes(counts, lang))
    layout |= {"height": 300, "margin": {"l": 68, "r": 12, "t": 36, "b": 52}, "shapes": [], "annotations": []}
    panels = [(name, f"x{k or ''}", f"y{k or ''}") for k, name in zip((0, *range(2, 9)), names, strict=False)]
    for place, (name, x, y) in enumerate(panels):
        layout |= _axes(place, len(panels), x, y, theme, lang)
        layout["shapes"].append(_diagonal(x, y, theme))
        layout["annotations"] += _labels(name, x, y, theme, lang)
    circles = [_circles(name, counts[name], x, y, theme, lang) for name, x, y in panels]
    return {"data": circles, "layout": layout}


def _notes(counts: Mapping[str, Saturation], lang: str) -> dict[str, Any]:
    units = len(next(iter(counts.values())).shut)
    columns = [say("figures.unit", lang)]
    arrays: list[Any] = [np.arange(1, units + 1)]
    for name, count in counts.items():
        columns += [say("figures.column_open", lang, gate=name), say("figures.column_shut", lang, gate=name)]
        arrays += [count.open, count.shut]
    return {
        "hint": say("figures.saturation_hint", lang),
        "table": as_table(columns, arrays),
        "panels": {"count": len(counts), "height": 300, "least": 230, "gap": GAP},
        "units": [_places(count) for count in counts.values()],
    }


def _places(count: Saturation) -> dict[str, Any]:
    """Where each unit stands, and how large the circle is in which it does."""
    _, where, many = _clusters(count)
    sizes = [_size(int(many[k])) for k in where]
    return {"x": numbers(count.open), "y": numbers(count.shut), "size": numbers(sizes)}


def _clusters(count: Saturation) -> tuple[Array, NDArray[np.intp], NDArray[np.intp]]:
    """Return the places where units stand (K, 2), which of them each unit has (H,), how many stand there (K,)."""
    # Shares are counts of steps: one whole number for both is found again much faster than a pair.
    opened, shut = (np.rint(share * count.steps).astype(np.int64) for share in (count.open, count.shut))
    pairs = opened * (count.steps + 1) + shut
    _, first, where, many = np.unique(pairs, return_index=True, return_inverse=True, return_counts=True)
    return np.stack([count.open, count.shut], axis=1)[first], where, many


def _size(units: int) -> float:
    return min(34.0, 11.0 * math.sqrt(units))


def _axes(place: int, panels: int, x: str, y: str, theme: str, lang: str) -> dict[str, Any]:
    width = (1 - GAP * (panels - 1)) / panels
    left = place * (width + GAP)
    span = {"range": [-0.06, 1.06], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
    shut = "" if place else say("figures.axis_shut", lang)
    domain = [left, min(1.0, left + width)]
    across = axis(theme, domain=domain, anchor=y, title={"text": say("figures.axis_open", lang)}, **span)
    return {f"xaxis{x[1:]}": across, f"yaxis{y[1:]}": axis(theme, anchor=x, title={"text": shut}, **span)}


def _diagonal(x: str, y: str, theme: str) -> dict[str, Any]:
    line = {"color": colour("faint", theme), "width": 1, "dash": "dot"}
    return {"type": "line", "x0": 0, "y0": 1, "x1": 1, "y1": 0, "xref": x, "yref": y, "line": line, "layer": "below"}


def _labels(name: str, x: str, y: str, theme: str, lang: str) -> list[dict[str, Any]]:
    title = {
        "text": f"<b>{gate_name(name, lang)}</b>",
        "font": {"size": 13, "color": colour(name, theme)},
        "xref": f"{x} domain",
        "yref": f"{y} domain",
        "x": 0,
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 6,
        "showarrow": False,
    }
    words = {"text": say("figures.diagonal", lang), "font": {"size": 11}, "showarrow": False}
    return [title, {**words, "xref": x, "yref": y, "x": 1.04, "y": 0.56, "xanchor": "right", "yanchor": "bottom"}]


def _circles(name: str, count: Saturation, x: str, y: str, theme: str, lang: str) -> dict[str, Any]:
    places, where, _ = _clusters(count)
    members = [np.flatnonzero(where == k) for k in range(len(places))]
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
    return {
        "type": "scatter",
        "x": numbers(places[:, 0]),
        "y": numbers(places[:, 1]),
        "xaxis": x,
        "yaxis": y,
        "mode": "markers+text",
        "name": gate_name(name, lang),
        "text": [str(len(units)) if len(units) > 1 else "" for units in members],
        "textfont": {"size": 11, "color": colour("ink", theme)},
        "customdata": [units.tolist() for units in members],
        "hovertext": texts,
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {
            "size": [_size(len(units)) for units in members],
            "color": tint(hue, 0.35),
            "line": {"color": hue, "width": 1.5},
        },
    }
