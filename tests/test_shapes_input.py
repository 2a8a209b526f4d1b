"""Nonsense and too much of it, in every shape: a right answer or one sentence that says what may be, and no wait."""

from __future__ import annotations

from itertools import count, repeat
from typing import Any

import numpy as np
import pytest

from rnnviz import Experiment, ExperimentError, Hold, Trace, run, sweep, train
from rnnviz.engines.decoding import most_steps
from rnnviz.experiment import SHAPES
from rnnviz.site.limits import SOURCE, TARGET, WHOLE
from rnnviz.tasks import inputs
from rnnviz.tasks.size import WALKED, WRITTEN, check_size

PAIR = "encoder_decoder"
KINDS = "".join(chr(0x4E00 + code) for code in range(15_000))


def experiment(shape: str, **fields: Any) -> Experiment:
    cell = "rnn" if shape == "one_to_one" else "lstm"
    text = {} if fields.keys() & {"series", "task", "network"} else {"text": "hello"}
    return Experiment(**{"shape": shape, "cell": cell, "hidden_size": 3, **text, **fields})


def refused(field: str, ask: Any) -> str:
    with pytest.raises(ExperimentError) as caught:
        ask()
    sentence = str(caught.value)
    assert caught.value.field == field and sentence.startswith(field)
    assert sentence.endswith(".") and len(sentence) < 300 and "\n" not in sentence
    return sentence


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tokens", ["characters", "words"])
@pytest.mark.parametrize(
    "text",
    [
        "a",
        "👨‍👩‍👧‍👦🏳️‍🌈 \u0301\u200d",
        "שלום \u202e\u200f world",
        "a\0\ud800b",
        "END ▷ · c",
        "</script><!--",
        "a" + "\u0301" * 5000,
    ],
)
def test_any_text_is_read_in_any_shape(shape: str, tokens: str, text: str) -> None:
    trace = run(experiment(shape, text=text, tokens=tokens))
    assert trace.steps == len(trace.inputs) and np.isfinite(trace.losses).all() and trace.losses.sum() > 0


@pytest.mark.parametrize("shape", SHAPES)
def test_a_text_or_a_series_of_nothing_is_refused(shape: str) -> None:
    refused("text", lambda: experiment(shape, text=""))
    refused("text", lambda: run(experiment(shape, text=" \n", tokens="words")))
    for series in ([], [1.0], [1.0, float("nan")], [1.0, float("inf")], "1,2", [1j, 2], [True, False]):
        refused("series", lambda given=series: experiment(shape, series=given))


@pytest.mark.parametrize("shape", SHAPES)
def test_what_no_memory_holds_is_refused_before_it_is_made(shape: str) -> None:
    for length in (10**9, 10**18, 10**30):
        refused("length", lambda steps=length: run(experiment(shape, task="sine", length=steps)))
    for units in (10**5, 10**9, 10**18):
        refused("hidden_size", lambda size=units: run(experiment(shape, hidden_size=size)))
    refused("num_layers", lambda: experiment(shape, num_layers=10**9, hold=(Hold("f", 0.0, layer="l7"),)))


def test_a_network_too_large_to_run_is_too_large_to_train() -> None:
    for units in (10**6, 10**18):
        refused("hidden_size", lambda size=units: train(Experiment(hidden_size=size), "adding", steps=1))


def test_what_nobody_waits_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnnviz.tasks.size.WALKED", 30)
    for shape in SHAPES[1:]:
        refused("series", lambda name=shape: run(experiment(name, series=np.arange(33.0))))
        refused("num_layers", lambda name=shape: run(experiment(name, num_layers=33)))
        assert run(experiment(shape, series=np.arange(28.0))).steps <= 28
    assert run(experiment("one_to_one", series=np.arange(33.0))).steps == 1


def test_a_sweep_is_as_large_as_its_largest_run() -> None:
    for fields in ({"hidden_size": [3, 10**6]}, {"length": [3, 10**9]}):
        (name,) = fields
        refused(name, lambda given=fields: sweep(Experiment(task="sine"), **given))


def test_what_has_no_end_is_not_waited_for() -> None:
    """An iterator may go on for ever, and a list may as well."""
    refused("series", lambda: Experiment(series=count()))
    refused("hold", lambda: Experiment(hold=repeat(Hold("f", 0.0))))
    refused("gain", lambda: sweep(Experiment(text="a"), gain=count()))
    refused("gain", lambda: sweep(Experiment(text="a"), gain=np.ones(10**5)))


def test_the_way_back_through_a_named_decoder_is_walked_whole_too() -> None:
    refused("truncate", lambda: run(Experiment(network="reverser", truncate=3)))
    refused("truncate", lambda: sweep(Experiment(network="reverser"), truncate=[3, 4]))
    assert run(Experiment(network="latch", truncate=3)).experiment.truncate == 3


