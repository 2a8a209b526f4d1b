"""Many rows times one matrix, without waking the threads of the linear algebra library.

A product above a certain size is shared out among all processors. For the sizes met here that gains little when they
are idle, and costs a hundredfold when they are not: the threads wait for each other.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rnnviz.trace import Array

SERIAL: Final = 2**18
"""Multiplications up to which OpenBLAS keeps a product to one thread (its interface/gemm.c)."""


def product(rows: Array, matrix: Array, out: Array | None = None) -> Array:
    """Return ``rows`` @ ``matrix``, (N, K) by (K, M), block of rows by block of rows."""
    count, (depth, width) = len(rows), matrix.shape
    block = max(1, SERIAL // max(1, matrix.size))
    if count <= block or not rows.flags.c_contiguous:
        return np.matmul(rows, matrix, out=out)
    out = np.empty((count, width), np.result_type(rows, matrix)) if out is None else out
    whole = count - count % block
    np.matmul(rows[:whole].reshape(-1, block, depth), matrix, out=out[:whole].reshape(-1, block, width))
    if whole < count:
        np.matmul(rows[whole:], matrix, out=out[whole:])
    return out
