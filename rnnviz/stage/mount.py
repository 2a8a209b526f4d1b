"""The stage inside a Streamlit page.

Streamlit runs a component's inline script as a module of its own, without an address: it cannot import by relative
name, and it is sent again with every change. So it is five lines that import the real module from our own route.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from rnnviz.stage.routes import SITE, STAGE, plotly, words_url
from rnnviz.words import DEFAULT_LANGUAGE

LOADER: Final = """\
export default async function (component) {
  const module = await import(new URL(component.data.module, document.baseURI).href)
  return module.default(component)
}
"""

# Plotly's mode bar loses its styles inside a shadow root, so the stage lives in the page itself.
_mount = st.components.v2.component("rnnviz.module", js=LOADER, isolate_styles=False)


def base() -> str:
    """Return the path at which the site is served: "" at the root of a host, "/rnn" below it."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def mount_stage(payload: Mapping[str, Any], *, key: str) -> None:
    """Show the stage of one payload (`rnnviz.stage.payload.payload`); a changed payload updates it in place."""
    site = base()
    data = {**payload, "words": None, "plotly": plotly().url("plotly.min.js", site)}
    addresses = {"stage": STAGE.url("stage.js", site), "words": words_url(payload["lang"], site)}
    mount_module("attach.js", {**addresses, "payload": data}, key=key)


def mount_learning(
    feed: str,
    views: Sequence[Mapping[str, Any]],
    *,
    key: str,
    page: str | None = None,
    lang: str = DEFAULT_LANGUAGE,
    turn: int = 0,
    start: int = 0,
    size: str = "full",
    transport: bool = True,
    **stage: Any,
) -> None:
    """Show the stage of a training, which the browser follows by itself: no number of it passes through Streamlit.

    Parameters
    ----------
    feed : str
        The path, below the site's own, at which `rnnviz.site.feed` tells of the training.
    views : sequence of mapping
        As of `rnnviz.stage.payload.payload`.
    page : str, optional
        Stages of the same page share one cursor; by default ``key`` names it.
    turn : int
        A number that changes when a button was pressed, so that the browser asks at once what came of it.
    start : int
        The step (0-based) to open at.
    **stage
        More about the stage, such as its ``name``.
    """
    site = base()
    shown = {"key": key, "views": list(views), "transport": transport, "start": start, "size": size, **stage}
    given = {"page": page or key, "stage": shown, "plotly": plotly().url("plotly.min.js", site), "lang": lang}
    addresses = {"stage": STAGE.url("stage.js", site), "words": words_url(lang, site), "feed": f"{site}{feed}"}
    mount_module("attach.js", {**addresses, "given": given, "turn": turn}, key=key)


def mount_module(file: str, data: Mapping[str, Any], *, key: str, width: Any = "stretch", **on: Any) -> None:
    """Run a module of rnnviz/site/assets: its default export is called with Streamlit's component and our ``data``.

    ``on_<name>_change``, a function, is called when the module sets the trigger ``name``, whose value is then in the
    session under ``key``.
    """
    _mount(data={"module": SITE.url(file, base()), **data}, key=key, width=width, **on)
