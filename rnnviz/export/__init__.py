"""A run outside the site: on the stage in a notebook, and in one HTML file."""

from rnnviz.export.shown import Shown, show

__all__ = ["Shown", "show"]
