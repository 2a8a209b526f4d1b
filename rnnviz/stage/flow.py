"""The way back as the browser receives it: the same sequence through several cells, at several values of one setting.

A frame is one value of the setting that is swept. Of each frame the browser gets little, losses and norms of gradients,
so that forty of them are sent at once and looked through without asking again. Norms travel as log10, taken in float64:
their range exceeds that of any float.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rnnviz.gradients import log10_norms
from rnnviz.gradients.facts import curve, curves, facts_of
from rnnviz.stage.payload import pack, payload
from rnnviz.trace import Array, Trace

LAYER: Final = "l0"
"""The layer whose gradients are drawn: the one that the longest way back leads to."""


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
    runs: Mapping[str, Sequence[Trace]]
    field: str | None
    values: tuple[float, ...]
    own: int
    ways: Mapping[str, Sequence[Trace]] | None = None

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
    matrices: Mapping[int, tuple[Array, Array]],
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
    matrices : dict of frame to two (T, T) arrays
        log10 of the itemised norms ‖∂L_k/∂h_t‖ and of the Jacobians' norms ‖∂h_t/∂h_s‖, of some frames.
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
    frames = _frames(family, before)
    both = longest.experiment.bidirectional
    flow = {
        "cells": list(family.runs),
        "hidden": {cell: runs[0].experiment.hidden_size for cell, runs in family.runs.items()},
        "parameters": {cell: count_weights(runs[0]) for cell, runs in family.runs.items()},
        "swept": None if family.field is None else {"field": family.field, "values": list(family.values)},
        "matrices": [
            {"frame": frame, "itemised_log10": packed_matrix(items, both), "jacobian_log10": packed_matrix(norms, both)}
            for frame, (items, norms) in sorted(matrices.items())
        ],
        "mark": None if mark is None else {"float32_zero": pack(mark)},
        "before": list(remedies),
    }
    baseline = None if before is None else _frame(before, _lines(before), before.own, before.steps)
    data = payload(longest, arrays=frames, baseline=baseline, **stage)
    # Gates: none is sent along.
    data["meta"] |= {"gates": [], "truncate": longest.experiment.truncate}
    data["stage"] |= {"direction": -1, "frame": family.own}
    return {**data, "flow": flow, "frame_title": title, "frame_labels": list(labels)}


def count_weights(trace: Trace) -> int:
    """Return the number of a network's weights and biases, the readout's included."""
    return sum(array.size for array in trace.parameters.values())


def _frames(family: Family, before: Family | None) -> list[dict[str, Any]]:
    lines = _lines(family)
    earlier = None if before is None else _lines(before)[before.focus]
    frames = []
    for k in range(len(family.values)):
        frame = _frame(family, lines, k, family.steps)
        frame["flow"]["before"] = None if earlier is None else _packed_lines(earlier[k], family.steps)
        frames.append(frame)
    return frames


Lines = dict[str, Array]
"""log10 of the norms of one run's first layer: "dh_log10", and "dc_log10" of an LSTM, (T,) each."""


def _lines(family: Family) -> dict[str, list[Lines]]:
    """Return every cell's lines at every frame."""
    found = {}
    for cell, traces in family.runs.items():
        dh = curves(traces, LAYER)
        dc = curves(traces, LAYER, "c") if traces[0].layers[LAYER].dc is not None else None
        found[cell] = [{"dh_log10": one} | ({} if dc is None else {"dc_log10": dc[k]}) for k, one in enumerate(dh)]
    return found


def _packed_lines(lines: Lines, steps: int) -> dict[str, Any]:
    return {name: pack(padded(line, steps)) for name, line in lines.items()}


def _frame(family: Family, lines: Mapping[str, Sequence[Lines]], k: int, steps: int) -> dict[str, Any]:
    here = {cell: traces[k] for cell, traces in family.runs.items()}
    packed_lines = {cell: _packed_lines(lines[cell][k], steps) for cell in here}
    ways = here if family.ways is None else {cell: traces[k] for cell, traces in family.ways.items()}
    dh = {cell: lines[cell][k]["dh_log10"] if family.ways is None else None for cell in here}
    facts = {cell: facts_of(trace, dh[cell]) for cell, trace in ways.items()}
    sigma = facts.get("rnn", {}).get("sigma")
    trace = here[family.focus]
    return {
        "inputs": pack(padded(trace.inputs, steps)) if trace.alphabet is None else None,
        "losses": pack(padded(trace.losses, steps)),
        "parameters": {},
        "layers": {name: _layer(trace, name, packed_lines[family.focus], steps) for name in trace.layers},
        "flow": {
            "cells": packed_lines,
            "bound_log10": None if sigma is None else packed(bound_log10(here["rnn"], sigma), steps),
            "belt_log10": packed(belt_log10(here["lstm"]), steps) if "lstm" in here else None,
            "before": None,
            "facts": facts,
        },
    }


