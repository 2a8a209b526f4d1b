r"""There is one weight matrix, used at every step: its gradient is a sum over time.

.. math:: \frac{\partial L}{\partial W_{hh}} = \sum_t \frac{\partial L}{\partial a_t} h_{t-1}^\top, \qquad
          \frac{\partial L}{\partial W_{ih}} = \sum_t \frac{\partial L}{\partial a_t} x_t^\top

with a the sums that the gates are taken of (Werbos 1990; the sum over t in Pascanu et al. 2013, eq. 3–4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnviz.checks import ExperimentError
from rnnviz.gradients.attending import each_back, look_of
from rnnviz.gradients.crossing import before_tanh, last_states
from rnnviz.gradients.magnitude import row_norms
from rnnviz.gradients.reading import answered_from, output_gradients, pooling, pools, top
from rnnviz.gradients.runs import stacks
from rnnviz.gradients.whole import adjoints
from rnnviz.trace import Array, Trace


@dataclass(frozen=True, eq=False)
class WeightShares:
    """A parameter's gradient and what each step contributes to it. T time.

    Of a network that answers once, the readout's terms are those of the steps that its answer is made from. What a
    transform makes a context of stands at the encoder's last step.

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
        if left.ndim > 2:  # a step's term that is itself a sum
            return _of_terms(terms_of(left, right))
        total = left.sum(axis=0) if right is None else left.T @ right
        norms = row_norms(left) if right is None else row_norms(left) * row_norms(right)
        size = np.abs(total).max(initial=0)
        unit = total / size
        along = left @ unit if right is None else np.einsum("ti,ij,tj->t", left, unit, right, optimize=True)
        return WeightShares(total, norms, np.asarray(along / size / (unit**2).sum()))


def _of_terms(terms: Array) -> WeightShares:
    """Return the shares of terms, (T, *shape), that are given whole."""
    total, flat = terms.sum(axis=0), terms.reshape(len(terms), -1)
    size = np.abs(total).max(initial=0)
    unit = total.ravel() / size
    return WeightShares(total, row_norms(flat), np.asarray(flat @ unit / size / (unit**2).sum()))


def weight_terms(trace: Trace, name: str) -> Array:
    """Return each step's term of a parameter's gradient, (T, *shape): the outer products whose sum it is.

    Parameters and errors as of `weight_shares`.
    """
    return terms_of(*factors(trace, name))


def terms_of(left: Array, right: Array | None) -> Array:
    """Return the terms, (T, *shape), whose `factors` these are."""
    if left.ndim > 2:
        return left.sum(axis=1) if right is None else np.asarray(left.mT @ right)
    return left if right is None else left[:, :, None] * right[:, None, :]


def factors(trace: Trace, name: str) -> tuple[Array, Array | None]:
    """Return the (T, rows) and (T, columns) whose outer products are the terms; of a bias the first alone.

    Of what attention asks of each of the encoder's states they are (T, S, rows) and (S, columns), and a step's term is
    the sum over S.
    """
    if name not in trace.parameters:
        raise ExperimentError("name", name, "error.no_parameter", choices=", ".join(trace.parameters))
    if name in ("weight_ho", "bias_o"):
        return _of_readout(trace, name)
    part, _, plain = name.rpartition(".")
    if part == "attention":
        return _of_attention(trace, plain)
    if part == "context":
        return _of_context(trace, plain)
    kind, layer = plain.rsplit("_l", 1)
    runs, found = adjoints(trace)
    key = f"{part}{'.' if part else ''}l{layer}"
    run, adjoint = runs[key], found[key]
    left = adjoint.from_x if kind.endswith("ih") else adjoint.from_h
    read = run.x if kind.endswith("ih") else run.h_prev
    start = next(stack.start for stack in stacks(trace) if stack.name == part)
    return _placed(trace, left, start), _placed(trace, read, start) if kind.startswith("weight") else None


def _placed(trace: Trace, rows: Array, start: int) -> Array:
    """Return the rows of some steps among zeros for all others, (T, …)."""
    if len(rows) == trace.steps:
        return rows
    found: Array = np.zeros((trace.steps, *rows.shape[1:]))
    found[start : start + len(rows)] = rows
    return found


def _of_readout(trace: Trace, name: str) -> tuple[Array, Array | None]:
    d_outputs = output_gradients(trace)
    if d_outputs is None:
        raise ExperimentError("name", name, "error.other_loss")
    if name == "bias_o":
        return d_outputs, None
    if not pools(trace):
        return d_outputs, answered_from(trace)
    return np.broadcast_to(d_outputs[-1], d_outputs.shape), pooling(trace) * top(trace)


def _of_context(trace: Trace, kind: str) -> tuple[Array, Array | None]:
    """Return the factors of a transform's parameter, "weight_l0": one term, where the encoder ends."""
    level, last = kind.rpartition("_")[2], trace.segments[0].stop - 1
    assert trace.bridge is not None
    left = _placed(trace, before_tanh(trace, level, trace.bridge.d_context[level])[None], last)
    return left, _placed(trace, last_states(trace, level)[None], last) if kind.startswith("weight") else None


def _of_attention(trace: Trace, kind: str) -> tuple[Array, Array | None]:
    """Return the factors of one of attention's parameters, at the decoder's steps."""
    start = trace.segments[-1].start
    steps = np.arange(start, trace.steps)
    look, d_outputs = look_of(trace, steps), output_gradients(trace)
    assert look is not None and d_outputs is not None
    back = each_back(trace, look, d_outputs[steps] @ trace.parameters["weight_ho"])
    if kind in ("weight", "mix_bias"):
        read = np.concatenate([look.h, look.attended], axis=1)
        return _placed(trace, back.mix[:, 0], start), _placed(trace, read, start) if kind == "weight" else None
    assert look.z is not None and back.query is not None and back.key is not None
    if kind == "key":
        return _placed(trace, back.key, start), look.given
    if kind == "v":
        return _placed(trace, back.scores[:, 0, :, None] * look.z, start), None
    return _placed(trace, back.query[:, 0], start), _placed(trace, look.h, start) if kind == "query" else None
