"""The figures under the Gradients page's stage: what the gradient of a weight, and what an output, is made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from rnnviz.figures import (
    contributions_spec,
    in_both_themes,
    influence_spec,
    saturation_sentences,
    saturation_spec,
    share_sentences,
    shares_spec,
)
from rnnviz.figures.powers import powers
from rnnviz.figures.shares import matrices_of
from rnnviz.gradients import weight_shares
from rnnviz.gradients.influences import input_jacobians, readout
from rnnviz.gradients.magnitude import log10_scaled, row_norms, scaled
from rnnviz.gradients.nested import nested_form
from rnnviz.gradients.reading import answered
from rnnviz.trace import Array, Trace
from rnnviz.words import say

PAIRS: Final = 128
CELLS: Final = 3_000_000
"""Steps up to which all pairs of an input and an answer are worked out, and pairs × O × D of their Jacobians."""


@dataclass(frozen=True, eq=False)
class Making:
    """Figures by name, as Plotly JSON, and the views that show them."""

    figures: dict[str, str]
    views: list[dict[str, Any]]


@lru_cache(maxsize=24)
def making(trace: Trace, lang: str) -> Making:
    """Return the figures of a run; not to be changed by whoever gets them."""
    figures, views = _of_weights(trace, lang) if trace.steps > 1 else ({}, [])  # one step makes all of it
    steps = trace.steps
    count = steps * int(answered(trace).sum())
    if steps > PAIRS or count * trace.inputs.shape[1] * trace.outputs.shape[1] > CELLS:
        views[0]["options"]["sentences"].append(say("gradients.too_long", lang, steps=steps, most=PAIRS))
        return Making(figures, views)
    pairs, parts = owed(trace)
    marked: dict[str, Any] = {"decoder": decoder_of(trace), "lang": lang}
    figures |= in_both_themes("influence", influence_spec, pairs, trace.labels, **marked)
    norms = np.linalg.norm(parts, axis=1)
    figures |= in_both_themes("contributions", contributions_spec, norms, trace.labels, steps - 1, **marked)
    rest, whole = trace.outputs[-1] - parts.sum(axis=0), trace.outputs[-1]
    sizes = {"rest": powers(float(np.linalg.norm(rest))), "whole": powers(float(np.linalg.norm(whole)))}
    nested = nested_form(trace, steps - 1)
    written = [say("figures.nested", lang, text=nested), say("figures.nested_rest", lang, **sizes)]
    return Making(figures, [*views, _plot("influence", []), _plot("contributions", written)])


def _of_weights(trace: Trace, lang: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return the figure of the matrices' gradients, and its view."""
    names = [name for name in matrices_of(list(trace.parameters)) if trace.parameters[name].size]
    found = {name: weight_shares(trace, name).shares for name in names}
    figures = in_both_themes("shares", shares_spec, found, decoder=decoder_of(trace), lang=lang)
    return figures, [_plot("shares", share_sentences(found, lang, decoder=decoder_of(trace)))]


def decoder_of(trace: Trace) -> int | None:
    """Return the first step of a decoder; None if there is none."""
    return trace.segments[-1].start if trace.segments else None


def saturated(trace: Trace, before: list[str], lang: str) -> Making:
    """Return how often the first layer's gates stand open or shut; those of an encoder and a decoder each by itself.

    Parameters
    ----------
    trace : Trace
    before : list of str
        What is said before what is counted.
    lang : str
    """
    figures: dict[str, str] = {}
    views: list[dict[str, Any]] = []
    parts: list[tuple[str | None, slice]] = [(part.name, slice(part.start, part.stop)) for part in trace.segments]
    for part, here in parts or [(None, slice(0, trace.steps))]:
        gates = {gate: values[here] for gate, values in trace.layers["l0"].gates.items()}
        name = f"saturation_{part}" if part else "saturation"
        figures |= in_both_themes(name, saturation_spec, gates, part=part, lang=lang)
        views.append(_plot(name, [*before, *saturation_sentences(gates, lang)]))
    return Making(figures, views)


def owed(trace: Trace) -> tuple[Array, Array]:
    """Return `influence` (Frobenius) as log10, (T, T), and the contributions of `expansion` of the last step, (T, O).

    Both from one walk back, which is all the work. NaN in rows of steps without an answer.
    """
    blocks, exponents = input_jacobians(trace, readout(trace))
    pairs = log10_scaled(row_norms(blocks.reshape(*blocks.shape[:2], -1)), exponents)
    pairs[~answered(trace)] = np.nan
    last = scaled(blocks[-1], exponents[-1][:, None, None])
    return pairs, np.einsum("sod,sd->so", last, trace.inputs)


def _plot(name: str, sentences: list[str]) -> dict[str, Any]:
    return {"view": "plot", "area": "wide", "options": {"figure": name, "sentences": sentences}}
