"""How far back a decoder's loss reaches: what of it comes to each of the encoder's states, and through which way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import ExperimentError
from rnnviz.gradients.items import steps_with_loss, vectors_of
from rnnviz.gradients.magnitude import log10_scaled, row_norms
from rnnviz.gradients.runs import check_choice, check_state, layer_named
from rnnviz.gradients.starts import WAYS, Starts
from rnnviz.gradients.totals import part_of
from rnnviz.gradients.walking import each_way, to_encoder
from rnnviz.trace import Array, Trace


@dataclass(frozen=True, eq=False)
class Reach:
    """log10 of norms at the encoder's states, of any size; −inf is an exact zero. K losses, S source steps.

    Attributes
    ----------
    losses : (K,) int64
        The steps, of the whole run, whose losses these are.
    total : (K, S)
        Entry [k, s] is log10 ‖∂L_k/∂h_s‖₂, by all ways.
    context, attention : (K, S)
        Of what comes through the context alone, and by attention alone. The vectors add up to the total's; their norms
        do not, for they may point against each other.
    """

    losses: NDArray[np.int64]
    total: Array
    context: Array
    attention: Array


def reach(trace: Trace, layer: str = "l0", state: str = "h", last: bool = False) -> Reach:
    """Return how much of each of the decoder's losses reaches each of the encoder's states, and how.

    Through the context goes what reaches the decoder's states, its own attention's question included, and from them the
    context. By attention goes what comes straight from a step of the decoder to the encoder's top states, as what is
    attended to and as what is compared with. Both then go on through the encoder's steps and layers. The previous
    output that a decoder reads passes nothing back.

    Parameters
    ----------
    trace : Trace
        Of an encoder and a decoder.
    layer : str
        "l0", "l0_reverse", "l1", … of the encoder.
    state : {"h", "c"}
    last : bool
        Only of the last loss.

    Raises
    ------
    ExperimentError
        If this is one network, or there is no such layer or state.
    """
    _check(trace, layer, state)
    losses = steps_with_loss(trace)[-1 if last else 0 :]
    starts = (Starts.of_losses(trace, losses, ways) for ways in (WAYS, WAYS[:1], WAYS[1:]))
    return Reach(losses, *(_log10(trace, layer, state, one) for one in starts))


def reach_vectors(trace: Trace, way: str, layer: str = "l0", state: str = "h") -> Array:
    """Return (K, S, H), ∂L_k/∂h_s of each loss by one of `WAYS` alone; over both they add up to the whole.

    Parameters and errors as of `reach`, and if there is no such way.
    """
    _check(trace, layer, state)
    check_choice("way", way, WAYS)
    losses, source = steps_with_loss(trace), trace.segments[0].stop
    return vectors_of(trace, layer, state, losses, Starts.of_losses(trace, losses, (way,)))[losses, :source]


def reach_totals(trace: Trace, layer: str = "l0", state: str = "h") -> dict[str, Array]:
    """Return log10 ‖dL/dh_s‖ of the whole loss by each of `WAYS` alone, (T,); NaN at the decoder's steps.

    Parameters and errors as of `reach`.
    """
    _check(trace, layer, state)
    lines = np.full((len(WAYS), trace.steps), np.nan)
    lines[:, : trace.segments[0].stop] = -np.inf
    for step in each_way(trace, layer, Starts.whole(trace)):
        lines[step.rows, step.t] = log10_scaled(row_norms(part_of(step, state)), step.exponents)
    return dict(zip(WAYS, lines, strict=True))


def _check(trace: Trace, layer: str, state: str) -> None:
    if not trace.segments:
        raise ExperimentError("shape", trace.experiment.shape, "error.no_reach")
    check_state(layer_named(trace, layer), state)


def _log10(trace: Trace, layer: str, state: str, starts: Starts) -> Array:
    """Return log10 of the norms of some adjoints at the encoder's states, (B, S)."""
    sizes = np.zeros((len(starts.steps), trace.segments[0].stop))
    exponents = np.zeros(sizes.shape, np.int64)
    for step in to_encoder(trace, layer, starts):
        sizes[step.rows, step.t] = row_norms(part_of(step, state))
        exponents[step.rows, step.t] = step.exponents
    return log10_scaled(sizes, exponents)
