"""Networks that go on by themselves: what they write and forecast, against running them again for every step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.engines.numpy_engine import trace
from rnnviz.inputs import Inputs, one_hot
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.training import train
from rnnviz.training.samples import NOTHING, SAMPLE, continued, samples
from rnnviz.training.source import stream_of

SHAPES = [
    Experiment(cell="rnn", hidden_size=5, seed=2),
    Experiment(cell="gru", hidden_size=4, num_layers=2, seed=3),
    Experiment(cell="lstm", hidden_size=6, num_layers=2, residual=True, clip=1.0),
]
TEXT = {"text": "the cat sat on the mat. " * 6, "length": 9}
HOW = {"steps": 12, "trace_every": 6, "learning_rate": 0.05, "engine": "numpy", "validate_every": None}
each_shape = pytest.mark.parametrize("experiment", SHAPES, ids=lambda one: one.cell)


@each_shape
def test_a_sample_is_what_one_writes_who_runs_the_network_again_for_every_symbol(experiment: Experiment) -> None:
    history = train(experiment, "text", options=TEXT, **HOW)
    traces, temperatures, length = list(history.traces(0)), (0.0, 0.7, 1.5), 20
    found = samples(traces, length, temperatures)
    noise = stream_of(experiment.seed, SAMPLE).gumbel(size=(length, traces[0].inputs.shape[1]))
    for f, k in np.ndindex(found.shape[:2]):
        read = traces[f].inputs.argmax(axis=1).tolist()
        for t in range(length):
            x = one_hot(read, noise.shape[1])
            again = trace(experiment, _asked(x), traces[f].parameters)
            read.append(int((again.outputs[-1, :-1] + temperatures[k] * noise[t]).argmax()))
        assert found[f, k].tolist() == read[-length:]
    assert (found[:, 0] != found[:, 2]).any() and (found[0] != found[-1]).any()


def _asked(x: np.ndarray) -> Inputs:
    width = x.shape[1] + 1
    answers = tuple(map(str, range(width)))
    return Inputs("symbols", ("",) * len(x), answers[:-1], answers, x, np.zeros(len(x), np.int64))


def test_no_temperature_is_the_likeliest_symbol_and_one_is_the_network_s_own_chances() -> None:
    """Many networks that differ in their seed alone draw from one distribution: the shares come out."""
    first = run(Experiment(cell="gru", hidden_size=4, text="abcab", seed=0))
    chances = np.exp(first.outputs[-1, :-1])
    drawn = [samples([_with_seed(first, seed)], 1, (0.0, 1.0))[0, :, 0] for seed in range(2000)]
    assert {int(one[0]) for one in drawn} == {int(chances.argmax())}
    shares = np.bincount([one[1] for one in drawn], minlength=3) / len(drawn)
    np.testing.assert_allclose(shares, chances / chances.sum(), atol=0.04)


def _with_seed(found, seed: int):
    return replace(found, experiment=found.experiment.replace(seed=seed))


def test_where_outputs_are_no_numbers_nothing_is_written() -> None:
    fine = run(Experiment(cell="lstm", hidden_size=3, text="abab"))
    broken = replace(fine, outputs=np.full_like(fine.outputs, np.inf))
    found = samples([fine, broken], 5)
    assert (found[0] != NOTHING).all() and (found[1] == NOTHING).all()


@each_shape
@pytest.mark.parametrize("start", [0, 3, 7])
def test_a_forecast_reads_its_own_answers(experiment: Experiment, start: int) -> None:
    problem = PROBLEMS["sine"].pose(length=8)
    history = train(experiment, problem, **HOW)
    traces = list(history.traces(1))
    found = continued(traces, start)
    assert found.shape == (len(traces), 8 - start, 1)
    for f, own in enumerate(traces):
        x = history.probes[1].inputs.copy()
        for t in range(start, 8):
            data = Inputs("numbers", ("",) * 8, None, None, x, own.targets)
            answer = trace(experiment, data, own.parameters).outputs[t]
            np.testing.assert_allclose(found[f, t - start], answer, rtol=1e-9, atol=1e-12)
            if t < 7:
                x[t + 1] = answer
