"""Networks of every shape written out with torch, step by step, and autograd in float64 as the judge.

Nothing here is the engines': an encoder is a loop over its steps, a decoder another, and what passes between them is
each definition's own line. The cells are those of `tests.engines.oracle`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from rnnviz.engines.decoding import coins
from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.trace import Array
from tests.engines.oracle import _cell, array, gradient, losses_of

Weights = Mapping[str, Tensor]


@dataclass
class Network:
    """What a network did: h and c by layer and step, each with its total gradient after ``backward``."""

    h: dict[str, dict[int, Tensor]] = field(default_factory=dict)
    c: dict[str, dict[int, Tensor]] = field(default_factory=dict)
    top: list[Tensor] = field(default_factory=list)
    context: dict[str, Tensor] = field(default_factory=dict)
    alpha: list[Tensor] = field(default_factory=list)
    fed: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)


@dataclass
class Answer:
    """What torch says: arrays under the names of `Trace`; ``h``, ``c``, ``dh``, ``dc`` by layer, (T, H)."""

    outputs: Array
    losses: Array
    grads: dict[str, Array]
    h: dict[str, Array]
    c: dict[str, Array]
    dh: dict[str, Array]
    dc: dict[str, Array]
    d_context: dict[str, Array]
    alpha: Array
    fed: Array


def answer(experiment: Experiment, data: Inputs, parameters: Mapping[str, Array]) -> Answer:
    """Run a network of any shape forward, and its loss back."""
    weights = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    run = {"encoder_decoder": translated, "many_to_one": answered_once}.get(experiment.shape, answered_each)
    found = run(experiment, data, weights)
    losses = losses_of(experiment, padded(data, len(found.outputs)), torch.stack(found.outputs))
    if losses.requires_grad:
        losses.sum().backward()
    steps = range(len(found.outputs))
    nothing = torch.full((experiment.hidden_size,), torch.nan, dtype=torch.float64)

    def rows(states: Mapping[int, Tensor], back: bool) -> Array:
        found_rows = [states.get(t, nothing) for t in steps]
        return np.array([gradient(row) if back and row is not nothing else array(row) for row in found_rows])

    return Answer(
        outputs=np.array([array(row) for row in found.outputs]),
        losses=array(losses),
        grads={name: gradient(value) for name, value in weights.items()},
        h={name: rows(states, False) for name, states in found.h.items()},
        c={name: rows(states, False) for name, states in found.c.items()},
        dh={name: rows(states, True) for name, states in found.h.items()},
        dc={name: rows(states, True) for name, states in found.c.items()},
        d_context={name: gradient(value) for name, value in found.context.items()},
        alpha=np.array([array(row) for row in found.alpha]),
        fed=np.array([array(row) for row in found.fed]),
    )


def padded(data: Inputs, steps: int) -> Inputs:
    """Return as many targets as there are steps: none beyond those that were asked for."""
    none = -1 if data.kind == "symbols" else np.nan
    targets = np.full((steps, *data.targets.shape[1:]), none, data.targets.dtype)
    targets[: len(data.targets)] = data.targets[:steps]
    return Inputs(data.kind, ("",) * steps, data.alphabet, data.answers, data.inputs, targets)


# One network


def answered_each(experiment: Experiment, data: Inputs, weights: Weights) -> Network:
    found = stack(experiment, "", weights, list(torch.tensor(data.inputs)))
    found.outputs = [weights["weight_ho"] @ h + weights["bias_o"] for h in found.top]
    return found


def answered_once(experiment: Experiment, data: Inputs, weights: Weights) -> Network:
    found = stack(experiment, "", weights, list(torch.tensor(data.inputs)))
    states, hidden = torch.stack(found.top), experiment.hidden_size
    p = {
        "last": torch.cat([states[-1, :hidden], states[0, hidden:]]),
        "mean": states.mean(dim=0),
        "max": states.max(dim=0).values,
    }[experiment.readout]
    silent = [torch.full((data.outputs,), torch.nan, dtype=torch.float64)] * (len(states) - 1)
    found.outputs = [*silent, weights["weight_ho"] @ p + weights["bias_o"]]
    return found


def stack(experiment: Experiment, part: str, weights: Weights, x: list[Tensor]) -> Network:
    """Run layers over all of x, one after the other."""
    found = Network()
    for level in range(experiment.num_layers):
        made = []
        for name in [name for name in experiment.layer_names if name.removesuffix("_reverse") == f"l{level}"]:
            state = zeros(experiment), zeros(experiment)
            for t in reversed(range(len(x))) if name.endswith("_reverse") else range(len(x)):
                state = one_step(experiment, part, name, t, x[t], state, weights, found)
            made.append(found.h[name])
        h = [torch.cat([states[t] for states in made]) for t in range(len(x))]
        x = [a + b for a, b in zip(h, x, strict=True)] if experiment.residual and level else h
    found.top = x
    return found


def one_step(
    experiment: Experiment,
    part: str,
    name: str,
    t: int,
    x: Tensor,
    state: tuple[Tensor, Tensor],
    weights: Weights,
    found: Network,
) -> tuple[Tensor, Tensor]:
    """Take one step of one layer, and keep its state to look at."""
    h, c = state
    from_x = weights[f"{part}weight_ih_{name}"] @ x + weights[f"{part}bias_ih_{name}"]
    from_h = torch.zeros_like(from_x)
    if experiment.shape != "one_to_one":
        from_h = weights[f"{part}weight_hh_{name}"] @ h + weights[f"{part}bias_hh_{name}"]
    h, new = _cell(experiment, name, t, from_x, from_h, h, c)
    found.h.setdefault(name, {})[t] = watched(h)
    if new is not None:
        found.c.setdefault(name, {})[t] = watched(new)
    return h, c if new is None else new


# An encoder and its decoder


def translated(experiment: Experiment, data: Inputs, weights: Weights) -> Network:
    sources, symbols = data.sources, data.kind == "symbols"
    found = stack(experiment, "encoder.", weights, list(torch.tensor(data.inputs[:sources, : data.read])))
    told = {level: watched(context(experiment, found, weights, level)) for level in experiment.decoder_names}
    found.context = told if experiment.decoder == "state" else {level: told[level] for level in list(told)[-1:]}
    states = {level: begins(experiment, found, level) for level in experiment.decoder_names}
    memory = torch.stack(found.top)
    right = torch.tensor(data.inputs[sources:, : data.outputs])
    writes = experiment.forcing < 1 and symbols
    most = (2 * sources if 2 * sources > len(right) else len(right)) + 10 if writes else len(right)
    forced = coins(experiment, most)
    own = torch.zeros(data.outputs, dtype=torch.float64)
    silent = torch.full_like(own, torch.nan)
    found.outputs = [silent] * sources
    for t in range(most):
        y = right[t] if t == 0 or experiment.forcing == 1 or (forced[t] and t < len(right)) else own
        x = {"state": y[:0], "input": found.context.get(last(told)), "feedback": None}[experiment.decoder]
        x = torch.cat([y, found.context[last(told)]]) if x is None else x
        for level in experiment.decoder_names:
            states[level] = one_step(experiment, "decoder.", level, sources + t, x, states[level], weights, found)
            h = states[level][0]
            x = h + x if experiment.residual and level != "l0" else h
        mixed = looked(experiment, weights, x, memory, found)
        found.fed.append(y)
        found.outputs.append(weights["weight_ho"] @ mixed + weights["bias_o"])
        said = found.outputs[-1].detach()
        own = torch.nn.functional.one_hot(said.argmax(), len(said)).double() if symbols else said
        if writes and said.argmax() == len(said) - 1:
            break
    return found


def context(experiment: Experiment, found: Network, weights: Weights, level: str) -> Tensor:
    """Return what the encoder's level hands on."""
    forward, backward = found.h[level], found.h.get(f"{level}_reverse")
    steps = len(forward)
    final = forward[steps - 1] if backward is None else torch.cat([forward[steps - 1], backward[0]])
    if experiment.context == "last":
        return final.clone()
    if experiment.context == "all":
        both = [forward[s] if backward is None else torch.cat([forward[s], backward[s]]) for s in range(steps)]
        return sum(both[1:], both[0]) / steps
    if f"context.weight_{level}" not in weights:
        return final.clone()
    return torch.tanh(weights[f"context.weight_{level}"] @ final + weights[f"context.bias_{level}"])


