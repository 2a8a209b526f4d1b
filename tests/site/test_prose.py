"""Prose in blocks, with values of the run in it."""

from __future__ import annotations

import pytest

from rnnviz import lessons
from rnnviz.lessons import MissingBlock, blocks, prose


def test_every_lesson_has_blocks_and_each_says_something() -> None:
    for name in ("start", "step"):
        assert blocks(name) and all(len(text) > 40 for text in blocks(name).values())


def test_values_stand_in_the_prose(tmp_path, monkeypatch) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "x.md").write_text("note\n<!-- one -->\nA {{cell}} of {{n}}: $h_{t}$.\n<!-- two -->\nB\n")
    monkeypatch.setattr(lessons, "LESSONS", tmp_path)
    blocks.cache_clear()
    assert prose("x", "one", cell="GRU", n=3) == "A GRU of 3: $h_{t}$."
    assert prose("x", "two", "zz") == "B"
    with pytest.raises(MissingBlock, match="three"):
        prose("x", "three")
    blocks.cache_clear()
