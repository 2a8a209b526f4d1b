"""What theory says of a run's way back, drawn beside its gradients: Pascanu's bound, and the cell's own path."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from rnnviz.gradients import cell_path, log10_norms
from rnnviz.trace import Array, Trace

LAYER: Final = "l0"
"""The layer whose gradients are drawn: the one that the longest way back leads to."""


def bound_log10(trace: Trace, sigma: float, dh: Array | None = None) -> Array | None:
    """Return log10 of Pascanu's bound on a plain RNN's ‖dL/dh_t‖, (γ σ_max)^(T−t) ‖dL/dh_T‖ with γ = 1.

    None where it says nothing about this run: with a loss at every step, several layers, both directions or two
    networks, several terms add up. ``dh``, (T,), is log10 of the gradients it starts among, if they are known already.
    """
    experiment = trace.experiment
    several = trace.segments or len(trace.layers) > 1 or _reads_many(trace)
    if experiment.cell != "rnn" or several or not _one_loss(trace):
        return None
    end = _last(trace)
    begun = float(log10_norms(trace.layers[LAYER].dh[end]) if dh is None else dh[end])
    bound = np.full(trace.steps, np.nan)
    bound[:end] = begun + np.arange(end, 0, -1) * (math.log10(sigma) if sigma > 0 else -math.inf)
    bound[end] = begun
    return bound


def belt_log10(trace: Trace) -> Array | None:
    """Return log10 of what an LSTM's forget gates alone let through: ‖dL/dc_T ⊙ f_T ⊙ … ⊙ f_{t+1}‖, by step.

    It starts where the full flow, ‖dL/dc_t‖, starts; None with a loss at every step, where gradients start everywhere.
    From a decoder it leads on into the encoder only where the cell state is handed over.
    """
    return belts_log10([trace])[0]


def belts_log10(traces: Sequence[Trace]) -> list[Array] | list[None]:
    """Return the `belt_log10` of several runs of one network and loss; those equally long are worked out together."""
    first = traces[0]
    if first.layers[LAYER].dc is None or not _one_loss(first) or any(map(_reads_many, traces)):
        return [None] * len(traces)
    if first.segments:
        return [cell_path(trace).belt for trace in traces]
    ends = [_last(trace) for trace in traces]
    if len({(trace.steps, end) for trace, end in zip(traces, ends, strict=True)}) > 1:
        return [_belts([trace], end)[0] for trace, end in zip(traces, ends, strict=True)]
    return list(_belts(traces, ends[0]))


def _belts(traces: Sequence[Trace], end: int) -> Array:
    """Return the belts of F runs, (F, T), whose gradient starts at the step ``end``."""
    layers = [trace.layers[LAYER] for trace in traces]
    with np.errstate(divide="ignore", invalid="ignore"):
        gates = np.log10(np.stack([layer.gates["f"][1 : end + 1] for layer in layers]))
        starts = np.stack([np.zeros(0) if layer.dc is None else layer.dc[end : end + 1] for layer in layers])
        logs = np.log10(np.abs(starts))
        rows = np.concatenate([logs, logs + np.cumsum(gates[:, ::-1], axis=1)], axis=1)[:, ::-1]
        most = np.max(rows, axis=2, keepdims=True)
        safe = np.where(np.isfinite(most), most, 0.0)
        belts: Array = np.full((len(traces), traces[0].steps), np.nan)
        belts[:, : end + 1] = safe[..., 0] + 0.5 * np.log10(np.sum(10 ** (2 * (rows - safe)), axis=2))
    return belts


def _one_loss(trace: Trace) -> bool:
    """Tell whether one step's loss counts."""
    return trace.experiment.loss == "last" or trace.answered == "once"


def _reads_many(trace: Trace) -> bool:
    """Tell whether one loss reads many steps of the top, so that gradients start everywhere."""
    return trace.dtop_by_loss is not None and bool(np.count_nonzero(trace.dtop.any(axis=1)) > 1)


def _last(trace: Trace) -> int:
    """Return the step whose loss counts where only the last one does."""
    found = np.flatnonzero(trace.losses)
    return int(found[-1]) if len(found) else trace.steps - 1
