"""What ``out.retain_grad()`` on a fused module says is not dL/dh_t: the way through later steps is missing.

PyTorch hides a fused module's states from autograd; its output is a leaf to them. In a loop over cells, ``retain_grad``
gives the total.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz import Experiment, gradients, run


@pytest.mark.parametrize(("cell", "most"), [("lstm", 0.2), ("gru", 0.8), ("rnn", 0.8)])
def test_the_fused_outputs_gradient_lacks_the_recurrent_path(cell: str, most: float) -> None:
    found = run(Experiment(cell=cell, hidden_size=16, text="the gradient that you see"))
    module = getattr(nn, cell.upper())(found.inputs.shape[1], 16, dtype=torch.float64)
    module.load_state_dict({name: torch.tensor(found.parameters[name]) for name, _ in module.named_parameters()})
    out = module(torch.tensor(found.inputs))[0]
    out.retain_grad()
    logits = out @ torch.tensor(found.parameters["weight_ho"]).T + torch.tensor(found.parameters["bias_o"])
    nn.functional.cross_entropy(logits, torch.tensor(found.targets), reduction="sum").backward()
    assert out.grad is not None
    fused, total = out.grad.numpy(), found.layers["l0"].dh
    np.testing.assert_allclose(fused, found.dtop, rtol=1e-9, atol=1e-12)  # what the readout alone sends
    off = np.linalg.norm(fused - total, axis=1) / np.linalg.norm(total, axis=1)
    assert off[-1] < 1e-12
    assert (off[:-1] > 0.1).all()
    assert off.max() > most
    # What it has is the diagonal of the itemised matrix; what it lacks is all that lies below.
    vectors = gradients.itemised_vectors(found)
    np.testing.assert_allclose(np.diagonal(vectors).T, fused, rtol=1e-9, atol=1e-12)
    below = vectors.sum(axis=0) - np.diagonal(vectors).T
    np.testing.assert_allclose(total - fused, below, rtol=1e-9, atol=1e-12)
