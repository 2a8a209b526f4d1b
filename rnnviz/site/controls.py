"""The row of controls: what is changed often stands open, the rest behind "More"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from rnnviz.experiment import (
    ATTENTIONS,
    CELLS,
    CONTEXTS,
    DECODERS,
    FEEDS,
    INITS,
    INPUTS,
    LOSSES,
    NETWORKS,
    NONLINEARITIES,
    READOUTS,
    SHAPES,
    TASKS,
    TOKENS,
)
from rnnviz.networks.trained import TRAINED, trained
from rnnviz.site import given, limits, settle, state
from rnnviz.site.typed import symbols_read
from rnnviz.site.upload import upload
from rnnviz.tasks.generators import GENERATORS, Parameter
from rnnviz.tasks.learnt import lengths_drawn, takes_length
from rnnviz.words import say

KEEP: Final[dict[str, Any]] = {"persist_state": "session"}
"""What was chosen stays when the page is changed or the control hidden."""

OF_SHAPE: Final = {
    "feed": FEEDS,
    "readout": READOUTS,
    "context": CONTEXTS,
    "decoder": DECODERS,
    "attention": ATTENTIONS,
}
"""What is chosen from a few, by the shapes that have it."""

WIDTHS: Final = {
    "readout": 212,
    "context": 200,
    "decoder": 244,
    "attention": 128,
    "target": 138,
    "forcing": 120,
    "beam": 98,
}
"""Of controls beside each other: the longest of their words stand in them whole, and all of a decoder's in one row."""


def input_controls(lang: str, kinds: Sequence[str] = INPUTS, networks: Sequence[str] = NETWORKS) -> None:
    """Offer what the network reads: a text, numbers, a generator's series, or the task of a ready-made network.

    A kind that is not among ``kinds`` is chosen, and left, elsewhere. Ready-made ``networks`` are listed in that order.
    """
    kind = st.session_state[state.KIND]
    if kind in kinds:
        kind = choose(state.KIND, kinds, lang, width=128)
    most = f"{limits.STEPS:,}"
    if kind == "text":
        symbols = f"{symbols_read({'shape': state.shape()}):,}"
        label = _label("text", lang, most=symbols)
        st.text_input(label, key="text", live=True, width=206, on_change=state.part_from_target, **KEEP)
    elif kind == "series":
        st.text_area(_label("series", lang, most=most), key="series", height=68, width=200, **KEEP)
    elif kind == "task":
        choose("task", TASKS, lang, width=136, on_change=_fit_length)
        amount("length", lang, width=100)
    else:
        choose("network", networks, lang, width=204, on_change=_take_length)
        empty, help_ = given.hint(st.session_state["network"], lang)
        label, key = _label(state.OWN_TEXT, lang), state.OWN_TEXT
        st.text_input(label, key=key, live=True, placeholder=empty, help=help_, width=180, **KEEP)
        if "length" in state.wanted():
            _length_control(lang)


def _length_control(lang: str) -> None:
    """Offer how many steps are drawn for a ready-made network: at most so many, where the seed decides that as well."""
    most = int(settle.range_of("length", state.wanted()).most)
    if lengths_drawn(st.session_state["network"], most) == (most, most):
        amount("length", lang, width=100)
    else:
        amount("length", lang, title="control.length.most", width=138)


def _fit_length() -> None:
    """Ask a generator that knows fewer values than another for no more than those."""
    most = settle.range_of("length", state.wanted()).most
    st.session_state["length"] = min(st.session_state["length"] or most, int(most))


def _take_length() -> None:
    """Give a trained network as many steps as it was trained on, if that can be chosen."""
    name = st.session_state["network"]
    if name in TRAINED and takes_length(name):
        st.session_state["length"] = trained(name).task["options"]["length"]