def test_a_network_that_has_a_name_reads_so_much_too() -> None:
    refused("length", lambda: run(Experiment(network="latch", length=10**9)))
    refused("text", lambda: run(Experiment(network="brackets", text="()" * WALKED)))


def test_what_is_to_be_written_may_be_long_but_not_endless() -> None:
    long = run(experiment(PAIR, target="ab" * 1000))
    assert long.steps == 5 + 2001 and np.isfinite(long.losses).all()
    refused("target", lambda: run(experiment(PAIR, target="ab" * WALKED)))
    for forcing in (0.0, 0.5):
        assert "by itself" in refused(
            "target", lambda c=forcing: run(experiment(PAIR, target="a" * WRITTEN, forcing=c))
        )
        assert "by itself" in refused("text", lambda c=forcing: run(experiment(PAIR, text="a" * WRITTEN, forcing=c)))
    assert "by itself" in refused("length", lambda: run(experiment(PAIR, task="sine", length=50_000, forcing=0.0)))
    assert "kinds" in refused("target", lambda: run(experiment(PAIR, target=KINDS)))
    assert "kinds" in refused("text", lambda: run(experiment(PAIR, text=KINDS)))
    refused("target", lambda: experiment(PAIR, target=""))
    refused("target", lambda: run(experiment(PAIR, target=" ", tokens="words")))
    refused("target", lambda: run(experiment(PAIR, series=[1, 2, 3], target="a")))


def test_halves_of_too_little_are_refused() -> None:
    refused("length", lambda: run(experiment(PAIR, task="sine", length=1)))
    assert run(experiment(PAIR, series=[1, 2])).steps == 2


@pytest.mark.parametrize("forcing", ["1e400", float("nan"), -1e-9, 2, True, None, np.array([0.5, 0.5])])
def test_a_chance_is_from_0_to_1(forcing: Any) -> None:
    assert "from 0 to 1" in refused("forcing", lambda: experiment(PAIR, forcing=forcing))


def test_a_chance_of_minus_nothing_is_none_and_the_smallest_one_is_one() -> None:
    free = run(experiment(PAIR, forcing=0))
    assert str(run(experiment(PAIR, forcing=-0.0)).experiment.forcing) == "0.0"
    assert run(experiment(PAIR, forcing=-0.0)).labels == free.labels == run(experiment(PAIR, forcing=5e-324)).labels


def test_a_search_is_as_wide_as_can_be_waited_for() -> None:
    for beam in (10**6, 10**9, 10**18):
        sentence = refused("beam", lambda width=beam: run(experiment(PAIR, forcing=0, beam=width)))
        assert "at most" in sentence and "20 steps" in sentence
    kept = run(experiment(PAIR, forcing=0, beam=500)).bridge
    assert kept is not None and len(kept.hypotheses) == 500
    for forcing in (1.0, 0.5):  # where nothing is searched for, its width has no effect
        assert (
            run(experiment(PAIR, forcing=forcing, beam=10**9)).labels == run(experiment(PAIR, forcing=forcing)).labels
        )


def test_many_kinds_of_symbols_are_searched_as_fast() -> None:
    trace = run(experiment(PAIR, text=KINDS[:300], forcing=0, beam=3))
    assert trace.bridge is not None and len(trace.bridge.hypotheses) == 3


@pytest.mark.parametrize(("forcing", "beam"), [(0.0, 1), (0.0, 7), (0.5, 1)])
def test_a_decoder_that_never_stops_is_stopped_and_says_so(forcing: float, beam: int) -> None:
    asked = experiment(PAIR, forcing=forcing, beam=beam)
    parameters = dict(run(asked.replace(forcing=1.0)).parameters)
    parameters["bias_o"] = np.array([9.0, 0, 0, 0, -1e9])
    trace = run(asked, parameters=parameters)
    assert trace.bridge is not None and not trace.bridge.stopped
    assert trace.steps == 5 + most_steps(5)


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize(("forcing", "bias", "steps"), [(1.0, 9.0, 4), (0.0, 9.0, 1), (0.0, -1e9, 20), (0.5, 9.0, 1)])
def test_how_much_was_asked_for_is_known_however_much_was_written(
    engine: str, forcing: float, bias: float, steps: int
) -> None:
    asked = experiment(PAIR, forcing=forcing, target="abc")
    parameters = dict(run(asked.replace(forcing=1.0)).parameters)
    parameters["bias_o"] = np.array([0.0, 0, 0, bias])
    trace = run(asked, engine, parameters=parameters)
    assert trace.bridge is not None and trace.bridge.asked == len("abc") + 1
    assert trace.steps == 5 + steps


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("attention", ["none", "dot", "additive"])
@pytest.mark.parametrize("factor", [1e300, np.inf, np.nan])
def test_weights_that_overflow_are_carried_and_never_warned_of(engine: str, attention: str, factor: float) -> None:
    """Warnings are errors here: what breaks is seen in the trace, wherever it breaks, and written by the decoder."""
    for forcing, beam in ((1.0, 1), (0.0, 3), (0.5, 1)):
        asked = experiment(PAIR, attention=attention, forcing=forcing, beam=beam, cell="rnn", nonlinearity="relu")
        weights = run(asked.replace(forcing=1.0)).parameters
        trace = run(asked, engine, {name: value * factor for name, value in weights.items()})
        assert trace.first_nonfinite_step is not None and trace.steps <= 5 + most_steps(5)


