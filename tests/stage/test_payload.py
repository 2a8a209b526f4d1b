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
