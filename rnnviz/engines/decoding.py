r"""Writing by itself: what a decoder reads as the output of the step before, where that is its own.

Greedy, it goes on from the likeliest answer. Beam search goes on from k beginnings at once and keeps, of all ways to go
on, the k likeliest:

.. math:: \log p(y_1 \dots y_n) = \sum_t \log p(y_t \mid y_1 \dots y_{t-1}, \text{source})

What has come to its end is kept as it is, and its length is not made up for. With k = 1 that is greedy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.cells import Cell
from rnnviz.engines.encoder_decoder import NUMPY, Encoded, Record, States, decode
from rnnviz.engines.layer import Held, Run, Weights, blocks, last
from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs, one_hot, readable
from rnnviz.trace import NO_TARGET, Array

Hypothesis = tuple[tuple[int, ...], float]
"""Answers, and the log of their probability."""


@dataclass(frozen=True, eq=False)
class Written:
    """What a decoder wrote.

    Attributes
    ----------
    data : Inputs
        With as many steps as it wrote, and with what it read.
    hypotheses : tuple of (tuple of int, float)
        See `rnnviz.trace.Bridge`.
    stopped : bool
        Whether it came to an end by itself.
    """

    data: Inputs
    hypotheses: tuple[Hypothesis, ...] = ()
    stopped: bool = True


def most_steps(sources: int, wanted: int = 0) -> int:
    """Return how many steps a decoder may write on its own to a source of so many: it may never come to an end.

    Where as many are ``wanted`` that this would cut it off, as of a number in words, ten more than these.
    """
    return max(2 * sources, wanted) + 10


def coins(experiment: Experiment, steps: int) -> NDArray[np.bool_]:
    """Return at which steps the right output is read: drawn with the chance `Experiment.forcing`, by the seed alone."""
    rng = np.random.default_rng(np.random.SeedSequence(experiment.seed, spawn_key=tuple(b"forcing")))
    return np.asarray(rng.random(steps) < experiment.forcing)


def written(encoded: Encoded, data: Inputs) -> Written:
    """Let a decoder write, as the experiment says: after the right outputs, its own, or now and then the right ones."""
    experiment, right = encoded.experiment, data.inputs[data.sources :, : data.outputs]
    if experiment.forcing == 1:
        return Written(_with(experiment, data, right))
    if data.kind == "numbers":  # no symbol ends them: as many as were asked for
        return Written(_with(experiment, data, fed(encoded, right, coins(experiment, len(right)))))
    most = most_steps(data.sources, max(len(right), data.room))
    if experiment.forcing > 0:
        rows, stopped = greedy(encoded, right, coins(experiment, most))
        return Written(_with(experiment, data, rows), (), stopped)
    found = beam(encoded, data.outputs, experiment.beam, most)
    best = found[0][0]
    rows = np.zeros((len(best), data.outputs))
    rows[np.arange(1, len(best)), list(best[:-1])] = 1.0
    return Written(_with(experiment, data, rows), found, best[-1] == data.outputs - 1)


def fed(encoded: Encoded, right: Array, forced: NDArray[np.bool_], symbols: bool = False) -> Array:
    """Return what is read as the previous outputs, (N, …, O), over as many steps as ``right`` has.

    Parameters
    ----------
    encoded : Encoded
    right : (N, …, O)
        The right ones, the first row zeros.
    forced : (N, …) bool
        Where they are read; elsewhere it is the network's own output of the step before.
    symbols : bool
        Whether outputs are logits, of which the largest is read, as a one-hot row; else they are read as they are.
    """
    encoded, found, own = replace(encoded, walks=STEPPING), right.copy(), np.zeros(right.shape[1:])
    states: States | None = None
    for t in range(len(right)):
        if t:
            found[t] = np.where(forced[t, ..., None], right[t], own)
        record, states = step(encoded, found[t], states, t)
        own = chosen(record.outputs[0]) if symbols else record.outputs[0]
    return found


def greedy(encoded: Encoded, right: Array, forced: NDArray[np.bool_]) -> tuple[Array, bool]:
    """Write symbols until the last of them, which ends, or as many as there are in ``forced``.

    Returns
    -------
    fed : (N, O)
    stopped : bool
    """
    encoded, rows, stopped = replace(encoded, walks=STEPPING), [np.zeros(right.shape[1])], False
    states: States | None = None
    for t in range(len(forced)):
        record, states = step(encoded, rows[t], states, t)
        own = chosen(record.outputs[0])
        stopped = bool(own[-1])
        if stopped or t + 1 == len(forced):
            break
        rows.append(right[t + 1] if forced[t + 1] and t + 1 < len(right) else own)
    return np.array(rows), stopped


def beam(encoded: Encoded, outputs: int, width: int, most: int) -> tuple[Hypothesis, ...]:
    """Return the ``width`` likeliest ways to write up to ``most`` answers, the best first, as far as they are found.

    Of the ``outputs`` answers the last one ends. Of two that are as likely the one that was found first goes first.
    """
    encoded = replace(encoded, walks=STEPPING)
    kept: list[Hypothesis] = [((), 0.0)]
    rows, states = np.zeros((1, outputs)), _one_each(encoded)
    for t in range(most):
        record, after = step(encoded, rows, states, t)
        kept, origins = _best(kept, log_softmax(record.outputs[0]), width)
        if all(_ended(one, outputs) for one in kept):
            break
        rows = one_hot([one[0][-1] for one in kept if not _ended(one, outputs)], outputs)
        states = {name: (h[origins], c[origins]) for name, (h, c) in after.items()}
    return tuple(kept)


def _one_each(encoded: Encoded) -> States:
    """Return what the decoder's layers begin with, (1, H): a row for each beginning that is in mind."""
    zeros = np.zeros(encoded.experiment.hidden_size)
    begun = {name: encoded.starts.get(name, (zeros, zeros)) for name in encoded.experiment.decoder_names}
    return {name: (h[None], c[None]) for name, (h, c) in begun.items()}


