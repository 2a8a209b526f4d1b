"""Sequences of unequal length side by side: the visitor's own texts, read by a network trained to judge them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import streamlit as st

from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.padding import SIDES, padding
from rnnviz.site import limits, settle
from rnnviz.site.controls import KEEP
from rnnviz.site.page import Page
from rnnviz.stage.mount import mount_stage
from rnnviz.stage.padding import padding_payload
from rnnviz.words import say

KEY: Final = "texts"
NETWORK: Final = Experiment(network="sentiment")
FIRST: Final = "wonderful\nnot good\na good film\nthe waiter was rude and the food was not good"


def batch(page: Page) -> None:
    """Show the texts in a field, and what padding, a mask and packing make of them."""
    given = st.session_state.setdefault(KEY, FIRST)
    if not page.presented:
        most = {"texts": limits.TEXTS, "words": limits.WORDS}
        label = say(
            "control.limited",
            page.lang,
            label=say("control.texts", page.lang),
            limit=say("control.texts.limit", page.lang, **most),
        )
        given = st.text_area(label, key=KEY, height=136, width=420, **KEEP)
    texts = _read(str(given or ""), page)
    try:
        data = _packed(texts, page.lang)
    except ExperimentError as error:
        last = st.session_state.get("_texts", tuple(FIRST.splitlines()))
        page.sentences.append(settle.sentence(error, " / ".join(last), page.lang))
        data = _packed(last, page.lang)
    else:
        st.session_state["_texts"] = texts
    stage = {**data["stage"], "key": "padding", "name": say("shapes.batch", page.lang)}
    mount_stage({**data, "stage": stage}, key="stage-padding")


def _read(given: str, page: Page) -> tuple[str, ...]:
    """Return the texts, a line each, as many and as long as are drawn; what is too much is said."""
    lines = [line.split() for line in given.splitlines() if line.strip()]
    words = max(map(len, lines), default=0)
    if len(lines) > limits.TEXTS or words > limits.WORDS:
        counts = {"count": f"{len(lines):,}", "words": f"{words:,}"}
        most = {"most": limits.TEXTS, "most_words": limits.WORDS}
        page.sentences.append(say("limit.texts", page.lang, **counts, **most))
    return tuple(" ".join(line[: limits.WORDS]) for line in lines[: limits.TEXTS])


@lru_cache(maxsize=32)
def _packed(texts: Sequence[str], lang: str) -> dict[str, Any]:
    """Return the payload of the batch's stage; not to be changed by whoever gets it."""
    if not texts:
        raise ExperimentError("texts", "", "limit.no_texts")
    found = {side: padding(NETWORK, texts, side) for side in SIDES}
    return padding_payload(found, page="padding", size="small", lang=lang)
