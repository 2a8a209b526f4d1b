"""What a network has learned at each moment: the same numbers as one who works them out alone, for every problem."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.engines.encoder_decoder import encode
from rnnviz.engines.numpy_engine import trace
from rnnviz.gradients import answer_influence
from rnnviz.tasks import inputs
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.tasks.symbols import visible
from rnnviz.trace import Array, Trace
from rnnviz.training import start
from rnnviz.training.learned import CONNECTED, PASSAGE, UNITS, learned, passage
from rnnviz.training.samples import TEMPERATURES, continued, samples
from rnnviz.units import features_of, responses

PROBE = 0
HOW = {"steps": 6, "trace_every": 2, "engine": "numpy", "batch_size": 4, "validate_every": None}
SHORT: dict[str, dict[str, Any]] = {
    "text": {"text": "so many men, so many minds. " * 30, "length": 12},
    "adding": {"length": 30, "spread": 40},
}


def begun(name: str, experiment: Experiment):
    training = start(experiment, name, options=SHORT.get(name, {}), **HOW)
    history = training.run()
    return history, training.problem, list(history.traces(PROBE))


SHAPED = [(name, shape) for name, problem in PROBLEMS.items() for shape in problem.posed.shapes]


@pytest.mark.parametrize(("name", "shape"), SHAPED, ids=map("-".join, SHAPED))
def test_everything_that_applies_is_there_for_every_problem(name: str, shape: str) -> None:
    cell = "rnn" if shape == "one_to_one" else "gru"
    history, problem, traces = begun(name, Experiment(cell=cell, hidden_size=4, shape=shape))
    found = learned(history, problem, history.moments, traces, PROBE)
    assert len(found) == len(history.moments) == 4
    many = shape == "many_to_many"
    for one, own in zip(found, traces, strict=True):
        assert (one["samples"] is not None) == (many and name in ("text", "book"))
        assert (one["continued"] is not None) == (many and name in ("sine", "stocks", "series"))
        assert (one["written"] is not None) == (shape == "encoder_decoder")
        assert (one["connectivity"] is None) == (own.steps > CONNECTED)
        assert len(one["units"]) == (0 if shape == "one_to_one" else 4)
        assert (one["places"] >= 17) == (shape != "one_to_one")
        assert [abs(unit["r"]) for unit in one["units"]] == sorted((abs(u["r"]) for u in one["units"]), reverse=True)


def test_samples_forecasts_and_connectivity_are_those_of_the_traces() -> None:
    history, problem, traces = begun("text", Experiment(cell="lstm", hidden_size=5))
    found = learned(history, problem, history.moments, traces, PROBE)
    written = samples(traces, 200)
    for f, one in enumerate(found):
        assert one["samples"]["temperatures"] == list(TEMPERATURES)
        np.testing.assert_array_equal(one["samples"]["symbols"], written[f])
        np.testing.assert_array_equal(one["connectivity"], answer_influence(traces[f]))
    history, problem, traces = begun("sine", Experiment(cell="lstm", hidden_size=5))
    alone = [one["continued"] for one in learned(history, problem, history.moments, traces, PROBE)]
    np.testing.assert_array_equal(alone, continued(traces, 10))


@pytest.mark.parametrize("name", ["text", "adding"])
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_units_are_those_of_the_networks_run_one_by_one(name: str, cell: str) -> None:
    experiment = Experiment(cell=cell, hidden_size=12, num_layers=2, bidirectional=name == "adding")
    history, problem, traces = begun(name, experiment)
    found = learned(history, problem, history.moments, traces, PROBE)
    sequences = passage(problem)
    for one, own in zip(found, traces, strict=True):
        runs = [trace(experiment, sequence, own.parameters) for sequence in sequences]
        for layer in own.layers:
            h = np.concatenate([run.layers[layer].h for run in runs])
            named = responses(h, features_of(sequences), UNITS)
            there = [unit for unit in one["units"] if unit["layer"] == layer]
            assert [unit["unit"] for unit in there] == [response.unit for response in named]
            np.testing.assert_allclose([unit["r"] for unit in there], [response.r for response in named], atol=1e-9)
            features = [response.feature for response in named]
            assert [u["feature"] for u in there] == [
                "symbol:" + visible(name[7:]) if name.startswith("symbol:") else name for name in features
            ]


def test_of_an_encoder_and_decoder_it_is_said_what_it_writes_and_what_the_encoders_units_respond_to() -> None:
    history, problem, traces = begun("reverse", Experiment(cell="lstm", hidden_size=6, shape="encoder_decoder"))
    probe = history.probes[PROBE]
    for one, own in zip(learned(history, problem, history.moments, traces, PROBE), traces, strict=True):
        alone = trace(own.experiment.replace(forcing=0.0), probe, own.parameters)
        assert one["written"] == alone.outputs[probe.sources :].argmax(axis=1).tolist()
        sources = passage(problem, "encoder_decoder")
        runs = [encode(own.experiment, own.parameters, source.inputs).runs["l0"].values["h"] for source in sources]
        named = responses(np.concatenate(runs), features_of(sources), UNITS)
        assert [unit["unit"] for unit in one["units"]] == [response.unit for response in named]
        np.testing.assert_allclose([unit["r"] for unit in one["units"]], [response.r for response in named], atol=1e-9)


def test_a_long_text_is_looked_at_where_it_ends() -> None:
    problem = PROBLEMS["text"].pose(**SHORT["text"])
    (end,) = passage(problem)
    assert len(end.inputs) == PASSAGE and end.labels == tuple(map(visible, SHORT["text"]["text"][-PASSAGE:]))


def chances(found: Trace) -> Array:
    assert found.probabilities is not None
    return found.probabilities


def test_answers_hang_on_the_inputs_as_finite_differences_say() -> None:
    found = run(Experiment(cell="lstm", hidden_size=4, text="abcabd", seed=4))
    answer = chances(found).argmax(axis=1)
    data = inputs(found.experiment)
    slopes = np.zeros((found.steps, *found.inputs.shape))
    for s, d in np.ndindex(found.inputs.shape):
        sides = []
        for sign in (1, -1):
            x = data.inputs.copy()
            x[s, d] += sign * 1e-5
            again = trace(found.experiment, replace(data, inputs=x), found.parameters)
            sides.append(np.log(chances(again)[np.arange(found.steps), answer]))
        slopes[:, s, d] = (sides[0] - sides[1]) / 2e-5
    np.testing.assert_allclose(answer_influence(found), np.linalg.norm(slopes, axis=2), rtol=1e-5, atol=1e-9)


def test_no_moments_have_nothing_learned() -> None:
    history, problem, _ = begun("text", Experiment(cell="rnn", hidden_size=3))
    assert learned(history, problem, [], [], 0) == []
