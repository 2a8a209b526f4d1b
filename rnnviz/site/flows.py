"""The runs of the Gradients page: one sequence through three cells, at every value of the slider; kept, as packed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import CELLS, Experiment
from rnnviz.gradients import float32_zeros
from rnnviz.gradients.facts import curve
from rnnviz.gradients.lengths import cut_short
from rnnviz.initial import parameter_shapes
from rnnviz.run import resolve, run
from rnnviz.site import pairs
from rnnviz.site.runs import traced
from rnnviz.site.sweeping import Slider, slider
from rnnviz.stage.flow import Family, flow_payload
from rnnviz.stage.mount import base
from rnnviz.stage.payload import payload
from rnnviz.sweep import sweep
from rnnviz.tasks import inputs
from rnnviz.trace import Array, Trace
from rnnviz.words import say

FLOAT32: Final = -30.0
"""log10 down to which a gradient is far from float32's smallest number, so that none is lost."""


@dataclass(frozen=True)
class Question:
    """What the Gradients page is asked: everything that its stage is made of.

    Attributes
    ----------
    experiment : Experiment
        Of the focus cell.
    sweep : {"gain", "forget_bias", "length", "none"}
    matched : bool
        Whether the other cells get as many weights as the focus, rather than as many units.
    engine : {"numpy", "torch"}
        Of the run itself; the other values on the slider are NumPy's.
    """

    experiment: Experiment
    sweep: str = "none"
    matched: bool = False
    engine: str = "numpy"

    @property
    def focus(self) -> str:
        """The focus cell."""
        return resolve(self.experiment).cell

    def cells(self) -> dict[str, Experiment]:
        """Return the experiment of each cell: the same sequence, seed, loss; of a hand-built network its own."""
        if self.experiment.network:
            return {self.focus: self.experiment}
        if self.experiment.shape == "one_to_one":  # without a second step there is nothing for a gate to keep
            return {self.focus: self.experiment}
        cells = {cell: self.experiment.replace(cell=cell) for cell in CELLS}
        if not self.matched:
            return cells
        wanted, shape = count(self.experiment), _shape(self.experiment)
        return {
            cell: one if cell == self.focus else one.replace(hidden_size=matching(one, wanted, shape))
            for cell, one in cells.items()
        }

    def runs(self) -> Mapping[str, Trace]:
        """Return the run itself, through each cell."""
        return _runs(self)

    def ways(self) -> Mapping[str, Trace]:
        """Return the same with the last loss alone: how far a single loss gets."""
        last = Question(self.experiment.replace(loss="last"), self.sweep, self.matched, self.engine)
        return last.runs()

    def slider(self) -> Slider:
        """Return the values that the slider moves through."""
        return _slider(self)


# One rerun asks for these a dozen times. Few are kept: a run may be large.
@lru_cache(maxsize=4)
def _runs(question: Question) -> Mapping[str, Trace]:
    return {cell: traced(experiment, question.engine) for cell, experiment in question.cells().items()}


@lru_cache(maxsize=64)
def _slider(question: Question) -> Slider:
    return slider(question.experiment, question.sweep, question.runs())


@lru_cache(maxsize=4)
def lost(trace: Trace) -> NDArray[np.bool_]:
    """Return (T,) bool: the steps whose gradient float32 says is exactly zero, though it is not."""
    dh = curve(trace)
    if dh[dh != -np.inf].min(initial=0.0) > FLOAT32:
        return np.zeros(trace.steps, np.bool_)
    return float32_zeros(trace)


def _shape(experiment: Experiment) -> tuple[int, int]:
    """Return D and O."""
    data = inputs(experiment)
    return data.read, data.outputs


def count(experiment: Experiment, shape: tuple[int, int] | None = None) -> int:
    """Return the number of weights and biases of an experiment's network, the readout's included."""
    shapes = parameter_shapes(experiment, *(shape or _shape(experiment)))
    return sum(int(np.prod(one)) for one in shapes.values())


def matching(experiment: Experiment, wanted: int, shape: tuple[int, int]) -> int:
    """Return the number of hidden units with which an experiment's network has nearest to ``wanted`` weights."""
    most = 2 * max(1, experiment.hidden_size) + 8  # an RNN needs twice an LSTM's units to be as large
    return min(range(1, most), key=lambda units: abs(count(experiment.replace(hidden_size=units), shape) - wanted))


def family(question: Question) -> Family:
    """Return the runs of all cells at all values."""
    own, values = question.runs(), question.slider()
    runs = {cell: _frames(trace, values) for cell, trace in own.items()}
    ways = None
    if question.experiment.loss == "every":
        ways = {cell: _frames(trace, values) for cell, trace in question.ways().items()}
    return Family(question.focus, runs, values.field, values.values, values.own, ways)


