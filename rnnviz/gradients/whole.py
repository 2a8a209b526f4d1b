"""The parameters' gradients before any clipping, rebuilt from a trace, and what they are sums of."""

from __future__ import annotations

import numpy as np

from rnnviz.engines import attention
from rnnviz.engines.layer import KINDS, Adjoint, Run, gradients
from rnnviz.engines.through_time import backward_stack
from rnnviz.gradients.attending import look_of
from rnnviz.gradients.crossing import before_tanh, last_states
from rnnviz.gradients.flow import shifted
from rnnviz.gradients.reading import answered_from, output_gradients
from rnnviz.gradients.runs import run_of, stacks
from rnnviz.gradients.starts import Starts
from rnnviz.gradients.walking import to_layer
from rnnviz.trace import Array, Trace


@np.errstate(over="ignore", invalid="ignore")
def adjoints(trace: Trace) -> tuple[dict[str, Run], dict[str, Adjoint]]:
    """Return each layer's run and the total gradients of its sums, by the engine's own walk back.

    Of an encoder and a decoder by "encoder.l0", "decoder.l0", …, walked anew.
    """
    if trace.segments:
        return _of_both(trace)
    runs = {name: run_of(trace, name) for name in trace.layers}
    return runs, backward_stack(trace.experiment, runs, trace.dtop)


def _of_both(trace: Trace) -> tuple[dict[str, Run], dict[str, Adjoint]]:
    starts, runs = Starts.whole(trace), {}
    found: dict[str, Adjoint] = {}
    for layer in trace.layers:
        parts = [stack for stack in stacks(trace) if any(layer in level for level in stack.levels)]
        for stack in parts:
            name = f"{stack.prefix}{layer}"
            runs[name] = run_of(trace, layer, stack)
            found[name] = _nothing(runs[name])
        for step in to_layer(trace, layer, starts):
            stack = next(stack for stack in parts if stack.start <= step.t < stack.stop)
            adjoint, t = found[f"{stack.prefix}{layer}"], step.t - stack.start
            for into, part in ((adjoint.dh, step.dh), (adjoint.from_x, step.from_x), (adjoint.from_h, step.from_h)):
                into[t] = shifted(part, step.exponents)[0]
    return runs, found


def _nothing(run: Run) -> Adjoint:
    sums = (len(run.h_prev), len(run.weights.hh))
    return Adjoint(np.zeros(run.h_prev.shape), None, np.zeros(sums), np.zeros(sums))


@np.errstate(over="ignore", invalid="ignore")
def parameter_gradients(trace: Trace) -> dict[str, Array]:
    """Return the gradient of every parameter before clipping, under the names of `Trace.parameter_grads`."""
    if trace.experiment.clip is None and trace.experiment.clip_value is None:
        return dict(trace.parameter_grads)
    runs, found = adjoints(trace)
    return named_gradients(trace, runs, found)


def named_gradients(trace: Trace, runs: dict[str, Run], found: dict[str, Adjoint]) -> dict[str, Array]:
    """Return the parameters' gradients from those of the layers' sums, in the order of `Trace.parameters`."""
    grads: dict[str, Array] = {}
    for name, run in runs.items():
        values = gradients(run, found[name].from_x, found[name].from_h)
        part, _, layer = name.rpartition(".")
        kinds = (f"{part}{'.' if part else ''}{kind}_{layer}" for kind in KINDS)
        grads |= dict(zip(kinds, values, strict=True))
    d_outputs = output_gradients(trace)
    if d_outputs is not None:
        grads |= {"weight_ho": d_outputs.T @ answered_from(trace), "bias_o": d_outputs.sum(axis=0)}
    if trace.segments:
        grads |= between(trace)
    # What is left is a recorded module's readout with a loss of its own; recorded gradients are never clipped.
    return {name: grads.get(name, grad) for name, grad in trace.parameter_grads.items()}


def between(trace: Trace) -> dict[str, Array]:
    """Return the gradients of what stands between an encoder and a decoder: of a transform, and of attention."""
    grads: dict[str, Array] = {}
    assert trace.bridge is not None
    for layer, d_context in trace.bridge.d_context.items():
        if trace.experiment.context == "transform":
            da = before_tanh(trace, layer, d_context)
            grads |= {f"context.weight_{layer}": np.outer(da, last_states(trace, layer)), f"context.bias_{layer}": da}
    steps = np.arange(trace.segments[-1].start, trace.steps)
    look, d_outputs = look_of(trace, steps), output_gradients(trace)
    if look is None or d_outputs is None:
        return grads
    back = attention.backward(look, d_outputs[steps] @ trace.parameters["weight_ho"], trace.parameters)
    return grads | attention.gradients(look, back)
