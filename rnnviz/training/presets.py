"""The trained networks that ship with the package, made by ``python -m rnnviz.training.presets [NAME]``.

Each is a training with everything written down: what, on which task, how, from which seed. The command trains one, or
all of them, in some minutes, measures what it reaches on sequences that it was not trained on, and writes weights and
a note of all this to ``rnnviz/networks/trained/``. On one machine it gives the same file again; on another, or with
another version of torch, sums are rounded in another order, and the weights drift apart.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.networks.trained import TRAINED, Reading, Trained, path_of, to_bytes
from rnnviz.tasks.corpora import quoted
from rnnviz.tasks.problems import Posed
from rnnviz.tasks.reading import posed_of
from rnnviz.trace import Trace
from rnnviz.training import claims, start
from rnnviz.training.loop import Training
from rnnviz.training.measuring import (
    SEQUENCES,
    answered,
    read_of,
    scored,
    scored_of,
    sequences_of,
    written,
)
from rnnviz.training.source import note_of
from rnnviz.units import features_of, responses

BEGINS: Final = 10
"""Updates whose losses the note keeps."""
READINGS: Final = 12


@dataclass(frozen=True)
class Preset:
    """A training to be repeated.

    Attributes
    ----------
    experiment : Experiment
    task : str
    options, settings : dict
        As of `rnnviz.training.train`.
    also : callable or None
        ``also(network, traces)`` → more to be measured, of the traces of the sequences that it is measured on.
    state : {"h", "c"}
        Where its units are read.
    against : mapping of str to dict
        By name, what another network has instead that is trained alike, to be measured beside it.
    """

    experiment: Experiment
    task: str
    options: Mapping[str, Any]
    settings: Mapping[str, Any]
    also: Callable[[Trained, Sequence[Trace]], dict[str, float]] = field(default=lambda network, found: {})
    state: str = "h"
    against: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def start(self, **changes: Any) -> Training:
        """Return the training before its first update."""
        how = {"trace_every": None, "validate_every": None, **self.settings, **changes}
        return start(self.experiment, self.task, options=self.options, **how)


def made(name: str) -> Trained:
    """Return a network, trained and measured now, and so what is measured beside it."""
    preset = PRESETS[name]
    network = _taught(name, preset)
    measured, readings = measure(network)
    beside = {key: number for other in preset.against for key, number in rival(name, other).items()}
    return replace(network, measured={**measured, **beside}, readings=readings)


def rival(name: str, other: str) -> dict[str, float]:
    """Return how many weights a network has that was trained beside a preset's, and what it reaches."""
    preset = PRESETS[name]
    network = _taught(name, replace(preset, experiment=preset.experiment.replace(**preset.against[other])))
    posed = posed_of(network)
    scores = _scores(network, posed, answered(network, sequences_of(network, posed)), "")
    return {f"weights_{other}": float(network.count), f"share_{other}": scores["score"]}


def _taught(name: str, preset: Preset) -> Trained:
    training = preset.start()
    history = training.run()
    assert history.last is not None and history.diverged is None
    return Trained(
        name=name,
        experiment=training.experiment,
        task=note_of(training.problem),
        settings=training.settings.to_dict(),
        command=f"python -m rnnviz.training.presets {name}",
        made_with={"python": platform.python_version(), **{of: version(of) for of in ("numpy", "torch")}},
        begins=tuple(history.loss[:BEGINS]),
        alphabet=training.problem.alphabet,
        measured={},
        state=preset.state,
        readings=(),
        weights=history.last[1],
    )


def measure(network: Trained) -> tuple[dict[str, float], tuple[Reading, ...]]:
    """Return what a network reaches on sequences that it was not trained on, and what its units respond to there."""
    preset, posed = PRESETS[network.name], posed_of(network)
    sequences = sequences_of(network, posed)
    found = answered(network, sequences)
    share = "share_" if posed.kind == "symbols" else ""
    measured = _scores(network, posed, found, share)
    for kind, line in zip(("chance", "chance_2", "chance_3"), posed.baselines, strict=False):
        measured |= {kind: line.loss, f"{share}{kind}_score": line.score}
    return {**measured, **preset.also(network, found)}, _readings(network, sequences, found)


def _scores(network: Trained, posed: Posed, found: Sequence[Trace], share: str) -> dict[str, float]:
    """Return loss and score: of a decoder of what it writes by itself, and then how often all of that is right."""
    if network.experiment.translates:
        own = written(network.experiment, network.parameters(), posed)
        scores = {"loss": own.loss, f"{share}score": own.score, "share_whole": own.whole}
        return {"sequences": float(len(own.right)), **scores}
    finite = posed.validation_count is not None or not posed.has_validation
    loss, score = scored_of(posed, found) if finite else scored(network, posed)
    return {"sequences": float(len(found) if finite else SEQUENCES), "loss": loss, f"{share}score": score}


def _readings(network: Trained, sequences: Sequence[Inputs], found: Sequence[Trace]) -> tuple[Reading, ...]:
    """Return what the units respond to in what is read step by step: an encoder's, if there is one."""
    if network.experiment.shape in ("one_to_one", "one_to_many"):
        return ()
    read = [read_of(one) for one in sequences]
    layers = [getattr(trace.layers["l0"], PRESETS[network.name].state) for trace in found]
    states = np.concatenate([layer[: len(one.inputs)] for layer, one in zip(layers, read, strict=True)])
    strongest = responses(states, features_of(read), READINGS)
    return tuple(Reading(one.unit, one.feature, one.r) for one in strongest)


