"""Small problems for the tests, and what is asked of a training again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.tasks.problems import Baseline, Batch, Posed
from rnnviz.tasks.shaping import width_of
from rnnviz.trace import NO_TARGET, Array
from rnnviz.training import History, Training, start
from rnnviz.training.minibatch import Minibatch
from tests.engines.draws import random_inputs, random_parameters


@dataclass(frozen=True)
class Noise(Posed):
    """Random sequences of unequal lengths with random targets: nothing to learn, all to get right."""

    kind: ClassVar[str] = "symbols"
    counts: ClassVar[str] = "every"
    inputs: ClassVar[int] = 3
    outputs: ClassVar[int] = 4
    steps: ClassVar[int] = 6
    shapes: ClassVar[tuple[str, ...]] = ("many_to_many", "one_to_one", "one_to_many", "many_to_one")
    baselines: ClassVar[tuple[Baseline, ...]] = (Baseline("any", np.log(4), 0.25),)
    even: bool = False

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Any, NDArray[np.int64]]:
        """Return ``size`` sequences; what fills them up is no zero, to be found out if it is read."""
        lengths = np.full(size, self.steps) if self.even else rng.integers(1, self.steps, size, endpoint=True)
        targets = rng.integers(-1, self.outputs, (size, self.steps))
        return rng.standard_normal((size, self.steps, self.inputs)), targets, lengths

    def name(self, x: Array) -> tuple[str, ...]:
        """Return a dot a step."""
        return ("·",) * len(x)


class Numbers(Noise):
    """The same with numbers as targets."""

    kind: ClassVar[str] = "numbers"

    def draw(self, rng: np.random.Generator, size: int, part: str) -> tuple[Array, Any, NDArray[np.int64]]:
        """Return ``size`` sequences."""
        x, symbols, lengths = super().draw(rng, size, part)
        targets = rng.standard_normal((size, self.steps, self.outputs))
        targets[symbols < 0] = np.nan
        return x, targets, lengths


@dataclass(frozen=True)
class Pairs(Noise):
    """Random sources of unequal lengths, and random targets; what a decoder is fed has nothing to do with them."""

    shapes: ClassVar[tuple[str, ...]] = ("encoder_decoder",)
    sources: ClassVar[int] = 5
    written: ClassVar[int] = 4

    def drawn(self, rng: np.random.Generator, size: int, part: str) -> Batch:
        """Return ``size`` sequences; what fills them up is no zero."""
        first, count = self.sources, self.sources + self.written
        lengths = rng.integers(1, first, size, endpoint=True), rng.integers(1, self.written, size, endpoint=True)
        inputs = rng.standard_normal((size, count, max(self.inputs, self.outputs)))
        inputs[:, first] = 0
        targets = rng.integers(0, self.outputs, (size, count))
        outside = (np.arange(count) < first) | (np.arange(count) >= first + lengths[1][:, None])
        return self._batch(inputs, np.where(outside, NO_TARGET, targets), *lengths)

    def _batch(self, inputs: Array, targets: Any, read: Any, written: Any) -> Batch:
        lengths, answers = self.sources + written, tuple("abcd")
        parts = self.kind, inputs, targets, lengths, tuple("abc"), answers, self.name
        return Batch(*parts, sources=self.sources, source_lengths=read)


class NumberPairs(Pairs):
    """The same with numbers as targets."""

    kind: ClassVar[str] = "numbers"

    def _batch(self, inputs: Array, targets: Any, read: Any, written: Any) -> Batch:
        numbers = np.random.default_rng(4).standard_normal((*targets.shape, self.outputs))
        numbers[targets == NO_TARGET] = np.nan
        parts = self.kind, inputs, numbers, self.sources + written, tuple("abc"), None, self.name
        return Batch(*parts, sources=self.sources, source_lengths=read)


@dataclass(frozen=True)
class Text(Noise):
    """A random text to be read on and on."""

    length: int = 23

    @property
    def stream(self) -> Inputs | None:
        """The text."""
        return random_inputs("symbols", self.length, self.inputs, self.outputs, seed=3, blanks=0.1)


NOISE: dict[str, Posed] = {"symbols": Noise(), "numbers": Numbers()}
PAIRS: dict[str, Posed] = {"symbols": Pairs(), "numbers": NumberPairs()}
CURVES = ("loss", "score", "grad_norm", "clipped_norm")


def begun(experiment: Experiment, problem: Posed, **settings: Any) -> Training:
    """Return a training in float64 that starts from large random weights, so that all of them matter."""
    width = width_of(problem, experiment.shape)
    parameters = random_parameters(experiment, width, problem.outputs, seed=1, scale=0.5)
    plain = {"dtype": "float64", "batch_size": 4, "steps": 12, "validate_every": 4, "validation_size": 5}
    return start(experiment, problem, parameters=parameters, **(plain | settings))


def same_history(one: History, other: History, tolerance: float = 0.0) -> None:
    """Assert that two trainings went the same way: to the last bit, or within a tolerance."""
    assert one.moments == other.moments
    for name in CURVES:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(one.validations, other.validations, rtol=tolerance, atol=tolerance)
    for update in one.moments:
        for name, value in one.parameters(update).items():
            np.testing.assert_allclose(value, other.parameters(update)[name], rtol=tolerance, atol=tolerance)


def alone(batch: Minibatch, b: int) -> Inputs:
    """Return one sequence of a minibatch, without what fills it up."""
    steps = np.arange(batch.lengths[b])
    read = 0 if batch.source_lengths is None else int(batch.source_lengths[b])
    if read:
        steps = steps[(steps < read) | (steps >= batch.sources)]
    return Inputs(
        kind=batch.kind,
        labels=("·",) * len(steps),
        alphabet=tuple("abc") if read else None,
        answers=tuple("abcd") if batch.kind == "symbols" else None,
        inputs=batch.x[steps, b],
        targets=batch.targets[steps, b],
        sources=read,
    )
