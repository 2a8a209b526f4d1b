"""Training by PyTorch: ``nn`` modules, autograd and ``torch.optim``.

A layer is a module of its own, in one direction: inner layers and reverse ones are then as open as the first, skip
connections can pass between them, and a reverse layer begins at each sequence's own end.

Torch works in one thread here: networks that one can look into are small, many are trained at once, and the same seed
then gives the same bits whatever the number of cores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn, optim
from torch.nn import functional as F

from rnnviz.engines.through_time import levels, skips
from rnnviz.engines.torch_forward import one_thread_each
from rnnviz.experiment import Experiment
from rnnviz.trace import Array
from rnnviz.training.learner import Forward, Memories, States
from rnnviz.training.minibatch import Minibatch
from rnnviz.training.optimisers import OPTIMISERS
from rnnviz.training.settings import Settings

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


class LinearRNN(nn.RNNBase):
    """h_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh, for which ``nn.RNN`` has no nonlinearity."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__("RNN_TANH", width, hidden)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Read (T, B, D) from the state (1, B, H); return all h and the last."""
        ih, hh, b_ih, b_hh = self.all_weights[0]
        h, found = state[0], []
        for from_x in F.linear(x, ih, b_ih):
            h = from_x + F.linear(h, hh, b_hh)
            found.append(h)
        return torch.stack(found), h[None]


def layer_module(experiment: Experiment, width: int) -> nn.RNNBase:
    """Return one layer in one direction that reads ``width`` numbers a step."""
    hidden = experiment.hidden_size
    if experiment.cell == "lstm":
        return nn.LSTM(width, hidden)
    if experiment.cell == "gru":
        return nn.GRU(width, hidden)
    if experiment.nonlinearity == "identity":
        return LinearRNN(width, hidden)
    return nn.RNN(width, hidden, nonlinearity=experiment.nonlinearity)


class Network(nn.Module):
    """The layers and the readout of an experiment; `named` has its parameters under the names of the traces."""

    def __init__(self, experiment: Experiment, inputs: int, outputs: int) -> None:
        super().__init__()
        self.experiment = experiment
        top = experiment.directions * experiment.hidden_size
        self.layers = nn.ModuleDict(
            {name: layer_module(experiment, inputs if name[:2] == "l0" else top) for name in experiment.layer_names}
        )
        self.readout = nn.Linear(top, outputs)
        self.named: dict[str, nn.Parameter] = {
            f"{kind}_{name}": getattr(layer, f"{kind}_l0")
            for name, layer in self.layers.items()
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        } | {"weight_ho": self.readout.weight, "bias_o": self.readout.bias}

    def forward(self, x: Tensor, states: Mapping[str, Any], backwards: Tensor | None) -> tuple[Tensor, dict[str, Any]]:
        """Read (T, B, D) from the layers' states; return the outputs (T, B, O) and the states after the last step.

        ``backwards``, (T, B), has for each position of a sequence the one that a reverse layer reads in its place.
        """
        after: dict[str, Any] = {}
        for level in levels(self.experiment):
            made = []
            for name in level:
                way = backwards if name.endswith("_reverse") else None
                h, after[name] = self.layers[name](turned(x, way), states[name])
                made.append(turned(h, way))
            h = torch.cat(made, dim=-1) if len(made) > 1 else made[0]
            x = h + x if skips(self.experiment, level) else h
        return self.readout(x), after


def turned(x: Tensor, way: Tensor | None) -> Tensor:
    """Return (T, B, N) with each sequence's steps in another order, (T, B); None leaves them."""
    return x if way is None else x.gather(0, way[..., None].expand(-1, -1, x.shape[-1]))


def own_ends(batch: Minibatch) -> Tensor:
    """Return (T, B): for each position of a sequence the one as far from its end, and what fills up stays."""
    steps = np.arange(len(batch.x))[:, None]
    return torch.from_numpy(np.where(steps < batch.lengths, batch.lengths - 1 - steps, steps))


class TorchLearner:
    """See `Learner`."""

    def __init__(self, experiment: Experiment, settings: Settings, parameters: Mapping[str, Array]) -> None:
        self._experiment, self._name = experiment, settings.optimiser
        self._precision, self._dtype = settings.precision, getattr(torch, settings.precision)
        width, outputs = parameters["weight_ih_l0"].shape[1], len(parameters["bias_o"])
        with torch.random.fork_rng(devices=[]):  # modules draw weights that are not used: nobody else's numbers
            self._network = Network(experiment, width, outputs).to(self._dtype)
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
        backwards = own_ends(batch) if self._experiment.bidirectional else None
        held = {name: self._state(states, name, x.shape[1]) for name in self._network.layers}
        outputs = []
        for steps in batch.chunks(self._experiment.truncate):
            made, after = self._network(x[steps], held, backwards)
            held = {name: detached(state) for name, state in after.items()}
            outputs.append(made)
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs), {n: arrays(state) for n, state in held.items()}

    def _state(self, states: States, layer: str, width: int) -> Tensor | tuple[Tensor, Tensor]:
        """Return the state that a layer starts from as its module takes it: (1, B, H)."""
        if layer in states:
            h, c = (torch.from_numpy(value).to(self._dtype)[None] for value in states[layer])
        else:
            h = c = torch.zeros(1, width, self._experiment.hidden_size, dtype=self._dtype)
        return (h, c) if self._experiment.cell == "lstm" else h

    def _loss(self, batch: Minibatch, outputs: Tensor) -> Tensor:
        """Return the mean over all predictions that count."""
        rows = torch.from_numpy(batch.rows)
        said = outputs.flatten(0, 1).index_select(0, rows)
        wanted = torch.from_numpy(batch.wanted)
        if not len(batch.rows):
            return outputs.sum() * 0.0
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


def detached(state: Tensor | tuple[Tensor, Tensor]) -> Tensor | tuple[Tensor, Tensor]:
    """Return a state that no gradient passes."""
    return (state[0].detach(), state[1].detach()) if isinstance(state, tuple) else state.detach()


def arrays(state: Tensor | tuple[Tensor, Tensor]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return h and c, (B, H); a cell without c has zeros for it."""
    h, c = state if isinstance(state, tuple) else (state, torch.zeros_like(state))
    return h.numpy()[0], c.numpy()[0]


def total_norm(grads: list[Tensor]) -> float:
    """Return the 2-norm of all gradients as one vector; squared in float64, which no float32 overflows."""
    vector = torch.cat([grad.flatten() for grad in grads])
    return float(torch.linalg.vector_norm(vector, dtype=torch.float64).item())
