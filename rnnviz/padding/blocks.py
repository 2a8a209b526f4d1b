"""Sequences laid into a block, and the block run: padded, masked, and each sequence alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import ExperimentError, choice
from rnnviz.engines.numpy_engine import forward_stack
from rnnviz.engines.numpy_engine import trace as traced
from rnnviz.engines.through_time import levels
from rnnviz.experiment import Experiment
from rnnviz.initial import check_parameters, initial_parameters, parameter_shapes
from rnnviz.inputs import Inputs, one_hot
from rnnviz.losses import losses_of
from rnnviz.networks import network_named
from rnnviz.padding.records import Losses, Padding, Way
from rnnviz.run import resolve
from rnnviz.tasks import inputs, symbols, visible
from rnnviz.tasks.symbols import answers_of
from rnnviz.trace import NO_TARGET, Array

SIDES: Final = ("right", "left")
"""Where a short sequence is filled up: behind its end, as torch does, or before its beginning."""


@np.errstate(over="ignore", invalid="ignore")  # a network may explode: that is one of the things to see
def padding(
    experiment: Experiment,
    texts: Sequence[str],
    side: str = "right",
    parameters: Mapping[str, Any] | None = None,
) -> Padding:
    """Run texts of unequal length side by side: padded, masked, and each one alone.

    Parameters
    ----------
    experiment : Experiment
        The network, and how a text is split (``tokens``). Of a ready-made ``network`` it is that network's weights and
        alphabet. Holds are left out: they count steps, and here a step is another one in every sequence.
    texts : sequence of str
        B of them.
    side : {"right", "left"}
    parameters : dict, optional
        Weights to run with instead of those the experiment draws.

    Returns
    -------
    Padding

    Raises
    ------
    ExperimentError
        If there is no text, one of them has nothing that the network reads, or the network is no ordinary stack.
    """
    experiment = resolve(experiment).replace(hold=())
    if experiment.shape != "many_to_many":
        raise ExperimentError("shape", experiment.shape, "padding.shape")
    side, read = choice(SIDES)("side", side), _read(experiment, texts)
    shapes = parameter_shapes(experiment, read[0].read, read[0].outputs)
    weights = check_parameters(_weights(experiment, read[0]) if parameters is None else parameters, shapes)
    inside = _inside([len(one.labels) for one in read], side)
    x = np.stack([_laid(one.inputs, own) for one, own in zip(read, inside, strict=True)], axis=1)
    padded, masked = _way(experiment, weights, x, None, inside), _way(experiment, weights, x, inside, inside)
    longest = read[int(inside.sum(axis=1).argmax())]
    return Padding(
        experiment=experiment,
        side=side,
        read=read,
        inside=inside,
        padded=padded,
        masked=masked,
        alone=_alone(experiment, weights, read, inside),
        losses=_losses(read, inside, padded, masked),
        longest=traced(experiment, longest, weights),
    )


def _read(experiment: Experiment, texts: Sequence[str]) -> tuple[Inputs, ...]:
    """Return each text as inputs, all over one alphabet."""
    if isinstance(texts, str) or not texts:
        raise ExperimentError("texts", texts, "padding.texts")
    if experiment.network:
        return tuple(inputs(experiment.replace(network=experiment.network, text=text)) for text in texts)
    found = [symbols(text, experiment.tokens) for text in texts]
    alphabet = tuple(sorted({symbol for text in found for symbol in text}))
    return tuple(_next_symbols(text, alphabet) for text in found)


def _next_symbols(text: Sequence[str], alphabet: tuple[str, ...]) -> Inputs:
    """Return a text as one-hot rows; the target of each step is the next symbol, that of the last END."""
    indices = [alphabet.index(symbol) for symbol in text]
    return Inputs(
        kind="symbols",
        labels=tuple(map(visible, text)),
        alphabet=alphabet,
        answers=answers_of(alphabet),
        inputs=one_hot(indices, len(alphabet)),
        targets=np.array([*indices[1:], len(alphabet)], dtype=np.int64),
    )


def _weights(experiment: Experiment, first: Inputs) -> Mapping[str, Array]:
    if experiment.network:
        return network_named(experiment.network).parameters()
    return initial_parameters(experiment, first.read, first.outputs)


def _inside(lengths: Sequence[int], side: str) -> NDArray[np.bool_]:
    steps = np.arange(max(lengths))
    at = steps if side == "right" else steps[::-1]
    return np.asarray(at < np.asarray(lengths)[:, None])


def _laid(rows: Array, own: NDArray[np.bool_]) -> Array:
    """Lay a sequence's rows, (n, D), on its own steps of a block, (T, D); zeros fill it up."""
    block = np.zeros((len(own), rows.shape[1]))
    block[own] = rows
    return block


