r"""The NumPy engine: float64, one step after another, written to be read.

Forward, a stack of layers reads the inputs, each one the hidden states of the one below (of both directions, side by
side; with ``residual`` also what that one read); the readout answers, and each answer has a loss:

.. math:: y_t = W_{ho} h_t + b_o, \qquad L = \sum_t L_t(y_t, \mathrm{target}_t)

Backward, the gradient goes the same way in reverse. The cells' equations stand in `rnnviz.cells`, the time loop in
`rnnviz.engines.layer`, the way back in `rnnviz.engines.through_time`; here they are put together. What else is read or
answered in other shapes is told in `rnnviz.engines.shapes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from rnnviz.cells import cell_named
from rnnviz.engines import translation
from rnnviz.engines.clipping import clipped, global_norm
from rnnviz.engines.layer import KINDS, Adjoint, Held, Run, Weights, forward, gradients, together
from rnnviz.engines.shapes import Reading, read_out
from rnnviz.engines.through_time import backward_stack, levels, skips
from rnnviz.experiment import Experiment
from rnnviz.initial import READOUT
from rnnviz.inputs import Inputs
from rnnviz.trace import Array, LayerTrace, Trace


# A network may explode: that is one of the things to see. Inf and NaN go into the trace, which says where they begin.
@np.errstate(over="ignore", invalid="ignore")
def trace(experiment: Experiment, data: Inputs, parameters: Mapping[str, Array]) -> Trace:
    """Run an experiment forward and backward.

    Parameters
    ----------
    experiment : Experiment
    data : Inputs
        What is read, (T, D), and what should be answered.
    parameters : dict of float64 arrays
        Under torch's names, of the shapes of `rnnviz.initial.parameter_shapes`.

    Returns
    -------
    Trace
    """
    if experiment.translates:
        return translation.trace(experiment, data, parameters)
    runs, top = forward_stack(experiment, parameters, data.inputs)
    reading = read_out(experiment, data, parameters, top)
    adjoints = backward_stack(experiment, runs, reading.dtop)
    return whole(experiment, data, parameters, reading, runs, adjoints)


@np.errstate(over="ignore", invalid="ignore")
def traces(
    experiments: Sequence[Experiment],
    data: Sequence[Inputs],
    parameters: Sequence[Mapping[str, Array]],
    of_weights: bool = True,
) -> list[Trace]:
    """Run F experiments as a stack: one walk through time for all, and the very bits that `trace` gives of each.

    Encoders and decoders walk one after the other.

    Parameters
    ----------
    experiments, data, parameters : F each
        As of `trace`. The experiments differ in nothing that shapes a walk: cell, sizes, steps, holds, truncation.
        Their arrays in the traces are views of the stack's.
    of_weights : bool
        Whether the weights' gradients are worked out as well as the states'; else ``parameter_grads`` is empty and
        ``grad_norm`` NaN.
    """
    if experiments[0].translates:
        return [
            translation.trace(*one, of_weights=of_weights) for one in zip(experiments, data, parameters, strict=True)
        ]
    stack = stacked(parameters)
    x = joined([one.inputs[:, None] for one in data], axis=1)
    answering = [joined([own[name] for own in parameters]) for name in READOUT]
    width = max(x.shape[1], *(len(value) for value in (*stack.values(), *answering)))
    runs, top = forward_stack(experiments[0], stack, x, (width, 1))
    frames = range(width)
    readings = [read_out(experiments[f], data[f], parameters[f], together(top, f)) for f in frames]
    adjoints = backward_stack(experiments[0], runs, np.stack([reading.dtop[:, None] for reading in readings], axis=1))
    found: list[Trace] = []
    for f, reading in enumerate(readings):
        own = {name: run.of(f, Weights.of(parameters[f], name)) for name, run in runs.items()}
        back = {name: adjoint.of(f) for name, adjoint in adjoints.items()}
        alike = range(f, f + 1) if width > 1 else range(len(data))  # a walk that all have in common was walked once
        how = gradients if of_weights else None
        found += (whole(experiments[k], data[k], parameters[k], reading, own, back, how) for k in alike)
    return found


def stacked(parameters: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """Return the recurrent layers' weights of F networks as a stack; of what all have alike, F is 1."""
    names = [name for name in parameters[0] if name not in READOUT]
    stack = {name: joined([own[name] for own in parameters]) for name in names}
    return {name: value if "weight" in name else value[:, None] for name, value in stack.items()}