def begins(experiment: Experiment, found: Network, level: str) -> tuple[Tensor, Tensor]:
    """Return what a layer of the decoder begins with."""
    if experiment.decoder != "state":
        return zeros(experiment), zeros(experiment)
    keeps = experiment.cell == "lstm" and experiment.context == "last"
    return found.context[level], found.c[level][len(found.c[level]) - 1] if keeps else zeros(experiment)


def looked(experiment: Experiment, weights: Weights, h: Tensor, memory: Tensor, found: Network) -> Tensor:
    """Return what attention makes of a state."""
    if experiment.attention == "none":
        return h
    if experiment.attention == "dot":
        scores = [h @ state for state in memory]
    else:
        scores = [
            weights["attention.v"]
            @ torch.tanh(weights["attention.query"] @ h + weights["attention.key"] @ state + weights["attention.bias"])
            for state in memory
        ]
    alpha = torch.softmax(torch.stack(scores), dim=0)
    found.alpha.append(alpha)
    attended = sum((a * state for a, state in zip(alpha, memory, strict=True)), torch.zeros_like(memory[0]))
    return torch.tanh(weights["attention.weight"] @ torch.cat([h, attended]) + weights["attention.mix_bias"])


def last(levels: Mapping[str, Tensor]) -> str:
    return list(levels)[-1]


def zeros(experiment: Experiment) -> Tensor:
    return torch.zeros(experiment.hidden_size, dtype=torch.float64)


def watched(tensor: Tensor) -> Tensor:
    if tensor.requires_grad:
        tensor.retain_grad()
    return tensor
