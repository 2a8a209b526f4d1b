r"""The LSTM's conveyor belt by itself, beside the full flow (Hochreiter & Schmidhuber 1997; Gers et al. 2000).

Along the cell state alone the gradient meets the forget gates and nothing else:

.. math:: \frac{\partial c_T}{\partial c_t}\bigg|_{c \text{ alone}} = \prod_{\tau = t + 1}^{T} \mathrm{diag}(f_\tau)

That is not the LSTM's gradient: it flows through h and the gates as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnviz.checks import ExperimentError
from rnnviz.gradients.items import steps_with_loss
from rnnviz.gradients.magnitude import log10_norms, log10_scaled, row_norms
from rnnviz.gradients.reading import pools
from rnnviz.gradients.runs import is_reverse, layer_named, part_named
from rnnviz.gradients.starts import Starts
from rnnviz.gradients.walking import to_layer
from rnnviz.trace import Array, Trace


@dataclass(frozen=True, eq=False)
class CellPath:
    """The cell path and the full flow, as log10; T time, H hidden. Beyond the step where the loss is, NaN.

    Attributes
    ----------
    units : (T, H)
        Of ∏ f over the steps from t + 1 to the loss, unit by unit: 0 at the loss itself.
    norm : (T,)
        Of that product's 2-norm as a matrix: the unit that keeps most.
    mean : (T,)
        Mean over the units: log10 of their geometric mean.
    belt : (T,)
        Of ‖dL/dc at the loss ⊙ ∏ f‖₂: what of the gradient would arrive if there were no other path.
    full : (T,)
        Of ‖dL/dc_t‖₂, every path included, of the same loss.
    """

    units: Array
    norm: Array
    mean: Array
    belt: Array
    full: Array


def cell_path(trace: Trace, layer: str = "l0", part: str | None = None) -> CellPath:
    """Return what the cell path alone carries back, beside what really flows.

    The loss is that of the last step that has one; in a reverse layer, which walks from the end, that of the first. Of
    an encoder and a decoder the path is the decoder's, back to its first step, and leads on through the encoder only
    where the decoder begins with the encoder's last cell state; of the encoder by itself it begins at its last step.

    Parameters
    ----------
    trace : Trace
        Of an LSTM.
    layer : str
        "l0", "l0_reverse", "l1", …
    part : {"encoder", "decoder"}, optional

    Raises
    ------
    ExperimentError
        If there is no such layer or part, or it has no cell state.
    """
    record = layer_named(trace, layer)
    if record.c is None:
        raise ExperimentError("cell", trace.experiment.cell, "error.no_cell_state")
    reverse, loss = is_reverse(layer), _loss(trace, layer)
    here = _stretch(trace, layer, part, loss)
    end = here.start if reverse else here.stop - 1
    units = np.full(record.h.shape, np.nan)
    units[here] = _log10_products(record.gates["f"][here], reverse)
    start, shift = np.zeros(record.h.shape[1]), 0.0
    full = np.full(trace.steps, -np.inf)
    for step in to_layer(trace, layer, Starts.of_losses(trace, np.array([loss]))):
        assert step.dc is not None
        full[step.t] = log10_scaled(row_norms(step.dc), step.exponents)[0]
        if step.t == end:
            start, shift = step.dc[0].copy(), float(log10_scaled(np.ones(1), step.exponents)[0])
    full[np.isnan(units[:, 0])] = np.nan
    return CellPath(units, units.max(axis=1), units.mean(axis=1), _carried(start, units) + shift, full)


def _loss(trace: Trace, layer: str) -> int:
    """Return the step of the loss that is followed."""
    losses, first = steps_with_loss(trace), is_reverse(layer) and not trace.segments
    if len(losses):
        return int(losses[0 if first else -1])
    return 0 if first else trace.steps - 1


def _stretch(trace: Trace, layer: str, part: str | None, loss: int) -> slice:
    """Return the steps between which the cell state alone leads back from a loss."""
    if part is not None:
        stack = part_named(trace, part)
        return slice(stack.start, min(stack.stop, loss + 1))
    if not trace.segments:
        first = 0 if pools(trace) else loss  # what answers once reads a reverse layer where it ends
        return slice(first, trace.steps) if is_reverse(layer) else slice(0, loss + 1)
    source = trace.segments[0].stop
    if is_reverse(layer):
        return slice(0, source)
    passed = trace.experiment.decoder == "state" and trace.experiment.context == "last"
    return slice(0 if passed else source, loss + 1)


def _carried(start: Array, units: Array) -> Array:
    """Return log10 ‖start ⊙ 10^units‖₂ for each step, (T,), whatever their size."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.log10(np.abs(start)) + units
    largest = shares.max(axis=1, keepdims=True)
    safe = np.where(np.isfinite(largest), largest, 0.0)
    return np.asarray(log10_norms(10.0 ** (shares - safe)) + safe[:, 0])


def _log10_products(f: Array, reverse: bool) -> Array:
    """Return log10 ∏ f, (T, H), from after each step to the last that was walked."""
    turned = f[::-1] if reverse else f
    with np.errstate(divide="ignore"):
        logs = np.log10(turned[1:])
    found = np.zeros(f.shape)
    found[:-1] = np.cumsum(logs[::-1], axis=0)[::-1]
    return found[::-1] if reverse else found
