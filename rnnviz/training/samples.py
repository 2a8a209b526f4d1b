"""A network that goes on by itself: what it answers is what it reads next.

All moments of a training, and all temperatures, walk side by side, and draw the same random numbers: where two samples
differ, it is the networks or the temperatures that do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.cells import cell_named
from rnnviz.cells.base import free
from rnnviz.engines.layer import Weights, blocks
from rnnviz.engines.numpy_engine import stacked
from rnnviz.engines.through_time import skips
from rnnviz.experiment import Experiment
from rnnviz.initial import READOUT
from rnnviz.trace import Array, Trace
from rnnviz.training.source import stream_of

TEMPERATURES: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5)
NOTHING: Final = -1
"""In the place of a symbol, where there is none."""
SAMPLE: Final = 3
"""Key of the random stream, beside those of `rnnviz.training.source`."""

States = Mapping[str, tuple[Array, Array]]


class Networks:
    """F networks of one shape, each of which walks K times at once.

    Parameters
    ----------
    experiment : Experiment
        Their shape; it reads in one direction.
    parameters : F dicts of float64 arrays
    """

    def __init__(self, experiment: Experiment, parameters: Sequence[Mapping[str, Array]]) -> None:
        self._experiment = experiment
        self._cell = cell_named(experiment.cell, experiment.nonlinearity)
        stack = stacked(parameters)
        self._layers = {name: Weights.of(stack, name) for name in experiment.layer_names}
        weight, bias = (np.stack([own[name] for own in parameters]) for name in READOUT)
        self._weight, self._bias = weight.mT, bias[:, None]

    @np.errstate(over="ignore", invalid="ignore")
    def step(self, x: Array, states: States) -> tuple[Array, States]:
        """Read an input, (F, K, D), in some states; return the outputs, (F, K, O), and the states after it.

        As `rnnviz.engines.layer.forward` does, without what only a way back would need.
        """
        after, hidden = {}, self._experiment.hidden_size
        for name, weights in self._layers.items():
            h, c = states[name]
            from_x, from_h = x @ weights.ih.mT + weights.b_ih, h @ weights.hh.mT + weights.b_hh
            values = self._cell.forward(blocks(from_x[None], hidden)[0], blocks(from_h[None], hidden)[0], h, c, free)
            after[name] = values["h"], values.get("c", c)
            x = values["h"] + x if skips(self._experiment, (name,)) else values["h"]
        return x @ self._weight + self._bias, after


def states_at(traces: Sequence[Trace], t: int, walks: int) -> States:
    """Return the states of F runs after step t, (F, K, H), by layer: what K walks of each go on from."""
    found = {}
    for name in traces[0].layers:
        layers = [trace.layers[name] for trace in traces]
        # A cell without c is handed h in its place, which it does not read.
        pairs = np.stack([[layer.h[t], layer.h[t] if layer.c is None else layer.c[t]] for layer in layers], axis=1)
        h, c = np.repeat(pairs[:, :, None], walks, axis=2)
        found[name] = h, c
    return found


def samples(traces: Sequence[Trace], length: int, temperatures: Sequence[float] = TEMPERATURES) -> NDArray[np.int64]:
    """Let F networks that predict the next symbol write on after the text that they were traced on.

    The symbol that follows is drawn from softmax(y / τ), as the largest of y + τ g with g from the standard Gumbel
    distribution (Gumbel 1954; Yellott 1977): the same g for all networks and temperatures, and of τ = 0 what is left is
    the likeliest symbol.

    The text's end is left out of the draw: what is asked for is how it goes on.

    Parameters
    ----------
    traces : F traces
        Of the same text; the last of their D + 1 answers is the text's end, the others are what is read.
    length : int
        n.
    temperatures : K floats
        τ, not negative.

    Returns
    -------
    (F, K, n) int64
        Numbers of symbols; `NOTHING` from where on a network's outputs are no numbers.
    """
    experiment, kinds = traces[0].experiment, traces[0].inputs.shape[1]
    networks = Networks(experiment, [trace.parameters for trace in traces])
    states, tau = states_at(traces, -1, len(temperatures)), np.asarray(temperatures)[:, None]
    outputs = np.stack([trace.outputs[-1:] for trace in traces])
    noise = stream_of(experiment.seed, SAMPLE).gumbel(size=(length, kinds))
    written = np.full((len(traces), len(temperatures), length), NOTHING)
    able = np.ones(written.shape[:2], dtype=np.bool_)
    for t in range(length):
        able &= np.isfinite(outputs).all(axis=-1)
        chosen = (outputs[..., :kinds] + tau * noise[t]).argmax(axis=-1)
        written[:, :, t] = np.where(able, chosen, NOTHING)
        outputs, states = networks.step(np.eye(kinds)[chosen], states)
    return written


def continued(traces: Sequence[Trace], start: int) -> Array:
    """Let F networks that forecast read a series up to step ``start``, and then their own answers.

    Returns
    -------
    (F, T − ``start``, O)
        The answers of steps ``start`` … T − 1, the first of which is that of the trace itself.
    """
    networks = Networks(traces[0].experiment, [trace.parameters for trace in traces])
    states = states_at(traces, start, 1)
    answers = [np.stack([trace.outputs[start : start + 1] for trace in traces])]
    for _ in range(start + 1, traces[0].steps):
        outputs, states = networks.step(answers[-1], states)
        answers.append(outputs)
    return np.concatenate(answers, axis=1)
