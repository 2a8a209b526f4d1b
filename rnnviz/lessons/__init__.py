"""Prose: ``<language>/<name>.md``, one file a lesson, in blocks.

A line ``<!-- block -->`` begins a block; what stands before the first is a note to the writer. Blocks are Markdown,
with LaTeX between dollar signs. ``{{name}}`` is replaced by a value of the run that is shown, so that a sentence can
be true at every setting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from rnnviz.words import DEFAULT_LANGUAGE, LESSONS

_MARK = re.compile(r"^<!-- ([a-z][a-z0-9_-]*) -->$", re.MULTILINE)


class MissingBlock(KeyError):
    """A block that no file has: a mistake in the program."""


def prose(lesson: str, block: str, lang: str = DEFAULT_LANGUAGE, **values: object) -> str:
    """Return a block of a lesson as Markdown, its ``{{placeholders}}`` filled.

    Raises
    ------
    MissingBlock
        If neither the language nor the default language has it.
    """
    for tried in (lang, DEFAULT_LANGUAGE):
        text = blocks(lesson, tried).get(block)
        if text is not None:
            return re.sub(r"\{\{(\w+)\}\}", lambda match: str(values[match[1]]), text)
    raise MissingBlock(f"{lesson}.md: {block}")


@lru_cache
def blocks(lesson: str, lang: str = DEFAULT_LANGUAGE) -> Mapping[str, str]:
    """Return all blocks of a lesson in one language; none if that language lacks it."""
    file = LESSONS / lang / f"{lesson}.md"
    if not file.is_file():
        return {}
    parts = _MARK.split(file.read_text(encoding="utf-8"))
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}
