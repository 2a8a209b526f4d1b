"""What the site draws at most, in one place. The library itself has no such limits."""

from __future__ import annotations

from typing import Final, NamedTuple


class Range(NamedTuple):
    """Least and largest value of a number, both allowed."""

    least: float
    most: float


STEPS: Final = 1_000
"""T: symbols of a text, numbers of a series, length of a generated input."""

LINK: Final = 4_000
"""Characters of a link's query: what mail and chat programs still carry whole."""

HOLDS: Final = 16
"""Gates held at once."""

UPLOAD_MB: Final = 5
"""Megabytes of an uploaded file, the same as server.maxUploadSize in .streamlit/config.toml."""

WHOLE: Final[dict[str, Range]] = {
    "hidden_size": Range(1, 128),
    "num_layers": Range(1, 3),
    "seed": Range(0, 999_999),
    "length": Range(2, STEPS),
    "truncate": Range(1, STEPS),
}
NUMBERS: Final[dict[str, Range]] = {
    "gain": Range(0, 10),
    "forget_bias": Range(-10, 10),
    "clip": Range(0.001, 1_000),
    "clip_value": Range(0.001, 1_000),
}
RANGES: Final[dict[str, Range]] = WHOLE | NUMBERS

SETTINGS: Final[dict[str, Range]] = {
    "period": Range(1, STEPS),
    "amplitude": Range(-100, 100),
    "phase": Range(-STEPS, STEPS),
    "at": Range(1, STEPS),
}
"""Of the generators."""
