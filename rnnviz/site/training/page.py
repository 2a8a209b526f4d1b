"""The Training page: its link, its controls, what runs, and the stages that show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from rnnviz.inputs import readable
from rnnviz.lessons import prose
from rnnviz.site import address, feed, limits, present
from rnnviz.site.page import READING_WIDTH, Page, escape, open_page
from rnnviz.site.training import controls, files, link, telling
from rnnviz.site.training.bench import Bench, bench, desk
from rnnviz.site.training.buttons import buttons, remedies
from rnnviz.site.training.plan import Plan
from rnnviz.site.training.settling import settle
from rnnviz.stage.mount import mount_learning
from rnnviz.tasks.problems.forecast import Forecast, Measured
from rnnviz.tasks.problems.next_symbol import NextSymbol
from rnnviz.training.learned import CONNECTED
from rnnviz.words import say

NAME = "training"
LAST = "_training_plan"
"""The key of the plan that was settled last: what holds where a control says nothing that can be."""


@dataclass
class TrainingPage:
    """The open page. Its calls show things from top to bottom, in the order in which they are made."""

    page: Page
    plan: Plan
    bench: Bench
    probe: int
    opened: bool

    @property
    def lang(self) -> str:
        """The visitor's language."""
        return self.page.lang

    @property
    def shown(self) -> Plan:
        """What the stage shows: what was begun, or what would be."""
        return self.bench.plan or self.plan

    @property
    def continues(self) -> bool:
        """Whether the network can go on by itself: what it answers is what it reads next."""
        posed = self.shown.posed
        return isinstance(posed, Forecast | NextSymbol) and not self.shown.experiment.bidirectional

    @property
    def reads(self) -> bool:
        """Whether what the network reads can be looked at place by place: symbols, or not too many numbers."""
        if self.shown.experiment.shape in ("one_to_one", "one_to_many"):
            return False
        return self.shown.posed.alphabet is not None or self.shown.posed.steps <= CONNECTED

    @property
    def forecasts(self) -> bool:
        """Whether the problem is to forecast numbers that were measured."""
        return isinstance(self.plan.posed, Measured)

    def lead(self) -> None:
        """Show the sentence under the title."""
        self.page.lead(telling.lead(self.plan, self.lang))

    def run(self) -> None:
        """Show the buttons, how far it is, and what helps where it broke."""
        buttons(self.bench, self.plan, self.lang)
        remedies(self.bench, self.plan, self.lang)
        if self.bench.notice:
            self.page.sentences.append(self.bench.notice)

    def watch(
        self,
        views: Sequence[Mapping[str, Any]],
        network: Sequence[Mapping[str, Any]],
        beside: Sequence[Mapping[str, Any]],
    ) -> None:
        """Show the training on a stage, its network on another, if that is open, and the one beside it on a small one.

        Parameters
        ----------
        views, network, beside : sequence of mapping
            As of `Page.stage`.
        """
        jobs = self.bench.jobs
        probes = jobs[0].problem.probes
        probe = min(self.probe, len(probes) - 1)
        stage: dict[str, Any] = {"page": NAME, "lang": self.lang, "turn": self.bench.turn}
        stage["start"] = self._start(len(probes[probe].inputs), jobs[0].problem.counts)
        if len(jobs) > 1:
            stage["name"] = say("training.stage", self.lang, network=telling.network_of(jobs[0], self.lang))
        with st.container(key="training-look", horizontal=True, vertical_alignment="center", gap="medium"):
            look = f"{escape(files.column(self.shown, self.lang))} {telling.look_for(self.shown, self.lang)}".strip()
            st.caption(look, width="stretch")
            if len(probes) > 1 and not present.presenting():
                controls.probe_control(len(probes), self.lang)
        mount_learning(self._feed(0, probe), views, key=f"stage-{NAME}", **stage)
        follower = {"transport": False, "address": False}
        if not present.presenting():
            controls.open_control(self.lang)
        if self.opened:
            there = stage | {"name": say("training.stage.network", self.lang), **follower}
            mount_learning(self._feed(0, probe, sums=True), network, key=f"stage-{NAME}-network", **there)
        if len(jobs) > 1:
            named = telling.network_of(jobs[1], self.lang)
            st.markdown(f"### {say('training.stage.beside', self.lang, network=named)}")
            stage |= {"name": named, "size": "small", **follower}
            mount_learning(self._feed(1, probe), beside, key=f"stage-{NAME}-beside", **stage)

    def _start(self, steps: int, counts: str) -> int:
        """Return the step (0-based) to open at: what the link says, else where an answer is asked for."""
        if address.memory().step is not None:
            return address.open_at(steps, self.lang)
        return steps // 2 if counts == "every" else steps - 1

    def _feed(self, run: int, probe: int, sums: bool = False) -> str:
        return feed.address(self.bench.token, run=run, probe=probe, lang=self.lang, sums=sums)

    def prose(self, block: str) -> None:
        """Show a block of the lesson's Markdown, in a column of reading width, with the numbers of what is shown."""
        st.markdown(prose(NAME, block, self.lang, **self._values()), width=READING_WIDTH)

    def _values(self) -> dict[str, object]:
        """Return the numbers that the prose names."""
        posed, most = self.plan.posed, limits.TRAINING
        values: dict[str, object] = {
            "updates": f"{self.plan.steps:,}",
            "batch": self.plan.batch_size,
            "baselines": telling.baselines(posed, self.lang),
            "places": desk().places,
            "most_updates": f"{most['steps'].most:,}",
            "most_batch": f"{most['batch_size'].most:g}",
            "most_length": f"{limits.PROBLEM['length'].most:g}",
            "most_units": f"{most['hidden_size'].most:g}",
            "most_layers": f"{most['num_layers'].most:g}",
            "most_text": f"{limits.OWN_TEXT:,}",
            "most_series": f"{limits.OWN_SERIES:,}",
        }
        if isinstance(posed, Measured):
            scaler = posed.pipeline.scaler
            values |= {"share": posed.share, "length": posed.steps}
            low, high = (readable(float(f"{end:.4g}")) for end in (scaler.low, scaler.low + scaler.width))
            values |= {"low": low, "high": high}
        return values


@contextmanager
def open_training() -> Iterator[TrainingPage]:
    """Open the page: read the link, show the controls, and settle what would be trained."""
    with open_page(NAME, takes=frozenset(), reader=link.read_plan) as page:
        known = link.BEGINNING if address.begins(page.asked) else page.asked or {}
        controls.ready()
        if "plan" in known:
            controls.put(known["plan"])
            for name in link.LOOK:
                st.session_state[controls.key_of(name)] = known[name]
        if not present.presenting():
            with page.bar:
                page.tools = controls.controls(st.session_state.get(LAST, Plan()), page.lang)
                page.linked = True
        settled = settle(controls.asked(), st.session_state.get(LAST, Plan()), page.lang)
        plan = st.session_state[LAST] = settled.plan
        page.sentences += [*settled.sentences, *files.notices(plan.problem, page.lang)]
        found, (probe, opened) = bench(), (st.session_state[controls.key_of(name)] for name in link.LOOK)
        if found.plan is None:
            desk().warm(spares=1 if plan.beside() is None else 2)
        looked = ({} if probe == 1 else {"probe": str(probe)}) | ({"open": "1"} if opened else {})
        page.query = plan.query() | looked
        found.show(plan)
        yield TrainingPage(page, plan, found, probe - 1, opened)
