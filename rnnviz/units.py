"""What a hidden unit responds to: how its activation goes with what a person can name about each place of a sequence.

A unit that can be read, such as one that is high inside quotation marks, is found by the correlation of its activation
with features of the sequence (Karpathy, Johnson & Li 2016, "Visualizing and understanding recurrent networks", looked
for them by eye). A correlation over some hundred places is no proof: what is small is not said at all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Inputs
from rnnviz.tasks.symbols import visible
from rnnviz.trace import Array
from rnnviz.words import DEFAULT_LANGUAGE, say

CLAIMED: Final = 0.5
"""Least |r| of which a sentence is made: the feature then goes with a quarter of how the unit varies (r² = 0.25)."""
STRONG: Final = 0.8
"""Least |r| of a plain sentence (r² = 0.64); below it the unit tends to."""
RARE: Final = 3
"""A feature that fewer places have, or lack, is none: a unit would go with it by chance."""
STILL: Final = 1e-6
"""A unit that varies less than this, as a standard deviation, responds to nothing."""

SYMBOL: Final = "symbol:"
YES_OR_NO: Final = ("space", "line", "vowel", "capital", "digit", "punctuation", "quote", "odd", "mark")
"""Features that a place has or has not, beside the symbols themselves; the others are more or less."""
_VOWELS: Final = frozenset("aeiouAEIOU")
_OPEN: Final = frozenset("([{⟨«")
_CLOSED: Final = frozenset(")]}⟩»")


@dataclass(frozen=True)
class Response:
    """What one unit goes with most.

    Attributes
    ----------
    unit : int
    feature : str
        A name of `features_of`.
    r : float
        Pearson's correlation of the unit's activation with it, from −1 to 1.
    """

    unit: int
    feature: str
    r: float

    @property
    def claimed(self) -> bool:
        """Whether it is strong enough to be said."""
        return abs(self.r) >= CLAIMED

    def words(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return one sentence: what the unit goes with, or that it goes with nothing that has a name here."""
        values = {"n": self.unit + 1, "r": f"{self.r:.2f}".replace("-", "−")}
        if not self.claimed:
            return say("learned.unit_none", lang, least=CLAIMED, **values)
        kind = "on" if self.feature in YES_OR_NO or self.feature.startswith(SYMBOL) else "with"
        how, sign = "unit" if abs(self.r) >= STRONG else "often", "up" if self.r > 0 else "down"
        return say(f"learned.{how}_{kind}_{sign}", lang, what=feature_words(self.feature, lang), **values)


def feature_words(feature: str, lang: str = DEFAULT_LANGUAGE) -> str:
    """Return what a feature is, to stand inside a sentence."""
    if feature.startswith(SYMBOL):
        return say("learned.feature.symbol", lang, symbol=visible(feature.removeprefix(SYMBOL)))
    return say(f"learned.feature.{feature}", lang)


def responses(h: Array, features: Mapping[str, Array], most: int = 8) -> list[Response]:
    """Return what the units respond to, the strongest correlation first, each unit with the feature it goes with most.

    Parameters
    ----------
    h : (N, H)
        Activations at N places.
    features : dict of (N,)
        From `features_of`.
    most : int
        Units that are returned at most; one that goes with nothing at all is not.
    """
    names = list(features)
    if not names:
        return []
    table = correlations(h, np.stack([features[name] for name in names], axis=1))
    best = np.abs(table).argmax(axis=1)
    r = table[np.arange(len(table)), best]
    order = np.argsort(-np.abs(r), kind="stable")[:most]
    return [Response(int(unit), names[best[unit]], float(r[unit])) for unit in order if r[unit]]


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def correlations(h: Array, features: Array) -> Array:
    """Return (H, K), Pearson's r of each of H units with each of K features over N places: (N, H) and (N, K).

    It is 0 where a unit does not vary or is not finite throughout.
    """
    units, given = (values - values.mean(axis=0) for values in (h, features))
    spread = np.sqrt(np.square(units).mean(axis=0))
    r = (units.T @ given) / len(h) / np.outer(spread, np.sqrt(np.square(given).mean(axis=0)))
    moves = np.isfinite(r) & (spread > STILL)[:, None]
    return np.where(moves, np.clip(r, -1.0, 1.0), 0.0)


def features_of(sequences: Sequence[Inputs]) -> dict[str, Array]:
    """Return what a person can name about the N places of some sequences, one after the other: (N,) by name.

    Of a text: what kind of symbol was read there, how far the word, the line or a bracket has come, and each symbol
    itself (``"symbol:e"``). Of numbers: the number, the one before, the change, and what the marks ask to be added.
    A feature that all or nearly all places have alike is left out, and so is one that is the same as another before it.
    """
    kinds = _kinds({symbol for one in sequences if one.alphabet is not None for symbol in _read(one)})
    made = [
        _of_symbols(_read(one), kinds) if one.alphabet is not None else _of_numbers(one.inputs) for one in sequences
    ]
    names = dict.fromkeys(name for features in made for name in features)
    found: dict[str, Array] = {}
    for name in names:
        parts = zip(made, sequences, strict=True)
        whole = np.concatenate([own.get(name, np.zeros(len(one.inputs))) for own, one in parts])
        if _varies(whole) and not any(_same(whole, other) for other in found.values()):
            found[name] = whole
    return found


