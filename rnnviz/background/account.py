"""What a worker tells of a training, as arrays, and how the server writes it down: two halves of one contract.

The arrays' names:

    curve/loss, …            of the updates since the last account; the note's ``from`` says how many were before
    validations              a row each: update, loss, score
    kept/U/NAME              parameters after U updates, of the moments since
    parameter/NAME …         with them optimiser/KIND/NAME, state/LAYER/h and …/c: what the training goes on from
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.background.wire import Tensors, under
from rnnviz.training import Divergence, History, Training, Validation
from rnnviz.training.history import CURVES, Parameters


@dataclass(frozen=True, eq=False)
class State:
    """What a training goes on from, beside its history: as it was after so many ``updates``."""

    updates: int
    parameters: Parameters
    optimiser: Mapping[str, Parameters]
    states: Mapping[str, tuple[NDArray[Any], NDArray[Any]]]

    @classmethod
    def of(cls, training: Training) -> State:
        """Return that of a training as it is now."""
        now = training.state()
        return cls(training.update, now["parameters"], now["optimiser"], now["states"])

    @classmethod
    def read(cls, updates: int, tensors: Tensors) -> State:
        """Return that which `tensors` names."""
        optimiser: dict[str, dict[str, NDArray[Any]]] = {}
        for path, value in under(tensors, "optimiser").items():
            kind, _, name = path.partition("/")
            optimiser.setdefault(kind, {})[name] = value
        found = under(tensors, "state")
        layers = [path.removesuffix("/h") for path in found if path.endswith("/h")]
        states = {layer: (found[f"{layer}/h"], found[f"{layer}/c"]) for layer in layers}
        return cls(updates, under(tensors, "parameter"), optimiser, states)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return it as named arrays."""
        found = {f"parameter/{name}": value for name, value in self.parameters.items()}
        for kind, of_kind in self.optimiser.items():
            found |= {f"optimiser/{kind}/{name}": value for name, value in of_kind.items()}
        for layer, (h, c) in self.states.items():
            found |= {f"state/{layer}/h": h, f"state/{layer}/c": c}
        return found


class Teller:
    """The worker's half: what happened in a training since it was last told of."""

    def __init__(self, training: Training) -> None:
        self._training = training
        self._told, self._validated = training.update, len(training.history.validations)
        training.history.memory = sys.maxsize  # none is kept for long, and what is thinned out is for the server to say

    def account(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Return a note and arrays; moments that were told of are not kept here any longer."""
        history = self._training.history
        curves = {name: np.array(getattr(history, name)[self._told : history.updates]) for name in CURVES}
        found = {f"curve/{name}": values for name, values in curves.items()}
        new = history.validations[self._validated :]
        found["validations"] = np.array(new, dtype=np.float64).reshape(-1, 3)
        for update, parameters in history.kept.items():
            found |= {f"kept/{update}/{name}": value for name, value in parameters.items()}
        broke = history.diverged.to_dict() if history.diverged else None
        note = {"from": self._told, "diverged": broke}
        self._told, self._validated, history.kept = history.updates, len(history.validations), {}
        return note, found


def write_down(history: History, note: Mapping[str, Any], tensors: Tensors) -> None:
    """Add an account to a history, which may be read meanwhile: its moments first, what counts the updates last."""
    moments: dict[int, dict[str, NDArray[Any]]] = {}
    for path, value in under(tensors, "kept").items():
        update, _, name = path.partition("/")
        moments.setdefault(int(update), {})[name] = value
    for moment in sorted(moments):
        # The server's record may have become coarser than the worker's; it is the one that is bounded.
        if moment not in history.kept and history.wants(moment):
            history.keep(moment, moments[moment])
    rows = tensors["validations"].tolist()
    history.validations.extend(Validation(int(update), loss, score) for update, loss, score in rows)
    if note["diverged"] is not None:
        history.diverged = Divergence(**note["diverged"])
    for name in CURVES:
        getattr(history, name).extend(tensors[f"curve/{name}"].tolist())


def stand(history: History, state: State) -> None:
    """Keep the moment at which a training stands still: a person who stopped there looks at it."""
    history.last = state.updates, state.parameters
    if history.every is not None and state.updates not in history.kept:
        history.keep(state.updates, state.parameters)


def until(history: History, updates: int, *, moments: bool = True) -> History:
    """Return a copy of a history as it was after so many updates, with or without the moments that it has kept."""
    kept = {update: own for update, own in history.kept.items() if update <= updates} if moments else {}
    return dataclasses.replace(
        history,
        **{name: getattr(history, name)[:updates] for name in CURVES},
        validations=[one for one in history.validations if one.update <= updates],
        kept=kept,
        last=None if history.last is None or history.last[0] > updates else history.last,
        diverged=None if updates < history.updates else history.diverged,
    )
