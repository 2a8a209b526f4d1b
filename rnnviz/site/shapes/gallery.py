"""All shapes beside each other: as small live networks, and, while one is open, as a row of links."""

from __future__ import annotations

from html import escape

import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.site import address
from rnnviz.site.shapes.entries import ENTRIES
from rnnviz.site.shapes.tiles import clock, packed
from rnnviz.site.shapes.wiring import link_from
from rnnviz.stage.mount import mount_stage
from rnnviz.words import say


def gallery(lang: str) -> None:
    """Show every shape as a small network that runs; each is a link that opens it."""
    # Without a step in the link it opens at the beginning, whence Play shows what each network does.
    start = 0 if address.memory().step is None else address.open_at(clock().steps, lang)
    data = packed(lang, start)
    stage = {**data["stage"], "key": "gallery", "name": say("shapes.gallery", lang)}
    mount_stage({**data, "stage": stage}, key="stage-gallery")


def row(current: str, asked: Experiment, lang: str) -> None:
    """Show the names of all shapes as links, the one that is open marked, and the way back to the gallery.

    What is ``asked`` for is the network that is open.
    """
    every = f'<a data-within href="?">{escape(say("shapes.all", lang))}</a>'
    names = "".join(_name(name, link_from(current, asked, name, lang), name == current, lang) for name in ENTRIES)
    label = escape(say("shapes.gallery", lang), quote=True)
    st.html(f'<nav class="site-shapes" aria-label="{label}">{every}{names}</nav>')


def _name(name: str, link: str, current: bool, lang: str) -> str:
    here = ' aria-current="true"' if current else ""
    title = escape(say(f"shapes.{name}.short", lang))
    return f'<a data-within data-shape="{name}" href="?{escape(link, quote=True)}"{here}>{title}</a>'
