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
    return [say("network.trained.units", lang, state=network.state, told=" ".join(told))]