def test_weights_of_another_network_are_refused_by_name_and_shape() -> None:
    asked = experiment(PAIR, attention="additive", context="transform")
    right = dict(run(asked).parameters)
    for name in right:
        for wrong in (None, "x", object(), np.zeros((2, 2, 2)), 1.0, right[name].astype(complex)):
            assert name in refused("parameters", lambda given={**right, name: wrong}: run(asked, parameters=given))
        without = {other: given for other, given in right.items() if other != name}
        assert name in refused("parameters", lambda given=without: run(asked, parameters=given))
    for strange in ("weight_ih_l0", "decoder.weight_ih_l1", "context.weight_l1", "attention.bias_o"):
        refused("parameters", lambda given={**right, strange: right["bias_o"]}: run(asked, parameters=given))


def test_what_a_shape_does_not_have_is_kept_and_has_no_effect() -> None:
    for shape in SHAPES[:-1]:
        plain = run(experiment(shape))
        odd = run(experiment(shape, attention="dot", decoder="state", context="all", forcing=0, beam=9, target="zz"))
        assert odd.bridge is None and odd.labels == plain.labels
        np.testing.assert_array_equal(odd.outputs, plain.outputs)


@pytest.mark.parametrize("field", ["shape", "feed", "readout", "context", "decoder", "attention"])
def test_only_a_name_is_one(field: str) -> None:
    wrong: tuple[Any, ...] = ("", "Last", None, 3, True, b"last", ["last"], {})
    for value in wrong:
        assert "must be one of" in refused(field, lambda given=value: Experiment(**{"shape": PAIR, field: given}))


def test_a_hold_beyond_the_last_step_holds_nothing_and_one_beyond_the_source_the_decoder_alone() -> None:
    free, gates = run(experiment(PAIR)), ("i", "f", "g", "o")
    held = run(experiment(PAIR, hold=(Hold("f", 0.0, start=5),)))
    beyond = run(experiment(PAIR, hold=(Hold("f", 0.0, start=99, stop=10**30),)))
    for gate in gates:
        np.testing.assert_array_equal(beyond.layers["l0"].gates[gate], free.layers["l0"].gates[gate])
        np.testing.assert_array_equal(held.layers["l0"].gates[gate][:5], free.layers["l0"].gates[gate][:5])
    assert (held.layers["l0"].gates["f"][5:] == 0).all()
    refused("hold", lambda: experiment(PAIR, hold=(Hold("f", 0.0, layer="decoder.l0"),)))


def test_a_size_is_asked_of_what_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count of what a run holds is of the run: with attention or a pooled answer it grows as the pairs of steps."""
    monkeypatch.setattr("rnnviz.tasks.size.NUMBERS", 25_000)
    assert isinstance(run(experiment(PAIR, text="ab" * 40)), Trace)
    refused("text", lambda: inputs(experiment(PAIR, text="ab" * 40, attention="additive")))
    assert isinstance(run(experiment("many_to_one", text="ab" * 150)), Trace)
    refused("text", lambda: inputs(experiment("many_to_one", text="ab" * 150, readout="mean")))


def test_the_site_s_largest_runs_are_not_too_large() -> None:
    """Of a number that the site lets one choose the library refuses nothing."""
    most = {name: int(limit.most) for name, limit in WHOLE.items() if name in ("hidden_size", "num_layers", "beam")}
    pair = {"shape": PAIR, "bidirectional": True, "context": "transform", "attention": "additive", "forcing": 0.0}
    for fields in ({"text": "ab" * 500}, {"text": "ab" * 500, "shape": "many_to_one", "readout": "mean"}):
        check_size(asked := Experiment(**most, bidirectional=True, **fields), inputs(asked))
    check_size(asked := Experiment(**most, **pair, text="abcde" * (SOURCE // 5), target="z" * TARGET), inputs(asked))
