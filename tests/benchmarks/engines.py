"""The NumPy engine beside what PyTorch offers for the same: T = 200 steps, H = 64 units, one sequence."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from rnnviz import Experiment, run
from tests.benchmarks.report import Row, median

T, H = 200, 64
ROUNDS = 15
MODULES: dict[str, tuple[Callable[[int, int], nn.Module], Callable[[int, int], nn.Module]]] = {
    "lstm": (nn.LSTM, nn.LSTMCell),
    "gru": (nn.GRU, nn.GRUCell),
    "rnn": (nn.RNN, nn.RNNCell),
}


def rows() -> list[Row]:
    """Time the engine and its two yardsticks in turns, so that a busy machine slows all three alike."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the fastest for one sequence
    try:
        return [row for cell in MODULES for row in _rows(cell)]
    finally:
        torch.set_num_threads(threads)


def _rows(cell: str) -> list[Row]:
    bare, looped = MODULES[cell]
    experiment = Experiment(cell=cell, hidden_size=H, task="sine", length=T)
    x = torch.linspace(0, 20, T).sin().reshape(T, 1)
    subjects = [lambda: run(experiment), _bare(bare(1, H), x), _loop(looped(1, H), x)]
    engine, fused, loop = _in_turns(subjects)
    name = cell.upper()
    return [
        Row(f"{name}: NumPy engine, all traced, float64", engine * 1e3, "ms"),
        Row(f"{name}: … ÷ bare nn.{name} forward and backward, nothing traced", engine / fused, "×"),
        Row(f"{name}: … ÷ Python loop over nn.{name}Cell with retain_grad", engine / loop, "×"),
    ]


def _in_turns(subjects: Sequence[Callable[[], object]]) -> list[float]:
    times: list[list[float]] = [[] for _ in subjects]
    for round_ in range(ROUNDS + 2):
        for subject, taken in zip(subjects, times, strict=True):
            start = time.perf_counter()
            subject()
            if round_ >= 2:  # the first rounds warm caches
                taken.append(time.perf_counter() - start)
    return [median(taken) for taken in times]


def _bare(module: nn.Module, x: Tensor) -> Callable[[], None]:
    readout = nn.Linear(H, 1)

    def forward_and_backward() -> None:
        module.zero_grad()
        out = module(x)[0]
        nn.functional.mse_loss(readout(out), x).backward()

    return forward_and_backward


def _loop(cell: nn.Module, x: Tensor) -> Callable[[], None]:
    readout = nn.Linear(H, 1)

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