def _ended(one: Hypothesis, outputs: int) -> bool:
    return bool(one[0]) and one[0][-1] == outputs - 1


def _best(kept: Sequence[Hypothesis], log_p: Array, width: int) -> tuple[list[Hypothesis], list[int]]:
    """Return the likeliest of what has ended and of all ways to go on, and where those not yet ended come from.

    ``log_p``, (K, O), is of the next answers of those that have not ended, in their order.
    """
    outputs = log_p.shape[1]
    ended = [one for one in kept if _ended(one, outputs)]
    alive = [one for one in kept if not _ended(one, outputs)]
    on = np.array([logp for _, logp in alive])[:, None] + log_p
    ways = np.concatenate([[logp for _, logp in ended], on.ravel()])
    found, origins = list[Hypothesis](), list[int]()
    for way in np.argsort(-ways, kind="stable")[:width].tolist():  # where a network broke it is NaN, the last of all
        if way < len(ended):
            found.append(ended[way])
            continue
        origin, answer = divmod(way - len(ended), outputs)
        found.append(((*alive[origin][0], answer), float(ways[way])))
        origins += [origin] * (answer != outputs - 1)
    return found, origins


def one_step(
    cell: type[Cell], weights: Weights, x: Array, held: Held, reverse: bool, h0: Array, c0: Array, own: None
) -> Run:
    """Take a layer's one step, as `rnnviz.engines.layer.forward` does, but without what only the way back needs."""
    hidden = weights.hh.shape[1]
    (from_x,) = blocks(x @ weights.ih.T + weights.b_ih, hidden)
    (from_h,) = blocks((h0 @ weights.hh.T + weights.b_hh)[None], hidden)
    values = {name: value[None] for name, value in cell.forward(from_x, from_h, h0, c0, held.at(0)).items()}
    return Run(cell, weights, reverse, values, {}, x, h0, c0, h0[None], np.empty(0))


def step(encoded: Encoded, previous: Array, states: States | None, at: int) -> tuple[Record, States]:
    """Take the decoder's step ``at``, which reads the outputs ``previous``, (…, O); return it and the states after."""
    record = decode(encoded, previous[None], states, at)
    return record, {name: last(run) for name, run in record.runs.items()}


STEPPING: Final = replace(NUMPY, forward=one_step)


def chosen(outputs: Array) -> Array:
    """Return the likeliest answers, (…, O), as one-hot rows."""
    return np.asarray(np.arange(outputs.shape[-1]) == outputs.argmax(axis=-1)[..., None], dtype=np.float64)


def log_softmax(outputs: Array) -> Array:
    """Return the log of the answers' probabilities, (…, O)."""
    raised = outputs - outputs.max(axis=-1, keepdims=True)
    return np.asarray(raised - np.log(np.exp(raised).sum(axis=-1, keepdims=True)))


def _with(experiment: Experiment, data: Inputs, rows: Array) -> Inputs:
    """Return the data with what was read, (N, O), as the decoder's part; beyond what was asked for, nothing is."""
    sources, steps = data.sources, data.sources + len(rows)
    inputs = np.zeros((steps, data.inputs.shape[1]))
    inputs[:sources] = data.inputs[:sources]
    if experiment.decoder == "feedback":
        inputs[sources:, : data.outputs] = rows
    none = NO_TARGET if data.kind == "symbols" else np.nan
    targets = np.full((steps, *data.targets.shape[1:]), none, data.targets.dtype)
    targets[: len(data.targets)] = data.targets[:steps]
    labels = data.labels
    if experiment.forcing < 1:
        labels = (*labels[: sources + 1], *_labels(experiment, data, rows[1:]))
    return replace(data, inputs=inputs, targets=targets, labels=labels)


def _labels(experiment: Experiment, data: Inputs, rows: Array) -> list[str]:
    """Return what stands above the steps after the first: what they read."""
    if experiment.decoder != "feedback":
        return [data.labels[data.sources]] * len(rows)
    if data.answers is None:
        return [readable(value * data.scale + data.offset) for value in rows[:, 0].tolist()]
    return [data.answers[code] for code in rows.argmax(axis=1).tolist()]
