"""Series made by rule are what their names say, and the share prices are those that plotly ships."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import plotly.data
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import TASKS, ExperimentError
from rnnviz.tasks.generators import GENERATORS, TICKERS, generate, stock_prices, task_inputs


def test_every_name_of_an_experiment_has_its_generator() -> None:
    assert tuple(GENERATORS) == TASKS


def test_a_sine_has_its_period_amplitude_and_phase() -> None:
    t = np.arange(50)
    np.testing.assert_allclose(generate("sine", 50), np.sin(2 * np.pi * t / 12), atol=1e-12)
    shifted = generate("sine:period=7:amplitude=2:phase=1", 50)
    np.testing.assert_allclose(shifted, 2 * np.sin(2 * np.pi * (t + 1) / 7), atol=1e-11)
    assert generate("sine", 7)[6] == 0.0  # and not 1.2e-16


def test_a_square_is_high_then_low() -> None:
    assert generate("square", 10).tolist() == [1, 1, 1, 1, -1, -1, -1, -1, 1, 1]
    assert generate("square:period=3:amplitude=0.5", 6).tolist() == [0.5, 0.5, -0.5, 0.5, 0.5, -0.5]


def test_an_impulse_is_one_number_among_zeros() -> None:
    assert generate("impulse", 5).tolist() == [0, 0, 1, 0, 0]
    assert generate("impulse:at=1:amplitude=-2", 3).tolist() == [-2, 0, 0]


def test_share_prices_are_those_of_plotly() -> None:
    table = plotly.data.stocks()
    assert tuple(stock_prices()) == TICKERS == tuple(table.columns[1:])
    for ticker in TICKERS:
        assert generate(f"stocks:ticker={ticker}", 105).tolist() == table[ticker].tolist()
    assert GENERATORS["stocks"].longest == len(table)


def test_reading_share_prices_imports_neither_plotly_nor_pandas() -> None:
    code = """
import sys
from rnnviz.tasks.generators import stock_prices
stock_prices()
print({"plotly", "pandas", "narwhals"} & set(sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


@given(task=st.sampled_from(TASKS), length=st.integers(1, 104))
def test_each_step_has_the_next_value_as_its_target(task: str, length: int) -> None:
    data = task_inputs(task, length)
    values = generate(task, length + 1)
    assert data.inputs[:, 0].tolist() == values[:-1].tolist() and data.targets[:, 0].tolist() == values[1:].tolist()
    assert len(data.labels) == length and (data.offset, data.scale) == (0, 1)


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ("cosine", "task is 'cosine', but must be one of sine, square, impulse, stocks."),
        ("sine:speed=2", "task sets 'speed', but sine has the settings period, amplitude, phase."),
        ("sine:period=0", "task has period '0', but it must be a finite number of at least 1."),
        ("sine:phase=nan", "task has phase 'nan', but it must be a finite number."),
        ("square:amplitude=x", "task has amplitude 'x', but it must be a finite number."),
        (
            "stocks:ticker=TSLA",
            "task has ticker 'TSLA', but it must be one of GOOG, AAPL, AMZN, FB, NFLX, MSFT.",
        ),
    ],
)
def test_a_setting_that_does_not_exist_is_named(task: str, sentence: str) -> None:
    with pytest.raises(ExperimentError) as refused:
        task_inputs(task, 5)
    assert str(refused.value) == sentence and refused.value.field == "task"


def test_more_weeks_than_were_measured_are_refused() -> None:
    assert len(task_inputs("stocks", 104).labels) == 104
    with pytest.raises(ExperimentError) as refused:
        task_inputs("stocks", 105)
    assert str(refused.value) == "length is 105, but stocks has at most 104 steps."
    assert refused.value.field == "length"


@pytest.mark.parametrize("task", ["sine:amplitude=1e308", "sine:period=1e308:phase=1e308", "square:amplitude=-1e308"])
def test_the_largest_settings_make_finite_numbers(task: str) -> None:
    values = generate(task, 50)
    assert np.isfinite(values).all()
    assert np.abs(values).max() == 1e308 if "amplitude" in task else True
