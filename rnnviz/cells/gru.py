r"""The gated recurrent unit, as PyTorch, cuDNN and Keras (``reset_after=True``) compute it.

.. math::
    r_t &= \sigma(W_{ir} x_t + b_{ir} + W_{hr} h_{t-1} + b_{hr}) \\
    z_t &= \sigma(W_{iz} x_t + b_{iz} + W_{hz} h_{t-1} + b_{hz}) \\
    n_t &= \tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn})) \\
    h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}

Conventions differ, and learners trip over it: here z = 1 keeps the old state, and r scales *after* the product with
W_hn. That is the first version of Cho et al. 2014 (arXiv 1406.1078v1); its third version resets before the product,
and Chung et al. 2014 swap z and 1 − z.
"""

from __future__ import annotations

from collections.abc import Mapping

from rnnviz.cells.base import Adjoints, Cell, Holding, sigmoid, tanh
from rnnviz.hold import GATES
from rnnviz.trace import Array


class GRU(Cell):
    """Reset gate r, update gate z, candidate n; no cell state."""

    blocks = gates = GATES["gru"]
    one_sum = False

    @staticmethod
    def forward(from_x: Array, from_h: Array, h_prev: Array, c_prev: Array, hold: Holding) -> dict[str, Array]:
        """One step of a GRU; reset after the product, z = 1 keeps."""
        x_r, x_z, x_n = from_x
        h_r, h_z, h_n = from_h
        r = hold("r", sigmoid(x_r + h_r))
        z = hold("z", sigmoid(x_z + h_z))
        n = hold("n", tanh(x_n + r * h_n))
        h = (1 - z) * n + z * h_prev
        return {"r": r, "z": z, "n": n, "h": h}

    @staticmethod
    def sums(from_x: Array, from_h: Array, values: Mapping[str, Array]) -> dict[str, Array]:
        """Return what r, z and n are taken of, and "hn", the part of n's sum that r scales."""
        x_r, x_z, x_n = from_x
        h_r, h_z, h_n = from_h
        return {"r": x_r + h_r, "z": x_z + h_z, "n": x_n + values["r"] * h_n, "hn": h_n}

    @staticmethod
    def derivatives(
        values: Mapping[str, Array], sums: Mapping[str, Array], h_prev: Array, c_prev: Array
    ) -> dict[str, Array]:
        """Return each line's derivative by what stands on its right."""
        r, z, n = values["r"], values["z"], values["n"]
        return {
            "r": sums["hn"] * r * (1 - r),  # ∂a_n/∂a_r
            "z": (h_prev - n) * z * (1 - z),  # ∂h/∂a_z
            "n": (1 - z) * (1 - n**2),  # ∂h/∂a_n
            "hn": r,  # ∂a_n/∂a_hn
            "h_prev": z,  # ∂h/∂h_prev, the path that z keeps open
        }

    @staticmethod
    def backward(dh: Array, dc: Array, local: Array) -> Adjoints:
        """Only n's recurrent half is scaled by r, so the sums of x and of h get different gradients there."""
        n_r, h_z, h_n, n_hn, h_h = local
        da_z = dh * h_z
        da_n = dh * h_n
        da_r = da_n * n_r
        da_hn = da_n * n_hn
        dh_prev = dh * h_h
        return Adjoints(dc, (da_r, da_z, da_n), (da_r, da_z, da_hn), dh_prev, dc)
