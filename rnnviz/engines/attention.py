r"""Attention: each of a decoder's states looks back at all that its encoder's top gave (Luong, Pham & Manning 2015).

.. math::
    e_{ts} &= h_t \cdot \bar h_s & \text{(dot)} \\
    e_{ts} &= v \cdot \tanh(W_q h_t + W_k \bar h_s + b) & \text{(additive; Bahdanau, Cho \& Bengio 2015)} \\
    \alpha_{ts} &= \exp(e_{ts}) / \textstyle\sum_{s'} \exp(e_{ts'}) \\
    a_t &= \textstyle\sum_s \alpha_{ts} \bar h_s \\
    \tilde h_t &= \tanh(W [h_t; a_t] + b)

The answer is then read from h̃_t. Time is the last axis but one, as in `rnnviz.engines.pooling`. All scores of all
steps are computed at once: no state waits for what an earlier one saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from rnnviz.trace import Array


@dataclass(frozen=True, eq=False)
class Look:
    """What was looked at. N steps of the decoder, S of the encoder, H hidden, C what the encoder's top gives.

    Attributes
    ----------
    h, given : (…, N, H), (…, S, C)
        Who looks, and at what.
    scores, weights : (…, N, S)
        e and α; −∞ and 0 where a sequence is filled up.
    z : (…, N, S, H) or None
        The tanh in an additive score.
    attended : (…, N, C)
        a.
    mixed : (…, N, H)
        h̃.
    """

    h: Array
    given: Array
    scores: Array
    weights: Array
    z: Array | None
    attended: Array
    mixed: Array


@dataclass(frozen=True, eq=False)
class LookBack:
    """The loss's gradient by each quantity of a `Look`.

    Attributes
    ----------
    h, given : (…, N, H), (…, S, C)
    scores : (…, N, S)
    mix : (…, N, H)
        By what the tanh of h̃ is taken of.
    query, key : (…, N, H), (…, S, H) or None
        By W_q h_t + b and by W_k h̄_s.
    """

    h: Array
    given: Array
    scores: Array
    mix: Array
    query: Array | None
    key: Array | None


def forward(h: Array, given: Array, inside: NDArray[np.bool_], parameters: Mapping[str, Array]) -> Look:
    """Look from states h, (…, N, H), at h̄, (…, S, C); ``inside``, (…, S), tells which of these there are."""
    z = None
    if "attention.v" in parameters:
        query = h @ parameters["attention.query"].T + parameters["attention.bias"]
        key = given @ parameters["attention.key"].T
        z = np.tanh(query[..., :, None, :] + key[..., None, :, :])
        e = z @ parameters["attention.v"]
    else:
        e = h @ given.mT
    e = np.where(inside[..., None, :], e, -np.inf)
    alpha = softmax(e)
    a = alpha @ given
    mixed = np.tanh(side_by_side(h, a) @ parameters["attention.weight"].T + parameters["attention.mix_bias"])
    return Look(h, given, e, alpha, z, a, mixed)


def backward(look: Look, d_mixed: Array, parameters: Mapping[str, Array]) -> LookBack:
    """Take dL/dh̃, (…, N, H), back to who looked and to what was looked at: the chain rule, line by line."""
    d_mix = d_mixed * (1 - look.mixed**2)
    dh, da = np.split(d_mix @ parameters["attention.weight"], [look.h.shape[-1]], axis=-1)
    d_given = look.weights.mT @ da
    d_alpha = da @ look.given.mT
    de = look.weights * (d_alpha - (look.weights * d_alpha).sum(axis=-1, keepdims=True))
    if look.z is None:
        return LookBack(dh + de @ look.given, d_given + de.mT @ look.h, de, d_mix, None, None)
    slope = parameters["attention.v"] * (1 - look.z**2)
    d_query = (de[..., None, :] @ slope)[..., 0, :]
    d_key = (de.mT[..., None, :] @ slope.swapaxes(-3, -2))[..., 0, :]
    dh, d_given = dh + d_query @ parameters["attention.query"], d_given + d_key @ parameters["attention.key"]
    return LookBack(dh, d_given, de, d_mix, d_query, d_key)


def gradients(look: Look, back: LookBack) -> dict[str, Array]:
    """Return the gradients of attention's parameters, sums over all steps and sequences."""
    found = {
        "attention.weight": outer(back.mix, side_by_side(look.h, look.attended)),
        "attention.mix_bias": total(back.mix),
    }
    if look.z is None or back.query is None or back.key is None:
        return found
    return found | {
        "attention.query": outer(back.query, look.h),
        "attention.key": outer(back.key, look.given),
        "attention.bias": total(back.query),
        "attention.v": total(back.scores[..., None] * look.z),
    }


def softmax(scores: Array) -> Array:
    """Return scores as weights that add up to 1 along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))  # the largest becomes 1: no overflow
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def side_by_side(h: Array, a: Array) -> Array:
    """Return [h; a]; the sequences that they have in common may be spelled out in one of them alone."""
    axes = np.broadcast_shapes(h.shape[:-1], a.shape[:-1])
    return np.concatenate([np.broadcast_to(part, (*axes, part.shape[-1])) for part in (h, a)], axis=-1)


def outer(d: Array, read: Array) -> Array:
    """Return Σ d readᵀ over all axes but the last: the gradient of a matrix that ``read`` is multiplied with."""
    return flat(d).T @ flat(read)


def total(d: Array) -> Array:
    """Return the sum over all axes but the last: the gradient of a bias."""
    return np.asarray(flat(d).sum(axis=0))


def flat(a: Array) -> Array:
    """Return the rows of (…, N) in one list."""
    return a.reshape(prod(a.shape[:-1]), a.shape[-1])  # −1 would not do where there are no columns
