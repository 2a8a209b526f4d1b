"""The Training page: what a page's script calls to let a visitor train a network and watch it."""

from rnnviz.site.training.page import TrainingPage, open_training

__all__ = ["TrainingPage", "open_training"]
