"""`run`: from an experiment to its trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnnviz.engines import engine_named
from rnnviz.experiment import Experiment
from rnnviz.hold import check_hold
from rnnviz.initial import check_parameters, initial_parameters, parameter_shapes
from rnnviz.networks import network_named
from rnnviz.tasks import inputs
from rnnviz.tasks.learnt import as_learnt
from rnnviz.trace import Trace


def run(
    experiment: Experiment,
    engine: str = "numpy",
    parameters: Mapping[str, Any] | None = None,
    dtype: str = "float64",
) -> Trace:
    """Run an experiment forward and backward, and return everything that happened.

    Parameters
    ----------
    experiment : Experiment
    engine : {"numpy", "torch"}
        "numpy" is written to be read, see `rnnviz.engines.numpy_engine`. "torch" gives the same numbers in less time,
        and imports torch, which takes seconds the first time; see `rnnviz.engines.torch_engine`.
    parameters : dict, optional
        Weights to run with instead of those the experiment draws or its ready-made network brings: arrays under
        torch's names ("weight_ih_l0", …), the readout "weight_ho" (O, directions·H) and "bias_o" (O,). All names and
        shapes that a network has, other shapes' too ("decoder.weight_ih_l0"), are `rnnviz.parameters.parameter_shapes`.
    dtype : {"float64", "float32"}
        What the forward pass is computed in; "float32", what networks are mostly trained in, by "torch" only. A trace
        holds float64 in either case, and its gradients are of float64: they vanish, but not because float32 ends.

    Returns
    -------
    Trace
        Its ``experiment`` is the one given; for a ready-made network, with the cell and the sizes that it decides.

    Raises
    ------
    ExperimentError
        A ValueError, if there is no such engine or it has no such dtype, a parameter does not fit, or a held gate does
        not exist.
    """
    trace = engine_named(engine, dtype)
    experiment = resolve(experiment)
    data = inputs(experiment)
    width, outputs = data.read, data.outputs
    if parameters is None and experiment.network:
        parameters = network_named(experiment.network).parameters()
    if parameters is None:
        parameters = initial_parameters(experiment, width, outputs)
    return trace(experiment, data, check_parameters(parameters, parameter_shapes(experiment, width, outputs)))


def resolve(experiment: Experiment) -> Experiment:
    """Return an experiment on a ready-made network with its cell, sizes and shape, and the holds checked.

    Raises
    ------
    ExperimentError
        If the network has not the shape that is asked for, or a held gate does not exist.
    """
    if not experiment.network:
        return experiment
    network = network_named(experiment.network)
    experiment = as_learnt(experiment).replace(
        cell=network.cell,
        hidden_size=network.hidden_size,
        num_layers=network.num_layers,
        nonlinearity=network.nonlinearity,
    )
    for held in experiment.hold:
        check_hold(held, experiment.cell, experiment.hidden_size, experiment.layer_names)
    return experiment
