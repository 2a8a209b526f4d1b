"""What every problem must hold: the form of its batches, the same draws from the same seed, clear refusals."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.experiment import ExperimentError
from rnnviz.losses import losses_of
from rnnviz.tasks.problems import PARTS, PROBLEMS, problem_named
from rnnviz.words import catalogue

every_problem = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=list(PROBLEMS))
ORDINARY = {name: problem for name, problem in PROBLEMS.items() if problem.posed.shapes[0] != "encoder_decoder"}
every_ordinary_problem = pytest.mark.parametrize("problem", ORDINARY.values(), ids=list(ORDINARY))
SPREADING = [problem for problem in PROBLEMS.values() if "spread" in problem.defaults]


def drawn(problem, size=5, seed=0, part="training", **given):
    return problem.batch(np.random.default_rng(seed), size, part, **given)


@every_ordinary_problem
@pytest.mark.parametrize("part", PARTS)
def test_a_batch_has_the_form_that_training_reads(problem, part) -> None:
    posed = problem.pose()
    if part == "validation" and not posed.has_validation:
        with pytest.raises(ExperimentError, match="^part is 'validation', but these data are too few"):
            drawn(problem, part=part)
        return
    batch = drawn(problem, part=part)
    size, steps, width = batch.inputs.shape
    assert (size, width) == (5, posed.inputs) and steps <= posed.steps and batch.inputs.dtype == np.float64
    assert batch.lengths.dtype == np.int64 and (batch.lengths >= 1).all() and (batch.lengths <= steps).all()
    if problem.kind == "symbols":
        assert batch.targets.shape == (size, steps) and batch.targets.dtype == np.int64
        assert batch.targets.min() >= -1 and batch.targets.max() < posed.outputs == len(batch.answers)
        known = batch.targets != -1
    else:
        assert batch.targets.shape == (size, steps, posed.outputs) and batch.targets.dtype == np.float64
        known = ~np.isnan(batch.targets).any(axis=2)
    beyond = np.arange(steps) >= batch.lengths[:, None]
    assert not known[beyond].any() and not batch.inputs[beyond].any() and known.any(axis=1).all()
    if problem.counts == "every":
        assert (known == ~beyond).all()
    elif problem.counts == "last":
        assert (known == (np.arange(steps) == batch.lengths[:, None] - 1)).all()
    else:
        assert (known.sum(axis=1) < batch.lengths).all()
    if batch.alphabet is not None:
        read = batch.inputs[:, 0] if posed.shapes[0] == "one_to_many" else batch.inputs[~beyond]
        assert len(batch.alphabet) == width and (read.sum(axis=1) == 1).all()
        assert set(np.unique(batch.inputs)) <= {0.0, 1.0}
    assert [len(labels) for labels in batch.labels] == batch.lengths.tolist()


@every_problem
def test_the_same_random_state_gives_the_same_batch_and_another_gives_another(problem) -> None:
    first, again, other = drawn(problem, seed=3), drawn(problem, seed=3), drawn(problem, seed=4)
    np.testing.assert_array_equal(first.inputs, again.inputs)
    np.testing.assert_array_equal(first.targets, again.targets)
    assert first.inputs.shape != other.inputs.shape or (first.inputs != other.inputs).any()


@every_ordinary_problem
def test_a_sequence_of_a_batch_is_what_a_run_reads(problem) -> None:
    batch = drawn(problem, size=3, seed=1)
    for b, steps in enumerate(batch.lengths):
        one = batch.sequence(b)
        assert one.labels == batch.labels[b] and one.inputs.shape == (steps, batch.inputs.shape[2])
        np.testing.assert_array_equal(one.inputs, batch.inputs[b, :steps])
        np.testing.assert_array_equal(one.targets, batch.targets[b, :steps])
        assert (one.kind, one.alphabet, one.answers) == (batch.kind, batch.alphabet, batch.answers)


@every_problem
def test_probes_are_always_the_same_sequences(problem) -> None:
    first, again = problem.probe(), dataclasses.replace(problem.pose()).probes
    assert 1 <= len(first) == len(again) <= 3
    for one, other in zip(first, again, strict=True):
        assert one.labels == other.labels and (one.inputs == other.inputs).all()
    assert len({(one.labels, one.inputs.tobytes()) for one in first}) == len(first)


@every_problem
def test_a_perfect_answer_scores_perfectly_and_chance_does_not(problem) -> None:
    batch = drawn(problem, size=40)
    symbols = problem.kind == "symbols"
    perfect = np.eye(problem.outputs())[batch.targets] if symbols else np.nan_to_num(batch.targets)
    assert problem.score(perfect, batch.targets) == (1.0 if symbols else 0.0)
    assert np.isnan(problem.score(perfect, np.full_like(batch.targets, -1 if symbols else np.nan)))
    assert problem.chance() > 0
    assert (0 < problem.chance_accuracy() < 1) if symbols else problem.chance_accuracy() is None


@every_problem
def test_people_can_read_what_it_is(problem) -> None:
    assert problem.title() and problem.summary().endswith((".", "?"))
    for baseline in problem.pose().baselines:
        assert baseline.words() and np.isfinite([baseline.loss, baseline.score]).all()
    for setting in problem.settings:
        assert setting.title()
        assert setting.check(setting.default) == setting.default
        low, high = setting.least, setting.most
        assert low is None or high is None or low <= setting.default <= high


def test_every_message_of_a_problem_belongs_to_one() -> None:
    settings_ = {setting.name for problem in PROBLEMS.values() for setting in problem.settings}
    baselines = {baseline.name for problem in PROBLEMS.values() for baseline in problem.pose().baselines}
    wanted = {f"problem.setting.{name}" for name in settings_} | {f"problem.baseline.{name}" for name in baselines}
    wanted |= {f"problem.{name}.{part}" for name in PROBLEMS for part in ("title", "summary")}
    assert {key for key in catalogue("en") if key.startswith("problem.") and key.count(".") == 2} == wanted


@every_problem
def test_the_settings_are_the_fields_of_the_posed_problem(problem) -> None:
    posed = problem.pose()
    assert {field.name for field in dataclasses.fields(posed)} == set(problem.defaults)
    assert dataclasses.asdict(posed) == dict(problem.defaults)
    assert problem_named(problem.name) is problem and problem.pose() is posed


@pytest.mark.parametrize("problem", SPREADING, ids=lambda problem: problem.name)
@given(length=st.integers(20, 40), spread=st.integers(0, 90), seed=st.integers(0, 999))
@settings(max_examples=20)
def test_sequences_are_as_much_shorter_as_was_asked(problem, length, spread, seed) -> None:
    batch = drawn(problem, 50, seed, length=length, spread=spread)
    least = min(max(2, length - length * spread // 100), length)
    assert batch.inputs.shape[1] == length and batch.lengths.max() <= length
    assert batch.lengths.min() >= least
    if spread >= 50:
        assert len(set(batch.lengths.tolist())) > 1


@every_problem
def test_what_fills_a_sequence_up_costs_nothing(problem) -> None:
    batch = drawn(problem, **({"spread": 60} if "spread" in problem.defaults else {}))
    outputs = np.random.default_rng(0).normal(size=(*batch.inputs.shape[:2], problem.outputs()))
    for b, steps in enumerate(batch.lengths):
        losses, _ = losses_of(batch.kind, outputs[b], batch.targets[b], "every")
        assert not losses[steps:].any()


TOGETHER = {("echo", "length"), ("echo", "delay"), ("reverse", "shortest"), ("reverse", "longest")}
"""Settings whose range another one narrows."""


@every_problem
def test_both_ends_of_every_range_can_be_drawn(problem) -> None:
    for setting in problem.settings:
        for end in (setting.least, setting.most, *setting.choices):
            if end is None or (problem.name, setting.name) in TOGETHER:
                continue
            batch = drawn(problem, 2, **{setting.name: end})
            assert np.isfinite(batch.inputs).all()
            assert np.isfinite(problem.chance(**{setting.name: end}))


@pytest.mark.parametrize(
    ("name", "given", "field", "sentence"),
    [
        ("adding", {"length": 1}, "length", "length is 1, but must be a whole number from 2 to 1000."),
        ("adding", {"length": 2.5}, "length", "length is 2.5, but must be a whole number from 2 to 1000."),
        ("copy", {"symbols": "x"}, "symbols", "symbols is 'x', but must be a whole number from 2 to 26."),
        ("order", {"symbols": 4}, "symbols", "symbols is 4, but must be a whole number from 2 to 3."),
        ("sine", {"period": float("nan")}, "period", "period is nan, but must be a finite number from 2 to 1000."),
        ("book", {"book": "bible"}, "book", "book is 'bible', but must be one of zen, manual, quoted."),
        (
            "stocks",
            {"ticker": "TSLA"},
            "ticker",
            "ticker is 'TSLA', but must be one of GOOG, AAPL, AMZN, FB, NFLX, MSFT.",
        ),
        (
            "parity",
            {"speed": 1},
            "speed",
            "speed is no setting of the problem parity, which has the settings length, spread.",
        ),
        (
            "echo",
            {"length": 5, "delay": 5},
            "delay",
            "delay is 5, but must be shorter than the sequence, which has 5 steps.",
        ),
        (
            "reverse",
            {"shortest": 5, "longest": 4},
            "shortest",
            "shortest is 5, but must not be more than the longest, 4.",
        ),
        ("spell", {"most": 10_000}, "most", "most is 10000, but must be a whole number from 10 to 9999."),
        ("wave", {"noise": 0}, "noise", "noise is 0, but must be a finite number from 0.01 to 10."),
        (
            "write",
            {"length": 3},
            "length",
            "length is no setting of the problem write, which has no settings.",
        ),
        ("text", {"text": ""}, "text", "text is '', but must be a text of at least one symbol."),
        (
            "text",
            {"text": "a"},
            "text",
            "text is 'a', but must have at least 2 symbols, since each is to predict the next; it has 1.",
        ),
        (
            "text",
            {"text": "hello", "tokens": "words"},
            "text",
            "text is 'hello', but must have at least 2 symbols, since each is to predict the next; it has 1.",
        ),
        (
            "text",
            {"text": "abcdefghij" * 100_001},
            "text",
            "text is 'abcdefghijabcdefghijabcdefghijabcdefgh…, which is too much to train on: it has 1000010 symbols "
            "of 10 kinds, and their product may be at most 10000000.",
        ),
        (
            "series",
            {"series": "1, 2, x"},
            "series",
            "series must be numbers, but item 3 (line 1, column 7) is 'x'.",
        ),
        (
            "series",
            {"series": (1.0,)},
            "series",
            "series must have at least 2 entries, since every step predicts the next one; given: 1.",
        ),
        (
            "series",
            {"series": (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 1e300)},
            "series",
            "series has 1e+300, which lies too far from the numbers to be trained on, 0 to 5.",
        ),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_in_one_sentence(name, given, field, sentence) -> None:
    with pytest.raises(ExperimentError) as refused:
        PROBLEMS[name].pose(**given)
    assert str(refused.value) == sentence and refused.value.field == field


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(ExperimentError, match="^problem is 'chess', but must be one of adding, copy"):
        problem_named("chess")
    with pytest.raises(ExperimentError, match="^part is 'test', but must be one of training, validation"):
        drawn(PROBLEMS["adding"], part="test")
    with pytest.raises(ExperimentError, match="^size is 0, but must be a whole number of at least 1"):
        drawn(PROBLEMS["adding"], size=0)


def test_settings_may_come_as_the_text_of_a_link() -> None:
    assert PROBLEMS["adding"].pose(length="70", spread="10") == PROBLEMS["adding"].pose(length=70, spread=10)
    assert PROBLEMS["series"].pose(series="1; 2; 3") == PROBLEMS["series"].pose(series=(1, 2, 3))


def test_drawing_imports_neither_torch_nor_streamlit_nor_plotly() -> None:
    code = """
import sys, numpy
from rnnviz.tasks.problems import PROBLEMS
for problem in PROBLEMS.values():
    problem.batch(numpy.random.default_rng(0), 2)
    problem.chance()
print({"torch", "streamlit", "plotly", "pandas", "this"} & set(sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