def _clipped(cell: str, hidden_size: int, **fields: Any) -> Experiment:
    return Experiment(cell=cell, hidden_size=hidden_size, clip=1.0, **fields)


def _translator(**fields: Any) -> Experiment:
    return _clipped("gru", fields.pop("hidden_size"), shape="encoder_decoder", **fields)


_ADDING: Final = {"steps": 2000, "learning_rate": 0.01}
_REVERSAL: Final = {"steps": 2000, "batch_size": 64, "learning_rate": 0.01}
_WAVES: Final = {"steps": 2000, "learning_rate": 0.01}
PRESETS: Final[Mapping[str, Preset]] = {
    "characters": Preset(
        _clipped("lstm", 24, forget_bias=1.0),
        "text",
        {"text": quoted.text(), "length": 80, "share": 20},
        {"steps": 1000, "learning_rate": 0.02},
        claims.of_quotes,
    ),
    "depth_learnt": Preset(
        _clipped("lstm", 2, forget_bias=1.0),
        "depth",
        {"length": 30},
        {"steps": 3000, "batch_size": 64, "learning_rate": 0.005},
        claims.of_depth,
        "c",
    ),
    "sentiment": Preset(
        _clipped("lstm", 8, seed=1), "sentiment", {}, {"steps": 200, "learning_rate": 0.01}, claims.of_sentences
    ),
    "forecaster": Preset(
        _clipped("gru", 4), "sine", {"length": 36}, {"steps": 1500, "learning_rate": 0.01}, claims.of_wave
    ),
    "adding_lstm": Preset(_clipped("lstm", 8, forget_bias=1.0), "adding", {"length": 50}, _ADDING, claims.of_sum, "c"),
    # As many weights as the LSTM, and the same budget.
    "adding_rnn": Preset(_clipped("rnn", 17), "adding", {"length": 50}, _ADDING, claims.of_sum),
    "reverser": Preset(_translator(hidden_size=32), "reverse", {}, _REVERSAL, claims.of_reversal),
    "reverser_attention": Preset(
        _translator(hidden_size=32, attention="dot"), "reverse", {}, _REVERSAL, claims.of_reversal
    ),
    "dates": Preset(
        _translator(hidden_size=28, attention="dot"),
        "date",
        {},
        {"steps": 600, "batch_size": 64, "learning_rate": 0.01},
    ),
    "speller": Preset(
        _translator(hidden_size=28), "spell", {"most": 999}, {"steps": 1500, "batch_size": 64, "learning_rate": 0.01}
    ),
    "waves": Preset(_clipped("lstm", 8, shape="many_to_one"), "wave", {"spread": 50}, _WAVES, claims.of_waves),
    "waves_at_once": Preset(
        _clipped("rnn", 16, num_layers=2, nonlinearity="relu", shape="one_to_one"), "wave", {}, _WAVES, claims.of_waves
    ),
    "drawer": Preset(
        _clipped("lstm", 24, shape="one_to_many", feed="every"),
        "draw",
        {},
        {"steps": 4000, "learning_rate": 0.01},
        claims.of_drawing,
    ),
    "writer": Preset(
        _clipped("gru", 24, shape="one_to_many"), "write", {}, {"steps": 600, "learning_rate": 0.01}, claims.of_words
    ),
    # The others of each have as nearly as many weights as whole units allow.
    "tagger": Preset(
        _clipped("gru", 8, bidirectional=True),
        "tagging",
        {},
        {"steps": 400, "learning_rate": 0.01},
        claims.of_sentences,
        against={"forward": {"bidirectional": False, "hidden_size": 14}},
    ),
    "echo_stacked": Preset(
        _clipped("gru", 5, num_layers=2, seed=2),
        "echo",
        {},
        {"steps": 800, "learning_rate": 0.01},
        against={"one": {"num_layers": 1, "hidden_size": 8}, "elsewhere": {"seed": 0}},
    ),
    "characters_residual": Preset(
        _clipped("lstm", 12, num_layers=3, residual=True),
        "book",
        {"book": "quoted", "length": 80, "share": 20},
        {"steps": 300, "learning_rate": 0.02},
        against={"plain": {"residual": False}, "one": {"num_layers": 1, "residual": False, "hidden_size": 18}},
    ),
}
assert tuple(PRESETS) == TRAINED


def main(names: Sequence[str]) -> None:
    """Train the networks of these names, or all of them, and write their files."""
    unknown = [name for name in names if name not in PRESETS]
    if unknown:
        sys.exit(f"There is no network {', '.join(unknown)}; there are {', '.join(PRESETS)}.")
    for name in names or PRESETS:
        network = made(name)
        data = to_bytes(network)
        path_of(name).write_bytes(data)
        numbers = ", ".join(f"{key} {value:.4g}" for key, value in network.measured.items())
        print(f"{name}: {network.count:,} weights, {len(data) / 1024:.0f} KiB; {numbers}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
