"""Addresses of no page: whoever asks for one is led to the page nearest to it, which says so.

Streamlit answers every address with its own document. Below a page that one looks for its scripts in the wrong place
and stays empty; elsewhere it shows the first page, and tells the console alone that it is another.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from rnnviz.checks import shorten
from rnnviz.site.lessons import LESSONS
from rnnviz.words import say

KEY: Final = "page"
"""What the link of the page shown instead calls the address that was asked for."""

MOST: Final = 80
"""Characters of an address that are told."""


class _Lost(Convertor[str]):
    """A path that is none of Streamlit's nor of ours, and names no file: its last part has no dot in it."""

    regex = (
        r"(?!(?:static|media|component|app|auth|assets|oauth2callback)(?:/|$))(?!(?:.*/)?_stcore(?:/|$))(?:.*/)?[^/.]+"
    )

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("lost", _Lost())


def route(base: str = "") -> Route:
    """Return the route, to stand after all others, for a site whose addresses begin with ``base``."""

    async def lead(request: Request) -> RedirectResponse:
        path = request.path_params["path"]
        query = [*parse_qsl(request.url.query, keep_blank_values=True), (KEY, path[:MOST])]
        return RedirectResponse(f"{base}/{nearest(path)}?{urlencode(query)}", headers={"Cache-Control": "no-cache"})

    return Route(f"{base}/{{path:lost}}", lead)


def nearest(path: str) -> str:
    """Return the path of the lesson that is most likely meant: the one it lies below, or one spelt much like it."""
    first = path.partition("/")[0].lower()
    close = difflib.get_close_matches(first, [lesson.path for lesson in LESSONS.values() if lesson.path], n=1)
    return close[0] if close else ""


def sentence(given: Sequence[str], page: str, lang: str) -> str | None:
    """Return what to say on the lesson ``page`` of a link that was led there; None if it names a page that there is."""
    if given[-1] in {lesson.path for lesson in LESSONS.values()}:
        return None
    known = ", ".join(f"{say(f'lesson.{name}', lang)} (/{lesson.path})" for name, lesson in LESSONS.items())
    asked = shorten(f"/{given[-1]}")
    return say("notice.page", lang, asked=asked, known=known, used=say(f"lesson.{page}", lang))
