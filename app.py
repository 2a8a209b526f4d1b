"""The site as an ASGI application: `make run`, or `streamlit run app.py`, or `uvicorn app:app`."""

from __future__ import annotations

import streamlit as st

from rnnviz.site.serve import lifespan, on_script_error, routes

app = st.App("rnnviz/site/script.py", routes=routes(), lifespan=lifespan, on_script_error=on_script_error)
