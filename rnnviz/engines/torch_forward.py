r"""One layer forward: h from torch's module, and what the module hid, for all steps at once.

A module returns h alone. But once h is known, no step waits for another: x_t and h_{t−1} give all sums, these all
gates, and these the local derivatives. An LSTM's cell state is all that has to go through time a second time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from rnnviz.cells import Cell
from rnnviz.engines.layer import Held, Run, Weights, order, previous
from rnnviz.trace import Array

FUSED: Final[Mapping[str, Callable[..., Any]]] = {
    "LSTM": torch.lstm,
    "GRU": torch.gru,
    "RNN": torch.rnn_tanh,
    "ReluRNN": torch.rnn_relu,
}
"""By `Cell`, what ``nn.LSTM``, ``nn.GRU`` and ``nn.RNN`` call. None of them is linear or lets a gate be held."""

LSTM_LOCAL: Final = ("c_prev", "i", "f", "g", "o", "c")
"""The local derivatives of `rnnviz.cells.lstm`, in its order."""

times_sigmoid_slope: Final = torch.ops.aten.sigmoid_backward.grad_input
"""``(d, y)`` to d ⊙ y (1 − y): what autograd takes back through y = σ(a), in one pass over memory."""
times_tanh_slope: Final = torch.ops.aten.tanh_backward.grad_input
"""``(d, y)`` to d ⊙ (1 − y²), back through y = tanh(a)."""


First = tuple[Array, Array]
"""The h and c, (H,) each, that a layer begins with."""


def states(
    cell: type[Cell], weights: Weights, x: Array, held: Held, reverse: bool, dtype: str, first: First | None = None
) -> Array:
    """Return h, (T, H), of a layer that reads (T, D), computed in ``dtype``, from zeros or from ``first`` on."""
    if held.values or cell.__name__ not in FUSED:
        return walked(cell, weights, x, held, reverse, dtype, first)
    own = (weights.ih, weights.hh, weights.b_ih, weights.b_hh)
    with one_thread(), torch.inference_mode():
        parameters = [tensor(value, dtype) for value in own]
        steps = tensor(x, dtype)[:, None]
        zeros = steps.new_zeros(1, 1, weights.hh.shape[1])
        h0, c0 = (zeros, zeros) if first is None else (tensor(one, dtype).view_as(zeros) for one in first)
        start = (h0, c0) if cell.has_c else h0
        # With biases, one layer, no dropout, not in training, in one direction, time first.
        options = True, 1, 0.0, False, False, False
        h = FUSED[cell.__name__](steps.flip(0) if reverse else steps, start, parameters, *options)[0]
        return array((h.flip(0) if reverse else h)[:, 0])


def walked(
    cell: type[Cell], weights: Weights, x: Array, held: Held, reverse: bool, dtype: str, first: First | None = None
) -> Array:
    """Return h, (T, H), of a layer that torch has no module for: by the cell's lines, step by step."""
    hidden = weights.hh.shape[1]
    own = (weights.ih, weights.hh, weights.b_ih, weights.b_hh)
    ih, hh, b_ih, b_hh = (value.astype(dtype) for value in own)
    from_x = (x.astype(dtype) @ ih.T + b_ih).reshape(len(x), -1, hidden)
    found = np.empty((len(x), hidden))
    h, c = (np.zeros(hidden, dtype),) * 2 if first is None else (one.astype(dtype) for one in first)
    for t in order(0, len(x), reverse):
        step = cell.forward(from_x[t], (h @ hh.T + b_hh).reshape(-1, hidden), h, c, held.at(t))
        h, c = step["h"].astype(dtype), step.get("c", c).astype(dtype)
        found[t] = h
    return found


def opened(
    cell: type[Cell], weights: Weights, x: Array, h: Array, held: Held, reverse: bool, first: First | None = None
) -> Run:
    """Return all that a layer did on its way to h, (T, H)."""
    h0, c0 = (np.zeros(h.shape[1]),) * 2 if first is None else first
    h_prev = previous(h, reverse, h0)
    if cell.has_c:
        values, sums, local = lstm(cell, weights, x, h_prev, held, reverse, None if first is None else c0)
    else:
        values, sums, local = rnn_or_gru(cell, weights, x, h_prev, held)
    return Run(cell, weights, reverse, {**values, "h": h}, sums, x, h0, c0, h_prev, local)


Opened = tuple[dict[str, Array], Mapping[str, Array], Array]
"""Values and sums by name, (T, H) each, and the local derivatives, (T, K, H), of `Run`."""


def rnn_or_gru(cell: type[Cell], weights: Weights, x: Array, h_prev: Array, held: Held) -> Opened:
    """Open a plain network or a GRU: by the cell's own lines, on all steps at once."""
    with one_thread(), torch.inference_mode():
        hidden, no_c = h_prev.shape[1], np.zeros_like(h_prev)
        from_x = array(linear(x, weights.ih, weights.b_ih, hidden))
        from_h = array(linear(h_prev, weights.hh, weights.b_hh, hidden))
    values = cell.forward(from_x, from_h, h_prev, no_c, held.at(slice(None)))
    sums = cell.sums(from_x, from_h, values)
    local = held.cut(cell.derivatives(values, sums, h_prev, no_c))
    return values, sums, np.stack(list(local.values()), axis=1)


