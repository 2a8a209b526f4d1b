"""What the browser is sent is the trace, to float32, and log norms that float32 could not hold."""

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from rnnviz import Experiment, Trace, run
from rnnviz.gradients import log10_norms
from rnnviz.stage.payload import pack, payload


def unpack(packed: dict) -> np.ndarray:
    data = base64.b64decode(packed["data"])
    width = len(data) // max(1, int(np.prod(packed["shape"])))
    return np.frombuffer(data, dtype="<f8" if width == 8 else "<f4").reshape(packed["shape"])


@given(arrays(np.float64, array_shapes(max_dims=3, max_side=6), elements=st.floats(-1e30, 1e30)))
def test_arrays_arrive_as_float32(array: np.ndarray) -> None:
    np.testing.assert_array_equal(unpack(pack(array)), array.astype(np.float32))


def test_what_float32_cannot_hold_is_sent_as_float64() -> None:
    explosive = np.array([1e300, -1e300, np.nan, np.inf])
    np.testing.assert_array_equal(unpack(pack(explosive)), explosive)
    assert unpack(pack(np.array([np.inf, np.nan, 3.4e38]))).dtype == np.float32


@given(arrays(np.float64, (3, 4), elements=st.floats(-1, 1)), st.integers(-280, 280))
def test_log_norms_hold_where_squares_would_not(rows: np.ndarray, power: int) -> None:
    largest = np.abs(rows).max(axis=1)
    rows = np.where(np.abs(rows) < 1e-12, 0.0, rows)
    got = log10_norms(rows * 10.0**power)
    norms = np.linalg.norm(rows, axis=1)
    for value, norm, big in zip(got, norms, largest, strict=True):
        if norm == 0:
            assert value == -np.inf
        elif big > 1e-12:
            assert value == pytest.approx(np.log10(norm) + power, abs=1e-9)


@pytest.fixture(scope="module", params=["rnn", "gru", "lstm"])
def trace(request: pytest.FixtureRequest) -> Trace:
    return run(Experiment(cell=request.param, hidden_size=4, num_layers=2, bidirectional=True, text="abcab", seed=2))


def test_the_payload_is_plain_json_and_whole(trace: Trace) -> None:
    sent = json.loads(json.dumps(payload(trace, page="step", views=[{"view": "score", "area": "score"}], start=3)))
    assert sent["meta"]["labels"] == list("abcab") and sent["stage"]["start"] == 3
    assert sent["meta"]["layers"] == ["l0", "l0_reverse", "l1", "l1_reverse"]
    arrays_sent = sent["frames"][0]
    np.testing.assert_allclose(unpack(arrays_sent["probabilities"]).sum(axis=1), 1, rtol=1e-6)
    for name, layer in trace.layers.items():
        for gate, values in layer.gates.items():
            np.testing.assert_allclose(unpack(arrays_sent["layers"][name]["gates"][gate]), values, rtol=1e-6)
        np.testing.assert_allclose(unpack(arrays_sent["layers"][name]["h"]), layer.h, rtol=1e-6)
        expected = np.log10(np.linalg.norm(layer.dh, axis=1))
        np.testing.assert_allclose(unpack(arrays_sent["layers"][name]["dh_log10"]), expected, rtol=1e-5)
    for name, value in trace.parameters.items():
        np.testing.assert_allclose(unpack(arrays_sent["parameters"][name]), value, rtol=1e-6)


def test_frames_share_one_meta(trace: Trace) -> None:
    sent = payload([trace, trace], page="step", views=[], baseline=trace)
    assert len(sent["frames"]) == 2 and sent["baseline"]["inputs"]["shape"] == [5, 3]


def test_an_encoder_and_its_decoder_are_sent_with_what_passes_between_them() -> None:
    asked = Experiment(shape="encoder_decoder", text="abc", target="cba", hidden_size=3, attention="dot")
    trace = run(asked)
    sent = json.loads(json.dumps(payload(trace, page="shapes", views=[])))
    meta, bridge = sent["meta"], sent["frames"][0]["bridge"]
    assert [(one["name"], one["start"], one["stop"], one["layers"]) for one in meta["segments"]] == [
        ("encoder", 0, 3, ["l0"]),
        ("decoder", 3, 7, ["l0"]),
    ]
    assert (meta["shape"], meta["decoder"], meta["attention"]) == ("encoder_decoder", "feedback", "dot")
    assert trace.bridge is not None and trace.answers is not None and trace.bridge.attention is not None
    assert meta["written"] == [trace.answers[k] for k in trace.outputs[3:].argmax(axis=1)]
    np.testing.assert_allclose(unpack(bridge["attention"]).sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(unpack(bridge["mixed"]), trace.bridge.mixed, rtol=1e-6)
    np.testing.assert_allclose(unpack(bridge["context"]["l0"]), trace.layers["l0"].h[2], rtol=1e-6)
    norm = np.linalg.norm(trace.bridge.d_context["l0"])
    assert bridge["d_context_log10"]["l0"] == pytest.approx(np.log10(norm), rel=1e-9)


def test_of_a_beam_the_best_that_was_kept_is_what_was_written() -> None:
    trace = run(Experiment(shape="encoder_decoder", text="abcab", hidden_size=4, forcing=0.0, beam=3, seed=3))
    meta = payload(trace, page="shapes", views=[])["meta"]
    first, *others = meta["hypotheses"]
    assert meta["written"] == first["text"] and len(meta["written"]) == trace.steps - 5
    assert all(other["logp"] <= first["logp"] for other in others) and others


def test_a_network_by_itself_has_no_parts_and_nothing_passes(trace: Trace) -> None:
    sent = payload(trace, page="step", views=[])
    assert sent["meta"]["segments"] == [] and sent["meta"]["written"] is None and sent["meta"]["stopped"]
    assert sent["meta"]["shape"] == "many_to_many" and sent["frames"][0]["bridge"] is None


def test_a_decoder_of_numbers_writes_no_symbols() -> None:
    trace = run(Experiment(shape="encoder_decoder", series=(1.0, 2.0, 3.0, 4.0), hidden_size=3))
    assert payload(trace, page="shapes", views=[])["meta"]["written"] is None
