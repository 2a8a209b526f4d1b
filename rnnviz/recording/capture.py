"""One forward pass of a person's own module, watched where the recurrent module in it begins and ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnviz.checks import ExperimentError, shorten
from rnnviz.trace import Array

CELLS: Final = {"RNN_TANH": "rnn", "RNN_RELU": "rnn", "GRU": "gru", "LSTM": "lstm"}
"""Our name of a cell by torch's ``mode``."""
SAID: Final = 240
"""Characters that are told of what a module raised."""


@dataclass
class Captured:
    """What went into the recurrent module and came out. T time, D input, H hidden.

    Attributes
    ----------
    rnn : nn.RNNBase
    name : str
        What it is called within the module; "" if it is the module.
    module : str
        Of what class the module is.
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
    weights : dict of float64 arrays
        The parameters with which it ran, under torch's names; a parametrized one as it was then.
    """

    rnn: nn.RNNBase
    name: str
    module: str
    answer: Any = None
    x: Array = field(default_factory=lambda: np.zeros((0, 0)))
    first: dict[str, Array] = field(default_factory=dict)
    out: Tensor = field(default_factory=lambda: torch.zeros(0))
    hidden: list[Tensor] = field(default_factory=list)
    read: list[tuple[nn.Linear, Tensor, Tensor]] = field(default_factory=list)
    weights: dict[str, Array] = field(default_factory=dict)

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
        If there is no one recurrent module, it has ``proj_size``, or it is not called once on one sequence; and
        whatever the module's own forward raises, in a sentence.
    """
    if not isinstance(module, nn.Module):
        raise ExperimentError("module", module, "record.module")
    module = getattr(module, "_orig_mod", module)  # what torch.compile wraps: the same, and it can be watched
    if any(value.is_meta or value.is_inference() for value in module.parameters()):
        raise ExperimentError("module", type(module).__name__, "record.weights")
    name, rnn = _recurrent(module, submodule)
    if rnn.proj_size:
        raise ExperimentError("module", rnn.proj_size, "record.proj_size")
    found, calls = Captured(rnn, name, type(module).__name__), [0]

    def look(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        _check_given(rnn, _given(args, kwargs)[0])

    def watch(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> Any:
        calls[0] += 1
        return _cut(found, _given(args, kwargs), output)

    def look_up(part: nn.Module, args: tuple[Any, ...]) -> None:
        _check_looked_up(names[part], part, args)

    def watch_linear(linear: nn.Module, args: tuple[Any, ...], output: Tensor) -> None:
        if isinstance(linear, nn.Linear) and args:
            found.read.append((linear, args[0], output))

    names = {part: f"{where} ({type(part).__name__})" for where, part in module.named_modules()}
    handles = [rnn.register_forward_pre_hook(look, with_kwargs=True)]
    handles += [part.register_forward_pre_hook(look_up) for part in names if isinstance(part, nn.Embedding | nn.Linear)]
    handles += [rnn.register_forward_hook(watch, with_kwargs=True)]
    handles += [part.register_forward_hook(watch_linear) for part in module.modules() if isinstance(part, nn.Linear)]
    try:
        with _evaluating(module):
            args, kwargs = _arguments(module, rnn, x)
            with speaking("x", "record.forward", given=described(args, kwargs)):
                found.answer = module(*args, **kwargs)
    finally:
        for handle in handles:
            handle.remove()
    if calls[0] != 1:
        raise ExperimentError("module", calls[0], "record.calls")
    return found


@contextmanager
def plainly() -> Iterator[None]:
    """Run torch as it can be watched and differentiated, whatever mode it is called in: eager, and without cuDNN.

    In eval mode cuDNN keeps nothing to go back with, so a second recurrent module on the way would have no gradient.
    """
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.backends.cudnn.flags(enabled=False),
        torch.compiler.set_stance("force_eager"),
    ):
        yield


@contextmanager
def speaking(field: str, key: str, **values: object) -> Iterator[None]:
    """Say in one sentence what other people's code raises; what it raised stays at hand as the sentence's cause."""
    try:
        yield
    except ExperimentError:
        raise
    except Exception as error:
        words = " ".join(str(error).partition("\nException raised from")[0].split())
        told = f"{type(error).__name__}: {words}".rstrip(" .:")
        raise ExperimentError(
            field, None, key, said=told if len(told) < SAID else f"{told[:SAID]}…", **values
        ) from error


def described(args: Sequence[Any], kwargs: Mapping[str, Any] | None = None) -> str:
    """Return what a function is called with, as types and shapes: "int64 (1, 30), lengths=int64 (1,)"."""
    named = [f"{name}={_described(value)}" for name, value in (kwargs or {}).items()]
    return ", ".join([*map(_described, args), *named])


def _described(value: Any) -> str:
    return f"{_type(value)} {tuple(value.shape)}" if isinstance(value, Tensor) else shorten(value)


def _type(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


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


def _arguments(module: nn.Module, rnn: nn.RNNBase, x: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments to call a module with: arrays as tensors, numbers of the module's own type and device."""
    like = next((value for value in module.parameters() if value.is_floating_point()), torch.zeros(()))
    if isinstance(x, dict):
        return (), {name: _tensor(part, like) for name, part in x.items()}
    given = [_tensor(part, like) for part in (x if type(x) is tuple else (x,))]  # a packed sequence is a tuple, too
    if module is rnn and isinstance(given[0], Tensor):
        first = given[0].to(like.dtype)  # whole numbers are numbers to a recurrent module, too
        given[0] = first[:, None] if first.dim() == 1 and rnn.input_size == 1 else first
    return tuple(given), {}


