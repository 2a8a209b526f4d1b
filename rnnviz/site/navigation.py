"""Navigation between the lessons."""

from __future__ import annotations

from copy import copy
from functools import cache

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from rnnviz.site.language import language
from rnnviz.site.lessons import LESSONS, Lesson
from rnnviz.site.present import presenting
from rnnviz.words import say


def pages() -> dict[str, StreamlitPage]:
    """Return the Streamlit page of every lesson, by the lesson's name."""
    # A page notes that it has been run: each run needs its own. Making one anew looks for its file.
    return {name: copy(_page(lesson, language())) for name, lesson in LESSONS.items()}


def navigate() -> StreamlitPage:
    """Show the navigation, unless someone presents, and return the page to run."""
    return st.navigation(list(pages().values()), position="hidden" if presenting() else "top")


@cache
def _page(lesson: Lesson, lang: str) -> StreamlitPage:
    title = say(f"lesson.{lesson.name}", lang)
    return st.Page(lesson.file, title=title, url_path=lesson.path or None, default=not lesson.path)


def lesson_map(lang: str) -> None:
    """Show all lessons but the first as cards."""
    known = pages()
    st.markdown(f"### {say('start.map', lang)}")
    with st.container(key="map"):
        for name in list(LESSONS)[1:]:
            with st.container(key=f"card-{name}", border=True):
                st.page_link(known[name], label=say("start.card", lang, title=say(f"{name}.title", lang)))
                st.markdown(say(f"lesson.{name}.card", lang))
