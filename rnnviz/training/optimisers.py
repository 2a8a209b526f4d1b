r"""The optimisers, by name: what becomes of a gradient before it is taken off the weights.

Each is a few lines that are its equations, in the form that ``torch.optim`` gives them, with torch's defaults: from the
same start both give the same curve. What an optimiser remembers of each parameter bears torch's name, too, so that a
run saved under one engine goes on under the other. Below θ is a parameter, g its gradient, η the learning rate and u
the number of the update, from 1; all operations are pointwise, a small ε keeps quotients finite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnnviz.trace import Array

Memory = dict[str, Array]
"""What is remembered of one parameter, under torch's names, in arrays of its shape."""


def sgd(g: Array, memory: Memory, rate: float, u: int) -> Array:
    r"""Gradient descent on minibatches (Robbins & Monro 1951).

    .. math:: \theta \leftarrow \theta - \eta g
    """
    return rate * g


def momentum(g: Array, memory: Memory, rate: float, u: int, mu: float = 0.9) -> Array:
    r"""Gradient descent with momentum (Polyak 1964), as Sutskever et al. 2013 write it, but η outside, as in torch.

    .. math:: v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v
    """
    v = memory["momentum_buffer"]
    v[...] = mu * v + g
    return rate * v


def adagrad(g: Array, memory: Memory, rate: float, u: int, eps: float = 1e-10) -> Array:
    r"""AdaGrad (Duchi, Hazan & Singer 2011): the more a weight has been moved, the less it moves.

    .. math:: s \leftarrow s + g^2, \qquad \theta \leftarrow \theta - \eta \, g / (\sqrt{s} + \varepsilon)
    """
    s = memory["sum"]
    s[...] = s + g * g
    return rate * g / (np.sqrt(s) + eps)


def rmsprop(g: Array, memory: Memory, rate: float, u: int, alpha: float = 0.99, eps: float = 1e-8) -> Array:
    r"""RMSprop (Tieleman & Hinton 2012, lecture 6.5): AdaGrad that forgets.

    .. math::
        s \leftarrow \alpha s + (1 - \alpha) g^2, \qquad \theta \leftarrow \theta - \eta \, g / (\sqrt{s} + \varepsilon)
    """
    s = memory["square_avg"]
    s[...] = alpha * s + (1 - alpha) * g * g
    return rate * g / (np.sqrt(s) + eps)


def adam(
    g: Array, memory: Memory, rate: float, u: int, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
) -> Array:
    r"""Adam (Kingma & Ba 2015, algorithm 1): means of g and of g², freed from the zeros that they started from.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        \hat m = m / (1 - \beta_1^u), \qquad \hat v = v / (1 - \beta_2^u), \qquad
        \theta \leftarrow \theta - \eta \, \hat m / (\sqrt{\hat v} + \varepsilon)
    """
    m, v = memory["exp_avg"], memory["exp_avg_sq"]
    m[...] = beta1 * m + (1 - beta1) * g
    v[...] = beta2 * v + (1 - beta2) * g * g
    m_hat = m / (1 - beta1**u)
    v_hat = v / (1 - beta2**u)
    return rate * m_hat / (np.sqrt(v_hat) + eps)


@dataclass(frozen=True)
class Optimiser:
    """An optimiser.

    Attributes
    ----------
    change : callable
        ``change(g, memory, rate, u)`` brings the memory up to date and returns what is taken off the parameter.
    remembers : tuple of str
        Names of what it remembers of each parameter; all begins with zeros.
    rate : float
        The learning rate to begin with where none is given.
    """

    change: Callable[[Array, Memory, float, int], Array]
    remembers: tuple[str, ...]
    rate: float


OPTIMISERS: Final[Mapping[str, Optimiser]] = {
    "adam": Optimiser(adam, ("exp_avg", "exp_avg_sq"), 1e-3),
    "sgd": Optimiser(sgd, (), 1e-1),
    "momentum": Optimiser(momentum, ("momentum_buffer",), 1e-2),
    "rmsprop": Optimiser(rmsprop, ("square_avg",), 1e-3),
    "adagrad": Optimiser(adagrad, ("sum",), 1e-2),
}
