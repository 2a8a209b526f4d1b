"""The parameters of a network: their names, which are torch's, their shapes, and whether given ones have these."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

import numpy as np

from rnnviz.cells import cell_named
from rnnviz.checks import ExperimentError
from rnnviz.experiment import Experiment
from rnnviz.trace import Array

READOUT: Final = ("weight_ho", "bias_o")
MOST_NAMED: Final = 14
"""Parameters that a sentence names."""


def parameter_shapes(experiment: Experiment, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    """Return every parameter's shape under torch's name, in torch's order, the readout last.

    A network that never takes a second step, one to one, has no recurrent weights. An encoder's names begin with
    "encoder.", its decoder's with "decoder.", and those of what stands between them with "context." and "attention.",
    see `rnnviz.engines.shapes`.

    Parameters
    ----------
    experiment : Experiment
        For H, the layers, the directions, the cell's G blocks and the shape.
    inputs, outputs : int
        D and O.
    """
    hidden, top = experiment.hidden_size, experiment.directions * experiment.hidden_size
    if not experiment.translates:
        return _stack(experiment, "", inputs) | _readout(outputs, top)
    encoder, decoder = _stack(experiment, "encoder.", inputs), _stack(experiment, "decoder.", read(experiment, outputs))
    return encoder | _context(experiment) | decoder | _attention(experiment) | _readout(outputs, hidden)


def read(experiment: Experiment, outputs: int) -> int:
    """Return how many numbers a decoder reads a step: none, the context, or the previous O outputs and the context."""
    hidden = experiment.hidden_size
    context = hidden if experiment.context == "transform" else experiment.directions * hidden
    return {"state": 0, "input": context, "feedback": outputs + context}[experiment.decoder]


def contexts(experiment: Experiment) -> tuple[str, ...]:
    """Return the levels of an encoder that a context is taken of: that of the top, or all where decoders begin so."""
    return experiment.decoder_names if experiment.decoder == "state" else experiment.decoder_names[-1:]


def parts(experiment: Experiment) -> list[tuple[str, tuple[str, ...]]]:
    """Return what the names of the parameters of each network begin with, and its layers."""
    if not experiment.translates:
        return [("", experiment.layer_names)]
    return [("encoder.", experiment.layer_names), ("decoder.", experiment.decoder_names)]


def _stack(experiment: Experiment, part: str, inputs: int) -> dict[str, tuple[int, ...]]:
    hidden, layers = experiment.hidden_size, dict(parts(experiment))[part]
    rows, below = len(cell_named(experiment.cell).blocks) * hidden, len(layers) // experiment.num_layers * hidden
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in layers:
        shapes[f"{part}weight_ih_{layer}"] = rows, inputs if layer.startswith("l0") else below
        if experiment.shape != "one_to_one":
            shapes[f"{part}weight_hh_{layer}"] = rows, hidden
        shapes[f"{part}bias_ih_{layer}"] = (rows,)
        if experiment.shape != "one_to_one":
            shapes[f"{part}bias_hh_{layer}"] = (rows,)
    return shapes


def _context(experiment: Experiment) -> dict[str, tuple[int, ...]]:
    if experiment.context != "transform":
        return {}
    hidden, shapes = experiment.hidden_size, dict[str, tuple[int, ...]]()
    for level in contexts(experiment):
        shapes |= {
            f"context.weight_{level}": (hidden, experiment.directions * hidden),
            f"context.bias_{level}": (hidden,),
        }
    return shapes


def _attention(experiment: Experiment) -> dict[str, tuple[int, ...]]:
    hidden, top = experiment.hidden_size, experiment.directions * experiment.hidden_size
    score: dict[str, tuple[int, ...]] = {
        "attention.query": (hidden, hidden),
        "attention.key": (hidden, top),
        "attention.bias": (hidden,),
        "attention.v": (hidden,),
    }
    mix: dict[str, tuple[int, ...]] = {"attention.weight": (hidden, hidden + top), "attention.mix_bias": (hidden,)}
    return {"none": {}, "dot": mix, "additive": score | mix}[experiment.attention]


def _readout(outputs: int, top: int) -> dict[str, tuple[int, ...]]:
    return {"weight_ho": (outputs, top), "bias_o": (outputs,)}


def check_parameters(parameters: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Return given parameters as float64 copies, in the order of ``shapes``.

    Parameters
    ----------
    parameters : dict
        Arrays, or what NumPy makes one of: lists, the tensors of a torch ``state_dict``.
    shapes : dict
        From `parameter_shapes`.

    Raises
    ------
    ExperimentError
        If they are no mapping, or one is missing, unknown, not numbers or of another shape; the sentence names it and
        both shapes.
    """
    if not isinstance(parameters, Mapping):
        raise ExperimentError("parameters", parameters, "error.parameters_type")
    for name in parameters:
        if name not in shapes:
            raise ExperimentError("parameters", name, "error.parameter_unknown", choices=_named(name, shapes))
    return {name: _check_parameter(parameters, name, shape) for name, shape in shapes.items()}


def _named(wanted: Any, shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Return the names of parameters; of many those that are most like the one that is wanted."""
    if len(shapes) <= MOST_NAMED:
        return ", ".join(shapes)
    return ", ".join([*get_close_matches(str(wanted)[:80], shapes, n=MOST_NAMED // 2, cutoff=0.0), "…"])


def _check_parameter(parameters: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> Array:
    if name not in parameters:
        raise ExperimentError("parameters", name, "error.parameter_missing", shape=shape)
    try:
        if np.ma.is_masked(parameters[name]):
            raise TypeError("a masked number is none")
        array = np.asarray(parameters[name]).astype(np.float64, casting="same_kind")
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: torch's, of a tensor that still requires grad
        raise ExperimentError("parameters", name, "error.parameter_numbers", shape=shape) from None
    if array.shape != shape:
        raise ExperimentError("parameters", name, "error.parameter_shape", shape=shape, given=array.shape)
    return array
