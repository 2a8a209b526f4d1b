"""Figures: arrays in, plotly Figure out, in the palette of a theme, with their words and their table.

Each has a twin ``…_spec`` that returns the same figure as plain JSON values, for the stage; see `rnnviz.figures.base`.
"""

from rnnviz.figures.base import Spec, in_both_themes
from rnnviz.figures.effect import hold_sentences, since_step
from rnnviz.figures.retention import KEEPING_GATE, retention, retention_spec, share_left
from rnnviz.figures.saturation import (
    Saturation,
    ever_saturated,
    saturation,
    saturation_of,
    saturation_sentence,
    saturation_sentences,
    saturation_spec,
)

__all__ = [
    "KEEPING_GATE",
    "Saturation",
    "Spec",
    "ever_saturated",
    "hold_sentences",
    "in_both_themes",
    "retention",
    "retention_spec",
    "saturation",
    "saturation_of",
    "saturation_sentence",
    "saturation_sentences",
    "saturation_spec",
    "share_left",
    "since_step",
]
