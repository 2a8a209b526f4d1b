"""The HTML document that every page of the site starts from: Streamlit's own, with our head.

Streamlit's document knows neither our title nor our style until the first script run has ended. And on a page with a
path its front end looks for the server below that path first, which costs two requests and leaves two errors in
the console; told where the server is, it does not.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit import file_util

from rnnviz.site.lessons import LESSONS
from rnnviz.stage.routes import SITE
from rnnviz.words import DEFAULT_LANGUAGE, say

# Nothing is ever fetched from another host, whatever a text on the page may say.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; connect-src 'self' ws: wss: blob: data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)


def routes(base: str = "") -> list[Route]:
    """Return the routes of the lessons' documents, for a site whose addresses begin with ``base``."""

    async def serve(request: Request) -> HTMLResponse:
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
        return HTMLResponse(_document(base, SITE.url("", base)), headers=headers)

    return [Route(f"{base}/{lesson.path}", serve) for lesson in LESSONS.values()]


@lru_cache(maxsize=4)
def _document(base: str, assets: str) -> str:
    with open(f"{file_util.get_static_dir()}/index.html", encoding="utf-8") as stream:
        html = stream.read()
    html = re.sub(r"<title>.*?</title>", f"<title>{escape(say('site.title'))}</title>", html, count=1)
    html = re.sub(r'<html lang="\w+">', f'<html lang="{DEFAULT_LANGUAGE}">', html, count=1)
    html = re.sub(
        r'<link rel="shortcut icon"[^>]*>', f'<link rel="icon" type="image/svg+xml" href="{assets}icon.svg" />', html
    )
    # The site uses the system's fonts; Streamlit's would be loaded and never used.
    html = re.sub(r'<link\s+rel="preload"[^>]*as="font"[^>]*/>', "", html)
    # What goes back in the browser's history is to be heard of before Streamlit hears of it.
    html = html.replace("<script", f'<script type="module" src="{assets}within.js"></script>\n<script', 1)
    return html.replace("</head>", f"{_head(base, assets)}</head>", 1)


def _head(base: str, assets: str) -> str:
    description = escape(say("site.description"), quote=True)
    return (
        f'<meta name="description" content="{description}" />\n'
        f'<link rel="stylesheet" href="{assets}site.css" />\n'
        f'<script type="module" src="{assets}keys.js"></script>\n'
        f"<script>window.__streamlit = {{ BACKEND_BASE_URL: location.origin + {json.dumps(base + '/')} }};\n"
        "if (new URLSearchParams(location.search).get('present') === '1') "
        "document.documentElement.setAttribute('data-present', '');</script>\n"
    )
