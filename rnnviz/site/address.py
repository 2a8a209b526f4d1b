"""The link and the screen: what a link asks for, and the link of what is shown.

Streamlit can bind a widget to the link itself, and that does not serve here: it writes the label of a choice, in the
visitor's language, in place of its name; it drops a wrong value without a word; it would put 100,000 typed characters
into the address; and it forgets the experiment when the page changes. So a link is read once, when it arrives, checked
field by field, and put into the controls; and the link of the screen is written by the browser after every run
(assets/address.js). The time step in it belongs to the stage: Python reads it on arrival and never writes it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

import streamlit as st

from rnnviz.checks import finite, shorten
from rnnviz.experiment import INPUTS, NETWORKS, Experiment, ExperimentError, parse_field
from rnnviz.run import resolve
from rnnviz.site import limits, lost, own, settle, state
from rnnviz.site.present import KEY as PRESENT
from rnnviz.site.present import VALUES as PRESENT_VALUES
from rnnviz.site.typed import length_read, shape_read
from rnnviz.words import say

STEP: Final = "step"
VISIT: Final = "visit"
"""A mark of its own that a link has which is clicked on the page itself, or gone back to: it is no echo of ours."""

BACK: Final = "back"
"""What the mark of a link begins with that was gone back to, or on to again (assets/within.js)."""

OWN: Final = (STEP, PRESENT, VISIT, lost.KEY)
Query = Mapping[str, Sequence[str]]
Read = Callable[[Query, str], tuple[dict[str, Any], list[str]]]
"""Reads a link's query in a page's own way: what it sets, and a sentence for each thing that was wrong."""


@dataclass
class Memory:
    """What one visitor's links have been, to know a new one from the echo of one that we wrote."""

    page: str | None = None
    query: dict[str, list[str]] = field(default_factory=dict)
    written: deque[dict[str, list[str]]] = field(default_factory=lambda: deque(maxlen=8))
    sentences: tuple[str, ...] = ()
    start: int = 0
    step: str | None = None
    shown: str = ""

    @property
    def visit(self) -> str | None:
        """The number of the visit that the link was last read of; see assets/address.js."""
        return self.query.get(VISIT, [None])[-1]

    def is_news(self, page: str, query: dict[str, list[str]]) -> bool:
        """Whether the link was changed by the visitor: a new visit, a page opened by a link, or the way back."""
        if self.page is None:
            return True
        if page != self.page:
            return bool(query)
        return _without_step(query) not in [_without_step(self.query), *map(_without_step, self.written)]


def memory() -> Memory:
    """Return this visitor's memory."""
    found: Memory = st.session_state.setdefault("_address", Memory())
    return found


def arrive(
    page: str, first: Experiment, step: int, takes: frozenset[str], lang: str, reader: Read | None = None
) -> dict[str, Any] | None:
    """Read the link, if it has changed, and return the fields it sets.

    Parameters
    ----------
    page : str
        Name of the lesson.
    first : Experiment
        What the page shows where the link does not say.
    step : int
        The time step (0-based) at which the page opens if the link does not say.
    takes : frozenset of str
        The fields that this page has controls for.
    lang : str
    reader : callable, optional
        Reads what the link sets, instead of `read`.

    Returns
    -------
    dict of field to allowed value, or None
        None if the link has not changed: what the controls hold stays.
    """
    known, query = memory(), {name: st.query_params.get_all(name) for name in st.query_params}
    values = None
    if known.is_news(page, query):
        rest = {name: given for name, given in query.items() if name not in OWN}
        values, sentences = reader(rest, lang) if reader else read(rest, first, takes, lang)
        sentences = _of_the_page(query, page, lang) + sentences
        known.start, known.step = _step(query, step)
        known.sentences, known.shown = tuple(sentences), ""
        known.written.clear()  # whoever goes back to one of these means it
        st.session_state[PRESENT] = query.get(PRESENT, [""])[-1] == PRESENT_VALUES[0]
    elif page != known.page:
        known.start, known.step, known.sentences = step, None, ()
    known.page, known.query = page, query
    return values


def begins(values: Mapping[str, Any] | None) -> bool:
    """Return whether the visitor went back to a page as it opens by itself: a link that sets nothing.

    Any other link that sets nothing leads to a page, and leaves what it shows as it is.
    """
    return values == {} and (memory().visit or "").startswith(BACK)


def read(query: Query, first: Experiment, takes: frozenset[str], lang: str) -> tuple[dict[str, Any], list[str]]:
    """Return the fields that a link sets, each with an allowed value, and a sentence for each that was not.

    Texts and series are passed on as they are: the controls hold whatever was typed.
    """
    values: dict[str, Any] = {}
    sentences: list[str] = []
    for name, given in query.items():
        if name not in takes:
            sentences.append(say("notice.unknown", lang, name=shorten(name)))
            continue
        sentences += _repeated(name, given, lang)
        if not given[-1] and name in ("task", "network"):
            sentences.append(say("notice.empty", lang, name=name))
        else:
            values[name] = given[-1]
    sentences += _no_text(values, lang) + _one_input(values, lang) + _fixed(values, lang)
    for name, text in values.items():
        if name not in (*settle.TYPED, *own.SETTINGS, *own.TYPED):
            try:
                given = text if name in limits.RANGES else parse_field(name, text)
                values[name] = settle.admit(name, given, values)
            except ExperimentError as error:
                values[name] = settle.nearest(name, error, first, values)
                sentences.append(settle.sentence(error, values[name], lang, link=True))
    return values, sentences


