r"""The networks that PyTorch trains, of every shape: ``nn`` modules, put together as `rnnviz.engines` puts its layers.

A layer is a module of its own, in one direction: inner layers and reverse ones are then as open as the first, skip
connections can pass between them, and a reverse layer begins at each sequence's own end. What depends on no step before
it is done for all steps at once: a decoder's walk is one call, and its attention some products after it, for attention
looks back from states that are there already (Luong, Pham & Manning 2015), and decides none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.engines.layer import KINDS
from rnnviz.experiment import Experiment
from rnnviz.training.minibatch import Minibatch

State = Tensor | tuple[Tensor, Tensor]
"""Of a layer as its module takes it: h, of an LSTM h and c, (1, B, H)."""
States = Mapping[str, State]

ACTIVATIONS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "identity": lambda a: a,
}


class LinearRNN(nn.RNNBase):
    """h_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh, for which ``nn.RNN`` has no nonlinearity."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__("RNN_TANH", width, hidden)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Read (T, B, D) from the state (1, B, H); return all h and the last."""
        ih, hh, b_ih, b_hh = self.all_weights[0]
        h, found = state[0], []
        for from_x in F.linear(x, ih, b_ih):
            h = from_x + F.linear(h, hh, b_hh)
            found.append(h)
        return torch.stack(found), h[None]


def layer_module(experiment: Experiment, width: int) -> nn.RNNBase:
    """Return one layer in one direction that reads ``width`` numbers a step; it may be none."""
    layer = _module(experiment, max(1, width))
    if not width:  # which torch's own constructor refuses
        layer.input_size = 0
        layer.weight_ih_l0 = nn.Parameter(torch.empty(len(layer.all_weights[0][0]), 0))
    return layer


def _module(experiment: Experiment, width: int) -> nn.RNNBase:
    hidden = experiment.hidden_size
    if experiment.cell == "lstm":
        return nn.LSTM(width, hidden)
    if experiment.cell == "gru":
        return nn.GRU(width, hidden)
    if experiment.nonlinearity == "identity":
        return LinearRNN(width, hidden)
    return nn.RNN(width, hidden, nonlinearity=experiment.nonlinearity)


@dataclass(frozen=True, eq=False)
class Ends:
    """Where B sequences end that stand side by side in up to T steps; they begin together.

    Attributes
    ----------
    lengths : (B,)
    inside : (T, B) bool
        Which steps are a sequence's own.
    backwards : (T, B)
        For each position of a sequence the one as far from its end, which a reverse layer reads in its place; what
        fills up stays.
    """

    lengths: Tensor
    inside: Tensor
    backwards: Tensor

    @classmethod
    def of(cls, lengths: Any, steps: int) -> Ends:
        """Return the ends of sequences of these lengths in so many steps."""
        own, t = torch.as_tensor(lengths), torch.arange(steps)[:, None]
        inside = t < own
        return cls(own, inside, torch.where(inside, own - 1 - t, t))


class Stack(nn.Module):
    """Layers one above the other, in one direction or in both."""

    def __init__(self, experiment: Experiment, width: int, directions: int) -> None:
        super().__init__()
        self.residual, top = experiment.residual, directions * experiment.hidden_size
        sides = ("", "_reverse")[:directions]
        self.levels = [tuple(f"l{k}{side}" for side in sides) for k in range(experiment.num_layers)]
        names = [name for level in self.levels for name in level]
        self.layers = nn.ModuleDict(
            {name: layer_module(experiment, width if name[:2] == "l0" else top) for name in names}
        )

    def named(self, part: str = "") -> dict[str, Tensor]:
        """Return the parameters under the names of the traces."""
        layers = self.layers.items()
        return {f"{part}{kind}_{name}": getattr(layer, f"{kind}_l0") for name, layer in layers for kind in KINDS}

    def forward(
        self, x: Tensor, states: States, ends: Ends | None = None, whole: bool = False
    ) -> tuple[Tensor, list[Tensor], dict[str, State]]:
        """Read (T, B, D) from the layers' states; return what the top gives, what each level made, the last states.

        ``ends`` of sequences that all have T steps is None. The last states are those after step T; if ``whole``, those
        after each sequence's own last step, which takes longer.
        """
        after: dict[str, State] = {}
        levels, lengths = [], ends.lengths if whole and ends is not None else None
        for level in self.levels:
            made = []
            for name in level:
                reverse = name.endswith("_reverse")
                h, after[name] = walked(self.layers[name], turned(x, ends) if reverse else x, states[name], lengths)
                made.append(turned(h, ends) if reverse else h)
            h = torch.cat(made, dim=-1) if len(made) > 1 else made[0]
            levels.append(h)
            x = h + x if self.residual and level[0] != "l0" else h
        return x, levels, after


def walked(layer: nn.Module, x: Tensor, state: State, lengths: Tensor | None) -> tuple[Tensor, State]:
    """Return a layer's h, and its last state: that of step T, or after the steps that each sequence has."""
    if lengths is None:
        found: tuple[Tensor, State] = layer(x, state)
        return found
    packed, last = layer(pack_padded_sequence(x, lengths, enforce_sorted=False), state)
    return pad_packed_sequence(packed, total_length=len(x))[0], last


