"""The way back as the browser receives it: the same sequence through several cells, at several values of one setting.

A frame is one value of the setting that is swept. Of each frame the browser gets little, losses and norms of gradients,
so that forty of them are sent at once and looked through without asking again. Norms travel as log10, taken in float64:
their range exceeds that of any float.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnviz.gradients import reach_totals
from rnnviz.gradients.facts import all_facts, curve, curves
from rnnviz.stage.flow_parts import packed, packed_all, padded, parts_of, sends_of
from rnnviz.stage.payload import pack, payload
from rnnviz.stage.theory import LAYER, belts_log10, bound_log10
from rnnviz.trace import Array, Trace

Runs = Mapping[str, Sequence[Trace]]
"""Of each cell F runs."""


@dataclass(frozen=True, eq=False)
class Family:
    """The same sequence and loss through several cells, at F values of one setting.

    Attributes
    ----------
    focus : str
        The cell that the page is about: of the others only their curves are sent.
    runs : dict of cell to F traces
        Frames may differ in length.
    field : str or None
        The setting that is swept; None: a single frame.
    values : F floats
    own : int
        The frame (0-based) of the run's own value.
    ways : dict of cell to F traces, optional
        The same with the last loss alone, where each step has one: how far a single loss gets is told from them.
    """

    focus: str
    runs: Runs
    field: str | None
    values: tuple[float, ...]
    own: int
    ways: Runs | None = None

    @property
    def steps(self) -> int:
        """T of the longest frame."""
        return max(trace.steps for trace in self.runs[self.focus])

    @property
    def trace(self) -> Trace:
        """The focus cell's run at its own value."""
        return self.runs[self.focus][self.own]


def flow_payload(
    family: Family,
    *,
    matrices: Mapping[int, tuple[Array, Array]] | None = None,
    pairs: str | None = None,
    before: Family | None = None,
    remedies: Sequence[str] = (),
    mark: Array | None = None,
    title: str = "",
    labels: Sequence[str] = (),
    **stage: Any,
) -> dict[str, Any]:
    """Return the payload of a stage that plays backwards (see `rnnviz.stage.payload.payload`).

    Parameters
    ----------
    family : Family
    matrices : dict of frame to two (T, T) arrays, optional
        log10 of the itemised norms ‖∂L_k/∂h_t‖ and of the Jacobians' norms ‖∂h_t/∂h_s‖, of some frames.
    pairs : str, optional
        Where the browser may ask for those of any frame.
    before : Family, optional
        The same without the remedies that are on.
    remedies : sequence of str
        Their names.
    mark : (T,) of 0 and 1, optional
        Steps whose gradient float32 says is exactly zero.
    title, labels : str, F strings
        What the frames' slider moves, and what it says at each.
    **stage
        Passed on: page, views, start, lang, figures, …
    """
    longest = max(family.runs[family.focus], key=lambda trace: trace.steps)
    frames = _all_frames(family, before)
    both = longest.experiment.bidirectional
    flow = {
        "cells": list(family.runs),
        "hidden": {cell: runs[0].experiment.hidden_size for cell, runs in family.runs.items()},
        "parameters": {cell: count_weights(runs[0]) for cell, runs in family.runs.items()},
        "swept": None if family.field is None else {"field": family.field, "values": list(family.values)},
        "matrices": [
            {"frame": frame, "itemised_log10": packed_matrix(items, both), "jacobian_log10": packed_matrix(norms, both)}
            for frame, (items, norms) in sorted((matrices or {}).items())
        ],
        "pairs": pairs,
        "mark": None if mark is None else {"float32_zero": pack(mark)},
        "before": list(remedies),
    }
    baseline = None if before is None else _frames(before, before.steps, [before.own])[0]
    data = payload(longest, arrays=frames, baseline=baseline, **stage)
    # Gates: none is sent along.
    data["meta"] |= {"gates": [], "truncate": longest.experiment.truncate}
    data["stage"] |= {"direction": -1, "frame": family.own}
    return {**data, "flow": flow, "frame_title": title, "frame_labels": list(labels)}


def count_weights(trace: Trace) -> int:
    """Return the number of a network's weights and biases, the readout's included."""
    return sum(array.size for array in trace.parameters.values())


def _all_frames(family: Family, before: Family | None) -> list[dict[str, Any]]:
    frames = _frames(family, family.steps, range(len(family.values)))
    if before is not None:
        lines = _lines(before.runs[before.focus])
        for frame, earlier in zip(frames, _packed_lines(lines, family.steps), strict=True):
            frame["flow"]["before"] = earlier
    return frames


