"""How wrong each step's output is, and the gradient that starts its way back there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.trace import NO_TARGET, Array

Mask = NDArray[np.bool_]


def cross_entropy(outputs: Array, targets: NDArray[np.int64], counts: Mask) -> tuple[Array, Array]:
    r"""Cross-entropy in nats, as ``torch.nn.functional.cross_entropy``: −log softmax(y_t)[target_t].

    Parameters
    ----------
    outputs : (T, O)
        Logits y.
    targets : (T,) int64
    counts : (T,) bool
        Steps that have a loss; the others' loss and gradient are 0.

    Returns
    -------
    losses : (T,)
    d_outputs : (T, O)
        softmax(y_t) − onehot(target_t).
    """
    losses, d_outputs = np.zeros(len(outputs)), np.zeros(outputs.shape)
    rows = np.flatnonzero(counts)
    answers = targets[rows]
    raised = outputs[rows] - outputs[rows].max(axis=1, keepdims=True)  # the largest logit becomes 0: no overflow
    exponentials = np.exp(raised)
    total = exponentials.sum(axis=1)
    losses[rows] = np.log(total) - raised[np.arange(len(rows)), answers]
    d_outputs[rows] = exponentials / total[:, None]
    d_outputs[rows, answers] -= 1
    return losses, d_outputs


def squared_error(outputs: Array, targets: Array, counts: Mask) -> tuple[Array, Array]:
    """Squared error, its mean over the outputs, as ``torch.nn.functional.mse_loss`` of one step.

    Parameters
    ----------
    outputs, targets : (T, O)
    counts : (T,) bool
        Steps that have a loss; the others' loss and gradient are 0.

    Returns
    -------
    losses : (T,)
    d_outputs : (T, O)
        2 (y_t − target_t) / O.
    """
    error = np.where(counts[:, None], outputs - targets, 0.0)
    return (error**2).mean(axis=1), 2 * error / outputs.shape[1]


LOSSES: Final[Mapping[str, Callable[[Array, Any, Mask], tuple[Array, Array]]]] = {
    "symbols": cross_entropy,
    "numbers": squared_error,
}
"""By the kind of the outputs, see `Trace.kind`."""


def counted(kind: str, targets: NDArray[Any], which: str) -> Mask:
    """Return (T,) bool: the steps whose prediction counts, of those that have a target ("every") or the "last" one."""
    counts = targets != NO_TARGET if kind == "symbols" else ~np.isnan(targets).any(axis=1)
    if which == "last" and counts.any():
        last = np.flatnonzero(counts)[-1]
        counts = np.arange(len(counts)) == last
    return np.asarray(counts)


def losses_of(kind: str, outputs: Array, targets: NDArray[Any], which: str) -> tuple[Array, Array]:
    """Return the loss of each step, (T,), and its gradient by the outputs, (T, O).

    Parameters
    ----------
    kind : {"symbols", "numbers"}
    outputs : (T, O)
    targets : (T,) int64 or (T, O)
    which : {"every", "last"}
        `Experiment.loss`.
    """
    return LOSSES[kind](outputs, targets, counted(kind, targets, which))
