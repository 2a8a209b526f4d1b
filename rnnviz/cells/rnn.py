r"""The plain recurrent network (Elman, 1990).

.. math:: h_t = \phi(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh}), \quad \phi = \tanh, \mathrm{relu}, \mathrm{id}

Its gradient flows back by :math:`\partial h_t / \partial h_{t-1} = \mathrm{diag}(\phi'(a_t))\, W_{hh}`, a product of
which, step after step, vanishes or explodes (Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnnviz.cells.base import Adjoints, Cell, Holding, relu, tanh
from rnnviz.trace import Array


class RNN(Cell):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh)."""

    blocks = ("h",)
    gates = ()

    @staticmethod
    def forward(from_x: Array, from_h: Array, h_prev: Array, c_prev: Array, hold: Holding) -> dict[str, Array]:
        """One step of the tanh network."""
        (a,) = from_x + from_h
        h = tanh(a)
        return {"h": h}

    @staticmethod
    def sums(from_x: Array, from_h: Array, values: Mapping[str, Array]) -> dict[str, Array]:
        """Return the one sum that tanh is taken of."""
        (a,) = from_x + from_h
        return {"h": a}

    @staticmethod
    def derivatives(
        values: Mapping[str, Array], sums: Mapping[str, Array], h_prev: Array, c_prev: Array
    ) -> dict[str, Array]:
        """Return tanh′(a) = 1 − h²."""
        return {"h": 1 - values["h"] ** 2}

    @staticmethod
    def backward(dh: Array, dc: Array, local: Array) -> Adjoints:
        """dL/da_t = dL/dh_t · φ′(a_t); what is left of the way to h_{t−1} is W_hh."""
        (h_a,) = local
        da = dh * h_a
        return Adjoints(dc, (da,), (da,), 0.0, dc)


class ReluRNN(RNN):
    """h_t = max(0, W_ih x_t + b_ih + W_hh h_{t−1} + b_hh); with W_hh = I and b = 0 the IRNN (Le et al. 2015)."""

    @staticmethod
    def forward(from_x: Array, from_h: Array, h_prev: Array, c_prev: Array, hold: Holding) -> dict[str, Array]:
        """One step of the ReLU network."""
        (a,) = from_x + from_h
        h = relu(a)
        return {"h": h}

    @staticmethod
    def derivatives(
        values: Mapping[str, Array], sums: Mapping[str, Array], h_prev: Array, c_prev: Array
    ) -> dict[str, Array]:
        """Return 1 where the unit is on, 0 where it is off; at a = 0, too, as torch does."""
        return {"h": np.where(sums["h"] > 0, 1.0, 0.0)}


class LinearRNN(RNN):
    """h_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh: the network whose gradient is W_hh's powers and nothing else."""

    @staticmethod
    def forward(from_x: Array, from_h: Array, h_prev: Array, c_prev: Array, hold: Holding) -> dict[str, Array]:
        """One step of the linear network."""
        (a,) = from_x + from_h
        h = a
        return {"h": h}

    @staticmethod
    def derivatives(
        values: Mapping[str, Array], sums: Mapping[str, Array], h_prev: Array, c_prev: Array
    ) -> dict[str, Array]:
        """Return 1 everywhere."""
        return {"h": np.ones_like(values["h"])}
