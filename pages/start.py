"""Start: why a network needs a memory, and where to go from here."""

import streamlit as st

from rnnviz import site

GRAPH = [{"view": "unrolled", "area": "graph", "options": {}}]

with site.open_page("start", takes=frozenset({"text"})) as page:
    page.lead(page.say("start.lead"))
    there, back = site.both_orders(page.words("dog bites man"))
    alone, alone_back = map(site.without_memory, (there, back))
    site.compare({"plain": (alone, alone_back), "recurrent": (there, back)}, page.lang)
    with st.container(key="clock"):  # one clock moves both networks
        page.stage(there, [], key="clock", name=page.say("start.clock"), size="small")
    networks = {"plain": alone, "recurrent": there}
    for column, (name, trace) in zip(st.container(key="graphs").columns(2), networks.items(), strict=True):
        with column:
            st.markdown(page.say(f"start.{name}.graph"))
            page.stage(trace, GRAPH, key=name, name=page.say(f"start.{name}"), size="small", transport=False)
    page.prose("why")
    site.lesson_map(page.lang)
    st.caption(page.say("start.who"))
