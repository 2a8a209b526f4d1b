"""Gates: the cell drawn large, how saturated its gates are, and what happens when one is held."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from rnnviz import Hold, site
from rnnviz.figures import (
    KEEPING_GATE,
    ever_saturated,
    followed,
    hold_sentences,
    in_both_themes,
    retention_spec,
    since_step,
)
from rnnviz.site.step_button import step_button

SCORE = {
    "rnn": ["h"],
    "lstm": ["c", "h", "gate:f", "gate:i", "gate:o", "gates"],
    "gru": ["h", "gate:z", "gate:r", "gates"],
}
LATCH = {"input": "network", "network": "latch", "length": 24}
STEP = 5
# Holds to try, by their message: the gate, its value, the first step and how many; None is the step that is seen
# for the first, and up to the end for the second.
TRY = {
    "lstm": {
        "gates.try.forget": ("f", 0.0, None, 1),
        "gates.try.keep": ("f", 1.0, 0, None),
        "gates.try.write_nothing": ("i", 0.0, 0, None),
        "gates.try.shut_in": ("o", 0.0, 0, None),
    },
    "gru": {
        "gates.try.forget": ("z", 0.0, None, 1),
        "gates.try.freeze": ("z", 1.0, None, None),
        "gates.try.overwrite": ("z", 0.0, 0, None),
        "gates.try.deaf": ("r", 0.0, 0, None),
    },
}


def hold(gate: str, value: float, span: int | None, first: int) -> None:
    """Hold a gate of all units."""
    st.session_state["hold"] = (Hold(gate=gate, value=value, start=first, stop=span and first + span),)


def take(values: dict[str, Any]) -> None:
    """Set some of the controls."""
    st.session_state.update(values)


def offer_holds(cell: str, steps: int, page: site.Page) -> None:
    """Show a button for each hold to try."""
    with st.container(key="gates-try", horizontal=True, gap="small", width="content"):
        for message, (gate, value, first, span) in TRY[cell].items():
            if first is None:
                label, seen = page.say(message), min(STEP, steps - 1)
                step_button(label, stage="gates", first=seen, key=message, on_click=partial(hold, gate, value, span))
            else:
                st.button(page.say(message), key=message, on_click=hold, args=(gate, value, span, first))
        if st.session_state["hold"]:
            st.button(page.say("gates.let_go"), key="gates.let_go", on_click=take, args=({"hold": ()},))


def offer(buttons: dict[str, dict[str, Any]], page: site.Page) -> None:
    """Show a row of buttons: message → the controls it sets."""
    with st.container(key="gates-offer", horizontal=True, gap="small"):
        for message, values in buttons.items():
            st.button(page.say(message), key=message, on_click=take, args=(values,))


with site.open_page("gates", step=STEP, takes=site.fields("hold")) as page:
    free = site.traced(page.controls())
    cell, steps = free.experiment.cell, free.steps
    own = {"input": "text"} if free.experiment.network else {}  # a hand-built network's cell and weights are given
    once = free.experiment.shape == "one_to_one"
    page.lead(page.say("gates.lead.one_to_one" if once else f"gates.lead.{cell}"))
    if cell == "rnn":
        page.hold(free)  # nothing can be held: of a link that asks for it the page says so
        own |= {"shape": "many_to_many"} if once else {}
        page.prose("none-once") if once else page.prose("none")
        offer({f"gates.take.{name}": {"cell": name, **own} for name in ("lstm", "gru")}, page)
        page.stage(free, [{"view": "score", "area": "score", "options": {"lanes": SCORE[cell]}}])
    else:
        one_row = not st.session_state["hold"]  # what is held brings more controls
        with st.container(key="gates-hold", horizontal=one_row, vertical_alignment="bottom", gap="small"):
            held = site.traced(page.hold(free))
            offer_holds(cell, steps, page)
        if changed := hold_sentences(free, held, lang=page.lang):
            with st.container(key="gates-effect", border=True):
                st.markdown(" ".join(changed))
        gates, keep = held.layers["l0"].gates, KEEPING_GATE[cell][1]
        since, stop = followed(held, since_step(held.experiment.hold, steps))
        left: dict[str, Any] = {"cell": cell, "stop": stop, "decoder": site.decoder_of(held), "lang": page.lang}
        left["baseline"] = free.layers["l0"].gates[keep] if changed else None
        figures = in_both_themes("left", retention_spec, gates[keep], since, **left)
        of_first = [page.say("gates.first_layer")] if len(held.layers) > 1 else []
        counted = site.saturated(held, of_first, page.lang)
        active = int(np.abs(free.layers["l0"].h).mean(axis=0).argmax())  # as in the panel of the Step page
        unit = next((hold.unit for hold in held.experiment.hold if hold.unit is not None), active)
        views = [
            {"view": "cell", "area": "graph", "options": {"unit": unit}},
            {"view": "score", "area": "score", "options": {"lanes": SCORE[cell]}},
            {"view": "plot", "area": "wide", "options": {"figure": "left", "sentences": of_first}},
            *counted.views,
        ]
        page.stage(held, views, baseline=free if changed else None, figures=figures | counted.figures)
        page.prose("look-lstm") if cell == "lstm" else page.prose("look-gru")
        if not ever_saturated(gates):
            page.prose("unsaturated")
            bias = {"gates.take.bias": {"forget_bias": 3.0, **own}} if cell == "lstm" else {}
            gain = {"init": "orthogonal", "gain": 10.0, **own}
            offer(bias | {"gates.take.gain": gain, "gates.take.latch": LATCH}, page)
        page.prose("try-lstm") if cell == "lstm" else page.prose("try-gru")
