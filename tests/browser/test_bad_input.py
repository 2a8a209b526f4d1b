"""Whatever is typed or linked: one clear sentence, the nearest valid run, and nothing lost or executed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from rnnviz import Experiment, run
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import Screen

HOSTILE = "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"

LINKS = {
    "unknown word": ({"colour": "red"}, "colour"),
    "unknown cell": ({"cell": "transformer"}, "cell"),
    "size beyond the limit": ({"hidden_size": "129"}, "128"),
    "size of nothing": ({"hidden_size": ""}, "hidden_size"),
    "size below one": ({"hidden_size": "-3"}, "1"),
    "size that is no number": ({"hidden_size": "many"}, "hidden_size.* 1 to 128"),
    "size beyond all measure": ({"hidden_size": "9" * 400}, "128"),
    "gain that is NaN": ({"gain": "nan"}, "gain.* 0 to 10"),
    "gain that is infinite": ({"gain": "inf"}, "gain"),
    "length beyond the limit": ({"task": "sine", "length": "100000"}, "1,?000"),
    "unknown network": ({"network": "brain"}, "network"),
    "two inputs": ({"text": "ab", "task": "sine"}, "text"),
    "series with a word": ({"series": "1,2,three"}, "three"),
    "series of one": ({"series": "1"}, "2"),
    "empty text": ({"text": ""}, say("control.text")),
    "step of nothing": ({"step": "soon"}, "11"),
    "step before the first": ({"step": "0"}, "1"),
    "step after the last": ({"text": "hello", "step": "999"}, "1 to 5; step 5"),
    "hostile word": ({HOSTILE: "1"}, "script"),
    "hostile value": ({"cell": HOSTILE}, "cell"),
    "hostile hold": ({"hold": "f:0:steps9-3"}, "hold"),
    "presenting, perhaps": ({"present": "yes"}, "present.* 1 .* or 0"),
}


LOST = {
    "/step/extra": ("/step", "Step"),
    "/step/extra?cell=gru&text=abc": ("/step", "Step"),
    "/gates/": ("/gates", None),
    "/gate": ("/gates", "Gates"),
    "/nosuch": ("/", "Start"),
    "/nosuch/step": ("/", "Start"),
    f"/{HOSTILE}": ("/", "Start"),
}


@pytest.mark.parametrize("path", LOST)
def test_an_address_of_no_page(visit: Visit, path: str) -> None:
    led_to, name = LOST[path]
    screen = visit(path)
    assert urlsplit(screen.page.url).path == led_to
    if name is None:
        assert screen.complaints() == []
    else:
        assert_one_sentence(screen, f"no page .*Start.*Step.*Gates.*; {name} is shown")
    assert_unharmed(screen)
    if "cell=gru" in path:
        assert screen.steps == 3 and "cell=gru" in screen.page.url and "page=" not in screen.page.url


def test_a_hold_of_a_cell_without_gates(visit: Visit) -> None:
    screen = visit("/gates", cell="rnn", hold="f=0")
    assert len(screen.complaints()) == 1
    screen = visit("/gates", cell="rnn", hold="f:0")
    assert_one_sentence(screen, "Hold a gate .*no gates")
    assert_unharmed(screen)


@pytest.fixture
def screen(visit: Visit) -> Screen:
    return visit("/step", text="hello world")


def assert_one_sentence(screen: Screen, names: str) -> None:
    complaints = screen.complaints()
    assert len(complaints) == 1, complaints
    (sentence,) = complaints
    assert re.search(names, sentence), sentence
    assert sentence.endswith(".") and len(sentence) < 400
    assert "Traceback" not in screen.words() and "Error" not in sentence


def assert_unharmed(screen: Screen) -> None:
    assert screen.page.evaluate("window.pwned") is None
    assert screen.steps >= 1 and screen.numbers()


@pytest.mark.parametrize("name", LINKS)
def test_a_link_that_cannot_be_followed(visit: Visit, name: str) -> None:
    query, names = LINKS[name]
    screen = visit("/step", **query)
    assert_one_sentence(screen, names)
    assert_unharmed(screen)


def enter(screen: Screen, name: str, text: str) -> None:
    screen.enter(name, text)
    assert screen.field(name).input_value() == text, "what was typed is lost"


def test_an_empty_text(screen: Screen) -> None:
    enter(screen, "text", "")
    assert_one_sentence(screen, say("control.text"))
    assert screen.steps == 11
    assert_unharmed(screen)


def test_one_character(screen: Screen) -> None:
    enter(screen, "text", "a")
    assert screen.complaints() == []
    assert screen.steps == 1
    screen.press("ArrowRight", "ArrowLeft", "End", "Home")
    assert screen.t == 0
    assert_unharmed(screen)


def test_a_hundred_thousand_characters(screen: Screen) -> None:
    text = "lorem ipsum " * 8334
    enter(screen, "text", text[:100_000])
    assert_one_sentence(screen, "1,000")
    assert screen.steps == 1000
    assert_unharmed(screen)


@pytest.mark.parametrize("text", ["مرحبا بالعالم", "שלום", "e\u0301a\u0300", "👩‍👩‍👧🏳️‍🌈", "你好", "a\tb\nc"])
def test_any_script(screen: Screen, text: str) -> None:
    enter(screen, "text", text.replace("\n", " "))
    assert screen.complaints() == []
    assert_unharmed(screen)


@pytest.mark.parametrize("tokens", ["words", "characters"])
def test_markup_is_shown_as_text(visit: Visit, tokens: str) -> None:
    text = f"{HOSTILE} & {HOSTILE}"
    screen = visit("/step", text=HOSTILE, tokens=tokens)
    enter(screen, "text", text)
    assert screen.complaints() == []
    labels = run(Experiment(text=text, tokens=tokens)).labels
    assert "<" in "".join(labels) and screen.steps == len(labels)
    screen.click_step(0)
    for t in range(4):
        assert screen.token(t).inner_text() == labels[t].replace(" ", "␣")
        screen.press("ArrowRight")
    screen.press("End")
    assert_unharmed(screen)
    assert screen.page.locator("main script, main iframe, [data-stage] img").count() == 0


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("1, 2, nan", "nan"),
        ("1, inf, 2", "inf"),
        ("", "2"),
        ("date,close\nmonday,low\ntuesday,high", say("control.series")),
    ],
    ids=["NaN", "infinity", "empty", "words"],
)
def test_numbers_that_are_none(visit: Visit, typed: str, names: str) -> None:
    screen = visit("/step", series="1,2,3,4")
    enter(screen, "series", typed)
    assert_one_sentence(screen, names)
    assert screen.steps == 4
    assert_unharmed(screen)
