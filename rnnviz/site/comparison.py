"""A table of what two networks make of each word, in two orders: state beside state, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from rnnviz.site.orders import places, spread_of
from rnnviz.trace import Trace
from rnnviz.words import say

MOST_WORDS = 6
HUES = 6


def compare(networks: dict[str, tuple[Trace, Trace]], lang: str) -> None:
    """Show the table.

    Parameters
    ----------
    networks : dict of name to two traces
        The same words read in two orders, by each network; ``start.<name>`` is what the network is called.
    """
    first = next(iter(networks.values()))[0]
    words = list(dict.fromkeys(first.labels))
    rows = "".join(_row(word, index, networks, lang) for index, word in enumerate(words[:MOST_WORDS]))
    left = len(words) - MOST_WORDS
    notes = [say("start.more_words", lang, count=left)] if left > 0 else []
    notes += [say(key, lang) for key in _one_order(first.labels)]
    more = "".join(f'<p class="site-note">{escape(note)}</p>' for note in notes)
    again = len(words) < len(first.labels)
    caption = escape(say("start.caption_again" if again else "start.caption", lang))
    head = f"<caption>{caption}</caption>{_head(networks, lang)}"
    st.html(f'<table class="site-compare">{head}<tbody>{rows}</tbody></table>{more}')


def _one_order(words: Sequence[str]) -> list[str]:
    """Return what to say, by its key, of words that are the same from either end: they have one order."""
    if len(words) == 1:
        return ["start.one_word"]
    return ["start.same_order"] if list(words) == list(reversed(words)) else []


def _head(networks: dict[str, tuple[Trace, Trace]], lang: str) -> str:
    names = "".join(f'<th colspan="3" scope="colgroup">{escape(say(f"start.{name}", lang))}</th>' for name in networks)
    columns = "".join(
        f'<th scope="col">{escape(say(f"start.{name}", lang))}</th>' for name in ("typed", "turned", "apart")
    )
    word = escape(say("start.word", lang))
    return f'<thead><tr><td></td>{names}</tr><tr><th scope="col">{word}</th>{columns * len(networks)}</tr></thead>'


def _row(word: str, index: int, networks: dict[str, tuple[Trace, Trace]], lang: str) -> str:
    cells = ""
    for name, traces in networks.items():
        for trace, order in zip(traces, ("typed", "turned"), strict=True):
            h = trace.layers["l0"].h[places(trace, word)[0]]
            cells += f'<td class="site-states"{_label(name, order, lang)}>{_state(h)}</td>'
        apart = spread_of(word, *traces)
        kind = "same" if apart == 0 else "other"
        cells += f'<td{_label(name, "apart", lang)} class="site-{kind}" data-value="{apart!r}">{apart:.2f}</td>'
    return (
        f'<tr><th scope="row"><span class="site-word site-word-{index % HUES}">{escape(word)}</span></th>{cells}</tr>'
    )


def _label(network: str, column: str, lang: str) -> str:
    """Return what stands above a cell where the table is too narrow for a head."""
    label = say("start.cell", lang, network=say(f"start.{network}.short", lang), column=say(f"start.{column}", lang))
    return f' data-label="{escape(label, quote=True)}"'


def _state(h: np.ndarray) -> str:
    squares = (
        f'<span class="site-{"positive" if value >= 0 else "negative"}" style="--share: {min(abs(value), 1):.0%}">'
        f"{_signed(value)}</span>"
        for value in h
    )
    return f'<span class="site-state">{"".join(squares)}</span>'


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
