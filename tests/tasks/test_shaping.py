"""What networks of every shape read and are asked, written out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.inputs import one_hot
from rnnviz.tasks import inputs
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.tasks.problems.base import Posed
from rnnviz.tasks.shaping import check_shape, probes, shaped, shaped_batch, width_of

letters = st.text("abcde", min_size=1, max_size=12)
LEARNED = [(name, shape) for name, problem in PROBLEMS.items() for shape in problem.posed.shapes]


def test_an_ordinary_network_reads_what_it_always_did() -> None:
    data = inputs(Experiment(text="hello"))
    assert data.labels == tuple("hello") and data.targets.tolist() == [0, 2, 2, 3, 4] and data.sources == 0


@given(text=letters.filter(lambda text: len(text) > 1))
def test_many_to_one_reads_all_but_the_last_symbol_and_is_asked_for_it(text) -> None:
    data = inputs(Experiment(text=text, shape="many_to_one"))
    assert data.labels == tuple(text[:-1]) and data.alphabet is not None and data.answers is not None
    assert [data.alphabet[code] for code in data.inputs.argmax(axis=1)] == list(text[:-1])
    assert set(data.targets[:-1].tolist()) <= {-1} and data.answers[data.targets[-1]] == text[-1]


@given(text=letters.filter(lambda text: len(text) > 1))
def test_one_to_one_reads_the_same_in_one_row(text) -> None:
    once, data = (inputs(Experiment(cell="rnn", text=text, shape=shape)) for shape in ("many_to_one", "one_to_one"))
    assert data.labels == (text[:-1],) and data.alphabet is None and data.answers == once.answers
    np.testing.assert_array_equal(data.inputs, once.inputs.reshape(1, -1))
    assert data.targets.tolist() == once.targets[-1:].tolist() and data.read == data.inputs.shape[1]


@pytest.mark.parametrize("shape", ["many_to_one", "one_to_one"])
def test_a_text_of_one_symbol_is_asked_for_its_end(shape) -> None:
    data = inputs(Experiment(cell="rnn", text="a", shape=shape))
    assert data.labels == ("a",) and data.targets.tolist() == [1] and data.answers == ("a", "end")


def test_of_words_and_numbers_what_is_read_at_once_is_told_apart() -> None:
    words = inputs(Experiment(cell="rnn", text="the cat sat", tokens="words", shape="one_to_one"))
    assert words.labels == ("the cat",) and words.inputs.shape == (1, 6)
    numbers = inputs(Experiment(cell="rnn", series=(1.0, 2.5, 4.0), shape="one_to_one"))
    assert (
        numbers.labels == ("1 2.5",) and numbers.inputs.tolist() == [[1.0, 2.5]] and numbers.targets.tolist() == [[4]]
    )


def test_many_to_one_of_a_series_is_asked_for_its_last_number() -> None:
    data = inputs(Experiment(series=(1.0, 2.0, 3.0, 4.0), shape="many_to_one"))
    assert data.labels == ("1", "2", "3") and data.inputs[:, 0].tolist() == [1, 2, 3]
    assert np.isnan(data.targets[:-1]).all() and data.targets[-1, 0] == 4
    task = inputs(Experiment(task="sine", length=6, shape="many_to_one"))
    ordinary = inputs(Experiment(task="sine", length=6))
    assert len(task.labels) == 6 and task.targets[-1, 0] == ordinary.targets[-1, 0]


def test_one_to_many_reads_the_first_step_alone_or_again_at_every_step() -> None:
    first, every = (inputs(Experiment(text="hello", shape="one_to_many", feed=feed)) for feed in ("first", "every"))
    h = one_hot([1], 4)
    np.testing.assert_array_equal(first.inputs, np.concatenate([h, np.zeros((4, 4))]))
    np.testing.assert_array_equal(every.inputs, np.repeat(h, 5, axis=0))
    assert first.labels == ("h", "–", "–", "–", "–") and every.labels == ("h",) * 5
    assert first.targets.tolist() == every.targets.tolist() == [0, 2, 2, 3, 4]


@given(source=letters, target=st.text("xyz", min_size=1, max_size=8))
def test_an_encoder_reads_the_text_and_its_decoder_what_it_should_have_written(source, target) -> None:
    data = inputs(Experiment(text=source, target=target, shape="encoder_decoder"))
    kinds = sorted(set(target))
    assert data.alphabet == tuple(sorted(set(source))) and data.answers == (*kinds, "end")
    assert data.sources == len(source) and data.labels == (*source, "▷", *target)
    assert data.targets.tolist() == [-1] * len(source) + [kinds.index(symbol) for symbol in target] + [len(kinds)]
    assert data.inputs.shape == (len(source) + len(target) + 1, max(data.read, data.outputs))
    assert data.read == len(data.alphabet) and data.outputs == len(kinds) + 1
    read, written = data.inputs[: len(source)], data.inputs[len(source) :]
    assert [data.alphabet[code] for code in read.argmax(axis=1)] == list(source) and (read.sum(axis=1) == 1).all()
    assert not written[0].any() and (written[1:].sum(axis=1) == 1).all()
    assert [data.answers[code] for code in written[1:].argmax(axis=1)] == list(target)


@given(text=letters)
def test_without_a_target_the_text_itself_is_to_be_written(text) -> None:
    same = inputs(Experiment(text=text, target=text, shape="encoder_decoder"))
    data = inputs(Experiment(text=text, shape="encoder_decoder"))
    assert data.labels == same.labels and data.targets.tolist() == same.targets.tolist()


@pytest.mark.parametrize(("decoder", "labels"), [("feedback", "▷12"), ("input", "ccc"), ("state", "–––")])
def test_above_a_decoders_steps_stands_what_it_reads(decoder, labels) -> None:
    data = inputs(Experiment(text="ab", target="12", shape="encoder_decoder", decoder=decoder))
    assert data.labels == ("a", "b", *labels)


def test_words_are_read_and_written() -> None:
    asked = Experiment(text="the cat", target="le chat noir", tokens="words", shape="encoder_decoder")
    data = inputs(asked)
    assert data.labels == ("the", "cat", "▷", "le", "chat", "noir") and data.answers == ("chat", "le", "noir", "end")


@given(values=st.lists(st.integers(-4, 4).map(float), min_size=2, max_size=20).filter(any))
def test_the_first_half_of_a_series_is_read_and_the_second_written(values) -> None:
    data = inputs(Experiment(series=tuple(values), shape="encoder_decoder"))
    cut = (len(values) + 1) // 2
    assert data.sources == cut and data.read == data.outputs == 1 and data.alphabet is data.answers is None
    assert data.inputs[:, 0].tolist() == [*values[:cut], 0.0, *values[cut:-1]]
    assert np.isnan(data.targets[:cut]).all() and data.targets[cut:, 0].tolist() == values[cut:]
    assert data.labels[cut] == "▷" and len(data.labels) == len(values)


def test_a_task_is_halved_too_and_far_numbers_keep_their_unit() -> None:
    made = inputs(Experiment(task="sine", length=9, shape="encoder_decoder"))
    ordinary = inputs(Experiment(task="sine", length=9))
    assert made.sources == 5 and made.targets[5:, 0].tolist() == ordinary.inputs[5:, 0].tolist()
    far = inputs(Experiment(series=(290.0, 291.0, 292.0, 293.0), shape="encoder_decoder"))
    assert far.labels == ("290", "291", "▷", "292") and far.scale == 10 and far.offset == 290


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"series": (1.0, 2.0), "target": "x"},
            "target is 'x', but of a series the second half is what is to be written: leave it empty, or give a text "
            "to read.",
        ),
        (
            {"task": "sine", "length": 1},
            "length has 1 of the numbers that are to be halved, but must have at least 2: one to read, one to write.",
        ),
        (
            {"text": " ", "tokens": "words"},
            "text is ' ', but must have at least one word or punctuation mark.",
        ),
        (
            {"text": "a", "target": " ", "tokens": "words"},
            "target is ' ', but must have at least one word or punctuation mark.",
        ),
        (
            {"network": "parity"},
            "shape is 'encoder_decoder', but the network parity has the shape many_to_many: choose that, or a network "
            "of your own.",
        ),
    ],
)
def test_what_cannot_be_translated_is_refused_in_one_sentence(given, sentence) -> None:
    with pytest.raises(ExperimentError) as refused:
        inputs(Experiment(**given, shape="encoder_decoder"))
    assert str(refused.value) == sentence


def test_an_empty_text_or_target_is_no_experiment() -> None:
    for field in ("text", "target"):
        with pytest.raises(ExperimentError, match=f"^{field} is '', but must be a text of at least one symbol.$"):
            Experiment(**{field: ""}, shape="encoder_decoder")


def test_a_network_that_learned_to_answer_last_may_run_as_many_to_one() -> None:
    ordinary, once = (inputs(Experiment(network="sentiment", shape=s)) for s in ("many_to_many", "many_to_one"))
    assert once.labels == ordinary.labels and once.targets.tolist() == ordinary.targets.tolist()
    typed = inputs(Experiment(network="sentiment", text="a good film", shape="many_to_one"))
    assert typed.labels == ("a", "good", "film") and set(typed.targets.tolist()) == {-1}
    with pytest.raises(ExperimentError, match="has the shape many_to_many: choose"):
        inputs(Experiment(network="characters", shape="many_to_one"))


def experiment_of(shape, **more) -> Experiment:
    return Experiment(cell="rnn", shape=shape, **more)


@pytest.mark.parametrize(("name", "shape"), LEARNED)
def test_a_batch_and_each_of_its_sequences_are_shaped_alike(name, shape) -> None:
    for feed in ("first", "every"):
        asked, posed = experiment_of(shape, feed=feed), PROBLEMS[name].pose()
        drawn = posed.batch(np.random.default_rng(0), 6)
        batch = shaped_batch(drawn, asked)
        for b in range(6):
            whole, one = batch.sequence(b), shaped(drawn.sequence(b), asked)
            assert whole.labels == one.labels and whole.sources == one.sources
            np.testing.assert_array_equal(whole.inputs, one.inputs)
            np.testing.assert_array_equal(whole.targets, one.targets)
            assert whole.read == width_of(posed, shape) and whole.outputs == posed.outputs


@pytest.mark.parametrize("shape", ["many_to_one", "one_to_one"])
def test_of_unequal_lengths_the_question_stays_where_each_ends(shape) -> None:
    posed = PROBLEMS["order"].pose(length=20, spread=50)
    drawn = posed.batch(np.random.default_rng(0), 8)
    batch = shaped_batch(drawn, experiment_of(shape))
    wanted = drawn.targets[np.arange(8), drawn.lengths - 1]
    assert batch.targets[np.arange(8), batch.lengths - 1].tolist() == wanted.tolist()
    assert len(set(drawn.lengths.tolist())) > 1
    for b in range(8):
        read = "".join(drawn.labels[b])
        assert batch.labels[b] == ((read,) if shape == "one_to_one" else tuple(read))
    assert batch.inputs.shape == ((8, 1, 160) if shape == "one_to_one" else (8, 20, 8))


def test_a_question_before_the_end_cuts_what_comes_after_it() -> None:
    drawn = PROBLEMS["text"].pose(text="hello", length=5).batch(np.random.default_rng(0), 2)
    assert drawn.answers is not None and drawn.answers[-1] == "end" and (drawn.targets[:, -1] == 4).all()
    batch = shaped_batch(drawn, experiment_of("many_to_one"))
    assert batch.lengths.tolist() == [4, 4] and not batch.inputs[:, 4].any()
    assert batch.labels[0] == tuple("hell") and batch.targets[0].tolist() == [-1, -1, -1, 3, -1]


@pytest.mark.parametrize(("name", "shape"), LEARNED)
def test_probes_are_shaped_and_always_the_same(name, shape) -> None:
    asked = experiment_of(shape, decoder="input")
    first, again = (probes(PROBLEMS[name].pose(), asked) for _ in range(2))
    assert 1 <= len(first) <= 3 and [one.labels for one in first] == [one.labels for one in again]
    for one in first:
        assert one.read == width_of(PROBLEMS[name].pose(), shape)
        assert (len(one.inputs) == 1) == (shape == "one_to_one")
        assert not one.sources or set(one.labels[one.sources :]) == {"c"}


def test_a_shape_that_a_problem_is_not_learned_in_is_refused() -> None:
    posed: Posed = PROBLEMS["adding"].pose()
    check_shape(posed, experiment_of("one_to_one"))
    sentence = (
        "shape is 'encoder_decoder', but this problem is learned in the shapes many_to_many, many_to_one, one_to_one."
    )
    with pytest.raises(ExperimentError) as refused:
        check_shape(posed, experiment_of("encoder_decoder"))
    assert str(refused.value) == sentence
