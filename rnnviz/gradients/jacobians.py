r"""What a state does to a later one: ∂state_t/∂state_s for every pair of steps, as a number.

.. math:: \frac{\partial s_t}{\partial s_s} = \prod_{\tau = s + 1}^{t} J_\tau, \qquad
          J_\tau = \frac{\partial s_\tau}{\partial s_{\tau - 1}}

The state s is h, or (h, c) of an LSTM. Pascanu, Mikolov & Bengio 2013, eq. 5. All products that start at s are made at
once of those that start a step later: [P | I] ← [P · J | I], one matrix product a step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.engines.layer import Run, order
from rnnviz.gradients.flow import Exponents
from rnnviz.gradients.largest import largest_singular_values
from rnnviz.gradients.magnitude import log10_scaled, scaled
from rnnviz.gradients.product import product
from rnnviz.gradients.runs import check_choice, layer_named, run_of, stacks, walked
from rnnviz.gradients.tangents import Matrices, step_jacobians, through_context
from rnnviz.trace import Array, Trace

STATES = ("h", "full")
NORMS = ("2", "fro")
EXACT = 64
"""Most numbers of a state, H or 2H, whose products are made whole; those of a larger one are probed."""
PROBES = 32
SEED = 0
SMALLEST, LARGEST = 1e-80, 1e80
"""A squared norm beyond these is brought back to about 1."""
TOGETHER = 2**18
"""Numbers of the matrices whose norms are taken at once: few enough to stay in a processor's cache."""


def jacobian_norms(trace: Trace, state: str = "h", norm: str = "2", layer: str = "l0") -> Array:
    """Return (T, T), entry [t, s] = ‖∂state_t/∂state_s‖: how much a state still depends on an earlier one.

    The identity's norm on the diagonal; zeros for s > t (in a reverse layer for s < t), for there is no dependence.
    A property of the network's values alone: neither the losses nor a truncation of the gradient have a part in it.
    What a layer reads from below is held fixed.

    Of an encoder and a decoder the steps are both's, and a decoder's state depends on an encoder's by way of the
    context: through all of the encoder's layers and steps that it is made of, and, where it is read, through the
    decoder's layers below. The previous output that a decoder reads is held fixed, as nothing goes back through it; and
    attention has no part, since it stands behind the decoder's state, and no later state reads what it saw. How a loss
    comes to the encoder by attention, `reach` says. NaN at steps that a layer does not have.

    A state of more than `EXACT` numbers is probed, by the same seeded numbers every time. "fro" then is Hutchinson's
    estimate from `PROBES` random rows, within 1/√(2 · `PROBES`) = 13 % (one standard deviation, at most). "2" is seen
    through the `PROBES` directions in which most arrives: a lower bound, within a percent or so where the flow has
    leading directions, at worst (all directions alike, as with orthogonal weights) some 15 % too low.

    Parameters
    ----------
    trace : Trace
    state : {"h", "full"}
        "full" is all that a layer hands on to its next step: (h, c) of an LSTM, h of the other cells. "h" is, of an
        LSTM, the block ∂h_t/∂h_s of that full Jacobian, in which c goes its way in between. (A product of ∂h_t/∂h_{t−1}
        with c held fixed would not be the LSTM's gradient flow: it lacks the very path that the LSTM was made for.)
    norm : {"2", "fro"}
        Largest singular value, found by iteration (see `rnnviz.gradients.largest`), or Frobenius norm.
    layer : str
        "l0", "l0_reverse", "l1", …

    Raises
    ------
    ExperimentError
        If there is no such state, norm or layer.
    """
    return scaled(*_sizes(trace, state, norm, layer))


