"""What the server does beside Streamlit's own work: our routes, warming up, and the last word on errors."""

from __future__ import annotations

import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.routing import BaseRoute
from threadpoolctl import threadpool_limits

from rnnviz.site import feed, index, lost, pairs
from rnnviz.site.language import language
from rnnviz.stage import routes as assets
from rnnviz.stage.mount import base
from rnnviz.words import say


def routes() -> list[BaseRoute]:
    """Return the routes of the site: its documents, its assets, and what leads back from where there is neither."""
    return [*index.routes(base()), *assets.routes(base()), feed.route(base()), pairs.route(base()), lost.route(base())]


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Get ready before the first visitor: run and pack one network, then keep what is loaded out of the collector.

    Streamlit collects garbage often; walking all modules for it took longer than a rerun does. And BLAS works in one
    thread: the products of one sequence are small, and to hand parts of them to other cores, which are busy with other
    visitors, took up to eight times as long as the products.
    """
    threadpool_limits(1, "blas")
    _warm()
    gc.collect()
    gc.freeze()
    threading.Thread(target=assets.warm, daemon=True).start()
    yield


def on_script_error(error: Exception) -> bool:
    """Show one sentence in place of a stack trace; Streamlit writes the trace to the server's log."""
    st.error(say("error.unexpected", language()), icon=":material/error:")
    return True


def _warm() -> None:
    from rnnviz.experiment import Experiment
    from rnnviz.run import run
    from rnnviz.stage.payload import payload

    payload(run(Experiment()), page="step", views=[])
