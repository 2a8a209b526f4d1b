"""What is said in words about a run's way back, from the numbers it keeps: nothing is walked again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnviz.gradients.magnitude import log10_norms
from rnnviz.gradients.spectrum import matrix_sizes, recurrent_blocks
from rnnviz.gradients.totals import log10_totals
from rnnviz.gradients.verdicts import EXPLODED, VANISHED
from rnnviz.trace import Array, Trace


def curve(trace: Trace, layer: str = "l0", state: str = "h") -> Array:
    """Return log10 of ‖dL/dh_t‖ or ‖dL/dc_t‖, (T,), of any size; −inf is an exact zero.

    What the trace keeps is enough, unless float64 itself has come to its end: then the way is walked anew.
    """
    return _checked(log10_norms(_kept(trace, layer, state)), trace, layer, state)


def curves(traces: Sequence[Trace], layer: str = "l0", state: str = "h") -> list[Array]:
    """Return the `curve` of each of several runs; those equally long are worked out together."""
    kept = [_kept(trace, layer, state) for trace in traces]
    if len({array.shape for array in kept}) > 1:
        return [curve(trace, layer, state) for trace in traces]
    found = log10_norms(np.stack(kept))
    return [_checked(one, trace, layer, state) for one, trace in zip(found, traces, strict=True)]


def _kept(trace: Trace, layer: str, state: str) -> Array:
    record = trace.layers[layer]
    kept = record.dh if state == "h" else record.dc
    assert kept is not None
    return kept


def _checked(found: Array, trace: Trace, layer: str, state: str) -> Array:
    """Return a curve as the trace gives it, or walked anew where it sinks out of float64's range."""
    if trace.experiment.truncate is not None or not (found < SUNK).any():
        return found
    alive = np.flatnonzero(found != -np.inf)
    sunk = len(alive) and (found[: alive[-1]] < SUNK).any()
    return log10_totals(trace, layer, state) if sunk else found


SUNK = -300.0
"""log10 below which float64 has lost digits, or all of them."""


def facts_of(trace: Trace, dh: Array | None = None, layer: str = "l0") -> dict[str, Any]:
    """Return what becomes of a gradient between the last step that has one and the first.

    With a loss at every step that would hide how little of a far loss arrives: give the run with the last loss alone.

    Parameters
    ----------
    trace : Trace
    dh : (T,), optional
        Its `curve`, if it is known already.
    layer : str

    Returns
    -------
    dict
        ``first_log10``, ``last_log10``: log10 ‖dL/dh_t‖ at the first step and at the last that has a gradient;
        ``factor``: the geometric mean of ‖dL/dh_t‖ ÷ ‖dL/dh_{t+1}‖ between that one and the first that is not zero;
        ``zeros``: steps before it whose gradient is exactly zero; ``verdict``: "vanishes" or "explodes" if less than a
        hundredth or more than a hundredfold arrives, else "healthy", and "none" without any gradient; for a plain RNN
        ``sigma`` and ``rho``, the largest singular value and the spectral radius of W_hh. None is no finite number. Of
        an encoder and a decoder ``factor`` is None, and ``parts`` has that of each, "encoder" and "decoder", among its
        own steps; ``sigma`` and ``rho`` are not told.
    """
    return all_facts([trace], [curve(trace, layer) if dh is None else dh], layer)[0]


def all_facts(traces: Sequence[Trace], lines: Sequence[Array], layer: str = "l0") -> list[dict[str, Any]]:
    """Return the `facts_of` of each of several runs of one cell and size, whose curves are known."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = [_of_curve(dh, trace.experiment.truncate) for trace, dh in zip(traces, lines, strict=True)]
        if traces[0].segments:
            parts = [_of_parts(trace, dh) for trace, dh in zip(traces, lines, strict=True)]
            return [facts | {"factor": None, "parts": each} for facts, each in zip(found, parts, strict=True)]
    if traces[0].experiment.cell != "rnn" or traces[0].experiment.shape == "one_to_one":
        return found
    sizes = matrix_sizes(np.stack([recurrent_blocks(trace, layer)["h"] for trace in traces]))
    both = [{"sigma": _finite(sigma), "rho": _finite(rho)} for sigma, rho in zip(*sizes, strict=True)]
    return [facts | more for facts, more in zip(found, both, strict=True)]


def _of_curve(dh: Array, truncate: int | None) -> dict[str, Any]:
    alive = np.flatnonzero(dh != -np.inf)
    first, last = (int(alive[0]), int(alive[-1])) if len(alive) else (0, len(dh) - 1)
    cut = truncate is not None and truncate < last
    factor = float(10.0 ** ((dh[first] - dh[last]) / (last - first))) if last > first else math.nan
    return {
        "factor": _finite(factor),
        # After the last one nothing is alive.
        "zeros": last - len(alive) + 1 if len(alive) else last,
        "first_log10": _finite(dh[0]),
        "last_log10": _finite(dh[last]),
        # Where truncation stops the gradient, what is judged is what comes as far as the cut.
        "verdict": _verdict(float(dh[first if cut else 0]), float(dh[last])) if len(alive) else "none",
    }


def _of_parts(trace: Trace, dh: Array) -> dict[str, float | None]:
    """Return the factor a step in the encoder and in the decoder."""
    return {segment.name: _of_curve(dh[segment.start : segment.stop], None)["factor"] for segment in trace.segments}


def _verdict(first: float, last: float) -> str:
    change = first - last
    if math.isnan(change) or change > EXPLODED:
        return "explodes"
    return "vanishes" if change < VANISHED else "healthy"


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
