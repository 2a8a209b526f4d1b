"""Whatever is linked or typed: one clear sentence that names what was asked, what may be, and what is shown instead."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from rnnviz.experiment import Experiment
from rnnviz.run import run
from tests.site.visit import Visit

HOSTILE = "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
SIZE = "Hidden units (hidden_size in the link) is {}, but must be a whole number from 1 to 128; {} is used"
GAIN = "Gain (gain in the link) is {}, but must be a number from 0 to 10; {} is used"
STEP = "opens at step {}, but steps are whole numbers from 1 to {}; step {} is shown"

SOURCE = {"shape": "encoder_decoder", "text": "ab"}
# The link, the number of steps of what is shown instead, and what the sentence says.
LINKS: dict[str, tuple[dict[str, str], int, str]] = {
    "unknown word": ({"colour": "red"}, 11, "'colour', which is no setting of this page; it is left out"),
    "unknown cell": ({"cell": "transformer"}, 11, "is 'transformer', but must be one of rnn, gru, lstm; 'lstm'"),
    "size beyond the limit": ({"hidden_size": "129"}, 11, SIZE.format("'129'", 128)),
    "size of nothing": ({"hidden_size": ""}, 11, SIZE.format("''", 5)),
    "size below one": ({"hidden_size": "-3"}, 11, SIZE.format("'-3'", 1)),
    "size that is no number": ({"hidden_size": "many"}, 11, SIZE.format("'many'", 5)),
    "size beyond all measure": ({"hidden_size": "9" * 400}, 11, SIZE.format("'" + "9" * 38 + "…", 128)),
    "gain that is NaN": ({"gain": "nan"}, 11, GAIN.format("'nan'", 1)),
    "gain that is infinite": ({"gain": "inf"}, 11, GAIN.format("'inf'", 10)),
    "length beyond the limit": ({"task": "sine", "length": "100000"}, 1000, "from 2 to 1000; 1000 is used"),
    "unknown network": ({"network": "brain"}, 24, "is 'brain', but must be one of latch, delay, counter"),
    "two inputs": ({"text": "ab", "task": "sine"}, 2, "gives task beside text, but a network reads one input; text"),
    "series with a word": ({"series": "1,2,three"}, 4, "item 3 (line 1, column 5) is 'three'"),
    "series of one": ({"series": "1"}, 4, "must have at least 2 entries"),
    "empty text": ({"text": ""}, 11, "Text is '', but must be a text of at least one symbol; 'hello world' is used"),
    "step of nothing": ({"step": "soon"}, 11, STEP.format("'soon'", 11, 7)),
    "step before the first": ({"step": "0"}, 11, STEP.format("'0'", 11, 1)),
    "step after the last": ({"text": "hello", "step": "999"}, 5, STEP.format("'999'", 5, 5)),
    "hostile word": ({HOSTILE: "1"}, 11, "'<script>window.pwned=1</script><img sr…, which is no setting of this page"),
    "hostile value": ({"cell": HOSTILE}, 11, "is '<script>window.pwned=1</script><img sr…, but must be one of rnn"),
    "hostile hold": ({"hold": "f:0:steps9-3"}, 11, "'hold', which is no setting of this page"),
    "unknown shape": ({"shape": "circle"}, 11, "is 'circle', but must be one of one_to_one, one_to_many"),
    "hostile shape": ({"shape": HOSTILE}, 11, "is '<script>window.pwned=1</script><img sr…, but must be one of one_to"),
    "unknown feed": ({"shape": "one_to_many", "feed": "never"}, 11, "must be one of first, every; 'every' is"),
    "unknown readout": (
        {"shape": "many_to_one", "readout": "__class__"},
        10,
        "must be one of last, mean, max; 'last' is",
    ),
    "unknown context": (SOURCE | {"context": ""}, 5, "is '', but must be one of last, transform, all; 'last' is used"),
    "unknown decoder": (SOURCE | {"decoder": "greedy"}, 5, "must be one of state, input, feedback"),
    "unknown attention": (SOURCE | {"attention": "self"}, 5, "must be one of none, dot, additive; 'none' is used"),
    "forcing beyond one": (SOURCE | {"forcing": "1e999"}, 5, "is '1e999', but must be a number from 0 to 1; 1 is used"),
    "forcing that is NaN": (SOURCE | {"forcing": "nan"}, 5, "is 'nan', but must be a number from 0 to 1; 1 is used"),
    "beam beyond the limit": (SOURCE | {"beam": "9" * 300}, 5, "must be a whole number from 1 to 10; 10 is used"),
    "beam of nothing": (SOURCE | {"beam": "0"}, 5, "is '0', but must be a whole number from 1 to 10; 1 is used"),
    "enormous source": (
        SOURCE | {"text": "ab" * 50_000},
        401,
        "has 100,000 symbols, but an encoder on this site reads at",
    ),
    "enormous target": (
        SOURCE | {"target": "ab" * 50_000},
        203,
        "has 100,000 symbols, but a decoder on this site is asked",
    ),
    "all at once beyond the limit": (
        {"shape": "one_to_one", "cell": "rnn", "text": "x" * 1000},
        1,
        "has 1,000 symbols, but a network on this site reads at most 100 at once",
    ),
    "all at once with gates": ({"shape": "one_to_one"}, 1, "its cell is rnn, in one direction; 'rnn' is used instead"),
    "presenting, perhaps": ({"present": "yes"}, 11, "to 'yes', but it must be 1 (the page without its controls) or 0"),
}


def assert_one_sentence(visit: Visit, says: str) -> None:
    (sentence,) = visit.errors
    assert says in sentence
    assert sentence.endswith(".") and len(sentence) < 400
    assert "Traceback" not in sentence and "Error" not in sentence


@pytest.mark.parametrize("name", LINKS)
def test_a_link_that_cannot_be_followed(name) -> None:
    query, steps, says = LINKS[name]
    visit = Visit("step", **query)
    assert_one_sentence(visit, says)
    assert visit.meta()["T"] == steps


@pytest.mark.parametrize(
    ("hold", "says"),
    [
        ("f:0", "Hold a gate names the gate 'f', but a plain RNN has no gates"),
        ("f=0", "Hold a gate (hold in the link) is 'f=0'"),
    ],
)
def test_a_hold_of_a_cell_without_gates(hold, says) -> None:
    visit = Visit("gates", cell="rnn", hold=hold)
    assert_one_sentence(visit, says)
    assert visit.meta("stage-gates")["hold"] == []


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ("step", "step/extra"),
        ("gates", "gate"),
        ("shapes", "shape"),
        ("start", "nosuch"),
        ("start", "nosuch/step"),
        ("start", HOSTILE),
    ],
)
def test_an_address_of_no_page(page, asked) -> None:
    assert_one_sentence(Visit(page, page=asked), f"; {page.title()} is shown")


@pytest.mark.parametrize("text", ["مرحبا بالعالم", "שלום", "e\u0301a\u0300", "👩‍👩‍👧🏳️‍🌈", "你好", "a\tb c"])
def test_any_script_is_read(text) -> None:
    visit = Visit("step", text="hello world")
    visit.test.text_input(key="text").set_value(text)
    assert not visit.run().errors
    assert visit.meta()["labels"] == [label.replace(" ", "␣") for label in run(Experiment(text=text)).labels]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("1, 2, nan", "item 3 (line 1, column 7) is 'nan'"),
        ("1, inf, 2", "item 2 (line 1, column 4) is 'inf'"),
        ("", "must have at least 2 entries"),
        ("date,close\nmonday,low\ntuesday,high", "Numbers must be numbers"),
    ],
    ids=["NaN", "infinity", "empty", "words"],
)
def test_numbers_that_are_none(typed, says) -> None:
    visit = Visit("step", series="1,2,3,4")
    visit.test.text_area(key="series").set_value(typed)
    assert_one_sentence(visit.run(), says)
    assert visit.meta()["T"] == 4 and visit.test.session_state["series"] == typed


@pytest.mark.parametrize("page", ["step", "gates", "gradients", "shapes"])
@pytest.mark.parametrize("word", ["shape", "feed", "readout", "context", "decoder", "attention", "forcing", "beam"])
def test_nonsense_of_a_shape_is_one_sentence_on_every_page(page: str, word: str) -> None:
    known = {"shape": "encoder_decoder"} if word in ("context", "decoder", "attention", "forcing", "beam") else {}
    visit = Visit(page, text="ab", **known, **{word: HOSTILE})
    (sentence,) = visit.errors
    assert f"({word} in the link)" in sentence and "<script>" in sentence and len(sentence) < 400


@pytest.mark.parametrize(
    ("given", "says", "count"),
    [
        ("", "Texts has no text, but must have at least one.", 4),
        (HOSTILE, "the network never met: '<'", 4),
        ("good\x00\n\u202egood\nnot good", "never met are left out, here 2", 1),
        ("good\n" * 20_000, "Texts are 20,000, of up to 1 words, but this site lays at most 12", 12),
        ("good " * 20_000, "of up to 20,000 words, but this site lays at most 12", 1),
        (["good", "not good"], "batch 2 times", 1),
    ],
    ids=["nothing", "markup", "invisible", "many", "long", "repeated"],
)
def test_nonsense_in_the_texts_of_a_link_is_one_sentence(given: str | list[str], says: str, count: int) -> None:
    visit = Visit("shapes", batch=given)
    (told,) = visit.errors
    assert says in told and told.endswith(".") and len(told) < 400
    assert len(visit.component("stage-padding")["payload"]["padding"]["lengths"]) == count


def test_of_a_text_too_long_for_a_link_it_is_said_that_it_does_not_come_back() -> None:
    visit = Visit("step", text="é" * 900)
    assert "text" not in visit.query
    assert_one_sentence(visit, "the link of this screen leaves it out, and neither Back nor a reload brings it back")
    assert Visit("step", **dict(parse_qsl(visit.query))).meta()["labels"] != ["é"] * 900


def test_texts_too_long_for_a_link_leave_the_gallery_open() -> None:
    visit = Visit("shapes", batch="good" + "." * 5_000)
    assert len(visit.errors) == 1 and "a link can carry" in visit.errors[0] and visit.query == ""
    assert "'batch'" in Visit("step", batch="good").errors[0]


@pytest.mark.parametrize("page", ["shapes", "step"])
@pytest.mark.parametrize("text", ["", "  "])
def test_a_trained_network_that_a_link_gives_nothing_to_read(page: str, text: str) -> None:
    visit = Visit(page, network="reverser_attention", text=text, forcing="0")
    assert_one_sentence(
        visit, f"(text in the link) is '{text}', but must be a text of at least one symbol; a random input"
    )
    assert "text" not in visit.query
    assert Visit(page, network="reverser_attention", forcing="0").errors == []


@pytest.mark.parametrize("target", [HOSTILE, "\u202eabc", "👩‍👩‍👧🏳️‍🌈", "  ", "שלום"])
def test_any_target_is_written_as_it_is(target) -> None:
    visit = Visit("step", **SOURCE, target=target)
    wanted = run(Experiment(shape="encoder_decoder", text="ab", target=target))
    assert visit.errors == [] and visit.meta()["answers"] == list(wanted.answers or ())
    assert visit.meta()["T"] == wanted.steps


def test_a_target_of_nothing_is_what_the_network_writes_anyway() -> None:
    assert Visit("step", **SOURCE, target="").meta()["T"] == 5
    assert Visit("step", shape="encoder_decoder", text="one two", tokens="words", target=" ").errors == []


@pytest.mark.parametrize(
    ("network", "text", "says"),
    [
        ("reverser", "Hello", "has 'H' as symbol 1, but this network reads only a–z"),
        ("reverser", "ab" * 50_000, "has 100,000 symbols, but an encoder on this site reads at most 200"),
        ("dates", HOSTILE, "has '<' as symbol 1"),
        ("speller", "99999999999", "numbers are spelled up to 999999"),
        ("waves_at_once", "1 2 3", "has 3 steps, but this network reads 24 at once"),
        ("drawer", "circle 5", "must be one of sine, square, saw, triangle"),
    ],
)
def test_what_a_trained_network_cannot_read(network: str, text: str, says: str) -> None:
    visit = Visit("shapes", network=network, text=text)
    assert_one_sentence(visit, says)
    assert visit.meta("stage-shapes")["T"] >= 1 and visit.test.session_state["network_text"] == text


def test_what_a_trained_network_cannot_write() -> None:
    visit = Visit("shapes", network="reverser", text="hello", target="A B")
    assert_one_sentence(visit, "Target has 'A' as symbol 1, but this network writes only a–z")
    assert visit.meta("stage-shapes")["T"] == 11 and visit.test.session_state["target"] == "A B"
    told = "type only these, or choose a network of your own; what it was taught to write is used instead."
    assert visit.errors[0].endswith(told), "what can be done, and what is done"


@pytest.mark.parametrize(
    ("typed", "says", "units"),
    [
        (7.5, "is 7.5, but must be a whole number from 1 to 128; 7 is used", "7"),
        (8.0, "", "8"),
        (-3.0, "is -3, but must be a whole number from 1 to 128; 1 is used", "1"),
        (1e300, "is 1e+300, but must be a whole number from 1 to 128; 128 is used", "128"),
        (None, "is empty, but must be a number from 1 to 128", ""),
    ],
    ids=["between", "whole", "negative", "enormous", "empty"],
)
@pytest.mark.parametrize(("page", "key"), [("step", "hidden_size"), ("training", "training_hidden_size")])
def test_what_is_typed_for_a_whole_number(page: str, key: str, typed: float | None, says: str, units: str) -> None:
    visit = Visit(page)
    visit.test.number_input(key=key).set_value(typed)
    assert [says in said for said in visit.run().errors] == [True] * bool(says)
    assert not units or f"hidden_size={units}" in visit.query.split("&")
    assert visit.test.number_input(key=key).value == typed, "what was typed is lost"


@pytest.mark.parametrize(
    ("key", "typed", "says", "used"),
    [
        ("length", 5000.0, "is 5000, but must be a whole number from 2 to 1000; 1000 is used", "length=1000"),
        ("task_sine_period", 0.0, "period to '0', but it must be a number from 1 to 1000", "period%3D1&"),
        ("task_sine_period", None, "period to '', but it must be a number from 1 to 1000; sine is used", "task=sine&"),
        ("task_sine_phase", -2000.0, "phase to '-2000', but it must be a number from -1000", "phase%3D-1000&"),
    ],
)
def test_what_is_typed_for_a_number_of_a_generator(key: str, typed: float | None, says: str, used: str) -> None:
    visit = Visit("step", task="sine", length="20").more()
    visit.test.number_input(key=key).set_value(typed)
    (told,) = visit.run().errors
    assert says in told and used in f"{visit.query}&" and visit.test.number_input(key=key).value == typed


def test_another_generator_is_asked_for_no_more_steps_than_it_has() -> None:
    visit = Visit("step", task="sine", length="500")
    visit.test.selectbox(key="task").set_value("stocks")
    assert visit.run().errors == [] and "length=104" in visit.query


def test_an_emptied_setting_of_a_problem_is_told() -> None:
    visit = Visit("training")
    visit.test.number_input(key="training_adding_length").set_value(None)
    (told,) = visit.run().errors
    assert "Length is empty, but must be a number from 2 to 200" in told
