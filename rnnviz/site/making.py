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
    share_sentences,
    shares_spec,
)
from rnnviz.figures.powers import powers
from rnnviz.figures.shares import matrices_of
from rnnviz.gradients import expansion, influence, weight_shares
from rnnviz.trace import Trace
from rnnviz.words import say

PAIRS: Final = 128
CELLS: Final = 3_000_000
"""Steps up to which all pairs of an input and an output are worked out, and T² × O × D of the Jacobians in between."""


@dataclass(frozen=True, eq=False)
class Making:
    """Figures by name, as Plotly JSON, and the views that show them."""

    figures: dict[str, str]
    views: list[dict[str, Any]]


@lru_cache(maxsize=24)
def making(trace: Trace, lang: str) -> Making:
    """Return the figures of a run; not to be changed by whoever gets them."""
    found = {name: weight_shares(trace, name).shares for name in matrices_of(list(trace.parameters))}
    figures = in_both_themes("shares", shares_spec, found, lang=lang)
    views = [_plot("shares", share_sentences(found, lang))]
    steps = trace.steps
    if steps > PAIRS or steps**2 * trace.inputs.shape[1] * trace.outputs.shape[1] > CELLS:
        views[0]["options"]["sentences"].append(say("gradients.too_long", lang, steps=steps, most=PAIRS))
        return Making(figures, views)
    with np.errstate(divide="ignore"):
        pairs = np.log10(influence(trace))
    figures |= in_both_themes("influence", influence_spec, pairs, trace.labels, lang=lang)
    last = expansion(trace, steps - 1)
    figures |= in_both_themes("contributions", contributions_spec, last.norms, trace.labels, steps - 1, lang=lang)
    sizes = {
        "rest": powers(float(np.linalg.norm(last.rest))),
        "whole": powers(float(np.linalg.norm(trace.outputs[-1]))),
    }
    written = [say("figures.nested", lang, text=last.text), say("figures.nested_rest", lang, **sizes)]
    return Making(figures, [*views, _plot("influence", []), _plot("contributions", written)])


def _plot(name: str, sentences: list[str]) -> dict[str, Any]:
    return {"view": "plot", "area": "wide", "options": {"figure": name, "sentences": sentences}}
