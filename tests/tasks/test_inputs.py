"""`inputs` gives every kind of experiment what it asks for, and the engine runs it."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz.experiment import NETWORKS, TASKS, Experiment
from rnnviz.inputs import one_hot, readable
from rnnviz.run import run
from rnnviz.tasks import inputs

EXPERIMENTS = [
    Experiment(text="naïve 👨‍👩‍👧\n"),
    Experiment(text="one two, one!", tokens="words"),
    Experiment(series=(1e300, -3.0, 2e299)),
    *(Experiment(task=task, length=9) for task in TASKS),
    *(Experiment(network=network, length=9) for network in NETWORKS),
]


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: e.task or e.network or e.tokens)
def test_what_it_gives_fits_together_and_runs(experiment: Experiment) -> None:
    data = inputs(experiment)
    steps, width = data.inputs.shape
    assert len(data.labels) == len(data.targets) == steps
    assert all(isinstance(label, str) and label for label in data.labels)
    assert data.inputs.dtype == np.float64
    if data.alphabet is not None:
        read = data.inputs[: data.sources or None, : len(data.alphabet)]
        if experiment.network == "writer":  # which reads nothing after its letter
            read = read[:1]
        assert (data.sources > 0 or len(data.alphabet) == width) and (read.sum(axis=1) == 1).all()
    if data.kind == "symbols":
        assert data.answers is not None and data.targets.dtype == np.int64
        assert data.targets.max() < len(data.answers)
    else:
        assert data.answers is None and data.targets.shape == (steps, 1)
    trace = run(experiment)
    assert trace.labels == data.labels and trace.unit_names == data.unit_names
    assert np.isfinite(trace.losses).all()


def test_length_and_seed_of_an_experiment_decide_a_network_s_input() -> None:
    assert len(inputs(Experiment(network="parity", length=31)).labels) == 31
    first, second = (inputs(Experiment(network="parity", length=31, seed=seed)).labels for seed in (0, 1))
    assert first != second


def test_one_hot_has_its_ones_where_the_indices_say() -> None:
    assert one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (-1.5, "−1.5"), (1e9, "1e9"), (-2.5e-12, "−2.5e−12"), (1234567.0, "1.23457e6")],
)
def test_numbers_are_written_as_people_do(value: float, text: str) -> None:
    assert readable(value) == text
