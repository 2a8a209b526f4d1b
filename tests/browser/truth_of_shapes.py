"""What the numbers have to be that only some shapes have: context, attention, what one answer for all is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz import Trace
from tests.browser.screen import Number

Array = NDArray[np.float64]
SHAPED = {"context", "start", "cell-start", "context-part", "context-bias", "given", "pooled", "attended", "mixed"}
SHAPED |= {"mixed-own", "mixed-from", "mixed-bias", "attended-term", "attended-rest", "attention-rest"}
NAMED = 4  # states of the encoder in the panel, beside those that are added up


def prefix_at(trace: Trace, t: int) -> str:
    """Return what the names of the parameters begin with that are at work at a step."""
    return next((f"{segment.name}." for segment in trace.segments if segment.start <= t < segment.stop), "")


def started(trace: Trace, name: str) -> dict[str, Array]:
    """Return the states that a decoder's layer starts from."""
    assert trace.bridge is not None
    layer, asked = trace.layers[name], trace.experiment
    none = np.zeros(layer.h.shape[1])
    if asked.decoder != "state":
        return {"h": none, "c": none}
    passed = layer.c is not None and asked.context == "last"
    return {"h": trace.bridge.context[name], "c": layer.c[trace.segments[0].stop - 1] if passed else none}  # type: ignore[index]


def read(trace: Trace, name: str, t: int) -> Array:
    """Return what a layer reads at a step, as wide as its matrix is."""
    weights = trace.parameters[f"{prefix_at(trace, t)}weight_ih_{name}"]
    return trace.layers[name].x[t, : weights.shape[1]]


def given(trace: Trace, level: int, t: int) -> Array:
    """Return what a level gives at a step: what it made, and past the first one, if there are skips, what it read."""
    both = (f"l{level}", f"l{level}_reverse")
    here = next((part.layers for part in trace.segments if part.start <= t < part.stop), tuple(trace.layers))
    made = np.concatenate([trace.layers[name].h[t] for name in both if name in here])
    return made + read(trace, both[0], t) if level and trace.experiment.residual else made


def of_shape(trace: Trace, number: Number, layer: str, t: int) -> list[float]:
    """Return the values that a number may have; of a term, those of all sources."""
    hidden = trace.layers["l0"].h.shape[1]
    level = int(layer.removesuffix("_reverse")[1:])
    row = np.atleast_1d(_row(trace, number.quantity, layer, level, t))
    shift = hidden if layer.endswith("_reverse") and len(row) > hidden else 0
    if number.quantity == "attended-term":
        return [float(value) for value in _terms(trace, t)[:, int(number.unit)]]
    if "-" in number.unit:
        first, last = (int(end) + shift for end in number.unit.split("-"))
        return [float(row[first : last + 1].mean())]
    return [float(row[(int(number.unit) if number.unit else 0) + shift])]


def _row(trace: Trace, quantity: str, layer: str, level: int, t: int) -> Array:
    if quantity == "pooled":
        return pooled(trace)
    if quantity == "given":
        return given(trace, level, t)
    assert trace.bridge is not None
    if quantity in ("start", "cell-start"):
        return started(trace, layer)["h" if quantity == "start" else "c"]
    if quantity == "context":
        return trace.bridge.context[f"l{level}"]
    if quantity == "context-bias":
        return trace.parameters[f"context.bias_l{level}"]
    if quantity == "context-part":
        return trace.parameters[f"context.weight_l{level}"] @ ends(trace, level)
    return _looked(trace, quantity, t)


def ends(trace: Trace, level: int) -> Array:
    """Return what an encoder's level, or the top of a network by itself, ends with: each direction its own last."""
    stop = trace.segments[0].stop if trace.segments else trace.steps
    last = [trace.layers[f"l{level}"].h[stop - 1]]
    if f"l{level}_reverse" in trace.layers:
        last.append(trace.layers[f"l{level}_reverse"].h[0])
    return np.concatenate(last)


def pooled(trace: Trace) -> Array:
    """Return what the one answer for a whole sequence is made of."""
    top = trace.experiment.num_layers - 1
    rows = np.array([given(trace, top, t) for t in range(trace.steps)])
    if trace.experiment.readout != "last":
        return np.asarray({"mean": rows.mean(axis=0), "max": rows.max(axis=0)}[trace.experiment.readout])
    hidden = trace.layers["l0"].h.shape[1]
    return np.concatenate([rows[-1, :hidden], rows[0, hidden:]])


def _looked(trace: Trace, quantity: str, t: int) -> Array:
    """Return what a step of the decoder takes from the encoder's states, and makes of it."""
    bridge = trace.bridge
    assert bridge is not None and bridge.attention is not None
    assert bridge.attended is not None and bridge.mixed is not None
    n, top = t - trace.segments[-1].start, trace.experiment.num_layers - 1
    own, weights = given(trace, top, t), trace.parameters["attention.weight"]
    best = np.argsort(-bridge.attention[n], kind="stable")[:NAMED]
    if quantity == "attention-rest":
        return np.array([1 - bridge.attention[n, best].sum()])
    return np.asarray(
        {
            "attended": bridge.attended[n],
            "attended-term": bridge.attended[n],
            "attended-rest": bridge.attended[n] - _terms(trace, t)[best].sum(axis=0),
            "mixed": bridge.mixed[n],
            "mixed-own": weights[:, : len(own)] @ own,
            "mixed-from": weights[:, len(own) :] @ bridge.attended[n],
            "mixed-bias": trace.parameters["attention.mix_bias"],
        }[quantity]
    )


def _terms(trace: Trace, t: int) -> Array:
    """Return what each of the encoder's states adds, (S, C)."""
    assert trace.bridge is not None and trace.bridge.attention is not None
    top = trace.experiment.num_layers - 1
    states = np.array([given(trace, top, s) for s in range(trace.segments[0].stop)])
    return np.asarray(trace.bridge.attention[t - trace.segments[-1].start][:, None] * states)
