"""A run of any shape on the stage: opened, told of truly, and made again by the lines that stand in it."""

from __future__ import annotations

import dataclasses
import html
import re
from typing import Any

import numpy as np
import pytest

from rnnviz import Experiment, ExperimentError, Trace, run, show, sweep, train
from rnnviz.export import Shown
from rnnviz.export.recipe import about
from rnnviz.export.way_back import last_loss_alone
from rnnviz.stage.views import SINGLE, scene
from tests.export.test_document import Reader

PAIR: dict[str, Any] = {"shape": "encoder_decoder", "text": "hello", "hidden_size": 3, "seed": 1}
KINDS: dict[str, dict[str, Any]] = {
    "one_to_one": {"shape": "one_to_one", "cell": "rnn", "num_layers": 2, "residual": True},
    "one_to_many": {"shape": "one_to_many", "cell": "gru"},
    "read again": {"shape": "one_to_many", "feed": "every", "bidirectional": True},
    "many_to_one": {"shape": "many_to_one"},
    "pooled": {"shape": "many_to_one", "readout": "max", "bidirectional": True, "num_layers": 2},
    "forced": {**PAIR, "target": "olleh", "attention": "dot"},
    "own": {**PAIR, "forcing": 0.0, "num_layers": 2, "residual": True},
    "now and then": {**PAIR, "forcing": 0.5, "attention": "additive", "cell": "gru"},
    "beam": {**PAIR, "forcing": 0.0, "beam": 3, "target": "word", "attention": "dot"},
    "state": {**PAIR, "decoder": "state", "context": "all", "cell": "rnn"},
    "both": {**PAIR, "decoder": "input", "context": "transform", "bidirectional": True, "attention": "additive"},
    "numbers": {"shape": "encoder_decoder", "task": "sine:period=5", "length": 9, "forcing": 0.0, "hidden_size": 3},
    "named": {"network": "sentiment", "shape": "many_to_one", "text": "not good"},
}


def told(trace: Trace) -> str:
    return "\n".join(about([trace], None, {}, "en").facts)


def again(shown: Shown) -> Shown:
    """Run the lines that stand in a document."""
    found = re.search(r"<code>(.*?)</code>", shown.html, re.S)
    assert found
    *lines, last = html.unescape(found[1]).splitlines()
    values: dict[str, Any] = {}
    exec("\n".join([*lines, f"again = {last}"]), values)
    made: Shown = values["again"]
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_the_lines_in_it_make_every_shape_again(kind: str) -> None:
    shown = show(run(Experiment(**KINDS[kind])), start=-1)
    assert again(shown).html == shown.html and "these very numbers" in shown.html


