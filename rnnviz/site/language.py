"""The language a visitor reads."""

from __future__ import annotations

import streamlit as st

from rnnviz.words import DEFAULT_LANGUAGE, languages


def language() -> str:
    """Return the first of our languages that the browser asks for, or the default one."""
    asked = (st.context.locale or "").split("-")[0].lower()
    return asked if asked in languages() else DEFAULT_LANGUAGE
