"""Where the browser follows a training: ``/learning/<token>``, past Streamlit, which would run a script each time.

A token is given to those who began the training, and cannot be guessed. What it leads to is asked for with the query

    run=0|1         whose stage: the training's own, or that of the one compared with it
    probe=0         which sequence is traced
    sums=0|1        1: with weights and all that units add up, for views of the network; else with what was learned
    lang=en
    have=F, updates=U, generation=G
                    what the browser has: F frames and the curves of U updates, under generation G

and answered by all there is, ``{"generation", "payload"}``, or, where the generation is still the same, by what is new,
``{"generation", "delta"}``, see `rnnviz.stage.learning`; or, after `forget`, by ``{"gone": true}``.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rnnviz.background import Job
from rnnviz.site.following import Asked, Followed, packer
from rnnviz.words import DEFAULT_LANGUAGE, say

PATH: Final = "/learning"
MOST: Final = 1024
"""Trainings that can be followed at once; of more, the one that was asked for least lately is forgotten."""

GONE: Final = b'{"gone":true}'
"""What a browser is answered that asks for a training that ended: nothing went wrong, there only is nothing more."""

_followed: OrderedDict[str, Followed] = OrderedDict()
_ended: OrderedDict[str, None] = OrderedDict()
_lock = threading.Lock()


def register(jobs: Sequence[Job], names: Sequence[str] | None = None) -> str:
    """Let a training be followed, and another one to compare with it; return the token.

    Parameters
    ----------
    jobs : one or two of Job
    names : sequence of str, optional
        What the trainings are called; by default cell and size, and in what else they differ.
    """
    packer.warm()
    token = secrets.token_urlsafe(16)
    with _lock:
        _followed[token] = Followed(jobs, names)
        while len(_followed) > MOST:
            _followed.popitem(last=False)
    return token


def forget(token: str) -> None:
    """End that a training can be followed; there need be none."""
    with _lock:
        if _followed.pop(token, None) is not None:
            _ended[token] = None
        while len(_ended) > MOST:
            _ended.popitem(last=False)


def address(token: str, run: int = 0, probe: int = 0, lang: str = DEFAULT_LANGUAGE, sums: bool = False) -> str:
    """Return the path at which a training is followed, below the site's own."""
    asked = {"run": run, "probe": probe, "lang": lang} | ({"sums": 1} if sums else {})
    return f"{PATH}/{token}?{urlencode(asked)}"


def answer(token: str, query: Mapping[str, str]) -> tuple[int, bytes]:
    """Return the status and the body: JSON, or a sentence."""
    try:
        asked = Asked(query)
    except ValueError as error:
        return 400, say("learning.odd", field=error).encode()
    with _lock:
        followed = _followed.get(token)
        if followed is not None:
            _followed.move_to_end(token)
        elif token in _ended:
            return 200, GONE
    if followed is None or asked.run >= len(followed.jobs):
        return 404, say("learning.unknown", asked.lang).encode()
    try:
        return 200, followed.answer(asked)
    except IndexError:
        return 404, say("learning.unknown", asked.lang).encode()


def route(base: str = "") -> Route:
    """Return the route, for a site whose addresses begin with ``base``."""

    async def serve(request: Request) -> Response:
        status, body = await run_in_threadpool(answer, request.path_params["token"], request.query_params)
        kind = "application/json" if status == 200 else "text/plain; charset=utf-8"
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(body, status_code=status, media_type=kind, headers=headers)

    return Route(f"{base}{PATH}/{{token}}", serve)
