"""One script of many ES modules, so that a document needs no address to import from.

A page opened from a disk may not import files, and neither a ``data:`` nor a ``blob:`` address passes the content
policy of every notebook. So each module becomes a function called once, in an order in which every module comes after
those it imports::

    import { el as make } from "./dom.js";        given["views/x.js"] = (() => {
    export function mount(…) { … }           →     const { el: make } = given["dom.js"];
                                                   function mount(…) { … }
                                                   return { mount };
                                                   })();

That keeps a module's names its own. It asks of the modules what ours keep to, and refuses the rest: one import a line,
declarations exported where they stand and not assigned to again, no circles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GIVEN: Final = "rnnvizModules"
_IMPORT: Final = re.compile(r'^import (?:\* as (?P<all>\w+)|\{(?P<names>[^{}]*)\}) from "(?P<file>\.[^"]+)";$', re.M)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (?P<name>\w+))", re.M)
_COMMENT: Final = re.compile(r"^[ \t]*(?:/\*.*?\*/|//[^\n]*)[ \t]*\n", re.M | re.S)
"""A comment on lines of its own: a fifth of our modules, and of no use to a browser."""
_OTHER: Final = re.compile(r"^(?:import|export)\b.*", re.M)


class ModuleError(Exception):
    """A module is not written as `rnnviz.export.modules` wants it: a mistake in the program."""


@dataclass(frozen=True)
class Module:
    """One file: what it imports, in order, what it exports, its text."""

    path: Path
    needs: tuple[Path, ...]
    gives: tuple[str, ...]
    text: str


def script(entries: Iterable[Path], root: Path) -> str:
    """Return the statements that run ``entries`` and all they import, a module each, deepest first.

    What the module ``root/views/x.js`` exports is afterwards in ``rnnvizModules["views/x.js"]``.

    Raises
    ------
    ModuleError
        For a module that imports or exports in another way, or a circle of imports.
    """
    parts = [f"const {GIVEN} = {{}};", *(_wrapped(module, root) for module in ordered(entries))]
    return "\n".join(parts) + "\n"


def name_of(path: Path, root: Path) -> str:
    """Return the name of a module in the script: its path below ``root``."""
    return path.resolve().relative_to(root.resolve()).as_posix()


def ordered(entries: Iterable[Path]) -> list[Module]:
    """Return ``entries`` and all they import, each after what it imports."""
    done: dict[Path, Module] = {}
    for entry in entries:
        _visit(entry.resolve(), done, ())
    return list(done.values())


def _visit(path: Path, done: dict[Path, Module], above: tuple[Path, ...]) -> None:
    if path in done:
        return
    if path in above:
        raise ModuleError(f"{path.name} imports itself by way of {', '.join(file.name for file in above)}.")
    module = read(path)
    for need in module.needs:
        _visit(need, done, (*above, path))
    done[path] = module


def read(path: Path) -> Module:
    """Return a module as it stands in its file."""
    text = path.read_text(encoding="utf-8")
    known = {match.start() for pattern in (_IMPORT, _EXPORT) for match in pattern.finditer(text)}
    strange = next((match[0] for match in _OTHER.finditer(text) if match.start() not in known), None)
    if strange:
        raise ModuleError(f"{path.name} has a line that cannot be taken apart: {strange}")
    needs = tuple((path.parent / match["file"]).resolve() for match in _IMPORT.finditer(text))
    return Module(path, needs, tuple(match["name"] for match in _EXPORT.finditer(text)), text)


def _wrapped(module: Module, root: Path) -> str:
    def taken(match: re.Match[str]) -> str:
        source = f'{GIVEN}["{name_of(module.path.parent / match["file"], root)}"]'
        names = match["all"] or "{" + re.sub(r"(\w+) as (\w+)", r"\1: \2", match["names"]) + "}"
        return f"const {names} = {source};"

    body = _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub(taken, module.text)))
    return (
        f'{GIVEN}["{name_of(module.path, root)}"] = (() => {{\n{body.rstrip()}\n'
        f"return {{ {', '.join(module.gives)} }};\n}})();"
    )
