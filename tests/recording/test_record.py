"""`record` equals torch's own: states, outputs, losses, and every total gradient, over random modules and heads."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from torch import Tensor, nn
from torch.nn import functional as F

from rnnviz import ExperimentError, Trace, record
from rnnviz.trace import Array

KINDS = ("rnn", "relu", "gru", "lstm")


def recurrent(kind: str, *args: Any, **options: Any) -> nn.RNNBase:
    """Return a torch module by our name of its kind."""
    if kind == "relu":
        return nn.RNN(*args, nonlinearity="relu", **options)
    module: nn.RNNBase = getattr(nn, kind.upper())(*args, **options)
    return module


class Tagger(nn.Module):
    """An embedding, a recurrent module and a head; what a person brings."""

    def __init__(self, rnn: nn.RNNBase, head: nn.Module, symbols: int = 0) -> None:
        super().__init__()
        self.embed = nn.Embedding(symbols, rnn.input_size) if symbols else nn.Identity()
        self.rnn, self.head = rnn, head

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.head(self.rnn(self.embed(x))[0])
        return answer


@st.composite
def modules(draw: DrawFn) -> tuple[nn.RNNBase, Array]:
    """Draw a recurrent module and a sequence for it."""
    torch.manual_seed(draw(st.integers(0, 2**31)))
    width, hidden, steps = draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(st.integers(1, 9))
    rnn = recurrent(
        draw(st.sampled_from(KINDS)),
        width,
        hidden,
        num_layers=draw(st.integers(1, 3)),
        bidirectional=draw(st.booleans()),
        bias=draw(st.booleans()),
        batch_first=draw(st.booleans()),
        dtype=draw(st.sampled_from((torch.float64, torch.float32))),
    )
    return rnn, torch.randn(steps, width, dtype=torch.float64).numpy()


def close(ours: Array, theirs: Tensor, dtype: torch.dtype, what: str) -> None:
    """Assert that two arrays agree to what their precision allows."""
    expected = theirs.detach().double().numpy()
    tolerance = 1e-9 if dtype == torch.float64 else 2e-5
    assert ours.shape == expected.shape, what
    assert np.abs(ours - expected).max(initial=0) <= tolerance * max(1e-3, np.abs(expected).max(initial=0)), what


def totals(rnn: nn.RNNBase, trace: Trace, x: Array) -> dict[str, Tensor]:
    """Return the loss's total gradient by h of every layer, of an open loop over torch's own cells."""
    name = {"RNN_TANH": "RNNCell", "RNN_RELU": "RNNCell", "GRU": "GRUCell", "LSTM": "LSTMCell"}[rnn.mode]
    below = [torch.tensor(row)[None] for row in x]
    states: dict[str, list[Tensor]] = {}
    for level in range(rnn.num_layers):
        outs = []
        for layer in [layer for layer in trace.layers if layer.removesuffix("_reverse") == f"l{level}"]:
            options = {"nonlinearity": "relu"} if rnn.mode == "RNN_RELU" else {}
            cell = getattr(nn, name)(below[0].shape[1], rnn.hidden_size, dtype=torch.float64, **options)
            cell.load_state_dict(
                {k: torch.tensor(trace.parameters[f"{k}_{layer}"]) for k, _ in cell.named_parameters()}
            )
            state, rows = None, {}
            order = range(len(below))
            for t in order[::-1] if layer.endswith("_reverse") else order:
                state = cell(below[t], state)
                rows[t] = state[0] if isinstance(state, tuple) else state
                rows[t].retain_grad()
            states[layer] = [rows[t] for t in order]
            outs.append(states[layer])
        below = [torch.cat(parts, dim=1) for parts in zip(*outs, strict=True)]
    (torch.cat(below) * torch.tensor(trace.dtop)).sum().backward()
    zero = torch.zeros(rnn.hidden_size, dtype=torch.float64)
    return {
        layer: torch.stack([zero if row.grad is None else row.grad[0] for row in rows])
        for layer, rows in states.items()
    }


@given(modules())
@settings(max_examples=80, deadline=None)
def test_a_bare_module_with_nothing_asked_gives_the_sum_of_its_last_states(case: tuple[nn.RNNBase, Array]) -> None:
    rnn, x = case
    trace = record(rnn, x)
    given = torch.tensor(x, dtype=rnn.weight_hh_l0.dtype)
    out, last = rnn(given)
    last = last[0] if isinstance(last, tuple) else last
    directions = 2 if rnn.bidirectional else 1
    loss = last[-directions:].sum()
    close(trace.outputs, out, given.dtype, "outputs")
    close(trace.losses.sum(), loss, given.dtype, "loss")
    grads = torch.autograd.grad(loss, list(rnn.parameters()), allow_unused=True)
    for (name, parameter), grad in zip(rnn.named_parameters(), grads, strict=True):
        grad = torch.zeros_like(parameter) if grad is None else grad
        close(trace.parameter_grads[name], grad, given.dtype, name)
    for layer, total in totals(rnn, trace, x).items():
        close(trace.layers[layer].dh, total, torch.float64 if given.dtype == torch.float64 else given.dtype, layer)
    assert trace.dtop_by_loss is None


@given(modules(), st.booleans(), st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_a_linear_head_becomes_the_readout(case: tuple[nn.RNNBase, Array], classes: bool, width: int) -> None:
    rnn, x = case
    dtype = rnn.weight_hh_l0.dtype
    head = nn.Linear(rnn.hidden_size * (2 if rnn.bidirectional else 1), width, dtype=dtype)
    model = Tagger(rnn, head)
    target: Any = np.arange(len(x)) % width if classes else np.random.default_rng(0).standard_normal((len(x), width))
    trace = record(model, x, target)
    answer = model(torch.tensor(x, dtype=dtype))
    wanted = torch.tensor(target) if classes else torch.tensor(target, dtype=dtype)
    loss = F.cross_entropy(answer, wanted, reduction="sum") if classes else ((answer - wanted) ** 2).mean(1).sum()
    assert trace.kind == ("symbols" if classes else "numbers")
    close(trace.outputs, answer, dtype, "outputs")
    close(trace.losses.sum(), loss, dtype, "loss")
    names = {f"rnn.{name}": name for name, _ in rnn.named_parameters()} | {
        "head.weight": "weight_ho",
        "head.bias": "bias_o",
    }
    for name, parameter in model.named_parameters():
        (grad,) = torch.autograd.grad(loss, parameter, retain_graph=True, allow_unused=True)
        close(trace.parameter_grads[names[name]], torch.zeros_like(parameter) if grad is None else grad, dtype, name)
    assert list(trace.parameter_grads) == list(trace.parameters)
    assert trace.dtop_by_loss is None


def test_tokens_through_an_embedding_in_a_batch_of_one() -> None:
    torch.manual_seed(0)
    model = Tagger(nn.GRU(4, 6, batch_first=True), nn.Linear(6, 3), symbols=10).double()
    tokens, target = torch.tensor([[3, 1, 4, 1, 5]]), torch.tensor([[0, 1, -100, 2, 0]])
    trace = record(model, tokens, target)
    answer = model(tokens)
    loss = F.cross_entropy(answer[0], target[0], reduction="sum")
    assert trace.labels == ("3", "1", "4", "1", "5")
    assert trace.losses[2] == 0 and trace.targets.tolist() == [0, 1, -1, 2, 0]
    close(trace.losses.sum(), loss, torch.float64, "loss")
    close(trace.inputs, model.embed(tokens)[0], torch.float64, "inputs")
    grad = torch.autograd.grad(loss, model.rnn.weight_hh_l0)[0]
    close(trace.parameter_grads["weight_hh_l0"], grad, torch.float64, "weight_hh_l0")
    assert record(model, tokens, target, "last").losses.nonzero()[0].tolist() == [4]


class Pooled(nn.Module):
    """One answer for the sequence, from the mean of all states or from h_n."""

    def __init__(self, pool: str, outputs: int = 2) -> None:
        super().__init__()
        self.rnn, self.head, self.pool = nn.LSTM(3, 4, bidirectional=True), nn.Linear(8, outputs), pool

    def forward(self, x: Tensor) -> Tensor:
        out, (h, c) = self.rnn(x)
        answers = {
            "mean": lambda: out.mean(0),
            "last": lambda: torch.cat([h[-2], h[-1]]),
            "cell": lambda: torch.cat([*c]),
        }
        answer: Tensor = self.head(answers[self.pool]())
        return answer


@pytest.mark.parametrize("pool", ["mean", "last"])
def test_a_loss_that_reads_many_states_is_kept_apart(pool: str) -> None:
    torch.manual_seed(1)
    model = Pooled(pool).double()
    x = torch.randn(7, 3, dtype=torch.float64)
    trace = record(model, x, 1)
    loss = F.cross_entropy(model(x)[None], torch.tensor([1]))
    assert trace.losses.nonzero()[0].tolist() == [6]
    assert np.isnan(trace.outputs[:-1]).all() and np.isfinite(trace.outputs[-1]).all()
    assert trace.first_nonfinite_step is None
    assert trace.dtop_by_loss is not None
    np.testing.assert_allclose(trace.dtop_by_loss.sum(axis=0), trace.dtop, rtol=1e-14)
    assert trace.dtop_by_loss[6].any(axis=1).sum() == (7 if pool == "mean" else 2)
    for name, parameter in model.rnn.named_parameters():
        (grad,) = torch.autograd.grad(loss, parameter, retain_graph=True)
        close(trace.parameter_grads[name], grad, torch.float64, name)


def test_a_loss_of_ones_own_at_every_step() -> None:
    torch.manual_seed(2)
    model = Tagger(nn.RNN(2, 3), nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))).double()
    x = torch.randn(6, 2, dtype=torch.float64)

    def loss(output: Tensor, target: Tensor) -> Tensor:
        return (output[:, 0] - target).abs() * torch.arange(6)

    trace = record(model, x, np.ones(6), loss)
    close(trace.losses, loss(model(x), torch.ones(6)), torch.float64, "losses")
    assert "weight_ho" not in trace.parameters and trace.dtop_by_loss is None
    grad = torch.autograd.grad(loss(model(x), torch.ones(6)).sum(), model.rnn.weight_hh_l0)[0]
    close(trace.parameter_grads["weight_hh_l0"], grad, torch.float64, "weight_hh_l0")


def test_it_changes_nothing_on_the_module() -> None:
    torch.manual_seed(3)
    rnn = nn.LSTM(3, 4, num_layers=2, dropout=0.5)
    model = nn.Sequential(nn.Dropout(0.5), rnn)
    model.train()
    rnn.eval()
    rnn.weight_hh_l0.grad = torch.full_like(rnn.weight_hh_l0, 7.0)
    rnn.bias_ih_l0.requires_grad_(False)
    before, chance = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    first, second = record(model, torch.ones(5, 3)), record(model, torch.ones(5, 3))
    assert (first.outputs == second.outputs).all()  # no dropout
    assert model.training and not rnn.training and model[0].training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert (rnn.weight_hh_l0.grad == 7).all() and rnn.weight_ih_l0.grad is None
    assert not rnn.bias_ih_l0.requires_grad and rnn.weight_hh_l0.requires_grad
    assert torch.equal(torch.get_rng_state(), chance)
    assert not rnn._forward_hooks and not rnn._forward_pre_hooks


class Twice(nn.Module):
    """Two recurrent modules, the first called as often as asked."""

    def __init__(self, calls: int = 1) -> None:
        super().__init__()
        self.encoder, self.decoder, self.calls = nn.GRU(2, 3), nn.GRU(3, 3), calls

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.calls):
            out, h = self.encoder(x)
        answer: Tensor = self.decoder(out, h)[0]
        return answer


def test_one_of_several_recurrent_modules_starts_where_it_was_started() -> None:
    torch.manual_seed(4)
    model, x = Twice().double(), torch.randn(5, 2, dtype=torch.float64)
    decoder = record(model, x, submodule="decoder")
    out, h = model.encoder(x)
    close(decoder.layers["l0"].h0, h[0], torch.float64, "h0")
    close(decoder.inputs, out, torch.float64, "inputs")
    encoder = record(model, x, np.zeros((5, 3)), submodule="encoder")
    loss = (model(x) ** 2).mean(1).sum()
    for name, parameter in model.encoder.named_parameters():
        close(
            encoder.parameter_grads[name],
            torch.autograd.grad(loss, parameter, retain_graph=True)[0],
            torch.float64,
            name,
        )
    assert encoder.dtop_by_loss is not None


class Changed(nn.LSTM):
    """Computes something else than its class says."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        out, hidden = super().forward(*args, **kwargs)
        return out + 0.1, hidden


