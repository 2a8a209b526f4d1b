r"""The torch engine: the numbers of the NumPy engine, in less time, by torch's own modules.

Torch's own modules hide all but their answers, and a loop over its cells that retains every state's gradient takes ten
times as long. What does not depend on the step before can be done for all steps at once (Appleyard, Kočiský & Blunsom
2016, arXiv 1604.01946); so a layer is run in four strides:

1. torch's module, one fused call without a graph, gives h for all t;
2. x_t and h_{t−1} now known for all t, one product each gives all sums, and the cell's lines all gates; an LSTM's c
   waits for its past in :math:`c_t = f_t \odot c_{t-1} + i_t \odot g_t` and nowhere else;
3. the cell's lines give the local derivatives for all t;
4. `rnnviz.engines.torch_backward` walks back, and one product each gives the weights' gradients.

Only the first is done in the ``dtype`` asked for. The others are float64, for what they add should be exact: near
saturation tanh′ = 1 − h² has no digit left in float32, and a vanishing gradient soon is 0 there. Of an encoder and its
decoder so is what passes between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from rnnviz.cells import Cell, cell_named
from rnnviz.engines import translation
from rnnviz.engines.encoder_decoder import Walks
from rnnviz.engines.layer import Adjoint, Held, Run, Weights
from rnnviz.engines.numpy_engine import whole
from rnnviz.engines.shapes import read_out
from rnnviz.engines.through_time import backward_stack, levels, skips
from rnnviz.engines.torch_backward import BACKWARD
from rnnviz.engines.torch_forward import array, one_thread, opened, states, tensor
from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.trace import Array, Trace


# A network may explode: that is one of the things to see. Inf and NaN go into the trace, which says where they begin.
@np.errstate(over="ignore", invalid="ignore")
def trace(experiment: Experiment, data: Inputs, parameters: Mapping[str, Array], dtype: str = "float64") -> Trace:
    """Run an experiment forward and backward.

    Parameters
    ----------
    experiment : Experiment
    data : Inputs
        What is read, (T, D), and what should be answered.
    parameters : dict of float64 arrays
        Under torch's names, of the shapes of `rnnviz.initial.parameter_shapes`.
    dtype : {"float64", "float32"}
        Of the recurrent layers' forward pass. The trace has float64 arrays in either case; "float32" leaves in its
        inputs, parameters and states the digits that float32 has.

    Returns
    -------
    Trace
    """
    data = replace(data, inputs=rounded(data.inputs, dtype))
    parameters = {name: rounded(value, dtype) for name, value in parameters.items()}
    if experiment.translates:
        return translation.trace(experiment, data, parameters, walks(experiment, dtype))
    runs, top = forward_stack(experiment, parameters, data.inputs, dtype)
    reading = read_out(experiment, data, parameters, top)
    adjoints = backward(experiment, runs, reading.dtop)
    return whole(experiment, data, parameters, reading, runs, adjoints, gradients)


def forward_stack(
    experiment: Experiment, parameters: Mapping[str, Array], x: Array, dtype: str
) -> tuple[dict[str, Run], Array]:
    """Run all layers; return each one's record, and what the top gives, (T, directions·H)."""
    cell = cell_named(experiment.cell, experiment.nonlinearity)
    runs: dict[str, Run] = {}
    for level in levels(experiment):
        for name in level:
            weights, reverse = Weights.of(parameters, name), name.endswith("_reverse")
            held = Held(experiment.hold, name, len(x), experiment.hidden_size)
            h = states(cell, weights, x, held, reverse, dtype)
            runs[name] = opened(cell, weights, x, h, held, reverse)
        given = [runs[name].values["h"] for name in level]
        out = given[0] if len(given) == 1 else np.concatenate(given, axis=1)
        x = rounded(out + x, dtype) if skips(experiment, level) else out
    return runs, x


def walks(experiment: Experiment, dtype: str) -> Walks:
    """Return how a layer is run on its own, forward and back: of an encoder or of its decoder."""

    def forward(
        cell: type[Cell],
        weights: Weights,
        x: Array,
        held: Held,
        reverse: bool,
        h0: Array,
        c0: Array,
        own: NDArray[np.bool_] | None,
    ) -> Run:
        first = rounded(h0, dtype), rounded(c0, dtype)
        h = states(cell, weights, rounded(x, dtype), held, reverse, dtype, first)
        return opened(cell, weights, rounded(x, dtype), h, held, reverse, first)

    def backward(run: Run, dout: Array, own: NDArray[np.bool_] | None, dout_c: Array | None) -> Adjoint:
        return BACKWARD[experiment.cell](run, dout, None if dout_c is None else dout_c[-1])

    return Walks(forward, backward, gradients)


def backward(experiment: Experiment, runs: Mapping[str, Run], dtop: Array) -> dict[str, Adjoint]:
    """Take the loss's gradient by the top's hidden states, (T, directions·H), back through all layers and steps."""
    if experiment.truncate is not None:  # many short walks side by side, which the NumPy engine has
        return backward_stack(experiment, runs, dtop)
    adjoints: dict[str, Adjoint] = {}
    for level in reversed(levels(experiment)):
        for k, name in enumerate(level):
            share = slice(k * experiment.hidden_size, (k + 1) * experiment.hidden_size)
            adjoints[name] = BACKWARD[experiment.cell](runs[name], dtop[:, share])
        if level[0] != "l0":
            dx = np.sum([product(adjoints[name].from_x, runs[name].weights.ih) for name in level], axis=0)
            dtop = dx + dtop if skips(experiment, level) else dx
    return adjoints


def gradients(run: Run, from_x: Array, from_h: Array) -> tuple[Array, Array, Array, Array]:
    """Return the gradients of W_ih, W_hh, b_ih, b_hh, as `rnnviz.engines.layer.gradients` does, on one thread."""
    with one_thread(), torch.inference_mode():
        by_x, by_h = torch.from_numpy(from_x), torch.from_numpy(from_h)
        b_hh = by_h.sum(dim=0)
        b_ih = b_hh.clone() if from_x is from_h else by_x.sum(dim=0)
        return array(by_x.T @ tensor(run.x)), array(by_h.T @ tensor(run.h_prev)), array(b_ih), array(b_hh)


def product(a: Array, matrix: Array) -> Array:
    """Return the product of two matrices, computed on one thread: NumPy's would take as many as there are."""
    with one_thread(), torch.inference_mode():
        return array(torch.from_numpy(a) @ tensor(matrix))


def rounded(values: Array, dtype: str) -> Array:
    """Return the numbers as ``dtype`` has them, in float64."""
    return values if dtype == "float64" else values.astype(dtype).astype(np.float64)
