"""A training as one safetensors file: saved at any update, it goes on as if it had never stopped, bit for bit.

The file holds numbers and one JSON text; reading it runs nothing that stands in it. Random numbers need no state: what
is drawn for update u depends on the seed and u alone.

    parameter/NAME           the network's
    optimiser/KIND/NAME      what the optimiser remembers, under torch's names
    state/LAYER/h, …/c       what a text's next chunk starts from
    history/loss, …          the curves; history/validations, a row each
    kept/U/NAME              the parameters after U updates
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save as to_safetensors

from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.initial import parameter_shapes
from rnnviz.tasks.problems import Posed
from rnnviz.tasks.shaping import width_of
from rnnviz.training.divergence import Divergence
from rnnviz.training.history import CURVES, History, Validation
from rnnviz.training.loop import Training
from rnnviz.training.settings import Settings
from rnnviz.training.source import note_of

FORMAT: Final = "rnnviz training 1"
LARGEST: Final = 2**30
"""Bytes of a file that is read at all."""
DTYPES: Final[Mapping[str, str]] = {"F32": "<f4", "F64": "<f8"}

Tensors = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What stands in a file, checked to be of this format, but not yet against the network it names."""

    experiment: Experiment
    task: Mapping[str, Any]
    settings: Settings
    updates: int
    every: int | None
    diverged: Divergence | None
    tensors: Tensors

    def under(self, prefix: str) -> Tensors:
        """Return the tensors below a name, without it."""
        return {
            name.removeprefix(prefix + "/"): value
            for name, value in self.tensors.items()
            if name.startswith(prefix + "/")
        }


def to_bytes(training: Training) -> bytes:
    """Return a training as the bytes of a safetensors file.

    Raises
    ------
    ExperimentError
        If its problem has no name to be found by.
    """
    history = training.history
    note = {
        "format": FORMAT,
        "experiment": training.experiment.to_dict(),
        "task": note_of(training.problem),
        "settings": training.settings.to_dict(),
        "updates": history.updates,
        "every": history.every,
        "diverged": history.diverged.to_dict() if history.diverged else None,
    }
    return to_safetensors(dict(_tensors(training)), {"rnnviz": json.dumps(note)})


