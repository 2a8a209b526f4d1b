"""The small networks of the gallery: each is run once, and sent to the browser as little more than its states."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from rnnviz.experiment import Experiment
from rnnviz.run import run
from rnnviz.site.shapes.entries import ENTRIES, GROUPS
from rnnviz.stage.payload import pack, payload
from rnnviz.tasks.translation import NOTHING
from rnnviz.trace import NO_TARGET, Array, Trace
from rnnviz.words import say

LONGEST = "attention"
"""The entry whose run has the most steps: the clock of all."""

SURE = 4.0
"""How far the logit of a right answer is asked to be above the others."""


@lru_cache(maxsize=16)
def solved(experiment: Experiment) -> Trace:
    """Return a run whose last weights, and only those, are solved for by least squares, so that its answers are right.

    There are fewer answers than numbers to answer from, so that such weights exist.
    """
    drawn = run(experiment)
    asked = drawn.targets != NO_TARGET
    answered = np.column_stack([answered_from(drawn)[asked], np.ones(asked.sum())])
    wanted = SURE * np.eye(drawn.outputs.shape[1])[drawn.targets[asked]]
    weights = np.linalg.lstsq(answered, wanted, rcond=None)[0].T
    return run(experiment, parameters={**drawn.parameters, "weight_ho": weights[:, :-1], "bias_o": weights[:, -1]})


def answered_from(trace: Trace) -> Array:
    """Return (T, C), what the answer of each step is a linear map of."""
    asked, top = trace.experiment, trace.experiment.num_layers - 1
    if trace.bridge is not None and trace.bridge.mixed is not None:
        silent = np.zeros((trace.segments[1].start, trace.bridge.mixed.shape[1]))
        return np.concatenate([silent, trace.bridge.mixed])
    layers = [trace.layers[name] for name in (f"l{top}", f"l{top}_reverse") if name in trace.layers]
    given = [layer.h + layer.x if asked.residual and top else layer.h for layer in layers]
    return np.concatenate(given, axis=1)


def tile(name: str, lang: str) -> dict[str, Any]:
    """Return what the browser draws one network from; see rnnviz/stage/assets/views/gallery.js."""
    entry, trace = ENTRIES[name], solved(ENTRIES[name].small)
    answers = trace.answers or ()
    said = [answers[np.argmax(row)] if np.isfinite(row).all() else "" for row in trace.outputs]
    bridge = trace.bridge
    return {
        "name": name,
        "title": say(f"shapes.{name}", lang),
        "is": say(f"shapes.{name}.is", lang),
        "href": f"?{entry.link}",
        "group": entry.group,
        "T": trace.steps,
        "sources": trace.segments[0].stop if trace.segments else 0,
        "units": trace.layers["l0"].h.shape[1],
        "layers": [{"name": key, "h": pack(layer.h)} for key, layer in trace.layers.items()],
        "reads": ["" if label == NOTHING else label for label in trace.labels],
        "answers": said,
        "context": None if bridge is None else pack(list(bridge.context.values())[-1]),
        "enters": trace.experiment.decoder if trace.segments else None,
        "attention": None if bridge is None or bridge.attention is None else pack(bridge.attention),
        "residual": trace.experiment.residual,
    }


def clock() -> Trace:
    """Return the longest run, whose steps are those of the gallery."""
    return solved(ENTRIES[LONGEST].small)


@lru_cache(maxsize=32)
def packed(lang: str, start: int) -> dict[str, Any]:
    """Return the payload of the gallery's stage; not to be changed by whoever gets it."""
    groups = [{"name": name, "title": say(f"shapes.group.{name}", lang)} for name in GROUPS]
    options = {"title": say("shapes.gallery", lang), "groups": groups, "tiles": [tile(name, lang) for name in ENTRIES]}
    views = [{"view": "gallery", "area": "graph", "options": options}]
    return payload(clock(), page="gallery", views=views, start=start, lang=lang)
