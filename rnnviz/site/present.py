"""Presenting: the page without its controls and the site's frame, for the front of a lecture hall."""

from __future__ import annotations

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.words import say

KEY: Final = "present"
VALUES: Final = ("1", "0")
"""What a link may set it to; the first is yes."""


def presenting() -> bool:
    """Whether this screen is being presented; part of the link as ``present=1``."""
    if KEY not in st.session_state:
        st.session_state[KEY] = st.query_params.get(KEY) == VALUES[0]
    return bool(st.session_state[KEY])


def present_button(lang: str) -> DeltaGenerator:
    """Offer to hide everything but the stage, and return the place before it: the link is written last."""
    before = st.container(width="content")
    st.button(say("site.present", lang), key="present_on", on_click=_set, args=(True,))
    return before


def leave_button(lang: str) -> None:
    """Offer the way back, small and always in view."""
    with st.container(key="leave"):
        st.button(say("site.leave", lang), key="present_off", on_click=_set, args=(False,))


def _set(value: bool) -> None:
    st.session_state[KEY] = value
