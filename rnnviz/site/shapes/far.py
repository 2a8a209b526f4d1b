"""How far back a decoder's losses reach, with attention and without: a small figure, and what it shows in words.

Networks differ in how large their losses are. So each loss is measured against what it is to the decoder's own state at
its step: of a gradient of length 1 there, so much arrives at a step of the source; the mean over all losses is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

import numpy as np
import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.figures.powers import powers_of_log10
from rnnviz.gradients import itemised
from rnnviz.gradients.reach import reach
from rnnviz.run import resolve
from rnnviz.site.runs import traced
from rnnviz.trace import Array, Trace
from rnnviz.words import say

PAIRS: Final = {"reverser": "reverser_attention", "reverser_attention": "reverser"}
"""Trained networks that differ in nothing but attention."""
WIDE: Final = 704
MOST_LABELS: Final = 48


@dataclass(frozen=True, eq=False)
class Far:
    """log10 of the mean over k of ‖∂L_k/∂h_s‖ ÷ ‖∂L_k/∂h_k‖ at each of the encoder's lowest states, (S,).

    Attributes
    ----------
    labels : S strings
        What is read.
    without : (S,) or None
        In the network without attention.
    attending : (S,) or None
        In the network with attention.
    context : (S,) or None
        The part of ``attending`` that comes through the context alone.
    each : dict of Each
        By "without" and "attending", where anything arrives at all.
    """

    labels: tuple[str, ...]
    without: Array | None
    attending: Array | None
    context: Array | None
    each: Mapping[str, Each]


@dataclass(frozen=True, eq=False)
class Each:
    """What of a network's K losses arrives, taken one by one: log10 as in `Far`, (K, S); without those of nothing."""

    logs: Array

    @property
    def places(self) -> list[int]:
        """The steps of the source, counted from 0, at which most of some loss arrives."""
        return sorted(set(self.logs.argmax(axis=1).tolist()))

    @property
    def peak(self) -> float:
        """log10 of what arrives there, in the mean over the losses."""
        return float(_mean(self.logs.max(axis=1)))


def partner(experiment: Experiment) -> Experiment | None:
    """Return the same network with attention instead of none, or none instead of it; None if no such one is known."""
    if experiment.network:
        if experiment.network not in PAIRS:
            return None
        read = {"text": experiment.text, "length": experiment.length if experiment.text is None else None}
        return experiment.replace(network=PAIRS[experiment.network], **read)
    if experiment.attention != "none":
        return experiment.replace(attention="none")
    return experiment.replace(attention="additive" if experiment.bidirectional else "dot")


@lru_cache(maxsize=8)
def far(trace: Trace) -> Far:
    """Return how far the loss of a run reaches, and that of its partner."""
    other = partner(trace.experiment)
    runs = [trace] if other is None else [trace, traced(other)]
    found = {resolve(run.experiment).attention != "none": run for run in runs}
    source = trace.segments[0].stop
    curves = {attends: shares(run) for attends, run in found.items()}
    without, (attending, context) = curves.get(False, (None, None, None))[0], curves.get(True, (None,) * 3)[:2]
    each = {("attending" if attends else "without"): one for attends, (*_, one) in curves.items() if len(one.logs)}
    return Far(trace.labels[:source], without, attending, context, each)


def shares(trace: Trace) -> tuple[Array, Array, Each]:
    """Return what arrives of a run's losses, (S,), by all ways and through the context; and of each by all ways."""
    found = reach(trace)
    own = np.diagonal(itemised(trace))[found.losses]
    counts = own > 0  # a loss whose answer cannot be righter sends nothing at all
    if not counts.any():
        nothing = np.full(found.total.shape[1], -np.inf)
        return nothing, nothing, Each(np.empty((0, len(nothing))))
    whole, part = (sizes[counts] - np.log10(own[counts])[:, None] for sizes in (found.total, found.context))
    return _mean(whole), _mean(part), Each(whole[np.isfinite(whole).any(axis=1)])


