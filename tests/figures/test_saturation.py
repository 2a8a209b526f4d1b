"""How saturated gates are: counted again by hand, and found again in the picture."""

from __future__ import annotations

import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz import Experiment, run
from rnnviz.figures import (
    ever_saturated,
    in_both_themes,
    saturation,
    saturation_of,
    saturation_sentences,
    saturation_spec,
)
from rnnviz.palette import colour
from rnnviz.words import say

RNG = np.random.default_rng(7)


def gates(steps: int = 17, units: int = 6) -> dict[str, np.ndarray]:
    """Return gates that are often, but not always, at their ends."""
    return {name: 1 / (1 + np.exp(-RNG.normal(0, 4, (steps, units)))) for name in "ifgo"}


def test_each_step_of_each_unit_is_counted_once() -> None:
    activation = gates()["f"]
    counts = saturation_of(activation)
    for unit in range(activation.shape[1]):
        column = activation[:, unit].tolist()
        assert counts.shut[unit] == sum(value < 0.1 for value in column) / len(column)
        assert counts.open[unit] == sum(value > 0.9 for value in column) / len(column)
    assert (counts.shut + counts.open <= 1).all()
    assert counts.steps == len(activation)


def test_the_ends_themselves_are_not_saturated() -> None:
    counts = saturation_of([[0.1, 0.9], [0.0999, 0.9001]])
    assert counts.shut.tolist() == [0.5, 0] and counts.open.tolist() == [0, 0.5]


def test_every_unit_stands_in_every_panel_where_it_was_counted() -> None:
    values = gates()
    figure = saturation(values)
    panels = [trace for trace in figure.data if trace.type == "scatter"]
    assert [panel.name for panel in panels] == [say(f"figures.gate_{name}") for name in "fio"]
    for panel, name in zip(panels, "fio", strict=True):
        counts = saturation_of(values[name])
        seen = {unit: (x, y) for x, y, units in zip(panel.x, panel.y, panel.customdata, strict=True) for unit in units}
        assert sorted(seen) == list(range(6))
        for unit, place in seen.items():
            assert place == pytest.approx((counts.open[unit], counts.shut[unit]), abs=1e-6)


def test_units_that_coincide_share_a_circle_of_their_joint_area() -> None:
    same = np.full((5, 4), 0.95)
    same[:, 3] = 0.5
    (panel,) = saturation({"f": same}).data
    assert sorted(map(list, panel.customdata)) == [[0, 1, 2], [3]]
    sizes = dict(zip(map(len, panel.customdata), panel.marker.size, strict=True))
    assert sizes[3] ** 2 == pytest.approx(3 * sizes[1] ** 2)
    assert sorted(panel.text) == ["", "3"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_gate_wears_its_colour(theme: str) -> None:
    for panel, name in zip(saturation(gates(), theme=theme).data, "fio", strict=True):
        assert panel.marker.line.color == colour(name, theme)


def test_the_table_has_the_numbers_of_the_picture() -> None:
    values = gates()
    table = saturation_spec(values)["layout"]["meta"]["table"]
    assert len(table["columns"]) == 7 and len(table["rows"]) == 6
    for unit, row in enumerate(table["rows"]):
        wanted = [
            side[unit]
            for name in "fio"
            for side in (saturation_of(values[name]).open, saturation_of(values[name]).shut)
        ]
        assert row[0] == unit + 1 and row[1:] == pytest.approx(wanted, abs=1e-4)


def test_the_sentence_counts_what_is_there() -> None:
    values = gates()
    sentences = saturation_sentences(values)
    assert len(sentences) == 3
    for sentence, name in zip(sentences, "fio", strict=True):
        numbers = list(map(int, re.findall(r"(?<![.\d])\d+(?!\.?\d)", sentence)))
        counts = saturation_of(values[name])
        wanted = [(values[name] > 0.9).sum(), (values[name] < 0.1).sum(), (counts.open > 0.5).sum(), 6]
        assert numbers == [17, 6, 17 * 6, *wanted, (counts.shut > 0.5).sum()]


def test_a_gate_that_is_never_at_its_ends_is_said_to_be_so() -> None:
    calm = {"z": np.full((3, 2), 0.5), "r": np.full((3, 2), 0.2), "n": np.full((3, 2), 0.99)}
    assert not ever_saturated(calm)
    assert saturation_sentences(calm)[0] == say("figures.saturation_none", gate="Update gate z", steps=3, units=2)
    assert ever_saturated(calm | {"r": np.full((3, 2), 0.05)})


def test_the_latch_uses_its_gates_at_their_ends_only() -> None:
    trace = run(Experiment(network="latch"))
    for name in "ifo":
        counts = saturation_of(trace.layers["l0"].gates[name])
        assert (counts.open + counts.shut == 1).all()


@pytest.mark.parametrize("wrong", [[1.0, 2.0], np.zeros((0, 3)), np.zeros((3, 0)), np.zeros((2, 2, 2))])
def test_an_array_of_another_shape_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"\(T, H\)"):
        saturation_of(wrong)


def test_a_cell_without_gates_is_refused() -> None:
    with pytest.raises(ValueError, match="needs one of f, i, o, z, r"):
        saturation({})


def test_both_themes_are_json_that_any_reader_takes() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    packed = in_both_themes("saturation", saturation_spec, {"f": np.full((2, 3), np.nan)})
    assert sorted(packed) == ["saturation", "saturation_dark"]
    for text in packed.values():
        go.Figure(json.loads(text, parse_constant=refuse))
