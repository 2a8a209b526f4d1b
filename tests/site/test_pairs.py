"""Matrices of all pairs of steps are worked out when they are asked for, at any place of the slider, and only those."""

from __future__ import annotations

import json
from urllib.parse import quote

import numpy as np
import pytest
from starlette.applications import Starlette

from rnnviz import Experiment, run
from rnnviz.gradients import log10_itemised, log10_jacobian_norms
from rnnviz.site import pairs
from rnnviz.site.flows import Question
from rnnviz.site.presets import GRADIENTS
from tests.site.test_assets import Answer, Client
from tests.stage.test_payload import unpack

SHORT = GRADIENTS.replace(text="the dog that bit", loss="every")


def asked(experiment: Experiment, sweep: str) -> tuple[str, Question]:
    """Return where to ask about a run, and its question."""
    question = Question(experiment, sweep)
    return pairs.address(experiment, question.slider()), question


def get(address: str, base: str = "") -> Answer:
    return Client(Starlette(routes=[pairs.route(base)])).get(address)


def matrix(sent: dict[str, object]) -> np.ndarray:
    """Return (T, T) as it was sent; NaN above the diagonal."""
    if "triangle" not in sent:
        return np.asarray(unpack(sent))
    steps = int(str(sent["triangle"]))
    found = np.full((steps, steps), np.nan)
    found[np.tril_indices(steps)] = unpack({"shape": [steps * (steps + 1) // 2], "data": sent["data"]})
    return found


def below(wanted: np.ndarray) -> np.ndarray:
    return np.where(np.tri(len(wanted), dtype=bool), wanted, np.nan)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("sweep", ["gain", "forget_bias", "none"])
def test_every_place_of_the_slider_is_its_own_run(cell: str, sweep: str) -> None:
    experiment = SHORT.replace(cell=cell)
    address, question = asked(experiment, sweep)
    values = question.slider()
    for frame in {0, values.own, len(values.values) - 1}:
        answer = get(f"{address}&frame={frame}")
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        sent = json.loads(answer.content)
        moved = values.field is not None and frame != values.own and (sweep == "gain" or cell == "lstm")
        trace = run(experiment.replace(**{sweep: values.values[frame]}) if moved else experiment)
        assert sent["frame"] == frame
        for name, wanted in (("itemised", log10_itemised(trace)), ("jacobian", log10_jacobian_norms(trace))):
            np.testing.assert_allclose(matrix(sent[f"{name}_log10"]), below(wanted), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("both", [False, True])
def test_a_shorter_run_has_a_smaller_matrix(both: bool) -> None:
    experiment = SHORT.replace(loss="last", bidirectional=both, num_layers=2 if both else 1)
    address, question = asked(experiment, "length")
    frame = 3
    steps = int(question.slider().values[frame])
    sent = json.loads(get(f"{address}&frame={frame}").content)
    trace = run(experiment.replace(text=str(experiment.text)[:steps]))
    for name, wanted in (("itemised", log10_itemised(trace)), ("jacobian", log10_jacobian_norms(trace))):
        found = matrix(sent[f"{name}_log10"])
        assert found.shape == (16, 16) and np.isnan(found[steps:]).all() and np.isnan(found[:, steps:]).all()
        assert np.isfinite(found[:steps, :steps]).any()
        if not both:  # who reads a shorter text from its end has fewer symbols, and other weights
            kept = run(experiment)
            jacobian = log10_jacobian_norms(kept)[:steps, :steps]
            if name == "jacobian":
                np.testing.assert_allclose(found[:steps, :steps], below(jacobian), rtol=1e-6, atol=1e-6)
        assert wanted.shape == (steps, steps)


def test_only_what_a_page_asked_is_answered() -> None:
    address, question = asked(SHORT, "gain")
    count = len(question.slider().values)
    for frame in ("", "-1", str(count), "1.0", "٣", "9" * 5000, "x"):
        assert get(f"{address}&frame={quote(frame)}").status_code == 404
    path, _, query = address.partition("?")
    other = asked(SHORT.replace(seed=1), "gain")[0]
    assert get(f"{other.partition('?')[0]}?{query}&frame=0").status_code == 404
    assert get(f"{path}&frame=0").status_code == 404 and get(f"{path}?asked=%F0%9F%90%88&frame=0").status_code == 404
    assert get(f"{pairs.PATH}/{quote('ключ')}?{query}&frame=0").status_code == 404
    assert get(f"/below{address}&frame=0", "/below").status_code == 200
