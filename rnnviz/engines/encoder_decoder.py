r"""An encoder and its decoder, forward and back: two networks along one time axis, and what passes between them.

.. math::
    c^{(k)} &= \text{context of the encoder's level } k, \quad \text{see } \texttt{rnnviz.engines.context} \\
    s_t &= f(x_t, s_{t-1}), \qquad
        x_t = \begin{cases} \text{nothing}, \; s_{-1} = c & \text{(state)} \\
        c & \text{(input)} \\ [y_{t-1};\, c] & \text{(feedback)} \end{cases} \\
    y_t &= W_{ho}\, \tilde h_t + b_o, \quad
        \tilde h_t = h_t \text{ or what attention makes of it, see } \texttt{rnnviz.engines.attention}

`forward` takes one sequence or a minibatch: sources (S, B, D), their ``lengths`` (B,), and what the decoders read of
previous outputs, (N, B, O). A sequence's own end is where its context is taken; what fills it up is not looked at. Of a
run that is there already `seen` gives the `Record`. The way back from a record is `rnnviz.engines.across`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.cells import cell_named
from rnnviz.engines import attention, context, layer
from rnnviz.engines.attention import Look
from rnnviz.engines.context import Context
from rnnviz.engines.layer import Adjoint, Held, Run, Weights
from rnnviz.engines.pooling import Lengths, inside, pooled
from rnnviz.engines.through_time import levels, skips
from rnnviz.experiment import Experiment
from rnnviz.parameters import contexts
from rnnviz.trace import Array, Trace

States = Mapping[str, tuple[Array, Array]]
"""By layer its h and c, (…, H)."""


@dataclass(frozen=True)
class Walks:
    """How an engine takes one layer through time: forward, back, and to its weights' gradients.

    Attributes
    ----------
    forward : callable
        As `rnnviz.engines.layer.forward`.
    backward : callable
        ``backward(run, dout, inside, dout_c)``, see `rnnviz.engines.layer.backward`.
    gradients : callable
        As `rnnviz.engines.layer.gradients`.
    """

    forward: Callable[..., Run]
    backward: Callable[[Run, Array, NDArray[np.bool_] | None, Array | None], Adjoint]
    gradients: Callable[[Run, Array, Array], tuple[Array, Array, Array, Array]]


def _backward(run: Run, dout: Array, own: NDArray[np.bool_] | None, dout_c: Array | None) -> Adjoint:
    return layer.backward(run, dout, inside=own, dout_c=dout_c)


NUMPY: Final = Walks(layer.forward, _backward, layer.gradients)


@dataclass(frozen=True, eq=False)
class Encoded:
    """What an encoder did. S its steps, … nothing of one sequence, (B,) of a minibatch; C = directions · H.

    Attributes
    ----------
    runs : dict of Run
        By layer.
    given : (…, S, C)
        What its top gives.
    contexts : dict of Context
        By level, "l0", …: those that the decoder is told.
    starts : dict of (h, c)
        What each of the decoder's layers begins with, (…, H).
    lengths : (…) int64
        How many of the steps are each sequence's own.
    """

    experiment: Experiment
    parameters: Mapping[str, Array]
    walks: Walks
    runs: Mapping[str, Run]
    given: Array
    contexts: Mapping[str, Context]
    starts: States
    lengths: Lengths

    @cached_property
    def own(self) -> NDArray[np.bool_]:
        """(…, S) bool: which steps are a sequence's own."""
        return inside(self.given.shape[-2], self.lengths)

    @cached_property
    def mask(self) -> NDArray[np.bool_] | None:
        """(S, …) bool, as a walk wants it: only a layer that comes from the end meets what fills a sequence up."""
        return self.own.T if self.lengths.ndim and self.experiment.bidirectional else None


@dataclass(frozen=True, eq=False)
class Record:
    """What an encoder and its decoder did. N steps of the decoder.

    Attributes
    ----------
    encoded : Encoded
    runs : dict of Run
        The decoder's, by layer.
    look : Look or None
        What attention saw.
    read : (N, …, H)
        What is answered from.
    outputs : (N, …, O)
    """

    encoded: Encoded
    runs: Mapping[str, Run]
    look: Look | None
    read: Array
    outputs: Array


def forward(
    experiment: Experiment,
    parameters: Mapping[str, Array],
    source: Array,
    fed: Array,
    lengths: Lengths | None = None,
    walks: Walks = NUMPY,
) -> Record:
    """Read a source and write.

    Parameters
    ----------
    experiment : Experiment
    parameters : dict
    source : (S, …, D)
    fed : (N, …, O)
        What the decoder reads as the output of the step before; of a decoder that reads none only its shape counts.
    lengths : (B,) int64, optional
        Of the sources in a minibatch.
    walks : Walks
    """
    return decode(encode(experiment, parameters, source, lengths, walks), fed)