def network_controls(lang: str, cells: Sequence[str] = CELLS, sized: bool = True) -> None:
    """Offer the cell and its size, unless a ready-made network decides them, and the seed of all random draws.

    Where the size is not ``sized`` here it is so elsewhere.
    """
    if st.session_state[state.KIND] != "network":
        if st.session_state["cell"] not in cells:
            st.session_state["cell"] = cells[-1]
        st.segmented_control(
            _label("cell", lang),
            cells,
            format_func=lambda name: say(f"control.cell.{name}", lang),
            key="cell",
            required=True,
            **KEEP,
        )
        if sized:
            amount("hidden_size", lang, width=133)
    _seed_control(lang)


def _seed_control(lang: str) -> None:
    """Offer the seed of all random draws; where nothing is left to draw, show that it has no effect."""
    if st.session_state[state.KIND] == "network":
        last = st.session_state.get("_experiment", state.OPENING)
        if not given.seed_draws(settle.settle(state.wanted(), last, lang).experiment):
            label, help_ = say("control.seed.idle", lang), say("control.seed.idle.help", lang)
            field: dict[str, Any] = {"step": 1.0, "value": None, "format": "%g", "help": help_, "width": 122}
            st.number_input(label, key="seed", disabled=True, **field, **KEEP)
            return
    amount("seed", lang, width=122)


def shape_controls(lang: str, wide: bool = True, writes: bool = True) -> None:
    """Offer what more there is to choose of the shape, unless a ready-made network decides it; and what it writes.

    Beside each other each has a width of its own; one below the other, ``wide``, that of their place. Where no decoder
    ``writes`` by itself, what it then reads is not asked for.
    """
    names = state.OF_SHAPE.get(state.shape(), ())
    if st.session_state[state.KIND] != "network":
        for name in (name for name in names if name in OF_SHAPE):
            choose(name, OF_SHAPE[name], lang, help=say(f"control.{name}.help", lang), width=_width(name, wide))
    if "target" in names:
        _target_control(lang, wide)
    if "forcing" in names and writes:
        _writing_controls(lang, wide)


def _width(name: str, wide: bool) -> Any:
    return "stretch" if wide else WIDTHS.get(name, 176)


def _target_control(lang: str, wide: bool) -> None:
    """Offer what a decoder should write, if it is not the half of what is read."""
    if st.session_state[state.KIND] in ("text", "network"):
        label = _label("target", lang, most=f"{limits.TARGET:,}")
        taught = st.session_state[state.KIND] == "network"
        empty = say("control.target.taught" if taught else "control.target.empty", lang)
        help_ = say("control.target.help", lang)
        width = _width("target", wide)
        st.text_input(label, key="target", live=True, placeholder=empty, help=help_, width=width, **KEEP)


def _writing_controls(lang: str, wide: bool) -> None:
    """Offer what a decoder reads of what it should write, and how it looks for the best answer by itself.

    One that reads no answer is only told how long to be, and numbers are as many as were asked for anyway.
    """
    title, told = "control.forcing", "control.forcing.help"
    if not _reads_answers():
        if st.session_state[state.KIND] not in ("text", "network"):
            return
        title, told = "control.forcing.length", "control.forcing.length.help"
    label, help_ = _label("forcing", lang, title), say(told, lang)
    st.slider(label, 0.0, 1.0, step=0.05, key="forcing", help=help_, width=_width("forcing", wide), **KEEP)
    if st.session_state["forcing"] == 0:
        amount("beam", lang, help=say("control.beam.help", lang), width=_width("beam", wide))


def _reads_answers() -> bool:
    """Return whether the decoder that is asked for reads what was answered last."""
    if st.session_state[state.KIND] == "network":
        return trained(st.session_state["network"]).experiment.decoder == "feedback"
    return bool(st.session_state["decoder"] == "feedback")


def _fit_cell() -> None:
    """Give a network that reads all at once the cell that it has."""
    if st.session_state["shape"] == "one_to_one":
        st.session_state.update({"cell": "rnn", "bidirectional": False})


def build_controls(lang: str, **layout: Any) -> None:
    """Offer how many layers there are, which way they go and what skips them, unless a ready-made network decides."""
    if st.session_state[state.KIND] == "network":
        return
    amount("num_layers", lang, help=say("control.num_layers.help", lang), **layout)
    _build_toggles(lang)


