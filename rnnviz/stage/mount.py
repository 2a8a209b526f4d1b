"""The stage inside a Streamlit page.

Streamlit runs a component's inline script as a module of its own, without an address: it cannot import by relative
name, and it is sent again with every change. So it is five lines that import the real module from our own route.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from rnnviz.stage.routes import SITE, STAGE, plotly, words_url

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


def mount_module(file: str, data: Mapping[str, Any], *, key: str, width: Any = "stretch", **on: Any) -> None:
    """Run a module of rnnviz/site/assets: its default export is called with Streamlit's component and our ``data``.

    ``on_<name>_change``, a function, is called when the module sets the trigger ``name``, whose value is then in the
    session under ``key``.
    """
    _mount(data={"module": SITE.url(file, base()), **data}, key=key, width=width, **on)
