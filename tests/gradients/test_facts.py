"""What is said of a way back: factors, verdicts and zeros against runs whose gradient is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.gradients import log10_totals, per_step_factor, verdict
from rnnviz.gradients.facts import curve, curves, facts_of

LINEAR = Experiment(
    cell="rnn", nonlinearity="identity", init="orthogonal", hidden_size=6, task="sine", length=60, loss="last"
)


@pytest.mark.parametrize(("gain", "said"), [(0.5, "vanishes"), (0.95, "healthy"), (1.0, "healthy"), (1.1, "explodes")])
def test_a_scaled_rotation_has_its_gain_for_a_factor(gain: float, said: str) -> None:
    facts = facts_of(run(LINEAR.replace(gain=gain)))
    assert facts["factor"] == pytest.approx(gain, rel=1e-9)
    assert facts["sigma"] == pytest.approx(gain, rel=1e-9) and facts["rho"] == pytest.approx(gain, rel=1e-9)
    assert facts["first_log10"] - facts["last_log10"] == pytest.approx(59 * math.log10(gain), abs=1e-9)
    assert facts["verdict"] == said, "0.95^59 = 0.048 is still above a hundredth"
    assert facts["zeros"] == 0


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_it_agrees_with_the_walk_of_the_last_loss(cell: str) -> None:
    trace = run(Experiment(cell=cell, hidden_size=5, text="the dog that bit the man", loss="last", seed=2))
    facts = facts_of(trace)
    assert facts["factor"] == pytest.approx(per_step_factor(trace), rel=1e-9)
    assert facts["verdict"] == verdict(trace)
    assert ("sigma" in facts) == (cell == "rnn")


def test_truncation_is_judged_up_to_its_cut_and_its_zeros_are_counted() -> None:
    facts = facts_of(run(LINEAR.replace(truncate=10)))
    assert facts["zeros"] == 49 and facts["first_log10"] is None
    assert facts["factor"] == pytest.approx(1.0, rel=1e-9) and facts["verdict"] == "healthy"


def test_a_run_without_a_gradient_says_so() -> None:
    facts = facts_of(run(Experiment(network="delay", loss="last")))
    assert facts["verdict"] == "none" and facts["factor"] is None


def test_a_curve_goes_on_where_float64_ends() -> None:
    trace = run(LINEAR.replace(gain=0.01, length=400))
    assert (trace.layers["l0"].dh == 0).any(), "float64 has come to its end"
    found = curve(trace)
    np.testing.assert_allclose(found, log10_totals(trace), atol=1e-9)
    np.testing.assert_allclose(np.diff(found), 2.0, atol=1e-9)
    np.testing.assert_allclose(curves([trace, trace])[1], found, atol=0)


def test_an_exact_zero_stays_one() -> None:
    trace = run(LINEAR.replace(gain=0.0, length=5))
    assert curve(trace)[:-1].tolist() == [-math.inf] * 4
    assert facts_of(trace)["zeros"] == 4 and facts_of(trace)["factor"] is None
