"""A source and what is to be written of it, one after the other along one time axis, as an encoder and decoder take it.

S steps of the source, then N of the target. At each of those stands what a decoder that reads its own outputs reads if
all of them are right: that of the step before, and nothing at first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Array, Inputs, one_hot, readable
from rnnviz.tasks.symbols import listed, symbols, visible
from rnnviz.trace import NO_TARGET

BEGIN: Final = "▷"
"""What stands above the first step of a decoder that reads its own outputs: there is none yet."""
NOTHING: Final = "–"
"""What stands above a step at which nothing is read."""
CONTEXT: Final = "c"


def symbols_translated(
    source: Sequence[str], target: Sequence[int], alphabet: tuple[str, ...], answers: tuple[str, ...]
) -> Inputs:
    """Return symbols and the symbols to be written of them.

    Parameters
    ----------
    source : S strings
        Of ``alphabet``.
    target : N int
        Places in ``answers``; END, if there is one, is its last.
    alphabet : D strings
    answers : O strings
    """
    place = {symbol: index for index, symbol in enumerate(alphabet)}
    read = one_hot([place[symbol] for symbol in source], len(alphabet))
    written = one_hot(list(target), len(answers))
    targets = np.array([NO_TARGET] * len(source) + list(target), dtype=np.int64)
    labels = (*map(visible, source), *labels_of(written[:-1], answers))
    return Inputs("symbols", labels, alphabet, answers, joined(read, written), targets, sources=len(source))


def numbers_translated(data: Inputs) -> Inputs:
    """Return a series whose first half is read and whose second half is to be written; the first may have one more."""
    values = data.inputs
    sources = len(values) - len(values) // 2
    targets = np.concatenate([np.full((sources, 1), np.nan), values[sources:]])
    labels = (*data.labels[:sources], BEGIN, *data.labels[sources:-1])
    rows = joined(values[:sources], values[sources:])
    return replace(data, labels=labels, inputs=rows, targets=targets, sources=sources)


def joined(read: Array, written: Array) -> Array:
    """Return (S + N, max(D, O)): the rows that are read, (S, D), a row of zeros, and all but the last of (N, O)."""
    rows = np.zeros((len(read) + len(written), max(read.shape[1], written.shape[1])))
    rows[: len(read), : read.shape[1]] = read
    rows[len(read) + 1 :, : written.shape[1]] = written[:-1]
    return rows


def labels_of(before: Array, answers: tuple[str, ...] | None, scale: tuple[float, float] = (0.0, 1.0)) -> list[str]:
    """Return what stands above a decoder's steps: the mark of the first, and what was written before the others.

    Parameters
    ----------
    before : (N − 1, O)
        One-hot over ``answers``, or numbers.
    answers : O strings or None
    scale : (float, float)
        ``Inputs.offset`` and ``Inputs.scale``.
    """
    if answers is None:
        offset, size = scale
        return [BEGIN, *(readable(value * size + offset) for value in before[:, 0].tolist())]
    return [BEGIN, *(answers[code] for code in before.argmax(axis=1).tolist())]


def read_by(data: Inputs, decoder: str) -> Inputs:
    """Return the same with the labels of what a decoder reads, see `Experiment.decoder`."""
    if decoder == "feedback":
        return data
    mark = CONTEXT if decoder == "input" else NOTHING
    return replace(data, labels=(*data.labels[: data.sources], *[mark] * (len(data.labels) - data.sources)))


def codes_of(target: Sequence[str], known: Sequence[str]) -> NDArray[np.int64]:
    """Return the places of symbols in what is known, and that after the last: END."""
    place = {symbol: index for index, symbol in enumerate(known)}
    return np.array([*(place[symbol] for symbol in target), len(known)], dtype=np.int64)


def known_symbols(field: str, text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the symbols of a text of a person's own, all of which are known.

    Raises
    ------
    ExperimentError
        If there is none, or one is not known; the sentence names it, its place and what is.
    """
    if not text:
        raise ExperimentError(field, text, "error.text")
    found = symbols(text)
    for position, symbol in enumerate(found, start=1):
        if symbol not in known:
            key = "network.unknown_symbol" if field == "text" else "shaping.unknown_symbol"
            raise ExperimentError(field, symbol, key, position=position, choices=listed(known))
    return found
