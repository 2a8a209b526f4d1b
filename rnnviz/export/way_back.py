"""The payload of the way back: gradients from every loss to every state, of one run or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.engines.across import Back, Seeds, walk_back
from rnnviz.engines.encoder_decoder import seen
from rnnviz.engines.through_time import backward_stack
from rnnviz.experiment import CELLS
from rnnviz.export.stack import differing, of_several_cells
from rnnviz.gradients import float32_zeros, log10_itemised, log10_jacobian_norms
from rnnviz.gradients.reading import output_gradients
from rnnviz.gradients.runs import run_of
from rnnviz.stage.flow import Family, flow_payload
from rnnviz.trace import Array, LayerTrace, Trace
from rnnviz.words import say

LONGEST: Final = 128
"""T up to which the matrices of all pairs of steps are worked out."""
WORK: Final = 400_000
"""T² × H of all matrices together: the first run's always, others spread over the slider as far as this goes."""


def way_back(traces: Sequence[Trace], baseline: Trace | None, **stage: Any) -> dict[str, Any]:
    """Return the payload of a stage that plays backwards; ``baseline`` is the run without what is tried as a remedy.

    Runs of one cell each lie side by side, the first in detail; others are the places of a slider. ``stage`` is passed
    on to `rnnviz.stage.payload.payload`.
    """
    if of_several_cells(traces):
        cells, traces = traces, traces[:1]
        stage = {name: value for name, value in stage.items() if not name.startswith("frame_")}
    else:
        cells = traces
    zeros = float32_zeros(traces[0])
    title, labels = stage.pop("frame_title", say("stage.frames", stage["lang"])), stage.pop("frame_labels", ())
    payload = flow_payload(
        _family(cells),
        matrices=matrices(traces),
        before=None if baseline is None else _family([baseline] * len(traces)),
        mark=zeros.astype(np.float64) if zeros.any() else None,
        title=title,
        labels=labels,
        **stage,
    )
    if len(traces) > 1:
        del payload["stage"]["frame"]  # none of them is the one that was asked for
    return payload


def matrices(traces: Sequence[Trace]) -> Mapping[int, tuple[Array, Array]]:
    """Return log10 of the itemised norms and of the Jacobians' norms, (T, T) each, of some of the runs."""
    steps, units = max(trace.steps for trace in traces), traces[0].layers["l0"].h.shape[1]
    if steps > LONGEST:
        return {}
    count = max(1, min(len(traces), WORK // (steps**2 * units)))
    frames = sorted({round(k) for k in np.linspace(0, len(traces) - 1, count)})
    return {frame: (log10_itemised(traces[frame]), log10_jacobian_norms(traces[frame])) for frame in frames}


def last_loss_alone(trace: Trace) -> Trace:
    """Return a run with its last loss alone: how far one loss gets is hidden where others add to it on the way."""
    steps = np.flatnonzero(trace.losses)
    if len(steps) < 2 or trace.loss_kind == "sum":  # of both directions' last states: one loss, in two parts
        return trace
    last = np.arange(trace.steps) == steps[-1]
    if trace.segments:
        return _translated_alone(trace, last)
    by_loss = trace.dtop_by_loss
    dtop = trace.dtop * last[:, None] if by_loss is None else by_loss[steps[-1]]
    with np.errstate(over="ignore", invalid="ignore"):
        adjoints = backward_stack(trace.experiment, {name: run_of(trace, name) for name in trace.layers}, dtop)
    return replace(
        trace,
        experiment=trace.experiment.replace(loss="last"),
        losses=trace.losses * last,
        dtop=dtop,
        dtop_by_loss=None if by_loss is None else by_loss * last[:, None, None],
        layers={
            name: replace(layer, dh=adjoints[name].dh, dc=adjoints[name].dc) for name, layer in trace.layers.items()
        },
    )


def _translated_alone(trace: Trace, last: NDArray[np.bool_]) -> Trace:
    """Return the same of an encoder and its decoder: the gradient of the ``last`` loss goes back through both."""
    found = output_gradients(trace)
    assert found is not None and trace.bridge is not None
    begins = trace.segments[-1].start
    back = walk_back(seen(trace), Seeds(outputs=(found * last[:, None])[begins:]))
    return replace(
        trace,
        experiment=trace.experiment.replace(loss="last"),
        losses=trace.losses * last,
        dtop=back.top,
        layers={name: _layer_alone(layer, back, name) for name, layer in trace.layers.items()},
        bridge=replace(trace.bridge, d_context=back.contexts),
    )


def _layer_alone(layer: LayerTrace, back: Back, name: str) -> LayerTrace:
    """Return a layer with its gradients; one that comes from the end has none at the decoder's steps."""
    dh, dc = back.dh(name), back.dc(name)
    if name not in back.decoder:
        steps = len(back.encoder[name].dh)
        dh[steps:] = np.nan
        if dc is not None:
            dc[steps:] = np.nan
    return replace(layer, dh=dh, dc=dc)


def _family(traces: Sequence[Trace]) -> Family:
    """Return runs as the stage's payload wants them, beside each what becomes of its last loss alone."""
    family = _runs(traces)
    ways = {cell: [last_loss_alone(trace) for trace in of_cell] for cell, of_cell in family.runs.items()}
    same = all(way is trace for cell in ways for way, trace in zip(ways[cell], family.runs[cell], strict=True))
    return family if same else replace(family, ways=ways)


def _runs(traces: Sequence[Trace]) -> Family:
    if of_several_cells(traces):
        by_cell = {trace.experiment.cell: [trace] for trace in traces}
        runs: dict[str, list[Trace]] = {name: by_cell[name] for name in CELLS if name in by_cell}
        return Family(traces[0].experiment.cell, runs, None, (0.0,), 0)
    cell, found = traces[0].experiment.cell, differing(traces)
    name, values = found or (None, [])
    numbers = tuple(float(value) for value in values if isinstance(value, float | int))
    whole = len(numbers) == len(traces)
    return Family(cell, {cell: traces}, name if whole else None, numbers if whole else (0.0,) * len(traces), 0)
