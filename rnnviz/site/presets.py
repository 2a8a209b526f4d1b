"""Things to try: experiments that show one thing each, and what to look for in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.site import state
from rnnviz.words import say

MENU = "try"
PRESETS: Final = {
    "hello": Experiment(),
    "plain": Experiment(cell="rnn"),
    "words": Experiment(text="the dog bites the man and the man bites the dog", tokens="words"),
    "vanish": Experiment(cell="rnn", hidden_size=8, init="orthogonal", gain=0.5, task="impulse", length=40, loss="last"),
    "explode": Experiment(
        cell="rnn", nonlinearity="identity", hidden_size=8, init="orthogonal", gain=1.1, task="impulse", length=40, loss="last"
    ),
    "remember": Experiment(forget_bias=5.0, hidden_size=8, task="impulse", length=40, loss="last"),
    "both": Experiment(cell="gru", bidirectional=True, text="racecar"),
    "stocks": Experiment(hidden_size=16, task="stocks", length=104),
    "script": Experiment(text="你好，世界 👩‍👩‍👧 שלום", hidden_size=6),
    "latch": Experiment(network="latch"),
    "delay": Experiment(network="delay"),
    "counter": Experiment(network="counter"),
    "brackets": Experiment(network="brackets"),
    "parity": Experiment(network="parity"),
}
"""By name; the messages ``preset.<name>`` and ``preset.<name>.look`` say what each is and what to look for."""


def try_menu(lang: str, cells: Sequence[str]) -> None:
    """Offer the presets that fit a page about ``cells``."""
    fitting = [name for name, preset in PRESETS.items() if preset.network or preset.cell in cells]
    st.menu_button(
        say("site.try", lang),
        fitting,
        format_func=lambda name: say(f"preset.{name}", lang),
        key=MENU,
        help=say("site.try.help", lang),
        on_click=_take,
    )


def look_for(experiment: Experiment, lang: str) -> str | None:
    """Return what to look for, if ``experiment`` is one of the presets."""
    found = [name for name, preset in PRESETS.items() if preset == experiment]
    return say(f"preset.{found[0]}.look", lang) if found else None


def _take() -> None:
    name = st.session_state[MENU]
    if name in PRESETS:
        state.put(PRESETS[name])
