"""A training as the browser receives it: once whole, then what has come since.

Frames are moments: the network of then, traced on a probe sequence. Beside them stand the curves, a number an update,
of this training and of one that is compared with it. All of it is made of histories, which may go on meanwhile.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rnnviz.gradients.magnitude import row_norms
from rnnviz.stage.payload import frame_of, pack, payload
from rnnviz.stage.reel import of_moments
from rnnviz.stage.source import source_of
from rnnviz.tasks.problems import PROBLEMS, Baseline, Posed
from rnnviz.trace import Trace
from rnnviz.training import History
from rnnviz.training.frames import BLOCK, Frames
from rnnviz.training.history import CURVES, Parameters, plain
from rnnviz.training.learned import learned
from rnnviz.training.source import name_of
from rnnviz.words import DEFAULT_LANGUAGE, say

SCORES: Final = {"symbols": "accuracy", "numbers": "squared_error"}
"""What a problem's score is, by the kind of its outputs."""
GUESSES: Final = ("mean", "mean_of_step", "any_symbol", "any_answer", "frequencies", "majority", "step")
"""Baselines that take no notice of what is read: only of these can one say chance."""


@dataclass(frozen=True, eq=False)
class Run:
    """A training and how it stands.

    Attributes
    ----------
    name : str
        What a person calls it.
    history : History
    problem : Posed
    baselines : tuple of Baseline
        The problem's.
    steps : int
        How many updates are planned.
    state : str
        As of `rnnviz.background.Job`, or "finished".
    place : int or None
        In the queue, from 1.
    seconds_left : float or None
    failed : str or None
        Why it failed, in a sentence.
    """

    name: str
    history: History
    problem: Posed
    baselines: tuple[Baseline, ...]
    steps: int
    state: str = "finished"
    place: int | None = None
    seconds_left: float | None = None
    failed: str | None = None


def learning_payload(
    runs: Sequence[Run],
    moments: Sequence[int],
    frames: Sequence[Mapping[str, Any]],
    *,
    which: int = 0,
    probe: int = 0,
    lang: str = DEFAULT_LANGUAGE,
    **stage: Any,
) -> dict[str, Any]:
    """Return the payload of a stage that shows a training.

    Parameters
    ----------
    runs : one or two of Run
        The first is the page's own.
    moments : F ints
        The numbers of updates of the frames, as the first run counts them.
    frames : F mappings
        From `frames_at`, of the run ``which``; none, if they are put in elsewhere.
    which : int
        Whose stage it is; that run comes first among ``learning.runs``.
    probe : int
        Which sequence is traced.
    **stage
        Passed on: page, views, start, …
    """
    own = runs[which]
    experiment = own.history.experiment
    ordered = [own, *(run for run in runs if run is not own)]
    learning = {
        "update": list(moments),
        "steps": own.steps,
        "problem": _problem(own.problem, lang),
        "runs": [told(run, lang=lang) for run in ordered],
        "scored": _scored(own, probe),
        "unit": list(own.problem.offset_and_scale),
    }
    source = source_of(experiment.cell, experiment.nonlinearity)
    options: dict[str, Any] = {"page": "training", "views": [], "source": source, "lang": lang, **stage}
    first = run_of(own, probe)  # says what all have in common
    data = payload(first, arrays=frames, **options, **of_moments(moments, lang), learning=learning)
    return data | {"words": None}  # they have an address of their own, at which a browser keeps them


def learning_delta(
    runs: Sequence[Run],
    moments: Sequence[int],
    frames: Sequence[Mapping[str, Any]],
    since: int,
    *,
    which: int = 0,
    lang: str = DEFAULT_LANGUAGE,
) -> dict[str, Any]:
    """Return what is new: frames, and the curves of the updates after the first ``since``."""
    own = runs[which]
    ordered = [own, *(run for run in runs if run is not own)]
    return {
        "frames": list(frames),
        "update": list(moments),
        "frame_labels": of_moments(moments, lang)["frame_labels"],
        "runs": [told(run, since, lang) for run in ordered],
    }


