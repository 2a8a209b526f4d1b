"""A page of the site: its head, its controls, its stage, its prose, and the link of it all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.experiment import CELLS, INPUTS, NETWORKS, Experiment, ExperimentError
from rnnviz.lessons import prose
from rnnviz.site import address, flows, given, holding, limits, own, present, settle, state, upload
from rnnviz.site.controls import input_controls, more_controls, network_controls
from rnnviz.site.explained import explanation
from rnnviz.site.language import language
from rnnviz.site.lessons import LESSONS, Lesson
from rnnviz.site.making import making
from rnnviz.site.presets import look_for, try_menu
from rnnviz.site.runs import packed
from rnnviz.stage.mount import base, mount_module, mount_stage
from rnnviz.tasks import inputs
from rnnviz.trace import Trace
from rnnviz.words import say

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
MOST_SENTENCES = 4
READING_WIDTH = 704
MADE = tuple(kind for kind in INPUTS if kind != "network")


@dataclass
class Page:
    """An open page. Its calls show things from top to bottom, in the order in which they are made."""

    lesson: Lesson
    lang: str
    experiment: Experiment
    head: DeltaGenerator
    bar: DeltaGenerator
    tools: DeltaGenerator
    errors: DeltaGenerator
    asked: dict[str, Any] | None
    sentences: list[str] = field(default_factory=list)
    query: dict[str, str] = field(default_factory=dict)
    linked: bool = False
    look: str | None = None
    takes: frozenset[str] = frozenset()

    @property
    def presented(self) -> bool:
        """Whether someone presents: then there are no controls."""
        return present.presenting()

    @property
    def guessing(self) -> bool:
        """Whether the visitor wants to guess before anything is seen."""
        return "guess" in self.takes and own.word("guess") == "1"

    @property
    def own(self) -> list[str]:
        """The page's own settings, see `rnnviz.site.own`."""
        return [name for name in own.SETTINGS if name in self.takes]

    def say(self, key: str, /, **values: object) -> str:
        """Return a message in the visitor's language."""
        return say(key, self.lang, **values)

    def lead(self, text: str) -> None:
        """Show the one sentence under the title that says what to do."""
        self.head.markdown(text)

    def note(self, text: str) -> None:
        """Show, under the controls, what is shown here in another way than elsewhere; no text is no note."""
        if text:
            self.errors.caption(text)

    def remark(self, text: str) -> None:
        """Say one more thing of what there is to look for; no text is none."""
        self.look = f"{self.look or ''} {text}".strip()

    def controls(
        self,
        cells: Sequence[str] = CELLS,
        rarer: Callable[[str], None] | None = None,
        row: Callable[[str], None] | None = None,
        weights: Callable[[str], None] | None = None,
        writes: bool = True,
        networks: Sequence[str] = NETWORKS,
    ) -> Experiment:
        """Show the controls, unless someone presents, and return the experiment they make.

        Parameters
        ----------
        cells : sequence of str
            The cells this page is about.
        rarer : function of the language, optional
            Shows more controls, of this page alone, behind "More".
        row : function of the language, optional
            Shows a second row of controls, those of the shape and the size among them.
        weights : function of the language, optional
            Shows, before all others, the control that says whether a network is ready-made: then no input is.
        writes : bool
            Whether a decoder may write by itself here; else how it does is not asked for.
        networks : sequence of str
            All ready-made networks, those first that this page is about.
        """
        if not present.presenting():
            with self.tools.container(key="controls", horizontal=True, vertical_alignment="bottom", gap="small"):
                if weights:
                    weights(self.lang)
                input_controls(self.lang, INPUTS if weights is None else MADE, networks)
                network_controls(self.lang, cells, sized=row is None)
                self.tools = st.container(key="tools", horizontal=True, vertical_alignment="bottom", width="content")
                self.linked = True
            with self.tools:
                more = st.popover(self.say("site.more"), key="more", on_change="rerun")
                if more.open:  # what is not seen is not built: half a rerun's widgets stand in there
                    with more:
                        more_controls(self.lang, shaped=row is not None, writes=writes)
                        if rarer:
                            rarer(self.lang)
                try_menu(self.lang, cells, traps=bool(self.own))
                self.tools = present.present_button(self.lang)
            if row:
                with self.bar:
                    row(self.lang)
        also = tuple(name for name in state.REMEDIES if name in self.takes)
        settled = settle.settle(state.wanted(also), self.experiment, self.lang)
        self.sentences += [*settled.sentences, *(upload.notices(self.lang) if settled.experiment.series else [])]
        self.experiment = st.session_state["_experiment"] = settled.experiment
        self.query = self.experiment.to_query() | own.query(self.own)
        self.look = look_for(self.experiment, self.lang, traps=bool(self.own))
        if self.experiment.network and not self.presented:
            typed = str(st.session_state[state.OWN_TEXT] or "")
            self.remark(" ".join(given.told(self.experiment, typed, self.lang)))
        if self.experiment.series:
            self.look = inputs(self.experiment).note(self.lang)
        return self.experiment

    def words(self, first: str) -> str:
        """Show one field of words, this page's own, and return them; ``first`` stands in it at the beginning."""
        key = f"{self.lesson.name}_text"
        if self.asked is not None or key not in st.session_state:
            st.session_state[key] = (self.asked or {}).get("text", first)
        if not present.presenting():
            label = self.say("control.limited", label=self.say("control.words"), limit=self.say("control.words.limit"))
            self.tools.text_input(label, key=key, live=True, width=420, persist_state="session")
        last = st.session_state.get("_words", Experiment(text=first, tokens="words"))
        asked = {"text": st.session_state[key], "tokens": "words"}
        settled = settle.settle(asked, last, self.lang)
        self.sentences += settled.sentences
        st.session_state["_words"] = settled.experiment
        self.query = {"text": str(settled.experiment.text)}
        return str(settled.experiment.text)

    def hold(self, trace: Trace) -> Experiment:
        """Show the controls that hold a gate of a run open or shut, and return the experiment with it held.

        A cell without gates has no such controls; what a link would hold of it is said to be impossible.
        """
        held, wrong = holding.fitting(st.session_state[holding.KEY], trace)
        if not present.presenting():
            holding.hold_controls(trace, held, self.lang)
        self.sentences += [settle.sentence(error, held, self.lang) for error in wrong]
        self.experiment = replace(self.experiment, hold=held)
        self.query = self.experiment.to_query()
        return self.experiment

    def stage(
        self,
        trace: Trace,
        views: Sequence[Mapping[str, Any]],
        *,
        key: str | None = None,
        name: str | None = None,
        size: str = "full",
        transport: bool = True,
        baseline: Trace | None = None,
        figures: Mapping[str, str] | None = None,
    ) -> None:
        """Show a run on a stage; all stages of a page share one clock.

        Parameters
        ----------
        trace : Trace
        views : sequence of mapping
            ``{"view": name, "area": "graph" | "panel" | "score" | "wide", "options": {…}}`` in reading order.
        key : str, optional
            A name of its own for each of several stages of a page; the lesson's name by default.
        name : str, optional
            What the stage is called, needed where a page has several alike.
        size : {"full", "small"}
        transport : bool
            Whether the stage carries the row of playing controls.
        baseline : Trace, optional
            Another run of the same shape to lay under this one.
        figures : mapping of name to Plotly JSON, optional
        """
        if trace.segments and address.memory().step is None:  # unless a link says where, it is where a decoder begins
            address.memory().start = trace.segments[-1].start
        start = address.open_at(trace.steps, self.lang)
        data = packed(trace, views, baseline, page=self.lesson.name, start=start, size=size, lang=self.lang)
        key = key or self.lesson.name
        # The stage that has the clock keeps the link.
        own = {"key": key, "transport": transport, "address": transport} | ({"name": name} if name else {})
        stage = {**data["stage"], **own}
        mount_stage({**data, "stage": stage, "figures": dict(figures or {})}, key=f"stage-{key}")

    def flow(
        self,
        question: flows.Question,
        without: flows.Question | None,
        remedies: Sequence[str],
        views: Sequence[Mapping[str, Any]],
    ) -> None:
        """Show the way back on the page's stage.

        Parameters
        ----------
        question : Question
        without : Question, optional
            The same without the remedies that are on.
        remedies : sequence of str
            Their names.
        views
            As of `stage`.
        """
        steps = question.runs()[question.focus].steps
        linked = address.memory().step is not None
        start = address.open_at(steps, self.lang) if linked else steps - 1  # the way back begins at the end
        key, kept = self.lesson.name, json.dumps(list(views))
        data = flows.packed(question, without, tuple(remedies), views=kept, page=key, start=start, lang=self.lang)
        mount_stage(data, key=f"stage-{key}")

    def makings(self, question: flows.Question) -> None:
        """Show what the gradient of the run itself is made of, on a second stage: the first need not wait for it."""
        values, trace = question.slider(), question.runs()[question.focus]
        made = making(trace, self.lang)
        name = self.say("gradients.more.none")
        if values.field:
            title = self.say(f"gradients.slider.{values.field}")
            name = self.say("gradients.more", title=title, value=values.labels(self.lang)[values.own])
        st.markdown(f"### {name}")
        data = flows.follower(question, made.views, page=self.lesson.name, lang=self.lang)
        key = f"{self.lesson.name}-more"
        stage = {**data["stage"], "key": key, "name": name}
        mount_stage({**data, "stage": stage, "figures": made.figures}, key=f"stage-{key}")

    def explain(self, network: str) -> None:
        """Show why a ready-made network has the weights it has."""
        st.markdown(explanation(network, self.lang), width=READING_WIDTH)

    def prose(self, *blocks: str, **values: object) -> None:
        """Show blocks of the lesson's Markdown, in a column of reading width; together they cost as much as one."""
        told = [prose(self.lesson.name, block, self.lang, **values) for block in blocks]
        st.markdown("\n\n".join(told), width=READING_WIDTH)


