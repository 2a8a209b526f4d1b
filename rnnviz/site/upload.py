"""A file of numbers: read once, and typed into the field of numbers, so that the link has them too."""

from __future__ import annotations

import streamlit as st

from rnnviz.site import limits
from rnnviz.words import say

KEY = "upload"


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


def _take() -> None:
    file = st.session_state[KEY]
    if file is not None:
        # What is no text becomes one of replacement characters; reading the numbers then says so.
        st.session_state["series"] = file.getvalue().decode("utf-8", "replace")
