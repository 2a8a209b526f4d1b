"""Files of a person's own: a text or numbers to learn from, and a training that was saved."""

from __future__ import annotations

from typing import Final

import streamlit as st

from rnnviz.checks import shorten
from rnnviz.experiment import ExperimentError
from rnnviz.site import limits
from rnnviz.site.training.plan import Plan
from rnnviz.site.upload import read
from rnnviz.tasks.series import read_series
from rnnviz.words import say

TYPES: Final = {"text": ["txt", "md", "csv", "py"], "series": ["csv", "tsv", "txt"]}
CHARACTERS: Final = {"text": limits.OWN_TEXT, "series": 40 * limits.OWN_SERIES}
"""Of a file that the field is given at most; what is more is told."""
CUT: Final = "_training_cut"
"""The key of the name of a file of which only the beginning was read, and of that beginning."""


def upload(name: str, field: str, lang: str) -> None:
    """Offer to read a file into the field whose key is ``field``."""
    st.file_uploader(
        say(f"training.file.{name}", lang),
        type=TYPES[name],
        max_upload_size=limits.UPLOAD_MB,
        key=f"{field}_file",
        on_change=_take,
        args=(name, field),
    )


def notices(problem: str, lang: str) -> list[str]:
    """Return one sentence if what a problem reads is only the beginning of a file."""
    name, begin = st.session_state.get(CUT, ("", None))
    if begin is None or begin != st.session_state.get(f"training_{problem}_{problem}"):
        return []
    return [say("training.file.cut", lang, name=shorten(name), most=f"{len(begin):,}")]


def column(plan: Plan, lang: str) -> str:
    """Say which column of a table a network learns from; nothing, where it is none."""
    try:
        found = read_series(st.session_state.get("training_series_series") or "")
    except ExperimentError:
        return ""
    if plan.problem != "series" or found.column is None or found.values != dict(plan.options)["series"]:
        return ""
    return say("training.column", lang, column=shorten(found.column))


def _take(name: str, field: str) -> None:
    file = st.session_state[f"{field}_file"]
    if file is None:
        return
    text = read(file.getvalue())
    begin = text[: CHARACTERS[name]]
    st.session_state[CUT] = (file.name, begin if begin != text else None)
    st.session_state[field] = begin
