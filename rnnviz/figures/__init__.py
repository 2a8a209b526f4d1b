"""Figures: arrays in, plotly Figure out, in the palette of a theme, with their words and their table.

Each has a twin ``…_spec`` that returns the same figure as plain JSON values, for the stage; see `rnnviz.figures.base`.
"""

from rnnviz.figures.base import Spec, in_both_themes
from rnnviz.figures.effect import hold_sentences, since_step
from rnnviz.figures.influence import contributions, contributions_spec, influence_map, influence_spec
from rnnviz.figures.remedied import gate_sentences, remedy_sentences
from rnnviz.figures.retention import KEEPING_GATE, followed, retention, retention_spec, share_left
from rnnviz.figures.saturation import (
    Saturation,
    ever_saturated,
    saturation,
    saturation_of,
    saturation_sentence,
    saturation_sentences,
    saturation_spec,
)
from rnnviz.figures.shares import share_sentences, shares, shares_spec

__all__ = [
    "KEEPING_GATE",
    "Saturation",
    "Spec",
    "contributions",
    "contributions_spec",
    "ever_saturated",
    "followed",
    "gate_sentences",
    "hold_sentences",
    "in_both_themes",
    "influence_map",
    "influence_spec",
    "remedy_sentences",
    "retention",
    "retention_spec",
    "saturation",
    "saturation_of",
    "saturation_sentence",
    "saturation_sentences",
    "saturation_spec",
    "share_left",
    "share_sentences",
    "shares",
    "shares_spec",
    "since_step",
]
