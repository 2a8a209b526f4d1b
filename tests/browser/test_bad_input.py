"""Whatever is typed or linked: the sentence is seen, the nearest valid run stands, and nothing is lost or executed.

What each sentence says is tested without a browser, in tests/site.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from rnnviz import Experiment, run
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import Screen

HOSTILE = "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"


LOST = {
    "/step/extra?cell=gru&text=abc": ("/step", "Step"),
    "/gates/": ("/gates", None),
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
        assert_sentences(screen, f"no page .*Start.*Step.*Gates.*; {name} is shown")
    assert_unharmed(screen)
    if "cell=gru" in path:
        assert screen.steps == 3 and "cell=gru" in screen.page.url and "page=" not in screen.page.url


def assert_sentences(screen: Screen, *names: str) -> None:
    complaints = screen.complaints()
    assert len(complaints) == len(names), complaints
    for sentence, name in zip(complaints, names, strict=True):
        assert re.search(name, sentence), sentence
        assert sentence.endswith(".") and len(sentence) < 400
        assert "Error" not in sentence
    assert "Traceback" not in screen.words()


def assert_unharmed(screen: Screen) -> None:
    assert screen.page.evaluate("window.pwned") is None
    assert screen.steps >= 1 and screen.numbers()


def test_a_link_that_cannot_be_followed(visit: Visit) -> None:
    screen = visit("/step", **{"cell": HOSTILE, "hidden_size": "129", "text": "hello", "step": "999", HOSTILE: "1"})
    assert_sentences(screen, "sets '<script>", "'<script>.*rnn, gru, lstm", "1 to 128", "1 to 5; step 5")
    assert (screen.t, screen.steps) == (4, 5)
    assert_unharmed(screen)


def enter(screen: Screen, name: str, text: str) -> None:
    screen.enter(name, text)
    assert screen.field(name).input_value() == text, "what was typed is lost"


def test_whatever_is_typed_as_text(visit: Visit) -> None:
    screen = visit("/step", text="hello world")
    enter(screen, "text", "")
    assert_sentences(screen, say("control.text"))
    assert screen.steps == 11
    assert_unharmed(screen)
    enter(screen, "text", "a")
    assert_sentences(screen)
    assert screen.steps == 1
    screen.press("ArrowRight", "ArrowLeft", "End", "Home")
    assert screen.t == 0
    assert_unharmed(screen)
    enter(screen, "text", ("lorem ipsum " * 8334)[:100_000])
    assert_sentences(screen, "1,000")
    assert screen.steps == 1000
    assert_unharmed(screen)
    for text in ("مرحبا بالعالم", "e\u0301a\u0300", "👩‍👩‍👧🏳️‍🌈你好", "a\tb c"):
        enter(screen, "text", text)
        assert_sentences(screen)
        labels = run(Experiment(text=text)).labels
        assert screen.steps == len(labels)
        assert screen.click_step(0).token(0).inner_text() == labels[0]
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


def test_numbers_that_are_none(visit: Visit) -> None:
    screen = visit("/step", series="1,2,3,4")
    for typed, names in (("1, 2, nan", "nan"), ("date,close\nmonday,low\ntuesday,high", say("control.series"))):
        enter(screen, "series", typed)
        assert_sentences(screen, names)
        assert screen.steps == 4
        assert_unharmed(screen)


@pytest.mark.parametrize(("page", "name"), [("/step", "hidden_size"), ("/training", "training_hidden_size")])
def test_a_number_between_two_whole_ones_stays_as_it_was_typed(visit: Visit, page: str, name: str) -> None:
    screen = visit(page)
    enter(screen, name, "7.5")
    assert_sentences(screen, "is 7.5, but must be a whole number from 1 to 128; 7 is used")
    enter(screen, name, "8")
    assert_sentences(screen)
    assert "hidden_size=8" in screen.page.url
