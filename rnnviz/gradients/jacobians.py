r"""What a state does to a later one: ∂state_t/∂state_s for every pair of steps, as a number.

.. math:: \frac{\partial s_t}{\partial s_s} = \prod_{\tau = s + 1}^{t} J_\tau, \qquad
          J_\tau = \frac{\partial s_\tau}{\partial s_{\tau - 1}}

The state s is h, or (h, c) of an LSTM. Pascanu, Mikolov & Bengio 2013, eq. 5. All of the products that end at t are
made at once from those that end at t − 1: P ← J_t · [P | I], one matrix product a step.
"""

from __future__ import annotations

import numpy as np

from rnnviz.engines.layer import Run, order
from rnnviz.gradients.flow import Exponents
from rnnviz.gradients.magnitude import log10_scaled, scaled
from rnnviz.gradients.runs import check_choice, layer_named, run_of
from rnnviz.trace import Array, Trace

STATES = ("h", "full")
NORMS = ("2", "fro")


def jacobian_norms(trace: Trace, state: str = "h", norm: str = "2", layer: str = "l0") -> Array:
    """Return (T, T), entry [t, s] = ‖∂state_t/∂state_s‖: how much a state still depends on an earlier one.

    The identity's norm on the diagonal; zeros for s > t (in a reverse layer for s < t), for there is no dependence.
    A property of the network's values alone: neither the losses nor a truncation of the gradient have a part in it.

    Parameters
    ----------
    trace : Trace
    state : {"h", "full"}
        "full" is all that a layer hands on to its next step: (h, c) of an LSTM, h of the other cells. "h" is, of an
        LSTM, the block ∂h_t/∂h_s of that full Jacobian, in which c goes its way in between. (A product of ∂h_t/∂h_{t−1}
        with c held fixed would not be the LSTM's gradient flow: it lacks the very path that the LSTM was made for.)
    norm : {"2", "fro"}
        Largest singular value, or Frobenius norm.
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


def step_jacobians(run: Run) -> Array:
    """Return (T, S, S), J_t = ∂state_t/∂state_{t−1}: S = H, or 2H, h before c, of an LSTM. Held gates count as held."""
    cell, hidden = run.cell, run.weights.hh.shape[1]
    size = 2 * hidden if cell.has_c else hidden
    unit = np.eye(size)
    dh, dc = unit[None, :, :hidden], unit[None, :, hidden:] if cell.has_c else np.zeros((1, size, hidden))
    step = cell.backward(dh, dc, np.moveaxis(run.local, 1, 0)[:, :, None, :])
    to_h = np.concatenate(step.from_h, axis=-1) @ run.weights.hh + step.h_prev
    return np.concatenate([to_h, step.c_prev], axis=-1) if cell.has_c else to_h


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def _sizes(trace: Trace, state: str, norm: str, layer: str) -> tuple[Array, Exponents]:
    layer_named(trace, layer)
    check_choice("state", state, STATES)
    check_choice("norm", norm, NORMS)
    run = run_of(trace, layer)
    jacobians, steps, hidden = step_jacobians(run), trace.steps, run.weights.hh.shape[1]
    size = jacobians.shape[1]
    kept = size if state == "full" else hidden
    sizes, exponents = np.zeros((steps, steps)), np.zeros((steps, steps), np.int64)
    products = np.empty((steps, size, size))  # transposed: those that start where the walk was n steps ago
    past: list[int] = []
    shift = np.zeros(steps, np.int64)
    for n, t in enumerate(order(0, steps, run.reverse)):
        past.append(t)
        products[n] = np.eye(size)
        if n:
            products[:n] = (products[:n].reshape(-1, size) @ jacobians[t].T).reshape(n, size, size)
            largest = np.abs(products[:n]).max(axis=(1, 2))
            odd = (largest > 0) & np.isfinite(largest) & ((largest < 1e-60) | (largest > 1e60))
            if odd.any():
                by = np.frexp(largest[odd])[1]
                products[:n][odd] = np.ldexp(products[:n][odd], -by[:, None, None])
                shift[:n][odd] += by
        blocks = products[: n + 1, :kept, :kept]
        sizes[t, past] = np.linalg.norm(blocks, "fro" if norm == "fro" else 2, axis=(1, 2))
        exponents[t, past] = shift[: n + 1]
    return sizes, exponents
