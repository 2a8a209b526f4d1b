"""A run cut short is the run of the shorter sequence, to the last digits that a matrix product leaves open."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.engines.numpy_engine import trace as numpy_trace
from rnnviz.gradients.lengths import cut_short
from rnnviz.inputs import Inputs
from rnnviz.trace import Trace

TEXT = "the cat sat on"
EXPERIMENTS = [
    Experiment(cell="rnn", hidden_size=4, text=TEXT, loss="last"),
    Experiment(cell="lstm", hidden_size=3, text=TEXT, loss="every", forget_bias=1.0),
    Experiment(cell="gru", hidden_size=3, text=TEXT, loss="last", num_layers=2, residual=True),
    Experiment(cell="lstm", hidden_size=3, text=TEXT, loss="last", truncate=3, num_layers=2),
    Experiment(cell="rnn", hidden_size=3, text=TEXT, loss="every", truncate=2),
    Experiment(cell="gru", hidden_size=2, text=TEXT, loss="last", bidirectional=True),
    Experiment(cell="rnn", hidden_size=3, task="sine", length=11, loss="last"),
    Experiment(cell="rnn", hidden_size=3, series=(1.0, -2.0, 0.5, 3.0, 1.0), loss="last"),
    Experiment(network="delay", length=9, loss="last"),
]


def shorter(trace: Trace, length: int) -> Trace:
    """Run the first steps by themselves, with the same weights."""
    first = slice(0, length)
    inputs, targets = trace.inputs[first], trace.targets[first]
    kept = (trace.alphabet, trace.answers, inputs, targets, trace.unit_names)
    data = Inputs(trace.kind, trace.labels[first], *kept)
    return numpy_trace(trace.experiment, data, trace.parameters)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.to_json())
def test_a_run_cut_short_is_the_run_of_the_shorter_sequence(experiment) -> None:
    whole = run(experiment)
    lengths = [1, 2, whole.steps // 2, whole.steps - 1, whole.steps]
    for length, cut in zip(lengths, cut_short(whole, lengths), strict=True):
        alone = shorter(whole, length)
        assert cut.steps == length and cut.labels == alone.labels
        for name in ("losses", "outputs", "dtop"):
            np.testing.assert_allclose(getattr(cut, name), getattr(alone, name), rtol=1e-12, atol=1e-14)
        for name, layer in alone.layers.items():
            np.testing.assert_allclose(cut.layers[name].h, layer.h, rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(cut.layers[name].dh, layer.dh, rtol=1e-9, atol=1e-14)
            if layer.dc is not None:
                np.testing.assert_allclose(cut.layers[name].dc, layer.dc, rtol=1e-9, atol=1e-14)


def test_the_whole_length_is_the_very_run() -> None:
    whole = run(EXPERIMENTS[0])
    assert cut_short(whole, [3, whole.steps])[1] is whole