def joined(arrays: Sequence[Array], axis: int = 0) -> Array:
    """Return arrays along a new axis; one alone, if all are the same."""
    first = arrays[0]
    alike = all(array is first or np.array_equal(array, first) for array in arrays)
    return first[(slice(None),) * axis + (None,)] if alike else np.stack(arrays, axis)


def forward_stack(
    experiment: Experiment,
    parameters: Mapping[str, Array],
    x: Array,
    stack: tuple[int, ...] = (),
    states: Mapping[str, tuple[Array, Array]] = MappingProxyType({}),
    inside: NDArray[np.bool_] | None = None,
) -> tuple[dict[str, Run], Array]:
    """Run all layers; return each one's record, and what the top gives, (T, …, directions·H).

    ``stack`` is what stands at the … : nothing, (F, 1) for a stack of F networks, or (B,) for a minibatch, see
    `rnnviz.engines.layer`. ``states`` has by layer the h and c, (…, H), that it starts from, where these are not zeros;
    ``inside``, (T, …), the steps that sequences of unequal lengths have.
    """
    cell = cell_named(experiment.cell, experiment.nonlinearity)
    zeros = np.zeros((*stack, experiment.hidden_size))
    runs: dict[str, Run] = {}
    for level in levels(experiment):
        for name in level:
            held = Held(experiment.hold, name, len(x), experiment.hidden_size)
            weights, reverse = Weights.of(parameters, name), name.endswith("_reverse")
            runs[name] = forward(cell, weights, x, held, reverse, *states.get(name, (zeros, zeros)), inside)
        h = np.concatenate([runs[name].values["h"] for name in level], axis=-1)
        x = h + x if skips(experiment, level) else h
    return runs, x


def whole(
    experiment: Experiment,
    data: Inputs,
    parameters: Mapping[str, Array],
    reading: Reading,
    runs: Mapping[str, Run],
    adjoints: Mapping[str, Adjoint],
    gradients: Callable[[Run, Array, Array], tuple[Array, Array, Array, Array]] | None = gradients,
) -> Trace:
    """Put a run's trace together, with the gradients of its parameters, if it is known how they come about."""
    grads = {} if gradients is None else of_parameters(reading, runs, adjoints, gradients)
    grads = {name: grad for name, grad in grads.items() if name in parameters}  # one step has no recurrent weights
    return Trace(
        experiment=experiment,
        kind=data.kind,
        labels=data.labels,
        alphabet=data.alphabet,
        answers=data.answers,
        inputs=data.inputs,
        targets=data.targets,
        outputs=reading.outputs,
        losses=reading.losses,
        parameters=parameters,
        parameter_grads=clipped(experiment, {name: grads[name] for name in parameters}) if grads else {},
        grad_norm=global_norm(grads) if grads else float("nan"),
        dtop=reading.dtop,
        layers={name: layer_trace(run, adjoints[name]) for name, run in runs.items()},
        unit_names=data.unit_names,
        dtop_by_loss=reading.dtop_by_loss,
        answered="once" if experiment.shape == "many_to_one" else "readout",
    )


def of_parameters(
    reading: Reading,
    runs: Mapping[str, Run],
    adjoints: Mapping[str, Adjoint],
    gradients: Callable[[Run, Array, Array], tuple[Array, Array, Array, Array]],
) -> dict[str, Array]:
    """Return the gradient of every parameter under torch's names, before any clipping."""
    grads = {"weight_ho": reading.d_outputs.T @ reading.read, "bias_o": reading.d_outputs.sum(axis=0)}
    for name, run in runs.items():
        names = (f"{kind}_{name}" for kind in KINDS)
        grads |= dict(zip(names, gradients(run, adjoints[name].from_x, adjoints[name].from_h), strict=True))
    return grads


def layer_trace(run: Run, adjoint: Adjoint) -> LayerTrace:
    """Return a layer's record in the form that the pictures read."""
    return LayerTrace(
        x=run.x,
        h=run.values["h"],
        c=run.values.get("c"),
        h0=run.h0,
        c0=run.c0 if run.cell.has_c else None,
        gates={gate: run.values[gate] for gate in run.cell.gates},
        preactivations=run.sums,
        dh=adjoint.dh,
        dc=adjoint.dc,
    )
