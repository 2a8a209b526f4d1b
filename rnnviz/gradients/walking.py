"""Walking adjoints from where they start down to a layer, or to the inputs: through a stack, or a decoder and encoder.

From the decoder a gradient comes to the encoder in two ways: by attention, straight to the encoder's top states, and
through the context, which gathers what reaches the decoder's first states or, where it is read at every step, what
reaches all of them. The previous output that a decoder reads is held fixed: no gradient passes through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from rnnviz.gradients.crossing import Beside, through_context
from rnnviz.gradients.flow import Arriving, Begun, Passing, Spread, back
from rnnviz.gradients.product import product
from rnnviz.gradients.runs import Stack, is_reverse, layer_named, run_of, stacks
from rnnviz.gradients.starts import Starts
from rnnviz.trace import Array, Trace


def to_layer(trace: Trace, layer: str, starts: Starts, dtype: Any = np.float64) -> Iterator[Passing]:
    """Walk adjoints from the top of the network down to one layer, and hand them out there.

    Of an encoder and a decoder that both have it, first at the decoder's steps, then at the encoder's.

    Parameters
    ----------
    trace : Trace
    layer : str
        "l0", "l0_reverse", …
    starts : Starts
    dtype : {float64, float32}
    """
    layer_named(trace, layer)
    first, *then = stacks(trace)[::-1]
    descent = Descent(first, starts, {}, dtype)
    yield from descent.walk(layer, whole=bool(then))
    for stack in then:
        yield from Descent(stack, starts, descent.crossed(), dtype).walk(layer)


def to_encoder(trace: Trace, layer: str, starts: Starts) -> Iterator[Passing]:
    """Walk adjoints from a decoder to a layer of its encoder, by those ways that are open, and hand them out there."""
    layer_named(trace, layer)
    encoder, decoder = stacks(trace)
    through = "context" in starts.ways
    beside = Descent(decoder, starts, {}, np.float64).through().crossed() if through else {}
    yield from Descent(encoder, starts, beside, np.float64).walk(layer)


def each_way(trace: Trace, layer: str, starts: Starts) -> Iterator[Passing]:
    """Walk one adjoint to a layer of the encoder as two: what comes through the context, what comes by attention."""
    encoder, decoder = stacks(trace)
    beside = Descent(decoder, starts, {}, np.float64).through().crossed()
    first = {name: [one.beside_nothing() for one in found] for name, found in beside.items()}
    looked = starts.looked
    second = None if looked is None else np.concatenate([np.zeros_like(looked), looked], axis=1)
    both = Starts(np.repeat(starts.steps, 2), None, None, starts.reach, second)
    yield from Descent(encoder, both, first, np.float64).walk(layer)


def to_inputs(trace: Trace, starts: Starts) -> list[Spread]:
    """Walk adjoints all the way to the inputs: (T, B, D), from the layers of each direction that read them."""
    first, *then = stacks(trace)[::-1]
    descent = Descent(first, starts, {}, np.float64).through()
    if not then:
        return descent.read
    encoder = Descent(then[0], starts, descent.crossed(), np.float64).through()
    fed = trace.outputs.shape[1] if trace.experiment.decoder == "feedback" else 0
    found = [_placed(trace, then[0], part, part.values.shape[2]) for part in encoder.read]
    return [*found, _placed(trace, first, descent.read[0], fed)]


def _placed(trace: Trace, stack: Stack, part: Spread, width: int) -> Spread:
    """Return what reaches the first ``width`` numbers that a stack reads as of the whole run's inputs, (T, B, D)."""
    here, count = slice(stack.start, stack.stop), part.exponents.shape[1]
    values: Array = np.zeros((trace.steps, count, trace.inputs.shape[1]))
    exponents = np.zeros((trace.steps, count), np.int64)
    values[here, :, :width], exponents[here] = part.values[..., :width], part.exponents
    return Spread(values, exponents)


class Descent:
    """Adjoints on their way down a stack, level by level.

    Attributes
    ----------
    begun : dict of layer to Begun
        What reached the states that the layers walked so far start from.
    read : list of Spread
        What reached what the lowest layers read, (steps, B, D) by direction, where the whole way was walked.
    """

    def __init__(self, stack: Stack, starts: Starts, beside: Beside, dtype: Any) -> None:
        self.stack, self.starts, self.beside, self.dtype = stack, starts, beside, dtype
        self.top = starts.arriving(stack, dtype)
        self.begun: dict[str, Begun] = {}
        self.read: list[Spread] = []

    def through(self) -> Descent:
        """Walk the whole way."""
        for _ in self.walk(None, whole=True):
            pass
        return self

    def crossed(self) -> Beside:
        """Return what comes to the encoder's layers through the context, from a decoder's whole walk."""
        if "context" not in self.starts.ways:
            return {}
        return through_context(self.stack.trace, self.begun, self.read[0])

    def walk(self, layer: str | None, whole: bool = False) -> Iterator[Passing]:
        """Walk down and hand out what passes at one layer; no further, unless it is to be the ``whole`` way."""
        for level in reversed(self.stack.levels):
            if layer in level and not whole:
                yield from self._layer(layer, level.index(layer), None)
                return
            sent = [self._nothing(name) for name in level]
            for at, name in enumerate(level):
                yield from (step for step in self._layer(name, at, sent[at]) if name == layer)
            self._lower(level, sent)

    def _lower(self, level: tuple[str, ...], sent: list[Spread]) -> None:
        """Let what a level's layers sent reach those below, each from both directions and past them."""
        if level is self.stack.levels[0]:
            self.read = sent
            return
        below: list[list[Arriving]] = [list(old) if self.stack.trace.experiment.residual else [] for old in self.top]
        for part in sent:
            shares = np.split(part.values, len(level), axis=2)
            for into, share in zip(below, shares, strict=True):
                into.append(Spread(share, part.exponents))
        self.top = below

    def _layer(self, layer: str, at: int, sent: Spread | None) -> Iterator[Passing]:
        """Walk one layer, and keep what it sends down to what it read."""
        both = len(self.stack.levels[0]) > 1 and layer not in self.stack.levels[-1]
        alive = self.starts.alive(self.stack, 0 if both else -1 if is_reverse(layer) else 1)
        run, count = run_of(self.stack.trace, layer, self.stack), len(self.starts.steps)
        arriving = [*self.top[at], *self.beside.get(layer, ())]
        heard = None if sent is None else self._keeping(run.weights.ih, sent)
        self.begun[layer] = yield from back(run, arriving, alive, count, self.dtype, self.stack.start, heard)

    def _keeping(self, ih: Array, sent: Spread) -> Callable[[Passing], None]:
        matrix, start = ih.astype(self.dtype, copy=False), self.stack.start

        def keep(step: Passing) -> None:
            product(step.from_x, matrix, out=sent.values[step.t - start, step.rows])
            sent.exponents[step.t - start, step.rows] = step.exponents

        return keep

    def _nothing(self, layer: str) -> Spread:
        ih = self.stack.parameter("weight_ih", layer)
        assert ih is not None
        shape = self.stack.steps, len(self.starts.steps)
        return Spread(np.zeros((*shape, ih.shape[1]), self.dtype), np.zeros(shape, np.int64))
