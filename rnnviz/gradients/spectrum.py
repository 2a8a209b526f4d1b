"""What W_hh alone says about the gradient: its singular values, its eigenvalues, and the bound made of them."""

from __future__ import annotations

from typing import Final

import numpy as np

from rnnviz.cells import cell_named
from rnnviz.checks import ExperimentError
from rnnviz.gradients.runs import layer_named, part_named
from rnnviz.trace import Array, Trace

GAMMA: Final = {"tanh": 1.0, "relu": 1.0, "identity": 1.0}
"""γ = max |φ′| of each activation (1/4 for the logistic sigmoid, which no plain network here has)."""


def recurrent_blocks(trace: Trace, layer: str = "l0", part: str | None = None) -> dict[str, Array]:
    """Return W_hh cut into its blocks, each (H, H), by name: "h" of an RNN, a gate's name of the others.

    Parameters
    ----------
    trace : Trace
    layer : str
    part : {"encoder", "decoder"}, optional
        Whose layer, where there are two networks: that of the encoder, if neither is named.

    Raises
    ------
    ExperimentError
        If there is no such layer or part, or the network is feed-forward. So with all functions here.
    """
    layer_named(trace, layer)
    hh = part_named(trace, part).parameter("weight_hh", layer)
    if hh is None and part == "decoder":
        raise ExperimentError("layer", layer, "error.no_layer", choices=", ".join(trace.experiment.decoder_names))
    if hh is None:
        raise ExperimentError("shape", trace.experiment.shape, "error.no_recurrence")
    names = cell_named(trace.experiment.cell, trace.experiment.nonlinearity).blocks
    return dict(zip(names, np.split(hh, len(names)), strict=True))


def singular_values(trace: Trace, layer: str = "l0", part: str | None = None) -> dict[str, Array]:
    """Return the singular values of W_hh, (H,) descending, by block; NaN where a weight is not finite."""
    return {name: _singular_values(block) for name, block in recurrent_blocks(trace, layer, part).items()}


def sigma_max(trace: Trace, layer: str = "l0", part: str | None = None) -> dict[str, float]:
    """Return σ_max, the largest factor by which W_hh stretches any vector, by block."""
    return {name: float(values[0]) for name, values in singular_values(trace, layer, part).items()}


def spectral_radius(trace: Trace, layer: str = "l0", part: str | None = None) -> dict[str, float]:
    """Return ρ, the largest magnitude of an eigenvalue of W_hh, by block.

    It decides in the long run, and only where the Jacobian is W_hh at every step. A matrix with ρ = 0 may well double
    a gradient: it is σ_max that bounds.
    """
    return {
        name: float(np.abs(np.linalg.eigvals(block)).max()) if np.isfinite(block).all() else float("nan")
        for name, block in recurrent_blocks(trace, layer, part).items()
    }


def matrix_sizes(matrices: Array) -> tuple[Array, Array]:
    """Return σ_max and ρ of each of F matrices, (F, H, H); NaN where an entry is not finite."""
    known = np.isfinite(matrices).all(axis=(1, 2))
    sigma, rho = np.full((2, len(matrices)), np.nan)
    if known.any():
        sigma[known] = np.linalg.svd(matrices[known], compute_uv=False)[:, 0]
        rho[known] = np.abs(np.linalg.eigvals(matrices[known])).max(axis=1)
    return sigma, rho


def bound(trace: Trace, layer: str = "l0", part: str | None = None) -> Array:
    """Return (T,), entry [lag] = (γ σ_max)^lag: no ‖∂h_t/∂h_s‖₂ with t − s = lag exceeds it.

    Pascanu, Mikolov & Bengio 2013, eq. 6–7, with γ = 1. Of a plain RNN alone: a gated cell's Jacobian depends on its
    gates, and has no such bound. σ_max < 1/γ is sufficient to vanish; σ_max > 1/γ is only necessary to explode.
    Of an encoder and a decoder T is the steps of that ``part``, and the bound holds within it.

    Raises
    ------
    ExperimentError
        If the cell is gated, or there is no such layer.
    """
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(_factor(trace, layer, part) ** np.arange(_walked(trace, part)))


def log10_bound(trace: Trace, layer: str = "l0", part: str | None = None) -> Array:
    """Return log10 of `bound`, also where that is too small or too large for float64."""
    lags = np.arange(_walked(trace, part))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(lags == 0, 0.0, lags * np.log10(_factor(trace, layer, part)))


def _singular_values(matrix: Array) -> Array:
    if not np.isfinite(matrix).all():
        return np.full(len(matrix), np.nan)
    return np.asarray(np.linalg.svd(matrix, compute_uv=False))


def _walked(trace: Trace, part: str | None) -> int:
    return part_named(trace, part).steps


def _factor(trace: Trace, layer: str, part: str | None) -> float:
    if trace.experiment.cell != "rnn":
        raise ExperimentError("cell", trace.experiment.cell, "error.no_bound")
    return GAMMA[trace.experiment.nonlinearity] * sigma_max(trace, layer, part)["h"]
