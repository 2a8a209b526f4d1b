"""The Start page: the same words in two orders, told apart by a network with a memory only."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, Trace, run
from rnnviz.site.lessons import LESSONS
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import Screen
from tests.browser.truth import Truth

WORDS = "cats chase mice"
TURNED = "mice chase cats"


def runs(text: str) -> tuple[Trace, Trace]:
    """Return the run of the page's network, and of the same with nothing handed on from step to step."""
    whole = run(Experiment(cell="rnn", hidden_size=4, tokens="words", seed=1, text=text))
    cut = {name: value * (not name.startswith("weight_hh")) for name, value in whole.parameters.items()}
    return whole, run(whole.experiment, parameters=cut)


def shown(screen: Screen) -> dict[str, list[list[float]]]:
    """Return the table: for each word its cells, each a list of numbers."""
    rows = screen.page.locator("main table tbody tr").all()
    cells = {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}
    return {
        word: [[float(n.replace("−", "-")) for n in text.split()] for text in texts] for word, texts in cells.items()
    }


@pytest.fixture
def screen(visit: Visit) -> Screen:
    return visit("/").enter("start_text", WORDS)


def test_only_a_memory_tells_the_two_orders_apart(screen: Screen) -> None:
    (typed, typed_alone), (turned, turned_alone) = runs(WORDS), runs(TURNED)
    table = shown(screen)
    assert list(table) == WORDS.split()
    for t, (alone, alone_turned, same, whole, whole_turned, apart) in enumerate(table.values()):
        back = -1 - t
        states = [trace.layers["l0"].h for trace in (typed_alone, turned_alone, typed, turned)]
        expected = [states[0][t], states[1][back], states[2][t], states[3][back]]
        for numbers, state in zip((alone, alone_turned, whole, whole_turned), expected, strict=True):
            np.testing.assert_allclose(numbers, state, atol=0.00501)
        assert same == [0.0]
        assert apart[0] == pytest.approx(np.abs(expected[2] - expected[3]).max(), abs=0.00501) and apart[0] > 0


def test_a_single_word_has_one_order_and_the_page_says_so(screen: Screen) -> None:
    assert say("start.one_word") not in screen.words()
    screen.enter("start_text", "dog")
    assert say("start.one_word") in screen.words()
    assert [cells[2] + cells[5] for cells in shown(screen).values()] == [[0.0, 0.0]]
    screen.enter("start_text", "dog bites dog")
    assert say("start.same_order") in screen.words() and say("start.one_word") not in screen.words()


def test_both_stages_are_live_share_one_clock_and_show_their_own_runs(visit: Visit) -> None:
    screen = visit("/", text=WORDS)
    stages = screen.page.locator("[data-stage]")
    whole, alone = runs(WORDS)
    truths = {"recurrent": Truth(whole), "plain": Truth(alone)}
    sent = screen.sent
    screen.press("Home")
    for t in (1, 2):
        screen.press("ArrowRight")
        assert [stage.get_attribute("data-t") for stage in stages.all()] == [str(t)] * 3  # the clock and both networks
        for name, truth in truths.items():
            numbers = [number for number in screen.numbers() if number.stage == name]
            assert len(numbers) >= 8
            assert truth.problems(numbers, t) == []
    assert screen.sent == sent


def test_the_first_screen_holds_a_stage_at_once(visit: Visit) -> None:
    page = visit("/").page
    assert page.get_by_role("button", name=say("stage.play")).count() == 1  # one clock, one button
    for name in ("plain", "recurrent"):
        box = page.locator(f"[data-stage={name}] .rv-u-graph").bounding_box()
        assert box is not None and box["y"] < 650
        assert page.locator(f"[data-stage={name}] .rv-u-column[data-kind=step]").count() == 3  # every word is seen


def test_the_map_leads_to_every_lesson(visit: Visit) -> None:
    screen = visit("/")
    for lesson in list(LESSONS.values())[1:]:
        screen.page.locator("main").get_by_role("link", name=say(f"{lesson.name}.title")).first.click()
        screen.page.wait_for_url(f"**/{lesson.path}*")
        screen.settle()
        assert screen.page.get_by_role("heading", level=1).inner_text() == say(f"{lesson.name}.title")
        screen.page.go_back()
        screen.settle()


def test_words_are_shown_as_text(visit: Visit) -> None:
    hostile = "<script>window.pwned=1</script> <img src=x onerror='window.pwned=1'>"
    screen = visit("/").enter("start_text", hostile)
    assert screen.page.evaluate("window.pwned") is None
    assert "script" in shown_words(screen)


def shown_words(screen: Screen) -> list[str]:
    return screen.page.locator("main table tbody th").all_inner_texts()


def test_the_link_has_the_step_and_the_unit_of_both_networks(visit: Visit) -> None:
    screen = visit("/", text=WORDS)
    screen.press("Home", "ArrowRight")
    plain = screen.page.locator("[data-stage=plain]")
    plain.locator("[data-kind=step][data-step='1']:visible button[data-row]").nth(2).click()
    screen.page.wait_for_url("**step=2#unit=3")
    other = visit(screen.page.url.removeprefix(screen.address))
    assert other.t == 1 and other.complaints() == []
    assert [str(number) for number in other.numbers()] == [str(number) for number in screen.numbers()]
    other.page.evaluate("location.hash = '#unit=9'")
    other.page.locator(".rv-notice").wait_for()
    (sentence,) = other.complaints()
    assert "1 to 4" in sentence
