"""What a preset says one will see is there to be seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.run import run
from rnnviz.site.presets import PRESETS
from rnnviz.trace import Trace


def of(name: str, **changes: object) -> Trace:
    return run(replace(PRESETS[name], **changes))


def dh(trace: Trace) -> np.ndarray:
    return np.linalg.norm(trace.layers["l0"].dh, axis=1)


def same_label_other_state(trace: Trace, label: str, count: int) -> None:
    steps = [t for t, other in enumerate(trace.labels) if other == label]
    assert len(steps) == count
    states = trace.layers["l0"].h[steps]
    assert len({tuple(np.round(h, 2)) for h in states}) == count
    assert (trace.inputs[steps] == trace.inputs[steps[0]]).all()


def test_hello() -> None:
    same_label_other_state(of("hello"), "l", 3)


def test_plain() -> None:
    layer = of("plain").layers["l0"]
    assert not layer.gates and layer.c is None


def test_words() -> None:
    same_label_other_state(of("words"), "the", 4)


@pytest.mark.parametrize("seed", range(4))
def test_vanish_at_most_half_is_left(seed) -> None:
    norms = dh(of("vanish", seed=seed))
    assert norms[-1] > 0 and (norms[:-1] <= 0.5 * norms[1:] * (1 + 1e-9)).all()
    assert np.count_nonzero(of("vanish").losses) == 1


@pytest.mark.parametrize("seed", range(4))
def test_explode_exactly_by_the_gain(seed) -> None:
    norms = dh(of("explode", seed=seed))
    np.testing.assert_allclose(norms[:-1] / norms[1:], 1.1, rtol=1e-9)


def test_remember() -> None:
    kept, lost = of("remember"), of("remember", forget_bias=None)
    assert kept.layers["l0"].gates["f"].min() > 0.98
    assert 0.35 < lost.layers["l0"].gates["f"].mean() < 0.65
    cells = [np.abs(trace.layers["l0"].c).mean(axis=1) for trace in (kept, lost)]
    assert cells[0][-1] > 5 * cells[0][4] and cells[0][-1] > 5 * cells[1][-1]


def test_both() -> None:
    trace = of("both")
    assert trace.labels[:4] == tuple("race") and trace.labels[3:] == tuple("ecar")
    there, back = (trace.layers[name].h[3] for name in ("l0", "l0_reverse"))
    assert np.abs(there - back).max() > 0.05


def test_stocks() -> None:
    assert of("stocks").inputs[0, 0] == 1.0 and of("stocks").steps == 104


def test_script() -> None:
    family = next(label for label in of("script").labels if len(label) > 1)
    assert len(family) == 5


def test_asked_once_the_way_back_is_long_from_the_last_state_and_short_from_the_mean() -> None:
    far, near = dh(of("asked_once")), dh(of("asked_once", readout="mean"))
    assert (np.diff(far) > 0).all() and far[0] < 1e-3 * far[-1]
    assert near.min() > 0.7 * near.max()


def test_translated_and_looking_back() -> None:
    for name in ("translated", "looking_back"):
        encoder, decoder = of(name).segments
        assert (encoder.start, encoder.stop, decoder.start, decoder.stop) == (0, 5, 5, 11)
    bridge, alone = of("looking_back").bridge, of("translated").bridge
    assert bridge is not None and bridge.attention is not None
    assert alone is not None and alone.attention is None
    assert np.ptp(bridge.attention, axis=0).max() < 0.1 < np.ptp(bridge.attention, axis=1).min()
