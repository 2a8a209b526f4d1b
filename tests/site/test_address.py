"""A link is checked field by field before a control sees it: what is wrong is said, the nearest state is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import Experiment
from rnnviz.site import limits, state
from rnnviz.site.address import Memory, read

FIRST = Experiment()


def taken(**query: str | list[str]) -> tuple[dict[str, object], list[str]]:
    lists = {name: [value] if isinstance(value, str) else value for name, value in query.items()}
    return read(lists, FIRST, state.fields("hold"), "en")


@pytest.mark.parametrize(
    ("name", "text", "used", "limit"),
    [
        ("hidden_size", "500", 128, "whole number from 1 to 128"),
        ("hidden_size", "0", 1, "whole number from 1 to 128"),
        ("hidden_size", "-3", 1, "from 1 to 128"),
        ("hidden_size", "2.7", 2, "whole number from 1 to 128"),
        ("hidden_size", "many", 5, "whole number from 1 to 128"),
        ("hidden_size", "", 5, "from 1 to 128"),
        ("hidden_size", "9" * 5000, 128, "from 1 to 128"),
        ("num_layers", "9", 3, "from 1 to 3"),
        ("truncate", "0", 1, "from 1 to 1000"),
        ("truncate", "soon", None, "from 1 to 1000"),
        ("clip", "0", 0.001, "from 0.001 to 1000"),
        ("clip", "none", None, "from 0.001 to 1000"),
        ("seed", "1e99", 999_999, "from 0 to 999999"),
        ("gain", "nan", 1.0, "a number from 0 to 10"),
        ("gain", "inf", 10.0, "a number from 0 to 10"),
        ("gain", "-1", 0.0, "from 0 to 10"),
        ("gain", "99", 10.0, "from 0 to 10"),
        ("forget_bias", "1e400", 10.0, "from -10 to 10"),
        ("forget_bias", "-11", -10.0, "from -10 to 10"),
        ("cell", "LSTM", "lstm", "rnn, gru, lstm"),
        ("cell", "transformer", "lstm", "rnn, gru, lstm"),
        ("cell", "grü", "gru", "rnn, gru, lstm"),
        ("nonlinearity", "sigmoid", "tanh", "tanh, relu, identity"),
        ("init", "ortogonal", "orthogonal", "orthogonal"),
        ("tokens", "<script>", "characters", "characters, words"),
        ("loss", "__import__('os')", "every", "every, last"),
        ("bidirectional", "perhaps", False, "true or false"),
        ("hold", "'; drop table", (), "f:0:steps3-7"),
    ],
)
def test_a_wrong_value_is_named_with_its_limit_and_what_is_used(name, text, used, limit) -> None:
    values, sentences = taken(**{name: text})
    assert values[name] == used
    assert len(sentences) == 1
    assert name in sentences[0] and limit in sentences[0] and "is used instead" in sentences[0]
    assert len(sentences[0]) < 300


@pytest.mark.parametrize("name", sorted(limits.RANGES.keys() & state.fields()))
@pytest.mark.parametrize("text", ["many", "-1e9", "1e99", "nan"])
def test_of_every_number_both_ends_of_its_range_are_named(name, text) -> None:
    made = {"task": "sine"} if name == "length" else {}
    _, sentences = taken(**made, **{name: text})
    least, most = limits.RANGES[name]
    assert len(sentences) == 1 and f"from {least:g} to {most:g}" in sentences[0]


@pytest.mark.parametrize(
    ("task", "used", "names"),
    [
        ("sine:period=x:phase=2", "sine:phase=2", "period to 'x'"),
        ("sine:period=0", "sine:period=1", "period to '0', but it must be a number from 1 to 1000"),
        ("sine:period=0:amplitude=1e9", "sine:period=1:amplitude=100", "period to '0'"),
        ("sine:period=0:amplitude=1e9:phase=z", "sine:period=1:amplitude=100", "period to '0'"),
    ],
)
def test_a_wrong_setting_of_a_generator_is_put_right_and_the_others_stay(task, used, names) -> None:
    values, sentences = taken(task=task)
    assert sorted(str(values["task"]).split(":")) == sorted(used.split(":"))
    assert len(sentences) == 1 and names in sentences[0]


def test_good_values_pass_without_a_word() -> None:
    experiment = Experiment(
        cell="gru",
        hidden_size=7,
        num_layers=2,
        bidirectional=True,
        init="xavier",
        gain=0.5,
        seed=3,
        text="hé",
        loss="last",
    )
    values, sentences = taken(**experiment.to_query())
    assert sentences == []
    assert Experiment(**values) == experiment


def test_an_unknown_name_is_left_out_and_said() -> None:
    values, sentences = taken(colour="red", text="ab")
    assert values == {"text": "ab"}
    assert len(sentences) == 1 and "'colour'" in sentences[0]


def test_a_repeated_name_counts_once() -> None:
    values, sentences = taken(cell=["rnn", "gru"])
    assert values == {"cell": "gru"}
    assert len(sentences) == 1 and "2 times" in sentences[0] and "'gru'" in sentences[0]


def test_one_input_is_read() -> None:
    values, sentences = taken(text="ab", task="sine", length="20")
    assert values == {"text": "ab"}
    assert len(sentences) == 2 and "task" in sentences[0] and "length" in sentences[1]


@pytest.mark.parametrize(
    ("link", "names"),
    [
        ({"network": "dates", "attention": "none"}, "attention"),
        ({"network": "speller", "cell": "lstm"}, "cell"),
        ({"network": "speller", "shape": "many_to_one", "hidden_size": "9"}, "hidden_size, shape"),
        ({"network": "speller", "gain": "2", "init": "no such", "cell": "gru"}, "init, gain"),
        ({"network": "latch", "target": "abc", "forcing": "0"}, "target, forcing"),
    ],
)
def test_of_a_ready_made_network_only_what_it_leaves_open_is_read_and_the_rest_is_said(link, names) -> None:
    values, (sentence,) = taken(**link)
    assert values == {"network": link["network"]} and f"says of {names} is left out" in sentence


@pytest.mark.parametrize(
    "link",
    [
        {"network": "reverser_attention", "attention": "dot", "target": "a", "forcing": "0", "seed": "3"},
        {"network": "sentiment", "shape": "many_to_one", "cell": "lstm", "init": "torch"},
        {"network": "speller", "cell": "gru", "shape": "encoder_decoder"},
    ],
)
def test_what_a_ready_made_network_has_anyway_is_no_cause_for_a_sentence(link) -> None:
    values, sentences = taken(**link)
    own = {"attention", "cell", "init"}
    assert sentences == [] and values.keys() == link.keys() - own


def test_a_length_beyond_the_data_is_the_data_s() -> None:
    values, sentences = taken(task="stocks", length="500")
    assert values == {"task": "stocks", "length": 104}
    assert len(sentences) == 1 and "104" in sentences[0]


@given(st.dictionaries(st.sampled_from([*sorted(state.fields("hold")), "x", "<b>", "text "]), st.text(), max_size=6))
def test_any_link_is_read_without_an_error(query) -> None:
    values, sentences = read({name: [text] for name, text in query.items()}, FIRST, state.fields("hold"), "en")
    assert set(values) <= state.fields("hold")
    assert all(isinstance(sentence, str) and "\n" not in sentence for sentence in sentences)
    for name, (least, most) in limits.RANGES.items():
        if values.get(name) is not None:
            assert least <= values[name] <= most


def test_only_a_link_that_changed_is_read() -> None:
    memory = Memory()
    assert memory.is_news("step", {})
    memory.page, memory.query = "step", {"cell": ["gru"]}
    assert not memory.is_news("step", {"cell": ["gru"], "step": ["9"]}), "the stage writes the step"
    memory.written.append({"cell": ["rnn"]})
    assert not memory.is_news("step", {"cell": ["rnn"]}), "the browser echoes what we wrote"
    assert memory.is_news("step", {"cell": ["lstm"]}), "someone went back"
    assert not memory.is_news("gates", {}), "the navigation was clicked"
    assert memory.is_news("gates", {"cell": ["rnn"]}), "a link was followed"
