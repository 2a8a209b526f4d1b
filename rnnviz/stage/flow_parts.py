"""Where a layer's gradient comes in, and what of it comes from where: beside the totals that the browser receives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnviz.gradients import log10_norms
from rnnviz.stage.payload import pack, pack_all
from rnnviz.stage.theory import LAYER
from rnnviz.trace import Array, Trace


def parts_of(trace: Trace, name: str, steps: int) -> dict[str, Any]:
    """Return log10 of the two parts of dL/dh_t, from step t's own loss and from the others'.

    Of a single layer alone, and of several losses: elsewhere the one is nought, or not known apart without a walk of
    its own for every loss.
    """
    if trace.experiment.num_layers > 1 or np.count_nonzero(trace.losses) < 2 or trace.dtop_by_loss is not None:
        return {}
    dh = trace.layers[name].dh
    half = slice(dh.shape[1], None) if name.endswith("_reverse") else slice(dh.shape[1])
    own = trace.dtop[:, half]
    if trace.segments:  # to an encoder's states the losses come all together
        own = np.where(np.arange(trace.steps)[:, None] < trace.segments[-1].start, np.nan, own)
    return {
        "own_log10": packed(log10_norms(own), steps),
        "future_log10": packed(log10_norms(dh - own), steps),
    }


def sends_of(trace: Trace, name: str) -> dict[str, Any]:
    """Return of a layer, if a loss reads other steps than its own, where its gradient comes in.

    1 or 0 for each step: into the top from the loss, into a layer below from those above; into an encoder also from the
    context, but where its decoder begins with the encoder's last state, which then is the step before.
    """
    if trace.loss_kind != "sum" and trace.dtop_by_loss is None and not trace.segments:
        return {}
    names, directions = list(trace.layers), trace.experiment.directions
    place = names.index(name)
    above = names[place - place % directions + directions :][:directions]
    if above:
        gradients = np.nan_to_num(np.concatenate([trace.layers[one].dh for one in above], axis=1))
    elif trace.segments:
        gradients = _into_top(trace, place % directions)
    else:
        gradients = np.split(trace.dtop, directions, axis=1)[place % directions]
    return {"sends": pack((gradients != 0).any(axis=1).astype(np.float64))}


def _into_top(trace: Trace, direction: int) -> Array:
    """Return what comes into one direction of both tops of an encoder and a decoder from outside its layer, (T, H)."""
    source, hidden = trace.segments[0].stop, trace.layers[LAYER].h.shape[1]
    found = np.zeros((trace.steps, hidden))
    found[:source] = trace.dtop[:source, direction * hidden : (direction + 1) * hidden]
    if not direction:
        found[source:] = trace.dtop[source:, :hidden]
    if trace.experiment.decoder == "state" and trace.experiment.attention == "none" and not direction:
        found[source - 1] = 0 if trace.experiment.context != "all" else found[source - 1]
    return found


def padded(values: Any, steps: int) -> Array:
    """Return rows, (T, …), with rows of NaN added up to ``steps``."""
    rows: Array = np.asarray(values, dtype=np.float64)
    if len(rows) == steps:
        return rows
    return np.asarray(np.concatenate([rows, np.full((steps - len(rows), *rows.shape[1:]), np.nan)]))


def packed(rows: Array, steps: int) -> dict[str, Any]:
    """Return rows padded and packed."""
    return pack(padded(rows, steps))


def packed_all(each: Sequence[Array | None], steps: int) -> Sequence[dict[str, Any] | None]:
    """Return the rows of several frames padded and packed, at once where all have some; None for None."""
    known = [padded(rows, steps) for rows in each if rows is not None]
    if len(known) < len(each):
        return [None if rows is None else packed(rows, steps) for rows in each]
    return pack_all(np.stack(known))
