"""The row of buttons that begin, hold and end a training, how far it is, and what helps when it broke."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from rnnviz.experiment import ExperimentError
from rnnviz.site import limits
from rnnviz.site.training import controls, saved
from rnnviz.site.training.bench import ACTIVE, Bench
from rnnviz.site.training.plan import Plan
from rnnviz.site.training.telling import number, sizes, status
from rnnviz.stage.mount import mount_module
from rnnviz.words import say

EVERY: Final = 0.5
"""Seconds between two looks at what runs."""
TENTHS: Final = 10
"""Of a training are told to who cannot see the bar."""


@dataclass(frozen=True)
class Button:
    """A button: its name, its key in the catalogue, whether it can be pressed now, and what it then does."""

    name: str
    can: bool
    does: Callable[[], None]


def buttons(bench: Bench, plan: Plan, lang: str) -> None:
    """Show the row of buttons and how far the training is."""
    with st.container(key="training-run", horizontal=True, vertical_alignment="center", gap="small"):
        main = _main(bench, plan)
        for button in (main, *_others(bench, plan)):
            kind: Any = "primary" if button is main else "secondary"
            key = "training_main" if button is main else f"training_{button.name}"
            label = say(f"training.do.{button.name}", lang)
            st.button(
                label, key=key, type=kind, disabled=not button.can, on_click=_guarded, args=(bench, button.does, lang)
            )
        saved.save_button(bench, lang)
        saved.load_button(bench, lang)
        progress(bench, plan, lang)


def _main(bench: Bench, plan: Plan) -> Button:
    """Return the button for what one most likely wants now; it keeps its place."""
    state = bench.state
    if state == "ready":
        return Button("train", True, lambda: bench.begin(plan))
    if state in ACTIVE:
        return Button("pause", True, bench.pause)
    if state == "paused":
        return Button("resume", True, bench.resume)
    return Button("again" if bench.plan == plan else "train", True, lambda: bench.begin(plan))


def _others(bench: Bench, plan: Plan) -> list[Button]:
    state = bench.state

    def step() -> None:
        if state == "ready":
            bench.begin(plan, paused=True)
        bench.step()

    return [
        Button("step", state in ("ready", "paused"), step),
        Button("stop", state in (*ACTIVE, "paused"), bench.stop),
        Button("reset", state != "ready", bench.reset),
    ]


def _guarded(bench: Bench, does: Callable[[], None], lang: str) -> None:
    """Do what a button does; if it cannot be done now, remember why."""
    bench.notice = ""
    try:
        does()
    except ExperimentError as error:
        bench.notice = error.in_language(lang)


def progress(bench: Bench, plan: Plan, lang: str) -> None:
    """Show how far the training is, and look again as long as it runs."""
    before = bench.state, bench.moving

    def look() -> None:
        if (bench.state, bench.moving) != before:
            st.rerun()  # other buttons can be pressed now, and there may be nothing more to look at
        taken = sum(job.updates for job in bench.jobs)
        share = 0.0 if bench.plan is None else taken / sum(job.steps for job in bench.jobs)
        told = _told(bench, plan, lang)
        tenths = int(share * TENTHS) * 100 // TENTHS
        spoken = say("training.spoken", lang, percent=tenths) if bench.state == "running" else told
        data = {"share": share, "told": told, "spoken": spoken, "state": bench.state}
        mount_module("progress.js", {**data, "label": say("training.progress", lang)}, key="training-progress")

    with st.container(key="training-progress-place", width="stretch"):
        st.fragment(look, run_every=EVERY if bench.moving else None)()


def _told(bench: Bench, plan: Plan, lang: str) -> str:
    """Say what would be trained, or how it stands with what was begun."""
    if bench.plan is None:
        return sizes(plan, lang)
    sentences = [status(bench.jobs, lang)]
    if bench.loaded == bench.jobs[0].updates and bench.state not in ACTIVE:
        sentences.insert(0, say("training.loaded", lang))
    if bench.plan != plan:
        state = "paused" if bench.state == "paused" else "running" if bench.state in ACTIVE else "ended"
        sentences.append(say(f"training.changed.{state}", lang))
    return " ".join(sentences)


def remedies(bench: Bench, plan: Plan, lang: str) -> None:
    """Where a training broke, offer what helps."""
    # Beside a network that is clipped, the one that is not may break: that is what it is there for.
    shown = bench.jobs[:1] if bench.plan is not None and bench.plan.compare == "unclipped" else bench.jobs
    if bench.plan is None or "diverged" not in {job.state for job in shown}:
        return
    rate = bench.plan.learning_rate / 10
    with st.container(key="training-remedies", horizontal=True, gap="small"):
        clip = bench.plan.experiment.clip
        if clip is None or clip > 1:
            label = say("training.remedy.clip", lang)
            st.button(label, key="training_clip_on", on_click=_retry, args=(bench, plan, {"clip": 1.0}, lang))
        if rate >= limits.TRAINING["learning_rate"].least:
            label = say("training.remedy.rate", lang, rate=number(rate))
            st.button(
                label, key="training_rate_down", on_click=_retry, args=(bench, plan, {"learning_rate": rate}, lang)
            )


def _retry(bench: Bench, plan: Plan, changes: dict[str, Any], lang: str) -> None:
    changed = plan.changed(**changes)
    controls.put(changed)
    _guarded(bench, lambda: bench.begin(changed), lang)
