"""A training as a file: saved from the bench, and loaded into it again, within the limits of the site."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from rnnviz.checks import shorten
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.site import limits
from rnnviz.site.training import controls
from rnnviz.site.training.bench import Bench
from rnnviz.site.training.plan import EXPERIMENT_FIELDS, FIRST, Plan
from rnnviz.site.training.settling import settle
from rnnviz.training.checkpoint import Checkpoint, read
from rnnviz.training.source import name_of
from rnnviz.words import say

NAMELESS: Final = "training"
KEY: Final = "training_load"


def save_button(bench: Bench, lang: str) -> None:
    """Offer the training as a file, made when it is asked for."""
    jobs = bench.jobs
    st.download_button(
        say("training.do.save", lang),
        data=lambda: jobs[0].save(),
        file_name=file_name(bench),
        mime="application/octet-stream",
        key="training_save",
        help=say("training.do.save.help", lang),
        on_click="ignore",
        disabled=bench.state == "ready",
    )


def file_name(bench: Bench) -> str:
    """Return what a file is called: what was trained, and where that stands still, after how many updates."""
    job = bench.jobs[0]
    parts = [name_of(job.problem) or NAMELESS, job.experiment.cell, str(job.experiment.hidden_size)]
    if job.standing:  # else there are more by the time the file is made
        parts += ["after", str(job.updates)]
    return f"{'-'.join(parts)}.safetensors"


def load_button(bench: Bench, lang: str) -> None:
    """Offer to go on with a training that was saved."""
    with st.popover(say("training.do.load", lang), key="training_load_open"):
        st.file_uploader(
            say("training.do.load.file", lang),
            max_upload_size=limits.CHECKPOINT_MB,
            key=KEY,
            on_change=_take,
            args=(bench, lang),
            help=say("training.do.load.help", lang, most=limits.CHECKPOINT_MB),
        )


def _take(bench: Bench, lang: str) -> None:
    file = st.session_state[KEY]
    if file is None:
        return
    plan, wrong = take_into(bench, file.getvalue(), lang)
    bench.notice = say("training.refused", lang, name=shorten(file.name), sentence=wrong) if wrong else ""
    if plan is not None:
        controls.put(plan)


def take_into(bench: Bench, data: bytes, lang: str) -> tuple[Plan | None, str]:
    """Load a file into a bench; return the plan it was begun with, or a sentence if it cannot be gone on with."""
    try:
        if len(data) > limits.CHECKPOINT_MB * 2**20:
            raise ExperimentError("checkpoint", "", "training.checkpoint_large", most=limits.CHECKPOINT_MB)
        plan, wrong = plan_of(read(data), lang)
        if wrong:
            return None, wrong[0]
        bench.load(data, plan)
    except ExperimentError as error:
        return None, error.in_language(lang)
    return plan, ""


def plan_of(found: Checkpoint, lang: str) -> tuple[Plan, list[str]]:
    """Return the plan that a file was begun with, and a sentence for each thing in it that this site does not train."""
    experiment, settings = found.experiment, found.settings
    options: Any = found.task.get("options")
    asked = {
        "problem": found.task.get("name"),
        "options": options if isinstance(options, dict) else {},
        **{name: getattr(experiment, name) for name in EXPERIMENT_FIELDS},
        **{name: getattr(settings, name) for name in ("optimiser", "learning_rate", "steps", "batch_size", "engine")},
        "compare": "none",
    }
    settled = settle(asked, Plan(compare="none"), lang)
    wrong = list(settled.sentences)
    others = {name: getattr(FIRST, name) for name in EXPERIMENT_FIELDS}
    rest = experiment.replace(**others)
    if not wrong and rest.replace(clip_value=None, residual=False) != Experiment(**others):
        wrong.append(say("training.checkpoint_misfit", lang, field="file", value="experiment"))
    return settled.plan, wrong
