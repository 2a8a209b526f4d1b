"""Texts to learn from on every machine that runs this: two ship with Python, one with this package."""

from __future__ import annotations

import ast
import codecs
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rnnviz.tasks.corpora import quoted


@lru_cache
def zen() -> str:
    """Return the Zen of Python by Tim Peters: 856 characters.

    It is read from the source of the module ``this``, which would print it if it was imported.
    """
    spec = find_spec("this")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the Zen of Python ships with Python, but its module was left out", name="this")
    module = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    values = [node.value for node in module.body if isinstance(node, ast.Assign)]
    text = next(node.value for node in values if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return codecs.decode(text, "rot13")


@lru_cache
def manual() -> str:
    """Return the chapter on compound statements of Python's reference, as ``help("compound")`` shows it: 50 kB."""
    from pydoc_data.topics import topics  # half a megabyte, wanted by few

    text: str = topics["compound"]
    return text


SHIPPED: Final[Mapping[str, Callable[[], str]]] = {"zen": zen, "manual": manual, "quoted": quoted.text}
