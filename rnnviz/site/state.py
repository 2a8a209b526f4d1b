"""What the controls hold: the session's values under their keys, and the fields of an experiment they stand for.

A control's key is the name of the experiment's field it sets, which is also its name in the link. Three fields need
more than that: a hand-built network has a text of its own (``network_text``), a generator's settings are controls of
their own (``task_<generator>_<setting>``), and `KIND` says which of the inputs is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from rnnviz.experiment import DEFAULT_LENGTH, DEFAULT_TEXT, INPUTS, NETWORKS, TASKS, Experiment
from rnnviz.site.settle import written as numbers
from rnnviz.site.typed import length_read, shape_read
from rnnviz.tasks.generators import GENERATORS, Parameter, parse_task

KIND: Final = "input"
"""The key of the control that says which of `INPUTS` the network reads."""

OWN_TEXT: Final = "network_text"
"""The key of what a person types for a hand-built network; empty, it is given a random input."""

BROUGHT: Final = "_target_brought"
"""The key of the target that came together with a text: with a preset, or with the weights that nothing has trained."""

OF_NETWORK: Final = (
    "cell",
    "hidden_size",
    "num_layers",
    "bidirectional",
    "residual",
    "nonlinearity",
    "init",
    "gain",
    "forget_bias",
    "shape",
    "feed",
    "readout",
    "context",
    "decoder",
    "attention",
)
OF_SHAPE: Final[Mapping[str, tuple[str, ...]]] = {
    "one_to_many": ("feed",),
    "many_to_one": ("readout",),
    "encoder_decoder": ("context", "decoder", "attention", "target", "forcing", "beam"),
}
"""What more there is to choose of a shape; of another shape these are kept, and not asked for."""
WRITING: Final = ("target", "forcing", "beam")
"""Of those, what a ready-made network does not decide."""
ALWAYS: Final = ("seed", "loss", "truncate", "clip")
REMEDIES: Final = ("clip_value",)
"""Fields that only the page about gradients has controls for, and that stay there."""
OPENING: Final = Experiment(init="normal", seed=3)
"""What a page shows when its link sets nothing: weights so large that gates open and shut before one's eyes."""

FIRST: Final[Mapping[str, Any]] = {
    "text": DEFAULT_TEXT,
    "series": "1, 2, 3, 4, 3, 2, 1, 2, 3, 4",
    "task": TASKS[0],
    "network": NETWORKS[0],
    "length": DEFAULT_LENGTH,
}
"""What a control shows before it was ever used."""


def fields(*also: str) -> frozenset[str]:
    """Return the fields that the common controls set, and those of a page's own."""
    return frozenset((*OF_NETWORK, *ALWAYS, *WRITING, *INPUTS, "tokens", "length", *also))


def put(experiment: Experiment) -> None:
    """Let the controls show ``experiment``."""
    names = (*OF_NETWORK, *ALWAYS, *WRITING, *REMEDIES, "tokens", "hold")
    shown = {**FIRST, OWN_TEXT: "", **{name: getattr(experiment, name) for name in names}}
    kind = kind_of(experiment)
    shown |= _input(kind, getattr(experiment, kind))
    if kind == "network":
        shown[OWN_TEXT] = experiment.text or ""
    shown["target"] = shown[BROUGHT] = experiment.target or ""
    if experiment.length is not None:
        shown["length"] = experiment.length
    st.session_state.update({**_settings({}), **shown, KIND: kind})


def part_from_target() -> None:
    """Ask a decoder for what is read itself, once another text is: a target that came with the one before is not its.

    One that somebody typed, or that a link names, stays.
    """
    state = st.session_state
    if state.get("target") and state["target"] == state.get(BROUGHT):
        state["target"] = ""


def take(values: Mapping[str, Any] | None, first: Experiment, begins: bool = False) -> None:
    """Let the controls show what a link sets; one that sets nothing opens the page as it opens by itself.

    That is so in a session that ``begins``, or goes back to where it did; later such a link changes nothing.
    """
    if values or begins or KIND not in st.session_state:
        put(Experiment() if values else first)
    values = dict(values or {})
    if "network" in values and "text" in values:
        st.session_state[OWN_TEXT] = values.pop("text")
    for name, value in values.items():
        st.session_state.update(_input(name, value))
        if name in INPUTS:
            st.session_state[KIND] = name


