r"""Encoder and decoder as PyTorch trains them, with and without attention; the equations stand in `rnnviz.engines`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rnnviz.experiment import Experiment
from rnnviz.training.minibatch import Minibatch
from rnnviz.training.torch_network import Ends, Stack, State, States, Walked, averaged, ended, start


class Attention(nn.Module):
    """How the decoder's states look back at the encoder's; its parameters are named as in the traces."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__()
        hidden, context = experiment.hidden_size, experiment.directions * experiment.hidden_size
        self.weight, self.mix_bias = of_shape(hidden, hidden + context), of_shape(hidden)
        self.additive = experiment.attention == "additive"
        if self.additive:
            self.query, self.key = of_shape(hidden, hidden), of_shape(hidden, context)
            self.bias, self.v = of_shape(hidden), of_shape(hidden)

    def forward(self, h: Tensor, sources: Tensor, ends: Ends | None) -> tuple[Tensor, Tensor]:
        """Return what is answered from, (N, B, H), and the weights, (B, N, S), of (N, B, H) and (S, B, C)."""
        states, looked_at = h.transpose(0, 1), sources.transpose(0, 1)
        scores = self._scores(states, looked_at)
        if ends is not None:
            scores = scores.masked_fill(~ends.inside.T[:, None], -torch.inf)
        weights = torch.softmax(scores, dim=-1)
        attended = torch.bmm(weights, looked_at)
        mixed = torch.tanh(F.linear(torch.cat([states, attended], dim=-1), self.weight, self.mix_bias))
        return mixed.transpose(0, 1), weights

    def _scores(self, states: Tensor, looked_at: Tensor) -> Tensor:
        if not self.additive:
            return torch.bmm(states, looked_at.transpose(1, 2))
        query, key = F.linear(states, self.query, self.bias), F.linear(looked_at, self.key)
        return torch.tanh(query[:, :, None] + key[:, None]) @ self.v


@dataclass(frozen=True, eq=False)
class Begun:
    """What a decoder begins with: what the encoder's top gave, the sources' ends, the context, its own states."""

    top: Tensor
    ends: Ends | None
    context: Tensor
    states: States


class Translator(nn.Module):
    """An encoder, what passes on, and a decoder."""

    def __init__(self, experiment: Experiment, inputs: int, outputs: int) -> None:
        super().__init__()
        self.experiment, self.inputs, self.outputs = experiment, inputs, outputs
        hidden, made = experiment.hidden_size, experiment.directions * experiment.hidden_size
        passed = hidden if experiment.context == "transform" else made
        width = {"state": 0, "input": passed, "feedback": outputs + passed}[experiment.decoder]
        self.encoder, self.decoder = Stack(experiment, inputs, experiment.directions), Stack(experiment, width, 1)
        self.levels = range(experiment.num_layers)[0 if experiment.decoder == "state" else -1 :]
        own = self.levels if experiment.context == "transform" else ()
        transforms = {f"l{k}": nn.Linear(made, hidden) for k in own}
        self.transforms = nn.ModuleDict(transforms)
        self.attention = None if experiment.attention == "none" else Attention(experiment)
        self.readout = nn.Linear(hidden, outputs)
        self.named = self._named(transforms)

    def _named(self, transforms: Mapping[str, nn.Linear]) -> dict[str, Tensor]:
        found = self.encoder.named("encoder.") | self.decoder.named("decoder.")
        for name, transform in transforms.items():
            found |= {f"context.weight_{name}": transform.weight, f"context.bias_{name}": transform.bias}
        if self.attention is not None:
            found |= {f"attention.{name}": value for name, value in self.attention.named_parameters()}
        return found | {"weight_ho": self.readout.weight, "bias_o": self.readout.bias}

    def forward(self, batch: Minibatch, x: Tensor, states: States) -> Walked:
        """Read (S + N, B, …) and write."""
        outputs, _ = self.written(batch, x)
        before = outputs.new_full((batch.sources, *outputs.shape[1:]), torch.nan)
        return torch.cat([before, outputs]), {}

    def written(self, batch: Minibatch, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return the outputs, (N, B, O), and what attention weighs, (B, N, S).

        What is not forced is the decoder's own output: it then writes twice, step by step to see what that is, and all
        steps at once to learn from it. No gradient passes through what is fed back.
        """
        uneven = batch.source_inside is not None
        ends = Ends.of(batch.source_lengths, batch.sources) if uneven else None
        begun = self._encode(x[: batch.sources, :, : self.inputs], ends)
        fed = x[batch.sources :, :, : self.outputs]
        if batch.forced is not None and self.experiment.decoder == "feedback":
            with torch.no_grad():
                fed = self._fed(begun, fed, torch.from_numpy(batch.forced), batch.kind)
        return self._decode(begun, fed, begun.states)[:2]

    def _encode(self, sources: Tensor, ends: Ends | None) -> Begun:
        """Read the sources, (S, B, D)."""
        asked, zeros = self.experiment, start(self.experiment, sources)
        own = asked.cell == "lstm" and asked.decoder == "state" and asked.context == "last"
        top, made, last = self.encoder(sources, dict.fromkeys(self.encoder.layers, zeros), ends, whole=own)
        contexts = [self._context(made[k], f"l{k}", ends) for k in self.levels]
        states = dict.fromkeys(self.decoder.layers, zeros)
        if asked.decoder == "state":
            hs = zip(states, [context[None].contiguous() for context in contexts], strict=True)
            states = {name: (h, last[name][1] if own else zeros[1]) if asked.cell == "lstm" else h for name, h in hs}
        return Begun(top, ends, contexts[-1], states)

    def _context(self, made: Tensor, name: str, ends: Ends | None) -> Tensor:
        """Return the context, (B, C), of what a level of the encoder made."""
        if self.experiment.context == "all":
            return averaged(made, ends)
        last = ended(made, ends, self.experiment.directions)
        return torch.tanh(self.transforms[name](last)) if name in self.transforms else last

    def _decode(self, begun: Begun, fed: Tensor, states: States) -> tuple[Tensor, Tensor | None, dict[str, State]]:
        """Write some steps; return the outputs, what attention weighs, and the states after them."""
        h, _, after = self.decoder(self._read(fed, begun.context), states)
        if self.attention is None:
            return self.readout(h), None, after
        mixed, weights = self.attention(h, begun.top, begun.ends)
        return self.readout(mixed), weights, after

    def _read(self, fed: Tensor, context: Tensor) -> Tensor:
        """Return what the decoder reads, (N, B, …)."""
        if self.experiment.decoder == "state":
            return fed[..., :0]
        passed = context.expand(len(fed), *context.shape)
        return passed if self.experiment.decoder == "input" else torch.cat([fed, passed], dim=-1)

    def _fed(self, begun: Begun, right: Tensor, forced: Tensor, kind: str) -> Tensor:
        """Return what the decoder is fed, (N, B, O), where it reads some of its own outputs."""
        fed, states = right.clone(), begun.states
        for t in range(1, len(fed)):
            answers, _, states = self._decode(begun, fed[t - 1 : t], states)
            own = answers[0]
            if kind == "symbols":
                own = F.one_hot(own.argmax(dim=-1), self.outputs).to(own.dtype)
            fed[t] = torch.where(forced[t][:, None], right[t], own)
        return fed


def of_shape(*shape: int) -> nn.Parameter:
    """Return a parameter to be filled."""
    return nn.Parameter(torch.zeros(shape))
