"""Training by PyTorch: ``nn`` modules, autograd and ``torch.optim``.

The networks are those of `rnnviz.training.torch_network` and `rnnviz.training.torch_translator`.

Torch works in one thread here: networks that one can look into are small, many are trained at once, and the same seed
then gives the same bits whatever the number of cores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, optim
from torch.nn import functional as F

from rnnviz.engines.torch_forward import one_thread_each
from rnnviz.experiment import Experiment
from rnnviz.trace import Array
from rnnviz.training.learner import Forward, Memories, States
from rnnviz.training.minibatch import Minibatch
from rnnviz.training.optimisers import OPTIMISERS
from rnnviz.training.settings import Settings
from rnnviz.training.torch_network import FeedForward, Layered, State
from rnnviz.training.torch_translator import Translator

OPTIM: Final[Mapping[str, Callable[..., optim.Optimizer]]] = {
    "adam": optim.Adam,
    "sgd": optim.SGD,
    "momentum": lambda parameters, lr: optim.SGD(parameters, lr, momentum=0.9),
    "rmsprop": optim.RMSprop,
    "adagrad": optim.Adagrad,
}
"""By the names of `rnnviz.training.optimisers`."""

COUNTERS: Final = ("adam", "rmsprop", "adagrad")
"""Those that count their updates, parameter by parameter."""


def network_of(experiment: Experiment, parameters: Mapping[str, Array]) -> Layered | FeedForward | Translator:
    """Return the network of an experiment's shape that these parameters fit."""
    first = "encoder.weight_ih_l0" if experiment.translates else "weight_ih_l0"
    sizes = parameters[first].shape[1], len(parameters["bias_o"])
    if experiment.translates:
        return Translator(experiment, *sizes)
    return FeedForward(experiment, *sizes) if experiment.shape == "one_to_one" else Layered(experiment, *sizes)


class TorchLearner:
    """See `Learner`."""

    def __init__(self, experiment: Experiment, settings: Settings, parameters: Mapping[str, Array]) -> None:
        self._experiment, self._name = experiment, settings.optimiser
        self._precision, self._dtype = settings.precision, getattr(torch, settings.precision)
        with torch.random.fork_rng(devices=[]):  # modules draw weights that are not used: nobody else's numbers
            self._network = network_of(experiment, parameters).to(self._dtype)
        self._named = {name: self._network.named[name] for name in parameters}
        self._copy_in(parameters)
        self._optimiser = OPTIM[settings.optimiser](list(self._named.values()), lr=settings.rate)

    @torch.no_grad()
    def _copy_in(self, parameters: Mapping[str, Any]) -> None:
        for name, own in self._named.items():
            own.copy_(torch.from_numpy(np.array(parameters[name])))

    def answer(self, batch: Minibatch) -> Forward:
        """Run a minibatch forward and no more."""
        with one_thread_each(), torch.no_grad():
            outputs, states = self._forward(batch, {})
            return Forward(self._loss(batch, outputs).item(), outputs.numpy(), states)

    def gradients(self, batch: Minibatch, states: States) -> Forward:
        """Run a minibatch forward from given states and back."""
        self._optimiser.zero_grad()
        with one_thread_each():
            outputs, after = self._forward(batch, states)
            loss = self._loss(batch, outputs)
            loss.backward()  # type: ignore[no-untyped-call]
        return Forward(loss.item(), outputs.detach().numpy(), after)

    def _forward(self, batch: Minibatch, states: States) -> tuple[Tensor, States]:
        x = torch.from_numpy(np.ascontiguousarray(batch.x, self._precision))
        outputs, after = self._network(batch, x, {name: self._state(*own) for name, own in states.items()})
        return outputs, {name: arrays(state) for name, state in after.items()}

    def _state(self, *own: NDArray[Any]) -> State:
        """Return h and c, (B, H), as a layer's module takes them: (1, B, H)."""
        h, c = (torch.from_numpy(value).to(self._dtype)[None] for value in own)
        return (h, c) if self._experiment.cell == "lstm" else h

    def _loss(self, batch: Minibatch, outputs: Tensor) -> Tensor:
        """Return the mean over all predictions that count."""
        rows = torch.from_numpy(batch.rows)
        said = outputs.flatten(0, 1).index_select(0, rows)
        wanted = torch.from_numpy(batch.wanted)
        if not len(batch.rows):
            return outputs.nansum() * 0.0
        return F.cross_entropy(said, wanted) if batch.kind == "symbols" else F.mse_loss(said, wanted.to(said.dtype))

    @one_thread_each()
    def clip(self) -> tuple[float, float]:
        """Clip the gradients as the experiment says; return their norms before and after."""
        grads = [own.grad for own in self._named.values() if own.grad is not None]
        norm = after = total_norm(grads)
        if self._experiment.clip_value is not None:
            for grad in grads:
                grad.clamp_(-self._experiment.clip_value, self._experiment.clip_value)
            after = total_norm(grads)
        most = self._experiment.clip
        # torch.nn.utils.clip_grad_norm_ divides by norm + 1e-6, which leaves a little less than was asked for.
        if most is not None and np.isfinite(after) and after > most:
            for grad in grads:
                grad *= most / after
            after = most
        return norm, after

    @one_thread_each()
    def step(self, update: int) -> None:
        """Take update number ``update``, from 1."""
        self._optimiser.step()

    def parameters(self) -> dict[str, NDArray[Any]]:
        """Return a copy of the parameters, in the dtype they are trained in."""
        return {name: own.detach().numpy().copy() for name, own in self._named.items()}

    def memory(self) -> Memories:
        """Return a copy of what the optimiser remembers; zeros, as NumPy has them, before its first update."""
        found = {}
        for kind in OPTIMISERS[self._name].remembers:
            of_kind = {name: self._optimiser.state[own].get(kind) for name, own in self._named.items()}
            found[kind] = {
                name: np.zeros(self._named[name].shape) if value is None else value.numpy().copy()
                for name, value in of_kind.items()
            }
        return found

    def restore(self, parameters: Mapping[str, Any], memory: Memories, update: int) -> None:
        """Go back to where ``update`` updates had been taken."""
        self._copy_in(parameters)
        if not update:
            return
        for name, own in self._named.items():
            state: dict[str, Any] = {
                kind: torch.from_numpy(np.array(of_kind[name])).to(self._dtype) for kind, of_kind in memory.items()
            }
            self._optimiser.state[own] = {"step": torch.tensor(float(update)), **state} if self._counts else state

    @property
    def _counts(self) -> bool:
        return self._name in COUNTERS


def arrays(state: State) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return h and c, (B, H); a cell without c has zeros for it."""
    h, c = state if isinstance(state, tuple) else (state, torch.zeros_like(state))
    return h.numpy()[0], c.numpy()[0]


def total_norm(grads: list[Tensor]) -> float:
    """Return the 2-norm of all gradients as one vector; squared in float64, which no float32 overflows."""
    vector = torch.cat([grad.flatten() for grad in grads])
    return float(torch.linalg.vector_norm(vector, dtype=torch.float64).item())
