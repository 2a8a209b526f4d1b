"""The shapes of the gallery, listed once: what runs in each small picture, and what opens from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from rnnviz.experiment import Experiment
from rnnviz.run import resolve
from rnnviz.site.presets import PRESETS
from rnnviz.site.state import OPENING


@dataclass(frozen=True)
class Entry:
    """One shape, or one variation of it.

    Attributes
    ----------
    group : str
        The row of the gallery that it stands in.
    small : Experiment
        What runs in the gallery.
    fresh : Experiment
        What opens with weights that nothing has trained.
    problem : str
        What it can be trained on, a word of the Training page's link.
    opened : Experiment
        What one sees first: a trained network of this shape, and what it reads.
    """

    group: str
    small: Experiment
    fresh: Experiment
    problem: str
    opened: Experiment

    @property
    def link(self) -> str:
        """What the page's link says once this is open."""
        return urlencode(query_of(self.opened))


GROUPS: Final = ("one", "two", "more")
TINY: Final = Experiment(cell="rnn", hidden_size=5, init="normal", gain=0.6, seed=4, text="rain")
PAIR: Final = TINY.replace(text="dog", target="god", shape="encoder_decoder")
FRESH: Final = OPENING.replace(text="hello")
WRITER: Final = FRESH.replace(shape="encoder_decoder", cell="gru", target="olleh")
REVERSER: Final = Experiment(network="reverser", text="palindrome", forcing=0.0)
"""A word too long for it: writing by itself, it goes wrong where the one that looks back does not."""
LOOKING_BACK: Final = REVERSER.replace(network="reverser_attention", text="palindrome")
ECHO: Final = Experiment(network="echo_stacked", length=20)
TAGGER: Final = PRESETS["tagger"]
"""A sentence that it was not trained on, and of which the third word is a verb because of the fourth."""
DEEP: Final = PRESETS["characters_residual"]
TWO_WAYS: Final = FRESH.replace(bidirectional=True, cell="gru", text="racecar")

ENTRIES: Final = {
    "one_to_one": Entry(
        "one",
        TINY.replace(shape="one_to_one"),
        FRESH.replace(shape="one_to_one", cell="rnn"),
        "wave",
        Experiment(network="waves_at_once"),
    ),
    "one_to_many": Entry(
        "one",
        TINY.replace(shape="one_to_many"),
        FRESH.replace(shape="one_to_many"),
        "write",
        Experiment(network="writer"),
    ),
    "one_to_many_every": Entry(
        "one",
        TINY.replace(shape="one_to_many", feed="every"),
        FRESH.replace(shape="one_to_many", feed="every"),
        "draw",
        Experiment(network="drawer"),
    ),
    "many_to_one": Entry(
        "one",
        TINY.replace(shape="many_to_one"),
        FRESH.replace(shape="many_to_one"),
        "wave",
        Experiment(network="waves"),
    ),
    "many_to_many": Entry("one", TINY, FRESH, "depth", Experiment(network="depth_learnt")),
    "encoder_decoder": Entry("two", PAIR, WRITER, "reverse", REVERSER),
    "attention": Entry("two", PAIR.replace(attention="dot"), WRITER.replace(attention="dot"), "reverse", LOOKING_BACK),
    "stacked": Entry("more", TINY.replace(num_layers=2), FRESH.replace(num_layers=2), "echo", ECHO),
    "bidirectional": Entry("more", TINY.replace(bidirectional=True), TWO_WAYS, "tagging", TAGGER),
    "residual": Entry(
        "more",
        TINY.replace(num_layers=2, residual=True),
        FRESH.replace(num_layers=3, residual=True),
        "book:book=quoted:length=80:share=20",
        DEEP,
    ),
}
"""By name; the messages ``shapes.<name>`` and ``shapes.<name>.is`` say what each is called, and what it is."""


def entry_of(experiment: Experiment) -> str:
    """Return the name of the entry that an experiment belongs to."""
    asked = resolve(experiment)
    if asked.translates:
        return "encoder_decoder" if asked.attention == "none" else "attention"
    if asked.shape == "one_to_many":
        return "one_to_many" if asked.feed == "first" else "one_to_many_every"
    if asked.shape != "many_to_many":
        return asked.shape
    if asked.num_layers > 1:
        return "residual" if asked.residual else "stacked"
    return "bidirectional" if asked.bidirectional else "many_to_many"


def query_of(experiment: Experiment) -> dict[str, str]:
    """Return an experiment's link, which always sets something: one that sets nothing is that of the gallery."""
    return ({} if experiment.network else {"shape": experiment.shape}) | experiment.to_query()