def _frames(family: Family, steps: int, which: Sequence[int]) -> list[dict[str, Any]]:
    """Return some of a family's frames; what is alike in all of them is worked out for all at once."""
    runs = _some(family.runs, which)
    ways = runs if family.ways is None else _some(family.ways, which)
    lines = {cell: _lines(traces) for cell, traces in runs.items()}
    told = (
        lines if family.ways is None else {cell: {"dh_log10": curves(traces, LAYER)} for cell, traces in ways.items()}
    )
    facts = {cell: all_facts(traces, told[cell]["dh_log10"]) for cell, traces in ways.items()}
    parts = {cell: _packed_lines(found, steps) for cell, found in lines.items()}
    belts = packed_all(belts_log10(runs["lstm"]), steps) if "lstm" in runs else [None] * len(which)
    bounds = packed_all(_bounds(runs, lines, facts), steps)
    traces = runs[family.focus]
    losses = packed_all([trace.losses for trace in traces], steps)
    same = all(trace.inputs is traces[0].inputs for trace in traces)
    inputs = [None if one.alphabet else pack(padded(one.inputs, steps)) for one in (traces[:1] if same else traces)]
    return [
        {
            "inputs": inputs[0 if same else k],
            "losses": losses[k],
            "parameters": {},
            "layers": {name: _layer(trace, name, parts[family.focus][k], steps) for name in trace.layers},
            "flow": {
                "cells": {cell: each[k] for cell, each in parts.items()},
                "bound_log10": bounds[k],
                "belt_log10": belts[k],
                "before": None,
                "ways": _ways(trace, steps),
                "facts": {cell: each[k] for cell, each in facts.items()},
            },
        }
        for k, trace in enumerate(traces)
    ]


def _ways(trace: Trace, steps: int) -> dict[str, Any] | None:
    """Return log10 of what of dL/dh_t comes to an encoder through the context alone, and by attention alone."""
    if not trace.segments or trace.experiment.attention == "none":
        return None
    found = reach_totals(trace, LAYER)
    return {f"{way}_log10": packed(rows, steps) for way, rows in found.items()}


Lines = dict[str, list[Array]]
"""log10 of the norms of some runs' first layer: "dh_log10", and "dc_log10" of an LSTM, F of (T,) each."""


def _lines(traces: Sequence[Trace]) -> Lines:
    lines = {"dh_log10": curves(traces, LAYER)}
    return lines if traces[0].layers[LAYER].dc is None else lines | {"dc_log10": curves(traces, LAYER, "c")}


def _packed_lines(lines: Lines, steps: int) -> list[dict[str, Any]]:
    found = {name: packed_all(each, steps) for name, each in lines.items()}
    return [dict(zip(found, each, strict=True)) for each in zip(*found.values(), strict=True)]


def _bounds(
    runs: Runs, lines: Mapping[str, Lines], facts: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[Array | None]:
    if "rnn" not in runs:
        return [None] * len(next(iter(runs.values())))
    each = zip(runs["rnn"], lines["rnn"]["dh_log10"], facts["rnn"], strict=True)
    return [None if told.get("sigma") is None else bound_log10(trace, told["sigma"], dh) for trace, dh, told in each]


def _some(runs: Runs, which: Sequence[int]) -> Runs:
    return {cell: [traces[k] for k in which] for cell, traces in runs.items()}


def _layer(trace: Trace, name: str, first: Mapping[str, Any], steps: int) -> dict[str, Any]:
    """Return a layer's lines; those of the ``first`` layer are packed already."""
    layer = trace.layers[name]
    if name == LAYER:
        lines = dict(first)
    else:
        lines = {"dh_log10": packed(curve(trace, name), steps)}
        if layer.dc is not None:
            lines["dc_log10"] = packed(curve(trace, name, "c"), steps)
    return {"c": None, "gates": {}, "dc_log10": None, **lines, **parts_of(trace, name, steps), **sends_of(trace, name)}


def packed_matrix(log10: Array, both: bool) -> dict[str, Any]:
    """Return a (T, T) matrix of log10 norms; its lower triangle, t ≤ k, alone where nothing stands above it."""
    if both:
        return pack(log10)
    rows = pack(log10[np.tril_indices(len(log10))])
    return {"triangle": len(log10), "data": rows["data"]}
