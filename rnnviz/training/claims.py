"""What the trained networks' explanations tell of them, beside their loss and score: all of it is measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.inputs import Inputs
from rnnviz.networks.trained import Trained
from rnnviz.tasks.learnt import network_inputs
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.tasks.problems.forecast import Sine
from rnnviz.tasks.problems.sentences import Sentences
from rnnviz.tasks.problems.waves import KINDS
from rnnviz.tasks.reading import posed_of
from rnnviz.trace import Trace
from rnnviz.training.measuring import answered, scored, tests, written
from rnnviz.units import features_of, responses


def of_depth(network: Trained, found: Sequence[Trace]) -> dict[str, float]:
    """Return how often the rounded answer is right, over three times as many steps too, and how far it counts."""
    longer = answered(network, tests(network, posed_of(network, 90)))
    climbing = answered(network, [network_inputs(network.name, "(" * 40, 0, 40)])[0]
    right = (climbing.outputs.round() == climbing.targets)[:, 0]
    most = float(right.argmin()) if not right.all() else float(len(right))
    return {"share_right": _right(found), "share_right_long": _right(longer), "steps_long": 90.0, "counts_to": most}


def of_quotes(network: Trained, found: Sequence[Trace]) -> dict[str, float]:
    """Return at how many places the unit that reads quotation marks best tells, by one threshold, what is inside."""
    inside = features_of([_read(trace) for trace in found])["quote"] > 0
    h = np.concatenate([trace.layers["l0"].h for trace in found])
    best = responses(h, {"quote": inside.astype(np.float64)}, 1)[0].unit
    middle = (h[inside, best].mean() + h[~inside, best].mean()) / 2
    said = (h[:, best] > middle) == (h[inside, best].mean() > middle)
    return {
        "share_inside": float((said == inside).mean()),
        "share_mostly": float(max(inside.mean(), 1 - inside.mean())),
        "unit_quote": float(best + 1),
        "threshold": float(middle),
    }


def _read(trace: Trace) -> Inputs:
    return Inputs("symbols", trace.labels, trace.alphabet, trace.answers, trace.inputs, trace.targets)


def _right(found: Sequence[Trace]) -> float:
    return float(np.concatenate([trace.outputs.round() == trace.targets for trace in found]).mean())


def of_sentences(network: Trained, found: Sequence[Trace]) -> dict[str, float]:
    """Return how many sentences and words there are."""
    posed = posed_of(network)
    assert isinstance(posed, Sentences)
    return {"all": float(len(posed.sentences)), "words": float(posed.inputs)}


def of_sum(network: Trained, found: Sequence[Trace]) -> dict[str, float]:
    """Return the error on sequences of half and of twice as many steps."""
    lengths = {"short": 25, "long": 100}
    errors = {name: scored(network, posed_of(network, length))[1] for name, length in lengths.items()}
    return errors | {f"steps_{name}": float(length) for name, length in lengths.items()}


def of_wave(network: Trained, found: Sequence[Trace]) -> dict[str, float]:
    """Return the error without the first step, of which nobody can know whether the wave rises, and of another wave."""
    later = np.concatenate([(trace.outputs - trace.targets)[1:] for trace in found])
    other = Sine(length=36, period=24.0, amplitude=1.0, spread=0)
    slower = answered(network, tests(network, other))
    errors = np.concatenate([(trace.outputs - trace.targets)[1:] for trace in slower])
    return {"later": _square(later), "slower": _square(errors), "slower_last": other.baselines[0].score}


def of_reversal(network: Trained, found: Sequence[Trace]) -> dict[str, float]:
    """Return how many short and how many long words are right, and where attention looks, if there is one."""
    problem = PROBLEMS["reverse"]
    alone = {"short": problem.pose(shortest=4, longest=4), "long": problem.pose(shortest=12, longest=12)}
    own = {name: written(network.experiment, network.parameters(), posed) for name, posed in alone.items()}
    shares = {f"share_{name}": one.whole for name, one in own.items()}
    if own["long"].weights is None:
        return shares
    looks, there = own["long"].anti_diagonal()
    return {**shares, "share_looks": looks, "share_there": there}


def of_waves(network: Trained, found: Sequence[Trace]) -> dict[str, float]:
    """Return how often it is right about waves of half and of twice as many steps, and with more noise."""
    noisy, spread = {"noise": 0.3}, network.task["options"]["spread"]
    others: dict[str, dict[str, Any]] = {"noisy": {**noisy, "spread": spread}}
    if network.experiment.shape == "many_to_one":
        others |= {"short": {"length": 12}, "long": {"length": 48}}
    return {f"share_{name}": scored(network, PROBLEMS["wave"].pose(**own))[1] for name, own in others.items()}


def of_drawing(network: Trained, found: Sequence[Trace]) -> dict[str, float]:
    """Return the error of each kind of wave."""
    errors: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for trace in found:
        errors[KINDS[int(trace.inputs[0, :-1].argmax())]].append(_square(trace.outputs - trace.targets))
    return {kind: float(np.mean(own)) for kind, own in errors.items()}


def of_words(network: Trained, found: Sequence[Trace]) -> dict[str, float]:
    """Return how many words are right from beginning to end."""
    return {"share_whole": float(np.mean([(one.outputs.argmax(axis=1) == one.targets).all() for one in found]))}


def _square(errors: NDArray[np.float64]) -> float:
    return float(np.square(errors).mean())
