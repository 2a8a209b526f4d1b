"""Each loss by itself: ∂L_k/∂h_t for every pair of a loss and a state (RNNbow: Cashman et al., arXiv 1907.12545)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.gradients.flow import Exponents, shifted
from rnnviz.gradients.magnitude import log10_scaled, row_norms, scaled
from rnnviz.gradients.reading import output_gradients
from rnnviz.gradients.runs import check_state, layer_named, walked
from rnnviz.gradients.starts import Starts
from rnnviz.gradients.totals import part_of
from rnnviz.gradients.walking import to_layer
from rnnviz.trace import Array, Trace


def itemised(trace: Trace, layer: str = "l0", state: str = "h") -> Array:
    """Return (T, T), entry [k, t] = ‖∂L_k/∂h_t‖₂: how much of the loss of step k reaches the state of step t.

    Zero where a loss does not depend on a state (in a forward layer for t > k) and, if the experiment truncates,
    exactly zero where they are more than ``truncate`` steps apart (Williams & Peng 1990). Of an encoder and a decoder
    the losses are the decoder's, so that the first S rows are zero, and the states both's: a loss reaches the encoder
    through the context and by attention, see `reach`. NaN where the layer has no steps (an encoder's reverse layer
    while the decoder runs).

    Parameters
    ----------
    trace : Trace
    layer : str
        "l0", "l0_reverse", "l1", …
    state : {"h", "c"}

    Raises
    ------
    ExperimentError
        If there is no such layer or state.
    """
    sizes, exponents = _sizes(trace, layer, state)
    return scaled(sizes, exponents)


def log10_itemised(trace: Trace, layer: str = "l0", state: str = "h") -> Array:
    """Return log10 of `itemised`, also where that is too small or too large for float64; −inf is an exact zero."""
    sizes, exponents = _sizes(trace, layer, state)
    return log10_scaled(sizes, exponents)


def _sizes(trace: Trace, layer: str, state: str) -> tuple[Array, Exponents]:
    check_state(layer_named(trace, layer), state)
    losses, steps = steps_with_loss(trace), trace.steps
    sizes, exponents = np.zeros((steps, steps)), np.zeros((steps, steps), np.int64)
    for step in to_layer(trace, layer, Starts.of_losses(trace, losses)):
        rows = losses[step.rows]
        sizes[rows, step.t] = row_norms(part_of(step, state))
        exponents[rows, step.t] = step.exponents
    sizes[:, ~walked(trace, layer)] = np.nan
    return sizes, exponents


def itemised_vectors(trace: Trace, layer: str = "l0", state: str = "h") -> Array:
    """Return (T, T, H), entry [k, t] = ∂L_k/∂h_t. Summed over k it is the total dL/dh_t.

    Parameters and errors as of `itemised`.
    """
    check_state(layer_named(trace, layer), state)
    losses = steps_with_loss(trace)
    return vectors_of(trace, layer, state, losses, Starts.of_losses(trace, losses))


def vectors_of(trace: Trace, layer: str, state: str, losses: NDArray[np.int64], starts: Starts) -> Array:
    """Return `itemised_vectors` of some losses' adjoints."""
    found = np.zeros((trace.steps, *trace.layers[layer].h.shape))
    for step in to_layer(trace, layer, starts):
        part = part_of(step, state)
        found[losses[step.rows], step.t] = shifted(part, step.exponents) if step.exponents.any() else part
    found[:, ~walked(trace, layer)] = np.nan
    return found


def steps_with_loss(trace: Trace) -> NDArray[np.int64]:
    """Return the steps, ascending, whose loss has a gradient."""
    if trace.segments:
        found = output_gradients(trace)
        assert found is not None
        return np.flatnonzero(found.any(axis=1))
    starts = trace.dtop if trace.dtop_by_loss is None else trace.dtop_by_loss
    return np.flatnonzero(starts.reshape(len(starts), -1).any(axis=1))