def _way(
    experiment: Experiment,
    weights: Mapping[str, Array],
    x: Array,
    mask: NDArray[np.bool_] | None,
    inside: NDArray[np.bool_],
) -> Way:
    """Run the block (T, B, D) at once; the ``mask``, (B, T), if there is one, is the ``inside`` of `forward_stack`."""
    runs, top = forward_stack(experiment, weights, x, (x.shape[1],), inside=None if mask is None else mask.T)
    tops = [runs[name].values["h"].swapaxes(0, 1) for name in levels(experiment)[-1]]
    if mask is not None:
        tops = [_held(states, inside, reverse) for states, reverse in zip(tops, (False, True), strict=False)]
    counts = np.ones(inside.shape, bool) if mask is None else inside
    return _ways(weights, np.concatenate(tops, axis=2), top.swapaxes(0, 1), counts)


def _alone(
    experiment: Experiment, weights: Mapping[str, Array], read: Sequence[Inputs], inside: NDArray[np.bool_]
) -> Way:
    """Run each sequence by itself, and lay what it gives on its own steps of the block."""
    states, tops = [], []
    for one, own in zip(read, inside, strict=True):
        runs, top = forward_stack(experiment, weights, one.inputs)
        highest = [_laid(runs[name].values["h"], own)[None] for name in levels(experiment)[-1]]
        kept = [_held(h, own[None], reverse) for h, reverse in zip(highest, (False, True), strict=False)]
        states.append(np.concatenate(kept, axis=2)[0])
        tops.append(_laid(top, own))
    return _ways(weights, np.stack(states), np.stack(tops), inside)


def _ways(weights: Mapping[str, Array], states: Array, top: Array, counts: NDArray[np.bool_]) -> Way:
    outputs = top @ weights["weight_ho"].T + weights["bias_o"]
    pooled = np.where(counts[..., None], top, 0.0).sum(axis=1) / counts.sum(axis=1)[:, None]
    return Way(states, outputs, pooled)


def _held(states: Array, inside: NDArray[np.bool_], reverse: bool) -> Array:
    """Return states, (B, T, H), that stay as they were where a step is not a sequence's own; zeros before its first."""
    kept, held = states.copy(), np.zeros_like(states[:, 0])
    for t in range(states.shape[1])[:: -1 if reverse else 1]:
        held = np.where(inside[:, t, None], states[:, t], held)
        kept[:, t] = held
    return kept


def _losses(read: Sequence[Inputs], inside: NDArray[np.bool_], padded: Way, masked: Way) -> Losses | None:
    """Return the mean loss of a step: of those that count, of all, and of all where padding is asked for answer 0."""
    asked = np.full(inside.shape, NO_TARGET)
    for row, one, own in zip(asked, read, inside, strict=True):
        row[own] = one.targets
    count = int((asked != NO_TARGET).sum())
    if not count:
        return None
    filled = np.where(inside, asked, 0)
    own, all_ = (
        sum(losses_of("symbols", y, targets, "every")[0].sum() for y, targets in zip(way.outputs, wanted, strict=True))
        for way, wanted in ((masked, asked), (padded, filled))
    )
    return Losses(float(own / count), float(own / asked.size), float(all_ / asked.size))
