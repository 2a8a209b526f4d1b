"""A button that knows the step at which the stage stands, which otherwise only the browser knows."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rnnviz.stage.mount import mount_module

MODULE = "step-button.js"


def step_button(label: str, *, stage: str, first: int, key: str, on_click: Callable[[int], None]) -> None:
    """Show a button whose label follows the stage.

    Parameters
    ----------
    label : str
        With ``{step}`` in it, the step counted from 1.
    stage : str
        Key of the stage.
    first : int
        The step (0-based) to name before the stage is there.
    key : str
    on_click : callable
        Is given the step (0-based) at which the stage stood when the button was pressed.
    """
    data = {"label": label, "stage": stage, "first": first}
    mount_module(
        MODULE, data, key=key, width="content", on_step_change=lambda: on_click(int(st.session_state[key].step))
    )
