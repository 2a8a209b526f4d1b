"""A minibatch's way through a network and back, by the walks of `rnnviz.engines`: of any shape, what an update needs.

What an encoder and a decoder do stands in `rnnviz.engines.encoder_decoder`, their way back in `rnnviz.engines.across`,
how many states are made one in `rnnviz.engines.pooling`; here they come to minibatches, and layers to chunks of time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np

from rnnviz.engines import across
from rnnviz.engines.across import Seeds, of_weights, walk_back
from rnnviz.engines.attention import outer, total
from rnnviz.engines.decoding import fed
from rnnviz.engines.encoder_decoder import NUMPY, Record, decode, encode
from rnnviz.engines.layer import KINDS, Adjoint, Run, last
from rnnviz.engines.numpy_engine import forward_stack
from rnnviz.engines.pooling import WEIGHTS, pooled, spread
from rnnviz.engines.through_time import Part, walk
from rnnviz.experiment import Experiment
from rnnviz.trace import Array
from rnnviz.training.learner import States
from rnnviz.training.minibatch import Minibatch

Found = tuple[str, str | None, Array, int]
"""A quantity's name, its layer, its numbers, (T′, B, …), and the step that is the first of them."""


class Walk(Protocol):
    """What a network made of a minibatch.

    Attributes
    ----------
    outputs : (T, B, O)
        NaN where nothing is answered.
    states : dict of (h, c)
        What the next minibatch of a text may begin with.
    """

    outputs: Array
    states: States

    def gradients(self, d_outputs: Array) -> dict[str, Array]:
        """Return the gradient of every parameter, of that by the outputs, (T, B, O)."""

    def made(self) -> list[Iterator[Found]]:
        """Return what was made, in the order of the walk, one network after the other."""

    def reached(self, d_outputs: Array) -> list[Iterator[Found]]:
        """Return the gradients by the layers' h in the order of the way back, the last step first."""


def walked(experiment: Experiment, parameters: Mapping[str, Array], batch: Minibatch, states: States) -> Walk:
    """Run a minibatch forward from given states."""
    made: type[Layered] | type[Translated] = Translated if experiment.translates else Layered
    return made(experiment, parameters, batch, states)


class Layered:
    """A stack of layers, read out at every step, or once of many."""

    def __init__(
        self, experiment: Experiment, parameters: Mapping[str, Array], batch: Minibatch, states: States
    ) -> None:
        self._experiment, self._parameters, self._batch, self.states = experiment, parameters, batch, states
        self._chunks: list[tuple[slice, dict[str, Run]]] = []
        tops = []
        for steps in batch.chunks(experiment.truncate):
            x = np.ascontiguousarray(batch.x[steps])
            runs, top = forward_stack(experiment, parameters, x, x.shape[1:2], self.states, self._inside(steps))
            self.states = {name: last(run) for name, run in runs.items()}
            self._chunks.append((steps, runs))
            tops.append(top)
        self._top = np.concatenate(tops)
        self._read, self.outputs = self._top, self._answers(self._top)
        if experiment.shape == "many_to_one":
            self._pool()

    def _inside(self, steps: slice) -> np.ndarray | None:
        """Return which steps are the sequences' own, where that matters: to layers that come from the end."""
        inside = self._batch.inside if self._experiment.bidirectional else None
        return None if inside is None else inside[steps]

    def _answers(self, read: Array) -> Array:
        return np.asarray(read @ self._parameters["weight_ho"].T + self._parameters["bias_o"])

    def _pool(self) -> None:
        """Answer once, in each sequence's last row, from all states made one."""
        asked, states = self._experiment, np.moveaxis(self._top, 0, -2)
        self._weights = WEIGHTS[asked.readout](states, self._batch.lengths, asked.directions)
        self._read = pooled(self._weights, states)
        self._rows = self._batch.lengths - 1, np.arange(len(states))
        said = self._answers(self._read)
        self.outputs = np.full((*self._top.shape[:2], said.shape[-1]), np.nan)
        self.outputs[self._rows] = said

    def gradients(self, d_outputs: Array) -> dict[str, Array]:
        """Return the gradient of every parameter: for each weight a sum over steps and sequences, as one product."""
        d_read = d_outputs if self._read is self._top else d_outputs[self._rows]
        found = {"weight_ho": outer(d_read, self._read), "bias_o": total(d_read)}
        found |= {name: np.zeros_like(value) for name, value in self._parameters.items() if name not in found}
        dtop = self._dtop(d_outputs)
        for steps, runs in self._chunks:
            for layer, adjoint in self._back(runs, dtop[steps], steps).items():
                for kind, grad in zip(KINDS, of_weights(NUMPY, runs[layer], adjoint), strict=True):
                    name = f"{kind}_{layer}"
                    if name in found:  # a network that never takes a second step has no recurrent weights
                        found[name] += grad
        return {name: found[name] for name in self._parameters}

    def _dtop(self, d_outputs: Array) -> Array:
        """Return the gradient by what the top gave, (T, B, C)."""
        if self._read is self._top:
            return np.asarray(d_outputs @ self._parameters["weight_ho"])
        return np.moveaxis(spread(self._weights, d_outputs[self._rows] @ self._parameters["weight_ho"]), -2, 0)

    def _back(self, runs: Mapping[str, Run], dtop: Array, steps: slice) -> dict[str, Adjoint]:
        return walk(self._experiment, runs, Part(0, len(dtop), dtop, self._inside(steps)))

    def made(self) -> list[Iterator[Found]]:
        """Return sums, gates and states layer by layer, then the answers."""
        return [self._made()]

    def _made(self) -> Iterator[Found]:
        for steps, runs in self._chunks:
            yield from quantities(runs, steps.start)
        alone = self._read is not self._top
        answered = np.arange(len(self.outputs))[:, None] == self._batch.lengths - 1 if alone else np.True_
        yield "output", None, np.where(np.asarray(answered)[..., None], self.outputs, 0.0), 0

    def reached(self, d_outputs: Array) -> list[Iterator[Found]]:
        """Return the gradients of the last chunk first."""
        dtop = self._dtop(d_outputs)
        return [back(self._back(runs, dtop[steps], steps), steps.start) for steps, runs in reversed(self._chunks)]


