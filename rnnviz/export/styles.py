"""One style sheet of several that import each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_IMPORT: Final = re.compile(r'^@import "(?P<file>[^"]+)";$', re.M)


def sheet(path: Path) -> str:
    """Return a style sheet with what it imports in the place where it imports it."""
    text = path.read_text(encoding="utf-8")
    return _IMPORT.sub(lambda match: sheet(path.parent / match["file"]).rstrip("\n"), text)
