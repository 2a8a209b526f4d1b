"""One forward pass of a person's own module, watched where the recurrent module in it begins and ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.checks import ExperimentError
from rnnviz.trace import Array

CELLS: Final = {"RNN_TANH": "rnn", "RNN_RELU": "rnn", "GRU": "gru", "LSTM": "lstm"}
"""Our name of a cell by torch's ``mode``."""


@dataclass
class Captured:
    """What went into the recurrent module and came out. T time, D input, H hidden.

    Attributes
    ----------
    rnn : nn.RNNBase
    name : str
        What it is called within the module; "" if it is the module.
    answer : tensor or whatever the module returned
    x : (T, D) float64
    first : dict of (H,) float64
        Initial states, "h_l0", "c_l0", …
    out : (T, directions·H) tensor
        Hidden states of the top, a leaf: what comes after hangs on it, what came before does not.
    hidden : tensors
        The final states that the module also hands on and that ``out`` does not hold: leaves, too.
    read : list of (nn.Linear, tensor, tensor)
        Every linear map that ran, with its input and its output.
    """

    rnn: nn.RNNBase
    name: str
    answer: Any = None
    x: Array = field(default_factory=lambda: np.zeros((0, 0)))
    first: dict[str, Array] = field(default_factory=dict)
    out: Tensor = field(default_factory=lambda: torch.zeros(0))
    hidden: list[Tensor] = field(default_factory=list)
    read: list[tuple[nn.Linear, Tensor, Tensor]] = field(default_factory=list)

    @property
    def layers(self) -> list[str]:
        """Names of the layers in torch's order."""
        suffixes = ("", "_reverse")[: 2 if self.rnn.bidirectional else 1]
        return [f"l{k}{suffix}" for k in range(self.rnn.num_layers) for suffix in suffixes]


def capture(module: Any, x: Any, submodule: str | None) -> Captured:
    """Run ``module`` on ``x`` once, as in ``eval()``, and return what its recurrent module did.

    Raises
    ------
    ExperimentError
        If there is no one recurrent module, it has ``proj_size``, or it is not called once on one sequence.
    """
    if not isinstance(module, nn.Module):
        raise ExperimentError("module", module, "record.module")
    name, rnn = _recurrent(module, submodule)
    if rnn.proj_size:
        raise ExperimentError("module", rnn.proj_size, "record.proj_size")
    found, calls = Captured(rnn, name), [0]

    def watch(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> Any:
        calls[0] += 1
        given = (*args, *(kwargs[key] for key in ("input", "hx") if key in kwargs))
        return _cut(found, given, output)

    def watch_linear(linear: nn.Module, args: tuple[Any, ...], output: Tensor) -> None:
        if isinstance(linear, nn.Linear):
            found.read.append((linear, args[0], output))

    handles = [rnn.register_forward_hook(watch, with_kwargs=True)]
    handles += [part.register_forward_hook(watch_linear) for part in module.modules() if isinstance(part, nn.Linear)]
    try:
        with _evaluating(module), torch.enable_grad():
            found.answer = module(*_arguments(module, x))
    finally:
        for handle in handles:
            handle.remove()
    if calls[0] != 1:
        raise ExperimentError("module", calls[0], "record.calls")
    return found


def double(tensor: Tensor) -> Array:
    """Return a tensor's numbers as a new float64 array."""
    return np.array(tensor.detach().to("cpu", torch.float64).numpy())


def _recurrent(module: nn.Module, submodule: str | None) -> tuple[str, nn.RNNBase]:
    found = {name: part for name, part in module.named_modules() if isinstance(part, nn.RNNBase)}
    names = ", ".join(name or type(module).__name__ for name in found)
    if submodule is not None:
        if submodule not in found:
            raise ExperimentError("submodule", submodule, "record.submodule", choices=names or "–")
        return submodule, found[submodule]
    if not found:
        raise ExperimentError("module", type(module).__name__, "record.none")
    if len(found) > 1:
        raise ExperimentError("submodule", submodule, "record.several", choices=names)
    return next(iter(found.items()))


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Put every part of a module into eval mode, and each back into its own."""
    modes = [(part, part.training) for part in module.modules()]
    try:
        for part, _ in modes:
            part.training = False  # not .eval(), which a module may have made into something more
        yield
    finally:
        for part, mode in modes:
            part.training = mode


def _arguments(module: nn.Module, x: Any) -> tuple[Any, ...]:
    """Return the arguments to call a module with: arrays as tensors, numbers of the module's own type and device."""
    like = next((value for value in module.parameters() if value.is_floating_point()), torch.zeros(()))
    return tuple(_tensor(part, like) for part in (x if type(x) is tuple else (x,)))  # a packed sequence is a tuple, too


def _tensor(value: Any, like: Tensor) -> Any:
    if isinstance(value, np.ndarray | list | np.generic):
        try:
            value = torch.as_tensor(np.asarray(value))
        except (TypeError, ValueError):
            raise ExperimentError("x", value, "record.x") from None
    if not isinstance(value, Tensor):
        return value
    value = value.detach().to(like.device)
    return value.to(like.dtype) if value.is_floating_point() else value


def _cut(found: Captured, given: tuple[Any, ...], output: Any) -> Any:
    """Note what went in and out, and hand on states that are the leaves of all that follows."""
    rnn, x = found.rnn, given[0]
    if not isinstance(x, Tensor):
        raise ExperimentError("x", type(x).__name__, "record.packed")
    batch = None if x.dim() == 2 else 0 if rnn.batch_first else 1
    if batch is not None and x.shape[batch] != 1:
        raise ExperimentError("x", x.shape[batch], "record.batch")
    found.x = double(x if batch is None else x.squeeze(batch))
    _note_first(found, given[1] if len(given) > 1 else None, batch)
    states, last = output
    found.out = (states if batch is None else states.squeeze(batch)).detach().requires_grad_()
    lasts = list(last) if isinstance(last, tuple) else [last]
    found.hidden = [part.detach().clone().requires_grad_() for part in lasts]
    handed = [_ends(found), *found.hidden[1:]]
    states = found.out * 1 if batch is None else (found.out * 1).unsqueeze(batch)
    return states, (tuple(handed) if isinstance(last, tuple) else handed[0])


def _note_first(found: Captured, states: Any, batch: int | None) -> None:
    if states is None:
        return
    for kind, rows in zip("hc", states if isinstance(states, tuple) else (states,), strict=False):
        rows = rows if batch is None else rows.squeeze(1)
        found.first |= {f"{kind}_{layer}": double(row) for layer, row in zip(found.layers, rows, strict=True)}


def _ends(found: Captured) -> Tensor:
    """Return h_n with the top layer's rows taken from ``out``, so that a head that reads them reads the states."""
    directions, hidden = (2 if found.rnn.bidirectional else 1), found.rnn.hidden_size
    below, shape = found.hidden[0][:-directions], found.hidden[0].shape[1:]
    top = [found.out[-1, :hidden], found.out[0, hidden:]][:directions]
    return torch.cat([below, torch.stack([row.reshape(shape) for row in top])])
