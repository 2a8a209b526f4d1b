"""What the browser is told of a batch is what `rnnviz.padding` found, to float32."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from rnnviz import Experiment
from rnnviz.padding import SIDES, padding
from rnnviz.stage.padding import padding_payload


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), dtype="<f4").reshape(packed["shape"])


@pytest.mark.parametrize("network", [None, "sentiment"])
def test_a_batch_is_plain_json_and_true(network: str | None) -> None:
    texts = ["nobody will love this", "a good film", "i like it"]
    experiment = Experiment(network=network, text="a film") if network else Experiment(hidden_size=4, seed=1)
    found = {side: padding(experiment, texts, side) for side in SIDES}
    sent = json.loads(json.dumps(padding_payload(found, page="padding"), allow_nan=False))
    batch, right = sent["padding"], found["right"]
    assert sent["meta"]["T"] == right.steps == len(batch["batch_sizes"]) == max(batch["lengths"])
    assert sent["meta"]["labels"] == batch["labels"][batch["order"][0]]
    assert sum(batch["batch_sizes"]) == batch["steps"]["packed"] == sum(batch["lengths"])
    for side, one in found.items():
        told = batch["sides"][side]
        np.testing.assert_allclose(unpack(told["drift"]), one.drift, rtol=1e-6)
        np.testing.assert_allclose(unpack(told["end"]), one.end_drift, rtol=1e-6)
        np.testing.assert_allclose(unpack(told["pooled"]), one.pooled_drift, rtol=1e-6)
    assert (batch["losses"] is None) == (batch["answers"] is not None) == bool(network)
    if network:
        chances, truth = unpack(batch["sides"]["right"]["chances"]), unpack(batch["sides"]["right"]["truth"])
        np.testing.assert_allclose(chances.sum(axis=2), 1, rtol=1e-6)
        own = [chances[row, n - 1] for row, n in enumerate(right.lengths)]
        np.testing.assert_allclose(own, truth, rtol=1e-5)  # behind the end nothing has happened yet
    else:
        assert right.losses is not None
        np.testing.assert_allclose(unpack(batch["losses"])[0], right.losses.counted, rtol=1e-6)
