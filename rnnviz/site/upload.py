"""A file of numbers: read once, and typed into the field of numbers, so that the link has them too."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

import streamlit as st

from rnnviz.checks import shorten
from rnnviz.site import limits
from rnnviz.words import say

KEY = "upload"
CUT: Final = "_upload_cut"
"""The key of the name of a file that was too long for the field, and of the beginning that was read."""

CHARACTERS: Final = 100 * limits.STEPS
"""Of a file that the field is given at most: a browser takes seconds over a field of megabytes."""


def upload(lang: str) -> None:
    """Offer to read a CSV or text file into the numbers' field."""
    st.file_uploader(
        say("control.upload", lang),
        type=["csv", "tsv", "txt"],
        max_upload_size=limits.UPLOAD_MB,
        key=KEY,
        on_change=_take,
        help=say("control.upload.help", lang, most=limits.UPLOAD_MB),
    )


def notices(lang: str) -> list[str]:
    """Return one sentence if the field holds only the beginning of a file."""
    name, begin = st.session_state.get(CUT, ("", None))
    if begin is None or st.session_state.get("series") != begin:
        return []
    return [say("notice.upload", lang, name=shorten(name), most=f"{limits.STEPS:,}")]


def read(data: bytes) -> str:
    """Return the text of a file: UTF-8, or UTF-16 where its first bytes say so, as spreadsheets write it."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    # What is no text becomes one of replacement characters; reading the numbers then says so.
    return data.decode(encoding, "replace")


def beginning(text: str) -> str:
    """Return the beginning of a text that has as many numbers as the site steps through, and a header."""
    lines = text.splitlines(keepends=True)
    if len(lines) > limits.STEPS + 1:
        text = "".join(lines[: limits.STEPS + 1])
    if len(text) > CHARACTERS:
        items = (match.group() for match in re.finditer(r"[^\s,;]+[\s,;]*", text[: limits.UPLOAD_MB * 2**20]))
        text = "".join(islice(items, limits.STEPS))[:CHARACTERS]
    return text


def _take() -> None:
    file = st.session_state[KEY]
    if file is None:
        return
    text = read(file.getvalue())
    begin = beginning(text)
    st.session_state[CUT] = (file.name, begin if begin != text else None)
    st.session_state["series"] = begin