class Translated:
    """An encoder and its decoder."""

    def __init__(
        self, experiment: Experiment, parameters: Mapping[str, Array], batch: Minibatch, states: States
    ) -> None:
        self.states: States = {}
        first, written = batch.sources, len(parameters["bias_o"])
        source = np.ascontiguousarray(batch.x[:first, :, : parameters["encoder.weight_ih_l0"].shape[1]])
        encoded = encode(experiment, parameters, source, batch.source_lengths)
        read = np.ascontiguousarray(batch.x[first:, :, :written])
        if batch.forced is not None and experiment.decoder == "feedback":
            read = fed(encoded, read, batch.forced, batch.kind == "symbols")
        self._first, self._record = first, decode(encoded, read)
        nothing = np.full((first, *self._record.outputs.shape[1:]), np.nan)
        self.outputs = np.concatenate([nothing, self._record.outputs])

    def gradients(self, d_outputs: Array) -> dict[str, Array]:
        """Return the gradient of every parameter."""
        seeds = Seeds(outputs=d_outputs[self._first :])
        found = walk_back(self._record, seeds)
        return across.gradients(self._record, found, d_outputs[self._first :])

    def made(self) -> list[Iterator[Found]]:
        """Return what the encoder made, and then what the decoder did."""
        return [quantities(self._record.encoded.runs, 0), self._written(self._record)]

    def _written(self, record: Record) -> Iterator[Found]:
        yield from quantities(record.runs, self._first)
        if record.look is not None:
            yield "attention", None, np.moveaxis(record.look.weights, -2, 0), self._first
        yield "output", None, record.outputs, self._first

    def reached(self, d_outputs: Array) -> list[Iterator[Found]]:
        """Return the decoder's gradients, and then the encoder's."""
        found = walk_back(self._record, Seeds(outputs=d_outputs[self._first :]))
        return [back(found.decoder, self._first), back(found.encoder, 0)]


def quantities(runs: Mapping[str, Run], first: int) -> Iterator[Found]:
    """Yield all that layers make on their way forward, in the order in which a step makes it."""
    for layer, run in runs.items():
        for name, value in run.sums.items():
            yield f"sum {name}", layer, value, first
        for name, value in run.values.items():
            yield name, layer, value, first


def back(adjoints: Mapping[str, Adjoint], first: int) -> Iterator[Found]:
    """Yield the gradients by the layers' h, the last step first."""
    for layer, adjoint in adjoints.items():
        yield "gradient", layer, adjoint.dh[::-1], first
