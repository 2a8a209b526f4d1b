r"""The NumPy engine: float64, one step after another, written to be read.

Forward, a stack of layers reads the inputs, each one the hidden states of the one below (of both directions, side by
side); the readout answers, and each answer has a loss:

.. math:: y_t = W_{ho} h_t + b_o, \qquad L = \sum_t L_t(y_t, \mathrm{target}_t)

Backward is backpropagation through time (Werbos 1990), top layer first. The cells' equations stand in
`rnnviz.cells`, the time loop in `rnnviz.engines.layer`; here they are put together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.cells import cell_named
from rnnviz.engines.layer import Adjoint, Held, Run, Weights, backward, forward, gradients
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
    adjoints = backward_stack(experiment, runs, d_outputs @ parameters["weight_ho"])
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
        parameter_grads=clip({name: grads[name] for name in parameters}, norm, experiment.clip),
        grad_norm=norm,
        layers={name: layer_trace(run, adjoints[name]) for name, run in runs.items()},
        unit_names=data.unit_names,
    )


def forward_stack(experiment: Experiment, parameters: Mapping[str, Array], x: Array) -> tuple[dict[str, Run], Array]:
    """Run all layers; return each one's record, and the top's hidden states, (T, directions·H)."""
    cell = cell_named(experiment.cell, experiment.nonlinearity)
    runs: dict[str, Run] = {}
    for level in levels(experiment):
        for name in level:
            held = Held(experiment.hold, name, len(x), experiment.hidden_size)
            runs[name] = forward(cell, Weights.of(parameters, name), x, held, reverse=name.endswith("_reverse"))
        x = np.concatenate([runs[name].values["h"] for name in level], axis=1)
    return runs, x


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the loss to take back through the layers.

    Attributes
    ----------
    start, stop : int
        The positions it may reach.
    dtop : (T′, directions·H) or (T′, B, directions·H)
        Its gradient by the top's hidden states there: of the whole loss, or of B steps' losses, one each.
    inside : (T′, B) bool, or None
        Which positions the loss of which step may reach.
    """

    start: int
    stop: int
    dtop: Array
    inside: NDArray[np.bool_] | None = None


def parts(dtop: Array, truncate: int | None) -> Iterator[Part]:
    """Yield the whole loss as one part, or, when truncating, blocks of steps' losses.

    Truncated, the loss of step k reaches the positions t with |t − k| ≤ ``truncate`` and no other: BPTT(h) of Williams
    & Peng 1990, where the total gradient is a sum over a band of pairs (k, t). A forward layer only fills the half
    t ≤ k, a reverse layer the half t ≥ k. Losses of as many steps as the band is wide share one walk back.
    """
    steps = len(dtop)
    if truncate is None or truncate >= steps - 1:
        yield Part(0, steps, dtop)
        return
    width = truncate + 1
    for first in range(0, steps, width):
        losses = np.arange(first, min(first + width, steps))
        start, stop = max(0, first - truncate), min(steps, losses[-1] + truncate + 1)
        seeds = np.zeros((stop - start, len(losses), dtop.shape[1]))
        seeds[losses - start, losses - first] = dtop[losses]
        reach = np.abs(np.arange(start, stop)[:, None] - losses) <= truncate
        yield Part(start, stop, seeds, reach)


def backward_stack(experiment: Experiment, runs: Mapping[str, Run], dtop: Array) -> dict[str, Adjoint]:
    """Take the loss's gradient by the top's hidden states, (T, directions·H), back through all layers and steps.

    Returns
    -------
    dict of Adjoint
        By layer, the sums over all losses; arrays (T, H) and (T, GH).
    """
    totals = {name: zeros(run) for name, run in runs.items()}
    for part in parts(dtop, experiment.truncate):
        dout = part.dtop
        for level in reversed(levels(experiment)):
            below: Array | float = 0.0
            for name, share in zip(level, np.split(dout, len(level), axis=-1), strict=True):
                adjoint = backward(runs[name], share, part.start, part.inside)
                add(totals[name], adjoint, part)
                below = below + adjoint.from_x @ runs[name].weights.ih
            dout = np.asarray(below)
    return totals


def levels(experiment: Experiment) -> list[tuple[str, ...]]:
    """Return the layers' names, those of one height together: ``[("l0", "l0_reverse"), ("l1", …), …]``."""
    names, count = experiment.layer_names, experiment.directions
    return [names[first : first + count] for first in range(0, len(names), count)]


def zeros(run: Run) -> Adjoint:
    """Return an adjoint of a layer to add to."""
    steps, hidden = run.h_prev.shape
    rows = len(run.weights.hh)
    dc = np.zeros((steps, hidden)) if run.cell.has_c else None
    return Adjoint(np.zeros((steps, hidden)), dc, np.zeros((steps, rows)), np.zeros((steps, rows)))


def add(total: Adjoint, adjoint: Adjoint, part: Part) -> None:
    """Add a part's adjoint to the total at its positions; losses that were kept apart are summed."""
    for name in ("dh", "dc", "from_x", "from_h"):
        sum_, term = getattr(total, name), getattr(adjoint, name)
        if term is not None:
            sum_[part.start : part.stop] += term if part.inside is None else term.sum(axis=1)


def global_norm(grads: Mapping[str, Array]) -> float:
    """Return the 2-norm of all gradients as one vector; scaled by the largest entry, so that no square overflows."""
    largest = max(np.abs(grad).max() for grad in grads.values())
    if largest == 0 or not np.isfinite(largest):
        return float(largest)
    return float(largest * np.sqrt(sum(((grad / largest) ** 2).sum() for grad in grads.values())))


def clip(grads: dict[str, Array], norm: float, most: float | None) -> dict[str, Array]:
    """Return the gradients, scaled down to the norm ``most`` if theirs is larger (Pascanu et al. 2013, algorithm 1).

    A norm that is not finite has no direction to keep: such gradients stay as they are.
    """
    if most is None or not np.isfinite(norm) or norm <= most:
        return grads
    return {name: grad * (most / norm) for name, grad in grads.items()}


def layer_trace(run: Run, adjoint: Adjoint) -> LayerTrace:
    """Return a layer's record in the form that the pictures read."""
    zero = np.zeros(run.h_prev.shape[1])
    return LayerTrace(
        h=run.values["h"],
        c=run.values.get("c"),
        h0=zero,
        c0=zero.copy() if run.cell.has_c else None,
        gates={gate: run.values[gate] for gate in run.cell.gates},
        preactivations=run.sums,
        dh=adjoint.dh,
        dc=adjoint.dc,
    )
