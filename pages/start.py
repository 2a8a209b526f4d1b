"""Start: why a network needs a memory, and where to go from here."""

import streamlit as st

from rnnviz import site

GRAPH = [{"view": "unrolled", "area": "graph", "options": {}}]

with site.open_page("start", takes=frozenset({"text"})) as page:
    page.lead(page.say("start.lead"))
    there, back = site.both_orders(page.words("dog bites man"))
    alone, alone_back = map(site.without_memory, (there, back))
    site.compare({"plain": (alone, alone_back), "recurrent": (there, back)}, page.lang)
    left, right = st.container(key="graphs").columns(2)
    with left:
        st.markdown(page.say("start.plain.graph"))
        page.stage(alone, GRAPH, key="plain", name=page.say("start.plain"), size="small")
    with right:
        st.markdown(page.say("start.recurrent.graph"))
        page.stage(there, GRAPH, key="recurrent", name=page.say("start.recurrent"), size="small")
    page.prose("why")
    site.lesson_map(page.lang)
    st.caption(page.say("start.who"))
