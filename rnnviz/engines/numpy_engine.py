r"""The NumPy engine: float64, one step after another, written to be read.

Forward, a stack of layers reads the inputs, each one the hidden states of the one below (of both directions, side by
side; with ``residual`` also what that one read); the readout answers, and each answer has a loss:

.. math:: y_t = W_{ho} h_t + b_o, \qquad L = \sum_t L_t(y_t, \mathrm{target}_t)

Backward, the gradient goes the same way in reverse. The cells' equations stand in `rnnviz.cells`, the time loop in
`rnnviz.engines.layer`, the way back in `rnnviz.engines.through_time`; here they are put together.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnnviz.cells import cell_named
from rnnviz.engines.clipping import clipped, global_norm
from rnnviz.engines.layer import Adjoint, Held, Run, Weights, forward, gradients
from rnnviz.engines.through_time import backward_stack, levels, skips
from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.losses import losses_of
from rnnviz.trace import Array, LayerTrace, Trace


# A network may explode: that is one of the things to see. Inf and NaN go into the trace, which says where they begin.
@np.errstate(over="ignore", invalid="ignore")
def trace(experiment: Experiment, data: Inputs, parameters: Mapping[str, Array]) -> Trace:
    """Run an experiment forward and backward.

    Parameters
    ----------
    experiment : Experiment
    data : Inputs
        What is read, (T, D), and what should be answered.
    parameters : dict of float64 arrays
        Under torch's names, of the shapes of `rnnviz.initial.parameter_shapes`.

    Returns
    -------
    Trace
    """
    runs, top = forward_stack(experiment, parameters, data.inputs)
    outputs = top @ parameters["weight_ho"].T + parameters["bias_o"]
    losses, d_outputs = losses_of(data.kind, outputs, data.targets, experiment.loss)
    dtop = d_outputs @ parameters["weight_ho"]
    adjoints = backward_stack(experiment, runs, dtop)
    grads = {"weight_ho": d_outputs.T @ top, "bias_o": d_outputs.sum(axis=0)}
    for name, run in runs.items():
        names = (f"{kind}_{name}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        grads |= dict(zip(names, gradients(run, adjoints[name].from_x, adjoints[name].from_h), strict=True))
    norm = global_norm(grads)
    return Trace(
        experiment=experiment,
        kind=data.kind,
        labels=data.labels,
        alphabet=data.alphabet,
        answers=data.answers,
        inputs=data.inputs,
        targets=data.targets,
        outputs=outputs,
        losses=losses,
        parameters=parameters,
        parameter_grads=clipped(experiment, {name: grads[name] for name in parameters}),
        grad_norm=norm,
        dtop=dtop,
        layers={name: layer_trace(run, adjoints[name]) for name, run in runs.items()},
        unit_names=data.unit_names,
    )


def forward_stack(experiment: Experiment, parameters: Mapping[str, Array], x: Array) -> tuple[dict[str, Run], Array]:
    """Run all layers; return each one's record, and what the top gives, (T, directions·H)."""
    cell = cell_named(experiment.cell, experiment.nonlinearity)
    runs: dict[str, Run] = {}
    for level in levels(experiment):
        for name in level:
            held = Held(experiment.hold, name, len(x), experiment.hidden_size)
            runs[name] = forward(cell, Weights.of(parameters, name), x, held, reverse=name.endswith("_reverse"))
        h = np.concatenate([runs[name].values["h"] for name in level], axis=1)
        x = h + x if skips(experiment, level) else h
    return runs, x


def layer_trace(run: Run, adjoint: Adjoint) -> LayerTrace:
    """Return a layer's record in the form that the pictures read."""
    return LayerTrace(
        x=run.x,
        h=run.values["h"],
        c=run.values.get("c"),
        h0=run.h0,
        c0=run.c0 if run.cell.has_c else None,
        gates={gate: run.values[gate] for gate in run.cell.gates},
        preactivations=run.sums,
        dh=adjoint.dh,
        dc=adjoint.dc,
    )
