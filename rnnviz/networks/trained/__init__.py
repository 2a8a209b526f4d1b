"""Small networks as a training left them: weights, and a note of how they were made and what they reach.

``python -m rnnviz.training.presets`` makes the files anew, see `rnnviz.training.presets`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rnnviz.experiment import ExperimentError
from rnnviz.networks.trained.base import Reading, Trained
from rnnviz.networks.trained.files import path_of, read, to_bytes

__all__ = ["TRAINED", "Reading", "Trained", "path_of", "to_bytes", "trained"]

TRAINED: Final = (
    *("characters", "depth_learnt", "sentiment", "forecaster", "adding_lstm", "adding_rnn"),
    *("reverser", "reverser_attention", "dates", "speller", "waves", "waves_at_once", "drawer", "writer"),
    *("tagger", "echo_stacked", "characters_residual"),
)


@lru_cache(maxsize=len(TRAINED))
def trained(name: str) -> Trained:
    """Return the trained network of that name; its file is read when it is first asked for.

    Raises
    ------
    ExperimentError
        If there is none.
    """
    if name not in TRAINED:
        raise ExperimentError("network", name, "error.choice", choices=", ".join(TRAINED))
    return read(name)
