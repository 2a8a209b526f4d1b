"""A trace at the prompt is one line."""

from __future__ import annotations

from rnnviz import Experiment, run


def test_its_numbers_do_not_fill_the_screen() -> None:
    trace = run(Experiment(cell="gru", text="hello", hidden_size=3))
    assert repr(trace) == f"<Trace: gru, T=5, H=3, 1 layer, L={trace.losses.sum():.4g}>"
    assert repr(trace.layers) == "{'l0': <LayerTrace: T=5, D=4, H=3>}"
    both = run(Experiment(cell="lstm", text="ab", num_layers=2, bidirectional=True))
    assert repr(both).startswith("<Trace: lstm, T=2, H=5, 2 layers in both directions, L=")
