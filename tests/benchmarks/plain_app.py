"""What the site is measured against: the same run walked with a plain slider and three ``st.plotly_chart``."""

import plotly.graph_objects as go
import streamlit as st

from rnnviz import Experiment, Trace, run


@st.cache_data
def traced(text: str, hidden_size: int) -> Trace:
    """Run once, as a careful author would."""
    return run(Experiment(cell="lstm", hidden_size=hidden_size, text=text))


def heatmap(values, t: int) -> go.Figure:
    """Draw units × time with the step marked."""
    return go.Figure(go.Heatmap(z=values.T, zmid=0, colorscale="RdBu_r")).add_vline(t).update_layout(title=f"step {t}")


def lines(gates, t: int) -> go.Figure:
    """Draw each gate's average over time with the step marked."""
    curves = [go.Scatter(y=values.mean(axis=1), name=name) for name, values in gates.items()]
    return go.Figure(curves).add_vline(t).update_layout(title=f"step {t}")


@st.fragment
def walk(trace: Trace) -> None:
    """Rerun only this part when the slider moves: the best that plain Streamlit offers."""
    t = st.slider("step", 0, trace.steps - 1, 0)
    layer = trace.layers["l0"]
    st.plotly_chart(heatmap(layer.h, t), key="h")
    st.plotly_chart(heatmap(layer.c, t), key="c")
    st.plotly_chart(lines(layer.gates, t), key="gates")


walk(traced(st.query_params["text"], int(st.query_params["hidden_size"])))