def _mean(logs: Array) -> Array:
    """Return log10 of the mean over the first axis of numbers whose log10 are given."""
    most = logs.max(axis=0)
    safe = np.where(np.isfinite(most), most, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(safe + np.log10(np.mean(10.0 ** (logs - safe), axis=0)))


def reaching(trace: Trace, lang: str) -> None:
    """Show the figure, with a sentence for each of its lines.

    It takes as long to work out as the run: where weights are changed again and again, it waits to be asked for.
    """
    network = trace.experiment.network is not None
    key = f"far_{'trained' if network else 'random'}"
    box = st.expander(say("shapes.far", lang), network, key=key, width=WIDE, on_change="rerun")
    if not box.open:
        return
    found = far(trace)
    with box:
        st.markdown(say("shapes.far.look", lang))
        st.html(figure(found, lang))
        st.markdown("\n".join(f"- {sentence}" for sentence in sentences(found, trace.experiment, lang)))


def lines(found: Far) -> dict[str, Array]:
    """Return the curves that there are, by the name of each."""
    curves = {"attending": found.attending, "context": found.context, "without": found.without}
    return {name: curve for name, curve in curves.items() if curve is not None}


def sentences(found: Far, experiment: Experiment, lang: str) -> list[str]:
    """Return what each line comes to at the first symbol and at the last, with why it is so, a paragraph a line."""
    told, asked = [], resolve(experiment)
    for name, curve in lines(found).items():
        ends = {"first": powers_of_log10(float(curve[0])), "last": powers_of_log10(float(curve[-1]))}
        said = [say(f"shapes.far.{name}", lang, **ends)]
        if name == "without" and asked.decoder != "state":
            said.append(say("shapes.far.adds", lang))
        if name in found.each:
            said.append(_one_by_one(found.each[name], lang))
        told.append(" ".join(said))
    if asked.context == "all":
        told.append(say("shapes.far.all", lang))
    if found.without is not None and found.attending is not None and (found.without > found.attending).all():
        told.append(say("shapes.far.more", lang))
    return told


def _one_by_one(each: Each, lang: str) -> str:
    """Say where most of each loss arrives: the mean over all of them cannot tell."""
    values = {"count": len(each.logs), "peak": powers_of_log10(each.peak)}
    if len(each.places) == 1:
        return say("shapes.far.together", lang, step=each.places[0] + 1, **values)
    return say("shapes.far.spread", lang, different=len(each.places), **values)


def figure(found: Far, lang: str) -> str:
    """Return the lines as rows of dots, a column a symbol, on a log axis."""
    curves = lines(found)
    finite = np.concatenate([curve[np.isfinite(curve)] for curve in curves.values()])
    low, high = (int(np.floor(finite.min())), int(np.ceil(finite.max()))) if finite.size else (-1, 0)
    high = max(high, low + 1)
    every = max(1, -(-(high - low) // 4))
    ticks = "".join(_tick(exponent, low, high) for exponent in range(low, high + 1, every))
    dots = "".join(_dots(name, curve, low, high) for name, curve in curves.items())
    count = len(found.labels)
    shown = found.labels if count <= MOST_LABELS else ()
    labels = "".join(f'<b style="left: {_place(s, count)}">{escape(label)}</b>' for s, label in enumerate(shown))
    keys = "".join(
        f'<span class="{_class(name)}">{escape(say(f"shapes.far.key.{name}", lang))}</span>' for name in curves
    )
    label = escape(say("shapes.far.label", lang), quote=True)
    plot = f'<div class="site-far-plot" role="img" aria-label="{label}">{ticks}{dots}{labels}</div>'
    return f'<div class="site-far">{plot}<p>{keys}</p></div>'


def _class(name: str) -> str:
    return f"site-far-{name}"


def _place(s: int, count: int) -> str:
    return f"{100 * (s + 0.5) / count:.2f}%"


def _height(value: float, low: int, high: int) -> str:
    return f"{100 * (value - low) / (high - low):.2f}%"


def _tick(exponent: int, low: int, high: int) -> str:
    power = powers_of_log10(exponent).removeprefix("1.0·")
    return f'<span style="bottom: {_height(exponent, low, high)}">{power}</span>'


def _dots(name: str, curve: Array, low: int, high: int) -> str:
    """Return one row; where nothing at all arrives there is no dot."""
    there = [(s, value) for s, value in enumerate(curve.tolist()) if np.isfinite(value)]
    places = [f"left: {_place(s, len(curve))}; bottom: {_height(value, low, high)}" for s, value in there]
    return "".join(
        f'<i class="{_class(name)}" style="{place}" data-log10="{value:.6g}"></i>'
        for place, (_, value) in zip(places, there, strict=True)
    )
