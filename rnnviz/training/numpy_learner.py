"""Training by NumPy: the walk through time of `rnnviz.engines`, B sequences abreast, and an optimiser's few lines.

The equations are those of the traced runs, to the letter: `rnnviz.cells` has the cells', `rnnviz.engines.layer` the
loop over time, `rnnviz.losses` the losses', `rnnviz.engines.clipping` the clipping's; by `rnnviz.training.numpy_walks`
they come to a minibatch.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnnviz.engines.clipping import clipped, global_norm
from rnnviz.experiment import Experiment
from rnnviz.trace import Array
from rnnviz.training.learner import Forward, Memories, States
from rnnviz.training.minibatch import Minibatch, loss_of
from rnnviz.training.numpy_walks import walked
from rnnviz.training.optimisers import OPTIMISERS
from rnnviz.training.settings import Settings


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
        walk = walked(self._experiment, self._parameters, batch, {})
        return Forward(loss_of(batch, walk.outputs)[0], walk.outputs, walk.states)

    @np.errstate(over="ignore", invalid="ignore")
    def gradients(self, batch: Minibatch, states: States) -> Forward:
        """Run a minibatch forward from given states and back."""
        walk = walked(self._experiment, self._parameters, batch, states)
        loss, d_outputs = loss_of(batch, walk.outputs)
        self._grads = walk.gradients(d_outputs)
        return Forward(loss, walk.outputs, walk.states)

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
