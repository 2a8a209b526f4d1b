"""The equations of a run's shape, in the letters of the three notations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.lessons import prose
from rnnviz.site.page import READING_WIDTH
from rnnviz.words import say

LETTERS: Final[Mapping[str, Mapping[str, str]]] = {
    "xh": {"x": "W_{xh}", "h": "W_{hh}", "y": "W_{hy}"},
    "uw": {"x": "U", "h": "W", "y": "V"},
    "wu": {"x": "W", "h": "U", "y": "V"},
}
"""By notation: the weights that read, that lead on and that answer."""


def blocks(experiment: Experiment) -> list[str]:
    """Return the names of the blocks of shapes/equations.md that a network's equations are made of, in their order."""
    asked = experiment
    if asked.translates:
        return ["encoder", f"context-{asked.context}", f"decoder-{asked.decoder}", f"attention-{asked.attention}"]
    if asked.shape == "many_to_many" and asked.num_layers > 1:
        return ["residual" if asked.residual else "stacked", "answer-residual" if asked.residual else "answer-stacked"]
    if asked.shape == "many_to_many" and asked.bidirectional:
        return ["bidirectional"]
    choice = {"one_to_many": f"-{asked.feed}", "many_to_one": f"-{asked.readout}"}.get(asked.shape, "")
    return [asked.shape.replace("_", "-") + choice]


def latex(experiment: Experiment, notation: str, lang: str) -> str:
    """Return the equations, aligned."""
    lines = [prose("shapes/equations", block, lang, **LETTERS[notation]) for block in blocks(experiment)]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


@st.fragment
def equations(experiment: Experiment, lang: str) -> None:
    """Show the equations in the letters that are chosen; to choose others runs nothing else of the page."""
    st.markdown(f"### {say('shapes.equations', lang)}")
    notation = st.segmented_control(
        say("shapes.letters", lang),
        tuple(LETTERS),
        format_func=lambda name: say(f"shapes.letters.{name}", lang),
        default=next(iter(LETTERS)),
        key="letters",
        required=True,
        label_visibility="collapsed",
    )
    st.markdown(f"$$\n{latex(experiment, notation, lang)}\n$$", width=READING_WIDTH)
    st.caption(say("shapes.equations.note", lang), width=READING_WIDTH)
