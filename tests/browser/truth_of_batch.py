"""What each number on the stage of a batch has to be, taken from a batch that was run here."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnnviz.padding import Padding
from rnnviz.stage.padding import chances
from tests.browser.screen import Number

DRIFTS = {
    "end-drift": "end_drift",
    "masked-drift": "masked_drift",
    "pooled-drift": "pooled_drift",
    "pooled-masked-drift": "pooled_masked_drift",
}
BATCH = {*DRIFTS, "state-drift", "answer-alone", "answer-now", "loss-counted", "loss-diluted", "loss-filled"}


def of_batch(number: Number, found: Mapping[str, Padding], t: int) -> float:
    """Return what a number is that is told of the batch, filled up on the side that its ``run`` names."""
    if number.quantity.startswith("loss-"):
        losses = found["right"].losses
        assert losses is not None
        return float(getattr(losses, number.quantity.removeprefix("loss-")))
    row, side = int(number.unit), found[number.run or "right"]
    if number.quantity in DRIFTS:
        return float(getattr(side, DRIFTS[number.quantity])[row])
    step = t if number.step == "" else int(number.step)
    if number.quantity == "state-drift":
        return float(side.drift[row, step])
    outputs = side.padded.outputs[row, step]
    if number.quantity == "answer-alone":
        outputs = side.alone.outputs[row, int(np.flatnonzero(side.inside[row])[-1])]
    return float(chances(outputs).max())
