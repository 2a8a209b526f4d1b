"""A network of one's own, wired as each shape of the gallery: whatever else was chosen stays as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.site import state
from rnnviz.site.settle import settle, written
from rnnviz.site.shapes.entries import ENTRIES, entry_of, query_of

OWN: Final = "_network_of_ones_own"
PLAIN: Final = {"num_layers": 1, "bidirectional": False, "residual": False}
"""What tells many to many from its variations; any other shape may have these as well."""


def link_from(current: str, asked: Experiment, name: str, lang: str) -> str:
    """Return the link that opens an entry where a network of another one, ``current``, is shown.

    A trained network leads to the trained one of the other shape, a network of the visitor's own to itself.
    """
    return ENTRIES[name].link if asked.network else urlencode(query_of(wired(remembered(current, asked, lang), name)))


def remembered(current: str, asked: Experiment, lang: str) -> Experiment:
    """Return the network of the visitor's own, which ``asked`` is, as one of the entry ``current``.

    It is kept: what a shape has no part in is there again in the next that has.
    """
    kept = st.session_state.get(OWN)
    if kept is None or not _is_run_as(wired(kept, current), asked, lang):
        kept = st.session_state[OWN] = asked
    return kept


def random_of(name: str) -> Experiment:
    """Return what has weights that nothing has trained: the visitor's own network, if there was one, of this entry."""
    kept = st.session_state.get(OWN)
    return ENTRIES[name].fresh if kept is None else wired(kept, name)


def wired(own: Experiment, name: str) -> Experiment:
    """Return a network of one's own as an entry has it; the one that another entry opens with has nothing of one's own.

    What only other shapes have is left out.
    """
    if own == ENTRIES[entry_of(own)].fresh:
        return ENTRIES[name].fresh
    fresh = ENTRIES[name].fresh
    parts = state.OF_SHAPE.get(fresh.shape, ())
    absent = {part for other in state.OF_SHAPE.values() for part in other} - set(parts)
    usual = {part: getattr(Experiment(), part) for part in absent}
    return own.replace(**usual, **_wiring(own, fresh, name))


def _wiring(own: Experiment, fresh: Experiment, name: str) -> dict[str, Any]:
    """Return what makes a network one of this entry."""
    if name == "one_to_one":
        return {"shape": fresh.shape, "cell": fresh.cell, "bidirectional": False}
    if fresh.shape == "one_to_many":
        return {"shape": fresh.shape, "feed": fresh.feed}
    if fresh.translates:
        return {"shape": fresh.shape, "truncate": None, "attention": _looking(own, name)}
    if fresh.shape != Experiment.shape:
        return {"shape": fresh.shape}
    layers = {"num_layers": own.num_layers if own.num_layers > 1 else fresh.num_layers}
    shown: dict[str, dict[str, Any]] = {
        "stacked": layers,
        "residual": {**layers, "residual": True},
        "bidirectional": {"bidirectional": True},
    }
    stays = {} if fresh.num_layers == 1 else {"bidirectional": own.bidirectional}
    return {"shape": fresh.shape, **PLAIN, **stays, **shown.get(name, {})}


def _looking(own: Experiment, name: str) -> str:
    """Return how a decoder looks back: as it did, if it did."""
    if name == "encoder_decoder":
        return "none"
    if own.attention != "none":
        return own.attention
    return "additive" if own.bidirectional else "dot"  # states of two directions are wider than the decoder's


def _is_run_as(asked: Experiment, run: Experiment, lang: str) -> bool:
    """Return whether this is what is run of what is asked for: another shape may read less of the same text."""
    if asked == run:
        return True
    read = {name: getattr(run, name) for name in ("text", "series", "task", "length")}
    if replace(asked, **read) != run or not (asked.text or "").startswith(run.text or ""):
        return False  # to settle is not for nothing
    values = asked.to_dict() | ({"series": written(asked.series)} if asked.series else {})
    return settle(values, run, lang).experiment == run
