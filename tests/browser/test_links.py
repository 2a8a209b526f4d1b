"""A link is the screen: what it opens, what the screen writes back into it, and the way back."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from rnnviz import Experiment, Hold, run
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import Screen
from tests.browser.truth import Truth

EXPERIMENTS = {
    "plain": Experiment(cell="rnn", hidden_size=3, nonlinearity="relu", init="identity", text="abcabc"),
    "layers": Experiment(
        cell="gru", num_layers=2, bidirectional=True, init="orthogonal", gain=1.2, seed=7, text="level"
    ),
    "words": Experiment(text="to be or not to be", tokens="words", loss="last", forget_bias=1.5),
    "chinese": Experiment(text="你好，世界 👩‍👩‍👧", seed=3),
    "series": Experiment(cell="gru", series=(1.5, -2, 3e-3, 4, 5)),
    "task": Experiment(cell="lstm", task="square:period=6", length=31),
    "latch": Experiment(network="latch", length=12, seed=2),
}


def asked(link: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(link).query, keep_blank_values=True))


def experiment_in(link: str) -> Experiment:
    return Experiment.from_query({name: value for name, value in asked(link).items() if name != "step"})


def of_the_step(screen: Screen) -> list[str]:
    return sorted(
        str(number) for number in screen.numbers() if number.view != "unrolled" or number.step == str(screen.t)
    )


def assert_true(screen: Screen, experiment: Experiment) -> None:
    truth = Truth(run(experiment))
    numbers = screen.numbers()
    problems = truth.problems(numbers, screen.t)
    assert len(numbers) > 10 and not problems, "\n".join(problems)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_link_opens_the_very_experiment_and_step(visit: Visit, name: str) -> None:
    experiment = EXPERIMENTS[name]
    screen = visit("/step", **experiment.to_query(), step=4)
    assert screen.t == 3
    assert screen.complaints() == []
    assert experiment_in(screen.link()) == experiment
    assert_true(screen, experiment)


def test_a_pasted_link_restores_the_screen(visit: Visit) -> None:
    screen = visit("/step", cell="gru", text="hello world", hidden_size=4)
    screen.press("Home", "ArrowRight", "ArrowRight")
    assert asked(screen.link())["step"] == "3"
    other = visit(*[screen.link().removeprefix(screen.address)])
    assert (other.t, other.steps) == (screen.t, screen.steps) == (2, 11)
    # The graph's window may begin elsewhere: it moves no further than it must.
    assert of_the_step(other) == of_the_step(screen)
    assert other.link() == screen.link()


def test_each_control_writes_its_word_into_the_link(visit: Visit) -> None:
    screen = visit("/step", text="hello")
    page = screen.page
    screen.settled(page.get_by_role("radio", name=say("control.cell.gru")).click)
    screen.enter("text", "banana").enter("hidden_size", "7").enter("seed", "11")
    experiment = Experiment(cell="gru", text="banana", hidden_size=7, seed=11)
    page.wait_for_url(f"**/step?{urlencode(experiment.to_query())}*")
    assert experiment_in(page.url) == experiment
    assert_true(screen, experiment)


def test_back_returns_to_the_screen_that_was_left(visit: Visit) -> None:
    screen = visit("/step", text="memory", cell="gru", step=2)
    screen.press("ArrowRight")
    left = screen.link()
    screen.page.get_by_role("link", name=say("lesson.gates"), exact=True).click()
    screen.page.wait_for_url("**/gates*")
    screen.settle()
    screen.page.go_back()
    screen.page.wait_for_url("**/step*")
    screen.settle()
    assert screen.link() == left
    assert screen.t == 2
    assert_true(screen, experiment_in(left))


def test_what_was_set_goes_along_to_the_other_pages(visit: Visit) -> None:
    experiment = Experiment(cell="gru", hidden_size=7, num_layers=2, init="xavier", gain=0.5, seed=4, text="memory")
    screen = visit("/step", **experiment.to_query())
    for lesson in ("start", "gates", "step", "gates"):
        link = screen.page.get_by_role("link", name=say(f"lesson.{lesson}"), exact=True).first
        screen.settled(link.click)
        assert screen.complaints() == []
        if lesson != "start":
            assert experiment_in(screen.link() if "step=" in screen.page.url else screen.page.url) == experiment
    screen.enter("text", "banana").enter("hidden_size", "3")
    screen.settled(screen.page.get_by_role("link", name=say("lesson.step"), exact=True).first.click)
    assert screen.field("text").input_value() == "banana"
    assert_true(screen, experiment.replace(text="banana", hidden_size=3))


def test_a_held_gate_is_part_of_the_link(visit: Visit) -> None:
    experiment = Experiment(cell="lstm", text="hello world", hold=(Hold("f", 0.0, start=2, stop=6),))
    screen = visit("/gates", **experiment.to_query(), step=4)
    assert experiment_in(screen.link()) == experiment


def opened_again(screen: Screen, fragment: str) -> set[tuple[str, str]]:
    """Open the screen's link with another fragment; return unit and step of the equations' h."""
    screen.page.goto(screen.page.url.partition("#")[0] + fragment)
    screen.page.reload()
    screen.page.wait_for_selector("[data-stage][data-steps]")
    screen.page.wait_for_timeout(1000)
    return {(n.unit, n.step) for n in screen.numbers() if n.view == "equations" and n.quantity == "h" and n.step == "2"}


def test_a_link_opens_on_the_unit_the_gate_and_the_form(visit: Visit) -> None:
    screen = visit("/step", text="hello", num_layers="2", step=3)
    looked_at = "#unit=4&layer=l1&gate=f&form=folded"
    assert opened_again(screen, looked_at) == {("3", "2")}
    assert screen.press("ArrowRight").t == 3
    screen.page.wait_for_url(f"**step=4{looked_at}")


def test_a_link_that_looks_at_what_there_is_not_opens_as_if_it_did_not(visit: Visit) -> None:
    screen = visit("/step", text="hello", step=3)
    usual = opened_again(screen, "")
    assert len(usual) == 1
    assert opened_again(screen, "#unit=99&layer=l7&gate=<img src=x onerror=alert(1)>&form=x") == usual
    assert screen.t == 2
