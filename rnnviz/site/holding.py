"""Holding a gate open or shut: the controls of the experiment that shows what a gate was for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from rnnviz.experiment import GATES, Experiment, ExperimentError, Hold
from rnnviz.hold import check_hold
from rnnviz.site import limits
from rnnviz.trace import Trace
from rnnviz.words import say

KEY = "hold"
GATE, VALUE, UNIT, SPAN = "hold_gate", "hold_value", "hold_unit", "hold_span"


def fitting(asked: Sequence[Hold], trace: Trace) -> tuple[tuple[Hold, ...], list[ExperimentError]]:
    """Return those of some holds that a run can have, a value beyond its range brought into it, and what was wrong.

    What does not fit is left out and not forgotten: of another cell or a longer input it may be right again.
    """
    held: list[Hold] = []
    wrong: list[ExperimentError] = []
    if len(asked) > limits.HOLDS:
        wrong.append(ExperimentError("hold", asked, "limit.holds", count=f"{len(asked):,}", most=limits.HOLDS, used=()))
    for one in asked[: limits.HOLDS]:
        near = replace(one, value=min(max(one.value, -1.0 if one.gate in ("g", "n") else 0.0), 1.0))
        for hold in (one, near):
            try:
                held.append(_checked(hold, trace.experiment, trace.steps))
                break
            except ExperimentError as error:
                if hold is one:
                    wrong.append(error)
    return tuple(held), wrong


def _checked(hold: Hold, experiment: Experiment, steps: int) -> Hold:
    check_hold(hold, experiment.cell, experiment.hidden_size, experiment.layer_names)
    if hold.start >= steps:
        raise ExperimentError("hold", hold.start + 1, "limit.hold_steps", most=f"{steps:,}")
    return hold


def hold_controls(trace: Trace, held: Sequence[Hold], lang: str) -> None:
    """Offer to hold one gate of a run, and show the first of those ``held``.

    What the person asks for stands in the session under `KEY`, as a tuple of `Hold`.
    """
    gates, units, steps = GATES[trace.experiment.cell], trace.layers["l0"].h.shape[1], trace.steps
    if not gates:
        return
    _show(held[0] if held else None, gates, units, steps)
    _controls(trace, gates, {"on_change": _take, "args": (units, steps, tuple(held))}, lang)
    if len(held) > 1:
        st.caption(say("control.hold.several", lang, count=len(held)))


def _controls(trace: Trace, gates: tuple[str, ...], change: dict[str, Any], lang: str) -> None:
    cell, units, steps = trace.experiment.cell, trace.layers["l0"].h.shape[1], trace.steps
    with st.container(key="hold", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.segmented_control(
            say("control.hold", lang),
            gates,
            format_func=lambda gate: say(f"control.hold.{cell}.{gate}", lang),
            key=GATE,
            wrap=True,  # beside others, Streamlit would let the last ones scroll out of sight
            help=say("control.hold.help", lang),
            **change,
        )
        if st.session_state[GATE] is None:
            return
        least = -1.0 if st.session_state[GATE] in ("g", "n") else 0.0
        st.slider(say("control.hold_value", lang), least, 1.0, step=0.05, key=VALUE, width=200, **change)
        st.selectbox(
            say("control.hold_unit", lang),
            range(units + 1),
            format_func=lambda unit: say("control.hold_unit.one" if unit else "control.hold_unit.all", lang, unit=unit),
            key=UNIT,
            width=130,
            **change,
        )
        if steps > 1:
            st.slider(say("control.hold_span", lang), 1, steps, key=SPAN, width=240, **change)


def _show(held: Hold | None, gates: tuple[str, ...], units: int, steps: int) -> None:
    """Let the controls show what is held."""
    shown: dict[str, Any] = {GATE: None}
    if held and held.gate in gates:
        last = steps if held.stop is None else min(held.stop, steps)
        unit = 0 if held.unit is None else min(held.unit + 1, units)
        shown = {GATE: held.gate, VALUE: float(held.value), UNIT: unit, SPAN: (min(held.start + 1, last), last)}
    st.session_state.update(shown)


def _take(units: int, steps: int, held: tuple[Hold, ...]) -> None:
    """Hold what the controls say in place of the first of those ``held``, and the others as before.

    A span that ends with the input holds to the end of any input.
    """
    state = st.session_state
    if state[GATE] is None:
        state[KEY] = held[1:]
        return
    first, last = state.get(SPAN) or (1, steps)
    unit = state.get(UNIT) or 0
    least = -1.0 if state[GATE] in ("g", "n") else 0.0
    state[KEY] = (
        Hold(
            gate=state[GATE],
            value=max(least, state.get(VALUE) or 0.0),
            unit=unit - 1 if unit else None,
            start=first - 1,
            stop=None if last == steps else last,
            layer=held[0].layer if held else None,
        ),
        *held[1:],
    )