@pytest.mark.parametrize("kind", KINDS)
def test_every_view_is_there_or_says_why_it_cannot_be(kind: str) -> None:
    trace = run(Experiment(**KINDS[kind]))
    if kind == "one_to_one":
        with pytest.raises(ExperimentError, match="one step, and so no way back through time: choose step"):
            show(trace, "gradients")
    else:
        assert Reader(show(trace, "gradients").html).payload()["flow"]["cells"] == [trace.experiment.cell]
    read = Reader(show(trace, tuple(SINGLE)).html).payload()
    assert [view["view"] for view in read["stage"]["views"]] == list(SINGLE)
    assert (read["meta"]["shape"], len(read["meta"]["segments"])) == (trace.experiment.shape, len(trace.segments))
    assert [view["view"] for view in scene(("gates",), trace).views][:1] == [
        "score" if trace.experiment.cell == "rnn" else "cell"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_torch_engine_s_run_is_told_to_be_as_close_as_it_is(kind: str) -> None:
    """Where there is no answer yet there is no distance either."""
    text = told(run(Experiment(**KINDS[kind]), engine="torch"))
    assert "these very numbers" in text or re.search(r"differ by \de-1[2-9] of the largest", text)


def test_the_sizes_are_those_of_the_shape() -> None:
    assert "RNN (tanh) · one to one · T = 1 time steps · D = 16 inputs" in told(
        run(Experiment(shape="one_to_one", cell="rnn", text="hello"))
    )
    once = told(run(Experiment(shape="many_to_one", text="hello")))
    assert "LSTM · many to one · T = 4 time steps" in once and "the sum over" not in once
    many = told(run(Experiment(shape="one_to_many", text="hello")))
    assert "one to many · T = 5" in many and "the sum over 5 steps" in many
    pair = run(Experiment(**{**PAIR, "target": "ab"}))
    text = told(pair)
    assert "encoder and decoder · T = S + N = 5 + 3 = 8 time steps" in text and "D = 4 inputs · H = 3" in text
    assert "O = 3 outputs" in text and "the sum over 3 steps" in text
    assert "T = 5 time steps" in told(run(Experiment(text="hello"))) and "many to many" not in text


def test_what_was_written_is_told_as_it_was() -> None:
    forced = run(Experiment(**{**PAIR, "target": "ab"}))
    assert "(teacher forcing)" in told(forced) and forced.answers is not None
    wrote = " ".join(forced.answers[code] for code in forced.outputs[5:].argmax(axis=1))
    assert f"It wrote: {wrote}." in told(forced)
    either = told(run(Experiment(**{**PAIR, "forcing": 0.5})))
    assert "with a chance of 0.5, else its own" in either
    weights = dict(run(Experiment(**PAIR)).parameters)
    for bias, said in (
        (9.0, "It wrote: end. With the last of these 1 it came to an end by itself"),
        (-1e9, "the end, and was stopped after 20."),
    ):
        weights["bias_o"] = np.array([0.0, 0, 0, 0, bias])
        own = run(Experiment(**{**PAIR, "forcing": 0, "beam": 4}), parameters=weights)
        assert said in told(own) and "its own output of the step before. Of up to 4 beginnings" in told(own)
    assert "It wrote 4 numbers." in told(run(Experiment(**KINDS["numbers"])))
    assert "the step before" not in told(run(Experiment(**KINDS["state"])))
    assert "It wrote" not in told(run(Experiment(text="hello")))


def test_a_line_says_the_shape_and_both_lengths() -> None:
    assert repr(show(run(Experiment(**PAIR)))) == "<rnnviz.show: lstm encoder_decoder, T=5+6, H=3, step>"
    title = show(run(Experiment(**{**PAIR, "target": "olleh"}))).title
    assert title == "LSTM, encoder and decoder, step by step: hello → olleh"
    assert show(run(Experiment(shape="many_to_one", text="hi"))).title == "LSTM, many to one, step by step: hi"


@pytest.mark.parametrize("kind", ["one_to_many", "pooled", "forced", "both"])
def test_a_sweep_of_a_shape_is_frames_and_is_made_again(kind: str) -> None:
    swept = sweep(Experiment(**KINDS[kind]), gain=[0.5, 1.0, 2.0])
    for views in ("step", "gradients"):
        shown = show(swept, views)
        read = Reader(shown.html).payload()
        assert len(read["frames"]) == 3 and read["frame_labels"] == ["0.5", "1", "2"]
    assert again(show(swept)).html == show(swept).html


def test_moments_of_a_training_in_a_shape() -> None:
    asked = Experiment(shape="encoder_decoder", hidden_size=4, attention="dot", target="not what it learns")
    options = {"shortest": 2, "longest": 3, "symbols": 3}
    traces = train(asked, "reverse", options=options, steps=4, batch_size=2, trace_every=2, engine="numpy").traces()
    for views in ("step", "gradients"):
        shown = show(traces, views)
        assert shown.title == "LSTM, encoder and decoder learns, update by update: Reverse"
        assert "What was learned: Reverse" in shown.html and "T = S + N = " in shown.html
        assert "not what it learns" not in shown.html


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"attention": "none"}, "attention none"),
        ({"context": "all"}, "context all"),
        ({"decoder": "state"}, "decoder state"),
        ({"text": "hell", "target": "hello!"}, "S = 4"),
        ({"text": "olleh", "target": "hello"}, "at step 1"),
        ({"target": "aaaaa"}, "O = 2"),
        ({"target": "jello"}, "other symbols"),
    ],
)
def test_runs_that_do_not_read_and_write_alike_do_not_share_a_stage(changes: dict[str, Any], said: str) -> None:
    first = run(Experiment(**{**PAIR, "attention": "dot", "target": "hello"}))
    other = run(first.experiment.replace(**changes))
    with pytest.raises(ExperimentError, match=rf"^trace\[1\] has .*{re.escape(said)}"):
        show([first, other])
    with pytest.raises(ExperimentError, match=r"^baseline has "):
        show(first, baseline=other)


def test_other_texts_of_one_length_do_not_share_a_stage_either() -> None:
    first = run(Experiment(text="ab"))
    with pytest.raises(ExperimentError, match="c at step 1, but the first run has a there"):
        show([first, run(Experiment(text="cd"))])
    with pytest.raises(ExperimentError, match="one_to_many, feed first"):
        show([first, run(Experiment(text="ab", shape="one_to_many"))])


def test_a_search_that_broke_can_be_written_to_a_file() -> None:
    broken = run(Experiment(**{**PAIR, "cell": "rnn", "nonlinearity": "relu", "gain": 1e200, "forcing": 0, "beam": 2}))
    assert broken.first_nonfinite_step is not None
    read = Reader(show(broken).html).payload()
    assert [kept["logp"] for kept in read["frames"][0]["bridge"]["hypotheses"]] == [None, None]
    assert "these very numbers" in told(broken)


@pytest.mark.parametrize("kind", ["forced", "own", "now and then", "beam", "state", "both", "numbers"])
def test_the_last_loss_alone_goes_back_through_decoder_and_encoder(kind: str) -> None:
    every = run(Experiment(**KINDS[kind]))
    alone, last = last_loss_alone(every), run(every.experiment.replace(loss="last"))
    np.testing.assert_array_equal(alone.losses, last.losses)
    np.testing.assert_allclose(alone.dtop, last.dtop, rtol=1e-9, atol=1e-15)
    assert alone.bridge is not None and last.bridge is not None
    for name, value in last.bridge.d_context.items():
        np.testing.assert_allclose(alone.bridge.d_context[name], value, rtol=1e-9, atol=1e-15)
    for name, layer in last.layers.items():
        np.testing.assert_allclose(alone.layers[name].dh, layer.dh, rtol=1e-9, atol=1e-15)
        if layer.dc is not None:
            np.testing.assert_allclose(alone.layers[name].dc, layer.dc, rtol=1e-9, atol=1e-15)


def test_an_answer_that_is_not_the_rerun_s_is_told_to_come_from_elsewhere() -> None:
    for kind in ("many_to_one", "forced"):
        trace = run(Experiment(**KINDS[kind]))
        moved = dataclasses.replace(trace, outputs=np.where(np.isnan(trace.outputs), np.nan, trace.outputs + 0.1))
        assert "came from elsewhere" in told(moved)
        lost = dataclasses.replace(trace, outputs=np.full_like(trace.outputs, np.nan))
        assert "came from elsewhere" in told(lost)
