"""The same words in another order, read by a network with a memory and by the same network without one."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rnnviz.experiment import Experiment
from rnnviz.run import run
from rnnviz.site.runs import traced
from rnnviz.tasks.symbols import symbols
from rnnviz.trace import Trace

NETWORK = Experiment(cell="rnn", hidden_size=4, tokens="words", seed=1)


def both_orders(text: str) -> tuple[Trace, Trace]:
    """Return the runs of a plain RNN over the words of a text, as they stand and from the last to the first.

    Both have the same alphabet and seed, and so the same weights.
    """
    turned = " ".join(reversed(symbols(text, "words")))
    return traced(NETWORK.replace(text=text)), traced(NETWORK.replace(text=turned))


@lru_cache(maxsize=64)
def without_memory(trace: Trace) -> Trace:
    """Return the run with W_hh = 0 and every other weight the same: a feed-forward net, applied to each word alone."""
    cut = {name: np.zeros_like(value) for name, value in trace.parameters.items() if name.startswith("weight_hh")}
    return run(trace.experiment, parameters={**trace.parameters, **cut})


def places(trace: Trace, word: str) -> list[int]:
    """Return the steps (0-based) at which a word stands."""
    return [t for t, label in enumerate(trace.labels) if label == word]


def spread_of(word: str, *traces: Trace) -> float:
    """Return how far the hidden states after one word lie apart, over all its places in the traces.

    The largest max − min of any unit of h; exactly 0 if the word always gets the same state.
    """
    states = [trace.layers["l0"].h[places(trace, word)] for trace in traces]
    return float(np.ptp(np.concatenate(states), axis=0).max())
