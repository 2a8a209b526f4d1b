"""The table of what is built of each shape every day; each row leads to its shape."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from rnnviz.site.shapes.entries import ENTRIES
from rnnviz.words import say

USES: Final = {
    "images": "one_to_one",
    "captions": "one_to_many",
    "waves": "one_to_many_every",
    "sentiment": "many_to_one",
    "forecast": "many_to_one",
    "text": "many_to_many",
    "tagging": "bidirectional",
    "rewriting": "encoder_decoder",
    "translation": "attention",
    "speech": "stacked",
}
"""By name, the entry of the gallery that serves it; the messages are ``shapes.use.<name>``, ``….in`` and ``….out``."""


def uses(lang: str) -> None:
    """Show the table."""
    columns = "".join(f'<th scope="col">{escape(say(f"shapes.uses.{name}", lang))}</th>' for name in _COLUMNS)
    rows = "".join(_row(name, lang) for name in USES)
    caption = escape(say("shapes.uses.caption", lang))
    st.html(
        f'<table class="site-uses"><caption>{caption}</caption><thead><tr>{columns}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


_COLUMNS: Final = ("use", "in", "out", "shape")


def _row(name: str, lang: str) -> str:
    entry = USES[name]
    title = escape(say(f"shapes.use.{name}", lang))
    goes_in, comes_out = escape(say(f"shapes.use.{name}.in", lang)), escape(say(f"shapes.use.{name}.out", lang))
    href, shape = escape(f"?{ENTRIES[entry].link}", quote=True), escape(say(f"shapes.{entry}", lang))
    link = f'<a data-within href="{href}">{shape}</a>'
    return f'<tr><th scope="row">{title}</th><td>{goes_in}</td><td>{comes_out}</td><td>{link}</td></tr>'
