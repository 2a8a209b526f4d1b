"""What a trained network of each shape reads: drawn by its problem, or typed and answered by the problem's rule."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from rnnviz import run
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.initial import initial_parameters
from rnnviz.networks.trained.base import Trained
from rnnviz.tasks import inputs, learnt
from rnnviz.tasks.learnt import as_learnt, split
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.tasks.reading import posed_of

NAME = "sentiment"
"""A name that there is; what stands behind it is made here."""


@pytest.fixture
def learnt_by(monkeypatch):
    """Return a function that puts a network of a shape, trained on a problem, behind `NAME`."""

    def put(problem: str, shape: str, options=None, **fields) -> Trained:
        own = {**PROBLEMS[problem].defaults, **(options or {})}
        network = Trained(
            name=NAME, experiment=Experiment(cell="rnn", shape=shape, **fields),
            task={"name": problem, "options": own}, settings={}, command="", made_with={}, begins=(),
            alphabet=PROBLEMS[problem].pose(**own).alphabet, measured={}, state="h", readings=(), weights={},
        )  # fmt: skip
        monkeypatch.setattr(learnt, "network_named", lambda name: network)
        return network

    return put


TYPED = [
    ("reverse", "hello", "olleh"),
    ("reverse", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba"),
    ("date", "3 May 2021", "2021-05-03"),
    ("spell", "4096", "four␣thousand␣ninety␣six"),
    ("spell", "123456", "one␣hundred␣twenty␣three␣thousand␣four␣hundred␣fifty␣six"),
]


@pytest.mark.parametrize(("problem", "text", "answer"), TYPED)
def test_a_typed_source_is_answered_by_the_rule(learnt_by, problem, text, answer) -> None:
    learnt_by(problem, "encoder_decoder")
    data = inputs(Experiment(network=NAME, text=text))
    assert data.answers is not None and data.sources == len(text) == len(split(NAME, text)[0])
    assert "".join(data.answers[code] for code in data.targets[data.sources : -1]) == answer
    assert data.labels[data.sources :] == ("▷", *answer) and data.answers[data.targets[-1]] == "end"


def test_a_target_of_a_persons_own_comes_before_the_rule(learnt_by) -> None:
    learnt_by("reverse", "encoder_decoder", decoder="state")
    for text in ("abc", None):
        data = inputs(Experiment(network=NAME, text=text, target="xy", shape="encoder_decoder"))
        assert data.targets[data.sources :].tolist() == [23, 24, 26]
        assert data.labels[data.sources :] == ("–", "–", "–")  # as the network was trained, whatever is asked for
    with pytest.raises(ExperimentError, match="^target has '!' as symbol 3, but this network writes only a–z"):
        inputs(Experiment(network=NAME, text="abc", target="xy!"))


DRAWN = [(name, shape) for name, problem in PROBLEMS.items() for shape in problem.posed.shapes]
"""All but the texts, of which a passage is read."""


@pytest.mark.parametrize(("problem", "shape"), [pair for pair in DRAWN if pair[0] not in ("text", "book")])
def test_without_a_text_a_sequence_is_drawn_by_the_seed(learnt_by, problem, shape) -> None:
    network = learnt_by(problem, shape)
    one, again, other = (inputs(Experiment(network=NAME, seed=seed, length=12)) for seed in (1, 1, 2))
    assert one.labels == again.labels and (one.labels, one.inputs.tobytes()) != (other.labels, other.inputs.tobytes())
    posed = posed_of(network)
    width = posed.inputs * posed.steps if shape == "one_to_one" else posed.inputs
    assert one.read == width and one.outputs == posed.outputs


def test_a_network_that_reads_all_at_once_takes_just_so_much(learnt_by) -> None:
    learnt_by("wave", "one_to_one", {"length": 4})
    data = inputs(Experiment(network=NAME, text="1, 2.5, -3, 0"))
    assert data.inputs.tolist() == [[1, 2.5, -3, 0]] and data.targets.tolist() == [-1]
    assert data.answers == ("sine", "square", "saw", "triangle")
    assert inputs(Experiment(network=NAME, length=99)).inputs.shape == (1, 4)
    with pytest.raises(ExperimentError) as refused:
        inputs(Experiment(network=NAME, text="1, 2, 3"))
    assert str(refused.value) == "text has 3 steps, but this network reads 4 at once: give as many."


def test_a_series_of_any_length_is_told_apart_and_a_kind_or_a_letter_is_written_out(learnt_by) -> None:
    learnt_by("wave", "many_to_one")
    series = inputs(Experiment(network=NAME, text="0 1 0 -1 0"))
    assert series.labels == ("0", "1", "0", "−1", "0") and set(series.targets.tolist()) == {-1}
    learnt_by("draw", "one_to_many", feed="every")
    wave = inputs(Experiment(network=NAME, text="saw 10"))
    assert set(wave.labels) == {"saw 10"} and (wave.inputs == wave.inputs[0]).all() and len(wave.inputs) == 24
    assert len(inputs(Experiment(network=NAME, length=40)).inputs) == 40
    learnt_by("write", "one_to_many")
    word = inputs(Experiment(network=NAME, text="z"))
    assert word.labels == ("z", "–", "–", "–", "–")
    np.testing.assert_array_equal(word.targets, [4, 1, 17, 0, 26])


def test_a_ready_made_network_runs_in_the_shape_it_has(monkeypatch, learnt_by) -> None:
    fields = {"bidirectional": True, "context": "transform", "decoder": "state", "attention": "additive"}
    network = learnt_by("reverse", "encoder_decoder", {"symbols": 5}, **fields)
    monkeypatch.setattr(sys.modules["rnnviz.run"], "network_named", lambda name: network)
    own = network.experiment
    given = initial_parameters(own, 5, 6)
    asked = Experiment(network=NAME, text="abcde", cell="gru", hidden_size=1)
    trace = run(asked, parameters=given)
    assert (trace.experiment.shape, trace.experiment.cell, trace.steps) == ("encoder_decoder", "rnn", 11)
    same = run(own.replace(text="abcde", target="edcba"), parameters=given)
    np.testing.assert_array_equal(trace.losses, same.losses)


def test_a_network_decides_its_shape_and_refuses_another(learnt_by) -> None:
    learnt_by("reverse", "encoder_decoder", context="all", decoder="input", attention="additive")
    found = as_learnt(Experiment(network=NAME, forcing=0.0, beam=3))
    assert (found.shape, found.context, found.decoder, found.attention) == (
        "encoder_decoder",
        "all",
        "input",
        "additive",
    )
    assert (found.forcing, found.beam) == (0.0, 3)
    with pytest.raises(ExperimentError) as refused:
        inputs(Experiment(network=NAME, shape="one_to_many"))
    assert str(refused.value) == (
        "shape is 'one_to_many', but the network sentiment has the shape encoder_decoder: choose that, or a network of "
        "your own."
    )


@pytest.mark.parametrize("bidirectional", [False, True])
def test_of_both_directions_many_to_one_answers_from_other_states(learnt_by, bidirectional) -> None:
    learnt_by("sentiment", "many_to_many", bidirectional=bidirectional)
    asked = Experiment(network=NAME, shape="many_to_one")
    if not bidirectional:
        assert as_learnt(asked).shape == "many_to_one"
        return
    with pytest.raises(ExperimentError, match="the network sentiment has the shape many_to_many:"):
        as_learnt(asked)
