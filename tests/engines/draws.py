"""Random experiments, inputs and weights, for Hypothesis: small shapes, every cell, direction, depth and loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from rnnviz.experiment import ATTENTIONS, CONTEXTS, DECODERS, GATES, INITS, READOUTS, Experiment, Hold
from rnnviz.initial import initial_parameters, parameter_shapes
from rnnviz.inputs import Inputs
from rnnviz.trace import Array

Case = tuple[Experiment, Inputs, dict[str, Array]]
KINDS = ("symbols", "numbers")


def numbered(steps: int) -> tuple[str, ...]:
    """Return labels for steps that need none."""
    return tuple(str(t + 1) for t in range(steps))


def given_inputs(inputs: Array, targets: Array, kind: str = "numbers", outputs: int = 0) -> Inputs:
    """Return inputs (T, D) and targets with labels that say nothing; symbols have ``outputs`` answers."""
    answers = numbered(outputs) if kind == "symbols" else None
    return Inputs(kind, numbered(len(inputs)), None, answers, inputs, targets)


def random_inputs(kind: str, steps: int, width: int, outputs: int, seed: int, blanks: float = 0.0) -> Inputs:
    """Return random inputs and targets; a target is missing with the chance ``blanks``."""
    rng = np.random.default_rng(seed)
    inputs, missing = rng.standard_normal((steps, width)), rng.random(steps) < blanks
    targets: Any = rng.integers(0, outputs, steps) if kind == "symbols" else rng.standard_normal((steps, outputs))
    targets[missing] = -1 if kind == "symbols" else np.nan
    return given_inputs(inputs, targets, kind, outputs)


def random_parameters(
    experiment: Experiment, width: int, outputs: int, seed: int, scale: float = 0.7
) -> dict[str, Array]:
    """Return weights and biases ``scale`` · N(0, 1), none of them zero."""
    rng = np.random.default_rng(seed)
    shapes = parameter_shapes(experiment, width, outputs)
    return {name: scale * rng.standard_normal(shape) for name, shape in shapes.items()}


@st.composite
def holds(draw: DrawFn, cell: str, hidden: int, layers: tuple[str, ...], steps: int) -> Hold:
    """Draw one hold, any span, unit and layer."""
    gate = draw(st.sampled_from(GATES[cell]))
    start = draw(st.integers(0, steps - 1))
    return Hold(
        gate=gate,
        value=draw(st.sampled_from([0.0, 1.0, 0.25] + ([-1.0] if gate in ("g", "n") else []))),
        unit=draw(st.none() | st.integers(0, hidden - 1)),
        start=start,
        stop=draw(st.none() | st.integers(start + 1, steps + 1)),
        layer=draw(st.none() | st.sampled_from(layers)),
    )


@st.composite
def cases(
    draw: DrawFn,
    cells: tuple[str, ...] = tuple(GATES),
    truncated: bool = False,
    held: bool = False,
    residual: bool = True,
) -> Case:
    """Draw an experiment with inputs and weights for it."""
    steps, seed = draw(st.integers(1, 9)), draw(st.integers(0, 2**32 - 1))
    plain = Experiment(
        cell=draw(st.sampled_from([cell for cell in cells if GATES[cell] or not held])),
        hidden_size=draw(st.integers(1, 6)),
        num_layers=draw(st.integers(1, 3)),
        bidirectional=draw(st.booleans()),
        residual=residual and draw(st.booleans()),
        nonlinearity=draw(st.sampled_from(("tanh", "relu", "identity"))),
        init=draw(st.sampled_from(INITS)),
        gain=draw(st.sampled_from((0.0, 0.5, 1.0, 2.0))),
        forget_bias=draw(st.none() | st.sampled_from((-2.0, 1.0, 3.0))),
        loss=draw(st.sampled_from(("every", "last"))),
        truncate=draw(st.integers(1, steps)) if truncated else None,
        seed=seed,
    )
    hold = st.lists(holds(plain.cell, plain.hidden_size, plain.layer_names, steps), min_size=1, max_size=3)
    experiment = plain.replace(hold=tuple(draw(hold))) if held else plain
    width, outputs = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    data = random_inputs(draw(st.sampled_from(KINDS)), steps, width, outputs, seed, draw(st.sampled_from((0.0, 0.3))))
    if draw(st.booleans()):
        return experiment, data, random_parameters(experiment, width, outputs, seed)
    return experiment, data, initial_parameters(experiment, width, outputs)


def translation_inputs(kind: str, sources: int, steps: int, width: int, outputs: int, seed: int) -> Inputs:
    """Return a random source, (S, D), and N random symbols or numbers to be written of it."""
    rng = np.random.default_rng(seed)
    targets: Any = rng.integers(0, outputs, steps) if kind == "symbols" else rng.standard_normal((steps, outputs))
    right = np.eye(outputs)[targets] if kind == "symbols" else targets
    inputs = np.zeros((sources + steps, max(width, outputs)))
    inputs[:sources, :width] = rng.standard_normal((sources, width))
    inputs[sources + 1 :, :outputs] = right[:-1]
    none: Any = np.full(sources, -1) if kind == "symbols" else np.full((sources, outputs), np.nan)
    answers = numbered(outputs) if kind == "symbols" else None
    labels = numbered(sources + steps)
    return Inputs(kind, labels, numbered(width), answers, inputs, np.concatenate([none, targets]), sources=sources)


@st.composite
def translations(draw: DrawFn, held: bool = False, **fields: Any) -> Case:
    """Draw an encoder and its decoder, with a source, a target and weights."""
    bidirectional = draw(st.booleans())
    decoder = draw(st.sampled_from(DECODERS))
    both_begin = bidirectional and fields.get("decoder", decoder) == "state"
    chosen = {
        "cell": draw(st.sampled_from([cell for cell in GATES if GATES[cell] or not held])),
        "hidden_size": draw(st.integers(1, 4)),
        "num_layers": draw(st.integers(1, 2)),
        "bidirectional": bidirectional,
        "residual": draw(st.booleans()),
        "nonlinearity": draw(st.sampled_from(("tanh", "relu", "identity"))),
        "loss": draw(st.sampled_from(("every", "last"))),
        "decoder": decoder,
        "context": "transform" if both_begin else draw(st.sampled_from(CONTEXTS)),
        "attention": draw(st.sampled_from([one for one in ATTENTIONS if one != "dot" or not bidirectional])),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }
    experiment = Experiment(shape="encoder_decoder", **{**chosen, **fields})
    sources, steps = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    if held:
        one = holds(experiment.cell, experiment.hidden_size, experiment.layer_names, sources + steps)
        experiment = experiment.replace(hold=tuple(draw(st.lists(one, min_size=1, max_size=3))))
    kind, width, outputs = draw(st.sampled_from(KINDS)), draw(st.integers(1, 3)), draw(st.integers(1, 4))
    data = translation_inputs(kind, sources, steps, width, outputs, experiment.seed)
    return experiment, data, random_parameters(experiment, data.read, data.outputs, experiment.seed)


@st.composite
def other_shapes(draw: DrawFn) -> Case:
    """Draw a network that answers once, or that takes one step."""
    shape = draw(st.sampled_from(("one_to_one", "one_to_many", "many_to_one")))
    experiment = Experiment(
        shape=shape,
        cell="rnn" if shape == "one_to_one" else draw(st.sampled_from(tuple(GATES))),
        hidden_size=draw(st.integers(1, 4)),
        num_layers=draw(st.integers(1, 3)),
        bidirectional=shape != "one_to_one" and draw(st.booleans()),
        residual=draw(st.booleans()),
        nonlinearity=draw(st.sampled_from(("tanh", "relu", "identity"))),
        readout=draw(st.sampled_from(READOUTS)),
        seed=draw(st.integers(0, 2**32 - 1)),
    )
    steps = 1 if shape == "one_to_one" else draw(st.integers(1, 7))
    width, outputs = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    data = random_inputs(draw(st.sampled_from(KINDS)), steps, width, outputs, experiment.seed)
    if shape == "many_to_one":
        data.targets[:-1] = -1 if data.kind == "symbols" else np.nan
    return experiment, data, random_parameters(experiment, width, outputs, experiment.seed)
