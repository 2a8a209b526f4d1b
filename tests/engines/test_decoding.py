"""A decoder that writes by itself: what it reads, when it stops, and that beam search finds the likeliest."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.engines import numpy_engine, torch_engine
from rnnviz.engines.decoding import beam, coins, most_steps
from rnnviz.engines.encoder_decoder import encode
from rnnviz.experiment import DECODERS, Experiment
from rnnviz.inputs import Inputs
from rnnviz.trace import Array
from tests.engines.draws import Case, random_parameters, translation_inputs, translations
from tests.engines.shape_oracle import answer
from tests.engines.test_autograd import same
from tests.engines.test_shapes import ENGINES, same_run

SOURCES = 3


def writer(seed: int = 1, end: float = 0.0, **fields: object) -> tuple[Experiment, Inputs, dict[str, Array]]:
    """Return a decoder over two symbols and the one that ends; ``end`` is added to that one's bias."""
    experiment = Experiment(shape="encoder_decoder", cell="gru", hidden_size=4, **{"forcing": 0.0, **fields})
    parameters = random_parameters(experiment, 2, 3, seed, scale=1.5)
    parameters["bias_o"][-1] += end
    return experiment, translation_inputs("symbols", SOURCES, 4, 2, 3, seed), parameters


@given(translations(), st.sampled_from((0.0, 0.5, 0.9)))
@settings(max_examples=40, deadline=None)
def test_a_decoder_fed_its_own_outputs_equals_a_loop_that_feeds_them(case: Case, forcing: float) -> None:
    experiment, data, parameters = case
    experiment = experiment.replace(forcing=forcing)
    theirs = answer(experiment, data, parameters)
    for trace in ENGINES.values():
        ours = trace(experiment, data, parameters)
        same_run(ours, theirs)
        if experiment.decoder == "feedback":
            same(ours.inputs[data.sources :, : data.outputs], theirs.fed, "what was fed")
        assert len(ours.labels) == len(ours.targets) == ours.steps == ours.segments[1].stop


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_decoder_that_never_ends_is_stopped(decoder: str) -> None:
    ours = numpy_engine.trace(*writer(end=-1e3, decoder=decoder))
    assert ours.bridge is not None and not ours.bridge.stopped
    assert ours.steps - SOURCES == most_steps(SOURCES) == 2 * SOURCES + 10
    assert (ours.targets[SOURCES + 4 :] == -1).all() and not ours.losses[SOURCES + 4 :].any()
    assert ours.losses[SOURCES : SOURCES + 4].all()


@pytest.mark.parametrize(("forcing", "width"), [(0.0, 1), (0.0, 3), (0.5, 1)])
@pytest.mark.parametrize(("wanted", "most"), [(1, 16), (6, 16), (7, 17), (20, 30)])
def test_a_decoder_of_which_more_is_wanted_may_write_ten_more(
    wanted: int, most: int, forcing: float, width: int
) -> None:
    experiment, _, parameters = writer(end=-1e3, forcing=forcing, beam=width)
    data = translation_inputs("symbols", SOURCES, wanted, 2, 3, seed=1)
    for trace in ENGINES.values():
        ours = trace(experiment, data, parameters)
        assert ours.steps == SOURCES + most and ours.bridge is not None and not ours.bridge.stopped
        assert (ours.targets[SOURCES : SOURCES + wanted] >= 0).all()
        assert (ours.targets[SOURCES + wanted :] == -1).all()
    assert most_steps(SOURCES, wanted) == most


def test_a_decoder_that_ends_at_once_writes_one_answer() -> None:
    for width in (1, 3):
        ours = numpy_engine.trace(*writer(end=1e3, beam=width))
        assert ours.bridge is not None and ours.bridge.stopped
        assert ours.steps == SOURCES + 1 and ours.bridge.hypotheses[0][0] == (2,)


def test_what_it_read_stands_above_each_step() -> None:
    experiment, data, parameters = writer(end=-1e3)
    ours = numpy_engine.trace(experiment, data, parameters)
    said = ours.outputs[SOURCES:-1].argmax(axis=1)
    assert ours.answers is not None
    assert ours.labels == (*data.labels[: SOURCES + 1], *(ours.answers[code] for code in said))
    assert (ours.inputs[SOURCES + 1 :, :3] == np.eye(3)[said]).all()
    assert numpy_engine.trace(experiment.replace(forcing=1.0), data, parameters).labels == data.labels


def test_numbers_are_written_as_far_as_they_are_asked_for() -> None:
    experiment = Experiment(shape="encoder_decoder", hidden_size=3, forcing=0.0)
    data = translation_inputs("numbers", 4, 3, 1, 1, seed=1)
    data = dataclasses.replace(data, offset=10.0, scale=2.0)
    ours = numpy_engine.trace(experiment, data, random_parameters(experiment, 1, 1, seed=2))
    assert ours.steps == 7 and ours.bridge is not None and ours.bridge.stopped
    same(ours.inputs[5:], ours.outputs[4:-1], "its own numbers")
    assert float(ours.labels[5].replace("−", "-")) == pytest.approx(ours.outputs[4, 0] * 2 + 10, rel=1e-5)


