"""Largest singular values of many matrices at once, by iteration: a decomposition of each would take far longer."""

from __future__ import annotations

import numpy as np

from rnnviz.trace import Array

TOLERANCE = 1e-5
"""Residual ‖A Aᵀ z − λ z‖ ÷ λ that ends the iteration. √λ is then right to 5e-6, and where no other singular value is
as close as a hundredth, to 1e-8."""
MOST = 500


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def largest_singular_values(matrices: Array, starts: Array) -> tuple[Array, Array]:
    """Return σ_max of each matrix and its left singular vector.

    Maximises the Rayleigh quotient of A Aᵀ by conjugate gradients (Polak & Ribière), the best point on each line in
    closed form. Unlike plain power iteration this does not mind that the two largest singular values lie close
    together, as those of a product of Jacobians do whose leading eigenvalues are a complex pair.

    Parameters
    ----------
    matrices : (N, M, K)
        Finite; of any size between 1e-60 and 1e60.
    starts : (N, M)
        Where to start from, not zero: any vector, or that of a similar matrix.

    Returns
    -------
    values : (N,)
    vectors : (N, M)
        Of length 1.
    """
    values, vectors = np.empty(len(matrices)), starts.copy()
    open_ = np.arange(len(matrices))
    z = _unit(starts)
    gz = _gram(matrices, z)
    rise = _dot(z, gz)
    r = gz - rise[:, None] * z
    rr, d = _dot(r, r), r
    for _ in range(MOST):
        found = ~(rr > (TOLERANCE * rise) ** 2)
        if 2 * found.sum() >= len(open_):
            values[open_], vectors[open_] = rise, z
            open_, rise, rr = open_[~found], rise[~found], rr[~found]
            z, gz, r, d = z[~found], gz[~found], r[~found], d[~found]
            if not len(open_):
                break
            matrices = matrices[~found]
        d = d - _dot(d, z)[:, None] * z
        length = np.sqrt(_dot(d, d))
        u = d / np.where(length > 0, length, 1.0)[:, None]
        gu = _gram(matrices, u)
        angle = 0.5 * np.arctan2(2 * _dot(z, gu), rise - _dot(u, gu))[:, None]
        cos, sin = np.cos(angle), np.sin(angle)
        z, u, gz = cos * z + sin * u, cos * u - sin * z, cos * gz + sin * gu
        rise = _dot(z, gz)
        new = gz - rise[:, None] * z
        conjugate = np.maximum(0, _dot(new, new - r) / np.where(rr > 0, rr, 1.0))
        d = new + (conjugate * length)[:, None] * u
        r, rr = new, _dot(new, new)
    values[open_], vectors[open_] = rise, z
    return np.sqrt(np.maximum(values, 0.0)), vectors


def _gram(matrices: Array, vectors: Array) -> Array:
    """Return A Aᵀ z of each."""
    through = vectors[:, None] @ matrices
    return np.asarray((matrices @ through.mT)[..., 0])


def _dot(a: Array, b: Array) -> Array:
    return np.asarray(np.einsum("ni,ni->n", a, b))


def _unit(rows: Array) -> Array:
    return rows / np.sqrt(_dot(rows, rows))[:, None]
