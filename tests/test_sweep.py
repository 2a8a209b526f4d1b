"""A sweep is its runs, to the last bit, whatever field moves; and nonsense is answered with a sentence."""

from __future__ import annotations

import dataclasses
import re
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from rnnviz import Experiment, ExperimentError, Hold, Sweep, Trace, run, sweep
from rnnviz.engines.numpy_engine import traces
from rnnviz.sweep import FIELDS
from rnnviz.tasks import inputs
from tests.engines.draws import cases, holds

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "gain": st.floats(0, 3),
    "forget_bias": st.floats(-3, 6),
    "length": st.integers(1, 9),
    "seed": st.integers(0, 5),
    "hidden_size": st.integers(1, 6),
    "num_layers": st.integers(1, 3),
    "truncate": st.integers(1, 9),
    "clip": st.floats(1e-3, 3),
    "clip_value": st.floats(1e-3, 3),
    "forcing": st.floats(0, 1),
    "beam": st.integers(1, 3),
}
INPUTS: tuple[dict[str, Any], ...] = (
    {"text": "abracadabra"},
    {"series": (1.0, 0.5, 3.0, -2.0)},
    {"task": "sine", "length": 7},
)


def same(ours: Any, theirs: Any, where: str = "trace") -> None:
    """Assert that two values are the same to the last bit, in all their fields and entries."""
    assert type(ours) is type(theirs), where
    if dataclasses.is_dataclass(theirs):
        for field in dataclasses.fields(theirs):
            same(getattr(ours, field.name), getattr(theirs, field.name), f"{where}.{field.name}")
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs), where
        for key, value in theirs.items():
            same(ours[key], value, f"{where}.{key}")
    elif isinstance(theirs, np.ndarray):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), where
        assert ours.tobytes() == theirs.tobytes(), where
    else:
        assert ours == theirs or (ours != ours and theirs != theirs), where


def same_runs(experiment: Experiment, swept: Sweep) -> None:
    """Assert that each frame is the run of its own experiment."""
    assert len(swept) == len(swept.values)
    for value, trace in zip(swept.values, swept, strict=True):
        own = experiment.replace(**{swept.field: value})
        assert trace.experiment == own or own.network
        same(trace, run(own))


@st.composite
def sweeps(draw: DrawFn, held: bool = False, truncated: bool = False) -> tuple[Experiment, str, list[Any]]:
    """Draw an experiment and values of one of its fields."""
    experiment = draw(cases(held=held, truncated=truncated))[0].replace(**draw(st.sampled_from(INPUTS)))
    # A held unit or layer has to be there in every frame.
    bound = {"hidden_size", "num_layers"} if held else set()
    fields = [field for field in FIELDS if field not in bound and (experiment.task or field != "length")]
    field = draw(st.sampled_from(fields))
    return experiment, field, draw(st.lists(VALUES[field], min_size=1, max_size=5))


@given(sweeps())
@settings(max_examples=75, deadline=None)
def test_each_frame_is_the_run_of_its_own_experiment(drawn) -> None:
    experiment, field, values = drawn
    swept = sweep(experiment, **{field: values})
    assert swept.field == field
    assert list(swept.values) == values
    same_runs(experiment, swept)


@given(sweeps(held=True))
@settings(max_examples=60, deadline=None)
def test_held_gates_are_held_in_every_frame(drawn) -> None:
    experiment, field, values = drawn
    same_runs(experiment, sweep(experiment, **{field: values}))


@given(sweeps(truncated=True))
@settings(max_examples=60, deadline=None)
def test_truncation_cuts_in_every_frame(drawn) -> None:
    experiment, field, values = drawn
    same_runs(experiment, sweep(experiment, **{field: values}))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("network", ["latch", "delay", "counter", "brackets", "parity"])
@pytest.mark.parametrize("field", ["length", "seed", "truncate", "clip"])
def test_a_hand_built_network_is_swept_over_what_it_leaves_open(network: str, field: str, cell: str) -> None:
    experiment = Experiment(network=network, cell=cell)
    same_runs(experiment, sweep(experiment, **{field: [1, 3, 2]}))


def test_frames_whose_networks_explode_stand_beside_those_that_do_not() -> None:
    experiment = Experiment(cell="rnn", nonlinearity="relu", init="identity", text="abcdefgh" * 4)
    swept = sweep(experiment, gain=[1.0, 1e60, 0.5])
    same_runs(experiment, swept)
    assert [trace.first_nonfinite_step is None for trace in swept] == [True, False, True]


