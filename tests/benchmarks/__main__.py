"""``make bench``: the budgets of the site and the engine, beside what is usual. Prints, and never fails on a time."""

from __future__ import annotations

import argparse
import os
import platform
import time

import numpy as np
import plotly
import streamlit
import torch
from playwright.sync_api import Browser, sync_playwright

from tests import chromium
from tests.benchmarks import background, engines, gradients, pages, shapes, sweeps, training, viewers, walk
from tests.benchmarks.report import show
from tests.browser.conftest import FLAGS
from tests.browser.server import serve

PARTS = (
    "engines",
    "gradients",
    "sweeps",
    "training",
    "learning",
    "shapes",
    "background",
    "start",
    "change",
    "drag",
    "epochs",
    "walk",
    "attend",
    "plain",
    "viewers",
)


def main() -> None:
    """Run all parts, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"of {', '.join(PARTS)}; all by default")
    parts = parser.parse_args().parts or PARTS
    begun = time.monotonic()
    print(_machine())
    if "engines" in parts:
        show(f"Engines, T = {engines.T}, H = {engines.H}, one sequence, one thread", engines.rows())
    if "gradients" in parts:
        show(f"Gradients through time, T = {gradients.T}", gradients.rows())
    if "sweeps" in parts:
        show(f"Sweeps of the gain, {sweeps.FRAMES} frames, T = {sweeps.T}, H = {sweeps.H}", sweeps.rows())
    if "training" in parts:
        title = f"Training with everything recorded, T = {training.T}, H = {training.H}, B = {training.B}, one thread"
        show(title, training.rows())
    if "learning" in parts:
        for title, rows in training.races():
            show(title, rows)
    if "shapes" in parts:
        for title, rows in shapes.tables():
            show(title, rows)
    if "background" in parts:
        title = f"Training beside the page, LSTM, T = {background.T}, H = {background.H}, B = {background.B}"
        show(title, background.rows())
    if "viewers" in parts:
        show(
            f"{viewers.VIEWERS} viewers on one core, each changing a parameter every {viewers.THINK:g} s",
            viewers.rows(),
        )
    if set(parts) - {"engines", "gradients", "sweeps", "training", "learning", "shapes", "background", "viewers"}:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=FLAGS)
            _in_browser(browser, parts)
            browser.close()
    print(f"\n{time.monotonic() - begun:.0f} s in all")


def _in_browser(browser: Browser, parts: tuple[str, ...]) -> None:
    if "start" in parts:
        show("Opening", pages.start_rows(browser))
    with serve() as server:
        if "change" in parts:
            show("A parameter is changed (a new seed, LSTM, H = 5)", pages.change_rows(browser, server))
        if "drag" in parts:
            show(*walk.drag_rows(browser, server))
        if "epochs" in parts:
            show(*walk.epoch_rows(browser, server))
        if "walk" in parts:
            for title, rows in walk.site_rows(browser, server):
                show(title, rows)
        if "attend" in parts:
            for title, rows in walk.shape_rows(browser, server):
                show(title, rows)
        show("Imports", [pages.torch_row(server)])
    if "plain" in parts:
        for title, rows in walk.plain_rows(browser):
            show(title, rows)


def _machine() -> str:
    packages = {"NumPy": np, "Streamlit": streamlit, "Plotly": plotly, "PyTorch": torch}
    versions = ", ".join(f"{name} {package.__version__}" for name, package in packages.items())
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    return f"{system}, Python {platform.python_version()}, {versions}"


if __name__ == "__main__":
    main()