def carry(first: Experiment) -> None:
    """Let the controls of a page just opened show what those of the page before held.

    To Streamlit a control of another page is another control, though its key be the same: it begins anew, unless
    the session is told its value. What that page opened with, untouched, is no choice of anyone's: then the new page
    opens with its own ``first``.
    """
    state = st.session_state
    opened, state["_opening"] = state.get("_opening"), first
    if opened not in (None, first) and state.get("_experiment") == opened:
        put(first)
        return
    names = (*OF_NETWORK, *ALWAYS, *WRITING, *REMEDIES, *FIRST, *_settings({}), "tokens", OWN_TEXT, KIND)
    st.session_state.update({name: st.session_state[name] for name in names if name in st.session_state})


def wanted(also: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what the controls ask for, as it stands, of the fields that have a part in it."""
    state, kind = st.session_state, st.session_state[KIND]
    own = _of_network(kind)
    idle = {name for names in OF_SHAPE.values() for name in names} - set(OF_SHAPE.get(shape(), ()))
    if kind in ("series", "task"):  # half of it is the target
        idle.add("target")
    names = [name for name in (*own, *ALWAYS, *WRITING, *also) if name in state and name not in idle]
    return {name: state[name] for name in names} | _asked(kind)


def shape() -> str:
    """Return the shape of what the controls ask for, which a ready-made network decides."""
    state = st.session_state
    if state[KIND] == "network":
        return shape_read({"network": state.get("network"), "shape": state.get("shape")})
    return shape_read({"shape": state.get("shape")})


def _of_network(kind: str) -> tuple[str, ...]:
    """Return what is asked of the network itself; of a ready-made one its shape, where it may be asked in another."""
    if kind != "network":
        return OF_NETWORK
    return () if shape() == shape_read({"network": st.session_state["network"]}) else ("shape",)


def kind_of(experiment: Experiment) -> str:
    """Return which of `INPUTS` an experiment reads: of a hand-built network with a text, the network."""
    return next(name for name in reversed(INPUTS) if getattr(experiment, name) is not None)


def setting_key(generator: str, parameter: Parameter) -> str:
    """Return the key of the control for one setting of a generator."""
    return f"task_{generator}_{parameter.name}"


def _asked(kind: str) -> dict[str, Any]:
    """Return the fields of the input as its controls hold them."""
    state = st.session_state
    if kind == "text":
        return {"text": state["text"], "tokens": state["tokens"]}
    if kind == "series":
        return {"series": state["series"]}
    if kind == "task":
        return {"task": _task(state["task"]), "length": state["length"]}
    text = state[OWN_TEXT] if isinstance(state[OWN_TEXT], str) else ""
    asked = {"network": state["network"]} | ({"text": text} if text.strip() else {})
    return asked | ({"length": state["length"]} if length_read(asked) else {})


def _task(name: str) -> str:
    """Return a generator with the settings that differ from its own, in the form of a link."""
    parts = [name]
    for parameter in GENERATORS[name].parameters if name in GENERATORS else ():
        value = st.session_state.get(setting_key(name, parameter), parameter.default)
        if value != parameter.default:
            written = "" if value is None else value if isinstance(value, str) else f"{value:.12g}"
            parts.append(f"{parameter.name}={written}")
    return ":".join(parts)


def _input(name: str, value: Any) -> dict[str, Any]:
    """Return what the controls hold of one field."""
    if name == "series" and isinstance(value, tuple):
        return {"series": numbers(value)}
    if name == "task":
        generator, settings = parse_task(value)
        return {"task": generator.name} | _settings({generator.name: settings})
    return {name: value}


def _settings(given: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return all generators' settings by their keys; those not given are the generators' own."""
    return {
        setting_key(name, parameter): given.get(name, {}).get(parameter.name, parameter.default)
        for name, generator in GENERATORS.items()
        for parameter in generator.parameters
    }
