"""Text as symbols: characters as a person counts them, or words, in any script."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import regex

from rnnviz.experiment import ExperimentError
from rnnviz.inputs import Inputs, one_hot
from rnnviz.tasks.size import check_symbols
from rnnviz.words import DEFAULT_LANGUAGE, say

_SPACING: Final = regex.compile(r"[\p{White_Space}\u200b]+")
# Zs, Zl, Zp, Cc: blanks and controls. DI: default-ignorable, fillers and variation selectors among them. Cf: format
# characters, the bidirectional ones too, but not the prefixes that have a shape of their own (U+0600 and the like).
_UNSEEN: Final = regex.compile(r"(?V1)[[\p{Z}\p{Cc}\p{DI}\p{Cf}\u2800]--\p{Prepended_Concatenation_Mark}]")
_SHAPING: Final = regex.compile(r"[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FLAG: Final = "\U0001f3f4"
"""The black flag that a region's tag characters follow: England, Scotland, Wales."""

_NAMES: Final = {
    **{chr(code): chr(0x2400 + code) for code in range(0x20)},
    **{" ": "␣", "\n": "⏎", "\t": "⇥", "\u00a0": "⍽", "\u007f": "␡"},
    **{"\u00ad": "⟨SHY⟩", "\u034f": "⟨CGJ⟩", "\u061c": "⟨ALM⟩", "\u200b": "⟨ZWSP⟩", "\u200c": "⟨ZWNJ⟩"},
    **{"\u200d": "⟨ZWJ⟩", "\u200e": "⟨LRM⟩", "\u200f": "⟨RLM⟩", "\u202a": "⟨LRE⟩", "\u202b": "⟨RLE⟩"},
    **{"\u202c": "⟨PDF⟩", "\u202d": "⟨LRO⟩", "\u202e": "⟨RLO⟩", "\u2060": "⟨WJ⟩", "\u2066": "⟨LRI⟩"},
    **{"\u2067": "⟨RLI⟩", "\u2068": "⟨FSI⟩", "\u2069": "⟨PDI⟩", "\ufeff": "⟨BOM⟩"},
}
_CIRCLE: Final = "◌"
_STANDINS: Final = frozenset(name for name in (*_NAMES.values(), _CIRCLE) if len(name) == 1)


def symbols(text: str, tokens: str = "characters") -> tuple[str, ...]:
    r"""Split a text into the symbols a network reads.

    Canonically equivalent texts are one text (NFC): an é is the same symbol however it was typed.

    Parameters
    ----------
    text : str
    tokens : {"characters", "words"}
        Characters are extended grapheme clusters (Unicode annex 29, ``\X``): a flag, a family emoji, a letter with its
        accents are one each. Words are split at the same annex's word boundaries, spaces dropped; every punctuation
        mark is a symbol of its own. Where a script writes no spaces and the annex knows no words without a dictionary
        (Chinese, Thai), each character is a word.

    Returns
    -------
    tuple of str
        Never empty.

    Raises
    ------
    ExperimentError
        If words are wanted and the text has none.
    """
    text = unicodedata.normalize("NFC", text)
    if tokens == "characters":
        found = regex.findall(r"\X", text)
    else:
        found = [word for word in regex.split(r"(?V1)(?w)\b", text) if word and not _SPACING.fullmatch(word)]
    if not found:
        raise ExperimentError("text", text, "text.no_symbol")
    return tuple(found)


@lru_cache(maxsize=4096)
def visible(symbol: str) -> str:
    """Return a symbol as a person can read it: ␣ for a space, ⏎ for a new line, ⟨RLM⟩ for a right-to-left mark.

    What only shapes its neighbours, such as the joiner inside an emoji or a Persian word, stays as it is. Different
    symbols keep different names: a ␣ that is itself in the text is called ⟨U+2423⟩.
    """
    shown = "".join(_visible(character, position, symbol) for position, character in enumerate(symbol))
    # A combining mark with nothing to sit on would be drawn over its neighbour.
    return _CIRCLE + shown if regex.match(r"\p{M}", shown) else shown


def _visible(character: str, position: int, symbol: str) -> str:
    if character in _STANDINS:
        return f"⟨U+{ord(character):04X}⟩"
    if not _UNSEEN.match(character) or _shapes(character, position, symbol):
        return character
    return _NAMES.get(character, f"⟨U+{ord(character):04X}⟩")


def _shapes(character: str, position: int, symbol: str) -> bool:
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return position > 0
    if "\U000e0020" <= character <= "\U000e007f":
        return symbol.startswith(_FLAG)
    return bool(_SHAPING.match(character)) and 0 < position < len(symbol) - 1


def listed(known: Sequence[str]) -> str:
    """Return symbols as a person reads them, of letters or digits in a row the first and the last: a–z."""
    runs: list[list[str]] = []
    for symbol in known:
        if runs and _follows(runs[-1][-1], symbol):
            runs[-1].append(symbol)
        else:
            runs.append([symbol])
    shown = [[f"{run[0]}–{run[-1]}"] if len(run) > 2 else [visible(symbol) for symbol in run] for run in runs]
    return " ".join(symbol for run in shown for symbol in run)


def _follows(one: str, other: str) -> bool:
    return len(one) == len(other) == 1 and one.isalnum() and other.isalnum() and ord(other) == ord(one) + 1


def text_inputs(text: str, tokens: str = "characters", lang: str = DEFAULT_LANGUAGE) -> Inputs:
    """Return a text as one-hot inputs whose targets are the next symbols.

    T symbols of D kinds; the answers are the D kinds and END, the target of the last step: every step has a target.

    Raises
    ------
    ExperimentError
        As `symbols`.
    """
    found = symbols(text, tokens)
    alphabet = tuple(sorted(set(found)))
    check_symbols("text", text, len(found), len(alphabet))
    number = {symbol: index for index, symbol in enumerate(alphabet)}
    indices = [number[symbol] for symbol in found]
    return Inputs(
        kind="symbols",
        labels=tuple(visible(symbol) for symbol in found),
        alphabet=alphabet,
        answers=answers_of(alphabet, lang),
        inputs=one_hot(indices, len(alphabet)),
        targets=np.array([*indices[1:], len(alphabet)], dtype=np.int64),
    )


def answers_of(alphabet: tuple[str, ...], lang: str = DEFAULT_LANGUAGE) -> tuple[str, ...]:
    """Return what may come next in a text: the symbols of its alphabet as a person reads them, and END."""
    end = say("text.end", lang)
    return (*map(visible, alphabet), f"⟨{end}⟩" if end in alphabet else end)