def _of_the_page(query: Query, page: str, lang: str) -> list[str]:
    """Return what is wrong with the part of a link that sets no field: where it led, whether it presents."""
    sentences = [sentence for name in OWN if name in query for sentence in _repeated(name, query[name], lang)]
    if lost.KEY in query:
        unknown = say("notice.unknown", lang, name=shorten(lost.KEY))
        sentences.append(lost.sentence(query[lost.KEY], page, lang) or unknown)
    if PRESENT in query and query[PRESENT][-1] not in PRESENT_VALUES:
        sentences.append(say("notice.present", lang, value=shorten(query[PRESENT][-1])))
    return sentences


def _repeated(name: str, given: Sequence[str], lang: str) -> list[str]:
    if len(given) < 2:
        return []
    return [say("notice.repeated", lang, name=name, count=len(given), used=shorten(given[-1]))]


def _no_text(values: dict[str, Any], lang: str) -> list[str]:
    """Drop what a ready-made network should read if it is nothing: then it reads what the seed draws."""
    if values.get("network") not in NETWORKS or str(values.get("text", "any")).strip():
        return []
    error = ExperimentError("text", values.pop("text"), "error.text")
    return [settle.sentence(error, None, lang, link=True, network=True)]


def _one_input(values: dict[str, Any], lang: str) -> list[str]:
    """Keep one input (a hand-built network may have a text of its own), and a length only where there is one to set."""
    sentences = []
    kinds = [name for name in INPUTS if name in values]
    if kinds != ["text", "network"]:
        for name in kinds[1:]:
            del values[name]
            sentences.append(say("notice.one_input", lang, name=name, used=kinds[0]))
    if "length" in values and not length_read(values):
        key = "notice.own_length" if "network" in values else "notice.no_length"
        sentences.append(say(key, lang, value=shorten(values.pop("length"))))
    return sentences


def _fixed(values: dict[str, Any], lang: str) -> list[str]:
    """Drop what a ready-made network decides itself, and say so of what it decides otherwise."""
    network = values.get("network")
    if network not in NETWORKS:
        return []
    shape = shape_read(values)
    usual = replace(resolve(Experiment(network=network)), shape=shape)
    named = [*state.OF_NETWORK, *(() if usual.translates else state.WRITING)]
    given = {name: values.pop(name) for name in named if name in values}
    if given.get("shape") == shape:
        values["shape"] = shape
    others = [name for name, text in given.items() if not _says(name, text, getattr(usual, name))]
    return [say("notice.fixed", lang, names=", ".join(others))] if others else []


def _says(name: str, text: str, value: Any) -> bool:
    """Return whether this is what a link says of a field."""
    try:
        return bool(parse_field(name, text) == value)
    except ExperimentError:
        return False


def _step(query: Query, step: int) -> tuple[int, str | None]:
    """Return the step (0-based) nearest to the one that a link opens at, and what it says."""
    given = query.get(STEP)
    if given is None:
        return step, None
    number = finite(given[-1])
    near = step if number is None else int(min(max(number, 1), limits.STEPS)) - 1
    return near, given[-1]


def open_at(steps: int, lang: str) -> int:
    """Return the step (0-based) at which a run of ``steps`` opens, and say so if it is not the one the link names."""
    known = memory()
    # Without a step in the link a short run opens in its middle: from its last step → would lead nowhere.
    start = min(known.start, steps - 1) if known.step is not None or known.start < steps - 1 else steps // 2
    number = None if known.step is None else finite(known.step)
    if known.step is not None and number != start + 1:
        wrong = say("notice.step", lang, value=shorten(known.step), most=f"{steps:,}", used=start + 1)
        known.sentences, known.step = (*known.sentences, wrong), None
    return start


def query_of(values: Mapping[str, str]) -> tuple[str, bool]:
    """Return the link's query for what is shown, and whether the text or the series had to be left out as too long."""
    query = dict(values)
    if st.session_state.get(PRESENT):
        query[PRESENT] = PRESENT_VALUES[0]
    whole = urlencode(query)
    if len(whole) <= limits.LINK:
        return whole, False
    rest = {name: value for name, value in query.items() if name not in (*settle.TYPED, *own.TYPED)}
    if not settle.TYPED.keys() & query.keys():
        return urlencode(rest), True
    # A link that sets nothing opens the page as it opens by itself, which is not what is shown here.
    return urlencode({"init": Experiment().init, **rest}), True


def remember(query: str) -> None:
    """Remember a link that the browser is about to show; what was wrong with an earlier one is then settled."""
    known = memory()
    if known.shown and known.shown != query:
        known.sentences = ()
    known.shown = query
    known.written.append(parse_qs(query, keep_blank_values=True))


def _without_step(query: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: value for name, value in query.items() if name != STEP}
