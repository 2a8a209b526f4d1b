"""The lessons, listed once: navigation, the map on the start page, addresses and tests all read this list.

A lesson is one file in pages/, prose in ``rnnviz/lessons/<lang>/<name>.md`` and the messages ``lesson.<name>``
(in the navigation), ``lesson.<name>.card`` (on the map), ``<name>.title`` and ``<name>.lead``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGES: Final = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True)
class Lesson:
    """One page of the site."""

    name: str
    path: str

    @property
    def file(self) -> Path:
        """The page's script."""
        return PAGES / f"{self.name}.py"


LESSONS: Final = {
    lesson.name: lesson
    for lesson in (
        Lesson("start", ""),
        Lesson("step", "step"),
        Lesson("gates", "gates"),
        Lesson("gradients", "gradients"),
        Lesson("training", "training"),
        Lesson("shapes", "shapes"),
    )
}
