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
        ("hidden_size", "500", 128, "128"),
        ("hidden_size", "0", 1, "1"),
        ("hidden_size", "-3", 1, "1"),
        ("hidden_size", "2.7", 2, "whole number"),
        ("hidden_size", "many", 5, "whole number"),
        ("hidden_size", "", 5, "whole number"),
        ("hidden_size", "9" * 5000, 128, "whole number"),
        ("num_layers", "9", 3, "3"),
        ("seed", "1e99", 999_999, "whole number"),
        ("gain", "nan", 1.0, "finite"),
        ("gain", "inf", 10.0, "finite"),
        ("gain", "-1", 0.0, "at least 0"),
        ("gain", "99", 10.0, "10"),
        ("forget_bias", "1e400", 10.0, "finite"),
        ("forget_bias", "-11", -10.0, "-10"),
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
