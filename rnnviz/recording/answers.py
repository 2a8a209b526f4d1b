"""What a module answered, what it should have, and the gradient of each step's loss by the states below the head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from rnnviz.checks import ExperimentError
from rnnviz.recording.capture import Captured, described, double, speaking
from rnnviz.trace import NO_TARGET, Array

Loss = Callable[..., Any]
LARGEST = 2**30
"""Bytes of the largest `Trace.dtop_by_loss` that is made."""


@dataclass
class Answers:
    """The end of a run, in the words of `rnnviz.trace.Trace`."""

    kind: str
    answered: str
    loss_kind: str
    outputs: Array
    targets: NDArray[Any]
    losses: Array
    which: str
    dtop: Array
    dtop_by_loss: Array | None
    head: nn.Linear | None
    d_outputs: Array | None


def answered(found: Captured, target: Any, loss: Any) -> Answers:
    """Work out the losses, and take their gradient back to the top's states.

    Raises
    ------
    ExperimentError
        If the target or the loss does not fit what the module returned, or the head reads other states than the top's.
    """
    steps = len(found.x)
    raw = _tensor_of(found.answer)
    per_step = _per_step(raw, steps)
    answer = per_step if per_step is not None else raw.reshape(1, -1)
    head = _head(found, answer) if per_step is not None else None
    kind, targets = _targets(target, answer, steps, per_step is not None, own=callable(loss))
    if callable(loss):
        each = _own(loss, found.answer, answer, target, steps)
        which = "every" if len(each) == steps else "last"
        losses = each if which == "every" else _placed(each, np.array([steps - 1]), steps)
    elif loss not in (None, "every", "last"):
        raise ExperimentError("loss", loss, "record.loss")
    elif target is None:
        which, losses = "last", _sum_of_last(found)
    else:
        which = "last" if loss == "last" or per_step is None else "every"
        losses = _losses(kind, answer, targets, per_step is not None, which)
    dtop, by_answer = _gradient(found, losses, raw)
    d_outputs = by_answer.reshape(steps, -1) if by_answer is not None and per_step is not None else None
    plain = head is not None or not found.name  # nothing stands between the states of a step and its loss
    mixed = None if plain and not callable(loss) else _by_loss(found, losses)
    outputs = np.full((steps, answer.shape[1]), np.nan)
    outputs[-len(answer) :] = double(answer)
    by_kind = {"symbols": "cross_entropy", "numbers": "squared_error"}[kind]
    return Answers(
        kind=kind,
        answered="once" if per_step is None else "readout" if head else "head" if found.name else "states",
        loss_kind="own" if callable(loss) else "sum" if target is None else by_kind,
        outputs=outputs,
        targets=targets,
        losses=double(losses),
        which=which,
        dtop=dtop,
        dtop_by_loss=mixed,
        head=head,
        d_outputs=d_outputs,
    )


def _tensor_of(answer: Any) -> Tensor:
    """Return the tensor that a module answers with: itself, a field called logits, or the first of several."""
    if isinstance(answer, dict) or hasattr(answer, "logits"):
        answer = answer.get("logits") if isinstance(answer, dict) else answer.logits
    if isinstance(answer, tuple | list) and answer:
        return _tensor_of(answer[0])
    if not isinstance(answer, Tensor) or not answer.is_floating_point():
        raise ExperimentError("module", type(answer).__name__, "record.answer")
    return answer


def _per_step(raw: Tensor, steps: int) -> Tensor | None:
    """Return an answer as (T, O), the batch of one taken off; None if it answers for the sequence as a whole."""
    shape = tuple(raw.shape)
    if len(shape) == 3 and shape[:2] in ((1, steps), (steps, 1)):
        return raw.reshape(steps, shape[2])
    if len(shape) == 2 and shape[0] == steps:
        return raw
    if shape == (steps,):
        return raw.reshape(steps, 1)
    if raw.numel() and raw.numel() == (shape[-1] if shape else 1):
        return None
    raise ExperimentError("module", shape, "record.shape", steps=steps)


def _head(found: Captured, answer: Tensor) -> nn.Linear | None:
    """Return the head if it is one linear map of the states and nothing else."""
    for linear, given, gave in found.read:
        if given.numel() != found.out.numel() or gave.numel() != answer.numel():
            continue
        same = torch.equal(given.reshape(found.out.shape), found.out) and torch.equal(
            gave.reshape(answer.shape), answer
        )
        if same and given.requires_grad:
            return linear
    return None


def _targets(target: Any, answer: Tensor, steps: int, per_step: bool, own: bool) -> tuple[str, NDArray[Any]]:
    """Return the kind of the answers and their targets: (T,) classes or (T, O) numbers."""
    width = answer.shape[1]
    nothing = np.full((steps, width), np.nan)
    if target is None:
        return "numbers", nothing
    try:
        given = np.asarray(target.detach().cpu() if isinstance(target, Tensor) else target)
    except (TypeError, ValueError, RuntimeError):
        given = np.asarray("?")
    count = steps if per_step else 1
    whole = given.dtype.kind in "iub"
    if whole and width == 1 and not own and given.size == count:
        raise ExperimentError("target", tuple(given.shape), "record.one_number")
    if whole and width > 1 and given.size == count:
        return "symbols", _classes(given.reshape(count), width, steps, own)
    if (given.dtype.kind == "f" or (own and whole)) and given.size == count * width:
        nothing[-count:] = given.reshape(count, width)
        return "numbers", nothing
    if own:
        return "numbers", nothing
    raise ExperimentError("target", tuple(given.shape), "record.target", steps=count, outputs=width)


def _classes(given: NDArray[Any], width: int, steps: int, own: bool) -> NDArray[np.int64]:
    targets = np.full(steps, NO_TARGET)
    targets[-len(given) :] = np.where(given == -100, NO_TARGET, given)
    wrong = (targets < NO_TARGET) | (targets >= width)
    if wrong.any() and not own:
        raise ExperimentError("target", int(targets[wrong][0]), "record.class", most=width - 1)
    return np.where(wrong, NO_TARGET, targets)


def _losses(kind: str, answer: Tensor, targets: NDArray[Any], per_step: bool, which: str) -> Tensor:
    """Return (T,) losses: cross-entropy of classes, mean squared error of numbers."""
    steps = len(targets)
    known = targets != NO_TARGET if kind == "symbols" else ~np.isnan(targets).any(axis=1)
    rows = np.flatnonzero(known)[-1:] if which == "last" else np.flatnonzero(known)
    said = answer[torch.as_tensor(rows if per_step else rows - steps + 1, device=answer.device)]
    wanted = torch.as_tensor(targets[rows], device=answer.device)
    if kind == "symbols":
        each = F.cross_entropy(said, wanted, reduction="none")
    else:
        each = ((said - wanted.to(said.dtype)) ** 2).mean(dim=1)
    return _placed(each, rows, steps)


def _own(loss: Loss, given: Any, answer: Tensor, target: Any, steps: int) -> Tensor:
    """Return what a person's own loss says: one for each step, (T,), or one for the whole sequence, (1,).

    A loss that is a module of torch's gets the answers as it wants them, (T, O) or (1, O), and a target to match;
    a function of one's own what the recorded module returned, as it is.
    """
    if target is not None and not isinstance(target, Tensor):
        target = torch.as_tensor(target)
    if target is not None:
        target = target.to(answer.device, answer.dtype if target.is_floating_point() else target.dtype)
    if isinstance(loss, nn.Module):
        given, target = answer, None if target is None else _matching(target, answer)
    asked = (given,) if target is None else (given, target)
    with speaking("loss", "record.loss_failed", given=described(asked)):
        value = loss(*asked)
    if not isinstance(value, Tensor) or value.numel() not in (1, steps):
        raise ExperimentError("loss", getattr(value, "shape", value), "record.own_loss", steps=steps)
    return value.reshape(-1)


def _matching(target: Tensor, answer: Tensor) -> Tensor:
    """Return a target as torch's losses want it beside (N, O) answers: (N,) classes, or numbers of the same shape."""
    if not target.is_floating_point() and answer.shape[1] > 1 and target.numel() == len(answer):
        return target.reshape(-1).long()
    numbers = target.to(answer.dtype)
    return numbers.reshape(answer.shape) if numbers.numel() == answer.numel() else numbers


