"""The project's own source read as text: its files, the strings in them, and the messages they ask for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
# A comment, or a string of any of the three kinds; what is left of a line is code.
_JS_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)""", re.S
)
_JS_SAY = re.compile(r"""\bsay\(\s*(?P<quote>["'])(?P<key>[\w.]+)(?P=quote)\s*(?P<end>[,)])""")


@cache
def python_files() -> tuple[Path, ...]:
    """Return app.py, the pages and the package."""
    return (ROOT / "app.py", *sorted(ROOT.glob("pages/*.py")), *sorted(ROOT.glob("rnnviz/**/*.py")))


@cache
def browser_files() -> tuple[Path, ...]:
    """Return all modules and style sheets that the browser gets."""
    return tuple(sorted(path for kind in ("js", "css", "svg", "html") for path in ROOT.glob(f"rnnviz/**/*.{kind}")))


@cache
def tree(path: Path) -> ast.Module:
    """Return a Python file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def docstrings(module: ast.Module) -> set[int]:
    """Return the ids of the nodes that are docstrings or strings on their own."""
    return {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}


def python_strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of every string that is not a docstring; an f-string's gaps are NUL characters."""
    module = tree(path)
    documentation = docstrings(module)
    inside = {id(part) for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(_piece(part) for part in node.values)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (documentation | inside)
        ):
            yield node.lineno, node.value


def _piece(part: ast.expr) -> str:
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "\0"


def without_comments(path: Path) -> str:
    """Return a JavaScript or CSS file with its comments blanked."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".js":
        return re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return _JS_TOKEN.sub(lambda match: "" if match["comment"] else match[0], text)


def js_strings(path: Path) -> Iterator[str]:
    """Yield every string of a module; a template's gaps are NUL characters."""
    for match in _JS_TOKEN.finditer(path.read_text(encoding="utf-8")):
        if match["string"]:
            yield re.sub(r"\$\{[^}]*\}", "\0", match["string"][1:-1])


def said() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Yield (place, key, names of the values given) of each message asked for by a literal key.

    The names are None where the call does not spell them out.
    """
    for path in python_files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and (key := _literal(node, "say")):
                names = [keyword.arg for keyword in node.keywords]
                spelled = None if None in names else frozenset(name for name in names if name)
                yield f"{path.relative_to(ROOT)}:{node.lineno}", key, spelled
    for path in browser_files():
        for match in _JS_SAY.finditer(without_comments(path)):
            yield str(path.relative_to(ROOT)), match["key"], frozenset() if match["end"] == ")" else None


def calls(path: Path, function: str) -> Iterator[str]:
    """Yield each argument, where it is a literal text, of each call of ``function`` or ``….function``."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and _name(node) == function:
            yield from (str(given.value) for given in node.args if isinstance(given, ast.Constant))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _literal(call: ast.Call, function: str) -> str | None:
    if _name(call) != function or not call.args or not isinstance(call.args[0], ast.Constant):
        return None
    return str(call.args[0].value)
