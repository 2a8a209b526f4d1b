"""What is answered from, and how the losses go back to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.gradients.runs import stacks
from rnnviz.losses import losses_of
from rnnviz.trace import Array, Trace


def pools(trace: Trace) -> bool:
    """Return whether a network answers once, from all that its top gives together: see `Experiment.readout`."""
    return trace.experiment.shape == "many_to_one" and trace.recorded is None


def answered(trace: Trace) -> NDArray[np.bool_]:
    """Return (T,) bool: the steps that have an answer."""
    found = np.ones(trace.steps, dtype=bool)
    if pools(trace):
        found[:-1] = False
    elif trace.segments:
        found[: trace.segments[-1].start] = False
    return found


def pooling(trace: Trace) -> Array:
    """Return (T, directions·H), by how much each number that the top gives counts in what is answered from."""
    states, hidden = top(trace), trace.layers["l0"].h.shape[1]
    weights: Array = np.zeros(states.shape)
    if trace.experiment.readout == "mean":
        weights[:] = 1 / len(states)
    elif trace.experiment.readout == "max":
        weights[states.argmax(axis=0), np.arange(states.shape[1])] = 1.0
    else:
        weights[-1, :hidden] = weights[0, hidden:] = 1.0
    return weights


def top(trace: Trace) -> Array:
    """Return what the top layer gives, (T, directions·H); of an encoder and a decoder the decoder's, (N, H)."""
    return stacks(trace)[-1].top()


def answered_from(trace: Trace) -> Array:
    """Return what each step's answer is made from, by W_ho and b_o: (T, directions·H), or (T, H) after an encoder.

    Zeros where there is no answer.
    """
    if pools(trace):
        found = np.zeros_like(top(trace))
        found[-1] = (pooling(trace) * top(trace)).sum(axis=0)
        return found
    if not trace.segments:
        return top(trace)
    assert trace.bridge is not None
    mixed = top(trace) if trace.bridge.mixed is None else trace.bridge.mixed
    return np.concatenate([np.zeros((trace.segments[-1].start, mixed.shape[1])), mixed])


def output_gradients(trace: Trace) -> Array | None:
    """Return dL/dy_t, (T, O); None if the outputs, or the loss, of a recorded module are of another kind."""
    if "weight_ho" not in trace.parameters:
        return None
    found = losses_of(trace.kind, trace.outputs, trace.targets, trace.experiment.loss)[1]
    if trace.segments or pools(trace):
        return found
    dtop = found @ trace.parameters["weight_ho"]
    # A recorded module's own is float32.
    close = np.allclose(dtop, trace.dtop, rtol=1e-4, atol=1e-5 * np.abs(trace.dtop).max(), equal_nan=True)
    return found if close else None
