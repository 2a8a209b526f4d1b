"""Traces of recorded modules: without biases or a head, with a head that mixes steps, a loss of their own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rnnviz import ExperimentError, gradients, record
from rnnviz.trace import Trace

STEPS = 12


class Answering(nn.Module):
    """An LSTM with a linear head, which answers from each step's state or, ``mixed``, from all states so far."""

    def __init__(self, mixed: bool = False) -> None:
        super().__init__()
        self.rnn = nn.LSTM(3, 5, batch_first=True)
        self.head = nn.Linear(5, 4)
        self.mixed = mixed

    def forward(self, x: Tensor) -> Tensor:
        h, _ = self.rnn(x)
        answer: Tensor = self.head(h.cumsum(dim=1) if self.mixed else h)
        return answer


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def sequence() -> tuple[Tensor, Tensor]:
    return torch.randn(1, STEPS, 3), torch.randint(0, 4, (STEPS,))


def check(found: Trace) -> None:
    """Assert that losses add up, that the walk anew says the same, and that a weight's gradient is its terms' sum."""
    for name, layer in found.layers.items():
        vectors = gradients.itemised_vectors(found, name)
        size = np.abs(vectors).sum(axis=0).max()
        np.testing.assert_allclose(vectors.sum(axis=0), layer.dh, rtol=1e-5, atol=1e-6 * size)
        np.testing.assert_allclose(10 ** gradients.log10_totals(found, name), gradients.norms(found, name), rtol=1e-9)
        for kind in ("weight_ih", "weight_hh", "bias_hh"):
            parts = gradients.weight_shares(found, f"{kind}_{name}")
            np.testing.assert_allclose(parts.total, found.parameter_grads[f"{kind}_{name}"], rtol=1e-9, atol=1e-12)
    grads = gradients.parameter_gradients(found)
    assert all((grads[name] == grad).all() for name, grad in found.parameter_grads.items())


@pytest.mark.parametrize("module", [nn.LSTM(3, 5, 2, bias=False), nn.GRU(3, 5, bidirectional=True), nn.RNN(3, 5)])
def test_a_bare_module_answers_with_its_states(module: nn.Module) -> None:
    x = torch.randn(STEPS, 3)
    found = record(module, x)
    check(found)

    def outputs(inputs: Tensor) -> Tensor:
        answer: Tensor = module(inputs)[0]
        return answer

    jacobian = torch.autograd.functional.jacobian(outputs, x).numpy().swapaxes(1, 2).astype(np.float64)
    norms = np.linalg.norm(jacobian, "fro", axis=(2, 3))
    np.testing.assert_allclose(gradients.influence(found, "fro"), norms, rtol=1e-3, atol=1e-6)


def test_a_linear_head_is_a_readout_like_any() -> None:
    found = record(Answering(), *sequence())
    check(found)
    parts = gradients.weight_shares(found, "weight_ho")
    np.testing.assert_allclose(parts.total, found.parameter_grads["weight_ho"], rtol=1e-4, atol=1e-5)
    assert parts.shares.sum() == pytest.approx(1)
    assert gradients.expansion(found, 1).text == "y_2 = g(W_ho LSTM(x_2, LSTM(x_1, 0)))"


def test_a_head_that_mixes_steps_has_losses_that_reach_states_from_everywhere() -> None:
    found = record(Answering(mixed=True), *sequence())
    assert found.dtop_by_loss is not None
    check(found)
    itemised = gradients.itemised(found)
    assert (itemised[np.tril_indices(STEPS)] > 0).all()
    assert (itemised[np.triu_indices(STEPS, 1)] == 0).all()
    with pytest.raises(ExperimentError, match="no linear readout"):
        gradients.influence(found)


def test_a_loss_of_its_own_has_no_terms_in_the_readout() -> None:
    def loss(output: Tensor, target: Tensor) -> Tensor:
        return 3 * F.cross_entropy(output[0], target)

    found = record(Answering(), *sequence(), loss=loss)
    check(found)
    with pytest.raises(ExperimentError, match="loss is its own"):
        gradients.weight_shares(found, "weight_ho")
    assert gradients.clipping(found, clip=0.01).cosine == pytest.approx(1)
