"""Sequences of unequal length side by side: the visitor's own texts, read by a network trained to judge them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import streamlit as st

from rnnviz.checks import shorten
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.networks.trained import trained
from rnnviz.padding import SIDES, padding
from rnnviz.site import limits, own
from rnnviz.site.controls import KEEP
from rnnviz.site.page import Page, escape
from rnnviz.stage.mount import mount_stage
from rnnviz.stage.padding import padding_payload
from rnnviz.tasks import inputs
from rnnviz.tasks.reading import posed_of
from rnnviz.words import say

KEY: Final = "batch"
"""Of the field, and the word of the link."""

NAME: Final = "sentiment"
NETWORK: Final = Experiment(network=NAME)
FIRST: Final = tuple(own.TYPED[KEY].splitlines())
NAMED: Final = 3
"""Unknown words that a sentence names; of more it says that there are more."""


@dataclass(frozen=True)
class Texts:
    """What is laid side by side of what was typed, and one sentence for each thing that could not be."""

    shown: tuple[str, ...]
    sentences: tuple[str, ...]


def batch(page: Page) -> None:
    """Show the texts in a field, and what padding, a mask and packing make of them."""
    if not page.presented:
        most = {"texts": limits.TEXTS, "words": limits.WORDS}
        limit = say("control.texts.limit", page.lang, **most)
        label = say("control.limited", page.lang, label=say("control.texts", page.lang), limit=limit)
        st.text_area(label, key=KEY, height=136, width=420, **KEEP)
    texts = read(str(st.session_state[KEY] or ""), st.session_state.get("_texts", FIRST), page.lang)
    st.session_state["_texts"] = texts.shown
    if texts.sentences:
        st.error(escape(" ".join(texts.sentences)), width=704)
    if not page.presented:
        _words(page.lang)
    if texts.shown != FIRST:
        page.query = {**page.query, KEY: "\n".join(texts.shown)}
    data = _packed(texts.shown, page.lang)
    stage = {**data["stage"], "key": "padding", "name": say("shapes.batch", page.lang)}
    mount_stage({**data, "stage": stage}, key="stage-padding")


def read(given: str, last: Sequence[str], lang: str) -> Texts:
    """Return the texts of some lines, as many and as long as are drawn, and without those of which a word is unknown.

    Parameters
    ----------
    given : str
        A text a line.
    last : sequence of str
        What is shown where no line can be.
    lang : str
    """
    lines = [line.split() for line in given.splitlines() if line.strip()]
    begun = [" ".join(line[: limits.WORDS]) for line in lines[: limits.TEXTS]]
    unknown = {text: word for text in begun if (word := _unknown(text)) is not None}
    shown = tuple(text for text in begun if text not in unknown)
    found = [_too_many(lines, lang), _left_out(tuple(unknown.values()), bool(shown), lang)]
    sentences = [sentence for sentence in found if sentence]
    if not lines:
        sentences.append(say("limit.no_texts", lang, field=say("control.texts", lang)))
    if not shown:
        sentences.append(say("limit.texts.instead", lang, used=shorten(" / ".join(last))))
    return Texts(shown or tuple(last), tuple(sentences))


def _too_many(lines: Sequence[Sequence[str]], lang: str) -> str:
    """Say of how many texts, or of how long ones, only the beginnings are read."""
    words = max(map(len, lines), default=0)
    if len(lines) <= limits.TEXTS and words <= limits.WORDS:
        return ""
    counts = {"count": f"{len(lines):,}", "words": f"{words:,}"}
    return say("limit.texts", lang, **counts, most=limits.TEXTS, most_words=limits.WORDS)


def _left_out(words: Sequence[str], others: bool, lang: str) -> str:
    """Say for which words lines are left out."""
    if not words:
        return ""
    named = ", ".join(map(shorten, list(dict.fromkeys(words))[:NAMED]))
    key = "limit.texts.left_out" if others else "limit.texts.unknown"
    return say(key, lang, words=named + (", …" if len(set(words)) > NAMED else ""), count=len(words))


@lru_cache(maxsize=256)
def _unknown(text: str) -> str | None:
    """Return the first word of a text that the network cannot read, if there is one."""
    try:
        inputs(Experiment(network=NAME, text=text))
    except ExperimentError as error:
        return str(error.value)
    return None


def _words(lang: str) -> None:
    """Show, folded, the words that the network knows."""
    known = posed_of(trained(NAME)).alphabet or ()
    with st.expander(say("shapes.batch.words", lang, count=len(known)), width=704):
        st.caption(", ".join(known))


@lru_cache(maxsize=32)
def _packed(texts: tuple[str, ...], lang: str) -> dict[str, Any]:
    """Return the payload of the batch's stage; not to be changed by whoever gets it."""
    found = {side: padding(NETWORK, texts, side) for side in SIDES}
    return padding_payload(found, page="padding", size="small", lang=lang)
