"""Remedies against vanishing and exploding, as switches: each sets fields of the experiment, or gives them back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.site.controls import amount
from rnnviz.trace import Trace
from rnnviz.words import say

KEY: Final = "remedies"


@dataclass(frozen=True)
class Remedy:
    """One switch.

    Attributes
    ----------
    on : dict of field to value
        What it sets. A function is given the run as it is, for a limit that has an effect there.
    off : dict of field to value
        What it was without.
    amount : str or None
        The field to set by a number beside the switch.
    built : bool
        Whether a hand-built network can have it, whose weights and cell are given.
    """

    on: Mapping[str, Any | Callable[[Trace], Any]]
    off: Mapping[str, Any]
    amount: str | None = None
    built: bool = False

    def is_on(self, experiment: Experiment) -> bool:
        """Whether an experiment has it."""
        if self.amount:
            return getattr(experiment, self.amount) is not None
        return all(getattr(experiment, name) == value for name, value in self.on.items())


def below(value: float) -> float:
    """Return a round number of at most half of ``value``, within the limits of a control; 1 for what is no number."""
    if not (0 < value < math.inf):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value / 2))
    return float(min(max(power * math.floor(value / 2 / power), 0.001), 1_000))


def _largest(trace: Trace) -> float:
    return max((float(abs(grad).max()) for grad in trace.parameter_grads.values()), default=0.0)


REMEDIES: Final[Mapping[str, Remedy]] = {
    "clip": Remedy({"clip": lambda trace: below(trace.grad_norm)}, {"clip": None}, "clip", built=True),
    "clip_value": Remedy(
        {"clip_value": lambda trace: below(_largest(trace))}, {"clip_value": None}, "clip_value", True
    ),
    "truncate": Remedy(
        {"truncate": lambda trace: max(1, min(10, trace.steps // 3))}, {"truncate": None}, "truncate", True
    ),
    "orthogonal": Remedy({"init": "orthogonal"}, {"init": "torch"}),
    "identity": Remedy({"init": "identity"}, {"init": "torch"}),
    "relu": Remedy({"nonlinearity": "relu"}, {"nonlinearity": "tanh"}),
    "gates": Remedy({"cell": "lstm"}, {"cell": "rnn"}),
    "residual": Remedy({"residual": True}, {"residual": False}),
}
"""By name; the messages are ``remedy.<name>``."""
COMPARED: Final = tuple(name for name in REMEDIES if name != "gates")
"""Those that are laid over the run without them; all three cells stand beside each other anyway."""


WITHOUT: Final = {
    "one_to_one": ("truncate", "orthogonal", "identity", "gates"),  # there is no way through time, and no W_hh
    "encoder_decoder": ("truncate",),  # its way back is walked whole
}
"""Shape → the remedies that mean nothing there."""


def offered(experiment: Experiment) -> list[str]:
    """Return the names of the remedies that an experiment can have."""
    names = [name for name, remedy in REMEDIES.items() if remedy.built or not experiment.network]
    if experiment.cell != "rnn" and "relu" in names:
        names.remove("relu")
    return [name for name in names if name not in WITHOUT.get(experiment.shape, ())]


def active(experiment: Experiment) -> list[str]:
    """Return the names of the remedies that an experiment has."""
    return [name for name in offered(experiment) if REMEDIES[name].is_on(experiment)]


def without(experiment: Experiment, names: list[str]) -> Experiment:
    """Return an experiment without some of its remedies."""
    off = {name: value for remedy in names for name, value in REMEDIES[remedy].off.items()}
    return experiment.replace(**off)


def remedy_controls(trace: Trace, lang: str) -> None:
    """Offer the remedies, those that a run has switched on."""
    on = active(trace.experiment)
    st.session_state[KEY] = on
    st.pills(
        say("gradients.remedies", lang),
        offered(trace.experiment),
        selection_mode="multi",
        format_func=lambda name: say(f"remedy.{name}", lang),
        key=KEY,
        help=say("gradients.remedies.help", lang),
        wrap=True,  # else the last ones scroll out of sight on a phone
        on_change=_switch,
        args=(trace, on),
    )


def remedy_amounts(experiment: Experiment, lang: str) -> None:
    """Offer the number of each remedy that is on and has one, and the layers without which one does nothing."""
    on = active(experiment)
    amounts = [field for name in on if (field := REMEDIES[name].amount)]
    flat = "residual" in on and experiment.num_layers < 2
    if not amounts and not flat:
        return
    with st.container(key="remedies-row", horizontal=True, vertical_alignment="bottom", gap="small"):
        for field in amounts:
            amount(field, lang, step=1.0 if field == "truncate" else 0.1, width=210)
        if flat:
            st.button(say("remedy.layers", lang), key="remedy_layers", on_click=take, args=({"num_layers": 3},))


def take(values: Mapping[str, Any]) -> None:
    """Set some of the controls."""
    st.session_state.update(values)


def _switch(trace: Trace, before: list[str]) -> None:
    chosen = st.session_state[KEY]
    for name in before:
        if name not in chosen:
            take(REMEDIES[name].off)
    for name in chosen:
        if name not in before:
            take({key: value(trace) if callable(value) else value for key, value in REMEDIES[name].on.items()})
