"""An experiment is validated, hashable, and survives a link and a file."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import CELLS, GATES, INITS, NETWORKS, TASKS, Experiment, ExperimentError, Hold, parse_field

finite = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    cell = draw(st.sampled_from(CELLS))
    size = draw(st.integers(1, 200))
    source = draw(
        st.one_of(
            st.fixed_dictionaries({"text": st.text(st.characters(exclude_categories=["Cs"]), min_size=1)}),
            st.fixed_dictionaries({"series": st.lists(finite, min_size=2).map(tuple)}),
            st.fixed_dictionaries({"task": st.sampled_from(TASKS), "length": st.integers(1, 99)}),
            st.fixed_dictionaries({"network": st.sampled_from(NETWORKS)}),
            st.fixed_dictionaries({"network": st.sampled_from(NETWORKS), "text": st.text("01()", min_size=1)}),
            st.fixed_dictionaries({"task": st.just("sine:period=8:phase=2")}),
        )
    )
    holds: tuple[Hold, ...] = ()
    if GATES[cell]:
        start = draw(st.integers(0, 50))
        holds = draw(
            st.lists(
                st.builds(
                    Hold,
                    gate=st.sampled_from(GATES[cell]),
                    value=st.sampled_from([0.0, 0.25, 1.0]) | st.floats(0, 1),
                    unit=st.none() | st.integers(0, size - 1),
                    start=st.just(start),
                    stop=st.none() | st.integers(start + 1, 99),
                    layer=st.sampled_from([None, "l0"]),
                ),
                max_size=3,
            ).map(tuple)
        )
    return Experiment(
        cell=cell,
        hidden_size=size,
        num_layers=draw(st.integers(1, 4)),
        bidirectional=draw(st.booleans()),
        init=draw(st.sampled_from(INITS)),
        gain=draw(st.floats(0, 1e6)),
        forget_bias=draw(st.none() | finite),
        seed=draw(st.integers(0, 10**17)),
        truncate=draw(st.none() | st.integers(1, 99)),
        clip=draw(st.none() | st.floats(1e-6, 1e6)),
        hold=holds,
        **source,
    )


@given(experiments())
def test_link_and_file_restore_the_very_experiment(experiment: Experiment) -> None:
    assert Experiment.from_query(experiment.to_query()) == experiment
    assert Experiment.from_json(experiment.to_json()) == experiment
    assert hash(Experiment.from_json(experiment.to_json())) == hash(experiment)


def test_defaults_leave_the_link_empty_but_for_the_text() -> None:
    assert Experiment().to_query() == {"text": "hello world"}
    assert Experiment(task="sine").to_query() == {"task": "sine"}


class Mute:
    """An object that fails at whatever it is asked."""

    def _fail(self) -> None:
        raise RuntimeError

    __repr__ = __len__ = __iter__ = __float__ = __index__ = _fail  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("field", "value", "must_say"),
    [
        ("cell", "transformer", "rnn, gru, lstm"),
        ("cell", ["lstm"], "rnn, gru, lstm"),
        ("hidden_size", 0, "at least 1"),
        ("hidden_size", 2.5, "whole number"),
        ("hidden_size", True, "whole number"),
        ("hidden_size", "9" * 400, "whole number"),
        ("num_layers", -1, "from 1 to 1000"),
        ("bidirectional", "maybe", "true or false"),
        ("init", "he", "orthogonal"),
        ("gain", float("nan"), "finite"),
        ("gain", "1e999", "finite"),
        ("gain", -1, "at least 0"),
        ("forget_bias", float("inf"), "finite"),
        ("seed", -1, "at least 0"),
        ("text", "", "at least one symbol"),
        ("text", 7, "text"),
        ("series", [1.0], "at least 2"),
        ("series", [1.0, float("nan")], "item 2"),
        ("series", [1.0, "two"], "item 2"),
        ("series", "1,2", "sequence of numbers"),
        ("series", 3, "sequence of numbers"),
        ("series", np.array(3), "sequence of numbers"),
        ("gain", 1 + 1j, "finite"),
        ("gain", np.complex64(1), "finite"),
        ("gain", np.bool_(True), "finite"),
        ("cell", np.ones((2, 2)), "rnn, gru, lstm"),
        *((name, Mute(), "Mute") for name in ("seed", "clip", "text", "series", "hold")),
        pytest.param("hidden_size", -(10**5000), "at least 1", id="more digits than Python prints"),
        ("task", "cosine", "sine"),
        ("network", "brain", "latch"),
        ("task", "sin:e", "sine"),
        ("length", 5, "length"),
        ("loss", "first", "every, last"),
        ("truncate", 0, "at least 1"),
        ("clip", 0, "above 0"),
        ("hold", "f:1", "Hold"),
        ("hold", [("f", 1)], "Hold"),
        ("hold", [Hold("z", 1)], "i, f, g, o"),
        ("hold", [Hold("f", 1.5)], "between 0 and 1"),
        ("hold", [Hold("f", float("nan"))], "between"),
        ("hold", [Hold("f", "shut")], "between"),
        ("hold", [Hold("f", 1, unit="b")], "whole numbers"),
        ("hold", [Hold("f", 1, start=1.5)], "whole numbers"),
        ("hold", [Hold("f", 1, stop="end")], "whole numbers"),
        ("hold", np.array(3), "Hold"),
        ("hold", [Hold("f", 1, unit=5)], "1 to 5"),
        ("hold", [Hold("f", 1, start=3, stop=3)], "span"),
        ("hold", [Hold("f", 1, layer="l1")], "l0"),
    ],
)
def test_invalid_is_one_sentence_naming_field_value_and_range(field: str, value: object, must_say: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        Experiment(**{field: value})
    sentence = str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert caught.value.field == field
    assert sentence.startswith(field) and must_say in sentence
    assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 300
    assert str(pickle.loads(pickle.dumps(caught.value))) == sentence


def test_two_inputs_are_refused_and_replace_swaps_them() -> None:
    with pytest.raises(ExperimentError, match="one input"):
        Experiment(text="a", series=(1.0, 2.0))
    swapped = Experiment(text="abc").replace(series=(1.0, 2.0))
    assert swapped.text is None and swapped.series == (1.0, 2.0)
    back = Experiment(task="sine", length=9).replace(text="abc")
    assert back.task is None and back.length is None


@pytest.mark.parametrize("name", ["__class__", "to_query", "<script>", "x" * 10_000])
def test_unknown_parameters_are_named_and_refused(name: str) -> None:
    with pytest.raises(ExperimentError, match="not a setting"):
        Experiment.from_query({name: "1"})


@pytest.mark.parametrize(
    "text", [None, 5, "", "null", "[1]", "{", '{"cell": 3}', '{"hold": "f"}', "[" * 100_000, '{"no": 1}']
)
def test_hostile_files_are_refused(text: str) -> None:
    with pytest.raises(ExperimentError):
        Experiment.from_json(text)


@pytest.mark.parametrize("text", ["f", "f:x", "ff:1", "f:1:steps7", "f:1:steps0-3", "f:1:unit0", "f:1:l", "f:--1", ":"])
def test_a_hold_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ExperimentError):
        Experiment(hold=parse_field("hold", text))


def test_a_hold_reads_as_people_count() -> None:
    assert str(Hold("f", 0, unit=1, start=2, stop=7)) == "f:0:steps3-7:unit2"


def test_numpy_values_become_plain_ones() -> None:
    held = Hold("f", np.float32(0.5), unit=np.int8(1), start=np.uint8(2))
    experiment = Experiment(
        hidden_size=np.int64(3), series=np.arange(4), gain=np.float32(0.5), bidirectional=np.bool_(True), hold=[held]
    )
    assert experiment.bidirectional is True and type(experiment.hold[0].unit) is int
    assert experiment.series == (0.0, 1.0, 2.0, 3.0)
    assert type(experiment.hidden_size) is int and type(experiment.gain) is float
    assert Experiment.from_json(experiment.to_json()) == experiment


@pytest.mark.parametrize("query", [{"hold": ["f:0"]}, {"hold": None}, {"series": None}, {"series": 5}, {"text": ["a"]}])
def test_a_query_of_other_things_than_texts_is_refused(query: dict[str, object]) -> None:
    with pytest.raises(ExperimentError):
        Experiment.from_query(query)


def test_a_lone_surrogate_stands_as_the_replacement_character() -> None:
    assert Experiment(text="a\ud800b").text == "a\ufffdb"
    assert Experiment(text="\ud83d\ude00").text == "\U0001f600"


def test_layer_names_are_torchs() -> None:
    names = Experiment(num_layers=2, bidirectional=True).layer_names
    assert names == ("l0", "l0_reverse", "l1", "l1_reverse")


@pytest.mark.parametrize(
    ("name", "value"), [("gain", 2), ("forget_bias", None), ("seed", "7"), ("loss", "last"), ("clip", "0.5")]
)
def test_a_field_replaced_by_itself_is_checked_as_ever(name: str, value: object) -> None:
    first = Experiment(text="abc", hold=(Hold("f", 1.0),), forget_bias=1.0)
    fields = {field: getattr(first, field) for field in ("text", "hold", "forget_bias")}
    found, whole = first.replace(**{name: value}), Experiment(**{**fields, name: value})
    assert found == whole and hash(found) == hash(whole)
    assert type(getattr(found, name)) is type(getattr(whole, name))
    assert first == Experiment(**fields), "the first one stays as it was"


def test_what_is_replaced_by_a_wrong_value_is_refused() -> None:
    for wrong in ({"gain": -1.0}, {"seed": 0.5}, {"clip": 0.0}, {"gain": None}, {"loss": "first"}):
        with pytest.raises(ExperimentError, match=next(iter(wrong))):
            Experiment().replace(**wrong)
