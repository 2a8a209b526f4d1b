r"""What a decoder's state is of an encoder's: both sides of the context, which all that the encoder tells has to pass.

.. math:: \frac{\partial s_t}{\partial s_s} = \frac{\partial s_t}{\partial c} \, \frac{\partial c}{\partial s_s}

The left one is carried forward from the context, step by step and layer by layer; the right one is walked back from it,
one adjoint for each of its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnviz.engines.layer import Run
from rnnviz.gradients.crossing import cell_passes, to_level
from rnnviz.gradients.flow import NOWHERE, Exponents
from rnnviz.gradients.product import product
from rnnviz.gradients.runs import run_of, stacks
from rnnviz.gradients.starts import Starts
from rnnviz.gradients.walking import Descent
from rnnviz.trace import Array, Trace


@dataclass(frozen=True, eq=False)
class Matrices:
    """One matrix for each of N steps: ``values`` (N, R, K) · 2^``exponents`` (N,)."""

    values: Array
    exponents: Exponents


def step_jacobians(run: Run) -> Array:
    """Return (T, S, S), J_t = ∂state_t/∂state_{t−1}: S = H, or 2H, h before c, of an LSTM. Held gates count as held."""
    cell, hidden = run.cell, run.weights.hh.shape[1]
    size = 2 * hidden if cell.has_c else hidden
    unit = np.eye(size)[None]
    dh, dc = unit[..., :hidden], unit[..., hidden:] if cell.has_c else np.zeros((1, size, hidden))
    step = cell.backward(dh, dc, np.moveaxis(run.local, 1, 0)[:, :, None, :])
    sums = np.concatenate(step.from_h, axis=-1)
    to_h = product(sums.reshape(-1, sums.shape[-1]), run.weights.hh).reshape(len(sums), size, hidden) + step.h_prev
    return np.concatenate([to_h, step.c_prev], axis=-1) if cell.has_c else np.asarray(to_h)


def through_context(trace: Trace, layer: str, full: bool) -> tuple[Matrices, Matrices]:
    """Return ∂state_t/∂context of a decoder's layer, (N, R, C), and ∂context/∂state_s of the encoder's, (S, C, R).

    The state is h, or all that is handed on if ``full``. Of a decoder that begins with it the context is that of its
    own level, and the cell state beside it if that is handed over as well.
    """
    assert trace.bridge is not None
    decoder = stacks(trace)[1]
    begins = trace.experiment.decoder == "state"
    level = layer if begins else decoder.levels[-1][0]
    cell = begins and cell_passes(trace)
    runs = [run_of(trace, name, decoder) for (name,) in decoder.levels]
    if begins:
        later = _from_start(runs[int(layer[1:])], cell)
    else:
        later = _from_inputs(runs[: int(layer[1:]) + 1], len(trace.bridge.context[level]), trace.experiment.residual)
    hidden, size = trace.layers[layer].h.shape[1], len(trace.bridge.context[level])
    kept = later.values.shape[1] if full else hidden
    later = Matrices(later.values[:, :kept], later.exponents)
    return later, _to_context(trace, layer, level, size, cell, full)


def _from_start(run: Run, cell: bool) -> Matrices:
    """Return ∂state_t/∂(h, and perhaps c, that a layer begins with), (N, S, C)."""
    jacobians, hidden = step_jacobians(run), run.weights.hh.shape[1]
    latest = np.eye(jacobians.shape[1])
    latest = latest if cell else latest[:, :hidden]
    found = Matrices(np.empty((len(jacobians), *latest.shape)), np.zeros(len(jacobians), np.int64))
    for t, jacobian in enumerate(jacobians):
        _put(found, t, jacobian @ latest, found.exponents[t - 1] if t else 0)
        latest = found.values[t]
    return found


def _from_inputs(runs: list[Run], width: int, residual: bool) -> Matrices:
    """Return ∂state_t/∂(the last ``width`` numbers of what is read at every step) of the last of some layers."""
    steps, read = len(runs[0].x), runs[0].x.shape[1]
    given = Matrices(np.broadcast_to(np.eye(read)[:, read - width :], (steps, read, width)), np.zeros(steps, np.int64))
    states = given
    for height, run in enumerate(runs):
        states = _carried(run, given)
        h = Matrices(states.values[:, : run.weights.hh.shape[1]], states.exponents)
        given = _sum(h, given) if residual and height else h
    return states


def _carried(run: Run, given: Matrices) -> Matrices:
    """Carry derivatives of what a layer reads, (N, D, C), on through its steps: those of its states, (N, S, C)."""
    jacobians, width = step_jacobians(run), given.values.shape[2]
    found = Matrices(np.empty((*jacobians.shape[:2], width)), np.zeros(len(jacobians), np.int64))
    latest, exponent = np.zeros((jacobians.shape[1], width)), 0
    for t, jacobian in enumerate(jacobians):
        new = Matrices((_by_input(run, t) @ (run.weights.ih @ given.values[t]))[None], given.exponents[t : t + 1])
        old = Matrices((jacobian @ latest)[None], np.array([exponent]))
        both = _sum(old, new)
        _put(found, t, both.values[0], int(both.exponents[0]))
        latest, exponent = found.values[t], int(found.exponents[t])
    return found


def _by_input(run: Run, t: int) -> Array:
    """Return ∂state_t/∂(W_ih x_t), (S, GH)."""
    cell, hidden = run.cell, run.weights.hh.shape[1]
    unit = np.eye(2 * hidden if cell.has_c else hidden)
    dc = unit[:, hidden:] if cell.has_c else np.zeros((hidden, hidden))
    return np.concatenate(cell.backward(unit[:, :hidden], dc, run.local[t]).from_x, axis=-1)


def _sum(some: Matrices, others: Matrices) -> Matrices:
    known = [np.where(part.values.any(axis=(1, 2)), part.exponents, NOWHERE) for part in (some, others)]
    common = np.maximum(*known)
    common[common == NOWHERE] = 0
    shifts = [np.clip(part.exponents - common, -5000, 5000)[:, None, None] for part in (some, others)]
    both = zip((some, others), shifts, strict=True)
    return Matrices(np.sum([np.ldexp(part.values, shift) for part, shift in both], axis=0), common)


def _put(into: Matrices, t: int, values: Array, exponent: int) -> None:
    """Keep one matrix, brought back to about 1."""
    largest = np.abs(values).max(initial=0)
    shift = int(np.frexp(largest)[1]) if largest > 0 and np.isfinite(largest) else 0
    into.values[t], into.exponents[t] = np.ldexp(values, -shift), exponent + shift


def _to_context(trace: Trace, layer: str, level: str, size: int, cell: bool, full: bool) -> Matrices:
    """Return ∂(context, and perhaps cell state)/∂state_s of an encoder's layer, (S, C, R)."""
    encoder = stacks(trace)[0]
    both = next(names for names in encoder.levels if names[0] == level)
    count = 2 * size if cell else size
    unit, none = np.eye(count), np.zeros(count, np.int64)
    beside = to_level(trace, both, unit[:, :size], unit[:, size:] if cell else None, none)
    descent = Descent(encoder, Starts(none, None, None, trace.steps), {name: [one] for name, one in beside}, np.float64)
    hidden = trace.layers[layer].h.shape[1]
    width = 2 * hidden if full and trace.layers[layer].c is not None else hidden
    found = Matrices(np.zeros((encoder.steps, count, width)), np.zeros(encoder.steps, np.int64))
    for step in descent.walk(layer):
        rows = np.concatenate([step.dh, step.apart], axis=1)[:, :width]
        common = int(np.where(rows.any(axis=1), step.exponents, NOWHERE).max())
        if common != NOWHERE:
            _put(found, step.t, np.ldexp(rows, np.clip(step.exponents - common, -5000, 0)[:, None]), common)
    return found
