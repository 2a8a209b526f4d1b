"""What a network can be trained on, by name, each with what an answer scores that remembers nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rnnviz.experiment import ExperimentError
from rnnviz.tasks.problems.adding import ADDING
from rnnviz.tasks.problems.base import PARTS, Baseline, Posed
from rnnviz.tasks.problems.batch import Batch
from rnnviz.tasks.problems.copying import COPY
from rnnviz.tasks.problems.date import DATE
from rnnviz.tasks.problems.depth import DEPTH
from rnnviz.tasks.problems.draw import DRAW
from rnnviz.tasks.problems.echo import ECHO
from rnnviz.tasks.problems.forecast import SERIES, SINE, STOCKS
from rnnviz.tasks.problems.next_symbol import BOOK, TEXT
from rnnviz.tasks.problems.order import ORDER
from rnnviz.tasks.problems.parity import PARITY
from rnnviz.tasks.problems.problem import Problem
from rnnviz.tasks.problems.reverse import REVERSE
from rnnviz.tasks.problems.sentences import SENTIMENT, TAGGING
from rnnviz.tasks.problems.settings import Setting
from rnnviz.tasks.problems.spell import SPELL
from rnnviz.tasks.problems.wave import WAVE
from rnnviz.tasks.problems.write import WRITE

__all__ = ["PARTS", "PROBLEMS", "Baseline", "Batch", "Posed", "Problem", "Setting", "problem_named"]

PROBLEMS: Final[Mapping[str, Problem]] = {
    problem.name: problem
    for problem in (
        *(ADDING, COPY, ORDER, PARITY, DEPTH, ECHO),
        *(TEXT, BOOK, SENTIMENT, TAGGING),
        *(SINE, STOCKS, SERIES),
        *(WAVE, DRAW, WRITE),
        *(REVERSE, DATE, SPELL),
    )
}


def problem_named(name: str) -> Problem:
    """Return the problem of that name.

    Raises
    ------
    ExperimentError
        If there is none.
    """
    if name not in PROBLEMS:
        raise ExperimentError("problem", name, "error.choice", choices=", ".join(PROBLEMS))
    return PROBLEMS[name]
