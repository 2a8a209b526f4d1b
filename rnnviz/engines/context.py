r"""The context: what a decoder is told of all that its encoder read.

Of the states h_s of one level of the encoder, both directions side by side,

.. math::
    p &= [\overrightarrow h_{S-1};\, \overleftarrow h_0] & \text{(last)} \\
    p &= \tanh(W\, [\overrightarrow h_{S-1};\, \overleftarrow h_0] + b) & \text{(transform)} \\
    p &= \tfrac1S \textstyle\sum_s h_s & \text{(all)}

They are what the level itself made: skip connections are for the level above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.engines.pooling import WEIGHTS, Lengths, pooled, spread
from rnnviz.trace import Array

POOLING: Final[Mapping[str, str]] = {"last": "last", "transform": "last", "all": "mean"}
"""By `Experiment.context`: how the states are made one."""


@dataclass(frozen=True, eq=False)
class Context:
    """What one level hands on. C = directions · H.

    Attributes
    ----------
    weights : (…, S, C)
        Of the states, see `rnnviz.engines.pooling`.
    pooled : (…, C)
        Their sum.
    value : (…, C) or (…, H)
        The context.
    """

    weights: NDArray[Any]
    pooled: Array
    value: Array


def forward(
    kind: str, states: Array, lengths: Lengths, directions: int, transform: tuple[Array, Array] | None
) -> Context:
    """Return the context of states (…, S, C); ``transform`` is W (H, C) and b (H,), where there is one."""
    weights = WEIGHTS[POOLING[kind]](states, lengths, directions)
    p = pooled(weights, states)
    if transform is None:
        return Context(weights, p, p)
    w, b = transform
    return Context(weights, p, np.tanh(p @ w.T + b))


def backward(context: Context, d_value: Array, w: Array | None) -> tuple[Array, Array]:
    """Return dL/dh_s, (…, S, C), and the gradient by what tanh is taken of, if there is one."""
    da = d_value if w is None else d_value * (1 - context.value**2)
    dp = da if w is None else da @ w
    return spread(context.weights, dp), da