def _tensor(value: Any, like: Tensor) -> Any:
    if isinstance(value, np.ndarray | list | np.generic):
        try:
            value = torch.as_tensor(np.asarray(value))
        except (TypeError, ValueError):
            raise ExperimentError("x", value, "record.x") from None
    if not isinstance(value, Tensor):
        return value
    if value.is_complex():
        raise ExperimentError("x", _type(value), "record.x")
    value = value.detach().to(like.device)
    value = value.clone() if value.is_inference() else value
    return value.to(like.dtype) if value.is_floating_point() else value


def _given(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Return what the recurrent module was called with: its input, and its initial states if there are any."""
    return (*args, *(kwargs[key] for key in ("input", "hx") if key in kwargs))


def _check_looked_up(name: str, part: nn.Module, args: tuple[Any, ...]) -> None:
    """Say what is wrong with the type of what an embedding or a linear map is about to read, before torch does."""
    given = args[0] if args else None
    if not isinstance(given, Tensor):
        return
    if isinstance(part, nn.Linear) and not given.is_floating_point():
        raise ExperimentError("x", _type(given), "record.numbers", name=name, wanted=_type(part.weight))
    if isinstance(part, nn.Embedding):
        if given.is_floating_point():
            raise ExperimentError("x", _type(given), "record.tokens", name=name)
        wrong = given[(given < 0) | (given >= part.num_embeddings)]
        if wrong.numel():
            most = part.num_embeddings - 1
            raise ExperimentError("x", int(wrong.reshape(-1)[0]), "record.token", name=name, most=most)


def _check_given(rnn: nn.RNNBase, x: Any) -> None:
    """Say what is wrong with what the recurrent module is about to read, before torch does."""
    if isinstance(x, PackedSequence):
        if len(x.batch_sizes) != len(x.data):
            raise ExperimentError("x", int(x.batch_sizes[0]), "record.batch")
        x = x.data
    if not isinstance(x, Tensor):
        raise ExperimentError("x", type(x).__name__, "record.x")
    if not x.is_floating_point():
        wanted = _type(next(rnn.parameters()))
        raise ExperimentError("x", _type(x), "record.numbers", name=type(rnn).__name__, wanted=wanted)
    batch = _batch(rnn, x)
    if batch is not None and x.shape[batch] != 1:
        raise ExperimentError("x", x.shape[batch], "record.batch")
    if x.dim() not in (2, 3) or x.shape[-1] != rnn.input_size or not x.numel():
        raise ExperimentError("x", tuple(x.shape), "record.given", inputs=rnn.input_size)
    rows = x.reshape(-1, rnn.input_size)
    broken = ~torch.isfinite(rows).all(dim=1)
    if bool(broken.any()):
        raise ExperimentError("x", int(broken.nonzero()[0]) + 1, "record.nonfinite")


def _batch(rnn: nn.RNNBase, x: Tensor) -> int | None:
    """Return along which axis several sequences would lie; None if there is no such axis."""
    return None if x.dim() != 3 else 0 if rnn.batch_first else 1


def _cut(found: Captured, given: tuple[Any, ...], output: Any) -> Any:
    """Note what went in and out, and hand on states that are the leaves of all that follows."""
    rnn, x = found.rnn, given[0]
    found.weights = {name: double(getattr(rnn, name)) for name in rnn._flat_weights_names}
    states, last = output
    packed = states if isinstance(states, PackedSequence) else None
    if packed is not None:
        x, states = x.data, packed.data
    batch = _batch(rnn, x)
    found.x = double(x if batch is None else x.squeeze(batch))
    _note_first(found, given[1] if len(given) > 1 else None)
    found.out = (states if batch is None else states.squeeze(batch)).detach().requires_grad_()
    lasts = list(last) if isinstance(last, tuple) else [last]
    found.hidden = [part.detach().clone().requires_grad_() for part in lasts]
    handed = [_ends(found), *found.hidden[1:]]
    states = found.out * 1 if batch is None else (found.out * 1).unsqueeze(batch)
    if packed is not None:
        states = packed._replace(data=states)
    return states, (tuple(handed) if isinstance(last, tuple) else handed[0])


def _note_first(found: Captured, states: Any) -> None:
    if states is None:
        return
    for kind, rows in zip("hc", states if isinstance(states, tuple) else (states,), strict=False):
        rows = rows.squeeze(1) if rows.dim() == 3 else rows
        found.first |= {f"{kind}_{layer}": double(row) for layer, row in zip(found.layers, rows, strict=True)}


def _ends(found: Captured) -> Tensor:
    """Return h_n with the top layer's rows taken from ``out``, so that a head that reads them reads the states."""
    directions, hidden = (2 if found.rnn.bidirectional else 1), found.rnn.hidden_size
    below, shape = found.hidden[0][:-directions], found.hidden[0].shape[1:]
    top = [found.out[-1, :hidden], found.out[0, hidden:]][:directions]
    return torch.cat([below, torch.stack([row.reshape(shape) for row in top])])
