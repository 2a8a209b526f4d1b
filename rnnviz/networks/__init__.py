"""Networks by name: weights set by hand to be read, and weights that a training left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rnnviz.experiment import NETWORKS, ExperimentError
from rnnviz.inputs import Array
from rnnviz.networks.handmade import HANDMADE
from rnnviz.networks.trained import TRAINED, trained
from rnnviz.words import DEFAULT_LANGUAGE

__all__ = ["Network", "network_named"]


class Network(Protocol):
    """What every network that has a name brings: its cell, its sizes, its weights, and the words for them."""

    @property
    def name(self) -> str:
        """Its name in links, controls and tests."""

    @property
    def cell(self) -> str:
        """One of "rnn", "gru", "lstm"."""

    @property
    def hidden_size(self) -> int:
        """H."""

    @property
    def num_layers(self) -> int:
        """How many layers are stacked."""

    @property
    def nonlinearity(self) -> str:
        """Of a plain RNN."""

    def title(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return the network's name for people."""

    def summary(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return one sentence on what it does."""

    def parameters(self) -> Mapping[str, Array]:
        """Return new float64 arrays under torch's names, with the readout "weight_ho" (O, H) and "bias_o" (O,)."""


def network_named(name: str) -> Network:
    """Return the network of that name.

    Raises
    ------
    ExperimentError
        If there is none.
    """
    if name in HANDMADE:
        return HANDMADE[name]
    if name in TRAINED:
        return trained(name)
    raise ExperimentError("network", name, "error.choice", choices=", ".join(NETWORKS))
