"""The room of the lesson Shapes: its gallery, what is open of it, and what leads from one to the other."""

from rnnviz.site.shapes.batch import batch
from rnnviz.site.shapes.entries import entry_of
from rnnviz.site.shapes.equations import equations
from rnnviz.site.shapes.far import reaching
from rnnviz.site.shapes.gallery import gallery, row
from rnnviz.site.shapes.growing import goes_wrong, growing
from rnnviz.site.shapes.opened import (
    about,
    cells_of,
    elsewhere,
    is_open,
    lead,
    networks_of,
    opening,
    row_of,
    weights_control,
)
from rnnviz.site.shapes.uses import uses

__all__ = [
    "about",
    "batch",
    "cells_of",
    "elsewhere",
    "entry_of",
    "equations",
    "gallery",
    "goes_wrong",
    "growing",
    "is_open",
    "lead",
    "networks_of",
    "opening",
    "reaching",
    "row",
    "row_of",
    "uses",
    "weights_control",
]
