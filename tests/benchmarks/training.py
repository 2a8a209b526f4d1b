"""Training: what the record costs beside a bare PyTorch loop, and which network learns what in the same budget.

The cost: B = 32 sequences of T = 100 steps, H = 64 units, float32, Adam, the gradient clipped, one thread. Both loops
get the same minibatches, drawn beforehand. The bare one is what anyone would write: forward, backward, clip, step, and
the loss as a number. Ours writes down loss, score and both norms of every update, keeps the parameters of every 20th
and, in the second row, makes a whole trace of a probe of T steps of these at once. They take turns at every update; the
ratio, of processor time, is the median of rounds of 20 updates.

The curves: an LSTM of 32 units and a tanh network of as many weights, with the same optimiser, clipping, number of
updates and minibatches; a chance line beside them; the loss on 1,000 sequences that were not trained on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import nn

from rnnviz import Experiment
from rnnviz.initial import parameter_shapes
from rnnviz.tasks.problems import PROBLEMS, Batch, Posed
from rnnviz.tasks.problems.adding import Adding
from rnnviz.training import Training, start, train
from tests.benchmarks.report import Row, median

T, H, B = 100, 64, 32
EVERY: Final = 20
ROUNDS: Final = 12
MODULES: Final = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
BUDGET: Final = 1.1


# What the record costs


def rows() -> list[Row]:
    """Time updates with everything recorded beside a bare loop's, cell by cell."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the fastest for small nets
    try:
        with threadpool_limits(1, "blas"):
            return [row for cell in MODULES for row in _rows(cell)]
    finally:
        torch.set_num_threads(threads)


def _rows(cell: str) -> list[Row]:
    problem = Replayed(T, 0)
    experiment = Experiment(cell=cell, hidden_size=H, clip=1.0)
    how: dict[str, Any] = {"steps": 10**6, "batch_size": B, "trace_every": EVERY, "validate_every": None}
    kept, traced = (start(experiment, problem, **how) for _ in range(2))
    took = _in_turns({"bare": _bare(cell, problem), "kept": kept.step, "traced": _tracing(traced)})
    name = cell.upper()
    return [
        Row(f"{name}: an update of a bare PyTorch loop", min(took["bare"]) * 1e3, "ms"),
        Row(f"{name}: … with everything recorded ÷ bare", _ratio(took, "kept"), "×", BUDGET),
        Row(f"{name}: … and a trace made at every {EVERY}th ÷ bare", _ratio(took, "traced"), "×", BUDGET),
    ]


class Replayed(Adding):
    """The adding problem, its minibatches drawn beforehand."""

    ready: list[Batch] = []

    def batch(self, rng: np.random.Generator, size: int, part: str = "training") -> Batch:
        """Return one of twenty minibatches."""
        if not self.ready:
            fresh = np.random.default_rng(1)
            self.ready.extend(super(Replayed, self).batch(fresh, B) for _ in range(EVERY))
        self.ready.append(self.ready.pop(0))
        return self.ready[-1]


def _tracing(training: Training) -> Callable[[], None]:
    def update() -> None:
        training.step()
        if training.update % EVERY == 0:
            training.history.traces()[-1]

    return update


def _bare(cell: str, problem: Posed) -> Callable[[], float]:
    recurrent, readout = MODULES[cell](2, H), nn.Linear(H, 1)
    parameters = [*recurrent.parameters(), *readout.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=1e-3)
    drawn = [problem.batch(np.random.default_rng(1), B) for _ in range(EVERY)]
    data = [
        (torch.tensor(one.inputs, dtype=torch.float32).transpose(0, 1).contiguous(), torch.tensor(one.targets[:, -1]))
        for one in drawn
    ]

    def update() -> float:
        x, wanted = data[0]
        data.append(data.pop(0))
        optimiser.zero_grad()
        loss = nn.functional.mse_loss(readout(recurrent(x)[0])[-1], wanted.float())
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        return loss.item()

    return update


def _in_turns(subjects: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Return seconds an update, the mean of each round: as many updates as from one kept moment to the next.

    Processor time, of the one thread that all of them have; and they take turns at every update, so that whatever else
    runs slows all alike.
    """
    took: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS + 1):
        round_ = dict.fromkeys(subjects, 0.0)
        for name, update in list(subjects.items()) * EVERY:
            begun = time.thread_time()
            update()
            round_[name] += time.thread_time() - begun
        for name, seconds in round_.items():
            took[name].append(seconds / EVERY)
    return {name: seconds[1:] for name, seconds in took.items()}  # the first round warms caches


def _ratio(took: dict[str, list[float]], name: str) -> float:
    return median([one / bare for one, bare in zip(took[name], took["bare"], strict=True)])


# Who learns what


@dataclass(frozen=True)
class Race:
    """Two networks of as many weights on one task, with one budget."""

    task: str
    options: dict[str, int]
    updates: int
    rate: float
    solved: float | None
    """Budget of the LSTM's loss, where there is one."""


RACES: Final = (
    Race("adding", {"length": 50}, 2000, 0.005, 0.01),
    Race("order", {"length": 50}, 1000, 0.005, None),
    Race("copy", {"blanks": 20, "recall": 5}, 4000, 0.003, None),
)
SEEDS: Final = (0, 1, 2)
UNITS: Final = 32
LOOKS: Final = 4


def races() -> Iterator[tuple[str, list[Row]]]:
    """Train every network of every race; yield a titled table of each."""
    for race in RACES:
        problem = PROBLEMS[race.task].pose(**race.options)
        options = ", ".join(f"{name} {value}" for name, value in race.options.items())
        looks = ", ".join(str(race.updates * k // LOOKS) for k in range(1, LOOKS + 1))
        yield f"Learning {race.task} ({options}), validation loss after {looks} updates", list(_race(race, problem))


def _race(race: Race, problem: Posed) -> Iterator[Row]:
    yield Row("an answer that remembers nothing", problem.chance, "")
    lstm = Experiment(cell="lstm", hidden_size=UNITS, forget_bias=1.0, clip=1.0)
    rnn = Experiment(cell="rnn", hidden_size=_as_many(lstm, problem), clip=1.0)
    for experiment, budget in ((lstm, race.solved), (rnn, None)):
        for seed in SEEDS:
            yield _run(race, problem, experiment.replace(seed=seed), budget)


def _run(race: Race, problem: Posed, experiment: Experiment, budget: float | None) -> Row:
    begun = time.perf_counter()
    history = train(
        experiment,
        problem,
        steps=race.updates,
        learning_rate=race.rate,
        validate_every=race.updates // LOOKS,
        validation_size=1000,
    )
    seconds = time.perf_counter() - begun
    curve = " ".join(f"{one.loss:.4f}" for one in history.validations[1:])
    name = f"{experiment.cell.upper()}, H = {experiment.hidden_size}, {_weights(experiment, problem)} weights"
    score = f", score {history.validations[-1].score:.3f}" if problem.kind == "symbols" else ""
    what = f"{name}, seed {experiment.seed}: {curve}{score} ({seconds:.0f} s)"
    return Row(what, history.validations[-1].loss, "", budget)


def _weights(experiment: Experiment, problem: Posed) -> int:
    shapes = parameter_shapes(experiment, problem.inputs, problem.outputs)
    return sum(int(np.prod(shape)) for shape in shapes.values())


def _as_many(experiment: Experiment, problem: Posed) -> int:
    """Return how many units give a plain network about as many weights."""
    wanted = _weights(experiment, problem)
    plain = Experiment(cell="rnn")
    return min(range(1, 500), key=lambda units: abs(_weights(plain.replace(hidden_size=units), problem) - wanted))
