"""From what was captured of a module to a `Trace`: its layers once more, in float64 with all that happens inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import torch

from rnnviz.cells import cell_named
from rnnviz.checks import ExperimentError, items
from rnnviz.engines.clipping import global_norm
from rnnviz.engines.layer import KINDS, Held, Run, Weights, forward, gradients
from rnnviz.engines.numpy_engine import layer_trace
from rnnviz.engines.through_time import backward_stack, levels
from rnnviz.experiment import Experiment
from rnnviz.inputs import readable
from rnnviz.recording.answers import Answers, answered
from rnnviz.recording.capture import CELLS, Captured, capture, double, plainly
from rnnviz.tasks import visible
from rnnviz.trace import Array, Trace

LOWERED: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
TOLERANCE: Final = {torch.float64: 1e-8, torch.float32: 1e-3}
"""How far torch's states may lie from ours; in half precision 0.1."""


def traced(
    module: Any, x: Any, target: Any, loss: Any, submodule: str | None, names: Mapping[str, Sequence[str] | None]
) -> Trace:
    """Do what `rnnviz.record` says."""
    with plainly():
        found = capture(module, x, submodule)
        end = answered(found, target, loss)
    labels = _named("labels", names["labels"], len(found.x)) or _labels(x, found.x)
    alphabet = _alphabet(names["alphabet"], found.x)
    experiment = _experiment(found, labels, end.which)
    parameters = _parameters(found)
    with np.errstate(over="ignore", invalid="ignore"):
        runs, top = _run(found, experiment, parameters)
        _check_states(found, top)
        adjoints = backward_stack(experiment, runs, end.dtop)
        grads = {
            f"{kind}_{name}": grad
            for name, run in runs.items()
            for kind, grad in zip(KINDS, gradients(run, adjoints[name].from_x, adjoints[name].from_h), strict=True)
        }
        head, head_grads = _head(end, top)
    grads |= head_grads
    return Trace(
        experiment=experiment,
        kind=end.kind,
        labels=labels,
        alphabet=alphabet,
        answers=_named("answers", names["answers"], end.outputs.shape[1]) or _numbered(end),
        inputs=found.x,
        targets=end.targets,
        outputs=end.outputs,
        losses=end.losses,
        parameters=parameters | head,
        parameter_grads=grads,
        grad_norm=global_norm(grads),
        dtop=end.dtop,
        dtop_by_loss=end.dtop_by_loss,
        layers={name: layer_trace(run, adjoints[name]) for name, run in runs.items()},
        recorded=_name(found),
        answered=end.answered,
        loss_kind=end.loss_kind,
    )


def _name(found: Captured) -> str:
    """Return what was recorded in a line: "Model.rnn: LSTM(4, 6)"."""
    cell = {"rnn": "RNN"}.get(CELLS[found.rnn.mode], CELLS[found.rnn.mode].upper())
    return f"{found.module}{'.' * bool(found.name)}{found.name}: {cell}({found.rnn.extra_repr()})"


def _alphabet(given: Sequence[str] | None, inputs: Array) -> tuple[str, ...] | None:
    """Return the names of the symbols, if what is read is one of them at each step."""
    found = _named("alphabet", given, inputs.shape[1])
    apart = (np.sort(inputs, axis=1) != np.eye(inputs.shape[1])[-1]).any(axis=1)
    if found is not None and apart.any():
        raise ExperimentError("alphabet", int(apart.argmax()) + 1, "record.one_hot")
    return found


def _experiment(found: Captured, labels: tuple[str, ...], which: str) -> Experiment:
    """Return what of an experiment a module fixes; its text stands for the sequence, its weights are the module's."""
    return Experiment(
        cell=CELLS[found.rnn.mode],
        hidden_size=found.rnn.hidden_size,
        num_layers=found.rnn.num_layers,
        bidirectional=found.rnn.bidirectional,
        nonlinearity="relu" if found.rnn.mode == "RNN_RELU" else "tanh",
        text=" ".join(labels),
        tokens="words",
        loss=which,
    )


def _parameters(found: Captured) -> dict[str, Array]:
    """Return the module's parameters in float64, zeros where it has no bias."""
    rnn = found.rnn
    rows = len(cell_named(CELLS[rnn.mode]).blocks) * rnn.hidden_size
    names = [f"{kind}_{layer}" for layer in found.layers for kind in KINDS]
    return {name: found.weights.get(name, np.zeros(rows)) for name in names}


def _run(found: Captured, experiment: Experiment, parameters: Mapping[str, Array]) -> tuple[dict[str, Run], Array]:
    cell = cell_named(experiment.cell, experiment.nonlinearity)
    x, runs = found.x, {}
    for level in levels(experiment):
        for name in level:
            free = Held((), name, len(x), experiment.hidden_size)
            first = found.first.get(f"h_{name}"), found.first.get(f"c_{name}")
            runs[name] = forward(cell, Weights.of(parameters, name), x, free, name.endswith("_reverse"), *first)
        x = np.concatenate([runs[name].values["h"] for name in level], axis=1)
    return runs, x


def _check_states(found: Captured, top: Array) -> None:
    """Refuse a module that is not what its class says: one with a forward of its own, or hooks that change states."""
    theirs = double(found.out)
    apart = np.abs(theirs - top)[np.isfinite(theirs)].max(initial=0.0)
    if apart > TOLERANCE.get(found.out.dtype, 0.1) * max(1.0, np.abs(theirs[np.isfinite(theirs)]).max(initial=0.0)):
        raise ExperimentError("module", type(found.rnn).__name__, "record.other", apart=f"{apart:.2g}")


def _head(end: Answers, top: Array) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the readout and its gradient, where the head is one linear map."""
    if end.head is None:
        return {}, {}
    weight = double(end.head.weight)
    bias = np.zeros(len(weight)) if end.head.bias is None else double(end.head.bias)
    d_outputs = np.zeros((len(top), len(weight))) if end.d_outputs is None else end.d_outputs
    return {"weight_ho": weight, "bias_o": bias}, {"weight_ho": d_outputs.T @ top, "bias_o": d_outputs.sum(axis=0)}


def _labels(x: Any, inputs: Array) -> tuple[str, ...]:
    """Return what stands above the steps: the whole numbers or the single values that went in, else x₁ … x_T."""
    x = tuple(x.values()) if isinstance(x, dict) else x
    first = x[0] if isinstance(x, tuple) and x else x
    try:
        given = np.asarray(first.detach().cpu() if isinstance(first, torch.Tensor) else first)
    except (TypeError, ValueError, RuntimeError):
        given = np.zeros(0)
    if given.dtype.kind in "iu" and given.size == len(inputs):
        return tuple(str(int(number)) for number in given.reshape(-1))
    if inputs.shape[1] == 1:
        return tuple(readable(float(f"{number:.4g}")) for number in inputs[:, 0])
    return tuple(f"x{str(step).translate(LOWERED)}" for step in range(1, len(inputs) + 1))


def _named(field: str, given: Sequence[str] | None, count: int) -> tuple[str, ...] | None:
    if given is None:
        return None
    found = tuple(visible(str(name)) for name in items(field, given, "record.names_type"))
    if len(found) != count:
        raise ExperimentError(field, len(found), "record.names", count=count)
    return found


def _numbered(end: Answers) -> tuple[str, ...] | None:
    """Return the classes' numbers as their names."""
    return tuple(map(str, range(end.outputs.shape[1]))) if end.kind == "symbols" else None