def test_a_stack_too_large_to_walk_at_once_walks_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment, gains = Experiment(text="hello", hidden_size=3), np.linspace(0, 2, 9)
    whole = sweep(experiment, gain=gains)
    walked: list[int] = []
    module = sys.modules["rnnviz.sweep"]  # the package's own name `sweep` is the function
    monkeypatch.setattr(module, "traces", lambda *of: [walked.append(len(of[0])), traces(*of)][1])
    monkeypatch.setattr(module, "AT_ONCE", 4 * 5 * 3 + 1)
    for trace, expected in zip(sweep(experiment, gain=gains), whole, strict=True):
        same(trace, expected)
    assert walked == [4, 4, 1]


def test_what_all_frames_have_in_common_is_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GRU has no forget bias, and clipping comes after the walk: there is one walk to record, not 30."""
    clipped = sweep(Experiment(cell="lstm"), clip=np.linspace(0.1, 3, 30))
    unbiased = sweep(Experiment(cell="gru"), forget_bias=np.linspace(0, 5, 30))
    for swept in (clipped, unbiased):
        assert all(np.shares_memory(trace.layers["l0"].h, swept[0].layers["l0"].h) for trace in swept)
    norms = [np.sqrt(sum((grad**2).sum() for grad in trace.parameter_grads.values())) for trace in clipped]
    np.testing.assert_allclose(norms, np.minimum(np.linspace(0.1, 3, 30), clipped[0].grad_norm), rtol=1e-12)


def test_a_sweep_is_a_sequence_of_traces() -> None:
    swept = sweep(Experiment(text="hi"), gain=(0.5, 1, 2))
    assert swept.field == "gain"
    assert swept.values == (0.5, 1.0, 2.0)
    assert len(swept) == 3
    assert list(swept) == list(swept.traces) == [*swept[:2], swept[-1]]
    assert isinstance(swept[1], Trace)
    assert swept[1].experiment.gain == 1
    with pytest.raises(IndexError):
        swept[3]
    with pytest.raises(dataclasses.FrozenInstanceError):
        swept.field = "seed"  # type: ignore[misc]


def test_values_may_come_as_any_sequence_of_numbers() -> None:
    experiment = Experiment(text="hi")
    for values in ([1, 2], (1, 2), np.array([1, 2]), range(1, 3), (n for n in (1, 2)), np.array([1, 2], dtype=np.int8)):
        assert sweep(experiment, seed=values).values == (1, 2)
    assert sweep(experiment, gain=np.array([0.5, 1], dtype=np.float32)).values == (0.5, 1.0)


def test_the_fields_are_those_of_an_experiment_that_are_numbers() -> None:
    numeric = {"int", "float", "int | None", "float | None"}
    assert set(FIELDS) == {field.name for field in dataclasses.fields(Experiment) if field.type in numeric}


# Nonsense

NONSENSE: list[tuple[dict[str, Any], str, str]] = [
    ({}, "sweep", "sweep takes one field and its values"),
    ({"depth": [1]}, "depth", "depth cannot be swept; the fields that can are gain, "),
    ({"cell": ["rnn"]}, "cell", "cell cannot be swept"),
    ({"text": ["a", "b"]}, "text", "text cannot be swept"),
    ({"bidirectional": [0, 1]}, "bidirectional", "bidirectional cannot be swept"),
    ({"gain": [1.0], "seed": [1]}, "seed", "seed stands beside gain, but a sweep is over one field"),
    ({"gain": []}, "gain", "gain has no values"),
    ({"gain": np.zeros(0)}, "gain", "gain has no values"),
    ({"gain": 1.0}, "gain", "gain is 1.0, but a sweep needs a sequence of numbers"),
    ({"gain": "0.5"}, "gain", "gain is '0.5', but a sweep needs a sequence of numbers"),
    ({"gain": None}, "gain", "gain is None, but a sweep needs a sequence of numbers"),
    ({"gain": np.array(1.0)}, "gain", "gain is array(1.), but a sweep needs a sequence of numbers"),
    ({"gain": [1.0, np.nan]}, "gain", "gain has nan as value 2, but a sweep needs numbers"),
    ({"gain": [np.inf]}, "gain", "gain has inf as value 1"),
    ({"gain": [True]}, "gain", "gain has True as value 1"),
    ({"gain": [[1.0, 2.0]]}, "gain", "gain has [1.0, 2.0] as value 1"),
    ({"gain": np.ones((2, 1))}, "gain", "gain has array([1.]) as value 1"),
    ({"forget_bias": [None]}, "forget_bias", "forget_bias has None as value 1"),
    ({"gain": [1.0, -0.5]}, "gain", "gain is -0.5, but must be"),
    ({"truncate": [0]}, "truncate", "truncate is 0, but must be"),
    ({"seed": [0.5]}, "seed", "seed is 0.5, but must be"),
    ({"hidden_size": [0]}, "hidden_size", "hidden_size is 0, but must be"),
    ({"clip": [0.0]}, "clip", "clip is 0.0, but must be"),
    ({"length": [5]}, "length", "length"),
]


@pytest.mark.parametrize(("field", "name", "sentence"), NONSENSE)
def test_nonsense_is_answered_with_one_sentence_that_names_the_field(field: Any, name: str, sentence: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        sweep(Experiment(text="hello"), **field)
    assert caught.value.field == name
    assert str(caught.value).startswith(sentence)
    assert re.fullmatch(r"[^.\n]*(\d?\.\d?[^.\n]+)*\.", str(caught.value))


@pytest.mark.parametrize("field", ["gain", "forget_bias", "hidden_size", "num_layers"])
def test_a_field_without_effect_on_a_hand_built_network_is_refused(field: str) -> None:
    with pytest.raises(ExperimentError, match=f"^{field} has no effect on the ready-made network latch") as caught:
        sweep(Experiment(network="latch"), **{field: [1, 2]})
    assert caught.value.field == field


def test_a_hold_that_a_smaller_network_does_not_have_is_named() -> None:
    experiment = Experiment(hidden_size=4, hold=(Hold("f", 0.0, unit=3),))
    assert len(sweep(experiment, hidden_size=[5, 4])) == 2
    with pytest.raises(ExperimentError, match="^hold"):
        sweep(experiment, hidden_size=[5, 3])


def test_frames_of_a_task_have_their_own_lengths() -> None:
    experiment = Experiment(task="square", length=4, cell="gru")
    swept = sweep(experiment, length=[2, 9, 4])
    assert [trace.steps for trace in swept] == [2, 9, 4]
    assert swept[1].inputs.tobytes() == inputs(experiment.replace(length=9)).inputs.tobytes()


@given(holds("lstm", 4, ("l0", "l1"), 5))
@settings(max_examples=20, deadline=None)
def test_a_hold_of_one_layer_stays_there_in_a_stack(hold: Hold) -> None:
    experiment = Experiment(hidden_size=4, num_layers=2, text="hello", hold=(hold,))
    same_runs(experiment, sweep(experiment, gain=[0.5, 2.0]))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_without_the_weights_gradients_everything_else_is_the_same(cell: str) -> None:
    experiment = Experiment(cell=cell, hidden_size=3, text="abracadabra", clip=0.1)
    gains = (0.5, 1.0, 2.0)
    for lean, trace in zip(sweep(experiment, of_weights=False, gain=gains), sweep(experiment, gain=gains), strict=True):
        assert lean.parameter_grads == {} and np.isnan(lean.grad_norm)
        same(dataclasses.replace(lean, parameter_grads=trace.parameter_grads, grad_norm=trace.grad_norm), trace)


# Other shapes


@pytest.mark.parametrize(
    ("fields", "field", "values"),
    [
        ({"shape": "encoder_decoder", "attention": "dot"}, "gain", [0.0, 1.0, 2.0]),
        ({"shape": "encoder_decoder"}, "forcing", [0.0, 0.5, 1.0]),
        ({"shape": "encoder_decoder", "forcing": 0.0, "decoder": "state"}, "beam", [1, 3]),
        ({"shape": "encoder_decoder", "cell": "gru"}, "hidden_size", [1, 4]),
        ({"shape": "many_to_one", "readout": "max", "bidirectional": True}, "gain", [0.5, 2.0]),
        ({"shape": "many_to_one", "readout": "mean"}, "truncate", [1, 2, 8]),
        ({"shape": "many_to_one", "readout": "max", "truncate": 2, "num_layers": 2}, "forget_bias", [0.0, 3.0]),
        ({"shape": "one_to_many", "feed": "every"}, "gain", [0.5, 2.0]),
        ({"shape": "one_to_one", "cell": "rnn"}, "seed", [0, 1]),
        ({"shape": "one_to_one", "cell": "rnn", "num_layers": 2}, "gain", [0.5, 1.0]),
    ],
    ids=str,
)
def test_each_frame_of_any_shape_is_its_run(fields: dict[str, Any], field: str, values: list[float]) -> None:
    experiment = Experiment(text="abcab", hidden_size=3, **fields)
    same_runs(experiment, sweep(experiment, **{field: values}))
    without = sweep(experiment, of_weights=False, **{field: values})
    for trace, whole in zip(without, sweep(experiment, **{field: values}), strict=True):
        assert not trace.parameter_grads and np.isnan(trace.grad_norm) and np.isfinite(whole.grad_norm)
        same(trace.layers, whole.layers)