def _frames(own: Trace, values: Slider) -> list[Trace]:
    """Return one cell's runs at all values."""
    experiment = own.experiment
    if values.field is None:
        return [own]
    if values.field == "length":
        return cut_short(own, [int(value) for value in values.values])
    if values.field == "forget_bias" and experiment.cell != "lstm":
        return [own] * len(values.values)
    # Of other frames than the run's own only losses and states' gradients are seen; clipping changes neither.
    found = list(_swept(experiment.replace(clip=None, clip_value=None), values))
    found[values.own] = own
    return found


# Who changes the focus, or switches a remedy, sees again what was swept before. `WORK` keeps most below 20 MB.
@lru_cache(maxsize=12)
def _swept(experiment: Experiment, values: Slider) -> Sequence[Trace]:
    assert values.field is not None
    return sweep(experiment, of_weights=False, **{values.field: values.values})


@lru_cache(maxsize=24)
def packed(
    question: Question,
    without: Question | None,
    remedies: tuple[str, ...],
    *,
    views: str,
    page: str,
    start: int,
    lang: str,
) -> dict[str, Any]:
    """Return the payload of the stage; not to be changed by whoever gets it.

    Parameters
    ----------
    question : Question
    without : Question, optional
        The same without the remedies that are on.
    remedies : tuple of str
        Their names.
    views : str
        As JSON.
    page, start, lang
        See `rnnviz.stage.payload.payload`.
    """
    found, values = family(question), question.slider()
    zeros = lost(found.trace)
    field = found.field
    return flow_payload(
        found,
        pairs=f"{base()}{pairs.address(found.trace.experiment, values)}" if found.steps <= pairs.STEPS else None,
        before=None if without is None else family(without),
        remedies=remedies,
        mark=zeros.astype(np.float64) if zeros.any() else None,
        title=say(f"gradients.slider.{field}", lang) if field else "",
        labels=values.labels(lang) if field else (),
        views=json.loads(views),
        page=page,
        start=start,
        lang=lang,
    )


def follower(question: Question, views: Sequence[Mapping[str, Any]], *, page: str, lang: str) -> dict[str, Any]:
    """Return the payload of a second stage on the same page, which only draws figures and follows the cursor."""
    values = question.slider()
    trace = question.runs()[question.focus]
    frames: list[dict[str, Any]] = [{"layers": {}}] * len(values.values)
    data = payload(trace, arrays=frames, page=page, views=views, start=trace.steps - 1, transport=False, lang=lang)
    data["meta"]["gates"] = []
    # The same frames as on the first stage, or the cursor would lose its place among them.
    data["stage"] |= {"direction": -1, "frame": values.own, "address": False}
    title = say(f"gradients.slider.{values.field}", lang) if values.field else ""
    return {**data, "frame_title": title, "frame_labels": values.labels(lang) if values.field else []}


@dataclass(frozen=True)
class Apart:
    """How far two engines are apart, and how long each took, in one rerun.

    Attributes
    ----------
    largest : float
        Size of the largest difference, relative to what differs: of any dL/dh_t, loss and weight's gradient of the
        focus cell's run.
    numpy_ms, torch_ms : float
    """

    largest: float
    numpy_ms: float
    torch_ms: float


def compare_engines(experiment: Experiment) -> tuple[Apart, Trace]:
    """Run an experiment with both engines, now; return how they compare, and torch's trace."""
    began = time.perf_counter()
    ours = run(experiment)
    between = time.perf_counter()
    theirs = run(experiment, engine="torch")
    ended = time.perf_counter()
    pairs = [(ours.losses, theirs.losses)]
    pairs += [(layer.dh, theirs.layers[name].dh) for name, layer in ours.layers.items()]
    weights = ours.parameter_grads.items()
    pairs += [(grad.reshape(1, -1), theirs.parameter_grads[name].reshape(1, -1)) for name, grad in weights]
    largest = max(_apart(*pair) for pair in pairs)
    return Apart(largest, 1e3 * (between - began), 1e3 * (ended - between)), theirs


def _apart(one: Array, other: Array) -> float:
    """Return the size of the largest difference of rows, relative to the larger of the two."""
    one, other = (each.reshape(len(each), -1) for each in (one, other))
    between = np.linalg.norm(one - other, axis=1)
    most = np.maximum(np.linalg.norm(one, axis=1), np.linalg.norm(other, axis=1))
    return float(np.max(between[most > 0] / most[most > 0], initial=0.0))
