"""Trainings to try, each of which shows one thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from rnnviz.site.training.plan import Plan
from rnnviz.words import say

KEY: Final = "training_try"
PRESETS: Final = {
    "adding": Plan(),
    "open": Plan().changed(forget_bias=2.0),
    "order": Plan(problem="order", options=(("length", 30),), steps=1000).changed(forget_bias=1.0),
    "count": Plan(problem="depth").changed(hidden_size=8),
    "echo": Plan(problem="echo", compare="gru"),
    "manual": Plan(problem="book", options=(("book", "manual"),), steps=2000, compare="none").changed(hidden_size=64),
    "sentiment": Plan(problem="sentiment", steps=200).changed(hidden_size=16),
    "reverse": Plan(
        problem="reverse", options=(("shortest", 6), ("longest", 6)), steps=600, compare="unattended"
    ).changed(cell="gru", attention="dot"),
    "date": Plan(problem="date", steps=500, compare="none").changed(cell="gru", attention="additive"),
    "draw": Plan(problem="draw", steps=800, compare="rnn").changed(feed="every", hidden_size=24),
    "at_once": Plan(problem="wave", steps=600, compare="none").changed(shape="one_to_one", cell="rnn"),
    "stocks": Plan(problem="stocks", steps=600).changed(hidden_size=16),
    "broken": Plan(problem="depth", steps=600, optimiser="sgd", learning_rate=0.05, compare="unclipped").changed(
        cell="rnn", nonlinearity="relu", init="orthogonal", hidden_size=16
    ),
}
"""By name; ``training.preset.<name>`` says what each is."""


def try_menu(lang: str, put: Callable[[Plan], None]) -> None:
    """Offer the trainings to try; ``put`` lets the controls show one."""
    st.menu_button(
        say("site.try", lang),
        list(PRESETS),
        format_func=lambda name: say(f"training.preset.{name}", lang),
        key=KEY,
        on_click=lambda: _take(put),
    )


def _take(put: Callable[[Plan], None]) -> None:
    name = st.session_state[KEY]
    if name in PRESETS:
        put(PRESETS[name])
