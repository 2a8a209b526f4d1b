"""Networks one can read: few units, round weights, and a reason for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rnnviz.experiment import ExperimentError
from rnnviz.networks.handmade.base import Handmade
from rnnviz.networks.handmade.brackets import BRACKETS
from rnnviz.networks.handmade.counter import COUNTER
from rnnviz.networks.handmade.delay import DELAY
from rnnviz.networks.handmade.doubling import DOUBLING
from rnnviz.networks.handmade.latch import LATCH
from rnnviz.networks.handmade.parity import PARITY

__all__ = ["HANDMADE", "Handmade", "handmade"]

HANDMADE: Final[Mapping[str, Handmade]] = {
    network.name: network for network in (LATCH, DELAY, COUNTER, BRACKETS, PARITY, DOUBLING)
}


def handmade(name: str) -> Handmade:
    """Return the hand-built network of that name.

    Raises
    ------
    ExperimentError
        If there is none.
    """
    if name not in HANDMADE:
        raise ExperimentError("network", name, "error.choice", choices=", ".join(HANDMADE))
    return HANDMADE[name]
