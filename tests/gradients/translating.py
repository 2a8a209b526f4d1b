"""An encoder and its decoder by PyTorch autograd: an open loop over cells, each of whose states can be asked of.

The equations stand here as they are written, step by step and state by state, and share no line with the engines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from torch import Tensor

from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.parameters import parameter_shapes
from rnnviz.trace import Array, Trace
from tests.engines.draws import Case, numbered
from tests.engines.oracle import _cell, losses_of


@dataclass
class Loop:
    """What ran: by layer and step of the one time axis its states; what is read; outputs and losses, (T, …)."""

    h: dict[str, dict[int, Tensor]] = field(default_factory=dict)
    c: dict[str, dict[int, Tensor]] = field(default_factory=dict)
    x: dict[int, Tensor] = field(default_factory=dict)
    outputs: dict[int, Tensor] = field(default_factory=dict)
    losses: Tensor = field(default_factory=lambda: torch.zeros(0))
    contexts: list[Tensor] = field(default_factory=list)


def looped(
    experiment: Experiment,
    data: Inputs,
    parameters: Mapping[str, Array],
    closed: frozenset[str] = frozenset(),
) -> Loop:
    """Run it; ``closed`` has "context" or "attention" where nothing may go back through that."""
    w = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    loop, source, steps = Loop(), data.sources, len(data.labels)
    loop.x = {t: torch.tensor(row, requires_grad=True) for t, row in enumerate(data.inputs)}
    width = w["encoder.weight_ih_l0"].shape[1]
    below = {t: loop.x[t][:width] for t in range(source)}
    made: list[dict[int, Tensor]] = []
    for level in range(experiment.num_layers):
        names = [name for name in experiment.layer_names if name.removesuffix("_reverse") == f"l{level}"]
        for name in names:
            _walk(loop, experiment, w, "encoder", name, below, None)
        made.append({t: torch.cat([loop.h[name][t] for name in names]) for t in range(source)})
        skip = experiment.residual and level > 0
        below = {t: made[-1][t] + below[t] if skip else made[-1][t] for t in range(source)}
    given = torch.stack([below[t] for t in range(source)])
    begun = _contexts(loop, experiment, w, made, closed)
    for t in range(source, steps):
        fed, c = loop.x[t][: data.outputs], loop.contexts[-1]
        none = torch.zeros(0, dtype=torch.float64)
        below[t] = {"state": none, "input": c, "feedback": torch.cat([fed, c])}[experiment.decoder]
    below = {t: below[t] for t in range(source, steps)}
    for level in range(experiment.num_layers):
        name = f"l{level}"
        _walk(loop, experiment, w, "decoder", name, below, begun.get(name))
        skip = experiment.residual and level > 0
        below = {t: loop.h[name][t] + below[t] if skip else loop.h[name][t] for t in below}
    for t, h in below.items():
        from_what = h if experiment.attention == "none" else _attend(experiment, w, h, given, closed)
        loop.outputs[t] = w["weight_ho"] @ from_what + w["bias_o"]
    blank = [torch.zeros(data.outputs, dtype=torch.float64)] * source
    loop.losses = losses_of(experiment, data, torch.stack([*blank, *loop.outputs.values()]))
    return loop


def _walk(
    loop: Loop,
    experiment: Experiment,
    w: Mapping[str, Tensor],
    part: str,
    name: str,
    below: Mapping[int, Tensor],
    begun: tuple[Tensor, Tensor] | None,
) -> None:
    zeros = torch.zeros(experiment.hidden_size, dtype=torch.float64)
    h, c = begun or (zeros, zeros)
    states, cells = loop.h.setdefault(name, {}), loop.c.setdefault(name, {})
    for t in sorted(below, reverse=name.endswith("_reverse")):
        from_x = w[f"{part}.weight_ih_{name}"] @ below[t] + w[f"{part}.bias_ih_{name}"]
        from_h = w[f"{part}.weight_hh_{name}"] @ h + w[f"{part}.bias_hh_{name}"]
        h, new = _cell(experiment, name, t, from_x, from_h, h, c)
        if not h.requires_grad:
            h = h.requires_grad_()
        states[t] = h
        if new is not None:
            c = cells[t] = new


def _contexts(
    loop: Loop,
    experiment: Experiment,
    w: Mapping[str, Tensor],
    made: list[dict[int, Tensor]],
    closed: frozenset[str],
) -> dict[str, tuple[Tensor, Tensor]]:
    """Make the contexts; return what each layer of a decoder begins with that begins with one."""
    hidden, last = experiment.hidden_size, len(made[0]) - 1
    begun: dict[str, tuple[Tensor, Tensor]] = {}
    levels = range(experiment.num_layers)
    for level in levels if experiment.decoder == "state" else levels[-1:]:
        states, name = made[level], f"l{level}"
        ends = torch.cat([states[last][:hidden], states[0][hidden:]])
        if experiment.context == "all":
            ends = torch.stack(list(states.values())).mean(dim=0)
        if experiment.context == "transform":
            ends = torch.tanh(w[f"context.weight_{name}"] @ ends + w[f"context.bias_{name}"])
        zeros = torch.zeros(hidden, dtype=torch.float64)
        keeps = experiment.cell == "lstm" and experiment.context == "last" and experiment.decoder == "state"
        cell = loop.c[name][last] if keeps else zeros
        if "context" in closed:
            ends, cell = ends.detach(), cell.detach()
        loop.contexts.append(ends)
        begun[name] = ends, cell
    return begun if experiment.decoder == "state" else {}


def _attend(
    experiment: Experiment, w: Mapping[str, Tensor], h: Tensor, given: Tensor, closed: frozenset[str]
) -> Tensor:
    given = given.detach() if "attention" in closed else given
    if experiment.attention == "dot":
        scores = given @ h
    else:
        asked = w["attention.query"] @ h + w["attention.bias"]
        scores = torch.tanh(asked + given @ w["attention.key"].T) @ w["attention.v"]
    a = torch.softmax(scores, dim=0) @ given
    return torch.tanh(w["attention.weight"] @ torch.cat([h, a]) + w["attention.mix_bias"])


def gradients(loop: Loop, of: Tensor, layer: str, state: str, steps: int) -> Array:
    """Return ∂``of``/∂state_t of a layer, (T, H); NaN at steps that it does not have."""
    states = (loop.h if state == "h" else loop.c)[layer]
    found = np.full((steps, len(states[0])), np.nan)
    if not of.requires_grad:
        found[list(states)] = 0
        return found
    parts = torch.autograd.grad(of, list(states.values()), retain_graph=True, allow_unused=True)
    for t, part in zip(states, parts, strict=True):
        found[t] = 0 if part is None else part.numpy()
    return found


@st.composite
def translations(draw: DrawFn, cells: tuple[str, ...] = ("rnn", "gru", "lstm"), most: int = 5) -> Case:
    """Draw an encoder and decoder with inputs and weights for them."""
    seed, kind = draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from(("symbols", "numbers")))
    both = draw(st.booleans())
    decoder = draw(st.sampled_from(("state", "input", "feedback")))
    experiment = Experiment(
        shape="encoder_decoder",
        cell=draw(st.sampled_from(cells)),
        hidden_size=draw(st.integers(1, 4)),
        num_layers=draw(st.integers(1, 3)),
        bidirectional=both,
        residual=draw(st.booleans()),
        nonlinearity=draw(st.sampled_from(("tanh", "identity"))),
        loss=draw(st.sampled_from(("every", "last"))),
        decoder=decoder,
        context="transform" if both and decoder == "state" else draw(st.sampled_from(("last", "transform", "all"))),
        attention=draw(st.sampled_from(("none", "additive") if both else ("none", "dot", "additive"))),
        seed=seed,
    )
    return drawn(experiment, kind, draw(st.integers(1, most)), draw(st.integers(1, most)), seed)


def drawn(experiment: Experiment, kind: str, sources: int, written: int, seed: int) -> Case:
    """Return inputs and weights at random for an encoder and decoder."""
    rng, width, outputs = np.random.default_rng(seed), 3, 2
    steps = sources + written
    rows = np.zeros((steps, max(width, outputs)))
    read = width if kind == "symbols" else outputs
    rows[:sources, :read] = rng.standard_normal((sources, read))
    rows[sources + 1 :, :outputs] = rng.standard_normal((written - 1, outputs))
    targets = rng.integers(0, outputs, steps) if kind == "symbols" else rng.standard_normal((steps, outputs))
    targets[:sources] = -1 if kind == "symbols" else np.nan
    alphabet, answers = (numbered(width), numbered(outputs)) if kind == "symbols" else (None, None)
    data = Inputs(kind, numbered(steps), alphabet, answers, rows, targets, sources=sources)
    shapes = parameter_shapes(experiment, data.read, outputs)
    return experiment, data, {name: 0.7 * rng.standard_normal(shape) for name, shape in shapes.items()}


def steps_of(trace: Trace, layer: str) -> range:
    """Return the steps that a layer has."""
    return range(trace.segments[0].stop if layer.endswith("_reverse") else trace.steps)
