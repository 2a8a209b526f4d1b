r"""The shapes: what goes into a network and what comes out of it.

Four are one stack of layers, and differ in what it reads or what is read out of it, here:

.. math::
    \text{one to one}     \quad & h = f(W_{ih} x + b_{ih}), \; y = W_{ho} h + b_o & T = 1 \\
    \text{one to many}    \quad & h_t = f(W_{ih} x_t + W_{hh} h_{t-1} + b), \; y_t = W_{ho} h_t + b_o
        & x_1 = x, \; x_{t > 1} = 0 \text{ or } x \\
    \text{many to many}   \quad & h_t = f(W_{ih} x_t + W_{hh} h_{t-1} + b), \; y_t = W_{ho} h_t + b_o \\
    \text{many to one}    \quad & h_t = f(W_{ih} x_t + W_{hh} h_{t-1} + b), \; y = W_{ho}\, p(h_1 \dots h_T) + b_o

One to one is a feed-forward network, a multilayer perceptron if it is stacked: what would lead to a second step, W_hh
and b_hh, is not among its parameters. The fifth, an encoder and its decoder, is two stacks, see
`rnnviz.engines.encoder_decoder`. An answer given once stands in the last row, NaN in all before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnnviz.engines.pooling import WEIGHTS, pooled, spread
from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.losses import losses_of
from rnnviz.trace import Array


@dataclass(frozen=True, eq=False)
class Reading:
    """What is read out of the top's hidden states. T time, O output.

    Attributes
    ----------
    read : (T, directions·H)
        What it is read from: the top's states, or what is made of all of them, in the last row, zeros before it.
    outputs, d_outputs : (T, O)
        The answers, and the loss's gradient by them.
    losses : (T,)
    dtop : (T, directions·H)
        The loss's gradient by the top's states.
    dtop_by_loss : (T, T, directions·H) or None
        See `Trace.dtop_by_loss`.
    """

    read: Array
    outputs: Array
    losses: Array
    d_outputs: Array
    dtop: Array
    dtop_by_loss: Array | None = None


def read_out(experiment: Experiment, data: Inputs, parameters: Mapping[str, Array], top: Array) -> Reading:
    """Answer each step, or once at the end, and see how wrong each answer is."""
    if experiment.shape == "many_to_one":
        return read_once(experiment, data, parameters, top)
    outputs = top @ parameters["weight_ho"].T + parameters["bias_o"]
    losses, d_outputs = losses_of(data.kind, outputs, data.targets, experiment.loss)
    return Reading(top, outputs, losses, d_outputs, d_outputs @ parameters["weight_ho"])


def read_once(experiment: Experiment, data: Inputs, parameters: Mapping[str, Array], top: Array) -> Reading:
    r"""Answer all that was read with one answer, in the last row.

    .. math:: y = W_{ho}\, p + b_o, \qquad p = \text{what } \texttt{rnnviz.engines.pooling} \text{ makes of all } h_t
    """
    weights = WEIGHTS[experiment.readout](top, np.asarray(len(top)), experiment.directions)
    p = pooled(weights, top)
    outputs = p @ parameters["weight_ho"].T + parameters["bias_o"]
    losses, d_outputs = losses_of(data.kind, outputs[None], data.targets[-1:], "every")
    dtop = spread(weights, d_outputs[0] @ parameters["weight_ho"])
    by_loss = None
    if weights[:-1].any():  # the last loss reads other steps than its own
        by_loss = np.zeros((len(top), *top.shape))
        by_loss[-1] = dtop
    read, answers, wrong, gradient = (in_last_row(value, len(top)) for value in (p, outputs, losses, d_outputs[0]))
    answers[:-1] = np.nan
    return Reading(read, answers, wrong[:, 0], gradient, dtop, by_loss)


def in_last_row(values: Array, steps: int) -> Array:
    """Return (T, N) zeros whose last row is (N,)."""
    rows = np.zeros((steps, len(values)))
    rows[-1] = values
    return rows
