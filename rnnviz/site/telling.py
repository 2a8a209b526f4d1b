"""What the Gradients page says in words, computed from the runs it shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rnnviz.figures.powers import powers, powers_of_log10
from rnnviz.figures.remedied import gate_sentences, remedy_sentences
from rnnviz.gradients import reach
from rnnviz.gradients.facts import curve, facts_of
from rnnviz.gradients.reading import pools
from rnnviz.inputs import readable
from rnnviz.site import own
from rnnviz.site.asking import apart_sentence, size_sentence
from rnnviz.site.flows import Question, compare_engines, lost
from rnnviz.site.remedies import without
from rnnviz.site.runs import traced
from rnnviz.trace import Trace
from rnnviz.words import say

OF_THE_WAY: Final = ("orthogonal", "identity", "relu", "residual")
"""Remedies of which it is told how far a single loss gets, the last one."""


def gradient_lead(question: Question, lang: str) -> str:
    """Return the sentence under the title: what becomes of this run's gradient, unless one is to guess; what to do."""
    field = question.slider().field
    todo = say(f"gradients.todo.{field}" if field else "gradients.todo.none", lang)
    if own.word("guess") == "1":
        return say("gradients.lead.guess", lang)
    trace = question.ways()[question.focus]
    if trace.first_nonfinite_step is not None:
        return say("gradients.lead.nonfinite", lang, todo=todo)
    facts = facts_of(trace)
    if facts["verdict"] == "none":
        return say("gradients.lead.none", lang, todo=todo)
    values: dict[str, object] = {"cell": trace.experiment.cell.upper(), "steps": trace.steps}
    if trace.experiment.shape == "one_to_one":
        return say("gradients.lead.one_step", lang)
    if trace.segments:
        return _across(trace, facts, todo, lang)
    if pools(trace) and trace.experiment.readout != "last":
        return _pooled(trace, facts, todo, lang)
    alive = int((curve(trace) > -math.inf).sum())
    if facts["zeros"] and _is_in_the_cell(trace):
        return say("gradients.lead.cell", lang, todo=todo, alive=alive, **values)
    if facts["factor"] is None:
        todo = todo if facts["zeros"] else ""  # without a step to reach, no setting changes that
        return say("gradients.lead.alone", lang, todo=todo, **values).strip()
    values["factor"] = powers(facts["factor"])
    if not facts["zeros"]:
        todo = _and_the_lstm(question, todo, lang)
        values["arrives"] = powers_of_log10(facts["first_log10"] - facts["last_log10"])
        return say(f"gradients.lead.{facts['verdict']}", lang, todo=todo, **values)
    cut = trace.experiment.truncate
    if cut is not None:
        todo = say("gradients.todo.none", lang)  # no slider moves the cut
    key = "gradients.lead.stops" if cut is None else "gradients.lead.cut"
    return say(key, lang, todo=todo, zeros=facts["zeros"], cut=cut, **values)


def _across(trace: Trace, facts: Mapping[str, Any], todo: str, lang: str) -> str:
    """Say what of the decoder's last loss arrives at the encoder's first step, at what factors, and by which way."""
    cell = trace.experiment.cell.upper()
    if facts["zeros"] or facts["first_log10"] is None:
        return say("gradients.lead.reach_stops", lang, cell=cell, zeros=facts["zeros"], steps=trace.steps, todo=todo)
    known = {name: factor for name, factor in facts["parts"].items() if factor is not None}
    factors = [say(f"gradients.lead.in_{name}", lang, factor=powers(known[name])) for name in known]
    by = f" ({', '.join(reversed(factors))})" if factors else ""
    arrives = powers_of_log10(facts["first_log10"] - facts["last_log10"])
    values = {"cell": cell, "by": by, "arrives": arrives, "todo": todo, "ways": _ways(trace, lang)}
    return say(f"gradients.lead.reach_{facts['verdict']}", lang, **values)


def _ways(trace: Trace, lang: str) -> str:
    """Say how much of the last loss comes to the encoder's first state through the context, how much by attention."""
    if trace.experiment.attention == "none":
        return say("gradients.lead.one_way", lang)
    found = reach(trace, last=True)
    sizes = {way: powers_of_log10(float(getattr(found, way)[0, 0])) for way in ("total", "context", "attention")}
    return say("gradients.lead.both_ways", lang, **sizes)


def _pooled(trace: Trace, facts: Mapping[str, Any], todo: str, lang: str) -> str:
    """Say what reaches the first step where the answer is made from all of them."""
    values = {"cell": trace.experiment.cell.upper(), "todo": todo}
    if facts["first_log10"] is None:
        return say("gradients.lead.reach_stops", lang, zeros=facts["zeros"], steps=trace.steps, **values)
    arrives = powers_of_log10(facts["first_log10"] - facts["last_log10"])
    return say(f"gradients.lead.pooled_{trace.experiment.readout}", lang, arrives=arrives, **values)


def _is_in_the_cell(trace: Trace) -> bool:
    """Whether a gradient that is exactly zero at h goes on in an LSTM's cell state."""
    if trace.layers["l0"].dc is None:
        return False
    return bool(((curve(trace) == -math.inf) & (curve(trace, state="c") > -math.inf)).any())


def _and_the_lstm(question: Question, todo: str, lang: str) -> str:
    """Put before what to do what becomes of the LSTM's gradient beside another cell's, where its forget bias is set."""
    lstm, bias = question.ways().get("lstm"), question.experiment.forget_bias
    if lstm is None or question.focus == "lstm" or bias is None or lstm.first_nonfinite_step is not None:
        return todo
    facts = facts_of(lstm)
    if facts["factor"] is None or facts["zeros"]:
        return todo
    values = {"factor": powers(facts["factor"]), "bias": readable(bias), "todo": todo}
    return say(f"gradients.lead.lstm_{facts['verdict']}", lang, **values)


def shape_of(question: Question) -> tuple[str, bool]:
    """Return the shape of the run, and whether its answer is made from the states of all steps."""
    trace = question.runs()[question.focus]
    return trace.experiment.shape, pools(trace) and trace.experiment.readout != "last"


def told(question: Question, remedies: Sequence[str], lang: str) -> list[str]:
    """Return what is said above the stage: what each remedy that is on does, the cells' sizes, how engines compare."""
    sentences = []
    runs = question.runs()
    trace = runs[question.focus]
    for name in remedies:
        if name == "gates":
            if pools(trace) and trace.experiment.readout != "last":
                continue  # what comes in at every step has no factor a step
            said = gate_sentences(question.ways(), lang)
            sentences += [say("remedy.told", lang, remedy=say("remedy.gates", lang), told=one) for one in said]
            continue
        # Clipping comes last, by value before by norm: what it does to the others' effect is left out of theirs.
        after = {"clip": [], "clip_value": ["clip"]}.get(name, ["clip", "clip_value"])
        with_it = without(question.experiment, after)
        if name in OF_THE_WAY:
            with_it = with_it.replace(loss="last")
        pair = traced(without(with_it, [name])), traced(with_it)
        effect = " ".join(remedy_sentences(name, *pair, lang))
        sentences.append(say("remedy.told", lang, remedy=say(f"remedy.{name}", lang), told=effect))
    zeros = int(lost(trace).sum())
    if zeros:
        sentences.append(say("gradients.float32", lang, lost=zeros, steps=trace.steps))
    if question.matched and len(runs) > 1:
        sentences.append(size_sentence(question, lang))
    if question.engine == "torch":
        sentences.append(apart_sentence(compare_engines(question.experiment)[0], lang))
    return sentences
