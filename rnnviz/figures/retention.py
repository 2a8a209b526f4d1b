"""How much of a memory is left: the product of the gates that keep it.

An LSTM's cell state is c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t, so of what c_s held, the share f_{s+1} ⊙ … ⊙ f_t is still
there at step t; all the rest of c_t was written since. The same holds of a GRU's h with z in PyTorch's convention,
where h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ n_t. (Hochreiter & Schmidhuber 1997 with the forget gate of Gers, Schmidhuber
& Cummins 2000; Cho et al. 2014, arXiv 1406.1078 v1.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rnnviz.figures.base import CLEAR, Array, Spec, as_table, axis, base_layout, boundary, checked, numbers, time_axis
from rnnviz.palette import colour
from rnnviz.trace import Trace
from rnnviz.words import DEFAULT_LANGUAGE, say

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

KEEPING_GATE: Final = {"lstm": ("c", "f"), "gru": ("h", "z")}
"""Cell → (the state that is kept, the gate that keeps it)."""


def share_left(keep: Any, since: int) -> Array:
    """Return which share of the state after step ``since`` is left after each step.

    Parameters
    ----------
    keep : (T, H) float
        The keeping gate: "f" of an LSTM, "z" of a GRU.
    since : int
        Step s, 0-based; −1 is the initial state.

    Returns
    -------
    (T, H) float64
        keep_{s+1} ⊙ … ⊙ keep_t at row t, 1 at row s, NaN before it.

    Raises
    ------
    ValueError
        If ``keep`` is not (T, H) or there is no step ``since``.
    """
    values = checked("keep", keep)
    if not -1 <= since < len(values):
        raise ValueError(f"since is {since}, but must be from -1 to {len(values) - 1}.")
    left = np.full_like(values, np.nan)
    if since >= 0:
        left[since] = 1.0
    left[since + 1 :] = np.cumprod(values[since + 1 :], axis=0)
    return left


def followed(trace: Trace, since: int, layer: str = "l0") -> tuple[int, int]:
    """Return the step from which what a layer holds is followed, and the step before which it is handed on no more.

    From an encoder to its decoder a state is handed on only where the decoder begins with the encoder's last one, and
    with nothing made of it; else the encoder's memory ends with the encoder, and the decoder's begins with the decoder.
    """
    if not trace.segments:
        return since, trace.steps
    source, reverse = trace.segments[0].stop, layer.endswith("_reverse")
    if trace.experiment.decoder == "state" and trace.experiment.context == "last" and not reverse:
        return since, trace.steps
    return (since, source) if since < source - 1 or reverse else (max(since, source), trace.steps)


def retention(
    keep: Any,
    since: int,
    *,
    cell: str = "lstm",
    baseline: Any | None = None,
    unit: int | None = None,
    stop: int | None = None,
    decoder: int | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> Figure:
    """Draw how much of the state after step ``since`` is left at each later step, in one run or two.

    Parameters
    ----------
    keep : (T, H) float
        The keeping gate over time.
    since : int
        0-based; −1 is the initial state.
    cell : {"lstm", "gru"}
        Decides the names on the axes.
    baseline : (T, H) float, optional
        The same gate in the run without a hold, drawn dashed.
    unit : int, optional
        One unit; None draws the mean over units.
    stop : int, optional
        The step before which the state is handed on no more, see `followed`; None: it is to the end.
    decoder : int, optional
        The first step of a decoder, which is then marked.
    theme : {"light", "dark"}
    lang : str

    Raises
    ------
    ValueError
        If an array is not (T, H) or there is no step ``since``.
    """
    import plotly.graph_objects as go

    options: Any = {"baseline": baseline, "unit": unit, "stop": stop, "decoder": decoder}
    return go.Figure(retention_spec(keep, since, cell=cell, **options, theme=theme, lang=lang))


def retention_spec(
    keep: Any,
    since: int,
    *,
    cell: str = "lstm",
    baseline: Any | None = None,
    unit: int | None = None,
    stop: int | None = None,
    decoder: int | None = None,
    theme: str = "light",
    lang: str = DEFAULT_LANGUAGE,
) -> Spec:
    """Return the figure of `retention` as plain JSON values."""
    state, gate = KEEPING_GATE[cell]
    curves = [_curve(each, since, unit, stop) for each in (keep, baseline) if each is not None]
    time = np.arange(1, len(curves[0]) + 1)
    keys = ["left"] if baseline is None else ["left_now", "left_before"]
    labels = [say(f"figures.{key}", lang) for key in keys]
    names = {"state": state, "gate": gate, "step": since + 1}
    units = np.asarray(keep).shape[1]
    hint = [say("figures.retention_hint", lang, **names)]
    if unit is None and units > 1:
        hint.append(say("figures.retention_mean", lang, units=units))
    notes = {
        "hint": " ".join(hint),
        "playhead": {"axis": "x"},
        "table": as_table([say("figures.step", lang), *labels], [time, *curves]),
    }
    title = say("figures.retention" if since >= 0 else "figures.retention_start", lang, **names)
    layout = base_layout(title, theme, notes) | {
        "height": 240,
        "margin": {"l": 52, "r": 28, "t": 44 if len(curves) > 1 else 16, "b": 44},
        "xaxis": time_axis(len(time), theme, lang),
        "yaxis": axis(theme, range=[-0.03, 1.05], tickvals=[0, 0.5, 1], tickformat=".0%"),
        "showlegend": len(curves) > 1,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "bgcolor": CLEAR,
            "traceorder": "reversed",
        },
    }
    if decoder is not None:
        layout |= boundary(decoder, theme, lang) | {"margin": {**layout["margin"], "t": 44}}
    lines = [_line(*parts, colour(state, theme)) for parts in zip(labels, curves, ("solid", "dot"), strict=False)]
    return {"data": lines[::-1], "layout": layout}


def _line(label: str, curve: Array, dash: str, hue: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": list(range(1, len(curve) + 1)),
        "y": numbers(curve),
        "mode": "lines+markers" if len(curve) <= 60 and dash == "solid" else "lines",
        "name": label,
        "line": {"color": hue, "width": 2.5 if dash == "solid" else 1.5, "dash": dash},
        "hovertemplate": "%{x}: %{y:.1%}",
    }


def _curve(keep: Any, since: int, unit: int | None, stop: int | None) -> Array:
    values = checked("keep", keep)
    left = np.full_like(values, np.nan)
    left[:stop] = share_left(values[:stop], since)
    return np.asarray(left.mean(axis=1) if unit is None else left[:, unit])