def _tensors(training: Training) -> Iterator[tuple[str, NDArray[Any]]]:
    history, state = training.history, training.state()
    for name, value in state["parameters"].items():
        yield f"parameter/{name}", value
    for kind, of_kind in state["optimiser"].items():
        for name, value in of_kind.items():
            yield f"optimiser/{kind}/{name}", value.astype(training.settings.precision)
    for layer, (h, c) in state["states"].items():
        yield f"state/{layer}/h", np.ascontiguousarray(h)
        yield f"state/{layer}/c", np.ascontiguousarray(c)
    for name in CURVES:
        yield f"history/{name}", np.array(getattr(history, name)[: history.updates], dtype=np.float64)
    yield "history/validations", np.array(history.validations, dtype=np.float64).reshape(-1, 3)
    for update, parameters in history.kept.items():
        for name, value in parameters.items():
            yield f"kept/{update}/{name}", value


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file whole or not at all: whoever is stopped in the middle leaves the one that was there."""
    target = Path(path)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(source: str | os.PathLike[str] | bytes) -> Checkpoint:
    """Read what `to_bytes` made, from a file or from bytes.

    Raises
    ------
    ExperimentError
        If it is not a safetensors file, none of this program's, or one whose settings do not hold.
    OSError
        If there is no such file, or it cannot be read.
    """
    data = source if isinstance(source, bytes) else _bytes(source)
    try:
        found = dict(deserialize(data))  # type: ignore[no-untyped-call]
        length = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8 : 8 + length])
    except (SafetensorError, ValueError, RecursionError):
        raise ExperimentError("checkpoint", None, "training.checkpoint_broken") from None
    note = _note(header.get("__metadata__", {}))
    tensors = {name: _array(name, value) for name, value in found.items()}
    return _checked(note, tensors)


def _bytes(path: str | os.PathLike[str]) -> bytes:
    if Path(path).stat().st_size > LARGEST:
        raise ExperimentError("checkpoint", Path(path).name, "training.checkpoint_large", most=LARGEST // 2**20)
    return Path(path).read_bytes()


def _note(metadata: Mapping[str, str]) -> dict[str, Any]:
    try:
        note = json.loads(metadata.get("rnnviz", "null"))
    except (ValueError, RecursionError):
        note = None
    parts = {"experiment": dict, "task": dict, "settings": dict, "updates": int}
    if not isinstance(note, dict) or note.get("format") != FORMAT:
        raise ExperimentError("checkpoint", None, "training.checkpoint_foreign")
    for name, kind in parts.items():
        if not isinstance(note.get(name), kind):
            raise misfit(name)
    return note


def _array(name: str, found: Mapping[str, Any]) -> NDArray[Any]:
    if found["dtype"] not in DTYPES:
        raise misfit(name)
    return np.frombuffer(found["data"], dtype=DTYPES[found["dtype"]]).reshape(found["shape"]).copy()


def _checked(note: Mapping[str, Any], tensors: Tensors) -> Checkpoint:
    settings = note["settings"]
    if not set(settings) <= set(Settings.__dataclass_fields__):
        raise misfit("settings")
    every, diverged = note.get("every"), note.get("diverged")
    if every is not None and (type(every) is not int or every < 1):
        raise misfit("every")
    try:
        broke = None if diverged is None else Divergence(**diverged)
    except TypeError:
        raise misfit("diverged") from None
    if "hold" in note["experiment"]:  # nothing is trained with a gate held
        raise misfit("experiment/hold")
    experiment = Experiment.from_json(json.dumps(note["experiment"]))
    return Checkpoint(experiment, note["task"], Settings(**settings), note["updates"], every, broke, tensors)


def parameters_of(checkpoint: Checkpoint, problem: Posed) -> Tensors:
    """Return a file's parameters, checked to be those of the network that it names, before that is built.

    Raises
    ------
    ExperimentError
        If they are not; a network that a file merely promises could be of any size.
    """
    experiment, found = checkpoint.experiment, checkpoint.under("parameter")
    if experiment.num_layers > len(found):  # then it cannot be, and its names need not be made to be compared
        raise misfit("parameter")
    shapes = parameter_shapes(experiment, width_of(problem, experiment.shape), problem.outputs)
    return _fitting("parameter", found, shapes, checkpoint.settings.precision)


def restore(training: Training, checkpoint: Checkpoint) -> None:
    """Take a training, made anew for a checkpoint's experiment, task and settings, to where that was saved.

    Raises
    ------
    ExperimentError
        If what was saved is not of that network.
    """
    present, dtype = training.state(), training.settings.precision
    parameters = parameters_of(checkpoint, training.problem)
    shapes = {name: value.shape for name, value in parameters.items()}
    memory = {
        kind: _fitting(f"optimiser/{kind}", checkpoint.under(f"optimiser/{kind}"), shapes, dtype)
        for kind in present["optimiser"]
    }
    history = training.history
    _restore_curves(history, checkpoint)
    moments = {name.partition("/")[0] for name in checkpoint.under("kept")}
    for moment in sorted(moments, key=lambda text: (len(text), text)):
        update = int(moment) if moment.isdecimal() and len(moment) < 12 else -1
        if not 0 <= update <= checkpoint.updates:
            raise misfit(f"kept/{moment}")
        history.kept[update] = _fitting(f"kept/{moment}", checkpoint.under(f"kept/{moment}"), shapes, dtype)
    history.every, history.diverged = checkpoint.every, checkpoint.diverged
    history.last = checkpoint.updates, parameters
    training.restore(parameters, memory, _states(training, checkpoint), history)


def _restore_curves(history: History, checkpoint: Checkpoint) -> None:
    saved = checkpoint.under("history")
    for name in CURVES:
        if name not in saved or saved[name].shape != (checkpoint.updates,):
            raise misfit(f"history/{name}")
        getattr(history, name)[:] = saved[name].tolist()
    rows = saved.get("validations", np.empty(0))
    if rows.shape[1:] != (3,) or not np.isfinite(rows[:, 0]).all():
        raise misfit("history/validations")
    history.validations[:] = [Validation(int(update), loss, score) for update, loss, score in rows.tolist()]


def _states(training: Training, checkpoint: Checkpoint) -> dict[str, tuple[NDArray[Any], NDArray[Any]]]:
    """Return the states to go on from."""
    saved, states = checkpoint.under("state"), {}
    for layer in training.experiment.layer_names if saved else ():
        h, c = (saved.get(f"{layer}/{kind}") for kind in ("h", "c"))
        if h is None or c is None or h.shape != c.shape or h.shape[1:] != (training.experiment.hidden_size,):
            raise misfit(f"state/{layer}")
        states[layer] = h, c
    return states


def _fitting(where: str, found: Tensors, shapes: Mapping[str, tuple[int, ...]], dtype: str) -> dict[str, NDArray[Any]]:
    for name in {*found, *shapes}:
        if name not in found or found[name].shape != shapes.get(name) or found[name].dtype != dtype:
            raise misfit(f"{where}/{name}")
    return {name: found[name] for name in shapes}


def misfit(what: str) -> ExperimentError:
    """Return the error of a file of this program's in which something does not fit."""
    return ExperimentError("checkpoint", what, "training.checkpoint_misfit")
