"""What answers without a memory score (Hochreiter & Schmidhuber 1997; Arjovsky 2016), against such answers at work.

The answer that knows only the step is fitted to many draws and measured on others: for symbols how often each was
right at that step, for numbers their mean there. No formula is used twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log

import numpy as np
import pytest

from rnnviz.tasks.problems import PROBLEMS
from rnnviz.tasks.problems.wave import Wave

DRAWS = 20_000
BLIND = [
    ("adding", {"length": 8}),
    ("adding", {"length": 9, "spread": 60}),
    ("copy", {"blanks": 4, "recall": 3}),
    ("copy", {"blanks": 2, "recall": 2, "symbols": 3}),
    ("order", {"length": 12}),
    ("order", {"length": 12, "symbols": 3, "spread": 10}),
    ("parity", {"length": 6}),
    ("parity", {"length": 10, "spread": 80}),
    ("echo", {"length": 6, "delay": 2}),
    ("echo", {"length": 12, "delay": 5, "symbols": 7, "spread": 50}),
    ("depth", {"length": 10}),
    ("depth", {"length": 30, "deepest": 3, "spread": 70}),
    ("depth", {"length": 20, "deepest": 50, "spread": 90}),
    ("wave", {"length": 6}),
    ("draw", {"length": 9, "period": 5.0}),
    ("draw", {"length": 30, "faster": 90}),
    ("write", {}),
    ("reverse", {}),
    ("reverse", {"shortest": 1, "longest": 3, "symbols": 3}),
    ("reverse", {"shortest": 5, "longest": 5, "symbols": 26}),
    ("date", {}),
    ("spell", {}),
    ("spell", {"most": 120, "share": 0}),
]


@pytest.mark.parametrize(("name", "settings"), BLIND)
def test_the_best_answer_that_knows_only_the_step_scores_what_is_called_chance(name, settings) -> None:
    posed = PROBLEMS[name].pose(**settings)
    fitted, fresh = (posed.batch(np.random.default_rng(seed), DRAWS).targets for seed in (1, 2))
    if posed.kind == "symbols":
        counts = np.stack([(fitted == answer).sum(axis=0) for answer in range(posed.outputs)], axis=1) + 1e-9
        outputs = np.log(counts / counts.sum(axis=1, keepdims=True))
        t = np.nonzero(fresh != -1)[1]
        loss = -outputs[t, fresh[fresh != -1]].mean()
        outputs = np.broadcast_to(outputs, (*fresh.shape, posed.outputs))
    else:
        known = ~np.isnan(fitted)
        sums, numbers = np.where(known, fitted, 0.0).sum(axis=0), known.sum(axis=0)
        # Where only a last step is asked for, sequences end at several: one answer for all of them.
        means = sums.sum() / numbers.sum() if posed.counts == "last" else sums / np.maximum(numbers, 1)
        outputs = np.broadcast_to(means, fresh.shape)
        loss = np.nanmean((outputs - fresh) ** 2)
    assert loss == pytest.approx(posed.chance, rel=0.03)
    assert posed.score(outputs, fresh) == pytest.approx(posed.chance_score, rel=0.06)


def test_the_figures_of_the_papers() -> None:
    assert PROBLEMS["adding"].chance(length=100) == pytest.approx(0.1667, abs=1e-4)
    assert PROBLEMS["copy"].chance(blanks=100) == pytest.approx(0.1733, abs=1e-4)
    assert PROBLEMS["copy"].chance(blanks=500) == pytest.approx(0.0400, abs=1e-4)
    assert PROBLEMS["order"].chance() == pytest.approx(1.386, abs=1e-3)
    assert PROBLEMS["order"].chance(symbols=3) == pytest.approx(2.079, abs=1e-3)
    assert PROBLEMS["order"].chance_accuracy(symbols=3) == 0.125
    assert PROBLEMS["parity"].chance() == pytest.approx(log(2))
    assert PROBLEMS["text"].chance(text="hello") == pytest.approx(log(5))  # e, h, l, o and the end


def weighed_depths(steps: int, deepest: int) -> Iterator[tuple[float, list[int]]]:
    """Yield every sequence of depths with its probability."""
    if not steps:
        yield 1.0, []
        return
    for chance, depths in weighed_depths(steps - 1, deepest):
        depth = depths[-1] if depths else 0
        if depth == deepest:
            yield chance, [*depths, depth - 1]
        else:
            yield chance / 2, [*depths, depth + 1]
            yield chance / 2, [*depths, max(depth - 1, 0)]


@pytest.mark.parametrize("deepest", [1, 2, 5, 50])
@pytest.mark.parametrize("length", [2, 3, 10])
def test_the_depth_that_is_met_by_chance_over_all_sequences_that_there_are(length, deepest) -> None:
    chances, depths = zip(*weighed_depths(length, deepest), strict=True)
    assert sum(chances) == pytest.approx(1.0)
    mean = np.average(depths, axis=0, weights=chances)
    error = np.average((np.array(depths) - mean) ** 2, axis=0, weights=chances).mean()
    assert PROBLEMS["depth"].chance(length=length, deepest=deepest) == pytest.approx(error, rel=1e-12)


@pytest.mark.parametrize("settings", [{}, {"period": 2.0}, {"period": 40.0, "amplitude": 3.0, "spread": 50}])
def test_a_sine_said_again_is_as_wrong_as_its_steps_are_wide(settings) -> None:
    posed = PROBLEMS["sine"].pose(**settings)
    batch = posed.batch(np.random.default_rng(0), DRAWS)
    said_again, nothing = (np.nanmean((said - batch.targets) ** 2) for said in (batch.inputs, 0 * batch.inputs))
    last, mean = posed.baselines
    assert said_again == pytest.approx(last.loss, rel=0.03) and nothing == pytest.approx(mean.loss, rel=0.03)


def test_a_network_without_a_memory_learns_what_is_called_chance_and_no_more() -> None:
    """Least squares on the present input is the best such linear answer: of adding it gets nearly nothing."""
    posed = PROBLEMS["adding"].pose(length=50)
    batch, fresh = (posed.batch(np.random.default_rng(seed), DRAWS) for seed in (1, 2))
    last, other = (np.column_stack([one.inputs[:, -1], np.ones(DRAWS)]) for one in (batch, fresh))
    weights = np.linalg.lstsq(last, batch.targets[:, -1, 0], rcond=None)[0]
    error = np.square(other @ weights - fresh.targets[:, -1, 0]).mean()
    # The last step is the marked one in 1 of 25 sequences, which is all there is to know from it.
    assert 0.95 / 6 < error < 1.01 / 6


@pytest.mark.parametrize("settings", [{}, {"noise": 0.5}, {"noise": 0.02, "length": 5, "faster": 0}])
def test_what_the_last_number_tells_of_a_wave_is_what_can_be_counted(settings) -> None:
    """The best answer from one number, fitted to draws as a histogram, finds no more than the integrals say."""
    posed = PROBLEMS["wave"].pose(**settings)
    assert isinstance(posed, Wave)
    fitted, fresh = (posed.batch(np.random.default_rng(seed), 5 * DRAWS) for seed in (1, 2))
    edges = np.linspace(-1 - 6 * posed.noise, 1 + 6 * posed.noise, 301)
    (bins, kinds), (new_bins, new_kinds) = (
        (np.digitize(one.inputs[:, -1, 0], edges), one.targets[:, -1]) for one in (fitted, fresh)
    )
    counts = np.full((302, 4), 0.5)
    np.add.at(counts, (bins, kinds), 1)
    chances = (counts / counts.sum(axis=1, keepdims=True))[new_bins]
    _, last = posed.baselines
    assert -np.log(chances[np.arange(len(chances)), new_kinds]).mean() == pytest.approx(last.loss, rel=0.02)
    assert (chances.argmax(axis=1) == new_kinds).mean() == pytest.approx(last.score, rel=0.02)


@pytest.mark.parametrize("name", ["date", "spell"])
def test_who_knows_what_was_written_last_scores_what_is_said_of_it(name) -> None:
    posed = PROBLEMS[name].pose()
    fitted, kept = (posed.batch(np.random.default_rng(0), DRAWS // 4, part) for part in ("training", "validation"))

    def pairs(batch):
        asked = batch.targets[:, batch.sources :]
        before = np.column_stack([np.full(len(asked), posed.outputs - 1), asked[:, :-1]])
        return before[asked != -1], asked[asked != -1]

    counts = np.full((posed.outputs, posed.outputs), 1e-3)
    np.add.at(counts, pairs(fitted), 1)
    before, asked = pairs(kept)
    chances = (counts / counts.sum(axis=1, keepdims=True))[before]
    _, written = posed.baselines
    assert -np.log(chances[np.arange(len(asked)), asked]).mean() == pytest.approx(written.loss, rel=0.02)
    assert (chances.argmax(axis=1) == asked).mean() == pytest.approx(written.score, rel=0.03)
