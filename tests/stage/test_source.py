"""The source that a page shows is the source that runs, and its lines say truly what they produce."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import rnnviz
from rnnviz.cells import CELLS, GRU, LSTM, RNN, Cell
from rnnviz.cells.base import Holding, free
from rnnviz.stage.source import Source, source_of
from rnnviz.trace import Array

ROOT = Path(rnnviz.__file__).parents[1]
ALL = [(name, kind, cls) for name, kinds in CELLS.items() for kind, cls in kinds.items()]


def quantities(source: Source) -> list[str]:
    return [line["quantity"] for line in source["lines"] if line["quantity"]]


@pytest.mark.parametrize(("name", "kind", "cls"), ALL)
def test_every_line_stands_in_the_file_at_its_number(name: str, kind: str, cls: type[Cell]) -> None:
    source = source_of(name, kind)
    there = (ROOT / source["file"]).read_text(encoding="utf-8").splitlines()[source["first"] - 1 :]
    assert [line["text"] for line in source["lines"]] == [
        line.rstrip().removeprefix("    ") for line in there[: len(source["lines"])]
    ]
    assert source["name"] == f"{cls.__name__}.forward"
    assert source["lines"][0]["text"].startswith("def forward(")
    assert source["lines"][-1]["text"].strip().startswith(("return", "}"))


@pytest.mark.parametrize(("name", "kind", "cls"), ALL)
def test_the_function_returns_every_quantity_that_its_lines_are_linked_to(
    name: str, kind: str, cls: type[Cell]
) -> None:
    H, G = 3, len(cls.blocks)
    values = cls.forward(np.ones((G, H)), np.ones((G, H)), np.ones(H), np.ones(H), free)
    linked = quantities(source_of(name, kind))
    assert set(linked) - {"a"} == set(values)
    assert len(linked) == len(set(linked))


def test_the_lines_stand_in_the_order_of_the_equations() -> None:
    assert quantities(source_of("lstm")) == ["i", "f", "g", "o", "c", "h"]
    assert quantities(source_of("gru")) == ["r", "z", "n", "h"]
    assert quantities(source_of("rnn")) == ["a", "h"]


@pytest.mark.parametrize("cls", [LSTM, GRU, RNN])
def test_each_linked_line_assigns_its_quantity(cls: type[Cell]) -> None:
    for line in source_of(cls)["lines"]:
        if line["quantity"]:
            assert line["quantity"] in line["text"].split("=")[0]
            assert not line["doc"]


def test_the_nonlinearity_chooses_the_function_that_ran() -> None:
    texts = {kind: "\n".join(line["text"] for line in source_of("rnn", kind)["lines"]) for kind in CELLS["rnn"]}
    assert "h = tanh(a)" in texts["tanh"]
    assert "h = relu(a)" in texts["relu"]
    assert len(set(texts.values())) == 3


class Odd(Cell):
    """A cell whose forward pass is written in unusual ways."""

    blocks = ("i", "f")
    gates = ("i", "f")

    @staticmethod
    def forward(from_x: Array, from_h: Array, h_prev: Array, c_prev: Array, hold: Holding) -> dict[str, Array]:
        """Two lines of documentation.

        In which i = 0 is only said.
        """
        i: Array = hold(
            "i",
            from_x[0],
        )
        f, other = from_x[1], from_h[1]
        if other.any():
            i += 1
        (h) = f * i
        values: Mapping[str, Array] = {"i": i, "f": f, "h": h}  # c = 1 is a comment
        return dict(values)

    sums = derivatives = backward = None  # type: ignore[assignment]


def test_statements_of_any_form_are_read_and_words_are_not() -> None:
    source = source_of(Odd)
    linked = [(line["text"].strip(), line["quantity"]) for line in source["lines"] if line["quantity"]]
    assert linked == [
        ("i: Array = hold(", "i"),
        ("f, other = from_x[1], from_h[1]", "f"),
        ("i += 1", "i"),
        ("(h) = f * i", "h"),
    ]
    assert [line["text"].strip() for line in source["lines"] if line["doc"]] == [
        '"""Two lines of documentation.',
        "",
        "In which i = 0 is only said.",
        '"""',
    ]


def test_an_unknown_cell_is_refused() -> None:
    with pytest.raises(KeyError, match="perceptron"):
        source_of("perceptron")
