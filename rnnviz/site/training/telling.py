"""What the Training page says of a plan and of what runs, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from rnnviz.background import Job
from rnnviz.experiment import Experiment
from rnnviz.site.training.plan import Plan, weights
from rnnviz.tasks.problems import Baseline, Posed, problem_named
from rnnviz.tasks.problems.forecast import Forecast
from rnnviz.tasks.problems.next_symbol import NextSymbol
from rnnviz.words import say

RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def lead(plan: Plan, lang: str) -> str:
    """Return the sentence under the title: what is asked, and what to do."""
    return say("training.lead", lang, summary=problem_named(plan.problem).summary(lang))


def look_for(plan: Plan, lang: str) -> str:
    """Return what to look for in a problem; of a network that has read the answer already, that it has."""
    if foreseen(plan):
        return say("training.look.foreseen", lang)
    look = say(f"training.look.{plan.problem}", lang)
    fed = plan.experiment.translates and plan.experiment.decoder == "feedback"
    return f"{look} {say('training.look.fed', lang)}" if fed else look


def foreseen(plan: Plan) -> bool:
    """Return whether a network reads what it is asked to foretell: it comes from the end, and the next is asked for."""
    return plan.experiment.bidirectional and isinstance(plan.posed, Forecast | NextSymbol) and plan.posed.steps > 1


def network_of(job: Job, lang: str) -> str:
    """Say what a job trains."""
    return network(job.experiment, job.problem, lang)


def sizes(plan: Plan, lang: str) -> str:
    """Say what is trained, and what beside it."""
    own, beside = network(plan.experiment, plan.posed, lang), plan.beside()
    if beside is None:
        return say("training.sizes.alone", lang, own=own)
    other = say(f"training.size.{plan.compare}", lang) if plan.compare in ("unclipped", "unattended") else ""
    if not other:
        other = network(beside.experiment, beside.posed, lang)
    return say("training.sizes.beside", lang, own=own, other=other)


def network(experiment: Experiment, posed: Posed, lang: str) -> str:
    """Say what a network is, and how large."""
    count = f"{weights(experiment, posed):,}"
    named = {"cell": experiment.cell.upper(), "units": experiment.hidden_size, "weights": count}
    if experiment.num_layers == 1:
        return say("training.size", lang, **named)
    return say("training.size.layers", lang, layers=experiment.num_layers, **named)


def baselines(posed: Posed, lang: str) -> str:
    """Return a list of what answers score that remember nothing, as Markdown."""
    return "\n".join(f"- {_baseline(one, posed.kind, lang)}" for one in posed.baselines)


def _baseline(one: Baseline, kind: str, lang: str) -> str:
    loss, words = number(one.loss), one.words(lang)
    if kind == "numbers":
        return say("training.baseline", lang, loss=loss, words=words)
    return say("training.baseline.score", lang, loss=loss, score=percent(one.score), words=words)


def status(jobs: Sequence[Job], lang: str) -> str:
    """Say how it stands with the trainings; of the one beside only what differs."""
    # The bar and the time are of all that runs.
    left = max((job.seconds_left or 0.0 for job in jobs if job.state == "running"), default=0.0)
    own = of_job(jobs[0], lang, left)
    for other in jobs[1:]:
        named = _short(other, jobs[0], lang)
        if other.state == jobs[0].state and other.state in ("running", "paused"):
            own += " " + say("training.beside.running", lang, network=named, update=f"{other.updates:,}")
        elif other.state == jobs[0].state and other.state in ("finished", "stopped") and other.history.validations:
            ended, update = f"training.beside.{other.state}", f"{other.updates:,}"
            own += " " + say(ended, lang, network=named, result=last(other), update=update)
        else:
            own += " " + say("training.beside", lang, network=named, state=of_job(other, lang, left))
    return own


def _short(other: Job, own: Job, lang: str) -> str:
    """Return what the training beside is called in a sentence on both."""
    if other.experiment == own.experiment.replace(clip=None):
        return say("training.beside.unclipped", lang)
    if other.experiment == own.experiment.replace(attention="none"):
        return say("training.beside.unattended", lang)
    cell, units = other.experiment.cell.upper(), other.experiment.hidden_size
    return say("training.beside.network", lang, cell=cell, units=units)


def of_job(job: Job, lang: str, left: float) -> str:
    """Say how it stands with one training, where all that run take ``left`` more seconds."""
    state, update = job.state, f"{job.updates:,}"
    counts = {"update": update, "steps": f"{job.steps:,}"}
    if state == "queued":
        return say("training.state.queued", lang, place=job.place or 1, places=job.places)
    if state == "diverged" and job.history.diverged:
        return job.history.diverged.sentence(lang)
    if state == "failed":
        fault = job.failure.in_language(lang) if job.failure else ""
        return f"{fault} {say('training.state.failed', lang, update=update)}".strip()
    if state in ("running", "paused") and job.starting:
        return say("training.state.starting", lang)
    if state == "running" and (job.rate is None or job.seconds_left is None):
        return say("training.state.running.soon", lang, **counts)
    if state == "running":
        return say("training.state.running", lang, **counts, rate=f"{job.rate:.3g}", left=f"{math.ceil(left):,}")
    if state == "paused":
        return say("training.state.paused" if job.standing else "training.state.update", lang, **counts)
    told = say("training.state.stopped" if state == "stopped" else "training.state.finished", lang, update=update)
    return f"{told} {result(job, lang)}".strip()


def result(job: Job, lang: str) -> str:
    """Say what the last validation came to, beside the line to beat; nothing if there was none yet."""
    if not job.problem.has_validation:
        return say("training.result.none", lang)
    if not job.history.validations:
        return ""
    beat = to_beat(job.problem)
    if job.problem.kind == "numbers":
        return say("training.result", lang, loss=last(job), line=number(beat.loss), words=beat.words(lang))
    line = percent(beat.score)
    return say("training.result.answers", lang, right=last(job), line=line, words=beat.words(lang))


def to_beat(posed: Posed) -> Baseline:
    """Return the best of all answers that remember nothing, by what `last` tells: only below it is there a memory."""
    if posed.kind == "numbers":
        return min(posed.baselines, key=lambda one: one.loss)
    return max(posed.baselines, key=lambda one: (one.score, -one.loss))


def last(job: Job) -> str:
    """Return what the last validation came to: of symbols the share of right answers, of numbers the loss."""
    found = job.history.validations[-1]
    return number(found.loss) if job.problem.kind == "numbers" else percent(found.score)


def percent(share: float) -> str:
    """Return a share as a person reads it."""
    return f"{100 * share:.3g} %"


def number(value: float) -> str:
    """Return a loss as a person reads it, written as on the stage."""
    text = f"{value:.2e}" if 0 < abs(value) < 1e-3 else f"{value:.3g}"
    digits, _, power = text.replace("-", "−", text.startswith("-")).partition("e")
    if not power:
        return digits
    return f"{digits.rstrip('0').rstrip('.')}·10{str(int(power)).translate(RAISED)}"
