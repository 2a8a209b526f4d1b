"""The very function that ran, line by line, each line linked to the quantity it produces."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import TypedDict

from rnnviz.cells import Cell, cell_named

STATES = ("c", "h")
SUM = "a"
"""What a cell without gates calls the sum that its state is an activation of."""


class SourceLine(TypedDict):
    """One line: its text, the quantity that the statement beginning here produces, whether it is documentation."""

    text: str
    quantity: str | None
    doc: bool


class Source(TypedDict):
    """A function's source; ``first`` is the number of its first line in ``file``."""

    lines: list[SourceLine]
    name: str
    file: str
    first: int


@lru_cache
def source_of(cell: str | type[Cell], nonlinearity: str = "tanh") -> Source:
    """Return the source of a cell's forward pass as it stands in the file, from its ``def`` on; not to be changed.

    Parameters
    ----------
    cell : {"rnn", "gru", "lstm"} or Cell
        The cell of a run, or the cell itself. A run's is ``trace.experiment.cell``: a hand-built network has its own,
        whatever the experiment that asked for it says.
    nonlinearity : str
        Of the plain RNN, when it is given by name: ``trace.experiment.nonlinearity``.

    Raises
    ------
    KeyError
        If there is no cell of that name.
    OSError
        If the source is not at hand, as in a frozen program.
    """
    cls = cell_named(cell, nonlinearity) if isinstance(cell, str) else cell
    function = inspect.unwrap(cls.forward)
    raw, start = inspect.getsourcelines(function)
    text = textwrap.dedent("".join(raw))
    tree = ast.parse(text).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise OSError(f"{function.__qualname__} is not written as a function.")
    made, doc = _products(tree, {*cls.blocks, *STATES, SUM}), _documentation(tree)
    numbered = list(enumerate(text.splitlines(), start=1))[tree.lineno - 1 :]
    return {
        "lines": [{"text": line.rstrip(), "quantity": made.get(n), "doc": n in doc} for n, line in numbered],
        "name": f"{cls.__name__}.{function.__name__}",
        "file": f"{function.__module__.replace('.', '/')}.py",
        "first": start + tree.lineno - 1,
    }


def _products(function: ast.FunctionDef, quantities: Collection[str]) -> dict[int, str]:
    """Return the line at which each assignment to one of ``quantities`` begins; a later one on a line is left out."""
    made: dict[int, str] = {}
    for node in ast.walk(function):
        for name in _assigned(node):
            if name in quantities:
                made.setdefault(node.lineno, name)  # type: ignore[attr-defined]
    return made


def _assigned(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement gives a value to, in reading order."""
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    else:
        return
    for target in targets:
        for part in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
            if isinstance(part, ast.Name):
                yield part.id


def _documentation(function: ast.FunctionDef) -> range:
    """Return the numbers of the docstring's lines."""
    first = function.body[0]
    if ast.get_docstring(function) is None or first.end_lineno is None:
        return range(0)
    return range(first.lineno, first.end_lineno + 1)