def lstm(
    cell: type[Cell], weights: Weights, x: Array, h_prev: Array, held: Held, reverse: bool, c0: Array | None = None
) -> Opened:
    r"""Open an LSTM, which torch's own runs so fast that here what costs most is new memory: each number is put once.

    .. math::
        (i, f, o)_t &= \sigma(a_t), \quad g_t = \tanh(a_t), \quad a_t = W_{ih} x_t + W_{hh} h_{t-1} + b_{ih} + b_{hh} \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t
    """
    with one_thread(), torch.inference_mode():
        a = linear(x, weights.ih, weights.b_ih + weights.b_hh, h_prev.shape[1])
        a.baddbmm_(*factors(h_prev, weights.hh, h_prev.shape[1]))
        gates = torch.sigmoid(a)
        g = cell.blocks.index("g")
        torch.tanh(a[g], out=gates[g])
    sums, values = dict(zip(cell.blocks, array(a), strict=True)), dict(zip(cell.blocks, array(gates), strict=True))
    hold = held.at(slice(None))
    values = {gate: hold(gate, value) for gate, value in values.items()}
    way = slice(None, None, -1 if reverse else 1)
    kept, new = values["f"][way], (values["i"] * values["g"])[way]
    if c0 is not None:
        new[0] += kept[0] * c0
    c = accumulated(kept, new)
    values["c"] = c[way].copy() if reverse else c
    before = previous(values["c"], reverse, np.zeros(h_prev.shape[1]) if c0 is None else c0)
    return values, sums, lstm_derivatives(values, before, held)


def lstm_derivatives(values: Mapping[str, Array], c_prev: Array, held: Held) -> Array:
    r"""Return an LSTM's local derivatives, (T, 6, H), under the names `LSTM_LOCAL`.

    .. math::
        \partial c_t / \partial (c_{t-1}, a_i, a_f, a_g) &=
            (f,\; g \odot i (1 - i),\; c_{t-1} \odot f (1 - f),\; i \odot (1 - g^2)) \\
        \partial h_t / \partial (a_o, c_t) &= (\tanh c_t \odot o (1 - o),\; o \odot (1 - \tanh^2 c_t))
    """
    with one_thread(), torch.inference_mode():
        i, f, g, o, c = (tensor(values[name]) for name in ("i", "f", "g", "o", "c"))
        tanh_c = torch.tanh(c)
        found = i.new_empty(len(i), 6, i.shape[1])
        found[:, 0] = f
        times_sigmoid_slope(g, i, grad_input=found[:, 1])
        times_sigmoid_slope(tensor(c_prev), f, grad_input=found[:, 2])
        times_tanh_slope(i, g, grad_input=found[:, 3])
        times_sigmoid_slope(tanh_c, o, grad_input=found[:, 4])
        times_tanh_slope(o, tanh_c, grad_input=found[:, 5])
    local = array(found)
    for gate, value in held.values.items():
        local[:, LSTM_LOCAL.index(gate)][~np.isnan(value)] = 0.0
    return local


def accumulated(kept: Array, new: Array) -> Array:
    """Return c, (T, H), of c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t, from f and from i ⊙ g; of a c_{−1}, f_0 c_{−1} is in that.

    Two such steps make one of the same form (Blelloch 1990), f_{t+1} f_t and f_{t+1} (i g)_t + (i g)_{t+1}; so half as
    many steps give every second c, and these the others.
    """
    if len(kept) == 1:
        return new.copy()
    even, odd = slice(0, len(kept) - 1, 2), slice(1, None, 2)
    found = np.empty_like(new)
    found[odd] = accumulated(kept[odd] * kept[even], kept[odd] * new[even] + new[odd])
    found[0] = new[0]
    found[2::2] = kept[2::2] * found[1:-1:2] + new[2::2]
    return found


def linear(x: Array, weight: Array, bias: Array, hidden: int) -> Tensor:
    """Return W x_t + b for all t, (G, T, H): the cell's blocks one after the other, each in one piece."""
    return torch.baddbmm(tensor(bias).view(-1, 1, hidden), *factors(x, weight, hidden))


def factors(x: Array, weight: Array, hidden: int) -> tuple[Tensor, Tensor]:
    """Return (G, T, N) and (G, N, H), of which W x_t, (G, T, H), is the product; from (T, N) and (GH, N)."""
    blocks = tensor(weight).view(len(weight) // hidden, hidden, x.shape[1])
    return tensor(x).expand(len(blocks), *x.shape), blocks.mT


def tensor(values: Array, dtype: str = "float64") -> Tensor:
    """Return an array as a tensor that is only read: of the same memory, where torch takes it and has that dtype."""
    takes = values.flags.writeable and values.flags.c_contiguous and min(values.strides) > 0
    return torch.from_numpy(values if takes else values.copy()).to(getattr(torch, dtype))


def array(values: Tensor) -> Array:
    """Return a tensor as a float64 array, without a copy if it is one."""
    return np.asarray(values.double().numpy())


_ALONE = threading.Lock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread, the fastest for one sequence, and give back what it had.

    That number is the process's: of two runs at once, the second would take the 1 of the first for what there was.
    """
    with _ALONE:
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)


_SIDE_BY_SIDE: list[int] = []
"""What torch had before the first of those that `one_thread_each` has inside, as often as there are such."""


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let torch use one thread as `one_thread` does, for work so long that others must not wait for its end.

    Any number of these go on at once; the last one out gives back what the first one found.
    """
    if not _SIDE_BY_SIDE and torch.get_num_threads() == 1:  # as in a process that only trains, at every update
        yield
        return
    with _ALONE:
        _SIDE_BY_SIDE.append(_SIDE_BY_SIDE[0] if _SIDE_BY_SIDE else torch.get_num_threads())
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _ALONE:
            before = _SIDE_BY_SIDE.pop()
            if not _SIDE_BY_SIDE:
                torch.set_num_threads(before)
