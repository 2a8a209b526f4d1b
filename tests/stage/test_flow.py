"""What the browser is sent of the way back: the numbers of the runs, and of each frame its own."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.gradients import cell_path, log10_bound, log10_itemised, log10_jacobian_norms, log10_norms
from rnnviz.gradients.lengths import cut_short
from rnnviz.stage.flow import Family, count_weights, flow_payload
from rnnviz.stage.theory import belt_log10, bound_log10

TEXT = "the dog that bit"
GAINS = (0.5, 1.0, 2.0)
EXPERIMENT = Experiment(cell="lstm", hidden_size=4, text=TEXT, loss="last", seed=1)
CELLS = ("rnn", "gru", "lstm")


def family(experiment: Experiment = EXPERIMENT) -> Family:
    runs = {cell: [run(experiment.replace(cell=cell, gain=gain)) for gain in GAINS] for cell in CELLS}
    return Family(experiment.cell, runs, "gain", GAINS, 1)


def unpacked(array: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(array["data"]), "<f4").reshape(array.get("shape", -1))


def packed(found: Family, **more: Any) -> dict[str, Any]:
    return flow_payload(found, **{"matrices": {}, "page": "gradients", "views": [], "start": 15, **more})


def test_every_frame_has_the_curves_of_every_cell() -> None:
    found = family()
    payload = packed(found, labels=["a", "b", "c"], title="Gain")
    assert len(payload["frames"]) == 3 and payload["flow"]["swept"] == {"field": "gain", "values": list(GAINS)}
    for k, frame in enumerate(payload["frames"]):
        for cell in CELLS:
            layer = found.runs[cell][k].layers["l0"]
            sent = frame["flow"]["cells"][cell]
            np.testing.assert_allclose(unpacked(sent["dh_log10"]), log10_norms(layer.dh), rtol=1e-6, atol=1e-6)
            assert ("dc_log10" in sent) == (cell == "lstm")
        focus = found.runs["lstm"][k]
        np.testing.assert_allclose(unpacked(frame["losses"]), focus.losses, rtol=1e-6)
        dc = focus.layers["l0"].dc
        assert dc is not None
        np.testing.assert_allclose(unpacked(frame["layers"]["l0"]["dc_log10"]), log10_norms(dc), atol=1e-5)


def test_it_plays_backwards_and_opens_at_the_runs_own_value() -> None:
    payload = packed(family(), labels=["0.5", "1", "2"], title="Gain")
    assert payload["stage"]["direction"] == -1 and payload["stage"]["frame"] == 1
    assert payload["stage"]["start"] == 15
    assert payload["frame_labels"] == ["0.5", "1", "2"] and payload["frame_title"] == "Gain"
    assert json.dumps(payload, allow_nan=False), "plain JSON, no number that JSON has not"


def test_the_bound_is_never_below_the_curve_and_is_pascanus() -> None:
    for gain in (0.3, 1.0, 3.0):
        trace = run(EXPERIMENT.replace(cell="rnn", gain=gain))
        sigma = float(np.linalg.norm(trace.parameters["weight_hh_l0"], 2))
        bound = bound_log10(trace, sigma)
        dh = log10_norms(trace.layers["l0"].dh)
        assert bound is not None and (bound >= dh - 1e-12).all()
        np.testing.assert_allclose(bound[::-1] - bound[-1], log10_bound(trace), rtol=1e-9)


@pytest.mark.parametrize("changes", [{"loss": "every"}, {"num_layers": 2}, {"bidirectional": True}])
def test_no_bound_is_drawn_where_it_says_nothing(changes: dict[str, Any]) -> None:
    trace = run(EXPERIMENT.replace(cell="rnn", **changes))
    assert bound_log10(trace, 1.0) is None


def test_the_belt_is_the_product_of_the_forget_gates_alone() -> None:
    trace = run(EXPERIMENT)
    layer = trace.layers["l0"]
    belt = belt_log10(trace)
    assert layer.dc is not None and belt is not None
    carried = layer.dc[-1].copy()
    for t in range(trace.steps - 1, -1, -1):
        assert belt[t] == pytest.approx(math.log10(np.linalg.norm(carried)), abs=1e-9)
        carried = carried * layer.gates["f"][t]
    np.testing.assert_allclose(belt, cell_path(trace).belt, atol=1e-9)
    assert belt_log10(run(EXPERIMENT.replace(cell="gru"))) is None
    assert belt_log10(run(EXPERIMENT.replace(loss="every"))) is None


def test_matrices_are_sent_as_their_lower_triangle() -> None:
    found = family(EXPERIMENT.replace(loss="every"))
    trace = found.trace
    pair = log10_itemised(trace), log10_jacobian_norms(trace)
    (sent,) = packed(found, matrices={1: pair})["flow"]["matrices"]
    assert sent["frame"] == 1
    for name, matrix in zip(("itemised_log10", "jacobian_log10"), pair, strict=True):
        assert sent[name]["triangle"] == trace.steps
        numbers = unpacked(sent[name])
        for k in (0, 1, 7, trace.steps - 1):
            row = numbers[k * (k + 1) // 2 : k * (k + 1) // 2 + k + 1]
            np.testing.assert_allclose(row, matrix[k, : k + 1], rtol=1e-6, atol=1e-6)


def test_both_directions_send_the_whole_matrix() -> None:
    trace = run(EXPERIMENT.replace(bidirectional=True))
    pair = log10_itemised(trace), log10_jacobian_norms(trace)
    (sent,) = packed(Family("lstm", {"lstm": [trace]}, None, (0.0,), 0), matrices={0: pair})["flow"]["matrices"]
    assert sent["itemised_log10"]["shape"] == [16, 16]


def test_a_shorter_frame_ends_in_nan() -> None:
    trace = run(EXPERIMENT)
    cuts = cut_short(trace, [5, trace.steps])
    payload = packed(Family("lstm", {"lstm": cuts}, "length", (5.0, 16.0), 1))
    short = payload["frames"][0]
    for array in (short["losses"], short["layers"]["l0"]["dh_log10"], short["flow"]["cells"]["lstm"]["dh_log10"]):
        numbers = unpacked(array)
        assert np.isfinite(numbers[:5]).all() and np.isnan(numbers[5:]).all()
    assert payload["meta"]["T"] == 16


def test_before_is_the_same_value_without_the_remedy() -> None:
    plain = EXPERIMENT.replace(cell="rnn")
    found, before = family(plain.replace(init="orthogonal")), family(plain)
    payload = packed(found, before=before, remedies=["orthogonal"])
    assert payload["flow"]["before"] == ["orthogonal"]
    for k, frame in enumerate(payload["frames"]):
        dh = log10_norms(before.runs["rnn"][k].layers["l0"].dh)
        np.testing.assert_allclose(unpacked(frame["flow"]["before"]["dh_log10"]), dh, atol=1e-5)
    own = log10_norms(before.runs["rnn"][1].layers["l0"].dh)
    np.testing.assert_allclose(unpacked(payload["baseline"]["flow"]["cells"]["rnn"]["dh_log10"]), own, atol=1e-5)


def test_with_a_loss_at_every_step_the_facts_are_those_of_the_last_loss() -> None:
    every = family(EXPERIMENT.replace(loss="every"))
    ways = family().runs
    found = Family("lstm", every.runs, "gain", GAINS, 1, ways)
    frame = packed(found)["frames"][1]
    single = packed(family())["frames"][1]["flow"]["facts"]
    assert frame["flow"]["facts"] == single
    own, future = (unpacked(frame["layers"]["l0"][name]) for name in ("own_log10", "future_log10"))
    trace = every.trace
    np.testing.assert_allclose(own, log10_norms(trace.dtop), atol=1e-5)
    np.testing.assert_allclose(future[:-1], log10_norms(trace.layers["l0"].dh - trace.dtop)[:-1], atol=1e-4)


def test_weights_are_counted_with_their_readout() -> None:
    trace = run(Experiment(cell="rnn", hidden_size=3, text="abc"))
    assert count_weights(trace) == 3 * 3 + 3 * 3 + 3 + 3 + 4 * 3 + 4


@pytest.mark.parametrize("changes", [{}, {"truncate": 3}, {"bidirectional": True}])
def test_of_several_losses_a_steps_own_is_told_from_the_others(changes: dict[str, Any]) -> None:
    experiment = EXPERIMENT.replace(cell="gru", loss="every", **changes)
    payload = packed(Family("gru", {"gru": [run(experiment)]}, None, (0.0,), 0))
    itemised = log10_itemised(run(experiment))
    arrays = payload["frames"][0]["layers"]["l0"]
    np.testing.assert_allclose(unpacked(arrays["own_log10"]), np.diag(itemised), rtol=1e-5, atol=1e-6)
    whole, own, future = (unpacked(arrays[name]) for name in ("dh_log10", "own_log10", "future_log10"))
    assert (10**future <= (10**whole + 10**own) * (1 + 1e-5)).all()
    assert future[-1] == -np.inf, "no loss comes after the last one"
    assert payload["meta"]["truncate"] == experiment.truncate


@pytest.mark.parametrize("changes", [{"loss": "last"}, {"num_layers": 2, "loss": "every"}])
def test_where_there_is_nothing_to_tell_apart_nothing_is_sent(changes: dict[str, Any]) -> None:
    payload = packed(Family("gru", {"gru": [run(EXPERIMENT.replace(cell="gru", **changes))]}, None, (0.0,), 0))
    assert "own_log10" not in payload["frames"][0]["layers"]["l0"]
