"""What an output owes to each input: ∂y_t/∂x_s through all layers, directions and steps between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnviz.checks import ExperimentError
from rnnviz.gradients.flow import Exponents, Spread, shifted
from rnnviz.gradients.largest import largest_singular_values
from rnnviz.gradients.magnitude import row_norms, scaled
from rnnviz.gradients.reading import answered, top
from rnnviz.gradients.runs import check_choice
from rnnviz.gradients.starts import Starts
from rnnviz.gradients.walking import to_inputs
from rnnviz.trace import Array, Trace

NORMS = ("2", "fro")


def influence(trace: Trace, norm: str = "2") -> Array:
    """Return (T, T), entry [t, s] = ‖∂y_t/∂x_s‖: how much a change of the input at s changes the output at t.

    y are the outputs as the readout gives them: logits, or numbers. Zero where no path leads from x_s to y_t: for s > t
    if the network reads in one direction; NaN in rows of steps without an answer. A property of the values alone: a
    truncated gradient has no part in it. What a decoder reads of its previous output counts as its input at that step,
    and is held fixed at all others: x_s then reaches y_t through the states only, not through what was written.

    Parameters
    ----------
    trace : Trace
    norm : {"2", "fro"}
        Of the (O, D) Jacobian: its largest singular value, that is the largest change of the output that an input's
        change of length 1 makes; or its Frobenius norm.

    Raises
    ------
    ExperimentError
        If there is no such norm, or the outputs are no linear readout (of a recorded module).
    """
    check_choice("norm", norm, NORMS)
    blocks, exponents = input_jacobians(trace, readout(trace))
    steps, outputs = len(blocks), blocks.shape[2]
    if norm == "fro" or min(blocks.shape[2:]) == 1:
        return _known(trace, scaled(row_norms(blocks.reshape(steps, steps, -1)), exponents))
    starts = np.random.default_rng(0).standard_normal((steps * steps, outputs))
    sizes, _ = largest_singular_values(blocks.reshape(-1, *blocks.shape[2:]), starts)
    return _known(trace, scaled(sizes.reshape(steps, steps), exponents))


def _known(trace: Trace, sizes: Array) -> Array:
    """Return (T, T) with NaN in rows of steps without an answer."""
    silent = ~answered(trace)
    return np.where(silent[:, None], np.nan, sizes) if silent.any() else sizes


def connectivity(trace: Trace, k: int | Sequence[int]) -> Array:
    """Return (T, T), entry [t, s] = ‖∂y_{t,k}/∂x_s‖₂: how much each input matters for the k-th output alone.

    Of logits, the connectivity of Madsen 2019 (Distill, "Visualizing memorization in RNNs"): which symbols the answer k
    is due to.

    Parameters
    ----------
    trace : Trace
    k : int or (T,) int
        Index of the output, the same for all steps or one for each: of `Trace.answers`, where they are symbols.

    Raises
    ------
    ExperimentError
        If there is no such output, or the outputs are no linear readout (of a recorded module).
    """
    weights = readout(trace)
    chosen = np.broadcast_to(np.asarray(k), (trace.steps,))
    if not np.issubdtype(chosen.dtype, np.integer) or not ((chosen >= 0) & (chosen < len(weights))).all():
        raise ExperimentError("k", k, "error.no_output", most=len(weights) - 1)
    blocks, exponents = input_jacobians(trace, weights[chosen][:, None])
    return _known(trace, scaled(row_norms(blocks[:, :, 0]), exponents))


def answer_influence(trace: Trace) -> Array:
    """Return (T, T), entry [t, s]: how much each input matters for what the network answers at step t.

    Of symbols ‖∂ log p_t/∂x_s‖₂, where p_t is the probability of the likeliest answer at t: a network that is sure of
    it owes little to any input. Of numbers ‖∂y_t/∂x_s‖, the Frobenius norm.

    Raises
    ------
    ExperimentError
        If the outputs are no linear readout (of a recorded module).
    """
    weights, chances = readout(trace), trace.probabilities
    if chances is None:
        return influence(trace, "fro")
    known = np.where(answered(trace)[:, None], chances, 0.0)
    blocks, exponents = input_jacobians(trace, (weights[known.argmax(axis=1)] - known @ weights)[:, None])
    return _known(trace, scaled(row_norms(blocks[:, :, 0]), exponents))


def readout(trace: Trace) -> Array:
    """Return W_ho, (O, directions·H); the identity for a recorded module that answers with its states themselves."""
    if "weight_ho" in trace.parameters:
        return trace.parameters["weight_ho"]
    states = top(trace)
    if trace.outputs.shape != states.shape or not np.allclose(trace.outputs, states, rtol=1e-3, atol=1e-5):
        raise ExperimentError("trace", "module", "error.no_readout")
    return np.eye(states.shape[1])


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def input_jacobians(trace: Trace, rows: Array) -> tuple[Array, Exponents]:
    """Return the Jacobians of some linear readouts, of what each step's answer is made from, by each step's input.

    Parameters
    ----------
    trace : Trace
    rows : (R, directions·H) or (T, R, directions·H)
        The readouts, the same for all steps or each step's own; those of steps without an answer have no part.

    Returns
    -------
    blocks : (T, T, R, D)
        Entry [t, s] · 2^``exponents`` [t, s] is ∂(readouts of step t)/∂x_s; zero where there is no answer at t.
    exponents : (T, T)
    """
    steps, asked = trace.steps, np.flatnonzero(answered(trace))
    rows = np.broadcast_to(rows, (steps, *rows.shape[-2:]))[asked]
    count = rows.shape[1]
    starts = Starts.of_answers(trace, rows.reshape(len(asked) * count, -1), np.repeat(asked, count))
    parts = to_inputs(trace, starts)
    if any(part.exponents.any() for part in parts):
        found, common = _aligned(parts, count)
    else:  # as nearly always: nothing had to be rescaled
        found = sum((part.values for part in parts[1:]), parts[0].values)
        common = np.zeros((steps, len(asked)), np.int64)
    blocks = np.zeros((steps, steps, count, found.shape[2]))
    exponents = np.zeros((steps, steps), np.int64)
    blocks[asked], exponents[asked] = found.reshape(steps, len(asked), count, -1).swapaxes(0, 1), common.T
    return blocks, exponents


def _aligned(parts: Sequence[Spread], count: int) -> tuple[Array, Exponents]:
    """Return the sum of several parts, (T, B, D), and the power of two of it, (T, N), that each step's rows share."""
    steps = len(parts[0].exponents)
    common = np.max([np.where(part.values.any(axis=2), part.exponents, -(2**40)) for part in parts], axis=0)
    common = common.reshape(steps, -1, count).max(axis=2)
    common[common == -(2**40)] = 0
    found = np.zeros_like(parts[0].values)
    for part in parts:
        shift = part.exponents - np.repeat(common, count, axis=1)
        found += shifted(part.values.reshape(-1, found.shape[2]), shift.ravel()).reshape(found.shape)
    return found, common
