"""Figures with a time axis: what is left of a state."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, Hold, run
from rnnviz.figures import KEEPING_GATE, retention, retention_spec, share_left
from rnnviz.palette import colour

EXPERIMENTS = [Experiment(cell=cell, hidden_size=4, seed=5, gain=2.0) for cell in ("lstm", "gru")]
WRITES = {"lstm": lambda gates: gates["i"] * gates["g"], "gru": lambda gates: (1 - gates["z"]) * gates["n"]}


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: e.cell)
@pytest.mark.parametrize("since", [-1, 0, 4, 10])
def test_a_state_is_what_is_left_and_what_was_written_since(experiment: Experiment, since: int) -> None:
    layer = run(experiment).layers["l0"]
    state, gate = KEEPING_GATE[experiment.cell]
    values, keep, write = getattr(layer, state), layer.gates[gate], WRITES[experiment.cell](layer.gates)
    start = getattr(layer, f"{state}0") if since < 0 else values[since]
    left = share_left(keep, since)
    assert np.isnan(left[: max(since, 0)]).all()
    since_written = np.zeros(values.shape[1])
    for t in range(since + 1, len(values)):
        since_written = keep[t] * since_written + write[t]
        np.testing.assert_allclose(left[t] * start + since_written, values[t], rtol=1e-12, atol=1e-14)


def test_nothing_is_left_after_a_gate_is_shut_and_all_while_it_is_held_open() -> None:
    base = Experiment(seed=2)
    shut = run(base.replace(hold=(Hold(gate="f", value=0, start=4, stop=5),))).layers["l0"].gates["f"]
    assert (share_left(shut, 2)[3] > 0).all() and (share_left(shut, 2)[4:] == 0).all()
    wide = run(base.replace(hold=(Hold(gate="f", value=1),))).layers["l0"].gates["f"]
    assert (share_left(wide, 2)[2:] == 1).all()


@pytest.mark.parametrize("since", [-2, 3])
def test_a_step_that_is_not_there_is_refused(since: int) -> None:
    with pytest.raises(ValueError, match=f"since is {since}, but must be from -1 to 2"):
        share_left(np.ones((3, 2)), since)


def test_the_curves_are_the_mean_and_the_chosen_unit() -> None:
    keep, other = np.random.default_rng(1).random((2, 9, 3))
    before, now = retention(keep, 2, baseline=other).data
    assert before.line.dash == "dot" and now.line.dash == "solid"
    np.testing.assert_allclose(now.y[2:], share_left(keep, 2)[2:].mean(axis=1), atol=1e-6)
    np.testing.assert_allclose(before.y[2:], share_left(other, 2)[2:].mean(axis=1), atol=1e-6)
    assert now.y[:2] == (None, None) and list(now.x) == list(range(1, 10))
    (alone,) = retention(keep, 2, unit=1).data
    np.testing.assert_allclose(alone.y[2:], share_left(keep, 2)[2:, 1], atol=1e-6)


@pytest.mark.parametrize(("cell", "hue"), [("lstm", "c"), ("gru", "h")])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_left_wears_the_colour_of_the_state(cell: str, hue: str, theme: str) -> None:
    (curve,) = retention(np.ones((3, 2)), 0, cell=cell, theme=theme).data
    assert curve.line.color == colour(hue, theme)


def test_the_playhead_finds_its_axis() -> None:
    layout = retention_spec(np.ones((4, 2)), 0)["layout"]
    assert layout["meta"]["playhead"] == {"axis": "x"} and layout["xaxis"]["range"] == [0.5, 4.5]
    assert {"l", "r", "t", "b"} <= layout["margin"].keys() and not layout["xaxis"]["automargin"]
    assert [row[0] for row in layout["meta"]["table"]["rows"]] == [1, 2, 3, 4]
