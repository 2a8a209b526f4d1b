"""One run of an encoder and its decoder, as a trace: the two halves, step after step, on one time axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnnviz.engines.across import Back, Seeds, gradients, joined, walk_back
from rnnviz.engines.clipping import clipped, global_norm
from rnnviz.engines.decoding import Written, written
from rnnviz.engines.encoder_decoder import NUMPY, Record, Walks, decode, encode
from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.losses import losses_of
from rnnviz.parameters import read
from rnnviz.trace import Array, Bridge, LayerTrace, Segment, Trace


@np.errstate(over="ignore", invalid="ignore")
def trace(
    experiment: Experiment,
    data: Inputs,
    parameters: Mapping[str, Array],
    walks: Walks = NUMPY,
    of_weights: bool = True,
) -> Trace:
    """Read the source, write, and take the loss back to the source's first step.

    Parameters
    ----------
    experiment : Experiment
    data : Inputs
        With ``sources``.
    parameters : dict
    walks : Walks
        Of the engine.
    of_weights : bool
        Whether the weights' gradients are worked out as well as the states'; else ``parameter_grads`` is empty and
        ``grad_norm`` NaN.
    """
    encoded = encode(experiment, parameters, data.inputs[: data.sources, : data.read], walks=walks)
    own, asked = written(encoded, data), len(data.targets) - data.sources
    data = own.data
    record = decode(encoded, data.inputs[data.sources :, : data.outputs])
    outputs = np.full((len(data.labels), data.outputs), np.nan)
    outputs[data.sources :] = record.outputs
    losses, d_outputs = losses_of(data.kind, outputs, data.targets, experiment.loss)
    d_outputs = d_outputs[data.sources :]
    back = walk_back(record, Seeds(outputs=d_outputs))
    grads = gradients(record, back, d_outputs) if of_weights else {}
    return Trace(
        experiment=experiment,
        kind=data.kind,
        labels=data.labels,
        alphabet=data.alphabet,
        answers=data.answers,
        inputs=data.inputs,
        targets=data.targets,
        outputs=outputs,
        losses=losses,
        parameters=parameters,
        parameter_grads=clipped(experiment, grads),
        grad_norm=global_norm(grads) if grads else float("nan"),
        dtop=back.top,
        layers={name: _layer(record, back, name) for name in experiment.layer_names},
        unit_names=data.unit_names,
        segments=_segments(experiment, data),
        bridge=_bridge(record, back, own, asked),
    )


def _segments(experiment: Experiment, data: Inputs) -> tuple[Segment, ...]:
    width, steps = read(experiment, data.outputs), len(data.labels)
    return (
        Segment("encoder", 0, data.sources, experiment.layer_names, data.read),
        Segment("decoder", data.sources, steps, experiment.decoder_names, width),
    )


def _bridge(record: Record, back: Back, own: Written, asked: int) -> Bridge:
    made = {level: one.value for level, one in record.encoded.contexts.items()}
    bridge = Bridge(made, back.contexts, hypotheses=own.hypotheses, stopped=own.stopped, asked=asked)
    look = record.look
    if look is None:
        return bridge
    return replace(bridge, attention=look.weights, scores=look.scores, attended=look.attended, mixed=look.mixed)


def _layer(record: Record, back: Back, name: str) -> LayerTrace:
    """Return a layer's record: its steps in the encoder, then those of its namesake in the decoder, if it has one."""
    first, then = record.encoded.runs[name], record.runs.get(name)
    steps = len(back.top)

    def rows(one: Array, other: Array | None) -> Array:
        return joined(one, other, steps, 0.0 if then is not None else np.nan)

    def named(kind: str) -> dict[str, Array]:
        ours, theirs = getattr(first, kind), getattr(then, kind, {})
        return {quantity: rows(value, theirs.get(quantity)) for quantity, value in ours.items()}

    values, adjoint, other = named("values"), back.encoder[name], back.decoder.get(name)
    return LayerTrace(
        x=rows(first.x, None if then is None else then.x),
        h=values["h"],
        c=values.get("c"),
        h0=first.h0,
        c0=first.c0 if first.cell.has_c else None,
        gates={gate: values[gate] for gate in first.cell.gates},
        preactivations=named("sums"),
        dh=rows(adjoint.dh, None if other is None else other.dh),
        dc=None if adjoint.dc is None else rows(adjoint.dc, None if other is None else other.dc),
    )
