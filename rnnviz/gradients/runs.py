"""A layer's run, rebuilt from its trace: what the way back multiplies with, without running anything again."""

from __future__ import annotations

import numpy as np

from rnnviz.cells import cell_named
from rnnviz.checks import ExperimentError
from rnnviz.engines.layer import Held, Run, Weights, previous
from rnnviz.trace import Array, LayerTrace, Trace


def layer_named(trace: Trace, layer: str) -> LayerTrace:
    """Return the record of a layer.

    Raises
    ------
    ExperimentError
        If the network has none of that name; the sentence names those it has.
    """
    if not isinstance(layer, str) or layer not in trace.layers:
        raise ExperimentError("layer", layer, "error.no_layer", choices=", ".join(trace.layers))
    return trace.layers[layer]


def check_choice(field: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse a word that is none of ``choices``.

    Raises
    ------
    ExperimentError
    """
    if not isinstance(value, str) or value not in choices:
        raise ExperimentError(field, value, "error.choice", choices=", ".join(choices))


def check_state(record: LayerTrace, state: str) -> None:
    """Refuse a state that the layer does not have: "c" is an LSTM's alone.

    Raises
    ------
    ExperimentError
    """
    check_choice("state", state, ("h",) if record.c is None else ("h", "c"))


def is_reverse(layer: str) -> bool:
    """Return whether a layer reads from the end."""
    return layer.endswith("_reverse")


# What exploded is to be seen: Inf and NaN go on, as in the engines.
@np.errstate(over="ignore", invalid="ignore")
def run_of(trace: Trace, layer: str) -> Run:
    """Return what `rnnviz.engines.layer.forward` returned for a layer, from what the trace has kept of it."""
    record, reverse = layer_named(trace, layer), is_reverse(layer)
    experiment = trace.experiment
    cell = cell_named(experiment.cell, experiment.nonlinearity)
    steps, hidden = record.h.shape
    c0 = np.zeros(hidden) if record.c0 is None else record.c0
    values = {**record.gates, "h": record.h} | ({} if record.c is None else {"c": record.c})
    h_prev = previous(record.h, reverse, record.h0)
    c_prev = np.zeros_like(h_prev) if record.c is None else previous(record.c, reverse, c0)
    derivatives = cell.derivatives(values, record.preactivations, h_prev, c_prev)
    local = Held(experiment.hold, layer, steps, hidden).cut(derivatives)
    return Run(
        cell=cell,
        weights=weights_of(trace, layer),
        reverse=reverse,
        values=values,
        sums=record.preactivations,
        x=record.x,
        h0=record.h0,
        c0=c0,
        h_prev=h_prev,
        local=np.stack(list(local.values()), axis=1),
    )


def weights_of(trace: Trace, layer: str) -> Weights:
    """Return a layer's weights; biases that a recorded module was built without are zeros."""
    ih, hh = trace.parameters[f"weight_ih_{layer}"], trace.parameters[f"weight_hh_{layer}"]
    none: Array = np.zeros(len(hh))
    b_ih, b_hh = (trace.parameters.get(f"{kind}_{layer}", none) for kind in ("bias_ih", "bias_hh"))
    return Weights(ih, hh, b_ih, b_hh)
