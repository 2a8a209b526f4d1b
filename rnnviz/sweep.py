"""`sweep`: one experiment at every value of one of its settings, run side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, overload

import numpy as np

from rnnviz.checks import finite, items
from rnnviz.engines.numpy_engine import traces
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.initial import adjusted, check_parameters, drawn, parameter_shapes
from rnnviz.inputs import Inputs
from rnnviz.networks import network_named
from rnnviz.run import resolve
from rnnviz.tasks import inputs
from rnnviz.tasks.size import check_size
from rnnviz.trace import Array, Trace

FIELDS: Final = (
    "gain",
    "forget_bias",
    "length",
    "seed",
    "hidden_size",
    "num_layers",
    "truncate",
    "clip",
    "clip_value",
    "forcing",
    "beam",
)
"""The fields of an `Experiment` that are numbers."""

OF_INPUT: Final = ("length", "seed")
OF_DRAW: Final = ("seed", "hidden_size", "num_layers", "length")
OF_WALK: Final = ("hidden_size", "num_layers", "truncate")
"""What decides the input, the weights as they are drawn, and the shape of the way: that is then made for each frame."""

OF_NETWORK: Final = ("length", "seed", "truncate", "clip", "clip_value")
"""What a ready-made network leaves open."""

FRAMES: Final = 10_000
"""Most runs of a sweep."""

AT_ONCE: Final = 2**19
"""Most numbers T·F·H of one quantity in a stack; larger ones walk in parts, for there are some forty quantities."""


@dataclass(frozen=True, eq=False)
class Sweep(Sequence[Trace]):
    """A run at every value of one field: F frames, a sequence of their traces.

    Attributes
    ----------
    field : str
        Name of the field of `Experiment`.
    values : F numbers
        Its values, as the experiments have them.
    traces : F traces
        Each equal to `run` of its own experiment. Their arrays are views of one stack, which stays in memory as long as
        one of them does.
    """

    field: str
    values: tuple[float, ...]
    traces: tuple[Trace, ...]

    def __len__(self) -> int:
        """F, the number of frames."""
        return len(self.traces)

    @overload
    def __getitem__(self, frame: int) -> Trace: ...
    @overload
    def __getitem__(self, frame: slice) -> tuple[Trace, ...]: ...
    def __getitem__(self, frame: int | slice) -> Trace | tuple[Trace, ...]:
        """Return one frame's trace, or those of a slice."""
        return self.traces[frame]


def sweep(experiment: Experiment, /, *, of_weights: bool = True, **field: Iterable[float]) -> Sweep:
    """Run an experiment at every value of one of its fields: ``sweep(experiment, gain=np.linspace(0.5, 1.5, 41))``.

    Frames whose networks have one shape walk through time as one stack, see `rnnviz.engines.layer`; what they have in
    common is computed once. Where ``length``, ``hidden_size``, ``num_layers`` or ``truncate`` differ, each walks alone;
    so does each encoder with its decoder.

    Parameters
    ----------
    experiment : Experiment
    of_weights : bool
        Whether the weights' gradients are worked out as well as the states'; without, a sweep takes a sixth less, each
        trace's ``parameter_grads`` is empty and its ``grad_norm`` NaN.
    **field : sequence of numbers
        One field of `FIELDS` and its values, at least one, each as the field itself takes it.

    Returns
    -------
    Sweep
        In the order of the values; each trace has the very bits of ``run(experiment.replace(field=value))``.

    Raises
    ------
    ExperimentError
        A ValueError, if it is not exactly one field, the field is not a number, its values are none, not all numbers
        or out of its range, one of the runs is too large, or it has no effect because the network is a ready-made one.
    """
    name, values = _check_field(field)
    _check_effect(experiment, name)
    experiments = [experiment.replace(**{name: value}) for value in _check_values(name, values)]
    frames = _prepare(name, experiments)
    return Sweep(name, tuple(getattr(one, name) for one in experiments), tuple(_run(frames, of_weights)))


def _check_field(field: Mapping[str, Any]) -> tuple[str, Any]:
    choices = ", ".join(FIELDS)
    if not field:
        raise ExperimentError("sweep", None, "error.sweep_none", choices=choices)
    for name in field:
        if name not in FIELDS:
            raise ExperimentError(name, field[name], "error.sweep_field", choices=choices)
    if len(field) > 1:
        first, second = list(field)[:2]
        raise ExperimentError(second, field[second], "error.sweep_one", other=first)
    return next(iter(field.items()))


def _check_effect(experiment: Experiment, name: str) -> None:
    if experiment.network and name not in OF_NETWORK:
        choices = ", ".join(OF_NETWORK)
        raise ExperimentError(name, None, "error.sweep_network", network=experiment.network, choices=choices)


def _check_values(name: str, values: Any) -> tuple[Any, ...]:
    found = items(name, values, "error.sweep_values", FRAMES)
    if not found:
        raise ExperimentError(name, values, "error.sweep_empty")
    for position, value in enumerate(found, start=1):
        if np.ndim(value) or finite(value) is None:
            raise ExperimentError(name, value, "error.sweep_number", position=position)
    return found


@dataclass(frozen=True, eq=False)
class _Frame:
    """What one frame is run from."""

    experiment: Experiment
    data: Inputs
    parameters: Mapping[str, Array]

    @property
    def walk(self) -> tuple[object, ...]:
        """What has to be the same in all frames of a stack."""
        return self.data.inputs.shape, *(getattr(self.experiment, name) for name in OF_WALK)


def _prepare(name: str, experiments: Sequence[Experiment]) -> list[_Frame]:
    """Give each experiment its input and weights: made once, where the field has no say in them."""
    frames: list[_Frame] = []
    for experiment in map(resolve, experiments):
        if not frames or name in OF_INPUT:
            data = inputs(experiment)
        check_size(experiment, data)
        width, outputs = data.read, data.outputs
        if not frames or name in OF_DRAW:
            found = _drawn(experiment, width, outputs)
        frames.append(_Frame(experiment, data, found if experiment.network else adjusted(experiment, found)))
    return frames


def _drawn(experiment: Experiment, width: int, outputs: int) -> dict[str, Array]:
    if not experiment.network:
        return drawn(experiment, width, outputs)
    shapes = parameter_shapes(experiment, width, outputs)
    return check_parameters(network_named(experiment.network).parameters(), shapes)


def _run(frames: Sequence[_Frame], of_weights: bool) -> Iterator[Trace]:
    for _, group in groupby(frames, key=lambda frame: frame.walk):
        alike = list(group)
        fit = max(1, AT_ONCE // (alike[0].data.inputs.shape[0] * alike[0].experiment.hidden_size))
        for first in range(0, len(alike), fit):
            part = alike[first : first + fit]
            experiments, data, parameters = zip(
                *((one.experiment, one.data, one.parameters) for one in part), strict=True
            )
            yield from traces(experiments, data, parameters, of_weights)
