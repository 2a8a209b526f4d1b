"""What a cell is: a pointwise pair, forward and backward, that one time loop drives for all cells."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from rnnviz.trace import Array

Holding = Callable[[str, Array], Array]
"""``hold(gate, value)`` returns the value the gate goes on with: ``value`` itself, unless the gate is held."""


ONE = np.array(1.0)
"""An array, since NumPy adds one faster than a plain number."""


def free(gate: str, value: Array) -> Array:
    """Hold nothing: every gate goes on with the value its equation gives."""
    return value


def sigmoid(a: Array) -> Array:
    """σ(a) = 1 / (1 + e^−a). Where e^−a overflows the quotient is an exact 0."""
    s = -a  # one new array, worked on in place: the loop over time spends most of its time here
    np.exp(s, s)
    s += ONE
    return np.reciprocal(s, s)


def tanh(a: Array) -> Array:
    """Hyperbolic tangent."""
    y: Array = np.tanh(a)
    return y


def relu(a: Array) -> Array:
    """max(a, 0)."""
    return np.maximum(a, 0)


class Adjoints(NamedTuple):
    """What the loss's gradient becomes on its way back through one step of a cell; arrays (…, H).

    Attributes
    ----------
    dc : array
        Total gradient dL/dc_t, the path through h_t joined. A cell without c hands on the zeros it is given.
    from_x, from_h : tuple of arrays
        Gradients of the sums W_ih x_t + b_ih and W_hh h_{t−1} + b_hh, one (…, H) for each of the cell's blocks.
    h_prev : array or 0
        The part of dL/dh_{t−1} that does not pass through W_hh.
    c_prev : array
        dL/dc_{t−1}, as far as it comes from step t.
    """

    dc: Array
    from_x: tuple[Array, ...]
    from_h: tuple[Array, ...]
    h_prev: Array | float
    c_prev: Array


class Cell(ABC):
    """One step of a recurrent network, without its matrix products: those are the same for every cell.

    The engine hands `forward` the sums ``from_x`` = W_ih x_t + b_ih and ``from_h`` = W_hh h_{t−1} + b_hh, cut into
    the cell's blocks of H rows: (G, H). All lines are pointwise; a leading axis of blocks is unpacked by name.

    Attributes
    ----------
    blocks : tuple of str
        Names of the G blocks in the rows of W_ih and W_hh, in torch's order. This is the one place that fixes it.
    gates : tuple of str
        The blocks that are gates, that is, have an activation of their own to look at and to hold.
    has_c : bool
        Whether there is a cell state c beside the hidden state h.
    one_sum : bool
        Whether ``from_x`` and ``from_h`` occur only as their sum, so that both have the same gradient.
    """

    blocks: ClassVar[tuple[str, ...]]
    gates: ClassVar[tuple[str, ...]]
    has_c: ClassVar[bool] = False
    one_sum: ClassVar[bool] = True

    @staticmethod
    @abstractmethod
    def forward(from_x: Array, from_h: Array, h_prev: Array, c_prev: Array, hold: Holding) -> dict[str, Array]:
        """Return the step's quantities by name: the gates, "c" if the cell has one, and "h"; each (H,)."""

    @staticmethod
    @abstractmethod
    def sums(from_x: Array, from_h: Array, values: Mapping[str, Array]) -> dict[str, Array]:
        """Return the preactivations by name, for all steps at once: from (G, T, H) and the gates' (T, H)."""

    @staticmethod
    @abstractmethod
    def derivatives(
        values: Mapping[str, Array], sums: Mapping[str, Array], h_prev: Array, c_prev: Array
    ) -> dict[str, Array]:
        """Return the local derivatives that `backward` multiplies with, for all steps at once; each (T, H).

        Their order is the order in which `backward` unpacks them. One that bears a gate's name is the derivative by
        that gate's preactivation: it is set to zero where the gate is held.
        """

    @staticmethod
    @abstractmethod
    def backward(dh: Array, dc: Array, local: Array) -> Adjoints:
        """Take dL/dh_t and dL/dc_t one step back: the chain rule, line by line.

        Parameters
        ----------
        dh, dc : (…, H)
            Total dL/dh_t, and dL/dc_t as far as it comes from step t + 1. Any leading axes: one adjoint or many.
        local : (K, H)
            The step's K local derivatives.
        """
