"""How much gradient reaches each state in all: ‖dL/dh_t‖ and ‖dL/dc_t‖, and where float32 would say nothing does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.gradients.flow import NOWHERE, Passing, shifted
from rnnviz.gradients.magnitude import log10_scaled, row_norms
from rnnviz.gradients.runs import check_choice, check_state, layer_named, walked
from rnnviz.gradients.starts import Starts
from rnnviz.gradients.walking import to_layer
from rnnviz.trace import Array, Trace

DTYPES = {"float64": np.float64, "float32": np.float32}


def norms(trace: Trace, layer: str = "l0", state: str = "h", dtype: str = "float64") -> Array:
    """Return ‖dL/dh_t‖₂ for each step, every path to the loss included.

    Of an encoder and a decoder, over the steps of both; NaN where the layer has none (an encoder's reverse layer while
    the decoder runs).

    A zero is exact: no square underflows on the way. Where the gradient itself is too small for float64, which takes
    hundreds of steps, `log10_totals` still tells how small.

    Parameters
    ----------
    trace : Trace
    layer : str
        "l0", "l0_reverse", "l1", …
    state : {"h", "c"}
        Hidden state, or cell state of an LSTM: dL/dc_t, its path through h_t included.
    dtype : {"float64", "float32"}
        "float32" walks the whole way back once more in float32, to see what one would see in it: ever more steps
        whose gradient is exactly zero (Pascanu et al. 2013 show why; that it is arithmetic, and no finding, is ours).

    Returns
    -------
    (T,) float64

    Raises
    ------
    ExperimentError
        If there is no such layer, state or dtype.
    """
    record = layer_named(trace, layer)
    check_state(record, state)
    check_choice("dtype", dtype, tuple(DTYPES))
    if dtype == "float32":
        return row_norms(_totals(trace, layer, state, np.float32)[0])
    kept = record.dh if state == "h" else record.dc
    assert kept is not None
    return row_norms(kept)


def log10_totals(trace: Trace, layer: str = "l0", state: str = "h") -> Array:
    """Return log10 ‖dL/dh_t‖₂ for each step, (T,), also where it is below 1e-308 or above 1e308.

    The way back is walked once more with numbers of any size. −inf is an exact zero: no path leads to a loss.
    Parameters and errors as of `norms`.
    """
    check_state(layer_named(trace, layer), state)
    vectors, exponents = _totals(trace, layer, state, np.float64)
    return log10_scaled(row_norms(vectors), exponents)


def float32_zeros(trace: Trace, layer: str = "l0", state: str = "h") -> NDArray[np.bool_]:
    """Return (T,) bool: the steps whose gradient is exactly zero in float32, though it is not zero.

    Parameters and errors as of `norms`. Steps that no loss reaches at all (after the last loss, beyond a truncation)
    are False: zero is true of them.
    """
    silent = norms(trace, layer, state, dtype="float32") == 0
    return np.asarray(silent & (log10_totals(trace, layer, state) > -np.inf))


def _totals(trace: Trace, layer: str, state: str, dtype: type) -> tuple[Array, NDArray[np.int64]]:
    """Return the total gradients anew: (T, H), to be multiplied by 2^ (T,)."""
    vectors: Array = np.zeros(trace.layers[layer].h.shape, dtype)
    exponents = np.zeros(trace.steps, np.int64)
    for step in to_layer(trace, layer, Starts.whole(trace), dtype):
        part = part_of(step, state)
        if part.any():
            exponents[step.t] = np.where(part.any(axis=1), step.exponents, NOWHERE).max()
            vectors[step.t] = shifted(part, step.exponents - exponents[step.t]).sum(axis=0)
    vectors[~walked(trace, layer)] = np.nan
    return vectors, exponents


def part_of(step: Passing, state: str) -> Array:
    """Return the adjoints of h or of c."""
    part = step.dh if state == "h" else step.dc
    assert part is not None
    return part