@contextmanager
def open_page(
    name: str,
    *,
    step: int = 0,
    takes: frozenset[str] = state.fields(),
    first: Experiment = state.OPENING,
    reader: address.Read | None = None,
) -> Iterator[Page]:
    """Open a lesson's page: read the link, show the title; at the end say what was wrong and write the link.

    Parameters
    ----------
    name : str
        Of the lesson in `rnnviz.site.lessons.LESSONS`.
    step : int
        The time step (0-based) at which the page opens if the link does not say.
    takes : frozenset of str
        What a link may set: the fields of `Page.controls` by default, ``fields("hold")`` for a page that calls
        `Page.hold` as well, ``frozenset({"text"})`` for one that calls `Page.words` only. A page's own settings
        (`rnnviz.site.own`) are among them.
    first : Experiment
        What the page opens with where neither its link nor the visitor has set anything.
    reader : callable, optional
        Reads the link in the page's own way; what it finds is then in `Page.asked`.
    """
    lang = language()
    before = address.memory().page
    values = address.arrive(name, Experiment(), step, takes, lang, reader)
    begins = address.begins(values)
    address.memory().sentences += tuple(own.take(takes, values, lang, begins))
    if takes >= state.fields():
        if before != name:
            state.carry(first)
        state.take(values, first, begins)
    st.session_state.setdefault(holding.KEY, ())
    st.set_page_config(
        page_title=f"{say(f'{name}.title', lang)} · {say('site.title', lang)}",
        layout="wide",
        menu_items={"about": say("site.about", lang)},
    )
    head = st.container(key="head")
    head.title(say(f"{name}.title", lang), anchor=False)
    last = st.session_state.get("_experiment", state.OPENING)
    bar, errors = st.container(key="bar"), st.container(key="errors")
    page = Page(LESSONS[name], lang, last, head, bar, bar, errors, values, takes=takes)
    try:
        yield page
    except ExperimentError as error:  # what only a run can find out
        page.sentences.append(settle.sentence(error, None, lang))
    if present.presenting():
        present.leave_button(lang)
    _close(page)


