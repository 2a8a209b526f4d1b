r"""There is one weight matrix, used at every step: its gradient is a sum over time.

.. math:: \frac{\partial L}{\partial W_{hh}} = \sum_t \frac{\partial L}{\partial a_t} h_{t-1}^\top, \qquad
          \frac{\partial L}{\partial W_{ih}} = \sum_t \frac{\partial L}{\partial a_t} x_t^\top

with a the sums that the gates are taken of (Werbos 1990; the sum over t in Pascanu et al. 2013, eq. 3–4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnviz.checks import ExperimentError
from rnnviz.gradients.magnitude import row_norms
from rnnviz.gradients.whole import adjoints, output_gradients, top
from rnnviz.trace import Array, Trace


@dataclass(frozen=True, eq=False)
class WeightShares:
    """A parameter's gradient and what each step contributes to it. T time.

    Attributes
    ----------
    total : array of the parameter's shape
        dL/dW before clipping, in the loss's unit over the weight's: the sum of the terms.
    norms : (T,)
        Frobenius norm of each step's term.
    shares : (T,)
        Projection of each step's term on the total, over ‖total‖²: they add up to 1. A negative share pulls the other
        way. NaN if the total is zero or not finite.
    """

    total: Array
    norms: Array
    shares: Array


def weight_shares(trace: Trace, name: str) -> WeightShares:
    """Return what each step contributes to the gradient of one parameter.

    Parameters
    ----------
    trace : Trace
    name : str
        Of `Trace.parameters`: "weight_hh_l0", "weight_ih_l0", "bias_ih_l0", "weight_ho", …

    Raises
    ------
    ExperimentError
        If there is no such parameter, or it is the readout of a recorded module with a loss of its own.
    """
    left, right = factors(trace, name)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        total = left.sum(axis=0) if right is None else left.T @ right
        norms = row_norms(left) if right is None else row_norms(left) * row_norms(right)
        size = np.abs(total).max()
        unit = total / size
        along = left @ unit if right is None else np.einsum("ti,ij,tj->t", left, unit, right, optimize=True)
        return WeightShares(total, norms, np.asarray(along / size / (unit**2).sum()))


def weight_terms(trace: Trace, name: str) -> Array:
    """Return each step's term of a parameter's gradient, (T, *shape): the outer products whose sum it is.

    Parameters and errors as of `weight_shares`.
    """
    left, right = factors(trace, name)
    return left if right is None else left[:, :, None] * right[:, None, :]


def factors(trace: Trace, name: str) -> tuple[Array, Array | None]:
    """Return the (T, rows) and (T, columns) whose outer products are the terms; of a bias the first alone."""
    if name not in trace.parameters:
        raise ExperimentError("name", name, "error.no_parameter", choices=", ".join(trace.parameters))
    if name in ("weight_ho", "bias_o"):
        d_outputs = output_gradients(trace)
        if d_outputs is None:
            raise ExperimentError("name", name, "error.other_loss")
        return d_outputs, top(trace) if name == "weight_ho" else None
    kind, layer = name.rsplit("_l", 1)
    runs, found = adjoints(trace)
    run, adjoint = runs[f"l{layer}"], found[f"l{layer}"]
    left = adjoint.from_x if kind.endswith("ih") else adjoint.from_h
    read = run.x if kind.endswith("ih") else run.h_prev
    return left, read if kind.startswith("weight") else None