def told(run: Run, since: int = 0, lang: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
    """Return how a training stands, with its curves after the first ``since`` updates."""
    history = run.history
    updates = history.updates
    since = min(since, updates)
    experiment, broke = history.experiment, history.diverged
    return {
        "name": run.name,
        "cell": experiment.cell,
        "hidden_size": experiment.hidden_size,
        "weights": sum(value.size for value in next(iter(sets(history).values())).values()),
        "state": run.state,
        "place": run.place,
        "updates": updates,
        "steps": run.steps,
        "seconds_left": run.seconds_left,
        "from": since,
        **{name: _curve(getattr(history, name)[since:updates]) for name in CURVES},
        "validation": {
            "update": [one.update for one in history.validations],
            "loss": _curve([one.loss for one in history.validations]),
            "score": _curve([one.score for one in history.validations]),
        },
        "baselines": [_baseline(one, lang) for one in run.baselines],
        "diverged": None if broke is None else {"update": broke.update, "sentence": broke.sentence(lang)},
        "failed": run.failed,
    }


def sets(history: History) -> dict[int, Parameters]:
    """Return the parameters of all moments as they are now, however the history goes on."""
    kept, last = history.kept, history.last
    return dict(sorted({**kept, **({} if last is None else {last[0]: last[1]})}.items()))


def frames_at(run: Run, moments: Sequence[int], probe: int, sums: bool = False) -> dict[int, dict[str, Any]]:
    """Return moments of a training as frames, packed: with what was learned, or, ``sums``, with all that is added up.

    Raises
    ------
    ExperimentError
        If a moment is no longer kept.
    """
    history = dataclasses.replace(run.history, kept=sets(run.history), last=None)
    wanted = sorted(set(moments))
    packed: dict[int, dict[str, Any]] = {}
    for first in range(0, len(wanted), BLOCK):  # a few at a time, for what is packed need not be kept unpacked
        block = tuple(wanted[first : first + BLOCK])
        traces = Frames(history.experiment, history.probes[probe], block, history.parameters)[:]
        if sums:
            packed |= dict(zip(block, map(frame_of, traces), strict=True))
            continue
        found = learned(history, run.problem, block, traces, probe)
        packed |= dict(zip(block, map(_frame, traces, found), strict=True))
    return packed


def run_of(run: Run, probe: int) -> Trace:
    """Return the trace of a training's first moment."""
    moment, parameters = next(iter(sets(run.history).items()))
    return Frames(run.history.experiment, run.history.probes[probe], (moment,), {moment: parameters}.__getitem__)[0]


def _frame(trace: Trace, more: Mapping[str, Any]) -> dict[str, Any]:
    norms = {name: row_norms(value.reshape(1, -1))[0] for name, value in trace.parameters.items()}
    # What a unit adds up, and of what, is half of all the numbers, and asked for apart.
    return {
        **frame_of(trace, sums=False),
        "norms": _sent(norms),
        **{name: _sent(value) for name, value in more.items()},
    }


def _problem(problem: Posed, lang: str) -> dict[str, Any]:
    name = name_of(problem)
    title = PROBLEMS[name].title(lang) if name else say("learning.own_problem", lang)
    score = SCORES[problem.kind]
    return {"name": name, "title": title, "kind": problem.kind, "counts": problem.counts, "score": score}


def _scored(run: Run, probe: int) -> list[int]:
    """Return the steps of a probe whose answers the score is taken of."""
    counts = np.flatnonzero(run.problem.scored(run.history.probes[probe].targets)).tolist()
    return counts[-1:] if run.history.experiment.loss == "last" else counts


def _baseline(one: Baseline, lang: str) -> dict[str, Any]:
    known = {"name": one.name, "words": one.words(lang), "chance": one.name in GUESSES}
    return known | {"loss": _sent(one.loss), "score": _sent(one.score)}


def _curve(values: Sequence[float]) -> dict[str, Any]:
    return pack(np.array(values, dtype=np.float64))


def _sent(value: Any) -> Any:
    """Return a tree of values as JSON has them: arrays packed, a number that is none as None."""
    if isinstance(value, np.ndarray):
        return pack(value)
    if isinstance(value, Mapping):
        return {name: _sent(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_sent(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    return plain([value])[0] if isinstance(value, float) else value