def log10_jacobian_norms(trace: Trace, state: str = "h", norm: str = "2", layer: str = "l0") -> Array:
    """Return log10 of `jacobian_norms`, also where that is too small or too large for float64; −inf is exact zero."""
    return log10_scaled(*_sizes(trace, state, norm, layer))


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def _sizes(trace: Trace, state: str, norm: str, layer: str) -> tuple[Array, Exponents]:
    layer_named(trace, layer)
    check_choice("state", state, STATES)
    check_choice("norm", norm, NORMS)
    if not trace.segments:
        return _within(run_of(trace, layer), state, norm)
    sizes, exponents = np.zeros((trace.steps, trace.steps)), np.zeros((trace.steps, trace.steps), np.int64)
    absent = ~walked(trace, layer)
    sizes[absent] = sizes[:, absent] = np.nan
    parts = [stack for stack in stacks(trace) if any(layer in level for level in stack.levels)]
    here = [slice(stack.start, stack.stop) for stack in parts]
    for stack, own in zip(parts, here, strict=True):
        sizes[own, own], exponents[own, own] = _within(run_of(trace, layer, stack), state, norm)
    if len(parts) > 1:
        later, earlier = through_context(trace, layer, state == "full")
        sizes[here[1], here[0]], exponents[here[1], here[0]] = _across(later, earlier, norm)
    return sizes, exponents


def _within(run: Run, state: str, norm: str) -> tuple[Array, Exponents]:
    """Return the norms between all steps of one layer, (steps, steps)."""
    jacobians, hidden = step_jacobians(run), run.weights.hh.shape[1]
    kept = jacobians.shape[1] if state == "full" else hidden
    if jacobians.shape[1] <= EXACT:
        rows = np.broadcast_to(np.eye(kept, jacobians.shape[1]), (len(jacobians), kept, jacobians.shape[1]))
    else:
        rows = random_rows(jacobians, kept) if norm == "fro" else leading_rows(jacobians, kept, run.reverse)
    sizes, exponents = np.zeros((2, len(jacobians), len(jacobians)))
    vectors = np.random.default_rng(SEED).standard_normal(rows.shape[:2])
    for part in products(jacobians, rows, run.reverse):
        blocks = part.blocks[:, :, :kept]
        if norm == "fro":
            found = np.sqrt(np.einsum("nij,nij->n", blocks, blocks))
        else:
            found, latest = largest_singular_values(blocks, vectors[part.ends])
            vectors[part.ends] = latest  # where an end occurs twice, the later of its blocks stays
        sizes[part.ends, part.starts] = found
        exponents[part.ends, part.starts] = part.exponents
    return sizes, exponents.astype(np.int64)


def _across(later: Matrices, earlier: Matrices, norm: str) -> tuple[Array, Exponents]:
    """Return the norms of the products of all of N matrices (R, C) with all of S (C, K), (N, S)."""
    count, source = len(later.values), len(earlier.values)
    sizes = np.zeros((count, source))
    left = _few(later.values, norm)
    vectors = np.random.default_rng(SEED).standard_normal((source, left.shape[1]))
    for t in range(count):
        blocks = product(left[t], np.concatenate(list(earlier.values), axis=1))
        blocks = np.ascontiguousarray(blocks.reshape(len(left[t]), source, -1).swapaxes(0, 1))
        if norm == "fro":
            sizes[t] = np.sqrt(np.einsum("nij,nij->n", blocks, blocks))
        else:
            sizes[t], vectors = largest_singular_values(blocks, vectors)
    return sizes, later.exponents[:, None] + earlier.exponents


def _few(matrices: Array, norm: str) -> Array:
    """Return (N, R, S) as few rows that tell as much of a product: their probes, where there are too many rows."""
    if matrices.shape[1] <= EXACT:
        return matrices
    rng = np.random.default_rng(SEED)
    if norm == "fro":
        return np.asarray(rng.standard_normal((PROBES, matrices.shape[1])) / np.sqrt(PROBES) @ matrices)
    probes = rng.standard_normal((matrices.shape[1], PROBES))
    for _ in range(2):  # subspace iteration, as in `leading_rows`
        probes = np.linalg.qr(matrices @ (matrices.mT @ probes))[0]
    return np.asarray(probes.mT @ matrices)


@dataclass(frozen=True, eq=False)
class Products:
    """Some of the products: ``blocks`` (N, R, S) · 2^``exponents`` (N,) are R rows of ∂state_end/∂state_start each."""

    ends: NDArray[np.int64]
    starts: NDArray[np.int64]
    blocks: Array
    exponents: Exponents


