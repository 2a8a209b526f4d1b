"""Why a ready-made network has the weights it has: the reasons of one built by hand, the measures of one trained."""

from __future__ import annotations

from rnnviz.lessons import prose
from rnnviz.networks import network_named
from rnnviz.networks.handmade import Handmade
from rnnviz.networks.trained import TRAINED, Trained, trained
from rnnviz.units import Response
from rnnviz.words import say


def explanation(name: str, lang: str) -> str:
    """Return it as Markdown."""
    network = network_named(name)
    if isinstance(network, Handmade):
        return network.explanation(lang)
    assert isinstance(network, Trained)
    values, others = network.values(), {other: trained(other).values()["loss"] for other in TRAINED}
    told = prose(f"networks/{name}", "weights", lang, **values, **others)
    return "\n\n".join([told, *_readings(network, lang), say("network.trained.made", lang, **values)])


def _readings(network: Trained, lang: str) -> list[str]:
    """Return what each unit goes with that goes with anything strongly, one paragraph."""
    found = [Response(*reading) for reading in network.readings]
    told = [one.words(lang) for one in found if one.claimed]
    if not told:
        return []
    return [say(_whose(network), lang, state=network.state, told=" ".join(told))]


def _whose(network: Trained) -> str:
    """Return what is said of the units that were looked at: they are of the first layer."""
    if network.experiment.bidirectional:
        return "network.trained.units_forward"
    return "network.trained.units" if network.num_layers == 1 else "network.trained.units_below"
