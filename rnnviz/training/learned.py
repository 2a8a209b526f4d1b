"""What a network has learned at a moment of its training: beside a trace, what takes more than one run to see.

What it writes, how it forecasts on its own answers, what its units respond to, and which inputs its answers hang on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any, Final

import numpy as np

from rnnviz.engines.decoding import beam, most_steps
from rnnviz.engines.encoder_decoder import encode
from rnnviz.engines.numpy_engine import forward_stack, stacked
from rnnviz.experiment import Experiment
from rnnviz.gradients import answer_influence
from rnnviz.inputs import Inputs, one_hot
from rnnviz.tasks.problems import Posed
from rnnviz.tasks.problems.base import PROBE_SEED
from rnnviz.tasks.problems.forecast import Forecast
from rnnviz.tasks.problems.next_symbol import NextSymbol
from rnnviz.tasks.shaping import shaped_batch
from rnnviz.tasks.symbols import visible
from rnnviz.trace import Array, Trace
from rnnviz.training.history import History, Parameters
from rnnviz.training.measuring import read_of
from rnnviz.training.samples import TEMPERATURES, continued, samples
from rnnviz.units import features_of, responses

WRITTEN: Final[Mapping[str, int]] = {"characters": 200, "words": 50}
"""Symbols of a sample."""
PASSAGE: Final = 400
"""Places, about, over which a unit is compared with what it may respond to."""
SEQUENCES: Final = 48
"""Most sequences that they are taken from, where a problem's sequences stand apart."""
CONNECTED: Final = 64
"""Most steps of which is worked out what every answer owes to every input."""
UNITS: Final = 8
"""Units of a layer that are named, the strongest first."""
AT_ONCE: Final = 2**21
"""Numbers of one quantity that networks walk with side by side, so that what they keep takes some 100 MB at most."""


