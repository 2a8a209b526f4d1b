"""Hochreiter & Schmidhuber 1997, "Long short-term memory"; Gers, Schmidhuber & Cummins 2000 for the forget gate.

Along the cell state alone, ∂c_t/∂c_s = ∏ f over the steps between. The whole gradient has further paths, through h and
the gates.
"""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, Hold, run
from rnnviz.trace import Array, LayerTrace

BASE = Experiment(cell="lstm", hidden_size=6, text="the constant error carousel", loss="last", seed=4)


def product_of_forget_gates(layer: LayerTrace) -> Array:
    """Return (T, H): for each s, the product of f from step s + 1 to the last."""
    later = np.vstack([layer.gates["f"][1:], np.ones((1, layer.h.shape[1]))])
    return np.asarray(np.cumprod(later[::-1], axis=0)[::-1])


def memory(layer: LayerTrace) -> tuple[Array, Array]:
    """Return (T, H) twice: c and dL/dc."""
    assert layer.c is not None
    assert layer.dc is not None
    return layer.c, layer.dc


def test_without_recurrent_weights_the_gradient_is_the_product_of_forget_gates() -> None:
    """∂c_T/∂c_s = ∏ f_τ, entry by entry, over 27 steps."""
    layer = run(BASE.replace(gain=0.0)).layers["l0"]
    _, dc = memory(layer)
    np.testing.assert_allclose(dc, product_of_forget_gates(layer) * dc[-1], rtol=1e-12)


def test_the_whole_gradient_is_not_that_product_alone() -> None:
    layer = run(BASE).layers["l0"]
    _, dc = memory(layer)
    along_c = product_of_forget_gates(layer) * dc[-1]
    assert np.abs(dc[0] - along_c[0]).max() > 0.01 * np.abs(along_c[0]).max()
    assert np.abs(layer.dh[:-1]).max() > 0


def test_with_f_open_the_error_is_carried_unchanged_and_with_i_shut_the_memory_too() -> None:
    """The constant error carousel, f = 1: the gradient of c neither vanishes nor explodes; i = 0 keeps c itself."""
    carousel = BASE.replace(gain=0.0, hold=(Hold("f", 1.0),))
    _, dc = memory(run(carousel).layers["l0"])
    assert (dc == dc[-1]).all()
    kept, _ = memory(
        run(carousel.replace(hold=(Hold("f", 1.0, start=10), Hold("i", 0.0, start=10)), gain=1.0)).layers["l0"]
    )
    assert (kept[9:] == kept[9]).all()
    assert (kept[:9] != kept[9]).any()


def test_with_f_shut_nothing_of_the_past_is_left_in_c() -> None:
    cut = run(BASE.replace(gain=0.0, hold=(Hold("f", 0.0, start=10, stop=11),))).layers["l0"]
    c, dc = memory(cut)
    assert (dc[:10] == 0).all()
    assert (dc[10:] != 0).all()
    assert (c[10] == cut.gates["i"][10] * cut.gates["g"][10]).all()


def test_o_is_the_filter_between_memory_and_output() -> None:
    layer = run(BASE.replace(hold=(Hold("o", 0.0, start=5, stop=6),))).layers["l0"]
    c, dc = memory(layer)
    assert (layer.h[5] == 0).all()
    assert (c[5] != 0).all()
    assert (dc[5] != 0).any()  # the memory is hidden at this step, not lost: the gradient goes on along c


def test_a_step_of_c_is_what_the_equations_say() -> None:
    layer = run(BASE).layers["l0"]
    c, _ = memory(layer)
    c_prev = np.vstack([np.zeros(6), c[:-1]])
    gates = layer.gates
    np.testing.assert_allclose(c, gates["f"] * c_prev + gates["i"] * gates["g"], rtol=1e-15)
    np.testing.assert_allclose(layer.h, gates["o"] * np.tanh(c), rtol=1e-15)


@pytest.mark.parametrize("bias", [0.0, 1.0, 3.0])
def test_a_forget_bias_b_keeps_a_share_sigma_of_b_each_step(bias: float) -> None:
    """With no weights on f, f = σ(b) whatever comes: memory decays with the time constant −1 / ln σ(b)."""
    parameters = dict(run(BASE.replace(forget_bias=bias, gain=0.0)).parameters)
    parameters["weight_ih_l0"] = parameters["weight_ih_l0"].copy()
    parameters["weight_ih_l0"][6:12] = 0
    layer = run(BASE, parameters=parameters).layers["l0"]
    share = 1 / (1 + np.exp(-bias))
    np.testing.assert_allclose(layer.gates["f"], share, rtol=1e-15)
    _, dc = memory(layer)
    np.testing.assert_allclose(np.log(dc[0] / dc[-1]), 26 * np.log(share), rtol=1e-12)