def encode(
    experiment: Experiment,
    parameters: Mapping[str, Array],
    source: Array,
    lengths: Lengths | None = None,
    walks: Walks = NUMPY,
) -> Encoded:
    """Read a source, (S, …, D), and make the contexts of it."""
    own = np.full(source.shape[1:-1], len(source)) if lengths is None else np.asarray(lengths)
    begun = Encoded(experiment, parameters, walks, {}, np.empty((*own.shape, len(source), 0)), {}, {}, own)
    runs, top = _climb(begun, "encoder", levels(experiment), source, {}, 0)
    made = {level: _context(begun, runs, level) for level in contexts(experiment)}
    starts = _starts(experiment, runs, made) if experiment.decoder == "state" else {}
    return replace(begun, runs=runs, given=np.moveaxis(top, 0, -2), contexts=made, starts=starts)


def decode(encoded: Encoded, fed: Array, states: States | None = None, at: int = 0) -> Record:
    """Write N steps, from the decoder's step ``at`` on and from the states it then has; None: those it begins with."""
    parameters, experiment = encoded.parameters, encoded.experiment
    x = _read(encoded, fed)
    first = encoded.given.shape[-2] + at
    begun = encoded.starts if states is None else states
    runs, top = _climb(encoded, "decoder", decoder_levels(experiment), x, begun, first)
    look = None
    if experiment.attention != "none":
        look = attention.forward(np.moveaxis(top, 0, -2), encoded.given, encoded.own, parameters)
        top = np.moveaxis(look.mixed, -2, 0)
    return Record(encoded, runs, look, top, top @ parameters["weight_ho"].T + parameters["bias_o"])


def decoder_levels(experiment: Experiment) -> list[tuple[str, ...]]:
    """Return a decoder's layers, as `rnnviz.engines.through_time.levels` does: it has one of each height."""
    return [(name,) for name in experiment.decoder_names]


def _climb(
    encoded: Encoded, part: str, heights: Sequence[tuple[str, ...]], x: Array, states: States, first: int
) -> tuple[dict[str, Run], Array]:
    """Run one network's layers from the run's step ``first`` on; return what they did, and what the top gives."""
    experiment, hidden = encoded.experiment, encoded.experiment.hidden_size
    cell = cell_named(experiment.cell, experiment.nonlinearity)
    zeros = np.zeros((*x.shape[1:-1], hidden))
    own = encoded.mask if part == "encoder" else None
    runs: dict[str, Run] = {}
    for level in heights:
        for name in level:
            held = Held(experiment.hold, name, len(x), hidden, first)
            weights, h_and_c = Weights.of(encoded.parameters, f"{part}.{name}"), states.get(name, (zeros, zeros))
            runs[name] = encoded.walks.forward(cell, weights, x, held, name.endswith("_reverse"), *h_and_c, own)
        h = np.concatenate([runs[name].values["h"] for name in level], axis=-1)
        x = h + x if skips(experiment, level) else h
    return runs, x


def _context(encoded: Encoded, runs: Mapping[str, Run], level: str) -> Context:
    experiment, parameters = encoded.experiment, encoded.parameters
    made = [runs[name].values["h"] for name in both(experiment, level)]
    states = np.moveaxis(np.concatenate(made, axis=-1), 0, -2)
    own = parameters.get(f"context.weight_{level}")
    transform = None if own is None else (own, parameters[f"context.bias_{level}"])
    return context.forward(experiment.context, states, encoded.lengths, experiment.directions, transform)


def _starts(experiment: Experiment, runs: Mapping[str, Run], made: Mapping[str, Context]) -> States:
    """Return what the decoder's layers begin with: their contexts, and beside an untouched last h its c."""
    found: dict[str, tuple[Array, Array]] = {}
    for name, one in made.items():
        c = np.zeros(one.value.shape)
        if "c" in runs[name].values and experiment.context == "last":
            c = pooled(one.weights, np.moveaxis(runs[name].values["c"], 0, -2))
        found[name] = one.value, c
    return found


def _read(encoded: Encoded, fed: Array) -> Array:
    """Return what the decoder's first layer reads, (N, …, D)."""
    experiment, axes = encoded.experiment, fed.shape[:-1]
    if experiment.decoder == "state":
        return np.zeros((*axes, 0))
    value = encoded.contexts[contexts(experiment)[-1]].value
    c = np.broadcast_to(value, (*axes, value.shape[-1]))
    return np.concatenate([fed, c], axis=-1) if experiment.decoder == "feedback" else c.copy()


def both(experiment: Experiment, level: str) -> tuple[str, ...]:
    """Return an encoder's layers of one level, "l0"."""
    return (level, f"{level}_reverse")[: experiment.directions]


def seen(trace: Trace) -> Record:
    """Return the record of a run that is there already: what it read and its weights give it again."""
    steps, width = trace.segments[1].start, trace.segments[0].width
    fed = trace.inputs[steps:, : trace.outputs.shape[1]]
    with np.errstate(over="ignore", invalid="ignore"):
        return forward(trace.experiment, trace.parameters, trace.inputs[:steps, :width], fed)
