"""The parameters' gradients before any clipping, rebuilt from a trace, and what they are sums of."""

from __future__ import annotations

import numpy as np

from rnnviz.engines.layer import Adjoint, Run, gradients
from rnnviz.engines.through_time import backward_stack, levels
from rnnviz.gradients.runs import run_of
from rnnviz.losses import losses_of
from rnnviz.trace import Array, Trace

KINDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


@np.errstate(over="ignore", invalid="ignore")
def adjoints(trace: Trace) -> tuple[dict[str, Run], dict[str, Adjoint]]:
    """Return each layer's run and the total gradients of its sums, by the engine's own walk back."""
    runs = {name: run_of(trace, name) for name in trace.layers}
    return runs, backward_stack(trace.experiment, runs, trace.dtop)


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
    for layer, run in runs.items():
        values = gradients(run, found[layer].from_x, found[layer].from_h)
        grads |= {f"{kind}_{layer}": value for kind, value in zip(KINDS, values, strict=True)}
    d_outputs = output_gradients(trace)
    if d_outputs is not None:
        grads |= {"weight_ho": d_outputs.T @ top(trace), "bias_o": d_outputs.sum(axis=0)}
    # What is left is a recorded module's readout with a loss of its own; recorded gradients are never clipped.
    return {name: grads.get(name, grad) for name, grad in trace.parameter_grads.items()}


def output_gradients(trace: Trace) -> Array | None:
    """Return dL/dy_t, (T, O); None if the outputs, or the loss, of a recorded module are of another kind."""
    if "weight_ho" not in trace.parameters:
        return None
    found = losses_of(trace.kind, trace.outputs, trace.targets, trace.experiment.loss)[1]
    dtop = found @ trace.parameters["weight_ho"]
    # A recorded module's own is float32.
    close = np.allclose(dtop, trace.dtop, rtol=1e-4, atol=1e-5 * np.abs(trace.dtop).max(), equal_nan=True)
    return found if close else None


def top(trace: Trace) -> Array:
    """Return what the readout reads, (T, directions·H)."""
    given: Array | None = None
    for level in levels(trace.experiment):
        h = np.concatenate([trace.layers[name].h for name in level], axis=1)
        given = h if given is None or not trace.experiment.residual else h + given
    assert given is not None
    return given
