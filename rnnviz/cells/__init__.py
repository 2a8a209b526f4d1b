"""The cells: their equations, forward and backward, one gate a line; and the registry that names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rnnviz.cells.base import Cell
from rnnviz.cells.gru import GRU
from rnnviz.cells.lstm import LSTM
from rnnviz.cells.rnn import RNN, LinearRNN, ReluRNN

__all__ = ["CELLS", "GRU", "LSTM", "RNN", "Cell", "LinearRNN", "ReluRNN", "cell_named"]

CELLS: Final[Mapping[str, Mapping[str, type[Cell]]]] = {
    "rnn": {"tanh": RNN, "relu": ReluRNN, "identity": LinearRNN},
    "gru": {"tanh": GRU},
    "lstm": {"tanh": LSTM},
}
"""By name, then by nonlinearity, which only the plain RNN has a choice of."""


def cell_named(name: str, nonlinearity: str = "tanh") -> type[Cell]:
    """Return the cell of an `Experiment`'s fields ``cell`` and ``nonlinearity``."""
    choices = CELLS[name]
    return choices[nonlinearity] if len(choices) > 1 else choices["tanh"]
