"""A run cut short: what the way back would be, had the sequence ended earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import ExperimentError
from rnnviz.engines.layer import Adjoint
from rnnviz.engines.numpy_engine import trace as numpy_trace
from rnnviz.engines.through_time import Part, walk
from rnnviz.gradients.reading import pools
from rnnviz.gradients.runs import run_of
from rnnviz.inputs import Inputs
from rnnviz.losses import counted, losses_of
from rnnviz.trace import Array, LayerTrace, Trace


def cut_short(trace: Trace, lengths: Sequence[int]) -> list[Trace]:
    """Return a run as it would be if its sequence ended after so many steps: same weights, same states, another loss.

    What was read before is the same whatever comes after, so the states are those of the trace, and all lengths go back
    side by side. Only where a network also reads from the end, or each of many losses is cut off at another step, each
    length is run by itself.

    Parameters
    ----------
    trace : Trace
        Of an experiment, not of a recorded module: its readout and its targets make the losses.
    lengths : sequence of int
        From 1 to T.

    Returns
    -------
    list of Trace
        With ``parameter_grads`` empty and ``grad_norm`` NaN where a length walked back beside others.

    Raises
    ------
    ExperimentError
        If the network is asked only at the end, or writes after it has read: cut short, that is another question.
    """
    experiment = trace.experiment
    if trace.segments or pools(trace):
        raise ExperimentError("shape", experiment.shape, "error.not_cut")
    if experiment.bidirectional or (experiment.truncate is not None and experiment.loss == "every"):
        return [trace if length == trace.steps else _again(trace, length) for length in lengths]
    dtop, ends = _starts(trace, lengths)
    inside = None
    if experiment.truncate is not None:
        inside = np.abs(np.arange(trace.steps)[:, None] - ends) <= experiment.truncate
    runs = {name: run_of(trace, name) for name in trace.layers}
    adjoints = walk(experiment, runs, Part(0, trace.steps, dtop, inside))
    return [
        trace if length == trace.steps else _prefix(trace, length, dtop[:length, frame], adjoints, frame)
        for frame, length in enumerate(lengths)
    ]


def _starts(trace: Trace, lengths: Sequence[int]) -> tuple[Array, NDArray[np.int64]]:
    """Return what starts each length's way back, (T, F, H), and the step of its last loss, (F,)."""
    kind, which = trace.kind, trace.experiment.loss
    _, d_outputs = losses_of(kind, trace.outputs, trace.targets, "every")
    from_outputs = d_outputs @ trace.parameters["weight_ho"]
    dtop = np.zeros((trace.steps, len(lengths), from_outputs.shape[1]))
    ends = np.zeros(len(lengths), np.int64)
    for frame, length in enumerate(lengths):
        steps = np.flatnonzero(counted(kind, trace.targets[:length], which))
        dtop[steps, frame] = from_outputs[steps]
        ends[frame] = steps[-1] if len(steps) else 0
    return dtop, ends


def _prefix(trace: Trace, length: int, dtop: Array, adjoints: Mapping[str, Adjoint], frame: int) -> Trace:
    losses, _ = losses_of(trace.kind, trace.outputs[:length], trace.targets[:length], trace.experiment.loss)
    return replace(
        trace,
        labels=trace.labels[:length],
        inputs=trace.inputs[:length],
        targets=trace.targets[:length],
        outputs=trace.outputs[:length],
        losses=losses,
        parameter_grads={},
        grad_norm=float("nan"),
        dtop=dtop,
        layers={name: _first(layer, length, adjoints[name], frame) for name, layer in trace.layers.items()},
    )


def _first(layer: LayerTrace, length: int, adjoint: Adjoint, frame: int) -> LayerTrace:
    return replace(
        layer,
        x=layer.x[:length],
        h=layer.h[:length],
        c=None if layer.c is None else layer.c[:length],
        gates={name: value[:length] for name, value in layer.gates.items()},
        preactivations={name: value[:length] for name, value in layer.preactivations.items()},
        dh=adjoint.dh[:length, frame],
        dc=None if adjoint.dc is None else adjoint.dc[:length, frame],
    )


def _again(trace: Trace, length: int) -> Trace:
    data = Inputs(
        kind=trace.kind,
        labels=trace.labels[:length],
        alphabet=trace.alphabet,
        answers=trace.answers,
        inputs=trace.inputs[:length],
        targets=trace.targets[:length],
        unit_names=trace.unit_names,
    )
    return numpy_trace(trace.experiment, data, trace.parameters)
