"""A layer may begin with any state, and its last cell state go on elsewhere: torch says what becomes of both."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.cells import cell_named
from rnnviz.engines.encoder_decoder import NUMPY, Walks
from rnnviz.engines.layer import KINDS, Held, Weights
from rnnviz.engines.torch_engine import walks
from rnnviz.experiment import Experiment
from rnnviz.hold import Hold
from tests.engines.test_autograd import same

ENGINES = {"numpy": lambda cell: NUMPY, "torch": lambda cell: walks(Experiment(cell=cell), "float64")}
each_engine = pytest.mark.parametrize("engine", ENGINES)


@each_engine
@given(
    cell=st.sampled_from(("rnn", "gru", "lstm")),
    reverse=st.booleans(),
    steps=st.integers(1, 7),
    hidden=st.integers(1, 5),
    width=st.integers(0, 3),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40, deadline=None)
def test_a_layer_from_any_state_equals_torchs_module(
    engine: str, cell: str, reverse: bool, steps: int, hidden: int, width: int, seed: int
) -> None:
    rng, own = np.random.default_rng(seed), cell_named(cell)
    rows = len(own.blocks) * hidden
    weights = Weights(*(rng.standard_normal(shape) for shape in ((rows, width), (rows, hidden), rows, rows)))
    x, dout = rng.standard_normal((steps, width)), rng.standard_normal((steps, hidden))
    h0, c0, dc = rng.standard_normal((3, hidden))
    dout_c = np.zeros((steps, hidden))
    dout_c[0 if reverse else -1] = dc if own.has_c else 0.0
    walk: Walks = ENGINES[engine](cell)
    run = walk.forward(own, weights, x, Held((), "l0", steps, hidden), reverse, h0, c0, None)
    # Torch's way back of a reverse layer begins at its first position; an encoder's never hands on its c.
    handed = dout_c if own.has_c and not reverse else None
    back = walk.backward(run, dout, None, handed)
    grads = walk.gradients(run, back.from_x, back.from_h)

    module = getattr(nn, cell.upper())(max(width, 1), hidden, dtype=torch.float64)
    given_weights = dict(zip(KINDS, (weights.ih, weights.hh, weights.b_ih, weights.b_hh), strict=True))
    if not width:  # a module reads at least one number: a zero
        x, given_weights["weight_ih"] = np.zeros((steps, 1)), np.zeros((rows, 1))
    module.load_state_dict({f"{kind}_l0": torch.tensor(value) for kind, value in given_weights.items()})
    starts = [torch.tensor(one[None], requires_grad=True) for one in ((h0, c0) if own.has_c else (h0,))]
    way = slice(None, None, -1 if reverse else 1)
    out, last = module(torch.tensor(x[way].copy()), tuple(starts) if own.has_c else starts[0])
    loss = (out * torch.tensor(dout[way].copy())).sum()
    if handed is not None:
        loss = loss + (last[1][0] * torch.tensor(dc)).sum()
    loss.backward()

    same(run.values["h"][way], out.detach().numpy(), "h")
    for ours, theirs in zip((back.dh0, back.dc0), starts, strict=False):
        assert ours is not None and theirs.grad is not None
        same(ours, theirs.grad.numpy()[0], "the state it began with", 1e-12)
    assert (back.dc0 is None) == (not own.has_c)
    for kind, ours in zip(KINDS, grads, strict=True):
        theirs = getattr(module, f"{kind}_l0").grad.numpy()
        if width or kind != "weight_ih":
            same(ours, theirs, kind, 1e-12)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_with_gates_held_the_engines_agree(cell: str) -> None:
    rng, own = np.random.default_rng(1), cell_named(cell)
    rows = len(own.blocks) * 3
    weights = Weights(*(rng.standard_normal(shape) for shape in ((rows, 2), (rows, 3), rows, rows)))
    x, dout, dout_c = rng.standard_normal((5, 2)), rng.standard_normal((5, 3)), np.zeros((5, 3))
    dout_c[-1] = 1.0
    h0, c0 = rng.standard_normal((2, 3))
    held = Held((Hold(own.gates[1], 0.3, unit=1, start=4, stop=8),), "l0", 5, 3, first=3)
    found = []
    for engine in ENGINES.values():
        walk = engine(cell)
        run = walk.forward(own, weights, x, held, False, h0, c0, None)
        gate = run.values[own.gates[1]]
        assert (gate[1:, 1] == 0.3).all() and gate[0, 1] != 0.3 and (gate[:, 0] != 0.3).all()
        found.append((run, walk.backward(run, dout, None, dout_c if own.has_c else None)))
    (run, back), (other, theirs) = found
    same(run.values["h"], other.values["h"], "h")
    same(back.dh, theirs.dh, "dh")
    assert back.dh0 is not None and theirs.dh0 is not None
    same(back.dh0, theirs.dh0, "dh0")
