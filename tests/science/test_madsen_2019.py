"""Madsen 2019, "Visualizing memorization in RNNs" (Distill): connectivity, ‖∂ logit_k / ∂x_s‖ of earlier inputs."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from rnnviz import Experiment, gradients, run


def test_connectivity_is_the_norm_of_autograds_gradient_of_one_logit() -> None:
    found = run(Experiment(cell="gru", hidden_size=8, num_layers=2, text="context matters"))
    module = nn.GRU(found.inputs.shape[1], 8, 2, dtype=torch.float64)
    module.load_state_dict({name: torch.tensor(found.parameters[name]) for name, _ in module.named_parameters()})
    x = torch.tensor(found.inputs, requires_grad=True)
    logits = module(x)[0] @ torch.tensor(found.parameters["weight_ho"]).T
    for k in (0, 3):
        ours = gradients.connectivity(found, k)
        for t in (0, 6, found.steps - 1):
            (grad,) = torch.autograd.grad(logits[t, k], x, retain_graph=True)
            np.testing.assert_allclose(ours[t], grad.norm(dim=1).numpy(), rtol=1e-9, atol=1e-16)


def test_a_gate_held_open_connects_what_lies_far_back() -> None:
    """His question, which unit remembers longer, asked of one network with and without memory."""
    base = Experiment(cell="lstm", hidden_size=8, text="the long-term contextual understanding")
    far = [gradients.connectivity(run(base.replace(forget_bias=bias)), 1)[-1, 0] for bias in (0.0, 6.0)]
    assert far[1] > 1e4 * far[0]