def _layer(trace: Trace, name: str, first: Mapping[str, Any], steps: int) -> dict[str, Any]:
    """Return a layer's lines; those of the ``first`` layer are packed already."""
    layer = trace.layers[name]
    if name == LAYER:
        lines = dict(first)
    else:
        lines = {"dh_log10": packed(curve(trace, name), steps)}
        if layer.dc is not None:
            lines["dc_log10"] = packed(curve(trace, name, "c"), steps)
    return {"c": None, "gates": {}, "dc_log10": None, **lines, **_parts(trace, name, steps), **_sends(trace, name)}


def _parts(trace: Trace, name: str, steps: int) -> dict[str, Any]:
    """Return log10 of the two parts of dL/dh_t, from step t's own loss and from the others'.

    Of a single layer alone, and of several losses: elsewhere the one is nought, or not known apart without a walk of
    its own for every loss.
    """
    if trace.experiment.num_layers > 1 or np.count_nonzero(trace.losses) < 2 or trace.dtop_by_loss is not None:
        return {}
    dh = trace.layers[name].dh
    half = slice(dh.shape[1], None) if name.endswith("_reverse") else slice(dh.shape[1])
    own = trace.dtop[:, half]
    return {
        "own_log10": packed(log10_norms(own), steps),
        "future_log10": packed(log10_norms(dh - own), steps),
    }


def _sends(trace: Trace, name: str) -> dict[str, Any]:
    """Return of a recorded module's layer, if a loss reads other steps than its own, where its gradient comes in.

    1 or 0 for each step: into the top from the loss, into a layer below from those above.
    """
    if trace.loss_kind != "sum" and trace.dtop_by_loss is None:
        return {}
    names, directions = list(trace.layers), trace.experiment.directions
    place = names.index(name)
    above = names[place - place % directions + directions :][:directions]
    if above:
        gradients = np.concatenate([trace.layers[one].dh for one in above], axis=1)
    else:
        gradients = np.split(trace.dtop, directions, axis=1)[place % directions]
    return {"sends": pack((gradients != 0).any(axis=1).astype(np.float64))}


def bound_log10(trace: Trace, sigma: float) -> Array | None:
    """Return log10 of Pascanu's bound on a plain RNN's ‖dL/dh_t‖, (γ σ_max)^(T−t) ‖dL/dh_T‖ with γ = 1.

    None where it says nothing about this run: with a loss at every step, several layers or both directions, several
    terms add up.
    """
    experiment = trace.experiment
    if experiment.cell != "rnn" or len(trace.layers) > 1 or experiment.loss != "last" or _reads_many(trace):
        return None
    end = _last(trace)
    begun = float(log10_norms(trace.layers[LAYER].dh[end : end + 1])[0])
    bound = np.full(trace.steps, np.nan)
    bound[:end] = begun + np.arange(end, 0, -1) * (math.log10(sigma) if sigma > 0 else -math.inf)
    bound[end] = begun
    return bound


def belt_log10(trace: Trace) -> Array | None:
    """Return log10 of what an LSTM's forget gates alone let through: ‖dL/dc_T ⊙ f_T ⊙ … ⊙ f_{t+1}‖, by step.

    It starts where the full flow, ‖dL/dc_t‖, starts; None with a loss at every step, where gradients start everywhere.
    """
    layer = trace.layers[LAYER]
    if layer.dc is None or trace.experiment.loss != "last" or _reads_many(trace):
        return None
    end = _last(trace)
    with np.errstate(divide="ignore", invalid="ignore"):
        gates = np.log10(layer.gates["f"][1 : end + 1])
        logs = np.log10(np.abs(layer.dc[end]))
        rows = np.vstack([logs, logs + np.cumsum(gates[::-1], axis=0)])[::-1]
        most = np.max(rows, axis=1, keepdims=True)
        safe = np.where(np.isfinite(most), most, 0.0)
        belt = np.full(len(layer.dc), np.nan)
        belt[: end + 1] = safe[:, 0] + 0.5 * np.log10(np.sum(10 ** (2 * (rows - safe)), axis=1))
    return belt


def _reads_many(trace: Trace) -> bool:
    """Tell whether a recorded module's one loss reads many steps of the top, so that gradients start everywhere."""
    return trace.dtop_by_loss is not None and bool(np.count_nonzero(trace.dtop.any(axis=1)) > 1)


def _last(trace: Trace) -> int:
    """Return the step whose loss counts where only the last one does."""
    found = np.flatnonzero(trace.losses)
    return int(found[-1]) if len(found) else trace.steps - 1


def packed_matrix(log10: Array, both: bool) -> dict[str, Any]:
    """Return a (T, T) matrix of log10 norms; its lower triangle, t ≤ k, alone where nothing stands above it."""
    if both:
        return pack(log10)
    rows = pack(log10[np.tril_indices(len(log10))])
    return {"triangle": len(log10), "data": rows["data"]}


def padded(values: Any, steps: int) -> Array:
    """Return rows, (T, …), with rows of NaN added up to ``steps``."""
    rows: Array = np.asarray(values, dtype=np.float64)
    if len(rows) == steps:
        return rows
    return np.asarray(np.concatenate([rows, np.full((steps - len(rows), *rows.shape[1:]), np.nan)]))


def packed(rows: Array | None, steps: int) -> dict[str, Any] | None:
    """Return rows padded and packed; None for None."""
    return None if rows is None else pack(padded(rows, steps))
