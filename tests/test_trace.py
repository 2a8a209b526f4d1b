"""A trace at the prompt is one line."""

from __future__ import annotations

import dataclasses

import numpy as np

from rnnviz import Experiment, run


def test_its_numbers_do_not_fill_the_screen() -> None:
    trace = run(Experiment(cell="gru", text="hello", hidden_size=3))
    assert repr(trace) == f"<Trace: gru, T=5, H=3, 1 layer, L={trace.losses.sum():.4g}>"
    assert repr(trace.layers) == "{'l0': <LayerTrace: T=5, D=4, H=3>}"
    both = run(Experiment(cell="lstm", text="ab", num_layers=2, bidirectional=True))
    assert repr(both).startswith("<Trace: lstm, T=2, H=5, 2 layers in both directions, L=")


def test_two_networks_on_one_time_axis_are_one_line_too() -> None:
    trace = run(Experiment(shape="encoder_decoder", text="abc", target="ab", hidden_size=3))
    assert repr(trace) == f"<Trace: lstm encoder_decoder, T=3+3, H=3, 1 layer, L={trace.losses.sum():.4g}>"
    once = run(Experiment(shape="many_to_one", cell="gru", text="abc", hidden_size=3))
    assert repr(once).startswith("<Trace: gru many_to_one, T=2, H=3, 1 layer, L=")


def test_what_a_shape_does_not_have_is_not_taken_for_what_broke() -> None:
    """NaN stands where a decoder's steps have no reverse layer, an encoder's and all but one no answer."""
    for fields in ({"shape": "encoder_decoder", "bidirectional": True, "decoder": "input"}, {"shape": "many_to_one"}):
        trace = run(Experiment(text="abcd", **fields))
        assert np.isnan(trace.outputs[0]).all() and trace.first_nonfinite_step is None
        broken = trace.outputs.copy()
        broken[-1, 0] = np.inf
        assert dataclasses.replace(trace, outputs=broken).first_nonfinite_step == trace.steps - 1
