"""The engines beside what PyTorch offers for the same: T = 200 steps, H = 64 units, one sequence, one thread.

NumPy's BLAS works in one thread, too, as in the site: where others use the processor, more than one make its products
slower by an order of magnitude.

All start from the same inputs and weights. What is timed comes in turns, so that a busy machine slows all alike, each
turn right after one that is not, and counts with its fastest: whatever else runs can only slow it down.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from rnnviz import Experiment
from rnnviz.engines import engine_named
from rnnviz.initial import initial_parameters
from rnnviz.tasks import inputs
from tests.benchmarks.report import Row

T, H = 200, 64
ROUNDS = 40
MODULES: dict[str, tuple[Callable[[int, int], nn.Module], Callable[[int, int], nn.Module]]] = {
    "lstm": (nn.LSTM, nn.LSTMCell),
    "gru": (nn.GRU, nn.GRUCell),
    "rnn": (nn.RNN, nn.RNNCell),
}
TIMES_BARE = {"lstm": 2.0, "gru": 0.35, "rnn": 0.35}
"""Budget of the torch engine in units of the bare module, of which only the LSTM's is fused in both directions."""


def rows() -> list[Row]:
    """Time both engines and their yardsticks, cell by cell."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the fastest for one sequence
    try:
        with threadpool_limits(1, "blas"):
            return [row for cell in MODULES for row in _rows(cell)]
    finally:
        torch.set_num_threads(threads)


def _rows(cell: str) -> list[Row]:
    took = _in_turns(_engines(cell) | _yardsticks(cell))
    torch32, torch64, numpy64 = took["torch float32"], took["torch float64"], took["numpy float64"]
    name, most = cell.upper(), TIMES_BARE[cell]
    bare, loop = f"bare nn.{name} forward and backward", f"Python loop over nn.{name}Cell with retain_grad"
    return [
        Row(f"{name}: torch engine, all traced, float32", torch32 * 1e3, "ms"),
        Row(f"{name}: torch engine, all traced, float64", torch64 * 1e3, "ms"),
        Row(f"{name}: NumPy engine, all traced, float64", numpy64 * 1e3, "ms"),
        Row(f"{name}: torch engine ÷ {bare}, float32", torch32 / took["bare float32"], "×", most),
        Row(f"{name}: torch engine ÷ {bare}, float64", torch64 / took["bare float64"], "×", most),
        Row(f"{name}: torch engine ÷ {loop}, float32", torch32 / took["loop"], "×", 0.12 if cell == "lstm" else None),
        Row(f"{name}: NumPy engine ÷ torch engine, float64", numpy64 / torch64, "×", 1.5),
        Row(f"{name}: NumPy engine, float64 ÷ torch engine, float32", numpy64 / torch32, "×"),
    ]


def _engines(cell: str) -> dict[str, Callable[[], object]]:
    experiment = Experiment(cell=cell, hidden_size=H, task="sine", length=T)
    data, parameters = inputs(experiment), initial_parameters(experiment, 1, 1)

    def tracing(engine: str, dtype: str) -> Callable[[], object]:
        trace = engine_named(engine, dtype)
        return lambda: trace(experiment, data, parameters)

    which = (("torch", "float32"), ("torch", "float64"), ("numpy", "float64"))
    return {f"{engine} {dtype}": tracing(engine, dtype) for engine, dtype in which}


def _yardsticks(cell: str) -> dict[str, Callable[[], object]]:
    bare, looped = MODULES[cell]
    x = torch.linspace(0, 20, T).sin().reshape(T, 1)
    return {
        "bare float32": _bare(bare(1, H), x),
        "bare float64": _bare(bare(1, H).double(), x.double()),
        "loop": _loop(looped(1, H), x),
    }


def _in_turns(subjects: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    fastest = dict.fromkeys(subjects, float("inf"))
    for _ in range(ROUNDS):
        for name, subject in subjects.items():
            subject()  # what the others left in the caches
            start = time.perf_counter()
            subject()
            fastest[name] = min(fastest[name], time.perf_counter() - start)
    return fastest


def _bare(module: nn.Module, x: Tensor) -> Callable[[], None]:
    readout = nn.Linear(H, 1, dtype=x.dtype)

    def forward_and_backward() -> None:
        module.zero_grad()
        out = module(x)[0]
        nn.functional.mse_loss(readout(out), x).backward()

    return forward_and_backward


def _loop(cell: nn.Module, x: Tensor) -> Callable[[], None]:
    readout = nn.Linear(H, 1, dtype=x.dtype)

    def forward_and_backward() -> None:
        cell.zero_grad()
        state, outputs = None, []
        for step in x:
            state = cell(step[None], state)
            for part in state if isinstance(state, tuple) else (state,):
                part.retain_grad()
            outputs.append(state[0] if isinstance(state, tuple) else state)
        nn.functional.mse_loss(readout(torch.cat(outputs)), x).backward()

    return forward_and_backward
