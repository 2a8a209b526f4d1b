"""Numbers as people type and paste them, and the sentences that say what is wrong with them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.tasks.series import LARGEST, parse_series, read_series, readable_scale, series_inputs

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 2 3", [1, 2, 3]),
        ("1,2,3", [1, 2, 3]),
        ("1, 2,\n3,", [1, 2, 3]),
        ("1;2;3", [1, 2, 3]),
        ("1\n2\r\n3\r", [1, 2, 3]),
        ("1\t2\t3", [1, 2, 3]),
        ("[1, -2.5, +.5, 1e3, 2.E-1]", [1, -2.5, 0.5, 1000, 0.2]),
        ("[[1, 2], [3, 4]]", [1, 2, 3, 4]),
        ("−1 2", [-1, 2]),
        ("１，２、３", [1, 2, 3]),
        ("١٢؛ ٣٫٥", [12, 3.5]),
        ("\ufeff1 2", [1, 2]),
        ("1\x1f2\x1c3", [1, 2, 3]),
        ("1e308 -1e308 5e-324", [1e308, -1e308, 5e-324]),
        # Decimal commas, where something else stands between the numbers.
        ("1,5; 2,25; 3", [1.5, 2.25, 3]),
        ("1,5\t-2,5", [1.5, -2.5]),
        ("1,5e3;2,5", [1500, 2.5]),
        ("1.5; 2,5", [1.5, 2.5]),
        # Commas between numbers.
        ("1, 2; 3, 4", [1, 2, 3, 4]),
        ("1.5,2.5 3.5,4.5", [1.5, 2.5, 3.5, 4.5]),
        ("1.5,2.5;3.5,4.5", [1.5, 2.5, 3.5, 4.5]),
        ("1,2,3\n4,5,6", [1, 2, 3, 4, 5, 6]),
        ("1, 2,3, 4", [1, 2, 3, 4]),
        ("1,5", [1, 5]),
        ("100,200,300", [100, 200, 300]),
    ],
)
def test_a_list_is_read_as_it_is_meant(text: str, expected: list[float]) -> None:
    assert read_series(text).values == tuple(expected)
    assert read_series(text).column is None


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("price\n1\n2\n3", "price", [1, 2, 3]),
        ("date,price\n2018-01-01,1.5\n2018-01-08,2.5\n", "price", [1.5, 2.5]),
        ("2018-01-01,1.5\n2018-01-08,2.5", "2", [1.5, 2.5]),
        ("Datum;Kurs\n1.1.2018;1,5\n8.1.2018;2,5", "Kurs", [1.5, 2.5]),
        ("day\tvalue\nMon\t1,5\nTue\t2,5", "value", [1.5, 2.5]),
        ("year,price,volume\n2018,1.5,7\n2019,2.5,9\n2020,2,8", "price", [1.5, 2.5, 2]),
        (",price\n0,4\n1,9\n2,16", "price", [4, 9, 16]),
        ("a,b\n1,2\n2,4\n3,6", "b", [2, 4, 6]),
        ('name,"price, in €"\n"Smith, J.",1.5\nB,2.5', "price, in €", [1.5, 2.5]),
        ("\n\ndate , price\n\nx, 1\ny, 2", "price", [1, 2]),
        ("Mon 1\nTue 2", "2", [1, 2]),
        ("a,b\nx,1\ny,2,\n", "b", [1, 2]),
    ],
)
def test_a_table_gives_its_column_of_numbers(text: str, column: str, expected: list[float]) -> None:
    assert read_series(text).values == tuple(expected)
    assert read_series(text).column == column


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "series must have at least 2 entries, since every step predicts the next one; given: 0."),
        (" \n,;", "series must have at least 2 entries, since every step predicts the next one; given: 0."),
        ("7", "series must have at least 2 entries, since every step predicts the next one; given: 1."),
        ("1, 2, abc", "series must be numbers, but item 3 (line 1, column 7) is 'abc'."),
        ("1 2\n3 <script>", "series must be numbers, but item 4 (line 2, column 3) is '<script>'."),
        ("1 1_000", "series must be numbers, but item 2 (line 1, column 3) is '1_000'."),
        ("1 2-3", "series must be numbers, but item 2 (line 1, column 3) is '2-3'."),
        ("1 0x10", "series must be numbers, but item 2 (line 1, column 3) is '0x10'."),
        ("hello world", "series must be numbers, but item 1 (line 1, column 1) is 'hello'."),
        ("1 NaN", "series must be finite numbers of at most 1.8e308, but item 2 (line 1, column 3) is 'NaN'."),
        ("-inf 1", "series must be finite numbers of at most 1.8e308, but item 1 (line 1, column 1) is '-inf'."),
        ("1 1e999", "series must be finite numbers of at most 1.8e308, but item 2 (line 1, column 3) is '1e999'."),
        (
            "date,price\nx,1\ny,2\nz,n/a",
            "series must be numbers, but row 3 of the column “price” (line 4) is 'n/a'.",
        ),
        ("date,price\nx,1\n\ny,\nz,2", "series must be numbers, but row 2 of the column “price” (line 4) is empty."),
        (
            "price\n1\nnan\n2",
            "series must be finite numbers of at most 1.8e308, but row 2 of the column “price” (line 3) is 'nan'.",
        ),
        (
            "date,price\nx,1,5\ny,2,5",
            "series is a table, but its line 2 has 3 fields and its header 2: "
            "put quotes around a field with a comma, or semicolons between the fields.",
        ),
    ],
)
def test_what_is_refused_is_named_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ExperimentError) as refused:
        parse_series(text)
    assert str(refused.value) == sentence
    assert refused.value.field == "series"


@pytest.mark.parametrize("text", ["1,5 2,5", "1,5\n2,5\n3,5", "1,5, 2,5", "1,5 2 3", "1,234.5 2,345.6", "1.234,5; 2"])
def test_a_comma_that_could_be_two_things_is_refused(text: str) -> None:
    with pytest.raises(ExperimentError, match="may be one number or several"):
        parse_series(text)


@given(st.lists(finite, min_size=2, max_size=30), st.sampled_from([", ", " ", "; ", "\n", "\t", ","]))
def test_every_list_of_numbers_is_read_back(values: list[float], between: str) -> None:
    assert parse_series(between.join(map(repr, values))) == tuple(values)


@given(st.text(alphabet=st.sampled_from(list('0123456789.,;+-eE \t\n"[]nax٣，')), max_size=60) | st.text(max_size=60))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    try:
        values = parse_series(text)
    except ExperimentError as refused:
        assert refused.field == "series" and str(refused).endswith(".") and "\n" not in str(refused)
    else:
        assert len(values) >= 2 and all(map(math.isfinite, values))
        # What is read is what an experiment takes.
        assert Experiment(series=values).series == values


def test_a_hundred_thousand_numbers_are_read_and_an_endless_word_is_named() -> None:
    values = tuple(float(k % 97) for k in range(100_000))
    assert parse_series("\n".join(map(repr, values))) == values
    with pytest.raises(ExperimentError) as refused:
        parse_series("1 " + "9" * 100_000 + "x")
    assert len(str(refused.value)) < 200
    with pytest.raises(ExperimentError):
        parse_series('a,b\n"' + "x" * 200_000)


@pytest.mark.parametrize(
    ("values", "offset", "scale", "read"),
    [
        ((1, 2, 3), 0, 1, (1, 2, 3)),
        ((-0.5, 0.25), 0, 1, (-0.5, 0.25)),
        ((0, 0), 0, 1, (0, 0)),
        ((3, 3), 0, 1, (3, 3)),
        ((120, -60), 0, 1000, (0.12, -0.06)),
        ((1000, 250), 0, 1000, (1, 0.25)),
        ((0.002, 0.001), 0, 0.01, (0.2, 0.1)),
        ((290.15, 293.0), 290, 10, (0.015, 0.3)),
        ((1.02, 1.05), 1.0, 0.1, (0.2, 0.5)),
        ((-1005, -1000), -1000, 10, (-0.5, 0.0)),
    ],
)
def test_digits_typed_are_digits_read(
    values: tuple[float, ...], offset: float, scale: float, read: tuple[float, ...]
) -> None:
    assert readable_scale(values) == pytest.approx((offset, scale))
    assert series_inputs(values).inputs[:, 0] == pytest.approx(read)


@given(st.lists(finite, min_size=2, max_size=20))
def test_whatever_the_size_the_network_reads_numbers_it_can_tell_apart(values: list[float]) -> None:
    data = series_inputs(values)
    read = data.inputs[:, 0]
    assert np.isfinite(read).all() and np.abs(read).max() <= LARGEST
    # The map is the one that is stated, it keeps the order, and it can be undone.
    assert (np.diff(read[np.argsort(values)]) >= 0).all()
    size = max(map(abs, values))
    assert data.offset / 2 + data.scale * (read / 2) == pytest.approx(
        np.array(values) / 2, rel=1e-9, abs=max(1e-12 * size, 1e-320)
    )
    spread = max(values) / 2 - min(values) / 2
    if size > 1e-300 and spread > 1e-9 * size:
        assert np.ptp(read) >= 0.0099
    np.testing.assert_array_equal(data.targets[:-1], data.inputs[1:])
    assert np.isnan(data.targets[-1]).all()


def test_labels_are_the_numbers_as_given_and_the_scaling_is_stated() -> None:
    data = series_inputs((290.15, 1e9, -0.5))
    assert data.labels == ("290.15", "1e9", "−0.5")
    assert data.kind == "numbers" and data.alphabet is None and data.answers is None
    assert data.note() == "The network reads each number divided by 1e9; its answers and its loss are in that unit too."
    assert "less −1000, divided by 10;" in series_inputs((-1005, -1000)).note()
    assert series_inputs((1, 2)).note() == ""