def test_the_seed_and_the_chance_decide_what_is_forced() -> None:
    experiment, data, parameters = writer(end=-1e3, forcing=0.6)
    forced = coins(experiment, 200)
    assert 0.5 < forced.mean() < 0.7
    assert (forced[:9] == coins(experiment, 9)).all() and (forced != coins(experiment.replace(seed=1), 200)).any()
    first, again = (numpy_engine.trace(experiment, data, parameters) for _ in range(2))
    assert first.inputs.tobytes() == again.inputs.tobytes()
    right = (first.inputs[SOURCES + 1 : SOURCES + 4] == data.inputs[SOURCES + 1 :]).all(axis=1)
    assert right[forced[1:4]].all()


# Beam search


def log_p(written: tuple[int, ...], case: tuple[Experiment, Inputs, dict[str, Array]]) -> float:
    """Return the log of a text's probability: minus its loss, where it is the target."""
    experiment, data, parameters = case
    inputs = np.zeros((SOURCES + len(written), 3))
    inputs[:SOURCES] = data.inputs[:SOURCES]
    inputs[np.arange(SOURCES + 1, len(inputs)), list(written[:-1])] = 1.0
    targets = np.array([-1] * SOURCES + list(written))
    data = dataclasses.replace(data, inputs=inputs, targets=targets, labels=("",) * len(inputs))
    return -float(numpy_engine.trace(experiment.replace(forcing=1.0), data, parameters).losses.sum())


@pytest.mark.parametrize("attention", ["none", "additive"])
def test_a_wide_beam_finds_what_exhaustive_search_finds(attention: str) -> None:
    """All texts of up to three answers, the last of which ends: 1 + 2 + 4 that end and 8 that do not."""
    case = writer(attention=attention, num_layers=2)
    experiment, data, parameters = case
    words = [body for n in range(3) for body in itertools.product((0, 1), repeat=n)]
    every = [(*body, 2) for body in words] + list(itertools.product((0, 1), repeat=3))
    expected = sorted(((text, log_p(text, case)) for text in every), key=lambda one: -one[1])
    encoded = encode(experiment, parameters, data.inputs[:SOURCES, :2])
    for width in (100, 15):
        found = beam(encoded, 3, width, 3)
        assert [text for text, _ in found] == [text for text, _ in expected]
        np.testing.assert_allclose([p for _, p in found], [p for _, p in expected], rtol=1e-9)
    assert sum(np.exp(p) for _, p in found) == pytest.approx(1)


@pytest.mark.parametrize("seed", range(8))
def test_a_wider_beam_finds_nothing_less_likely_and_the_run_follows_the_best(seed: int) -> None:
    case = writer(seed)
    experiment, data, parameters = case
    runs = [numpy_engine.trace(experiment.replace(beam=width), data, parameters) for width in (1, 60)]
    bests = []
    for width, ours in zip((1, 60), runs, strict=True):
        assert ours.bridge is not None
        found = ours.bridge.hypotheses
        assert 0 < len(found) <= width and [p for _, p in found] == sorted((p for _, p in found), reverse=True)
        best, p = found[0]
        bests.append(p)
        assert ours.steps == SOURCES + len(best)
        assert (ours.inputs[SOURCES + 1 :, :3].argmax(axis=1) == best[:-1]).all()
        assert p == pytest.approx(log_p(best, case), rel=1e-9)
        assert ours.bridge.stopped == (best[-1] == 2)
        rivals = torch_engine.trace(experiment.replace(beam=width), data, parameters).bridge
        assert rivals is not None and [text for text, _ in rivals.hypotheses] == [text for text, _ in found]
    assert bests[1] >= bests[0] - 1e-12
    said = runs[0].outputs[SOURCES:].argmax(axis=1)
    assert runs[0].bridge is not None and tuple(said) == runs[0].bridge.hypotheses[0][0]


def test_of_two_that_are_as_likely_the_first_goes_first() -> None:
    experiment, data, parameters = writer()
    even = {name: np.zeros_like(value) for name, value in parameters.items()}
    encoded = encode(experiment, even, data.inputs[:SOURCES, :2])
    assert beam(encoded, 3, 3, 1) == tuple(((code,), -np.log(3)) for code in range(3))
    assert beam(encoded, 3, 1, 2)[0][0] == (0, 0)


def test_a_taught_decoder_names_no_hypotheses() -> None:
    ours = numpy_engine.trace(*writer(forcing=1.0, beam=4))
    assert ours.bridge is not None and ours.bridge.hypotheses == () and ours.bridge.stopped