def turned(x: Tensor, ends: Ends | None) -> Tensor:
    """Return (T, B, N) with each sequence's own steps in the reverse order."""
    return x.flip(0) if ends is None else x.gather(0, ends.backwards[..., None].expand(-1, -1, x.shape[-1]))


def ended(h: Tensor, ends: Ends | None, directions: int = 1) -> Tensor:
    """Return the last state of each direction, (B, C): of a forward one each sequence's own last, of a reverse h_0."""
    last = h[-1]
    if ends is not None:
        last = h.gather(0, (ends.lengths - 1)[None, :, None].expand(1, -1, h.shape[-1]))[0]
    if directions == 1:
        return last
    return torch.cat([last.chunk(2, dim=-1)[0], h[0].chunk(2, dim=-1)[1]], dim=-1)


def averaged(h: Tensor, ends: Ends | None, directions: int = 1) -> Tensor:
    """Return the mean over the steps that each sequence has, (B, C)."""
    if ends is None:
        return h.mean(dim=0)
    return torch.where(ends.inside[..., None], h, 0.0).sum(dim=0) / ends.lengths[:, None].to(h.dtype)


def largest(h: Tensor, ends: Ends | None, directions: int = 1) -> Tensor:
    """Return the largest value of each unit, (B, C); of equal ones the first has the gradient."""
    own = h if ends is None else torch.where(ends.inside[..., None], h, -torch.inf)
    return own.gather(0, own.detach().argmax(dim=0, keepdim=True))[0]


POOLED: Final[Mapping[str, Callable[[Tensor, Ends | None, int], Tensor]]] = {
    "last": ended,
    "mean": averaged,
    "max": largest,
}
"""By `Experiment.readout`."""


def start(experiment: Experiment, x: Tensor) -> State:
    """Return the state that a layer starts from to read (T, B, D): zeros."""
    zeros = x.new_zeros(1, x.shape[1], experiment.hidden_size)
    return (zeros, zeros) if experiment.cell == "lstm" else zeros


def detached(state: State) -> State:
    """Return a state that no gradient passes."""
    return (state[0].detach(), state[1].detach()) if isinstance(state, tuple) else state.detach()


Walked = tuple[Tensor, dict[str, State]]
"""The outputs, (T, B, O), NaN where nothing is answered, and the states that a next minibatch may go on from."""


class Layered(nn.Module):
    """One to many, many to one, and as many as are read: a stack and what is read out of it."""

    def __init__(self, experiment: Experiment, inputs: int, outputs: int) -> None:
        super().__init__()
        self.experiment = experiment
        self.stack = Stack(experiment, inputs, experiment.directions)
        self.readout = nn.Linear(experiment.directions * experiment.hidden_size, outputs)
        self.named = self.stack.named() | {"weight_ho": self.readout.weight, "bias_o": self.readout.bias}

    def forward(self, batch: Minibatch, x: Tensor, states: States) -> Walked:
        """Read (T, B, D) from the layers' states, those that are not given from zeros."""
        uneven = self.experiment.directions > 1 or self.experiment.shape == "many_to_one"
        ends = Ends.of(batch.lengths, len(x)) if uneven and batch.inside is not None else None
        zeros = start(self.experiment, x)
        held = {name: states.get(name, zeros) for name in self.stack.layers}
        tops = []
        for steps in batch.chunks(self.experiment.truncate):
            top, _, after = self.stack(x[steps], held, ends)
            held = {name: detached(state) for name, state in after.items()}
            tops.append(top)
        return self._answers(torch.cat(tops) if len(tops) > 1 else tops[0], batch, ends), held

    def _answers(self, top: Tensor, batch: Minibatch, ends: Ends | None) -> Tensor:
        """Return the outputs of what the top gave; of many to one there is one of each sequence, in its last row."""
        if self.experiment.shape != "many_to_one":
            answers: Tensor = self.readout(top)
            return answers
        said = self.readout(POOLED[self.experiment.readout](top, ends, self.experiment.directions))
        answers = said.new_full((*top.shape[:2], said.shape[-1]), torch.nan)
        return answers.index_put((torch.from_numpy(batch.lengths - 1), torch.arange(len(said))), said)


class FeedForward(nn.Module):
    """One to one: no time, and so no W_hh; layers of h = f(W_ih x + b_ih)."""

    def __init__(self, experiment: Experiment, inputs: int, outputs: int) -> None:
        super().__init__()
        hidden, count = experiment.hidden_size, experiment.num_layers
        self.residual, self.activation = experiment.residual, ACTIVATIONS[experiment.nonlinearity]
        layers = [nn.Linear(hidden if k else inputs, hidden) for k in range(count)]
        self.layers, self.readout = nn.ModuleList(layers), nn.Linear(hidden, outputs)
        self.named = {"weight_ho": self.readout.weight, "bias_o": self.readout.bias}
        for k, layer in enumerate(layers):
            self.named |= {f"weight_ih_l{k}": layer.weight, f"bias_ih_l{k}": layer.bias}

    def forward(self, batch: Minibatch, x: Tensor, states: States) -> Walked:
        """Read (1, B, D)."""
        for k, layer in enumerate(self.layers):
            h = self.activation(layer(x))
            x = h + x if self.residual and k else h
        return self.readout(x), {}
