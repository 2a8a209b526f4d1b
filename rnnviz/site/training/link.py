"""What a link asks to be trained: its words, one by one, as raw values for `rnnviz.site.training.settling`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rnnviz.checks import shorten
from rnnviz.experiment import ExperimentError
from rnnviz.site import limits
from rnnviz.site.training.naming import TYPED, sentence
from rnnviz.site.training.plan import Plan
from rnnviz.site.training.settling import FIELDS, ranged, settle
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.words import say

LOOK: Final = ("probe", "open")
"""What of the training is looked at: which sequence, and whether the network itself is."""

BEGINNING: Final[Mapping[str, Any]] = {"plan": Plan(), "probe": 1, "open": False}
"""What the page shows where a link sets nothing."""
OWN: Final = ("problem", *TYPED, *LOOK)
MOST: Final = 24
"""Settings of a problem that are read at all."""


def read_plan(query: Mapping[str, Sequence[str]], lang: str) -> tuple[dict[str, Any], list[str]]:
    """Return the plan that a link asks for, or the nearest to it, and what is looked at: `LOOK`; probes count from 1.

    Nothing, where the link sets nothing; and a sentence for each thing that was wrong.
    """
    asked, sentences = read(query, lang)
    if not asked:
        return {}, sentences
    look = {name: asked.pop(name) for name in LOOK if name in asked}
    probe = 1
    if "probe" in look:
        try:
            probe = ranged("probe", look["probe"], limits.PROBES)
        except ExperimentError as error:
            sentences.append(sentence(error, probe, lang, link=True))
    shown = look.get("open", "0")
    if shown not in ("0", "1"):
        sentences.append(say("notice.own", lang, name="open", value=shorten(shown), choices="0, 1", used="0"))
    settled = settle(asked, Plan(), lang, link=True)
    found = {"plan": settled.plan, "probe": probe, "open": shown == "1"}
    return found, [*sentences, *settled.sentences]


def read(query: Mapping[str, Sequence[str]], lang: str) -> tuple[dict[str, Any], list[str]]:
    """Return what a link asks for, unchecked, and a sentence for each word that sets nothing."""
    asked: dict[str, Any] = {}
    sentences: list[str] = []
    for name, given in query.items():
        if name not in (*FIELDS, *OWN):
            sentences.append(say("notice.unknown", lang, name=shorten(name)))
            continue
        if len(given) > 1:
            used = shorten(given[-1])
            sentences.append(say("notice.repeated", lang, name=name, count=len(given), used=used))
        asked[name] = given[-1]
    return _with_options(asked, sentences, lang), sentences


def _with_options(asked: dict[str, Any], sentences: list[str], lang: str) -> dict[str, Any]:
    """Take the problem's word apart, and put a text or numbers of one's own to its settings."""
    options: dict[str, Any] = {}
    if "problem" in asked:
        name, *parts = str(asked["problem"]).split(":")
        asked["problem"] = name
        for part in parts[:MOST]:
            setting, mark, value = part.partition("=")
            if mark:
                options[setting] = value
            else:
                sentences.append(say("training.link.part", lang, part=shorten(part)))
    for name in TYPED:
        if name not in asked:
            continue
        value = asked.pop(name)
        wanted = asked.setdefault("problem", name)  # a text alone is asked to be learned
        if wanted in PROBLEMS and name not in PROBLEMS[wanted].defaults:
            sentences.append(say("training.link.typed", lang, name=name, problem=wanted))
        else:
            options[name] = value
    return asked | ({"options": options} if options else {})
