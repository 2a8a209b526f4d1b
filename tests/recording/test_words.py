"""What the docstring of `record` and the README say runs as it stands there."""

from __future__ import annotations

import doctest
import re
import textwrap
from pathlib import Path

import pytest

import rnnviz.recording

README = Path(__file__).parents[2] / "README.md"


def test_the_examples_of_the_docstring() -> None:
    found = doctest.testmod(rnnviz.recording)
    assert found.attempted >= 8 and not found.failed


def test_the_readmes_snippet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    section = README.read_text(encoding="utf-8").split("## Your own network\n")[1].split("\n## ")[0]
    snippet = "\n".join(re.findall(r"^(?:    .*|)$", section, re.M))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(textwrap.dedent(snippet), str(README), "exec"), names)
    assert "<title>Forecaster.gru" in (tmp_path / "forecast.html").read_text(encoding="utf-8")
