"""Training by NumPy: the walk through time of `rnnviz.engines`, B sequences abreast, and an optimiser's few lines.

The equations are those of the traced runs, to the letter: `rnnviz.cells` has the cells', `rnnviz.engines.layer` the
loop over time, `rnnviz.losses` the losses', `rnnviz.engines.clipping` the clipping's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnnviz.engines.clipping import clipped, global_norm
from rnnviz.engines.layer import Run, gradients
from rnnviz.engines.numpy_engine import forward_stack
from rnnviz.engines.through_time import Part, walk
from rnnviz.experiment import Experiment
from rnnviz.trace import Array
from rnnviz.training.learner import Forward, Memories, States
from rnnviz.training.minibatch import Minibatch, loss_of
from rnnviz.training.optimisers import OPTIMISERS
from rnnviz.training.settings import Settings

Chunk = tuple[dict[str, Run], Array]
"""What the layers did in some steps, and what the top gave, (T′, B, directions·H)."""


class NumpyLearner:
    """See `Learner`. All numbers are float64."""

    def __init__(self, experiment: Experiment, settings: Settings, parameters: Mapping[str, Array]) -> None:
        self._experiment, self._rate = experiment, settings.rate
        self._optimiser = OPTIMISERS[settings.optimiser]
        self._parameters = {name: value.copy() for name, value in parameters.items()}
        self._memory = {
            name: {kind: np.zeros_like(value) for kind in self._optimiser.remembers}
            for name, value in self._parameters.items()
        }
        self._grads: dict[str, Array] = {}

    @np.errstate(over="ignore", invalid="ignore")
    def answer(self, batch: Minibatch) -> Forward:
        """Run a minibatch forward and no more."""
        chunks, states = self._forward(batch, {})
        outputs = self._outputs(chunks)
        return Forward(loss_of(batch, outputs)[0], outputs, states)

    @np.errstate(over="ignore", invalid="ignore")
    def gradients(self, batch: Minibatch, states: States) -> Forward:
        """Run a minibatch forward from given states and back."""
        chunks, states = self._forward(batch, states)
        outputs = self._outputs(chunks)
        loss, d_outputs = loss_of(batch, outputs)
        self._grads = {name: np.zeros_like(value) for name, value in self._parameters.items()}
        for steps, chunk in zip(batch.chunks(self._experiment.truncate), chunks, strict=True):
            for name, grad in self._backward(chunk, d_outputs[steps], self._inside(batch, steps)).items():
                self._grads[name] += grad
        return Forward(loss, outputs, states)

    def _forward(self, batch: Minibatch, states: States) -> tuple[list[Chunk], States]:
        """Walk through all steps, in chunks whose gradients are kept apart."""
        chunks = []
        for steps in batch.chunks(self._experiment.truncate):
            x, inside = np.ascontiguousarray(batch.x[steps]), self._inside(batch, steps)
            runs, top = forward_stack(self._experiment, self._parameters, x, x.shape[1:2], states, inside)
            states = {name: last(run) for name, run in runs.items()}
            chunks.append((runs, top))
        return chunks, states

    def _inside(self, batch: Minibatch, steps: slice) -> np.ndarray | None:
        """Return which steps are the sequences' own, where that matters: to layers that come from the end."""
        inside = batch.inside if self._experiment.bidirectional else None
        return None if inside is None else inside[steps]

    def _outputs(self, chunks: list[Chunk]) -> Array:
        top = np.concatenate([top for _, top in chunks])
        return np.asarray(top @ self._parameters["weight_ho"].T + self._parameters["bias_o"])

    def _backward(self, chunk: Chunk, d_outputs: Array, inside: np.ndarray | None) -> dict[str, Array]:
        """Return a chunk's gradients: for each weight a sum over steps and sequences, as one product."""
        runs, top = chunk
        dtop = d_outputs @ self._parameters["weight_ho"]
        adjoints = walk(self._experiment, runs, Part(0, len(dtop), dtop, inside))
        grads = {"weight_ho": flat(d_outputs).T @ flat(top), "bias_o": flat(d_outputs).sum(axis=0)}
        for layer, run in runs.items():
            long = replace(run, x=flat(run.x), h_prev=flat(run.h_prev))
            found = gradients(long, flat(adjoints[layer].from_x), flat(adjoints[layer].from_h))
            names = (f"{kind}_{layer}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            grads |= dict(zip(names, found, strict=True))
        return grads

    def clip(self) -> tuple[float, float]:
        """Clip the gradients as the experiment says; return their norms before and after."""
        norm = global_norm(self._grads)
        self._grads = clipped(self._experiment, self._grads)
        return norm, global_norm(self._grads)

    @np.errstate(over="ignore", invalid="ignore")
    def step(self, update: int) -> None:
        """Take update number ``update``, from 1."""
        for name, value in self._parameters.items():
            value -= self._optimiser.change(self._grads[name], self._memory[name], self._rate, update)

    def parameters(self) -> dict[str, Array]:
        """Return a copy of the parameters."""
        return {name: value.copy() for name, value in self._parameters.items()}

    def memory(self) -> Memories:
        """Return a copy of what the optimiser remembers."""
        kinds = self._optimiser.remembers
        return {kind: {name: own[kind].copy() for name, own in self._memory.items()} for kind in kinds}

    def restore(self, parameters: Mapping[str, Array], memory: Memories, update: int) -> None:
        """Go back to where ``update`` updates had been taken."""
        for name, value in self._parameters.items():
            value[...] = parameters[name]
            for kind in self._optimiser.remembers:
                self._memory[name][kind][...] = memory[kind][name]


def last(run: Run) -> tuple[Array, Array]:
    """Return h and c, (B, H), after a layer's last step."""
    h = run.values["h"][-1]
    return h, run.values["c"][-1] if run.cell.has_c else np.zeros_like(h)


def flat(a: Array) -> Array:
    """Return (T·B, N) of (T, B, N): what is summed over steps and sequences alike."""
    return a.reshape(-1, a.shape[-1])
