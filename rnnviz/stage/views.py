"""What can be seen of a run, by name: single views, and the sets of them that a lesson shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from rnnviz.figures import (
    KEEPING_GATE,
    in_both_themes,
    retention_spec,
    saturation_sentences,
    saturation_spec,
    since_step,
)
from rnnviz.trace import Trace
from rnnviz.words import DEFAULT_LANGUAGE, say

View = dict[str, Any]
"""``{"view": name, "area": "graph" | "panel" | "score" | "wide", "options": {…}}``."""
LANES: Final = ["written", "attention", "h", "c", "gates", "loss", "gradient"]
"""Of a run that has no such thing a lane is left out."""
CURVE_LANES: Final = ["curves", "loss"]
PAIR_LANES: Final = ["matrix:itemised", "matrix:jacobian"]
GATE_LANES: Final = {
    "rnn": ["h"],
    "lstm": ["c", "h", "gate:f", "gate:i", "gate:o", "gates"],
    "gru": ["h", "gate:z", "gate:r", "gates"],
}


@dataclass(frozen=True)
class Scene:
    """What a stage shows: views in reading order, and the figures (Plotly JSON) that they draw."""

    views: list[View]
    figures: dict[str, str] = field(default_factory=dict)

    def __add__(self, other: Scene) -> Scene:
        """Return both, a view that stands in both once."""
        seen = [_identity(view) for view in self.views]
        return Scene(
            [*self.views, *(view for view in other.views if _identity(view) not in seen)],
            {**other.figures, **self.figures},
        )

    def without(self, view: str) -> Scene:
        """Return all but the views of a name, and but the figures if no view is left that draws them."""
        views = [one for one in self.views if one["view"] != view]
        return Scene(views, {} if view == "plot" else self.figures)


def step(trace: Trace, baseline: Trace | None = None, lang: str = DEFAULT_LANGUAGE) -> Scene:
    """Return the lesson Step: the graph, one unit of it in numbers, the score, the answer, the code that ran."""
    answer = ["output"] if trace.loss_kind != "sum" else []  # a recorded module of which nothing was asked
    return Scene([SINGLE[name] for name in ("unrolled", "equations", "score", *answer, "source")])


def gates(trace: Trace, baseline: Trace | None = None, lang: str = DEFAULT_LANGUAGE) -> Scene:
    """Return the lesson Gates: the cell drawn large, how long a memory lasts, how saturated the gates are.

    ``baseline`` is the run in which nothing is held.
    """
    score: View = {"view": "score", "area": "score", "options": {"lanes": GATE_LANES[trace.experiment.cell]}}
    if trace.experiment.cell == "rnn":
        return Scene([score])
    layer = trace.layers["l0"]
    active = int(np.abs(layer.h).mean(axis=0).argmax())
    unit = next((held.unit for held in trace.experiment.hold if held.unit is not None), active)
    of_first = [say("gates.first_layer", lang)] if len(trace.layers) > 1 else []
    sentences = {"left": of_first, "saturation": of_first + saturation_sentences(layer.gates, lang)}
    views: list[View] = [{"view": "cell", "area": "graph", "options": {"unit": unit}}, score]
    for figure, said in sentences.items():
        views.append({"view": "plot", "area": "wide", "options": {"figure": figure, "sentences": said}})
    return Scene(views, _gate_figures(trace, baseline, lang))


def gradients(trace: Trace, baseline: Trace | None = None, lang: str = DEFAULT_LANGUAGE) -> Scene:
    """Return the lesson Gradients, the way back through time; it needs the payload of `rnnviz.stage.flow`."""
    return Scene(
        [
            {"view": "score", "area": "graph", "options": {"lanes": CURVE_LANES}},
            {"view": "flow", "area": "panel", "options": {}},
            {"view": "backflow", "area": "graph", "options": {}},
            {"view": "score", "area": "graph", "options": {"lanes": PAIR_LANES, "lower": True}},
        ]
    )


def _gate_figures(trace: Trace, baseline: Trace | None, lang: str) -> dict[str, str]:
    cell, gates = trace.experiment.cell, trace.layers["l0"].gates
    keep, hold = KEEPING_GATE[cell][1], trace.experiment.hold
    free = baseline.layers["l0"].gates[keep] if baseline and hold else None
    left = {"cell": cell, "baseline": free, "lang": lang}
    figures = in_both_themes("left", retention_spec, gates[keep], since_step(hold, trace.steps), **left)
    return figures | in_both_themes("saturation", saturation_spec, gates, lang=lang)


SINGLE: Final[Mapping[str, View]] = {
    "unrolled": {"view": "unrolled", "area": "graph", "options": {}},
    "cell": {"view": "cell", "area": "graph", "options": {}},
    "equations": {"view": "equations", "area": "panel", "options": {}},
    "score": {"view": "score", "area": "score", "options": {"lanes": LANES}},
    "attention": {"view": "attention", "area": "wide", "options": {}},
    "output": {"view": "output", "area": "wide", "options": {}},
    "source": {"view": "source", "area": "wide", "options": {}},
}
BESIDES: Final = ("score", "flow")
"""Views that name the run which lies under another."""
SETS: Final[Mapping[str, Callable[[Trace, Trace | None, str], Scene]]] = {
    "step": step,
    "gates": gates,
    "gradients": gradients,
}
ALONE: Final = "gradients"
"""The set that no other view can stand beside: of its runs the browser gets the way back, and not the gates."""
NAMES: Final = (*SETS, *SINGLE)


def scene(names: Sequence[str], trace: Trace, baseline: Trace | None = None, lang: str = DEFAULT_LANGUAGE) -> Scene:
    """Return what the ``names``, each one of `NAMES`, stand for, one after the other."""
    found = Scene([])
    for name in names:
        found += SETS[name](trace, baseline, lang) if name in SETS else Scene([SINGLE[name]])
    if baseline is None or trace.experiment.hold != baseline.experiment.hold:
        return found
    # Else it is named as the run in which nothing is held, or as that before a remedy.
    other = {"baseline_name": say("export.other_run", lang), "baseline_short": say("export.other_short", lang)}
    return Scene([_with(view, other) if view["view"] in BESIDES else view for view in found.views], found.figures)


def _with(view: View, options: Mapping[str, Any]) -> View:
    return {**view, "options": {**view["options"], **options}}


def _identity(view: View) -> tuple[str, str | None]:
    """Of several figures each is a view of its own; of anything else a stage has one."""
    return view["view"], view["options"].get("figure")
