"""The table of what is built of each shape every day; each row leads to a run that does so."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.site.shapes.entries import ENTRIES, entry_of, query_of
from rnnviz.words import say

USES: Final = {
    "images": ENTRIES["one_to_one"].opened,
    "captions": Experiment(network="writer"),
    "waves": Experiment(network="drawer"),
    "sentiment": Experiment(network="sentiment", shape="many_to_one"),
    "forecast": Experiment(network="forecaster"),
    "text": Experiment(network="characters"),
    "tagging": ENTRIES["bidirectional"].opened,
    "spelling": Experiment(network="speller", forcing=0.0),
    "rewriting": Experiment(network="dates", forcing=0.0),
}
"""By name, the run that shows it; the messages are ``shapes.use.<name>``, ``….in`` and ``….out``."""

LIKENESS: Final = ("images", "captions", "waves")
"""What is shown of these is another thing of the same shape: ``shapes.use.<name>.here``."""


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
    title = escape(say(f"shapes.use.{name}", lang))
    goes_in, comes_out = escape(say(f"shapes.use.{name}.in", lang)), escape(say(f"shapes.use.{name}.out", lang))
    shape = escape(say(f"shapes.{entry_of(USES[name])}", lang))
    link = f'<a data-within href="{escape(href_of(name), quote=True)}">{shape}</a>'
    if name in LIKENESS:
        link += f"<small>{escape(say(f'shapes.use.{name}.here', lang))}</small>"
    return f'<tr><th scope="row">{title}</th><td>{goes_in}</td><td>{comes_out}</td><td>{link}</td></tr>'


def href_of(name: str) -> str:
    """Return the link of a use."""
    return f"?{urlencode(query_of(USES[name]))}"
