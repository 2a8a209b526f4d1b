r"""Long short-term memory (Hochreiter & Schmidhuber 1997; the forget gate: Gers, Schmidhuber & Cummins 2000).

.. math::
    i_t &= \sigma(W_{ii} x_t + b_{ii} + W_{hi} h_{t-1} + b_{hi}) \\
    f_t &= \sigma(W_{if} x_t + b_{if} + W_{hf} h_{t-1} + b_{hf}) \\
    g_t &= \tanh(W_{ig} x_t + b_{ig} + W_{hg} h_{t-1} + b_{hg}) \\
    o_t &= \sigma(W_{io} x_t + b_{io} + W_{ho} h_{t-1} + b_{ho}) \\
    c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
    h_t &= o_t \odot \tanh(c_t)

Blocks stand in torch's order i, f, g, o (Keras: i, f, c, o), with two biases that add.
"""

from __future__ import annotations

from collections.abc import Mapping

from rnnviz.cells.base import Adjoints, Cell, Holding, sigmoid, tanh
from rnnviz.hold import GATES
from rnnviz.trace import Array


class LSTM(Cell):
    """Input gate i, forget gate f, candidate g, output gate o; cell state c beside h."""

    blocks = gates = GATES["lstm"]
    has_c = True

    @staticmethod
    def forward(from_x: Array, from_h: Array, h_prev: Array, c_prev: Array, hold: Holding) -> dict[str, Array]:
        """One step of an LSTM."""
        a_i, a_f, a_g, a_o = from_x + from_h
        i = hold("i", sigmoid(a_i))
        f = hold("f", sigmoid(a_f))
        g = hold("g", tanh(a_g))
        o = hold("o", sigmoid(a_o))
        c = f * c_prev + i * g
        h = o * tanh(c)
        return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}

    @staticmethod
    def sums(from_x: Array, from_h: Array, values: Mapping[str, Array]) -> dict[str, Array]:
        """Return what i, f, g and o are taken of."""
        a_i, a_f, a_g, a_o = from_x + from_h
        return {"i": a_i, "f": a_f, "g": a_g, "o": a_o}

    @staticmethod
    def derivatives(
        values: Mapping[str, Array], sums: Mapping[str, Array], h_prev: Array, c_prev: Array
    ) -> dict[str, Array]:
        """Return each line's derivative by what stands on its right."""
        i, f, g, o = values["i"], values["f"], values["g"], values["o"]
        tanh_c = tanh(values["c"])
        return {
            "c_prev": f,  # ∂c/∂c_prev, the conveyor belt
            "i": g * i * (1 - i),  # ∂c/∂a_i
            "f": c_prev * f * (1 - f),  # ∂c/∂a_f
            "g": i * (1 - g**2),  # ∂c/∂a_g
            "o": tanh_c * o * (1 - o),  # ∂h/∂a_o
            "c": o * (1 - tanh_c**2),  # ∂h/∂c
        }

    @staticmethod
    def backward(dh: Array, dc: Array, local: Array) -> Adjoints:
        """Gradient joins c from h_t and leaves it through the gates; along the belt it meets f alone."""
        c_c, c_i, c_f, c_g, h_o, h_c = local
        dc = dc + dh * h_c
        da_i = dc * c_i
        da_f = dc * c_f
        da_g = dc * c_g
        da_o = dh * h_o
        dc_prev = dc * c_c
        da = da_i, da_f, da_g, da_o
        return Adjoints(dc, da, da, 0.0, dc_prev)
