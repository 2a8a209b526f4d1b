"""Where a training broke: the first quantity that was no number any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import Experiment
from rnnviz.losses import LOSSES
from rnnviz.training.learner import States
from rnnviz.training.minibatch import Minibatch, loss_of
from rnnviz.training.numpy_walks import Found, walked
from rnnviz.words import DEFAULT_LANGUAGE, say


@dataclass(frozen=True)
class Divergence:
    """What stopped a training.

    Attributes
    ----------
    update : int
        The update that was not taken, from 1: the history ends with the one before.
    quantity : str
        What first was NaN or infinite: "parameter", a preactivation ("sum i"), a gate, "c", "h", "attention", "output",
        "loss" or "gradient".
    step : int or None
        At which step of the sequence, 0-based; None where that is not known, or makes no sense.
    sequence : int or None
        In which sequence of the minibatch, 0-based.
    layer : str or None
        In which layer.
    name : str or None
        Of the parameter.
    """

    update: int
    quantity: str
    step: int | None = None
    sequence: int | None = None
    layer: str | None = None
    name: str | None = None

    def sentence(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return what happened, and what helps, in words; steps count from 1."""
        what = self.name or self.quantity
        if self.step is None:
            return say("training.diverged", lang, update=self.update, quantity=what)
        if self.layer is None:
            return say("training.diverged_at", lang, update=self.update, quantity=what, step=self.step + 1)
        return say(
            "training.diverged_in", lang, update=self.update, quantity=what, step=self.step + 1, layer=self.layer
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@np.errstate(all="ignore")
def diagnose(
    experiment: Experiment,
    parameters: Mapping[str, NDArray[Any]],
    batch: Minibatch,
    states: States,
    update: int,
    dtype: str,
) -> Divergence:
    """Return what first broke when this minibatch was learned: it is walked through once more, in float64.

    A number that ``dtype`` cannot hold counts as broken. What only float32's rounding breaks is not found; the answer
    then is "loss", without a step.
    """
    for name, value in parameters.items():
        if broken(value, dtype).any():
            return Divergence(update, "parameter", name=name)
    exact = {name: value.astype(np.float64) for name, value in parameters.items()}
    walk = walked(experiment.replace(truncate=None), exact, batch, states)
    *before, writes = walk.made()
    for part in (*before, chain(writes, _losses(batch, walk.outputs))):
        first = first_broken(part, experiment.bidirectional, dtype)
        if first is not None:
            return Divergence(update, *first)
    for back in walk.reached(loss_of(batch, walk.outputs)[1]):
        last = first_broken(back, experiment.bidirectional, dtype, backwards=True)
        if last is not None:
            return Divergence(update, *last)
    return Divergence(update, "loss")


def _losses(batch: Minibatch, outputs: NDArray[Any]) -> Iterator[Found]:
    flat = batch.counts.size
    targets = batch.targets.reshape(flat, *batch.targets.shape[2:])
    losses, _ = LOSSES[batch.kind](outputs.reshape(flat, -1), targets, batch.counts.ravel())
    yield "loss", None, losses.reshape(batch.counts.shape), 0


def first_broken(
    found: Iterator[Found], whole_layers: bool, dtype: str, backwards: bool = False
) -> tuple[str, int, int, str | None] | None:
    """Return quantity, step, sequence and layer of the first number that is none.

    Steps come one after the other, unless ``whole_layers`` must be gone through before the next can begin. If
    ``backwards``, the last step comes first.
    """
    first: tuple[str, int, int, str | None] | None = None
    earliest = 0
    for name, layer, value, start in found:
        bad = np.any(broken(value, dtype).reshape(*value.shape[:2], -1), axis=2)
        steps = np.flatnonzero(bad.any(axis=1))
        if len(steps) and (first is None or (steps[0] < earliest and not whole_layers)):
            earliest = int(steps[0])
            at = int(steps[-1 if layer is not None and layer.endswith("_reverse") else 0])
            step = start + (len(value) - 1 - at if backwards else at)
            first = name, step, int(bad[at].argmax()), layer
    return first


def broken(value: NDArray[Any], dtype: str) -> NDArray[np.bool_]:
    """Return where a number is NaN, infinite, or too large for ``dtype``."""
    with np.errstate(over="ignore"):
        finite: NDArray[np.bool_] = np.isfinite(value.astype(dtype))
    return ~finite
