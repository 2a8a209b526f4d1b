"""What the site draws at most, in one place. The library refuses only what no memory holds and nobody awaits."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Range(NamedTuple):
    """Least and largest value of a number, both allowed."""

    least: float
    most: float


def whole(value: Any) -> Any:
    """Return a whole number as it is written, 8 and not 8.0; whatever else it is, as it is.

    A field that took whole numbers only would cut off what is typed behind the point without a word.
    """
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def written(end: float) -> str:
    """Return the end of a range, or what is used, as a person reads it."""
    return f"{end:.12f}".rstrip("0") if 0 < end < 1e-3 else f"{end:,g}".replace("-", "−")


STEPS: Final = 1_000
"""T: symbols of a text, numbers of a series, length of a generated input."""

SOURCE: Final = 200
TARGET: Final = 200
"""Steps that an encoder reads, and symbols that its decoder is to write."""

AT_ONCE: Final = 100
"""Symbols of a text that a network reads all at once: its first layer has weights for each."""

TEXTS: Final = 12
WORDS: Final = 24
"""Texts that are laid side by side, and words of each."""

LINK: Final = 4_000
"""Characters of a link's query: what mail and chat programs still carry whole."""

HOLDS: Final = 16
"""Gates held at once."""

UPLOAD_MB: Final = 5
"""Megabytes of an uploaded text or table."""

WHOLE: Final[dict[str, Range]] = {
    "hidden_size": Range(1, 128),
    "num_layers": Range(1, 3),
    "seed": Range(0, 999_999),
    "length": Range(2, STEPS),
    "truncate": Range(1, STEPS),
    "beam": Range(1, 10),
}
NUMBERS: Final[dict[str, Range]] = {
    "gain": Range(0, 10),
    "forget_bias": Range(-10, 10),
    "clip": Range(0.001, 1_000),
    "clip_value": Range(0.001, 1_000),
    "forcing": Range(0, 1),
}
RANGES: Final[dict[str, Range]] = WHOLE | NUMBERS

SETTINGS: Final[dict[str, Range]] = {
    "period": Range(1, STEPS),
    "amplitude": Range(-100, 100),
    "phase": Range(-STEPS, STEPS),
    "at": Range(1, STEPS),
}
"""Of the generators."""

TRAINING: Final[dict[str, Range]] = {
    **{name: RANGES[name] for name in ("hidden_size", "num_layers", "seed", "gain", "forget_bias", "clip", "forcing")},
    "truncate": Range(1, 200),
    "steps": Range(1, 20_000),
    "batch_size": Range(1, 256),
    "learning_rate": Range(1e-6, 10),
}
"""Of what is trained, and how."""

PROBLEM: Final[dict[str, Range]] = {
    "length": Range(1, 200),
    "blanks": Range(1, 150),
    "recall": Range(1, 20),
    "delay": Range(1, 199),
    "split": Range(0, 999_999),
}
"""Settings of the problems that may go less far than in the library."""

OWN_TEXT: Final = 100_000
OWN_SERIES: Final = 10_000
"""Characters of a text, and numbers of a series, that a network is trained on."""

MINIBATCH: Final = 4_000_000
"""Sequences × steps × kinds of symbols in one minibatch."""

CHECKPOINT_MB: Final = 48
"""Megabytes of a saved training, the same as server.maxUploadSize in .streamlit/config.toml: `KEPT` bytes of moments,
and three numbers for each of `WEIGHTS`, the weight itself and what an optimiser remembers of it."""

WEIGHTS: Final = 1_000_000
"""Weights and biases of a network that is trained."""

KEPT: Final = 16 * 2**20
"""Bytes that the kept moments of one training take at most, see `rnnviz.training.Settings.memory`."""

FRAMES: Final = 200
FRAMES_BYTES: Final = 32 * 2**20
"""Moments of a training that are frames of a stage, and what these take at most."""

FRAMES_KEPT: Final = 128 * 2**20
"""Bytes of frames, of all trainings together, that are kept for whoever asks for them once more."""

TRAININGS: Final = 64
"""Trainings on the server that have not ended."""

PROBES: Final = Range(1, 3)
"""Sequences that a training is looked at with."""
