"""Gradients through time beside the run that they are of: every pair of steps for the price of a few runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from rnnviz import Experiment, gradients, run
from rnnviz.trace import Trace
from tests.benchmarks.report import Row

T: Final = 100
ROUNDS: Final = 15
LSTM: Final = Experiment(cell="lstm", hidden_size=64, task="sine", length=T)
RNN: Final = Experiment(cell="rnn", hidden_size=32, task="sine", length=T)
BOTH: Final = Experiment(
    shape="encoder_decoder",
    cell="lstm",
    hidden_size=32,
    text="reads forty symbols and writes forty",
    attention="additive",
)
ASKED: Final[tuple[tuple[str, Experiment, Callable[[Trace], object], float | None], ...]] = (
    ("itemised ∂L_k/∂h_t, norms (LSTM, H = 64)", LSTM, gradients.itemised, 3),
    ("itemised ∂L_k/∂h_t, vectors (LSTM, H = 64)", LSTM, gradients.itemised_vectors, 3),
    ("Jacobians, Frobenius norms (RNN, H = 32)", RNN, lambda trace: gradients.jacobian_norms(trace, norm="fro"), 10),
    ("Jacobians, 2-norms, converged (RNN, H = 32)", RNN, gradients.jacobian_norms, 10),
    ("influence ∂y_t/∂x_s (LSTM, H = 64)", LSTM, gradients.influence, None),
    ("reach of each loss into an encoder (LSTM, H = 32, attention)", BOTH, gradients.reach, None),
    ("Jacobians across a context (LSTM, H = 32)", BOTH, gradients.jacobian_norms, None),
    ("total norms in float32 (LSTM, H = 64)", LSTM, lambda trace: gradients.norms(trace, dtype="float32"), None),
)


def rows() -> list[Row]:
    """Time each in turns with one traced run of the NumPy engine."""
    return [_row(what, experiment, ask, budget) for what, experiment, ask, budget in ASKED]


def _row(what: str, experiment: Experiment, ask: Callable[[Trace], object], budget: float | None) -> Row:
    trace = run(experiment)
    runs, asked = [], []
    for round_ in range(ROUNDS + 2):
        begun = time.perf_counter()
        run(experiment)
        between = time.perf_counter()
        ask(trace)
        if round_ >= 2:  # the first rounds warm caches
            runs.append(between - begun)
            asked.append(time.perf_counter() - between)
    return Row(f"{what} ÷ one traced run", min(asked) / min(runs), "×", budget)
