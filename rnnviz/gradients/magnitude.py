"""How large rows of numbers are, however large or small: norms whose squares no float64 holds, and their logarithms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.trace import Array


def log10_norms(rows: Array) -> Array:
    """Return log10 of the 2-norm of each row, (…, H) → (…), taken in float64; −inf where the row is exactly zero.

    Rows are divided by their largest entry first: the square of 1e-200 is no float64.
    """
    largest = np.abs(rows).max(axis=-1)
    safe = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return np.asarray(np.log10(safe) + np.log10(np.linalg.norm(rows / safe[..., None], axis=-1)))


def row_norms(rows: Array) -> Array:
    """Return the 2-norm of each row, (…, H) → (…), right to the last digit wherever it is a float64 at all."""
    wide = rows.astype(np.float64, copy=False)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        squares = np.asarray(np.einsum("...i,...i->...", wide, wide))
    norms = np.sqrt(squares)
    odd = ~((squares > SMALL) & (squares < LARGE))
    if odd.any():
        norms[odd] = _scaled_norms(wide[odd])
    return np.asarray(norms)


def _scaled_norms(rows: Array) -> Array:
    norms: Array = np.abs(rows).max(axis=-1, initial=0)  # of a row of zeros, and of one that is not finite, this is all
    some = (norms > 0) & np.isfinite(norms)
    with np.errstate(over="ignore", under="ignore"):
        norms[some] *= np.linalg.norm(rows[some] / norms[some, None], axis=-1)
    return norms


SMALL, LARGE = 1e-280, 1e280
"""Between them a sum of squares has lost nothing to the ends of float64's range."""
LOG10_2 = float(np.log10(2.0))


def scaled(sizes: Array, exponents: NDArray[np.int64]) -> Array:
    """Return ``sizes`` · 2^``exponents``, elementwise; 0 or inf where float64 ends. The same array if they are zero."""
    if not exponents.any():
        return sizes
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.ldexp(sizes, np.clip(exponents, -5000, 5000).astype(np.int32)))


def log10_scaled(sizes: Array, exponents: NDArray[np.int64]) -> Array:
    """Return log10 of ``sizes`` · 2^``exponents``, elementwise; −inf where a size is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log10(sizes) + exponents * LOG10_2)