def products(jacobians: Array, rows: Array, reverse: bool) -> Iterator[Products]:
    """Yield all products, those of a few starting steps at a time: from the step that was walked last to the first.

    Parameters
    ----------
    jacobians : (T, S, S)
    rows : (T, R, S)
        What to multiply those that end at t by: the identity makes them whole.
    reverse : bool
    """
    walked = np.array(order(0, len(jacobians), not reverse))
    shape, n = rows.shape[1:], 0
    blocks, exponents = np.empty((0, *shape)), np.zeros(0, np.int64)
    while n < len(walked):
        counts = _together(n + 1, len(walked), shape[0] * shape[1])
        store, shifts = np.empty((sum(counts), *shape)), np.zeros(sum(counts), np.int64)
        filled = 0
        for count in counts:
            here = slice(filled, filled + count)
            if n:
                product(blocks.reshape(-1, shape[1]), jacobians[walked[n - 1]], store[here][:-1].reshape(-1, shape[1]))
                shifts[here][:-1] = exponents
            store[here][-1] = rows[walked[n]]
            blocks, exponents = store[here], shifts[here]
            _rescale(blocks, exponents)
            filled, n = filled + count, n + 1
        ends = np.concatenate([walked[:count] for count in counts])
        yield Products(ends, np.repeat(walked[counts[0] - 1 : n], counts), store, shifts)


def _together(first: int, last: int, size: int) -> list[int]:
    """Return how many products there are for each of the next steps whose products fit `TOGETHER`; one step at least.

    There are ``first`` for the next step, one more for each further one, ``last`` for the last; each has ``size``
    numbers.
    """
    counts = [first]
    while counts[-1] < last and (sum(counts) + counts[-1] + 1) * size <= TOGETHER:
        counts.append(counts[-1] + 1)
    return counts


def _rescale(blocks: Array, exponents: Exponents) -> None:
    """Bring matrices that are very small or large back to about 1, in place."""
    squares = np.einsum("nij,nij->n", blocks, blocks)
    if SMALLEST < squares.min() and squares.max() < LARGEST:
        return
    largest = np.abs(blocks).max(axis=(1, 2))
    shift = np.where((largest > 0) & np.isfinite(largest), np.frexp(largest)[1], 0)
    np.ldexp(blocks, -shift[:, None, None], out=blocks)
    exponents += shift


def random_rows(jacobians: Array, kept: int) -> Array:
    """Return (T, R, S) Gaussian rows w with E[wᵀw] = I, the same for every t: of any P, E‖wP‖² = ‖P‖²."""
    rows = np.zeros((PROBES, jacobians.shape[1]))
    rows[:, :kept] = np.random.default_rng(SEED).standard_normal((PROBES, kept)) / np.sqrt(PROBES)
    return np.broadcast_to(rows, (len(jacobians), *rows.shape))


def leading_rows(jacobians: Array, kept: int, reverse: bool) -> Array:
    """Return (T, R, S) orthonormal rows: the directions of state_t in which most arrives, from near and from far.

    Three quarters follow the flow from its beginning (Benettin et al. 1980: any directions, carried along and made
    orthonormal anew, turn into those that grow most); one quarter is found anew at each step, for what comes from close
    by, by two rounds of subspace iteration on J_t (Halko, Martinsson & Tropp 2011, algorithm 4.4).
    """
    rng, size = np.random.default_rng(SEED), jacobians.shape[1]
    rows = np.zeros((len(jacobians), PROBES, size))
    fresh = rng.standard_normal((size, PROBES // 4))
    carried = np.linalg.qr(rng.standard_normal((size, PROBES - PROBES // 4)))[0]
    for t in order(0, len(jacobians), reverse):
        jacobian = jacobians[t]
        if not np.isfinite(jacobian).all():
            rows[t] = np.nan
            continue
        carried = np.linalg.qr(jacobian @ carried)[0]
        near = jacobian @ (jacobian.T @ np.linalg.qr(jacobian @ (jacobian.T @ np.linalg.qr(jacobian @ fresh)[0]))[0])
        rows[t, :, :kept] = np.linalg.qr(np.concatenate([carried, near], axis=1)[:kept])[0].T
    return rows
