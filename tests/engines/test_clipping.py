"""Clipping equals torch's own, by norm and by value."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.engines.clipping import clip, clip_value, global_norm
from rnnviz.engines.numpy_engine import trace
from tests.engines.draws import Case, cases


@given(cases(), st.sampled_from((1e-3, 0.1, 1.0, 100.0)), st.sampled_from((None, 0.05, 1.0)))
@settings(max_examples=40, deadline=None)
def test_gradients_are_cut_as_torch_cuts_them(case: Case, most: float, norm: float | None) -> None:
    experiment, data, parameters = case
    free = trace(experiment, data, parameters)
    tensors = [torch.zeros(grad.shape, dtype=torch.float64) for grad in free.parameter_grads.values()]
    for tensor, grad in zip(tensors, free.parameter_grads.values(), strict=True):
        tensor.grad = torch.tensor(grad)
    torch.nn.utils.clip_grad_value_(tensors, most)
    if norm is not None:
        torch.nn.utils.clip_grad_norm_(tensors, norm)
    ours = trace(experiment.replace(clip_value=most, clip=norm), data, parameters)
    for grad, tensor in zip(ours.parameter_grads.values(), tensors, strict=True):
        assert tensor.grad is not None
        # torch adds 1e-6 to the norm it divides by, against a division by zero.
        np.testing.assert_allclose(grad, tensor.grad.numpy(), rtol=1e-3, atol=1e-12)
    assert ours.grad_norm == free.grad_norm


def test_by_value_the_direction_turns_and_by_norm_it_does_not() -> None:
    grads = {"weight": np.array([3.0, 0.4])}
    by_norm, by_value = clip(grads, global_norm(grads), 1.0)["weight"], clip_value(grads, 1.0)["weight"]
    assert by_norm[0] / by_norm[1] == pytest.approx(7.5)
    assert by_value.tolist() == [1.0, 0.4]
