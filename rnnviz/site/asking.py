"""What the Gradients page asks beside its experiment: which slider, which sizes, which engine; and a guess first."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.figures.powers import powers
from rnnviz.run import resolve
from rnnviz.site import own
from rnnviz.site.controls import KEEP
from rnnviz.site.flows import Apart, Question, count
from rnnviz.site.remedies import COMPARED, active, remedy_amounts, remedy_controls, without
from rnnviz.site.state import KIND
from rnnviz.site.sweeping import sweeps
from rnnviz.words import say


def ask(experiment: Experiment) -> Question:
    """Return what the controls ask of an experiment, as far as it has a meaning there: see `unasked`.

    A decoder here reads the right outputs: those of its own would be others in each cell, and at each place of the
    slider, and no two runs could be compared.
    """
    sweep = own.word("sweep")
    experiment = experiment.replace(forcing=1.0, beam=1) if _writes_freely(experiment) else experiment
    fits = sweep in sweeps(resolve(experiment))
    return Question(experiment, sweep if fits else "none", own.word("matched") == "1", own.word("engine"))


def unasked(experiment: Experiment, lang: str) -> list[str]:
    """Return a sentence for each thing that is asked of an experiment and that means nothing here, or cannot be had."""
    shape, sweep = resolve(experiment).shape, own.word("sweep")
    if sweep in (own.SETTINGS["sweep"][0], "none") or sweep in sweeps(resolve(experiment)) or experiment.network:
        return []
    choices = ", ".join(sweeps(resolve(experiment)))
    return [say("notice.sweep", lang, value=sweep, shape=shape, choices=choices)]


def otherwise(experiment: Experiment, lang: str) -> str:
    """Return what a decoder that writes by itself elsewhere does here instead; nothing where it does the same."""
    if not _writes_freely(experiment):
        return ""
    if resolve(experiment).decoder == "feedback":
        return say("gradients.taught" if experiment.forcing == 0 else "gradients.taught_more", lang, **_set(experiment))
    numbers = experiment.series is not None or experiment.task is not None  # nothing that is written ends them
    return "" if numbers else say("gradients.taught_length", lang, **_set(experiment))


def _set(experiment: Experiment) -> dict[str, str]:
    return {"value": f"{experiment.forcing:g}"}


def _writes_freely(experiment: Experiment) -> bool:
    """Return whether a decoder may read what it wrote itself."""
    return resolve(experiment).translates and experiment.forcing < 1


def unremedied(question: Question) -> Question | None:
    """Return the same question without the remedies that are on; None if none is that could be laid over it."""
    names = [name for name in active(question.experiment) if name in COMPARED]
    if not names:
        return None
    plain = without(question.experiment, names)
    return Question(plain, question.sweep, question.matched, question.engine)


def asking_controls(question: Question, lang: str) -> None:
    """Offer what the slider moves, the remedies, and to guess before one sees: one row, so that the stage begins high.

    Beneath it stand the numbers of the remedies that are on.
    """
    experiment = question.experiment
    trace = question.runs()[question.focus]
    with st.container(key="asking", horizontal=True, vertical_alignment="bottom", gap="small"):
        choices = sweeps(resolve(experiment))
        if len(choices) > 1:
            _segments("sweep", choices, lang)
        remedy_controls(trace, lang)
        guessing = own.word("guess") == "1"
        label = say("gradients.guess.stop" if guessing else "gradients.guess", lang)
        put = {"guess": "0" if guessing else "1"}
        st.button(label, key="guess_on", help=say("gradients.guess.help", lang), on_click=own.put, args=(put,))
    remedy_amounts(experiment, lang)


def rarer_controls(lang: str) -> None:
    """Offer what is changed more rarely: the sizes of the other cells, and the engine."""
    if st.session_state[KIND] != "network":
        st.toggle(say("gradients.matched", lang), key="matched", help=say("gradients.matched.help", lang), **KEEP)
    _segments("engine", own.SETTINGS["engine"], lang, help=say("gradients.engine.help", lang))


def _segments(name: str, words: list[str] | tuple[str, ...], lang: str, **more: Any) -> None:
    if st.session_state.get(name) not in words:
        st.session_state[name] = words[-1]
    st.segmented_control(
        say(f"gradients.{name}", lang),
        words,
        format_func=lambda word: say(f"gradients.{name}.{word}", lang),
        key=name,
        required=True,
        **more,
        **KEEP,
    )


def size_sentence(question: Question, lang: str) -> str:
    """Say how many hidden units and weights each cell has."""
    cells = question.cells()
    parts = [
        say("gradients.size", lang, cell=cell.upper(), units=one.hidden_size, weights=f"{count(one):,}")
        for cell, one in cells.items()
    ]
    key = "gradients.sizes.matched" if question.matched else "gradients.sizes.alike"
    return say(key, lang, sizes=", ".join(parts))


def apart_sentence(apart: Apart, lang: str) -> str:
    """Say how far the engines are apart, and how long each took."""
    times = {"numpy": f"{apart.numpy_ms:.1f}", "torch": f"{apart.torch_ms:.1f}"}
    return say("gradients.apart" if apart.largest else "gradients.same", lang, largest=powers(apart.largest), **times)
