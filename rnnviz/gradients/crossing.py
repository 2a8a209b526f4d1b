r"""The way back through the context: from a decoder to the encoder's states that it was made of.

.. math:: c = h_{S-1} \quad\text{or}\quad c = \tanh(W h_{S-1} + b) \quad\text{or}\quad c = \frac{1}{S}\sum_s h_s

(Sutskever, Vinyals & Le 2014; Cho et al. 2014.) Of a reverse layer the last state is that at the first step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rnnviz.engines.through_time import levels
from rnnviz.gradients.flow import NOWHERE, Alike, Begun, Exponents, Spread, shifted
from rnnviz.gradients.runs import is_reverse
from rnnviz.trace import Array, Trace

Beside = Mapping[str, Sequence[Alike]]
"""By layer, what reaches its states beside what comes from above."""


def through_context(trace: Trace, begun: Mapping[str, Begun], read: Spread) -> Beside:
    """Return what reaches the encoder's layers through the context.

    Parameters
    ----------
    trace : Trace
    begun : dict of Begun
        What reached the first states of the decoder's layers.
    read : Spread
        What reached what its lowest layer reads, (N, B, D).
    """
    heights = levels(trace.experiment)
    if trace.experiment.decoder == "state":
        found = {level: (begun[level[0]].dh, begun[level[0]].exponents) for level in heights}
        cells = {level: begun[level[0]].dc for level in heights} if cell_passes(trace) else {}
    else:
        found, cells = {heights[-1]: gathered(trace, read)}, {}
    return {
        name: [arriving]
        for level, (d_context, exponents) in found.items()
        for name, arriving in to_level(trace, level, d_context, cells.get(level), exponents)
    }


def cell_passes(trace: Trace) -> bool:
    """Return whether the decoder's first cell state is the encoder's last."""
    return trace.layers["l0"].c is not None and trace.experiment.context == "last"


def gathered(trace: Trace, read: Spread) -> tuple[Array, Exponents]:
    """Return what reaches a context that is read at every step, (B, C) · 2^ (B,): the sum over the steps."""
    assert trace.bridge is not None
    width = len(list(trace.bridge.context.values())[-1])
    values = read.values[..., read.values.shape[2] - width :]
    if not read.exponents.any():
        return values.sum(axis=0), read.exponents[0]
    common = np.where(values.any(axis=2), read.exponents, NOWHERE).max(axis=0)
    common[common == NOWHERE] = 0
    return np.sum([shifted(value, own - common) for value, own in zip(values, read.exponents, strict=True)], 0), common


def to_level(
    trace: Trace, level: Sequence[str], d_context: Array, d_cell: Array | None, exponents: Exponents
) -> list[tuple[str, Alike]]:
    """Return what reaches the layers of one height: through their last states, or through all of them."""
    source = trace.segments[0].stop
    d_states = before_transform(trace, level[0], d_context)
    parts = np.split(d_states, len(level), axis=1)
    if trace.experiment.context == "all":
        return [
            (name, Alike([part / source], exponents, range(source))) for name, part in zip(level, parts, strict=True)
        ]
    found = []
    for name, part in zip(level, parts, strict=True):
        last = 0 if is_reverse(name) else source - 1
        values = [part] if d_cell is None else [part, d_cell]
        found.append((name, Alike(values, exponents, range(last, last + 1))))
    return found


def before_transform(trace: Trace, layer: str, d_context: Array) -> Array:
    """Return what a gradient by the context, (B, H), is by the states it is a transform of, (B, C)."""
    if trace.experiment.context != "transform":
        return d_context
    return before_tanh(trace, layer, d_context) @ trace.parameters[f"context.weight_{layer}"]


def before_tanh(trace: Trace, layer: str, d_context: Array) -> Array:
    """Return what a gradient by a transformed context is by what its tanh is taken of."""
    assert trace.bridge is not None
    return np.asarray(d_context * (1 - trace.bridge.context[layer] ** 2))


def last_states(trace: Trace, layer: str) -> Array:
    """Return the last state of each direction of the encoder at one height, (C,)."""
    level = next(level for level in levels(trace.experiment) if level[0] == layer)
    source = trace.segments[0].stop
    return np.concatenate([trace.layers[name].h[0 if is_reverse(name) else source - 1] for name in level])
