"""What all tests share: their order."""

from __future__ import annotations

from pathlib import Path

import pytest

BROWSER = Path(__file__).parent / "browser"
LONGEST = "test_walk.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests last: Playwright leaves an event loop in the process, and ``asyncio.run`` minds.

    Of them the longest begin, or one process would be at them when all others have ended.
    """
    items.sort(key=lambda item: (BROWSER in item.path.parents, item.path.name != LONGEST))
