"""Vanishing, healthy, exploding: how much of a loss arrives at the far end of the sequence, at what factor a step."""

from __future__ import annotations

from typing import Final

import numpy as np

from rnnviz.gradients.items import steps_with_loss
from rnnviz.gradients.magnitude import log10_scaled, row_norms
from rnnviz.gradients.runs import check_state, is_reverse, layer_named, part_named
from rnnviz.gradients.starts import Starts
from rnnviz.gradients.totals import part_of
from rnnviz.gradients.walking import to_layer
from rnnviz.trace import Array, Trace

VANISHED: Final = -2.0
"""log10 of arriving ÷ starting at which a gradient has vanished: less than a hundredth, as of 0.9 a step after 50."""
EXPLODED: Final = 2.0
"""log10 of arriving ÷ starting at which it has exploded: more than a hundredfold, as of 1.1 a step after 50."""


def farthest(trace: Trace, layer: str = "l0", state: str = "h", part: str | None = None) -> Array:
    """Return log10 ‖∂L_k/∂h_t‖ along the longest way that a single loss takes: from it to the layer's first step.

    L_k is the last loss or, in a reverse layer, the first one; its own flow, whatever other losses add. After an
    encoder it is the last in either case.

    Parameters
    ----------
    trace : Trace
    layer : str
    state : {"h", "c"}
    part : {"encoder", "decoder"}, optional
        Only as far as the way leads through that part.

    Returns
    -------
    (N,)
        From the step where it enters, back to the first that the layer walked: n steps back at [n]. Of any size; −inf
        is an exact zero. Empty if no step has a loss.
    """
    check_state(layer_named(trace, layer), state)
    here = part_named(trace, part) if part else None
    losses = steps_with_loss(trace)
    if not len(losses):
        return np.empty(0)
    reverse = is_reverse(layer)
    only = losses[:1] if reverse and not trace.segments else losses[-1:]
    found = np.full(trace.steps, -np.inf)
    for step in to_layer(trace, layer, Starts.of_losses(trace, only)):
        found[step.t] = log10_scaled(row_norms(part_of(step, state)), step.exponents)[0]
    if here is not None:
        found = found[here.start : min(here.stop, int(only[0]) + 1)]
    elif trace.segments:
        found = found[: trace.segments[0].stop] if reverse else found[: only[0] + 1]
    else:
        found = found[only[0] :] if reverse else found[: only[0] + 1]
    way = found if reverse else found[::-1]
    begun = np.flatnonzero(way != -np.inf)
    return way[begun[0] :] if len(begun) else np.empty(0)


def per_step_factor(trace: Trace, layer: str = "l0", state: str = "h", part: str | None = None) -> float:
    """Return the geometric mean of ‖∂L_k/∂h_t‖ ÷ ‖∂L_k/∂h_{t+1}‖ from the last loss L_k back to the first step.

    With a loss at the last step only, that is of ‖dL/dh_t‖ ÷ ‖dL/dh_{t+1}‖. In a reverse layer the way goes from the
    first loss to the last step. Between an encoder and a decoder the gradient passes no step of a layer: there ask for
    the factor of one ``part``, "encoder" or "decoder".

    Returns
    -------
    float
        0 if nothing at all arrives; 1 if there is no step to go back; NaN if no step has a loss or numbers end.
    """
    way = farthest(trace, layer, state, part)
    if not len(way):
        return float("nan")
    with np.errstate(over="ignore"):
        return float(10.0 ** ((way[-1] - way[0]) / (len(way) - 1))) if len(way) > 1 else 1.0


def verdict(trace: Trace, layer: str = "l0", state: str = "h", part: str | None = None) -> str:
    """Return "vanishes", "healthy" or "explodes": of the last loss, what arrives at the first step ÷ what starts.

    "vanishes" below a hundredth, an exact zero included; "explodes" above a hundredfold, and where numbers end in
    infinity or NaN on the way; "healthy" between. The way is that of `per_step_factor`: the last loss's own, so that
    losses at every step do not hide that the last one is not heard. Where nothing starts (no loss, no gradient),
    nothing is lost: "healthy". Of an encoder and a decoder the way leads to the encoder's first step, or only through
    one ``part``.
    """
    way = farthest(trace, layer, state, part)
    if not len(way):
        return "healthy"
    change = way[-1] - way[0]
    if not np.isfinite(way[way != -np.inf]).all() or change > EXPLODED:
        return "explodes"
    return "vanishes" if change < VANISHED else "healthy"
