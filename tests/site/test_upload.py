"""A file of numbers is read into the field, however long it is and however it was written."""

from __future__ import annotations

import pytest

from rnnviz.site import limits
from rnnviz.site.upload import CHARACTERS, beginning, read
from rnnviz.tasks import parse_series

NUMBERS = [float(n % 7) for n in range(limits.STEPS)]
FIRST = [f"{n:g}" for n in NUMBERS]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_spreadsheet_s_text_is_read(encoding) -> None:
    assert read("Größe;Wert\na;2,5\nb;-3\n".encode(encoding)) == "Größe;Wert\na;2,5\nb;-3\n"


def test_what_is_no_text_is_read_without_an_error() -> None:
    assert read(bytes(range(256)))
    assert read(b"") == ""
    assert read(b"\xff\xfe\x00")


@pytest.mark.parametrize("text", ["1,2,3", "day,close\n1,2\n2,5\n", "\n".join(FIRST), ",".join(FIRST), ""])
def test_what_the_site_steps_through_is_read_whole(text) -> None:
    assert beginning(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["close", *FIRST * 300]),
        ",".join(FIRST * 300),
        "\n".join(["day,close", *(f"d{k},{value}" for k, value in enumerate(FIRST * 300))]),
    ],
    ids=["column", "line", "table"],
)
def test_a_long_file_is_read_as_far_as_the_site_steps(text) -> None:
    begin = beginning(text)
    assert len(begin) <= CHARACTERS
    assert list(parse_series(begin)) == NUMBERS


def test_megabytes_without_a_number_are_cut_too() -> None:
    assert len(beginning("x" * 4_000_000)) == CHARACTERS