def _read(sequence: Inputs) -> list[str]:
    assert sequence.alphabet is not None
    return [sequence.alphabet[symbol] for symbol in sequence.inputs.argmax(axis=1)]


def _varies(values: Array) -> bool:
    """Tell whether at least `RARE` places have another value than the one that most have."""
    _, counts = np.unique(values, return_counts=True)
    return len(values) - int(counts.max()) >= RARE


def _same(one: Array, other: Array) -> bool:
    """Tell whether two features go with a unit alike: one is a line in the other."""
    return bool(abs(correlations(one[:, None], other[:, None])[0, 0]) > 1 - 1e-9)


def _kinds(symbols: Collection[str]) -> Mapping[str, Callable[[str], bool]]:
    """Return the kinds of symbols that can be told apart here: what one symbol alone is, bears that symbol's name.

    Letters that merely stand for things, such as A to D, are no text: only beside small ones is an A a capital, or a
    vowel.
    """
    text = any(symbol[0].islower() for symbol in symbols)
    letters = {"vowel", "capital"} if not text else set()
    several = {name for name, test in _KINDS.items() if sum(map(test, symbols)) > 1}
    return {name: test for name, test in _KINDS.items() if name in (several | {"space", "line"}) - letters}


def _of_symbols(read: Sequence[str], known: Mapping[str, Callable[[str], bool]]) -> dict[str, Array]:
    """Return the features of a text by its symbols, characters or words."""
    places = np.arange(len(read), dtype=np.float64)
    kinds = {name: np.array([float(test(symbol)) for symbol in read]) for name, test in known.items()}
    symbols = {SYMBOL + symbol: np.array([float(other == symbol) for other in read]) for symbol in dict.fromkeys(read)}
    paths = {"depth": _depth(read), "quote": _inside(read)}
    if set(read) <= {"0", "1"}:
        paths |= {"odd": (symbols.get(SYMBOL + "1", 0.0 * places)).cumsum() % 2}
    if kinds["space"].any():
        paths |= {"word": _since(np.array([not symbol.isalnum() for symbol in read]))}
    if kinds["line"].any():
        paths |= {"row": _since(kinds["line"] > 0)}
    return kinds | paths | symbols | {"place": places}


def _of_numbers(x: Array) -> dict[str, Array]:
    """Return the features of numbers that are read, (T, D)."""
    number, places = x[:, 0], np.arange(len(x), dtype=np.float64)
    before = np.concatenate([number[:1], number[:-1]])
    if x.shape[1] == 1:
        return {"number": number, "before": before, "change": number - before, "place": places}
    mark = x[:, 1]
    return {
        "number": number,
        "mark": mark,
        "sum": (number * mark).cumsum(),
        "marks": mark.cumsum(),
        "place": places,
    }


def _depth(read: Sequence[str]) -> Array:
    """Return how many brackets are open after each symbol; one that closes nothing is ignored."""
    depths, depth = [], 0
    for symbol in read:
        depth = max(0, depth + (symbol in _OPEN) - (symbol in _CLOSED))
        depths.append(depth)
    return np.array(depths, dtype=np.float64)


def _inside(read: Sequence[str]) -> Array:
    """Return where a text stands between quotation marks, the opening one included."""
    straight = np.cumsum([symbol == '"' for symbol in read]) % 2
    curly = np.cumsum([(symbol == "“") - (symbol == "”") for symbol in read]) > 0
    return np.asarray((straight > 0) | curly, dtype=np.float64)


def _since(starts: NDArray[np.bool_]) -> Array:
    """Return how many places there were since the last start, which itself is 0."""
    places = np.arange(len(starts))
    last = np.maximum.accumulate(np.where(starts, places, -1))
    return (places - last).astype(np.float64)


def _is_punctuation(symbol: str) -> bool:
    return unicodedata.category(symbol[0])[0] in "PS"


def _is_vowel(symbol: str) -> bool:
    # An é is an e with an accent.
    return len(symbol) == 1 and unicodedata.normalize("NFD", symbol)[0] in _VOWELS


_KINDS: Final[Mapping[str, Callable[[str], bool]]] = {
    "space": str.isspace,
    "line": lambda symbol: "\n" in symbol,
    "vowel": _is_vowel,
    "capital": lambda symbol: symbol[0].isupper(),
    "digit": lambda symbol: symbol[0].isdigit(),
    "punctuation": _is_punctuation,
}
