"""A layer's run, rebuilt from its trace: what the way back multiplies with, without running anything again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.cells import cell_named
from rnnviz.checks import ExperimentError
from rnnviz.engines.layer import Held, Run, Weights, previous
from rnnviz.engines.through_time import levels
from rnnviz.trace import Array, LayerTrace, Trace


def layer_named(trace: Trace, layer: str) -> LayerTrace:
    """Return the record of a layer.

    Raises
    ------
    ExperimentError
        If the network has none of that name; the sentence names those it has.
    """
    if not isinstance(layer, str) or layer not in trace.layers:
        raise ExperimentError("layer", layer, "error.no_layer", choices=", ".join(trace.layers))
    return trace.layers[layer]


def check_choice(field: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse a word that is none of ``choices``.

    Raises
    ------
    ExperimentError
    """
    if not isinstance(value, str) or value not in choices:
        raise ExperimentError(field, value, "error.choice", choices=", ".join(choices))


def check_state(record: LayerTrace, state: str) -> None:
    """Refuse a state that the layer does not have: "c" is an LSTM's alone.

    Raises
    ------
    ExperimentError
    """
    check_choice("state", state, ("h",) if record.c is None else ("h", "c"))


def is_reverse(layer: str) -> bool:
    """Return whether a layer reads from the end."""
    return layer.endswith("_reverse")


@dataclass(frozen=True, eq=False)
class Stack:
    """Layers that walk the same steps: a network by itself, or one of an encoder and a decoder.

    Attributes
    ----------
    trace : Trace
    name : {"", "encoder", "decoder"}
    start, stop : int
        Their steps.
    levels : list of tuple of str
        Their layers, those of one height together, the lowest first.
    """

    trace: Trace
    name: str
    start: int
    stop: int
    levels: list[tuple[str, ...]]

    @property
    def steps(self) -> int:
        """How many steps they walk."""
        return self.stop - self.start

    def parameter(self, kind: str, layer: str) -> Array | None:
        """Return "weight_ih", "weight_hh", "bias_ih" or "bias_hh" of a layer; None if it has none of them."""
        return self.trace.parameters.get(f"{self.prefix}{kind}_{layer}")

    @property
    def prefix(self) -> str:
        """What its parameters' names begin with."""
        return f"{self.name}." if self.name else ""

    def top(self) -> Array:
        """Return what its top layers give, (steps, directions·H)."""
        given: Array | None = None
        for level in self.levels:
            h = np.concatenate([self.trace.layers[name].h[self.start : self.stop] for name in level], axis=1)
            given = h if given is None or not self.trace.experiment.residual else h + given
        assert given is not None
        return given


def stacks(trace: Trace) -> list[Stack]:
    """Return the stacks of a network in the order in which they run: one, or an encoder's and a decoder's."""
    if not trace.segments:
        return [Stack(trace, "", 0, trace.steps, levels(trace.experiment))]
    encoder, decoder = trace.segments
    return [
        Stack(trace, "encoder", encoder.start, encoder.stop, levels(trace.experiment)),
        Stack(trace, "decoder", decoder.start, decoder.stop, [(name,) for name in decoder.layers]),
    ]


def part_named(trace: Trace, part: str | None) -> Stack:
    """Return one of the stacks by its name; for None the first.

    Raises
    ------
    ExperimentError
        If the network has no part of that name.
    """
    found = stacks(trace)
    if part is None:
        return found[0]
    if not trace.segments:
        raise ExperimentError("part", part, "error.no_parts")
    check_choice("part", part, tuple(stack.name for stack in found))
    return next(stack for stack in found if stack.name == part)


def walked(trace: Trace, layer: str) -> NDArray[np.bool_]:
    """Return (T,) bool: the steps that a layer has; an encoder's reverse layer has none while its decoder runs."""
    found = np.ones(trace.steps, dtype=bool)
    if trace.segments and is_reverse(layer):
        found[trace.segments[0].stop :] = False
    return found


# What exploded is to be seen: Inf and NaN go on, as in the engines.
@np.errstate(over="ignore", invalid="ignore")
def run_of(trace: Trace, layer: str, stack: Stack | None = None) -> Run:
    """Return what `rnnviz.engines.layer.forward` returned for a layer, from what the trace has kept of it.

    Of an encoder and a decoder, where both have a layer of that name, that of ``stack``; of the encoder for None.
    """
    record, reverse = layer_named(trace, layer), is_reverse(layer)
    stack = stack or stacks(trace)[0]
    here = slice(stack.start, stack.stop)
    experiment = trace.experiment
    cell = cell_named(experiment.cell, experiment.nonlinearity)
    h0, c0 = _begun(stack, layer)
    values = {**record.gates, "h": record.h} | ({} if record.c is None else {"c": record.c})
    values = {name: value[here] for name, value in values.items()}
    sums = {name: value[here] for name, value in record.preactivations.items()}
    h_prev = previous(values["h"], reverse, h0)
    c_prev = previous(values["c"], reverse, c0) if "c" in values else np.zeros_like(h_prev)
    derivatives = cell.derivatives(values, sums, h_prev, c_prev)
    local = Held(experiment.hold, layer, trace.steps, len(h0)).cut(derivatives, here)
    weights = weights_of(stack, layer)
    return Run(
        cell=cell,
        weights=weights,
        reverse=reverse,
        values=values,
        sums=sums,
        x=record.x[here, : weights.ih.shape[1]],
        h0=h0,
        c0=c0,
        h_prev=h_prev,
        local=np.stack(list(local.values()), axis=1),
    )


def _begun(stack: Stack, layer: str) -> tuple[Array, Array]:
    """Return the states h and c, (H,), that a layer starts from: in a decoder what its context says."""
    record, experiment = stack.trace.layers[layer], stack.trace.experiment
    none: Array = np.zeros(record.h.shape[1])
    if stack.name != "decoder":
        return record.h0, none if record.c0 is None else record.c0
    if experiment.decoder != "state":
        return none, none
    assert stack.trace.bridge is not None
    passed = record.c is not None and experiment.context == "last"
    return stack.trace.bridge.context[layer], record.c[stack.start - 1] if passed and record.c is not None else none


def weights_of(stack: Stack, layer: str) -> Weights:
    """Return a layer's weights; what a network was built without is zeros: biases, or of a feed-forward one W_hh."""
    ih = stack.parameter("weight_ih", layer)
    assert ih is not None
    hidden = stack.trace.layers[layer].h.shape[1]
    shapes = {"weight_hh": (len(ih), hidden), "bias_ih": (len(ih),), "bias_hh": (len(ih),)}
    given = ((stack.parameter(kind, layer), shape) for kind, shape in shapes.items())
    return Weights(ih, *(np.zeros(shape) if value is None else value for value, shape in given))
