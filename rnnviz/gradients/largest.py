"""Largest singular values of many matrices at once, by iteration: a decomposition of each would take far longer."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.trace import Array

Singles = NDArray[np.float32]
TOLERANCE: Final = 1e-4
"""Residual ‖A Aᵀ z − λ z‖ ÷ λ that ends the search. σ is then right to 1e-4 at worst, where three or more singular
values are that close; else to 1e-6 or better, for its error goes with the square of the residual."""
MOST: Final = 20
"""Rounds after which the few that are left are decomposed: their largest singular values are next to equal."""
ASIDE: Final = 0.03
"""How far beside a given start the search begins, as a share of it."""


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def largest_singular_values(matrices: Array, starts: Array) -> tuple[Array, Array]:
    """Return σ_max of each matrix and its left singular vector.

    Their directions are looked for in float32, in which twice as many matrices stay near the processor; the stretching
    along them is then measured in float64.

    Parameters
    ----------
    matrices : (N, M, K)
        Entries between 1e-60 and 1e60, or zero; σ of a matrix that is not finite is NaN.
    starts : (N, M)
        Where to start from, not zero: any vector, or that of a similar matrix.

    Returns
    -------
    values : (N,)
    vectors : (N, M)
        Of length 1.
    """
    sizes = np.sqrt(np.einsum("nij,nij->n", matrices, matrices))
    small = np.empty(matrices.shape, np.float32)
    np.divide(matrices, np.where(sizes > 0, sizes, 1.0)[:, None, None], out=small, casting="same_kind")
    directions, left = _directions(small, _aside(starts).astype(np.float32))
    vectors = directions.astype(np.float64)
    vectors /= np.sqrt(np.vecdot(vectors, vectors))[:, None]
    values = _stretching(matrices, vectors)
    values[left] = np.linalg.norm(matrices[left], 2, axis=(1, 2))
    return values, vectors


def _aside(starts: Array) -> Array:
    """Return vectors of length 1 a little beside the given ones.

    The singular vector of a similar matrix may be one of this matrix as well, and not that of the largest: there the
    search would stand still.
    """
    noise = np.random.default_rng(0).standard_normal(starts.shape[1])
    return np.asarray(starts / np.sqrt(np.vecdot(starts, starts))[:, None] + ASIDE * noise / np.linalg.norm(noise))


def _stretching(matrices: Array, z: Array) -> Array:
    """Return the largest singular value seen in the plane of z and A Aᵀ z: there is room for two alike."""
    through = np.vecmat(z, matrices)
    rise = np.vecdot(through, through)
    r = np.matvec(matrices, through) - rise[:, None] * z
    length = np.sqrt(np.vecdot(r, r))
    across = np.vecmat(r / np.where(length > 0, length, 1.0)[:, None], matrices)
    other = np.vecdot(across, across)
    return np.asarray(np.sqrt((rise + other) / 2 + np.hypot((rise - other) / 2, length)))


def _directions(matrices: Singles, z: Singles) -> tuple[Singles, NDArray[np.int64]]:
    """Return (N, M), where the Rayleigh quotient of A Aᵀ is largest, and the indices of those not found so far.

    By conjugate gradients (Polak & Ribière), the best point on each line in closed form. Unlike plain power iteration
    this does not mind that the two largest singular values lie close together, as those of a product of Jacobians do
    whose leading eigenvalues are a complex pair.
    """
    found, open_ = z.copy(), np.arange(len(z))
    z = z / np.sqrt(np.vecdot(z, z))[:, None]
    gz = np.matvec(matrices, np.vecmat(z, matrices))
    rise = np.vecdot(z, gz)
    r = d = gz - rise[:, None] * z
    rr = np.vecdot(r, r)
    for _ in range(MOST):
        done = ~(rr > (np.float32(TOLERANCE) * rise) ** 2)
        if 2 * done.sum() >= len(open_):
            found[open_] = z
            left = ~done
            if not left.any():
                return found, open_[:0]
            open_, rise, rr, matrices = open_[left], rise[left], rr[left], matrices[left]
            z, gz, r, d = z[left], gz[left], r[left], d[left]
        d = d - np.vecdot(d, z)[:, None] * z
        length = np.sqrt(np.vecdot(d, d))
        u = d / np.where(length > 0, length, np.float32(1))[:, None]
        gu = np.matvec(matrices, np.vecmat(u, matrices))
        angle = 0.5 * np.arctan2(2 * np.vecdot(z, gu), rise - np.vecdot(u, gu))[:, None]
        cos, sin = np.cos(angle), np.sin(angle)
        z, u, gz = cos * z + sin * u, cos * u - sin * z, cos * gz + sin * gu
        rise = np.vecdot(z, gz)
        new = gz - rise[:, None] * z
        conjugate = np.maximum(0, np.vecdot(new, new - r) / np.where(rr > 0, rr, np.float32(1)))
        d = new + (conjugate * length)[:, None] * u
        r, rr = new, np.vecdot(new, new)
    found[open_] = z
    return found, open_
