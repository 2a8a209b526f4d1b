"""What all figures share: one layout in the palette of a theme, and the notes the stage reads beside a figure.

A figure carries its own notes in ``layout.meta``, plain JSON values, so that whoever draws it needs nothing else:

hint : str
    One sentence, what to look for.
table : {"columns": [str], "rows": [[str | float | None]]}
    The same numbers as text, for those who do not see the picture.
playhead : {"axis": "x"}
    Only where that axis is time, counted from 1: the stage moves a line over it.
panels : {"count": int, "height": int, "least": int}
    Only where panels stand side by side: the stage may break the row below ``least`` pixels a panel.
units : list of {"x": [H], "y": [H], "size": [H]}
    Only where points are hidden units: where unit j stands in each panel and in how large a circle (pixels), so that
    the chosen one can be ringed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.palette import colour
from rnnviz.words import say

Array = NDArray[np.float64]
Spec = dict[str, Any]
"""A figure as plain JSON values, ``{"data": […], "layout": {…}}``: what plotly's Figure is made of and Plotly.js draws.

Building it takes a tenth of the time of a Figure, which checks every value; tests have each one checked.
"""
FONT: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'
CLEAR: Final = "rgba(0,0,0,0)"


def base_layout(title: str, theme: str, notes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layout every figure begins with: no template, no mode bar margin, the theme's ink on clear ground."""
    return {
        "template": "none",
        "title": {"text": title, "x": 0, "xref": "container", "font": {"size": 15, "color": colour("ink", theme)}},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": FONT, "size": 12, "color": colour("muted", theme)},
        "hoverlabel": {"bgcolor": colour("card", theme), "font": {"family": FONT, "color": colour("ink", theme)}},
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        "meta": dict(notes),
    }


def axis(theme: str, **more: Any) -> dict[str, Any]:
    """Return an axis with thin lines and no zero line; ``more`` overrides."""
    line = colour("line", theme)
    if "title" in more:
        more["title"] = {"font": {"size": 12}, **more["title"]}
    return {
        "showgrid": True,
        "gridcolor": line,
        "zeroline": False,
        "linecolor": colour("faint", theme),
        "showline": True,
        "ticks": "",
        "fixedrange": True,
        "automargin": False,
        **more,
    }


def time_axis(steps: int, theme: str, lang: str) -> dict[str, Any]:
    """Return the axis of T = ``steps`` time steps, counted from 1, half a step of room at both ends."""
    return axis(
        theme,
        range=[0.5, steps + 0.5],
        showgrid=False,
        tickformat="d",
        nticks=min(steps, 12),
        title={"text": say("figures.step", lang), "standoff": 6},
    )


def boundary(at: int, theme: str, lang: str) -> dict[str, Any]:
    """Return, as part of a layout, the line and words that part an encoder's ``at`` steps from its decoder's."""
    line = {"color": colour("muted", theme), "width": 1, "dash": "dash"}
    words = {"xref": "x", "yref": "y domain", "x": at + 0.5, "y": 1, "showarrow": False, "font": {"size": 11}}
    sides = {"encoder": {"xanchor": "right", "xshift": -4}, "decoder": {"xanchor": "left", "xshift": 4}}
    return {
        "shapes": [
            {"type": "line", "x0": at + 0.5, "x1": at + 0.5, "y0": 0, "y1": 1, "yref": "y domain", "line": line}
        ],
        "annotations": [
            {**words, **side, "yanchor": "bottom", "text": say(f"figures.{name}", lang)} for name, side in sides.items()
        ],
    }


def tint(hue: str, opacity: float) -> str:
    """Return ``#rrggbb`` as ``rgba(…)`` with an opacity."""
    red, green, blue = (int(hue[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def gate_name(gate: str, lang: str) -> str:
    """Return what a person calls a gate: ``"f"`` → ``"Forget gate f"``."""
    return say(f"figures.gate_{gate}", lang)


def as_table(columns: Sequence[str], arrays: Sequence[Any]) -> dict[str, Any]:
    """Return equally long columns as the ``table`` note; numbers keep four decimals, NaN becomes None."""
    plain = [_plain(array) for array in arrays]
    return {"columns": list(columns), "rows": [list(row) for row in zip(*plain, strict=True)]}


def numbers(values: Any) -> list[float | None]:
    """Return numbers as JSON has them: six decimals, None for what is not finite."""
    rounded = np.round(np.asarray(values, dtype=np.float64), 6)
    return [value if fine else None for value, fine in zip(rounded.tolist(), np.isfinite(rounded), strict=True)]


def in_both_themes(name: str, make: Callable[..., Spec], *args: Any, **kwargs: Any) -> dict[str, str]:
    """Return ``{name: light, name_dark: dark}`` as JSON, as a stage's payload carries figures.

    ``make`` is one of the ``…_spec`` functions; the rest are its arguments, the theme excepted.
    """
    themes = {name: "light", f"{name}_dark": "dark"}
    return {key: json.dumps(make(*args, theme=theme, **kwargs), ensure_ascii=False) for key, theme in themes.items()}


def _plain(array: Any) -> list[Any]:
    values = np.asarray(array)
    if values.dtype.kind != "f":
        return list(values.tolist())
    return [None if value is None else round(value, 4) for value in numbers(values)]


def checked(name: str, values: Any) -> Array:
    """Return ``values`` as a float64 array (T, H).

    Raises
    ------
    ValueError
        If it is no (T, H) array of at least one step and one unit.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"{name} has shape {array.shape}, but must be (T, H) with at least one step and one unit.")
    return array
