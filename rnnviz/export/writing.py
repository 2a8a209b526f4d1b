"""What is told of a decoder: how it was taught, what it wrote, and how it came to an end."""

from __future__ import annotations

from typing import Final

from rnnviz.inputs import readable
from rnnviz.trace import Trace
from rnnviz.words import say

SHOWN: Final = 60
"""Symbols of what was written that are told of."""


def written(trace: Trace, lang: str) -> list[str]:
    """Return a paragraph on what a decoder wrote; none of another network."""
    if trace.bridge is None:
        return []
    return [" ".join([*_taught(trace, lang), _wrote(trace, lang)])]


def _taught(trace: Trace, lang: str) -> list[str]:
    """Say what it read as the output of the step before, and how it searched."""
    experiment, told = trace.experiment, list[str]()
    if experiment.decoder == "feedback":
        key = {0.0: "export.fed_own", 1.0: "export.fed_right"}.get(experiment.forcing, "export.fed_either")
        told.append(say(key, lang, chance=readable(experiment.forcing)))
    if experiment.beam > 1 and trace.bridge and trace.bridge.hypotheses:
        told.append(say("export.searched", lang, beam=experiment.beam))
    return told


def _wrote(trace: Trace, lang: str) -> str:
    """Say what was written, and whether it came to an end by itself: numbers do not."""
    assert trace.bridge is not None
    begins, ends = trace.segments[-1].start, trace.steps
    if trace.answers is None:
        return say("export.wrote_numbers", lang, count=ends - begins)
    kept = trace.bridge.hypotheses
    answers = kept[0][0] if kept else trace.outputs[begins:].argmax(axis=1).tolist()
    names = [trace.answers[answer] for answer in answers]
    wrote = " ".join(names[:SHOWN] + ["…"] * (len(names) > SHOWN))
    if trace.experiment.forcing == 1:
        return say("export.wrote", lang, wrote=wrote)
    key = "export.wrote_end" if trace.bridge.stopped else "export.wrote_on"
    return say(key, lang, wrote=wrote, count=ends - begins)
