"""Things to try: experiments that show one thing each, and what to look for in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import streamlit as st

from rnnviz.experiment import NETWORKS, Experiment
from rnnviz.networks import network_named
from rnnviz.networks.trained import TRAINED, trained
from rnnviz.run import resolve
from rnnviz.site import own, state
from rnnviz.tasks import inputs
from rnnviz.tasks.learnt import takes_length
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.tasks.problems.lengths import shortest
from rnnviz.words import say

MENU = "try"
LONG_TEXT: Final = "the dog that bit the man that saw the cat sleeps"
GRADIENTS: Final = Experiment(cell="rnn", hidden_size=16, forget_bias=4.0, text=LONG_TEXT, loss="last")
"""What the page about gradients opens with: one loss, at the far end of a sentence; all but the LSTM forget it, whose
gates are open."""
_DECAY: Final = Experiment(cell="rnn", hidden_size=8, init="orthogonal", task="sine", length=40, loss="last")
_TRANSLATED: Final = replace(state.OPENING, cell="gru", shape="encoder_decoder", text="hello", target="olleh")
PRESETS: Final = {
    "hello": state.OPENING,
    "plain": replace(state.OPENING, cell="rnn"),
    "words": replace(state.OPENING, text="the dog bites the man and the man bites the dog", tokens="words"),
    "vanish": replace(_DECAY, gain=0.5),
    "explode": replace(_DECAY, gain=1.1, nonlinearity="identity"),
    "remember": Experiment(forget_bias=5.0, hidden_size=8, task="impulse", length=40, loss="last"),
    "both": replace(state.OPENING, cell="gru", bidirectional=True, text="racecar"),
    "stocks": Experiment(hidden_size=16, task="stocks", length=104),
    "script": Experiment(text="你好，世界 👩‍👩‍👧 שלום", hidden_size=6),
    "asked_once": replace(_DECAY.replace(text="the dog bit the man"), gain=0.6, loss="every", shape="many_to_one"),
    "translated": _TRANSLATED,
    "looking_back": replace(_TRANSLATED, attention="dot"),
    **{name: Experiment(network=name) for name in NETWORKS},
    "characters": Experiment(network="characters", text='the judge said "THE FILM WAS NOT BAD".'),
    "depth_learnt": Experiment(network="depth_learnt", length=40),
    "sentiment": Experiment(network="sentiment", text="the film was not good but terrible"),
    "tagger": Experiment(network="tagger", text="the old answer the phone"),
    "characters_residual": Experiment(network="characters_residual", text='the judge said "THE FILM WAS NOT BAD".'),
    **{name: Experiment(network=name, length=50) for name in ("adding_lstm", "adding_rnn")},
}
"""By name; the messages ``preset.<name>`` and ``preset.<name>.look`` say what each is and what to look for, except that
ready-made networks bring their own."""


@dataclass(frozen=True)
class Trap:
    """An experiment about gradients that is not what one expects, and the page's settings to see it with."""

    experiment: Experiment
    sweep: str = "none"

    @property
    def settings(self) -> dict[str, str]:
        """The page's own settings: one guesses first."""
        return {"sweep": self.sweep, "matched": "0", "engine": "numpy", "guess": "1"}


TRAPS: Final = {
    "doubling": Trap(Experiment(network="doubling", loss="last")),
    "lstm_vanishes": Trap(replace(GRADIENTS, cell="lstm", forget_bias=-1.0), "forget_bias"),
    "clipped": Trap(replace(GRADIENTS, clip=0.1), "none"),
    "float32": Trap(Experiment(cell="rnn", hidden_size=32, task="sine", length=1000, loss="last")),
}
"""By name, as `PRESETS`; the messages begin with ``trap.``."""
MATTER: Final = ("vanish", "explode", "remember", "adding_lstm", "adding_rnn")
"""The other presets that are about gradients."""


def try_menu(lang: str, cells: Sequence[str], traps: bool = False) -> None:
    """Offer the presets that fit a page about ``cells``, or those of the page about gradients."""
    st.menu_button(
        say("site.try", lang),
        [*TRAPS, *MATTER] if traps else [name for name in PRESETS if _cells()[name] in cells],
        format_func=lambda name: title(name, lang),
        key=MENU,
        on_click=_take,
    )


@cache
def _cells() -> dict[str, str]:
    """Return each preset's cell, of a ready-made network its own."""
    return {name: resolve(preset).cell for name, preset in PRESETS.items()}


def title(name: str, lang: str) -> str:
    """Return what a preset is called."""
    if name in TRAPS:
        return say(f"trap.{name}", lang)
    if name in NETWORKS:
        key = "preset.trained" if name in TRAINED else "preset.handmade"
        return say(key, lang, title=network_named(name).title(lang))
    return say(f"preset.{name}", lang)


def look_for(experiment: Experiment, lang: str, traps: bool = False) -> str | None:
    """Return what to look for, if ``experiment`` is one of the presets or is of a ready-made network."""
    trapped = [name for name, trap in TRAPS.items() if traps and trap.experiment == experiment]
    if trapped:
        return say(f"trap.{trapped[0]}.look", lang)
    if experiment.network:
        return " ".join([network_named(experiment.network).summary(lang), *_elsewhere(experiment, lang)])
    found = [name for name, preset in PRESETS.items() if preset == experiment]
    return say(f"preset.{found[0]}.look", lang) if found else None


def _elsewhere(experiment: Experiment, lang: str) -> list[str]:
    """Return a sentence where a network that learnt to answer at the end reads another length than it learnt on."""
    name = experiment.network or ""
    if name not in TRAINED or experiment.text is not None or not takes_length(name):
        return []
    task = trained(name).task
    most = task["options"]["length"]
    if PROBLEMS[task["name"]].counts != "last" or experiment.length == most:
        return []
    least, steps = shortest(most, task["options"].get("spread", 0)), len(inputs(experiment).inputs)
    if least <= steps <= most:
        return []
    length = str(most) if least == most else f"{least}–{most}"
    return [say("network.trained.elsewhere", lang, length=length, steps=steps)]


def _take() -> None:
    name = st.session_state[MENU]
    if name in TRAPS:
        own.put(TRAPS[name].settings)
        state.put(TRAPS[name].experiment)
    elif name in PRESETS:
        state.put(PRESETS[name])
