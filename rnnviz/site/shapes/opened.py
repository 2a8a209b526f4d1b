"""Which shape is open, and what leads from it to the other lessons."""

from __future__ import annotations

from functools import cache
from typing import Final

import streamlit as st

from rnnviz.experiment import CELLS, NETWORKS, Experiment
from rnnviz.lessons import prose
from rnnviz.networks.trained import TRAINED, trained
from rnnviz.run import resolve
from rnnviz.site import state
from rnnviz.site.controls import amount, build_controls, shape_controls
from rnnviz.site.navigation import pages
from rnnviz.site.page import READING_WIDTH, Page
from rnnviz.site.settle import settle
from rnnviz.site.shapes.entries import ENTRIES, entry_of, query_of
from rnnviz.site.shapes.wiring import random_of
from rnnviz.site.training.plan import Plan
from rnnviz.tasks.problems.shipped import SHIPPED
from rnnviz.words import say

OPEN: Final = "_shape_open"
WEIGHTS: Final = "shape_weights"
BUILT: Final = (
    *("cell", "num_layers", "bidirectional", "residual", "nonlinearity"),
    *("shape", "feed", "readout", "context", "decoder", "attention"),
)
"""What a network that is trained here has of one that is looked at."""
SHORT: Final = {"reverse": {"problem": "reverse:shortest=6:longest=6", "steps": "600"}}
"""Problems made short enough to be watched: the loss of longer words still leaps when half a minute is over."""


def is_open(page: Page) -> bool:
    """Return whether a shape is open: a link that sets anything opens it, any other leads to the gallery."""
    if page.asked is not None:
        st.session_state[OPEN] = bool(page.asked)
    return bool(st.session_state.get(OPEN))


def opening(lang: str) -> Experiment:
    """Return what the controls ask for, as far as it can be run: it says which entry is open."""
    return settle(state.wanted(), st.session_state.get("_experiment", Experiment()), lang).experiment


def cells_of(name: str) -> tuple[str, ...]:
    """Return the cells that an entry's network may have: without a second step, one that has no gates."""
    return ("rnn",) if name == "one_to_one" else CELLS


@cache
def networks_of(name: str) -> tuple[str, ...]:
    """Return all ready-made networks, those of an entry's shape before the others."""
    return tuple(sorted(NETWORKS, key=lambda network: entry_of(Experiment(network=network)) != name))


def lead(name: str, lang: str) -> str:
    """Return what is open, and what it is."""
    return say("shapes.opened", lang, title=say(f"shapes.{name}", lang), what=say(f"shapes.{name}.is", lang))


def about(name: str, lang: str) -> None:
    """Show what a shape is good for."""
    st.markdown(prose("shapes/about", name, lang), width=READING_WIDTH)


def weights_control(name: str, lang: str) -> None:
    """Offer the trained network of a shape, or weights that nothing has trained."""
    st.session_state[WEIGHTS] = "trained" if st.session_state[state.KIND] == "network" else "random"
    st.segmented_control(
        say("shapes.weights", lang),
        ("trained", "random"),
        format_func=lambda name: say(f"shapes.weights.{name}", lang),
        key=WEIGHTS,
        required=True,
        on_change=_take,
        args=(name,),
    )


def _take(name: str) -> None:
    state.put(ENTRIES[name].opened if st.session_state[WEIGHTS] == "trained" else random_of(name))


def row_of(lang: str) -> None:
    """Show the controls that belong to a shape."""
    with st.container(key="shape-row", horizontal=True, vertical_alignment="bottom", gap="small"):
        if st.session_state[state.KIND] != "network":
            amount("hidden_size", lang, width=133)
        shape_controls(lang, wide=False)
        if state.shape() != "encoder_decoder":  # there is no room; they are behind "More"
            build_controls(lang, width=120)


def elsewhere(name: str, experiment: Experiment, lang: str) -> None:
    """Show where the same network can be looked at in another way, and where one like it can be trained."""
    known = pages()
    with st.container(key="shapes-elsewhere", horizontal=True, gap="small"):
        query = training_of(name, experiment)
        label = say("shapes.train", lang, units=query["hidden_size"])
        st.page_link(known["training"], label=label, query_params=query)
        # There the decoder reads what is right, which that page says; what is asked here comes back with the visitor.
        st.page_link(known["gradients"], label=say("shapes.gradients", lang), query_params=query_of(experiment))
        for page in ("gates", "step"):
            st.page_link(known[page], label=say(f"shapes.{page}", lang))


def training_of(name: str, experiment: Experiment) -> dict[str, str]:
    """Return the Training page's link for a network built alike, beside one without attention if it has any.

    It is as large as the one that is looked at, and is trained on what that was trained on.
    """
    asked = resolve(experiment)
    built = Experiment(**{field: getattr(asked, field) for field in BUILT}).to_query()
    beside = "none" if asked.attention == "none" else "unattended"
    problem = problem_of(experiment.network) if experiment.network in TRAINED else ENTRIES[name].problem
    always = {"cell": asked.cell, "shape": asked.shape, "hidden_size": str(asked.hidden_size), "compare": beside}
    chosen = {field: words for field, words in built.items() if field in BUILT}
    return SHORT.get(problem, {"problem": problem}) | always | chosen


@cache
def problem_of(network: str) -> str:
    """Return what a network was trained on, a word of the Training page's link; a text is the book that it is."""
    task = trained(network).task
    name, options = str(task["name"]), dict(task["options"])
    if "text" in options:  # it is longer than a link can be
        read = options.pop("text")
        name, options["book"] = "book", next(book for book, whole in SHIPPED.items() if whole() == read)
    return Plan(problem=name, options=tuple(options.items())).query().get("problem", name)
