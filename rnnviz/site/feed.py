"""Where the browser follows a training: ``/learning/<token>``, past Streamlit, which would run a script each time.

A token is given to those who began the training, and cannot be guessed. What it leads to is asked for with the query

    run=0|1         whose stage: the training's own, or that of the one compared with it
    probe=0         which sequence is traced
    lang=en
    have=F, updates=U, generation=G
                    what the browser has: F frames and the curves of U updates, under generation G

and answered by all there is, ``{"generation", "payload"}``, or, where the generation is still the same, by what is new,
``{"generation", "delta"}``, see `rnnviz.stage.learning`.
"""

from __future__ import annotations

import dataclasses
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rnnviz.background import Job
from rnnviz.inputs import readable
from rnnviz.site import limits
from rnnviz.stage.learning import Run, frames_at, learning_delta, learning_payload
from rnnviz.stage.reel import Companion, Reel
from rnnviz.words import DEFAULT_LANGUAGE, languages, say

PATH: Final = "/learning"
MOST: Final = 1024
"""Trainings that can be followed at once; of more, the one that was asked for least lately is forgotten."""


class Followed:
    """A training, or two that are compared, as they are followed: which of their moments are frames."""

    def __init__(self, jobs: Sequence[Job], names: Sequence[str] | None) -> None:
        self.jobs, self._names = tuple(jobs), names
        self._lock = threading.Lock()
        self._reels: dict[int, tuple[Reel, list[Companion]]] = {}
        self._baselines = [job.problem.baselines for job in jobs]

    def answer(self, asked: Asked) -> dict[str, Any]:
        """Return what is new, or all; a stage that has never been asked for, or a probe, is an IndexError."""
        runs = self._runs(asked.lang)
        own = runs[asked.run]
        if asked.probe >= len(own.history.probes):
            raise IndexError(asked.probe)
        with self._lock:
            reel, beside = self._follow(runs, asked.probe)
            moments = list(reel.moments)
            shown = moments if asked.run == 0 else list(beside[asked.run - 1].moments)
            generation = reel.generation + (beside[asked.run - 1].generation if asked.run else 0)
        moments = moments[: len(shown)]
        how: dict[str, Any] = {"which": asked.run, "lang": asked.lang}
        if asked.has(generation, len(shown)):
            frames, _ = frames_at(own, shown[asked.have :], asked.probe)
            delta = learning_delta(runs, moments[asked.have :], frames, asked.updates, **how)
            return {"generation": generation, "delta": delta}
        frames, trace = frames_at(own, shown, asked.probe)
        assert trace is not None  # there always is a first moment
        return {"generation": generation, "payload": learning_payload(runs, moments, frames, trace, **how)}

    def _runs(self, lang: str) -> list[Run]:
        names = self._names or names_of(self.jobs, lang)
        each = zip(self.jobs, names, self._baselines, strict=True)
        return [_run(job, name, baselines, lang) for job, name, baselines in each]

    def _follow(self, runs: Sequence[Run], probe: int) -> tuple[Reel, list[Companion]]:
        """Return which moments are frames now, the training's own and those of the one compared with it."""
        if probe not in self._reels:
            size = max(_size(run, probe) for run in runs)
            most = min(limits.FRAMES, limits.FRAMES_BYTES // size)
            self._reels[probe] = Reel(runs[0].steps, most), [Companion() for _ in runs[1:]]
        reel, beside = self._reels[probe]
        reel.follow(runs[0].history)
        for companion, run, job in zip(beside, runs[1:], self.jobs[1:], strict=True):
            companion.follow(reel, run.history, job.ended)
        return reel, beside


class Asked:
    """What a query asks for, checked.

    Raises
    ------
    ValueError
        Names the parameter that is none.
    """

    def __init__(self, query: Mapping[str, str]) -> None:
        self.run, self.probe = _whole(query, "run"), _whole(query, "probe")
        self.have, self.updates, self._generation = (_whole(query, name) for name in ("have", "updates", "generation"))
        self._knows = {"have", "updates", "generation"} <= set(query)
        lang = query.get("lang", DEFAULT_LANGUAGE)
        self.lang = lang if lang in languages() else DEFAULT_LANGUAGE

    def has(self, generation: int, frames: int) -> bool:
        """Return whether the browser has a beginning of what there is now."""
        return self._knows and self._generation == generation and 0 < self.have <= frames


_followed: OrderedDict[str, Followed] = OrderedDict()
_lock = threading.Lock()


def register(jobs: Sequence[Job], names: Sequence[str] | None = None) -> str:
    """Let a training be followed, and another one to compare with it; return the token.

    Parameters
    ----------
    jobs : one or two of Job
    names : sequence of str, optional
        What the trainings are called; by default cell and size, and in what else they differ.
    """
    token = secrets.token_urlsafe(16)
    with _lock:
        _followed[token] = Followed(jobs, names)
        while len(_followed) > MOST:
            _followed.popitem(last=False)
    return token


def forget(token: str) -> None:
    """End that a training can be followed; there need be none."""
    with _lock:
        _followed.pop(token, None)


def address(token: str, run: int = 0, probe: int = 0, lang: str = DEFAULT_LANGUAGE) -> str:
    """Return the path at which a training is followed, below the site's own."""
    return f"{PATH}/{token}?{urlencode({'run': run, 'probe': probe, 'lang': lang})}"


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
    if followed is None or asked.run >= len(followed.jobs):
        return 404, say("learning.unknown", asked.lang).encode()
    try:
        found = followed.answer(asked)
    except IndexError:
        return 404, say("learning.unknown", asked.lang).encode()
    return 200, json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def route(base: str = "") -> Route:
    """Return the route, for a site whose addresses begin with ``base``."""

    async def serve(request: Request) -> Response:
        status, body = await run_in_threadpool(answer, request.path_params["token"], request.query_params)
        kind = "application/json" if status == 200 else "text/plain; charset=utf-8"
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(body, status_code=status, media_type=kind, headers=headers)

    return Route(f"{base}{PATH}/{{token}}", serve)


def names_of(jobs: Sequence[Job], lang: str) -> list[str]:
    """Return what trainings are called: cell and size, and where these are alike, whether they clip."""
    cells = [(job.experiment.cell.upper(), job.experiment.hidden_size) for job in jobs]
    names = [say("learning.run", lang, cell=cell, units=units) for cell, units in cells]
    if len(set(names)) == len(names):
        return names
    clips = [job.experiment.clip for job in jobs]
    return [
        say("learning.run_unclipped", lang, run=name)
        if clip is None
        else say("learning.run_clipped", lang, run=name, clip=readable(clip))
        for name, clip in zip(names, clips, strict=True)
    ]


def _run(job: Job, name: str, baselines: Any, lang: str) -> Run:
    return Run(
        name=name,
        history=dataclasses.replace(job.history),  # its moments stay those of now
        problem=job.problem,
        baselines=baselines,
        steps=job.steps,
        state=job.state,
        place=job.place,
        seconds_left=job.seconds_left,
        failed=job.failure.in_language(lang) if job.failure else None,
    )


def _size(run: Run, probe: int) -> int:
    """Return the bytes of one frame as it is sent."""
    frames, _ = frames_at(run, run.history.moments[:1], probe)
    return len(json.dumps(frames[0]))


def _whole(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError(name)
    return int(text)
