"""Gradients: the way back through time, at every value of a slider, through three cells, with remedies and without."""

import streamlit as st

from rnnviz import site

LANES = ["curves", "loss"]
PAIRS = ["matrix:itemised", "matrix:jacobian"]
SETTINGS = ("sweep", "matched", "engine", "guess")

with site.open_page("gradients", takes=site.fields("clip_value", "residual", *SETTINGS), first=site.GRADIENTS) as page:
    experiment = page.controls(rarer=site.rarer_controls, writes=False)
    question = site.ask(experiment)
    page.sentences += site.unasked(experiment, page.lang)
    page.note(site.otherwise(experiment, page.lang))
    network = question.experiment.network
    remedies = site.active(question.experiment)
    page.lead(site.gradient_lead(question, page.lang))
    if not page.presented:
        with page.bar:
            site.asking_controls(question, page.lang)
    # Whoever guesses first is told nothing that gives the answer away.
    told = [] if page.guessing else site.told(question, remedies, page.lang)
    if told:
        with st.container(key="gradients-effect", border=True):
            st.markdown(told[0] if len(told) == 1 else "\n".join(f"- {sentence}" for sentence in told))
    guess = {"predict": network or "1"} if page.guessing else {}
    # The curves stand under the slider that moves them; all in one column, so that a step is in one place throughout.
    views = [
        {"view": "score", "area": "graph", "options": {"lanes": LANES, **guess}},
        {"view": "flow", "area": "panel", "options": {}},
        {"view": "backflow", "area": "graph", "options": {}},
        {"view": "score", "area": "graph", "options": {"lanes": PAIRS, "lower": True}},
    ]
    page.flow(question, site.unremedied(question), remedies, views)
    shape, pooled = site.shape_of(question)
    across, once = shape == "encoder_decoder", shape == "one_to_one"
    if across:
        page.prose("look-across")
    elif once:
        page.prose("look-once")
    else:
        page.prose("look-pooled") if pooled else page.prose("look")
    if not page.guessing:
        if network:
            page.explain(network)
        page.makings(question)
        if across:
            page.prose("across")
        if not once:
            page.prose("why")
        page.prose("clipping")
        if not once:
            page.prose("gates")
        if not (across or once):
            page.prose("truncation")
        if not once:
            page.prose("float32")
