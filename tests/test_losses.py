"""Losses and their gradients are torch's, on the steps that count."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from rnnviz.losses import LOSSES, counted, losses_of
from rnnviz.trace import NO_TARGET

SCALES = st.sampled_from([1e-3, 1.0, 30.0, 1e4])


@given(st.integers(1, 8), st.integers(1, 5), st.integers(0, 2**32 - 1), SCALES)
@settings(max_examples=60, deadline=None)
def test_cross_entropy_is_torchs(steps: int, outputs: int, seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    logits, targets = scale * rng.standard_normal((steps, outputs)), rng.integers(0, outputs, steps)
    losses, d_outputs = losses_of("symbols", logits, targets, "every")
    tensor = torch.tensor(logits, requires_grad=True)
    theirs = F.cross_entropy(tensor, torch.tensor(targets), reduction="none")
    theirs.sum().backward()
    np.testing.assert_allclose(losses, theirs.detach(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(d_outputs, tensor.grad, rtol=1e-9, atol=1e-14)


@given(st.integers(1, 8), st.integers(1, 5), st.integers(0, 2**32 - 1), SCALES)
@settings(max_examples=60, deadline=None)
def test_squared_error_is_torchs_a_mean_over_the_outputs(steps: int, outputs: int, seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    values, targets = scale * rng.standard_normal((steps, outputs)), rng.standard_normal((steps, outputs))
    losses, d_outputs = losses_of("numbers", values, targets, "every")
    tensor = torch.tensor(values, requires_grad=True)
    theirs = [F.mse_loss(row, torch.tensor(target)) for row, target in zip(tensor, targets, strict=True)]
    torch.stack(theirs).sum().backward()
    np.testing.assert_allclose(losses, [loss.item() for loss in theirs], rtol=1e-12)
    np.testing.assert_allclose(d_outputs, tensor.grad, rtol=1e-12)


@pytest.mark.parametrize(
    ("kind", "targets"),
    [
        ("symbols", np.array([1, NO_TARGET, 0, NO_TARGET])),
        ("numbers", np.array([[1.0, 2.0], [np.nan, np.nan], [0.0, 0.0], [1.0, np.nan]])),
    ],
)
def test_steps_without_a_target_have_no_loss_and_the_last_is_the_last_that_has_one(
    kind: str, targets: np.ndarray
) -> None:
    outputs = np.array([[0.5, -0.5]] * 4)
    assert counted(kind, targets, "every").tolist() == [True, False, True, False]
    assert counted(kind, targets, "last").tolist() == [False, False, True, False]
    every, last = (losses_of(kind, outputs, targets, which) for which in ("every", "last"))
    assert (every[0] > 0).tolist() == [True, False, True, False]
    assert every[1].any(axis=1).tolist() == [True, False, True, False]
    assert last[0].tolist() == [0, 0, every[0][2], 0]
    assert last[1].tolist() == [[0, 0], [0, 0], every[1][2].tolist(), [0, 0]]


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("which", ["every", "last"])
def test_no_target_at_all_is_no_loss(kind: str, which: str) -> None:
    targets = np.full(3, NO_TARGET) if kind == "symbols" else np.full((3, 2), np.nan)
    losses, d_outputs = losses_of(kind, np.ones((3, 2)), targets, which)
    assert not losses.any()
    assert not d_outputs.any()
