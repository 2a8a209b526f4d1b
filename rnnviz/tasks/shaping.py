"""From what an ordinary network reads, an answer asked at every step, to what one of another shape does.

One to one reads the whole at once; one to many reads the first step alone; many to one is asked once, at the end; an
encoder and decoder read one sequence and write another. Runs, probes and minibatches are all shaped here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.inputs import Array, Inputs
from rnnviz.tasks.problems.base import Posed
from rnnviz.tasks.problems.batch import Batch
from rnnviz.tasks.size import check_symbols
from rnnviz.tasks.symbols import answers_of, symbols, visible
from rnnviz.tasks.translation import NOTHING, codes_of, numbers_translated, read_by, symbols_translated
from rnnviz.trace import NO_TARGET
from rnnviz.words import DEFAULT_LANGUAGE

Known = NDArray[np.bool_]

FEWEST: Final = 2
"""Numbers of the shortest series that has two halves."""


def shaped(data: Inputs, experiment: Experiment, lang: str = DEFAULT_LANGUAGE) -> Inputs:
    """Return one sequence as a network of the experiment's shape reads it.

    Parameters
    ----------
    data : Inputs
        As an ordinary network reads it; with ``sources``, if it already is what an encoder and decoder take.
    experiment : Experiment
        Its ``shape``, ``feed``, ``decoder``, ``target`` and ``tokens`` decide.
    lang : str

    Raises
    ------
    ExperimentError
        If there is nothing to be written, or too little to be halved.
    """
    if experiment.shape == "one_to_one":
        return _at_once(_asked_once(data))
    if experiment.shape == "one_to_many":
        return _from_first(data, experiment.feed)
    if experiment.shape == "many_to_one":
        return _asked_once(data)
    if experiment.translates:
        return read_by(_translated(data, experiment, lang), experiment.decoder)
    return data


def shaped_batch(drawn: Batch, experiment: Experiment) -> Batch:
    """Return sequences side by side as a network of the experiment's shape reads them.

    Parameters
    ----------
    drawn : Batch
        As the problem draws them, see `Posed.batch`.
    experiment : Experiment
        Its ``shape`` and ``feed`` decide.
    """
    if experiment.shape == "one_to_one":
        return _batch_at_once(_batch_asked_once(drawn))
    if experiment.shape == "one_to_many":
        return _batch_from_first(drawn, experiment.feed)
    if experiment.shape == "many_to_one":
        return _batch_asked_once(drawn)
    return drawn


def probes(problem: Posed, experiment: Experiment) -> tuple[Inputs, ...]:
    """Return a problem's probes as a network of the experiment's shape reads them.

    Raises
    ------
    ExperimentError
        If the problem is not learned in that shape.
    """
    check_shape(problem, experiment)
    batch = shaped_batch(problem.probing, experiment)
    found = (batch.sequence(b) for b in range(len(batch.inputs)))
    return tuple(read_by(one, experiment.decoder) if one.sources else one for one in found)


def width_of(problem: Posed, shape: str) -> int:
    """Return D, how many numbers a network of a shape reads a step: one to one, those of all steps together."""
    return problem.inputs * problem.steps if shape == "one_to_one" else problem.inputs


def check_shape(problem: Posed, experiment: Experiment) -> None:
    """Refuse a shape in which a problem is not learned."""
    if experiment.shape not in problem.shapes:
        raise ExperimentError("shape", experiment.shape, "shaping.problem", choices=", ".join(problem.shapes))


def known(kind: str, targets: NDArray[Any]) -> Known:
    """Return which steps have a target, (…), of (…) int64 or (…, O)."""
    return np.asarray(targets != NO_TARGET) if kind == "symbols" else np.asarray(~np.isnan(targets).any(axis=-1))


def _asked(data: Inputs | Batch) -> Known:
    """Return which steps ask for something other than END."""
    found: Known = known(data.kind, data.targets)
    if data.kind == "symbols" and _writes_end(data.alphabet, data.answers):
        found &= data.targets != len(data.answers or ()) - 1
    return found


def _writes_end(alphabet: tuple[str, ...] | None, answers: tuple[str, ...] | None) -> bool:
    return bool(alphabet and answers and answers[:-1] == tuple(map(visible, alphabet)))


def _last(asked: Known, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (B,), the last step that asks for something of each row of (B, T); if none does, the sequence's last."""
    back = np.argmax(asked[:, ::-1], axis=1)
    return np.where(asked.any(axis=1), asked.shape[1] - 1 - back, lengths - 1)


def _only(kind: str, targets: NDArray[Any], last: NDArray[np.int64]) -> NDArray[Any]:
    """Return the targets, (B, T) or (B, T, O), without those of other steps than the last."""
    alone = np.arange(targets.shape[1]) == last[:, None]
    return np.where(alone, targets, NO_TARGET) if kind == "symbols" else np.where(alone[..., None], targets, np.nan)


