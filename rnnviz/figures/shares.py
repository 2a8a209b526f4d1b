"""There is one W_hh, used at every step: which steps its gradient is made of.

Werbos 1990; Pascanu, Mikolov & Bengio 2013, eq. 3–4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rnnviz.figures.base import CLEAR, Array, Spec, as_table, axis, base_layout, boundary, numbers, time_axis
from rnnviz.palette import colour
from rnnviz.words import DEFAULT_LANGUAGE, say

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LETTERS: Final = {"weight": "W", "bias": "b"}
LOWERED: Final = str.maketrans("hiox", "ₕᵢₒₓ")
"""The letters of a parameter's name that say what it reads and whose it is, as subscripts."""
HUES: Final = {"weight_hh": "h", "weight_ih": "x"}
"""Kind of a weight matrix → the hue of what it reads."""
MOST: Final = 0.9
BARS: Final = 200
"""Steps up to which each has a bar of its own."""


def shares(
    values: Mapping[str, Any],
    *,
    decoder: int | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> Figure:
    """Draw which share of each weight matrix's gradient comes from each step.

    Parameters
    ----------
    values : dict of parameter's name to (T,) float
        Shares that add up to 1, as `rnnviz.gradients.weight_shares` gives them; NaN where there is no gradient.
    decoder : int, optional
        The first step of a decoder, which is then marked.
    theme : {"light", "dark"}
    lang : str

    Raises
    ------
    ValueError
        If there is none, or they are not equally long.
    """
    import plotly.graph_objects as go

    return go.Figure(shares_spec(values, decoder=decoder, theme=theme, lang=lang))


def shares_spec(
    values: Mapping[str, Any],
    *,
    decoder: int | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> Spec:
    """Return the figure of `shares` as plain JSON values."""
    columns = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
    lengths = {column.shape for column in columns.values()}
    if len(lengths) != 1 or len(next(iter(lengths))) != 1:
        raise ValueError(f"the shares have the shapes {sorted(lengths)}, but must have one shape, (T,).")
    steps = len(next(iter(columns.values())))
    labels = [matrix_name(name) for name in columns]
    time = np.arange(1, steps + 1)
    several = any("." in name for name in columns)
    notes = {
        "hint": say("figures.shares_hint_parts" if several else "figures.shares_hint", lang),
        "playhead": {"axis": "x"},
        "table": as_table([say("figures.step", lang), *labels], [time, *columns.values()]),
    }
    layout = base_layout(say("figures.shares", lang), theme, notes) | {
        "height": 250,
        "margin": {"l": 52, "r": 28, "t": 40, "b": 44},
        "xaxis": time_axis(steps, theme, lang),
        "yaxis": axis(theme, tickformat=".0%", zeroline=True, zerolinecolor=colour("faint", theme), nticks=5),
        "barmode": "group",
        "bargap": 0.25,
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "bgcolor": CLEAR},
    }
    if decoder is not None:
        layout |= boundary(decoder, theme, lang) | {"legend": {**layout["legend"], "y": 1.1}, "height": 270}
        layout["margin"] = {**layout["margin"], "t": 60}
    hues = [colour(HUES.get(_kind(name), "gradient"), theme) for name in columns]
    drawn = [_drawn(label, *pair) for label, pair in zip(labels, zip(columns.values(), hues, strict=True), strict=True)]
    for name, one in zip(columns, drawn, strict=True):
        if (
            name.startswith("decoder.") and one["type"] == "bar"
        ):  # the hue says what a matrix reads, the strokes whose it is
            one["marker"]["pattern"] = {
                "shape": "/",
                "fillmode": "overlay",
                "fgcolor": colour("panel", theme),
                "size": 6,
            }
    return {"data": drawn, "layout": layout}


def _drawn(label: str, column: Array, hue: str) -> dict[str, Any]:
    common = {
        "x": list(range(1, len(column) + 1)),
        "y": numbers(column),
        "name": label,
        "hovertemplate": "%{x}: %{y:.2%}<extra>" + label + "</extra>",
    }
    if len(column) <= BARS:
        return {"type": "bar", "marker": {"color": hue, "line": {"width": 0}}, **common}
    return {"type": "scatter", "mode": "lines", "line": {"color": hue, "width": 1.5}, **common}


def share_sentences(
    values: Mapping[str, Any], lang: str = DEFAULT_LANGUAGE, *, decoder: int | None = None
) -> list[str]:
    """Say how few steps make up nine tenths of each matrix's gradient, and which has the largest share.

    Of an encoder and a decoder, which begins at the step ``decoder``, the steps are those at which a matrix is used.
    """
    columns = {name: np.asarray(column, dtype=np.float64) for name, column in values.items()}
    return [_sentence(name, column, _used(name, len(column), decoder), lang) for name, column in columns.items()]


def _used(name: str, steps: int, decoder: int | None) -> range:
    """Return the steps at which a matrix is used: those of its own part."""
    if decoder is None or "." not in name:
        return range(steps)
    return range(decoder) if name.startswith("encoder.") else range(decoder, steps)


def _sentence(name: str, column: Array, used: range, lang: str) -> str:
    column = column[used.start : used.stop]
    if not np.isfinite(column).all():
        return say("figures.shares_none", lang, name=matrix_name(name))
    largest = np.sort(column)[::-1]
    count = int(np.argmax(np.cumsum(largest) >= MOST - 1e-12)) + 1
    best = int(column.argmax())
    values = {"count": count, "steps": len(used), "best": used[best] + 1, "share": f"{column[best]:.0%}"}
    return say("figures.shares_count", lang, name=matrix_name(name), **values)


def matrix_name(name: str) -> str:
    """Return a parameter's name as equations write it: "weight_hh_l0" → "Wₕₕ", "encoder.bias_ih" → "encoder bᵢₕ"."""
    kind, _, read = _kind(name).partition("_")
    return f"{name.rpartition('.')[0]} {LETTERS[kind]}{read.translate(LOWERED)}".strip()


def _kind(name: str) -> str:
    """Return the kind of a parameter, whichever network has it: "weight_hh"."""
    return name.rpartition(".")[2].rsplit("_l", 1)[0]


def matrices_of(names: Sequence[str], layer: str = "l0") -> list[str]:
    """Return the weight matrices of one layer among a run's parameters, of an encoder and a decoder those of both."""
    kinds = (f"weight_hh_{layer}", f"weight_ih_{layer}")
    return [f"{part}{kind}" for part in ("", "encoder.", "decoder.") for kind in kinds if f"{part}{kind}" in names]
