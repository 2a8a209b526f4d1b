"""What all tests share: their order, one thread a process, and that none fails for being slow."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# The processes of a suite fill the cores: threads of one would wait for those of another, and be busy waiting.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# How long an example takes says more of what else the machine has to do.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

BROWSER = Path(__file__).parent / "browser"
LONGEST = "test_walk.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests last: Playwright leaves an event loop in the process, and ``asyncio.run`` minds.

    Of them the longest begin, or one process would be at them when all others have ended.
    """
    items.sort(key=lambda item: (BROWSER in item.path.parents, item.path.name != LONGEST))


def pytest_collection_finish() -> None:
    """Keep what stays out of the collector: Streamlit collects after each run of a page, and walked all of torch."""
    gc.collect()
    gc.freeze()