def _sum_of_last(found: Captured) -> Tensor:
    """Return Σ of the last layer's last h: at the last step; of a reverse layer at the first, which it reads last."""
    steps, hidden = len(found.x), found.rnn.hidden_size
    ends = [found.out[-1, :hidden].sum()] + ([found.out[0, hidden:].sum()] if found.rnn.bidirectional else [])
    total = torch.zeros(steps, dtype=found.out.dtype, device=found.out.device)
    for end, row in zip(ends, (steps - 1, 0), strict=False):
        total = total + _placed(end.reshape(1), np.array([row]), steps)
    return total


def _placed(each: Tensor, rows: NDArray[Any], steps: int) -> Tensor:
    places = torch.as_tensor(rows, device=each.device)
    return torch.zeros(steps, dtype=each.dtype, device=each.device).index_add(0, places, each)


def _gradient(found: Captured, losses: Tensor, raw: Tensor) -> tuple[Array, Array | None]:
    """Return the loss's gradient by the top's states, (T, directions·H), and by the answer, if it has a part in it."""
    if not losses.requires_grad:
        raise ExperimentError("loss" if raw.requires_grad else "module", type(found.answer).__name__, "record.no_grad")
    wanted = [found.out, raw, *found.hidden]
    with speaking("loss", "record.backward"):
        by_states, by_answer, *others = torch.autograd.grad(losses.sum(), wanted, retain_graph=True, allow_unused=True)
    if any(grad is not None and bool((grad != 0).any()) for grad in others):
        raise ExperimentError("module", found.name, "record.reads_hidden")
    return _numbers(by_states, found), None if by_answer is None else double(by_answer)


def _numbers(grad: Tensor | None, found: Captured) -> Array:
    return np.zeros(tuple(found.out.shape)) if grad is None else double(grad)


def _by_loss(found: Captured, losses: Tensor) -> Array | None:
    """Return (T, T, directions·H), each loss's own gradient, if one reads another step than its own; else None."""
    steps, width = found.out.shape
    own, whole = np.zeros((steps, width)), None
    for k in range(steps):
        (grad,) = torch.autograd.grad(losses[k], [found.out], retain_graph=True, allow_unused=True)
        part = _numbers(grad, found)
        if whole is None and np.delete(part, k, axis=0).any():
            if 8 * steps * steps * width > LARGEST:
                raise ExperimentError("x", steps, "record.mixed", most=int((LARGEST / 8 / width) ** 0.5))
            whole = np.zeros((steps, steps, width))
            whole[range(k), range(k)] = own[:k]
        if whole is None:
            own[k] = part[k]
        else:
            whole[k] = part
    return whole