def _build_toggles(lang: str) -> None:
    if state.shape() != "one_to_one":
        help_ = say("control.bidirectional.help", lang)
        st.toggle(_label("bidirectional", lang), key="bidirectional", help=help_, **KEEP)
    if (st.session_state["num_layers"] or 1) > 1:
        st.toggle(_label("residual", lang), key="residual", help=say("control.residual.help", lang), **KEEP)


def more_controls(lang: str, shaped: bool = False, writes: bool = True) -> None:
    """Offer what is changed more rarely; of a shape with a row of its own, only what does not fit in there.

    ``writes`` as of `shape_controls`.
    """
    kind = st.session_state[state.KIND]
    if shaped and state.shape() == "encoder_decoder":
        build_controls(lang)
    if not shaped:
        if kind != "network":
            choose("shape", SHAPES, lang, help=say("control.shape.help", lang), on_change=_fit_cell)
        shape_controls(lang, writes=writes)
    if kind == "text":
        choose("tokens", TOKENS, lang)
    if kind == "series":
        upload(lang)
    if kind == "task":
        for parameter in GENERATORS[st.session_state["task"]].parameters:
            setting(parameter, lang)
    choose("loss", LOSSES, lang, help=say("control.loss.help", lang))
    if kind == "network":
        return
    if not shaped:
        amount("num_layers", lang, help=say("control.num_layers.help", lang))
    amount("gain", lang, step=0.1, help=say("control.gain.help", lang))
    choose("init", INITS, lang, help=say("control.init.help", lang))
    if st.session_state["cell"] == "rnn":
        choose("nonlinearity", NONLINEARITIES, lang)
    if st.session_state["cell"] == "lstm":
        empty = say("control.forget_bias.empty", lang)
        amount("forget_bias", lang, step=0.5, placeholder=empty, help=say("control.forget_bias.help", lang))
    if not shaped:
        _build_toggles(lang)


def setting(parameter: Parameter, lang: str, **layout: Any) -> Any:
    """Offer one setting of the generator that is chosen."""
    key = state.setting_key(st.session_state["task"], parameter)
    label = say(f"control.task.{parameter.name}", lang)
    if parameter.choices:
        return st.selectbox(label, parameter.choices, key=key, **layout, **KEEP)
    label = limited(label, *limits.SETTINGS[parameter.name], lang)
    return st.number_input(label, value=None, step=1.0, format="%g", key=key, **layout, **KEEP)


def limited(title: str, least: float, most: float, lang: str) -> str:
    """Return what stands over a number: its name, and from where to where it may go."""
    ends = {"least": limits.written(least), "most": limits.written(most)}
    return say("control.limited", lang, label=title, limit=say("limit.to" if least < 0 else "limit.ends", lang, **ends))


def choose(name: str, options: Sequence[str], lang: str, **layout: Any) -> Any:
    """Offer the names of a registry, each under the words for it."""
    words = "network.{}.title" if name == "network" else f"control.{name}.{{}}"
    return st.selectbox(
        _label(name, lang),
        options,
        format_func=lambda option: say(words.format(option), lang),
        key=name,
        **layout,
        **KEEP,
    )


def amount(name: str, lang: str, title: str | None = None, **layout: Any) -> Any:
    """Offer a number within its limits, which stand beside its name, or beside another ``title``."""
    # Only a length depends on another control; to ask for all of them at every number took a tenth of a rerun.
    least, most = settle.range_of(name, state.wanted() if name == "length" else {})
    # The field itself has no limits: it would refuse a number without a word, where `settle` says why.
    label = _label(name, lang, title, least=f"{least:g}".replace("-", "−"), most=f"{most:,g}")
    # Without a value of its own a field that is emptied stays so, and the run as it was.
    layout = {"step": 1.0, "value": None, "format": "%g", **layout}
    return st.number_input(label, key=name, **layout, **KEEP)


def _label(name: str, lang: str, title: str | None = None, **limit: str) -> str:
    label = say(title or f"control.{name}", lang)
    return (
        say("control.limited", lang, label=label, limit=say(f"control.{name}.limit", lang, **limit)) if limit else label
    )
