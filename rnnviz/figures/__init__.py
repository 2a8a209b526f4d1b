"""Figures: arrays in, plotly Figure out, in the palette of a theme, with their words and their table."""

from rnnviz.figures.openings import openings
from rnnviz.figures.retention import retention, share_left
from rnnviz.figures.saturation import Saturation, saturation, saturation_of, saturation_sentence

__all__ = [
    "Saturation",
    "openings",
    "retention",
    "saturation",
    "saturation_of",
    "saturation_sentence",
    "share_left",
]
