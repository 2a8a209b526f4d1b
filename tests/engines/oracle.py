"""PyTorch autograd in float64 as the judge: the same run, once by its fused modules and once by an open loop.

The fused modules (`fused`) are torch's own code, but hide the states' total gradients. The loop (`looped`) spells the
cells out in elementary operations, where ``retain_grad`` on h_t and c_t gives the total; it can hold gates and
truncate as well. A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.trace import Array

torch.set_num_threads(1)  # the fastest for one short sequence


@dataclass
class States:
    """One layer in one direction, by position: tensors (H,) whose ``grad`` is the total one."""

    h: dict[int, Tensor] = field(default_factory=dict)
    c: dict[int, Tensor] = field(default_factory=dict)


@dataclass
class Answer:
    """What torch says: arrays under the names of `Trace`; ``h``, ``c``, ``dh``, ``dc`` by layer, (T, H)."""

    outputs: Array
    d_outputs: Array
    losses: Array
    grads: dict[str, Array]
    h: dict[str, Array] = field(default_factory=dict)
    c: dict[str, Array] = field(default_factory=dict)
    dh: dict[str, Array] = field(default_factory=dict)
    dc: dict[str, Array] = field(default_factory=dict)


def fused(experiment: Experiment, data: Inputs, parameters: Mapping[str, Array]) -> Answer:
    """Run ``nn.RNN`` (tanh or relu), ``nn.GRU`` or ``nn.LSTM`` and ``nn.Linear``."""
    options = {"nonlinearity": experiment.nonlinearity} if experiment.cell == "rnn" else {}
    module = getattr(nn, experiment.cell.upper())(
        data.inputs.shape[1],
        experiment.hidden_size,
        experiment.num_layers,
        bidirectional=experiment.bidirectional,
        dtype=torch.float64,
        **options,
    )
    readout = nn.Linear(*parameters["weight_ho"].T.shape).double()
    of_readout = {"weight_ho": "weight", "bias_o": "bias"}
    readout.load_state_dict({theirs: torch.tensor(parameters[ours]) for ours, theirs in of_readout.items()})
    module.load_state_dict({name: torch.tensor(parameters[name]) for name, _ in module.named_parameters()})
    outputs = _watched(readout(module(torch.tensor(data.inputs))[0]))
    losses = losses_of(experiment, data, outputs)
    _backpropagate(losses.sum())
    of_ours = dict(module.named_parameters()) | {"weight_ho": readout.weight, "bias_o": readout.bias}
    return Answer(
        array(outputs), gradient(outputs), array(losses), {name: gradient(of_ours[name]) for name in parameters}
    )


def looped(experiment: Experiment, data: Inputs, parameters: Mapping[str, Array]) -> Answer:
    """Run the open loop; truncated, each step's loss by itself, with the states cut that it must not reach."""
    if experiment.truncate is None:
        return _backward(experiment, data, parameters, None)
    answers = [_backward(experiment, data, parameters, k) for k in range(len(data.labels))]
    total = answers[0]
    for answer in answers[1:]:
        total.d_outputs = total.d_outputs + answer.d_outputs
        for mine, others in ((total.grads, answer.grads), (total.dh, answer.dh), (total.dc, answer.dc)):
            for name in mine:
                mine[name] = mine[name] + others[name]
    return total


def losses_of(experiment: Experiment, data: Inputs, outputs: Tensor) -> Tensor:
    """Return the loss of each step, (T,), step by step by torch's own functions."""
    targets, losses, last = data.targets, [], None
    for t, output in enumerate(outputs):
        if data.kind == "symbols":
            loss = F.cross_entropy(output, torch.tensor(targets[t])) if targets[t] >= 0 else None
        else:
            loss = None if np.isnan(targets[t]).any() else F.mse_loss(output, torch.tensor(targets[t]))
        losses.append(torch.zeros((), dtype=torch.float64) if loss is None else loss)
        last = last if loss is None else t
    counts = [experiment.loss == "every" or t == last for t in range(len(losses))]
    return torch.stack(losses) * torch.tensor(counts)