def _close(page: Page) -> None:
    """Say what was wrong, and let the browser write the link of what is shown."""
    query, left_out = address.query_of(page.query)
    address.remember(query)
    page.sentences[:0] = address.memory().sentences
    if left_out:
        page.sentences.append(page.say("notice.link", most=f"{limits.LINK:,}"))
    _complain(page)
    if page.look:
        page.errors.caption(page.look)
    words = {name: page.say(f"site.link.{name}") for name in ("label", "help", "copied", "by_hand")}
    path = f"{base()}/{page.lesson.path}"
    visit, link = address.memory().visit, words if page.linked else None
    data = {"query": query, "path": path, "visit": visit, "present": present.presenting(), "link": link}
    with page.tools:
        mount_module("address.js", data, key="address", width="content")


def _complain(page: Page) -> None:
    told = list(dict.fromkeys(page.sentences))
    if not told:
        return
    escaped = [escape(sentence) for sentence in told]
    shown, rest = escaped[:MOST_SENTENCES], escaped[MOST_SENTENCES:]
    page.errors.error(shown[0] if len(shown) == 1 else _listed(shown))
    if rest:
        page.errors.expander(page.say("notice.and_more", count=len(rest))).markdown(_listed(rest))


def escape(sentence: str) -> str:
    """Return the Markdown that shows a sentence as it is, whatever a person has typed into it."""
    return _PUNCTUATION.sub(r"\\\1", sentence)


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)
