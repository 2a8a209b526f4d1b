"""The equations of a run's shape, in the letters that the stage's panel is written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.lessons import prose
from rnnviz.site.page import READING_WIDTH
from rnnviz.stage.mount import mount_module
from rnnviz.tasks.translation import BEGIN
from rnnviz.words import say

LETTERS: Final[Mapping[str, Mapping[str, str]]] = {
    "torch": {"x": "W_{ih}", "h": "W_{hh}", "y": "W_{ho}", "by": "b_o"},
    "xh": {"x": "W_{xh}", "h": "W_{hh}", "y": "W_{hy}", "by": "b_y"},
    "wu": {"x": "W", "h": "U", "y": "V", "by": "b_y"},
    "uw": {"x": "U", "h": "W", "y": "V", "by": "b_y"},
}
"""By notation, as in the stage's panel: the weights that read, that lead on and that answer, and the answer's bias."""
RAISED: Final = {"b": "", "b1": "^{(1)}", "bk": "^{(k)}", "back": "'", "be": r"^{\mathrm e}", "bd": r"^{\mathrm d}"}
"""By the name of a placeholder: whose bias of the cell is meant."""
STEP: Final = re.compile(
    r"^(?P<new>.+?) &= f\((?:<x>.*?\\,(?P<read>.+) \+ )?<h>(?P<whose>.*?)\\,(?P<old>.+) \+ <\w+>\)", re.MULTILINE
)
"""A plain RNN's step: what it makes, of what it reads, by whose weights, and of what it brings along."""
HIDDEN: Final = re.compile(r"(?<![A-Za-z])h(?![A-Za-z])")
CHOSEN: Final = "_letters"


def blocks(experiment: Experiment) -> list[str]:
    """Return the names of the blocks of shapes/equations.md that a network's equations are made of, in their order."""
    asked = experiment
    if asked.translates:
        both = "-both" if asked.bidirectional else ""
        context = f"context-{asked.context}{'' if asked.context == 'all' else both}"
        return [f"encoder{both}", context, f"decoder-{asked.decoder}", f"attention-{asked.attention}"]
    if asked.shape == "many_to_many" and asked.num_layers > 1:
        return ["residual" if asked.residual else "stacked", "answer-residual" if asked.residual else "answer-stacked"]
    if asked.shape == "many_to_many" and asked.bidirectional:
        return ["bidirectional"]
    choice = {"one_to_many": f"-{asked.feed}", "many_to_one": f"-{asked.readout}"}.get(asked.shape, "")
    return [asked.shape.replace("_", "-") + choice]


def notes(experiment: Experiment) -> list[str]:
    """Return the keys of what is said of the equations: what the cell is, and what they leave out."""
    asked = experiment
    equal, several = asked.shape == "many_to_many", asked.num_layers > 1
    told = {
        "note_rnn": asked.cell == "rnn",
        "note_gru": asked.cell == "gru",
        "note_lstm": asked.cell == "lstm",
        "note_cells": asked.translates and asked.cell == "lstm",
        "nothing": asked.cell != "rnn" and "(0, " in latex(asked, "torch", "en"),
        "symbols": True,
        "begins": asked.translates and asked.decoder == "feedback",
        "layers": several and not equal,
        "layers_state": several and asked.translates and asked.decoder == "state",
        "skips": several and asked.residual and not equal,
        "directions": asked.bidirectional and not asked.translates and (several or not equal),
    }
    return [f"shapes.equations.{name}" for name, is_so in told.items() if is_so]


def letters(notation: str) -> dict[str, str]:
    """Return what each placeholder stands for; PyTorch keeps the bias of a cell as two that are added up."""
    parts = ("b_{ih}", "b_{hh}") if notation == "torch" else ("b",)
    biases = {name: " + ".join(part + raised for part in parts) for name, raised in RAISED.items()}
    return {**LETTERS[notation], **biases, "alone": parts[0]}


def latex(experiment: Experiment, notation: str, lang: str) -> str:
    """Return the equations, aligned: those of a plain RNN in full, of a gated cell what goes in and comes out."""
    gated = experiment.cell != "rnn"
    known = {**letters(notation), "c0": _first_cell(experiment)}
    if gated:
        known |= {name: f"<{name}>" for name in ("x", "h", *RAISED)}
    text = " \\\\\n".join(prose("shapes/equations", block, lang, **known) for block in blocks(experiment))
    lines = STEP.sub(partial(_step, experiment.cell), text) if gated else text
    return f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"


def _step(cell: str, found: re.Match[str]) -> str:
    """Return a step of a gated cell, which is no function of one sum; an LSTM brings its cell state along."""
    new, old, read = found["new"], found["old"], found["read"] or "0"
    if cell == "lstm":
        new, old = f"({new}, {HIDDEN.sub('c', new)})", f"{old}, {HIDDEN.sub('c', old)}"
    return rf"{new} &= \operatorname{{{cell.upper()}}}{found['whose']}({read}, {old})"


def _first_cell(experiment: Experiment) -> str:
    """Return what a decoder's cell state begins with, if it has one: the encoder's last beside an untouched last h."""
    if experiment.cell != "lstm":
        return ""
    if experiment.decoder == "state" and experiment.context == "last":
        return r", \quad c_0 = \bar c_S"
    return r", \quad c_0 = 0"


@st.fragment
def equations(experiment: Experiment, stage: str, lang: str) -> None:
    """Show the equations in the letters of the stage's panel; to choose others runs nothing else of the page.

    Parameters
    ----------
    experiment : Experiment
    stage : str
        Key of the stage, which has the say: its link names the letters, and those chosen here are chosen there.
    lang : str
    """
    st.markdown(f"### {say('shapes.equations', lang)}")
    names = {name: say(f"panel.notation.{name}", lang) for name in LETTERS}
    data = {"stage": stage, "label": say("panel.notation", lang), "names": names, "chosen": chosen()}
    mount_module("letters.js", data, key="letters", on_notation_change=_choose)
    st.markdown(f"$$\n{latex(experiment, chosen(), lang)}\n$$", width=READING_WIDTH)
    st.caption(
        " ".join(say(key, lang, n=experiment.num_layers, begin=BEGIN) for key in notes(experiment)), width=READING_WIDTH
    )
    if chosen() == "torch" and experiment.cell == "lstm":
        weight = f"${LETTERS['torch']['y']}$"
        st.caption(say("shapes.equations.weight", lang, weight=weight), width=READING_WIDTH)


def chosen() -> str:
    """Return the notation that the stage was last heard to have."""
    notation = str(st.session_state.get(CHOSEN))
    return notation if notation in LETTERS else next(iter(LETTERS))


def _choose() -> None:
    st.session_state[CHOSEN] = st.session_state["letters"].notation