def _asked_once(data: Inputs) -> Inputs:
    """Return the steps up to the last that asks for something, and of the targets only that one."""
    last = _last(_asked(data)[None], np.array([len(data.inputs)]))
    steps = int(last[0]) + 1
    targets = _only(data.kind, data.targets[None], last)[0, :steps]
    return replace(data, labels=data.labels[:steps], inputs=data.inputs[:steps], targets=targets)


def _batch_asked_once(drawn: Batch) -> Batch:
    last = _last(_asked(drawn), drawn.lengths)
    inside = np.arange(drawn.inputs.shape[1]) <= last[:, None]
    inputs = np.where(inside[..., None], drawn.inputs, 0.0)
    return replace(drawn, inputs=inputs, targets=_only(drawn.kind, drawn.targets, last), lengths=last + 1)


def _at_once(data: Inputs) -> Inputs:
    """Return all steps as one, (1, T·D), asked what the last one was."""
    labels = (_joined(data.labels),)
    rows = data.inputs.reshape(1, -1)
    return replace(data, labels=labels, alphabet=None, inputs=rows, targets=data.targets[-1:])


def _batch_at_once(drawn: Batch) -> Batch:
    """Return the same of a batch; what fills a sequence up is read with it, since weights are for a fixed width."""
    size = len(drawn.inputs)
    targets = drawn.targets[np.arange(size), drawn.lengths - 1][:, None]
    return replace(
        drawn,
        inputs=drawn.inputs.reshape(size, 1, -1),
        targets=targets,
        lengths=np.ones(size, dtype=np.int64),
        alphabet=None,
        name=partial(_name_at_once, drawn),
    )


def _name_at_once(drawn: Batch, x: Array) -> tuple[str, ...]:
    """Return what a person reads above the one step of x, (1, T·D): what was read before all of it was one."""
    rows = x.reshape(-1, drawn.inputs.shape[2])
    steps = int(np.flatnonzero(rows.any(axis=1)).max(initial=0)) + 1
    return (_joined(drawn.name(rows[:steps])),)


def _joined(labels: Sequence[str]) -> str:
    return ("" if all(len(label) == 1 for label in labels) else " ").join(labels)


def _from_first(data: Inputs, feed: str) -> Inputs:
    """Return a sequence of which the first step alone is read, or read again at every step."""
    first, again = data.inputs[:1], len(data.inputs) - 1
    later = np.repeat(first if feed == "every" else np.zeros_like(first), again, axis=0)
    rows = np.concatenate([first, later])
    label = data.labels[0]
    return replace(data, labels=(label, *[label if feed == "every" else NOTHING] * again), inputs=rows)


def _batch_from_first(drawn: Batch, feed: str) -> Batch:
    inside = np.arange(drawn.inputs.shape[1]) < (drawn.lengths[:, None] if feed == "every" else 1)
    inputs = np.where(inside[..., None], drawn.inputs[:, :1], 0.0)
    return replace(drawn, inputs=inputs, name=drawn.name if feed == "every" else partial(_name_first, drawn.name))


def _name_first(name: Callable[[Array], tuple[str, ...]], x: Array) -> tuple[str, ...]:
    return (*name(x[:1]), *[NOTHING] * (len(x) - 1))


def _translated(data: Inputs, experiment: Experiment, lang: str) -> Inputs:
    """Return what an encoder reads and a decoder writes: another text, or the second half of a series."""
    if data.alphabet is not None:
        return data if data.sources else _text_translated(data, data.alphabet, experiment, lang)
    if experiment.target is not None:
        raise ExperimentError("target", experiment.target, "shaping.target")
    if len(data.inputs) < FEWEST:
        field = "length" if experiment.task else "series"
        raise ExperimentError(field, len(data.inputs), "shaping.halves", count=len(data.inputs), least=FEWEST)
    return numbers_translated(data)


def _text_translated(data: Inputs, alphabet: tuple[str, ...], experiment: Experiment, lang: str) -> Inputs:
    source = [alphabet[code] for code in data.inputs.argmax(axis=1).tolist()]
    target = source if experiment.target is None else target_symbols(experiment.target, experiment.tokens)
    written = tuple(sorted(set(target)))
    steps, kinds = len(source) + len(target) + 1, max(len(alphabet), len(written) + 1)
    check_symbols("target", experiment.target or experiment.text or "", steps, kinds)
    codes = codes_of(target, written).tolist()
    return symbols_translated(source, codes, alphabet, answers_of(written, lang))


def target_symbols(target: str, tokens: str) -> tuple[str, ...]:
    """Return the symbols of what a decoder should write.

    Raises
    ------
    ExperimentError
        If words are wanted and there is none.
    """
    try:
        return symbols(target, tokens)
    except ExperimentError as error:
        raise ExperimentError("target", target, error.key) from None
