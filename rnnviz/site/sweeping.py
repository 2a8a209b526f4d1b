"""Which values of a setting the slider of the Gradients page moves through; the run's own value is one of them."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnnviz.cells.lstm import LSTM
from rnnviz.experiment import Experiment
from rnnviz.inputs import readable
from rnnviz.trace import Array, Trace
from rnnviz.words import say

FRAMES: Final = 41
"""Most values on the slider."""

WORK: Final = 64_000_000
STEP: Final = 6_000
"""Frames × steps × (weights of W_hh of all cells + `STEP`) that one change of a control may cost: a tenth of a second.

A step costs something however small the matrices are."""

APART: Final = (320_000, 19_000)
"""What a run of an encoder and a decoder costs, and each of its steps, twice that with attention: they walk one after
the other, and where each step has a loss the last one walks by itself as well."""
FEWEST: Final = 7
"""Values on the slider where they are that dear: fewer are no slider."""

SPAN: Final = {"gain": (0.25, 6.0), "forget_bias": (-3.0, 6.0)}
"""From where a gradient vanishes in any cell to where the plain network's explodes; from shut gates to open ones."""


@dataclass(frozen=True)
class Slider:
    """The values that a slider moves through.

    Attributes
    ----------
    field : str or None
        Of `Experiment`; None: nothing is swept, and there is one frame.
    values : F floats, ascending
    own : int
        The frame (0-based) of the run's own value.
    drawn : bool
        Whether the own value is none that was set, but what the weights came to as they were drawn.
    """

    field: str | None
    values: tuple[float, ...]
    own: int
    drawn: bool = False

    def at(self, experiment: Experiment, frame: int) -> Experiment:
        """Return the experiment of one frame, where the setting is a field of its own."""
        if self.field is None or frame == self.own or self.field == "length":
            return experiment
        return experiment.replace(**{self.field: self.values[frame]})

    def labels(self, lang: str) -> list[str]:
        """Return what the slider says at each value."""
        if self.field == "length":
            return [str(int(value)) for value in self.values]
        texts = [readable(float(f"{value:.3g}")) for value in self.values]
        if self.drawn:
            texts[self.own] = say("gradients.as_drawn", lang, value=texts[self.own])
        return texts


def sweeps(experiment: Experiment) -> tuple[str, ...]:
    """Return what a slider can move through in an experiment, as it was resolved; "none" last.

    A network that never takes a second step has no W_hh whose gain, and no gate whose bias, could matter. What is asked
    only at the end, or written after all has been read, is another question if it ends earlier.
    """
    if experiment.shape == "one_to_one":
        return ("none",)
    length = () if experiment.shape in ("many_to_one", "encoder_decoder") else ("length",)
    return (*(() if experiment.network else tuple(SPAN)), *length, "none")


def slider(experiment: Experiment, field: str, runs: Mapping[str, Trace]) -> Slider:
    """Return the slider of a run.

    Parameters
    ----------
    experiment : Experiment
    field : {"gain", "forget_bias", "length", "none"}
    runs : dict of cell to Trace
        The run itself, through each cell.
    """
    first = next(iter(runs.values()))
    steps = first.steps
    if field == "none" or field not in sweeps(first.experiment):
        return ONE
    if field == "length" and steps > 2:
        lengths = sorted({round(value) for value in np.linspace(2, steps, FRAMES)})
        return Slider("length", tuple(map(float, lengths)), len(lengths) - 1)
    size = sum(_recurrent(trace).size for trace in runs.values()) * experiment.num_layers
    count = min(FRAMES, WORK // (steps * (size + STEP)))
    if experiment.translates:
        count = min(count, max(FEWEST, WORK // _apart(experiment, steps, len(runs))))
    if field not in SPAN or count < 3:
        return ONE
    own, drawn = _own(experiment, field, runs)
    least, most = SPAN[field]
    if field == "gain":
        values = np.geomspace(min(least, own) if own > 0 else least, max(most, own), count if own > 0 else count - 1)
    else:
        values = np.linspace(min(least, own), max(most, own), count)
    others = [float(value) for value in values]
    if len(others) == count:  # the own value takes the place of the nearest, so that no two are all but the same
        del others[int(np.argmin(np.abs(values - own)))]
    place = bisect.bisect(others, own)
    return Slider(field, (*others[:place], own, *others[place:]), place, drawn)


ONE: Final = Slider(None, (0.0,), 0)
"""No slider: one frame."""


def _apart(experiment: Experiment, steps: int, cells: int) -> int:
    """Return what a frame of an encoder and a decoder costs."""
    run, step = APART
    walks = cells * (2 if experiment.loss == "every" else 1)
    looks = 1 if experiment.attention == "none" else 2
    return walks * experiment.num_layers * (run + steps * step * looks)


def _own(experiment: Experiment, field: str, runs: Mapping[str, Trace]) -> tuple[float, bool]:
    """Return a run's own value, and whether it is only what its weights came to."""
    given = getattr(experiment, field)
    if given is not None:
        return float(given), False
    biases = [np.split(bias, len(LSTM.blocks))[LSTM.blocks.index("f")] for bias in _biases(runs["lstm"])]
    return float(np.concatenate(biases).mean()), True


def _recurrent(trace: Trace) -> Array:
    """Return W_hh of the first layer, of the encoder where there are two networks."""
    return next(value for name, value in trace.parameters.items() if name.endswith("weight_hh_l0"))


def _biases(trace: Trace) -> list[Array]:
    """Return the biases of the first layer; of an encoder and a decoder each one's."""
    ends = [name.removesuffix("bias_ih_l0") for name in trace.parameters if name.endswith("bias_ih_l0")]
    return [trace.parameters[f"{part}bias_ih_l0"] + trace.parameters[f"{part}bias_hh_l0"] for part in ends]
