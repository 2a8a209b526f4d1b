"""Gradients: the way back through time, at every value of a slider, through three cells, with remedies and without."""

import streamlit as st

from rnnviz import site

LANES = ["loss", "curves", "matrix:itemised", "matrix:jacobian"]
SETTINGS = ("sweep", "matched", "engine", "guess")

with site.open_page("gradients", takes=site.fields("clip_value", "residual", *SETTINGS), first=site.GRADIENTS) as page:
    question = site.ask(page.controls())
    runs = question.runs()
    trace = runs[question.focus]
    without = site.unremedied(question)
    remedies = site.active(question.experiment)
    page.lead(site.gradient_lead(question, page.lang))
    if not page.presented:
        site.asking_controls(question, page.lang)
        site.remedy_controls(trace, page.lang)
    told = site.told(question, remedies, page.lang)
    if told:
        with st.container(key="gradients-effect", border=True):
            st.markdown("\n".join(f"- {sentence}" for sentence in told) if len(told) > 1 else told[0])
    views = [
        {"view": "backflow", "area": "graph", "options": {}},
        {"view": "flow", "area": "panel", "options": {}},
        {"view": "score", "area": "score", "options": {"lanes": LANES} | ({"predict": "1"} if page.guessing else {})},
    ]
    page.flow(question, without, remedies, views, {})
    page.prose("look")
