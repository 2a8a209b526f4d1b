"""What an engine does in training: one contract, the loop around it is the same for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Protocol

from numpy.typing import NDArray

from rnnviz.experiment import Experiment
from rnnviz.trace import Array
from rnnviz.training.minibatch import Minibatch
from rnnviz.training.settings import Settings

States = Mapping[str, tuple[NDArray[Any], NDArray[Any]]]
"""By layer h and c, (B, H), of B sequences; a cell without c has zeros for it. Layers that are not in it start at 0."""

Memories = dict[str, dict[str, NDArray[Any]]]
"""What an optimiser remembers: by its name, see `Optimiser.remembers`, and by that of the parameter."""


@dataclass(frozen=True, eq=False)
class Forward:
    """What came of a minibatch: the loss, the outputs (T, B, O), and the states after the last step.

    Outputs are NaN where nothing is answered: while an encoder reads, and of many to one before a sequence's last step.
    What is handed on from one minibatch to the next are the states of a stack that answers at every step; others have
    none.
    """

    loss: float
    outputs: NDArray[Any]
    states: States


class Learner(Protocol):
    """A network and its optimiser. All arrays that it gives are copies, or never written to again."""

    def __init__(self, experiment: Experiment, settings: Settings, parameters: Mapping[str, Array]) -> None:
        """Begin with these parameters, float64 under torch's names."""

    def answer(self, batch: Minibatch) -> Forward:
        """Run a minibatch forward and no more."""

    def gradients(self, batch: Minibatch, states: States) -> Forward:
        """Run a minibatch forward from given states and back; the gradients replace those before.

        `Experiment.truncate` cuts the way back into chunks of so many steps: values pass from one to the next,
        gradients do not.
        """

    def clip(self) -> tuple[float, float]:
        """Clip the gradients as the experiment says; return their norms before and after."""

    def step(self, update: int) -> None:
        """Take update number ``update``, from 1."""

    def parameters(self) -> dict[str, NDArray[Any]]:
        """Return a copy of the parameters, in the dtype they are trained in."""

    def memory(self) -> Memories:
        """Return a copy of what the optimiser remembers."""

    def restore(self, parameters: Mapping[str, Any], memory: Memories, update: int) -> None:
        """Go back to where ``update`` updates had been taken."""


_LEARNERS: Final[Mapping[str, tuple[str, str]]] = {
    "numpy": ("rnnviz.training.numpy_learner", "NumpyLearner"),
    "torch": ("rnnviz.training.torch_learner", "TorchLearner"),
}


def learner_named(engine: str) -> Callable[[Experiment, Settings, Mapping[str, Array]], Learner]:
    """Return the engine's learner; its module is imported when it is first asked for."""
    module, name = _LEARNERS[engine]
    learner: Callable[[Experiment, Settings, Mapping[str, Array]], Learner] = getattr(import_module(module), name)
    return learner
