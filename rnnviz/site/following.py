"""A training as it is followed from the browser: what was asked for, and the answer to it."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from rnnviz.background import Job
from rnnviz.background.packer import Packer
from rnnviz.background.packing import to_json
from rnnviz.inputs import readable
from rnnviz.site import limits
from rnnviz.site.kept import Kept
from rnnviz.stage.learning import Run, learning_delta, learning_payload
from rnnviz.stage.reel import Companion, Reel
from rnnviz.words import DEFAULT_LANGUAGE, languages, say

kept, packer = Kept(limits.FRAMES_KEPT), Packer()


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
        self.sums = _whole(query, "sums") > 0
        self._knows = {"have", "updates", "generation"} <= set(query)
        lang = query.get("lang", DEFAULT_LANGUAGE)
        self.lang = lang if lang in languages() else DEFAULT_LANGUAGE

    def has(self, generation: int, frames: int) -> bool:
        """Return whether the browser has a beginning of what there is now."""
        return self._knows and self._generation == generation and 0 < self.have <= frames


_numbers = itertools.count()


class Followed:
    """A training, or two that are compared, as they are followed: which of their moments are frames."""

    def __init__(self, jobs: Sequence[Job], names: Sequence[str] | None) -> None:
        self.jobs, self._names = tuple(jobs), names
        self._lock, self._number = threading.Lock(), next(_numbers)
        self._reels: dict[int, tuple[Reel, list[Companion]]] = {}
        self._opened: set[int] = set()
        self._baselines = [job.problem.baselines for job in jobs]

    def answer(self, asked: Asked) -> bytes:
        """Return what is new, or all, as JSON; a probe that there is not is an IndexError."""
        with self._lock:
            runs = self._runs(asked.lang)
            own = runs[asked.run]
            if asked.probe >= len(own.history.probes):
                raise IndexError(asked.probe)
            reel, beside = self._follow(runs, asked.probe, asked.sums)
            companion = beside[asked.run - 1] if asked.run else None
            shown = list(companion.moments if companion else reel.moments)
            moments = reel.moments[: len(shown)]
            generation = reel.generation + (companion.generation if companion else 0)
            have = asked.have if asked.has(generation, len(shown)) else 0
            frames = self._frames(own, shown[have:], asked)
        how: dict[str, Any] = {"which": asked.run, "lang": asked.lang}
        if have:
            kind, rest = "delta", learning_delta(runs, moments[have:], (), asked.updates, **how)
        else:
            kind, rest = "payload", learning_payload(runs, moments, (), probe=asked.probe, **how)
        del rest["frames"]
        return b'{"generation":%d,"%s":%s,"frames":[%s]}}' % (
            generation,
            kind.encode(),
            to_json(rest)[:-1],
            b",".join(frames),
        )

    def _frames(self, run: Run, moments: Sequence[int], asked: Asked) -> list[bytes]:
        """Return frames as JSON; those that somebody has asked for lately are there."""
        key = self._number, asked.run, asked.probe, asked.sums
        found = {moment: kept.get((*key, moment)) for moment in moments}
        missing = [moment for moment, frame in found.items() if frame is None]
        made = packer.frames(run, missing, asked.probe, asked.sums)
        for moment, frame in made.items():
            kept.put((*key, moment), frame)
        return [made.get(moment) or found[moment] or b"" for moment in moments]

    def _runs(self, lang: str) -> list[Run]:
        names = self._names or names_of(self.jobs, lang)
        each = zip(self.jobs, names, self._baselines, strict=True)
        return [_run(job, name, baselines, lang) for job, name, baselines in each]

    def _follow(self, runs: Sequence[Run], probe: int, sums: bool) -> tuple[Reel, list[Companion]]:
        """Return which moments are frames now, the training's own and those of the one compared with it.

        All stages of a page have the same ones: where they are few because frames with sums are large, they are few
        for the others, too.
        """
        if probe not in self._reels:
            self._reels[probe] = Reel(runs[0].steps, _most(runs, probe)), [Companion() for _ in runs[1:]]
        reel, beside = self._reels[probe]
        if sums and probe not in self._opened:
            self._opened.add(probe)
            reel.narrow(_most(runs, probe, sums), runs[0].history)
        reel.follow(runs[0].history)
        for companion, run, job in zip(beside, runs[1:], self.jobs[1:], strict=True):
            companion.follow(reel, run.history, job.ended)
        return reel, beside


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


def _most(runs: Sequence[Run], probe: int, sums: bool = False) -> int:
    """Return how many frames there may be, by the bytes of one as it is sent."""
    first = (packer.frames(run, run.history.moments[:1], probe, sums) for run in runs)
    size = max(len(frame) for found in first for frame in found.values())
    return min(limits.FRAMES, limits.FRAMES_BYTES // size)


def _whole(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError(name)
    return int(text)
