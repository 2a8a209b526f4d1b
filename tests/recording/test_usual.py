"""`record` on what people bring: tuples and dictionaries as answers, losses of torch's, packed, compiled, frozen."""

from __future__ import annotations

import warnings
from collections import namedtuple
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations, spectral_norm
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz import record

TOKENS = torch.tensor([[1, 2, 3, 4, 5, 1]])
CLASSES = [0, 1, 2, 0, 1, 2]


class Model(nn.Module):
    """An embedding, an LSTM and a head, whose answer is handed on as a person likes it."""

    def __init__(self, hand: Callable[[Tensor, Any], Any] = lambda y, h: y) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embed, self.rnn = nn.Embedding(10, 4), nn.LSTM(4, 6, batch_first=True)
        self.head, self.hand = nn.Linear(6, 3), hand

    def forward(self, x: Tensor) -> Any:
        states, hidden = self.rnn(self.embed(x))
        return self.hand(self.head(states), hidden)


USUAL = record(Model(), TOKENS, CLASSES)
Pair = namedtuple("Pair", ["hidden", "logits"])


@pytest.mark.parametrize(
    "hand",
    [
        lambda y, h: (y, h),
        lambda y, h: [y[0], h],
        lambda y, h: {"hidden": h, "logits": y},
        lambda y, h: Pair(h, y),
        lambda y, h: SimpleNamespace(logits=y, hidden_states=h),
    ],
)
def test_the_logits_are_found_in_what_a_model_hands_on(hand: Callable[[Tensor, Any], Any]) -> None:
    trace = record(Model(hand), TOKENS, CLASSES)
    assert (trace.outputs == USUAL.outputs).all() and (trace.losses == USUAL.losses).all()
    assert trace.answered == "readout" and trace.loss_kind == "cross_entropy" and trace.experiment.loss == "every"


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("several", [False, True])
def test_a_loss_module_of_torchs_gets_what_it_wants(reduction: str, several: bool) -> None:
    hand = (lambda y, h: (y.log_softmax(-1), h)) if several else (lambda y, h: y.log_softmax(-1))
    model = Model(hand)
    trace = record(model, TOKENS, CLASSES, nn.NLLLoss(reduction=reduction))
    assert trace.loss_kind == "own" and trace.kind == "symbols" and trace.answered == "head"
    share = len(CLASSES) if reduction == "mean" else 1
    np.testing.assert_allclose(trace.losses.sum() * share, USUAL.losses.sum(), rtol=1e-6)
    np.testing.assert_allclose(trace.layers["l0"].dh * share, USUAL.layers["l0"].dh, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(trace.probabilities, USUAL.probabilities, rtol=1e-5)  # softmax of log-softmax
    assert trace.experiment.loss == ("every" if reduction == "none" else "last")
    assert (trace.dtop_by_loss is None) == (reduction == "none")


class Review(nn.Module):
    """One logit for a whole sentence, whose lengths may be told."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.embed, self.rnn = nn.Embedding(10, 4), nn.GRU(4, 5, batch_first=True, bidirectional=True)
        self.head = nn.Linear(10, 1)

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        read = self.embed(x)
        if lengths is not None:
            out, _ = self.rnn(pack_padded_sequence(read, lengths, batch_first=True))
            out, _ = pad_packed_sequence(out, batch_first=True)
        else:
            out, _ = self.rnn(read)
        answer: Tensor = self.head(out.mean(1))[:, 0]
        return answer


@pytest.mark.parametrize("target", [1, 1.0, [1.0], np.array([1]), torch.tensor([[1.0]]), True])
def test_yes_or_no_by_one_logit(target: Any) -> None:
    model = Review()
    trace = record(model, TOKENS, target, nn.BCEWithLogitsLoss())
    assert trace.kind == "numbers" and trace.probabilities is None  # a softmax of one logit would always be 1
    assert trace.answered == "once" and trace.targets[-1] == 1 and np.isnan(trace.outputs[:-1]).all()
    loss = F.binary_cross_entropy_with_logits(model(TOKENS), torch.ones(1))
    np.testing.assert_allclose(trace.losses[-1], loss.item(), rtol=1e-6)
    (grad,) = torch.autograd.grad(loss, model.rnn.weight_hh_l0_reverse)
    np.testing.assert_allclose(trace.parameter_grads["weight_hh_l0_reverse"], grad, rtol=1e-3, atol=1e-7)


def test_a_packed_sequence_is_its_steps() -> None:
    model = Review()
    packed = record(model, (TOKENS, torch.tensor([TOKENS.shape[1]])), 1.0, nn.BCEWithLogitsLoss())
    plain = record(model, TOKENS, 1.0, nn.BCEWithLogitsLoss())
    for name, layer in plain.layers.items():
        np.testing.assert_allclose(packed.layers[name].dh, layer.dh, rtol=1e-5, atol=1e-9)
    assert record(model, {"x": TOKENS}, 1.0).labels == plain.labels


class First(nn.Module):
    """What a recurrent module hands on first."""

    def forward(self, given: tuple[Tensor, Any]) -> Tensor:
        return given[0]


def test_a_sequential_whose_second_part_takes_the_states() -> None:
    model = nn.Sequential(nn.GRU(2, 3), First(), nn.Linear(3, 1))
    trace = record(model, torch.randn(6, 2), torch.randn(6, 1))
    assert trace.answered == "readout" and trace.recorded == "Sequential.0: GRU(2, 3)"


def test_tied_weights() -> None:
    model = Model()
    model.embed, model.head = nn.Embedding(10, 6), nn.Linear(6, 10)
    model.rnn = nn.LSTM(6, 6, batch_first=True)
    model.head.weight = model.embed.weight
    trace = record(model, TOKENS, CLASSES)
    assert (trace.parameters["weight_ho"] == model.embed.weight.detach().double().numpy()).all()
    assert model.head.weight is model.embed.weight and model.embed.weight.grad is None


@pytest.mark.parametrize(
    "change",
    [
        spectral_norm,
        parametrizations.weight_norm,
        parametrizations.spectral_norm,
        parametrizations.orthogonal,
    ],
)
def test_parametrized_weights_are_recorded_as_they_ran(change: Callable[..., Any]) -> None:
    model = Model()
    change(model.rnn, "weight_hh_l0")
    model.train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    trace = record(model, TOKENS, CLASSES)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    model.eval()
    expected = model.rnn(model.embed(TOKENS))[0][0].detach()
    np.testing.assert_allclose(trace.layers["l0"].h, expected, atol=1e-6)
    weight: Any = model.rnn.weight_hh_l0
    np.testing.assert_allclose(trace.parameters["weight_hh_l0"], weight.detach(), atol=1e-6)
    assert trace.recorded == "Model.rnn: LSTM(4, 6, batch_first=True)"


def frozen(model: Model) -> Model:
    """Return a model none of whose weights is to be trained."""
    model.requires_grad_(False)
    return model


def compiled(model: Model) -> Any:
    """Return a model as torch.compile wraps it; what torch itself says of its own parts is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.compile(model)


def compiled_in_place(model: Model) -> Model:
    """Return a model that compiles itself when it is called."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.compile()
    return model


@pytest.mark.parametrize("change", [frozen, compiled, compiled_in_place, lambda model: model.train()])
def test_it_is_the_same_network(change: Callable[[Model], Any]) -> None:
    trace = record(change(Model()), TOKENS, CLASSES)
    assert (trace.layers["l0"].dh == USUAL.layers["l0"].dh).all() and (trace.outputs == USUAL.outputs).all()
    assert trace.recorded == USUAL.recorded


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_under_a_mode_without_gradients(mode: Callable[[], Any]) -> None:
    model = Model()
    with mode():
        trace = record(model, TOKENS.clone(), CLASSES)
    assert (trace.layers["l0"].dh == USUAL.layers["l0"].dh).all()


def test_inputs_of_any_sort() -> None:
    lstm = nn.LSTM(1, 3)
    series = np.sin(np.arange(9.0))
    plain = record(lstm, torch.tensor(series, dtype=torch.float32)[:, None])
    given = torch.tensor(np.stack([series, series]).T, dtype=torch.float32, requires_grad=True)
    for x in (series, list(series), given[:, 0], given[:, :1], given[:, None, :1]):
        assert (record(lstm, x).layers["l0"].h == plain.layers["l0"].h).all()
    assert given.grad is None
    whole = record(lstm, [1, 0, 2])  # whole numbers are read as numbers, and stand above the steps
    assert plain.labels[:3] == ("0", "0.8415", "0.9093") and plain.labels[4] == "−0.7568"
    assert record(nn.LSTM(2, 3), torch.ones(10, 2)).labels[8:] == ("x₉", "x₁₀")  # a step's number is not what it reads
    assert whole.labels == ("1", "0", "2") and whole.inputs[:, 0].tolist() == [1, 0, 2]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype: torch.dtype) -> None:
    trace = record(Model().to(dtype), TOKENS, CLASSES)
    np.testing.assert_allclose(trace.losses, USUAL.losses, rtol=0.05)
    np.testing.assert_allclose(trace.layers["l0"].dh, USUAL.layers["l0"].dh, atol=0.02)


@pytest.mark.parametrize("steps", [1, 1000])
def test_one_step_and_a_thousand(steps: int) -> None:
    torch.manual_seed(2)
    trace = record(nn.RNN(2, 3, nonlinearity="relu"), torch.randn(steps, 2), torch.randn(steps, 3))
    assert trace.steps == steps and trace.answered == "states" and trace.loss_kind == "squared_error"
    assert np.isfinite(trace.layers["l0"].dh).all()


def test_initial_states_are_kept() -> None:
    torch.manual_seed(3)
    lstm = nn.LSTM(2, 3).double()
    x, h, c = torch.randn(4, 2).double(), torch.randn(1, 3).double(), torch.randn(1, 3).double()
    trace = record(lstm, (x, (h, c)))
    np.testing.assert_allclose(trace.layers["l0"].h, lstm(x, (h, c))[0].detach(), rtol=1e-12)
    np.testing.assert_array_equal(trace.layers["l0"].h0, h[0].numpy())
    np.testing.assert_array_equal(np.asarray(trace.layers["l0"].c0), c[0].numpy())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_module_on_a_gpu() -> None:
    trace = record(Model().cuda(), TOKENS, CLASSES)
    np.testing.assert_allclose(trace.layers["l0"].dh, USUAL.layers["l0"].dh, rtol=1e-3, atol=1e-6)