def learned(
    history: History, problem: Posed, moments: Sequence[int], traces: Sequence[Trace], probe: int
) -> list[dict[str, Any]]:
    """Return what can be said of each of F moments of a training.

    Parameters
    ----------
    history : History
    problem : Posed
        What the network was trained on.
    moments : F ints
        Numbers of updates; ``history`` has the parameters of each.
    traces : F traces
        Of the probe at these moments, in the same order.
    probe : int
        Which of ``history.probes`` they are of.

    Returns
    -------
    list of dict
        A moment's ``"samples"``: ``{"temperatures": [K floats], "symbols": (K, n)}``, what it writes after the probe,
        see `rnnviz.training.samples`; None unless it is trained to predict the next symbol of a text.
        ``"continued"``: (n, O), its answers of the probe's last n steps when it reads its own answers there; None
        unless it forecasts.
        ``"connectivity"``: (T, T), see `rnnviz.gradients.answer_influence`; None if T is more than `CONNECTED`.
        ``"written"``: what a decoder writes of the probe's source by itself, the numbers of its answers, END the last
        if it comes to one; None unless it writes symbols.
        ``"units"``: what they respond to, ``{"layer", "unit", "feature", "r"}`` each, of every layer the strongest
        first, see `rnnviz.units`; ``"places"``: over how many places. The feature "symbol:e" is written as it is seen.
        Of an encoder and decoder they are the encoder's; of a network that reads all at once there is none.
    """
    if not moments:
        return []
    experiment, steps = history.experiment, len(history.probes[probe].inputs)
    forward = experiment.directions == 1 and experiment.shape == "many_to_many"
    written = samples(traces, WRITTEN[problem.tokens]) if forward and isinstance(problem, NextSymbol) else None
    alone = continued(traces, steps // 2) if forward and isinstance(problem, Forecast) else None
    units = _units(experiment, problem, [history.parameters(moment) for moment in moments])
    places = sum(len(one.inputs) for one in passage(problem, experiment.shape, experiment.feed))
    writes = experiment.translates and problem.kind == "symbols"
    return [
        {
            "samples": None if written is None else {"temperatures": list(TEMPERATURES), "symbols": written[f]},
            "continued": None if alone is None else alone[f],
            "written": written_of(traces[f], history.probes[probe]) if writes else None,
            "connectivity": answer_influence(traces[f]) if steps <= CONNECTED else None,
            "units": units[f],
            "places": places,
        }
        for f in range(len(moments))
    ]


def written_of(trace: Trace, probe: Inputs) -> list[int]:
    """Return what the network of a trace writes of a probe's source by itself, each time its likeliest answer."""
    source = probe.inputs[: probe.sources, : probe.read]
    most = most_steps(probe.sources, len(probe.inputs) - probe.sources)
    with np.errstate(over="ignore", invalid="ignore"):
        encoded = encode(trace.experiment, trace.parameters, source)
        return list(beam(encoded, probe.outputs, 1, most)[0][0])


@lru_cache(maxsize=8)
def passage(problem: Posed, shape: str = "many_to_many", feed: str = "first") -> tuple[Inputs, ...]:
    """Return what units are looked at on: a text's end, or some sequences of the problem, always the same.

    As a network of some shape reads them: of an encoder and decoder the sources alone; what reads all at once, nothing.
    """
    if shape == "one_to_one":
        return ()
    if isinstance(problem, NextSymbol):
        codes = problem.codes[-PASSAGE - 1 :]
        x = one_hot(codes[:-1].tolist(), problem.inputs)
        return (Inputs("symbols", problem.name(x), problem.alphabet, problem.answers, x, codes[1:].copy()),)
    count = max(1, min(SEQUENCES, -(-PASSAGE // problem.steps)))
    drawn = problem.batch(np.random.default_rng(PROBE_SEED), count)  # of finite data the larger part
    drawn = shaped_batch(drawn, Experiment(shape=shape, feed=feed))
    return tuple(read_of(drawn.sequence(b)) for b in range(count))


@lru_cache(maxsize=8)
def _features(problem: Posed, shape: str, feed: str) -> dict[str, Array]:
    return features_of(passage(problem, shape, feed))


def _units(experiment: Experiment, problem: Posed, parameters: Sequence[Parameters]) -> list[list[dict[str, Any]]]:
    """Return what the units of F networks respond to, a few networks at a time."""
    read = problem, experiment.shape, experiment.feed
    sequences = passage(*read)
    if not sequences:
        return [[] for _ in parameters]
    size = len(sequences) * max(len(one.inputs) for one in sequences) * experiment.hidden_size
    few = max(1, AT_ONCE // (16 * size))
    found: list[list[dict[str, Any]]] = []
    for first in range(0, len(parameters), few):
        for layers in _activations(experiment, sequences, parameters[first : first + few]):
            found.append([one for name, h in layers.items() for one in _named(name, h, _features(*read))])
    return found


def _named(layer: str, h: Array, features: Mapping[str, Array]) -> list[dict[str, Any]]:
    named = [{"layer": layer, **asdict(response)} for response in responses(h, features, UNITS)]
    for one in named:
        kind, colon, symbol = one["feature"].partition(":")
        one["feature"] = kind + colon + visible(symbol) if colon else kind
    return named


@np.errstate(over="ignore", invalid="ignore")
def _activations(
    experiment: Experiment, sequences: Sequence[Inputs], parameters: Sequence[Parameters]
) -> list[dict[str, Array]]:
    """Return the h, (N, H), of each layer of F networks at all places of B sequences, one sequence after the other."""
    lengths = np.array([len(one.inputs) for one in sequences])
    inside = np.arange(lengths.max())[:, None] < lengths
    x = np.zeros((*inside.shape, sequences[0].inputs.shape[1]))
    for b, one in enumerate(sequences):
        x[: lengths[b], b] = one.inputs
    part = "encoder." if experiment.translates else ""
    exact = [
        {name.removeprefix(part): value.astype(np.float64) for name, value in own.items() if name.startswith(part)}
        for own in parameters
    ]
    shape = len(exact), len(sequences)
    runs, _ = forward_stack(experiment, stacked(exact), x[:, None], shape, inside=inside[:, None])
    # (T, F, B, H) to (B, T, …), of which the places inside come one sequence after the other.
    walked = {name: run.values["h"].transpose(1, 2, 0, 3) for name, run in runs.items()}
    return [{name: h[f][inside.T] for name, h in walked.items()} for f in range(len(exact))]
