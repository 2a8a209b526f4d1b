"""The way back through attention for many adjoints side by side, by the engine's own lines.

Attention stands behind the decoder's state, and what is fed back passes no gradient. So an adjoint meets it once, at
its own step, and leaves it for the decoder's state there and for all of the encoder's states.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.engines import attention
from rnnviz.engines.attention import Look, LookBack
from rnnviz.gradients.runs import stacks
from rnnviz.trace import Array, Trace

Steps = NDArray[np.int64]


def look_back(trace: Trace, rows: Array, steps: Steps) -> tuple[Array, Array | None]:
    """Return what ``rows``, (B, H) at what is answered from at ``steps``, are at the decoder's and encoder's tops.

    Returns
    -------
    (B, H), and (S, B, C) or None without attention
    """
    look = look_of(trace, steps)
    if look is None:
        return rows, None
    found = each_back(trace, look, rows)
    return found.h[:, 0], found.given.swapaxes(0, 1)


@np.errstate(over="ignore", invalid="ignore")
def each_back(trace: Trace, look: Look, rows: Array) -> LookBack:
    """Return the adjoints of all that B looks are made of, each by itself: (B, 1, …), of the encoder's (B, S, …)."""
    apart = [None if part is None else part[:, None] for part in (look.h, look.scores, look.weights, look.z)]
    h, scores, weights, z = apart
    assert h is not None and scores is not None and weights is not None
    alone = Look(h, look.given, scores, weights, z, look.attended[:, None], look.mixed[:, None])
    return attention.backward(alone, rows[:, None], trace.parameters)


def look_of(trace: Trace, steps: Steps) -> Look | None:
    """Return what attention saw at some steps, (B,); None without it."""
    encoder, decoder = stacks(trace)
    bridge, at = trace.bridge, steps - decoder.start
    assert bridge is not None
    parts = bridge.scores, bridge.attention, bridge.attended, bridge.mixed
    if any(part is None for part in parts):
        return None
    scores, weights, attended, mixed = (part[at] for part in parts if part is not None)
    h, given = decoder.top()[at], encoder.top()
    return Look(h, given, scores, weights, _matches(trace, h, given), attended, mixed)


def _matches(trace: Trace, h: Array, given: Array) -> Array | None:
    """Return tanh(W_q h + W_k h̄_s + b), (B, S, H), where the score is additive."""
    weights = trace.parameters
    if "attention.v" not in weights:
        return None
    query = h @ weights["attention.query"].T + weights["attention.bias"]
    return np.asarray(np.tanh(query[:, None] + given @ weights["attention.key"].T))