class Steps(nn.Module):
    """A recurrent module behind whatever a person does to its input, and what that answers."""

    def __init__(self, before: Callable[..., Any], after: Callable[[Tensor], Any] = lambda out: out) -> None:
        super().__init__()
        self.rnn, self.lift, self.before, self.after = nn.GRU(2, 3), nn.Linear(2, 2), before, after

    def forward(self, x: Tensor) -> Any:
        return self.after(self.rnn(self.before(self, x))[0])


def fail(error: Exception) -> Any:
    raise error


def of_tokens() -> Tagger:
    return Tagger(nn.GRU(2, 3), nn.Linear(3, 4), symbols=5)


class NoWayBack(torch.autograd.Function):
    """Gives an answer, and no gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, *grad: Tensor) -> Any:
        raise RuntimeError("no way back")


def lifted(model: Steps, x: Tensor) -> Tensor:
    given: Tensor = model.lift(x)
    return given


WRONG_TYPES: list[tuple[Callable[[], Trace], str]] = [
    (
        lambda: record(of_tokens(), torch.arange(4.0)),
        r"embed \(Embedding\) looks up whole numbers, but was given 'float32'; .*x\.long\(\)",
    ),
    (lambda: record(of_tokens(), torch.randn(4, 2)), "give the tokens as whole numbers"),
    (lambda: record(of_tokens(), [0, 4, 5]), "asked for the entry 5, but has the entries 0 to 4"),
    (lambda: record(of_tokens(), [0, -1]), "asked for the entry -1"),
    (
        lambda: record(Steps(lifted), torch.ones(4, 2).long()),
        r"lift \(Linear\) reads numbers of the type float32, but was given 'int64'; .*x\.to\(torch\.float32\)",
    ),
    (lambda: record(Steps(lambda _, x: x), torch.ones(4, 2).long()), "GRU reads numbers of the type float32"),
    (
        lambda: record(Steps(lambda _, x: x.double()), torch.ones(4, 2)),
        r"called as module\(float32 \(4, 2\)\), raised ValueError: RNN input dtype \(torch.float64\)",
    ),
    (lambda: record(nn.GRU(2, 3), torch.ones(4, 2, dtype=torch.complex64)), "'complex64', which is no array of real"),
    (lambda: record(Steps(lifted), torch.ones(4, 7)), r"shapes cannot be multiplied \(4x7 and 2x2\)"),
    (lambda: record(of_tokens(), "hello"), r"called as module\('hello'\), raised TypeError"),
    (
        lambda: record(of_tokens(), (torch.arange(3), torch.arange(3))),
        r"module\(int64 \(3,\), int64 \(3,\)\), raised TypeE",
    ),
    (lambda: record(of_tokens(), {"y": torch.arange(3)}), r"called as module\(y=int64 \(3,\)\)"),
    (lambda: record(Steps(lambda *_: fail(KeyError("a\nb"))), torch.ones(4, 2)), r"raised KeyError: 'a\\nb'\. Give x"),
    (lambda: record(Steps(lambda *_: fail(AssertionError())), torch.ones(4, 2)), r"raised AssertionError\. Give x"),
    (lambda: record(Steps(lambda *_: fail(OSError("x" * 999))), torch.ones(4, 2)), "x{200}…"),
    (
        lambda: record(of_tokens(), [0, 1], torch.ones(2), nn.CrossEntropyLoss()),
        r"called as loss\(float32 \(2, 4\), float32 \(2,\)\), raised RuntimeError",
    ),
    (
        lambda: record(Steps(lambda _, x: x, NoWayBack.apply), torch.ones(4, 2), torch.ones(4, 3)),
        "RuntimeError: no way back",
    ),
]


@pytest.mark.parametrize(("call", "said"), WRONG_TYPES)
def test_what_torch_or_a_persons_own_code_raises_is_said_in_one_sentence(call, said: str) -> None:
    with pytest.raises(ExperimentError, match=said) as error:
        call()
    assert "\n" not in str(error.value) and str(error.value).endswith(".")


def test_what_a_forward_raised_stays_at_hand() -> None:
    model, raised = Steps(lambda *_: fail(raised)), KeyError("of one's own")
    with pytest.raises(ExperimentError) as error:
        record(model, torch.ones(4, 2))
    assert error.value.__cause__ is raised
    assert not model.rnn._forward_hooks and not model.lift._forward_pre_hooks and model.training


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: record("lstm", np.ones((3, 2))), "must be a torch.nn.Module"),
        (lambda: record(nn.Linear(2, 2), np.ones((3, 2))), "no nn.RNN, nn.GRU or nn.LSTM"),
        (lambda: record(nn.LSTM(2, 3, proj_size=2), np.ones((3, 2))), "proj_size=2"),
        (lambda: record(Twice(), np.ones((3, 2))), "encoder, decoder"),
        (lambda: record(Twice(), np.ones((3, 2)), submodule="head"), "encoder, decoder"),
        (lambda: record(Twice(2), np.ones((3, 2)), submodule="encoder"), "2 times"),
        (lambda: record(nn.LSTM(2, 3), np.ones((3, 4, 2))), "a batch of 4"),
        (lambda: record(nn.LSTM(2, 3), [["a"]]), "no array of real numbers"),
        (lambda: record(nn.LSTM(2, 3), nn.utils.rnn.pack_sequence([torch.ones(3, 2)] * 2)), "a batch of 2"),
        (
            lambda: record(nn.LSTM(2, 3), np.ones(7)),
            r"shape \(7,\); it reads one sequence of at least one step, \(T, 2\)",
        ),
        (lambda: record(nn.LSTM(2, 3), np.ones((3, 4))), r"shape \(3, 4\)"),
        (lambda: record(nn.LSTM(2, 3), np.ones((0, 2))), "at least one step"),
        (lambda: record(nn.LSTM(2, 3), [[1, 2], [np.nan, 1]]), "step 2 is NaN or infinite"),
        (lambda: record(nn.LSTM(2, 3, device="meta"), np.ones((3, 2))), "meta device"),
        (lambda: record(Pooled("last", 1), np.ones((3, 3)), 1), "BCEWithLogitsLoss"),
        (lambda: record(nn.LSTM(2, 3), [[1, 0], [1, 1]], alphabet=["a", "b"]), "step 2 is not one-hot"),
        (lambda: record(Pooled("cell"), np.ones((3, 3)), 0), "last cell state"),
        (lambda: record(nn.GRU(2, 3), np.ones((4, 2)), [0, 1, 2, 3]), "0 to 2"),
        (lambda: record(nn.GRU(2, 3), np.ones((4, 2)), [0, 1]), "4 classes"),
        (lambda: record(nn.GRU(2, 3), np.ones((4, 2)), [0, 1, 2, 0], "first"), '"every", "last"'),
        (lambda: record(nn.GRU(2, 3), np.ones((4, 2)), [0, 1, 2, 0], lambda out, target: 3), "one for each of the 4"),
        (
            lambda: record(nn.GRU(2, 3), np.ones((4, 2)), loss=lambda out: out[0].detach().sum()),
            "loss answered without",
        ),
        (lambda: record(nn.GRU(2, 3), np.ones((4, 2)), labels=["a"]), "4 are needed"),
        (lambda: record(nn.GRU(2, 3), np.ones((4, 2)), labels=3), "list of names"),
        (lambda: record(Changed(2, 3), np.ones((4, 2))), "something else"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_one_sentence(call, said: str) -> None:
    with pytest.raises(ExperimentError, match=said) as error:
        call()
    assert "\n" not in str(error.value)