def _backward(experiment: Experiment, data: Inputs, parameters: Mapping[str, Array], only: int | None) -> Answer:
    weights = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    outputs, layers = _forward(experiment, data, weights, only)
    losses = losses_of(experiment, data, outputs)
    loss = losses.sum() if only is None else losses[only]
    _backpropagate(loss)
    steps = range(len(data.labels))

    def rows(tensors: dict[int, Tensor], of: type[Tensor] | None = None) -> Array:
        return np.array([array(tensors[t]) if of is None else gradient(tensors[t]) for t in steps])

    with_c = {name: states for name, states in layers.items() if states.c}
    return Answer(
        outputs=array(outputs),
        d_outputs=gradient(outputs),
        losses=array(losses),
        grads={name: gradient(value) for name, value in weights.items()},
        h={name: rows(states.h) for name, states in layers.items()},
        c={name: rows(states.c) for name, states in with_c.items()},
        dh={name: rows(states.h, Tensor) for name, states in layers.items()},
        dc={name: rows(states.c, Tensor) for name, states in with_c.items()},
    )


def _forward(
    experiment: Experiment, data: Inputs, weights: Mapping[str, Tensor], only: int | None
) -> tuple[Tensor, dict[str, States]]:
    steps = len(data.labels)
    below = list(torch.tensor(data.inputs))
    layers: dict[str, States] = {}
    for level in range(experiment.num_layers):
        names = [name for name in experiment.layer_names if name.removesuffix("_reverse") == f"l{level}"]
        outs = []
        for name in names:
            layers[name], out = _layer(experiment, name, weights, below, only)
            outs.append(out)
        given = [torch.cat([out[t] for out in outs]) for t in range(steps)]
        skip = experiment.residual and level > 0
        below = [h + x for h, x in zip(given, below, strict=True)] if skip else given
    return _watched(torch.stack([weights["weight_ho"] @ h + weights["bias_o"] for h in below])), layers


def _layer(
    experiment: Experiment, name: str, weights: Mapping[str, Tensor], below: list[Tensor], only: int | None
) -> tuple[States, dict[int, Tensor]]:
    states, out = States(), {}
    h = c = torch.zeros(experiment.hidden_size, dtype=torch.float64)
    order = list(range(len(below)))
    for t in order[::-1] if name.endswith("_reverse") else order:
        from_x = weights[f"weight_ih_{name}"] @ below[t] + weights[f"bias_ih_{name}"]
        from_h = weights[f"weight_hh_{name}"] @ h + weights[f"bias_hh_{name}"]
        h, c_new = _cell(experiment, name, t, from_x, from_h, h, c)
        states.h[t] = _watched(h)
        if c_new is not None:
            c = c_new
            states.c[t] = _watched(c)
        if only is not None and experiment.truncate is not None and abs(t - only) > experiment.truncate:
            h, c = h.detach(), c.detach()
        out[t] = h
    return states, out


def _cell(
    experiment: Experiment, layer: str, t: int, from_x: Tensor, from_h: Tensor, h: Tensor, c: Tensor
) -> tuple[Tensor, Tensor | None]:
    def held(gate: str, value: Tensor) -> Tensor:
        value = value.clone()
        for hold in experiment.hold:
            stop = len(from_x) + 10**6 if hold.stop is None else hold.stop
            if hold.gate == gate and hold.layer in (None, layer) and hold.start <= t < stop:
                value[slice(None) if hold.unit is None else hold.unit] = hold.value
        return value

    if experiment.cell == "rnn":
        activation = {"tanh": torch.tanh, "relu": torch.relu, "identity": torch.clone}[experiment.nonlinearity]
        return activation(from_x + from_h), None
    if experiment.cell == "gru":
        (x_r, x_z, x_n), (h_r, h_z, h_n) = from_x.chunk(3), from_h.chunk(3)
        r, z = held("r", torch.sigmoid(x_r + h_r)), held("z", torch.sigmoid(x_z + h_z))
        n = held("n", torch.tanh(x_n + r * h_n))
        return n - z * n + z * h, None
    a_i, a_f, a_g, a_o = (from_x + from_h).chunk(4)
    i, f, o = held("i", torch.sigmoid(a_i)), held("f", torch.sigmoid(a_f)), held("o", torch.sigmoid(a_o))
    c = f * c + i * held("g", torch.tanh(a_g))
    return o * torch.tanh(c), c


def _watched(tensor: Tensor) -> Tensor:
    if tensor.requires_grad:
        tensor.retain_grad()
    return tensor


def _backpropagate(loss: Tensor) -> None:
    if loss.requires_grad:  # it does not if no step has a target
        loss.backward()


def array(tensor: Tensor) -> Array:
    """Return a tensor's numbers."""
    return tensor.detach().numpy().copy()


def gradient(tensor: Tensor) -> Array:
    """Return a tensor's gradient; zeros if none reached it."""
    return np.zeros(tensor.shape) if tensor.grad is None else array(tensor.grad)
