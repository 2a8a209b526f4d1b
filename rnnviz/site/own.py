"""A page's own settings: what its link may set besides the fields of an experiment, and what they are now.

Each is a word out of a few, the first of which the link leaves out. The control of a setting has its name for a key;
one of yes or no is a switch there and "1" or "0" in the link.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import streamlit as st

from rnnviz.checks import shorten
from rnnviz.words import say

SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "sweep": ("gain", "forget_bias", "length", "none"),
    "matched": ("0", "1"),
    "engine": ("numpy", "torch"),
    "guess": ("0", "1"),
}
SWITCH: Final = ("0", "1")

TYPED: Final[Mapping[str, str]] = {
    "batch": "wonderful\nnot good\na good film\nthe waiter was rude and the food was not good"
}
"""Texts that a page shows beside its run, each with what stands there at first; whoever reads it says what is wrong."""


def take(names: Iterable[str], values: dict[str, Any] | None, lang: str, begins: bool = False) -> list[str]:
    """Let the controls of a page show what a link sets; return a sentence for each word that it cannot.

    Parameters
    ----------
    names : iterable of str
        What the page's link may set, fields of an experiment among them.
    values : dict or None
        What it sets; the page's own settings are taken out. None: there was no new link, and what is shown stays.
    lang : str
    begins : bool
        Whether the visitor went back to the page as it opens by itself.
    """
    sentences = []
    for name in sorted(SETTINGS.keys() & set(names)):
        if values is None:
            put({name: word(name)})  # to a page just opened its controls are new
            continue
        asked = values.pop(name, SETTINGS[name][0])
        if asked not in SETTINGS[name]:
            choices, used = ", ".join(SETTINGS[name]), SETTINGS[name][0]
            sentences.append(say("notice.own", lang, name=name, value=shorten(asked), choices=choices, used=used))
            asked = used
        put({name: asked})
    for name in sorted(TYPED.keys() & set(names)):
        # A link that does not name it leads to another part of the page, and one comes back from there.
        kept = TYPED[name] if begins else st.session_state.get(name, TYPED[name])
        st.session_state[name] = (values or {}).pop(name, kept)
    return sentences


def put(words: Mapping[str, str]) -> None:
    """Let the controls of some settings show these words."""
    st.session_state.update({name: word == "1" if _is_switch(name) else word for name, word in words.items()})


def word(name: str) -> str:
    """Return what a setting is now, as the link says it."""
    value = st.session_state.get(name)
    if _is_switch(name):
        return "1" if value else "0"
    return value if value in SETTINGS[name] else SETTINGS[name][0]


def query(names: Iterable[str]) -> dict[str, str]:
    """Return the part of the link that these settings are."""
    words = {name: word(name) for name in names}
    return {name: said for name, said in words.items() if said != SETTINGS[name][0]}


def _is_switch(name: str) -> bool:
    return SETTINGS[name] == SWITCH
