"""Addresses of no page: whoever asks for one is led to the page nearest to it, which says so.

Streamlit answers every address with its own document. Below a page that one looks for its scripts in the wrong place
and stays empty; elsewhere it shows the first page, and tells the console alone that it is another.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route
from streamlit import file_util

from rnnviz.checks import shorten
from rnnviz.site.lessons import LESSONS
from rnnviz.stage.routes import PREFIX
from rnnviz.words import say

KEY: Final = "page"
"""What the link of the page shown instead calls the address that was asked for."""

MOST: Final = 80
"""Characters of an address that are told."""


_SERVED: Final = ("media", "component", "app", "auth", "oauth2callback", PREFIX.strip("/"))
"""What addresses begin with that Streamlit or we answer, beside the files in Streamlit's own folder."""


def _pattern() -> str:
    files = [path.name for path in Path(file_util.get_static_dir()).iterdir()]
    served = "|".join(map(re.escape, [*_SERVED, *files]))
    return rf"(?!(?:{served})(?:/|$))(?!(?:.*/)?_stcore(?:/|$)).*[^/]"


class _Lost(Convertor[str]):
    """A path at which there is nothing."""

    regex = _pattern()

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
