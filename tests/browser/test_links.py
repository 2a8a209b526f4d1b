"""A link is the screen: what it opens, what the screen writes back into it, and the way back."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from rnnviz import Experiment, Hold, run
from rnnviz.run import resolve
from rnnviz.site.shapes.entries import ENTRIES
from rnnviz.site.shapes.equations import LETTERS, latex
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


def follow(screen: Screen, lesson: str) -> int:
    """Go to a lesson by the navigation, and return the step at which it opens."""
    link = screen.page.get_by_role("link", name=say(f"lesson.{lesson}"), exact=True).first
    screen.settled(link.click)
    screen.page.wait_for_url(f"**/{lesson.removeprefix('start')}*")
    return screen.paint().t


def test_the_step_goes_along_to_the_pages_that_read_the_same(visit: Visit) -> None:
    screen = visit("/gradients", text="a long way back", cell="gru")
    assert screen.t == 14
    assert [follow(screen, lesson) for lesson in ("step", "gates")] == [6, 5]  # nobody has moved
    screen.press("Home", "ArrowRight", "ArrowRight", "ArrowRight")
    for lesson in ("gradients", "step", "gates"):
        assert asked(screen.link())["step"] == "4"
        assert follow(screen, lesson) == 3
    assert asked(screen.link())["step"] == "4"
    assert follow(screen, "start") != 3  # it reads something else
    assert follow(screen, "step") == 3
    screen.press("ArrowRight")
    screen.link()
    assert follow(screen, "gradients") == 4
    screen.press("End")
    screen.link()
    screen.page.go_back()
    screen.page.wait_for_url("**/step*")
    assert screen.settle().t == 4  # as it was left


def test_a_held_gate_is_part_of_the_link(visit: Visit) -> None:
    experiment = Experiment(cell="lstm", text="hello world", hold=(Hold("f", 0.0, start=2, stop=6),))
    screen = visit("/gates", **experiment.to_query(), step=4)
    assert experiment_in(screen.link()) == experiment


def opened(visit: Visit, fragment: str, **more: object) -> Screen:
    """Open a link of two layers at the third step that looks at something; it is looked at."""
    query = urlencode({"text": "hello", "num_layers": 2, "step": 3, **more})
    return visit(f"/step?{query}#{fragment}")


def units(screen: Screen) -> set[str]:
    """Return the unit whose equations stand at the third step."""
    return {n.unit for n in screen.numbers() if n.view == "equations" and n.quantity == "h" and n.step == "2"}


def test_a_link_opens_on_the_unit_the_gate_and_the_form(visit: Visit) -> None:
    looked_at = "unit=4&layer=l1&gate=f&form=folded"
    screen = opened(visit, looked_at)
    assert units(screen) == {"3"}
    screen.page.reload()
    assert units(screen.settle()) == {"3"}
    assert screen.press("ArrowRight").t == 3
    screen.page.wait_for_url(f"**step=4#{looked_at}")


def choices(screen: Screen) -> dict[str, Locator]:
    """Return what on the Step page can be chosen by name, by its word in the link."""
    page, panel = screen.page, screen.stage.locator("[data-view=equations]")
    return {
        "form=folded": page.get_by_role("button", name=say("stage.folded"), exact=True),
        "shapes=on": panel.get_by_role("button", name=say("panel.shapes"), exact=True),
        "notation=wu": panel.get_by_label(say("panel.notation"), exact=True),
        "terms=list": panel.get_by_role("button", name=say("panel.unfold"), exact=True),
        "speed=8": page.get_by_label(say("stage.speed"), exact=True),
    }


def choose(choice: Locator, value: str) -> None:
    if choice.evaluate("e => e.localName") == "select":
        choice.select_option(value)
    else:
        choice.click()


def test_each_thing_chosen_on_the_stage_is_in_the_link_and_the_link_opens_on_it(visit: Visit) -> None:
    screen = visit("/step", text="hello", step=3)
    for word, choice in choices(screen).items():
        choose(choice, word.partition("=")[2])
        screen.page.wait_for_url(f"**{word}**")
    said = "#form=folded&notation=wu&shapes=on&terms=list&speed=8"
    screen.page.wait_for_url(f"**step=3{said}")
    seen = of_the_step(screen)
    other = visit(screen.page.url.removeprefix(screen.address))
    other.page.wait_for_url(f"**step=3{said}")
    assert of_the_step(other) == seen and other.complaints() == []
    found = choices(other)
    assert found["form=folded"].get_attribute("aria-pressed") == "true"
    assert found["shapes=on"].get_attribute("aria-pressed") == "true"
    assert (found["notation=wu"].input_value(), found["speed=8"].input_value()) == ("wu", "8")
    assert other.stage.locator("[data-view=equations] .rv-eq-legend").is_visible()
    assert not found["terms=list"].count()  # it offers the bar instead
    for word, usual in {"form=folded": "unrolled", "shapes=on": "", "notation=wu": "torch", "speed=8": "2"}.items():
        unrolled = other.page.get_by_role("button", name=say("stage.unrolled"), exact=True)
        choose(unrolled if usual == "unrolled" else found[word], usual)
        other.page.wait_for_function("(word) => !location.hash.includes(word)", arg=word)
    assert other.page.url.endswith("#terms=list")


def test_panel_link_and_equations_are_in_the_same_letters(visit: Visit) -> None:
    """Chosen in one place, they are chosen in all; only the letters of the equations ask the server."""
    experiment = resolve(ENTRIES["attention"].opened)
    screen = visit("/shapes?" + ENTRIES["attention"].link + "#notation=wu")
    panel = screen.stage.locator("[data-view=equations]").get_by_label(say("panel.notation"), exact=True)
    offered = screen.page.locator(".site-letters button")
    assert panel.locator("option").all_inner_texts() == offered.all_inner_texts()

    def agree(notation: str) -> None:
        wanted = latex(experiment, notation, "en")
        written = screen.page.locator(".katex annotation").filter(has_text="aligned").last
        expect(written).to_have_text(wanted)
        assert panel.input_value() == notation
        readout = screen.stage.locator(".rv-answer-readout").inner_text().replace("\n", "")
        bare = {name: letter.translate(str.maketrans("", "", "{}_")) for name, letter in LETTERS[notation].items()}
        assert readout.startswith(f"pt = softmax({bare['y']} h̃t + {bare['by']})"), readout
        pressed = screen.page.locator(".site-letters [aria-pressed=true]")
        assert pressed.all_inner_texts() == [say(f"panel.notation.{notation}")]

    agree("wu")
    offered.get_by_text(say("panel.notation.uw"), exact=True).click()
    screen.page.wait_for_url("**#notation=uw")
    agree("uw")
    panel.select_option("xh")
    screen.page.wait_for_url("**#notation=xh")
    agree("xh")
    offered.get_by_text(say("panel.notation.torch"), exact=True).click()
    screen.page.wait_for_function("() => !location.hash")
    agree("torch")


def test_what_was_chosen_keeps_the_focus_and_goes_along_to_the_page_after_the_next(visit: Visit) -> None:
    screen = visit("/step", text="hello", step=3)
    for word, value in {"shapes=on": "on", "notation=wu": "xh"}.items():
        choices(screen)[word].focus()
        choose(choices(screen)[word], value)
        screen.paint()
        assert choices(screen)[word].evaluate("e => e.getRootNode().activeElement === e")
    for lesson in ("gates", "step"):
        screen.settled(screen.page.get_by_role("link", name=say(f"lesson.{lesson}"), exact=True).first.click)
    assert choices(screen)["notation=wu"].input_value() == "xh"
    screen.page.wait_for_url("**#notation=xh&shapes=on")


def test_the_difference_of_two_runs_is_in_the_link_as_long_as_there_are_two(visit: Visit) -> None:
    screen = visit("/gates", text="hello", hold="f:0", step=3)
    difference = screen.page.get_by_role("button", name=say("score.mode_difference"), exact=True)
    difference.click()
    screen.page.wait_for_url("**#*mode=difference")
    other = visit(screen.page.url.removeprefix(screen.address))
    difference = other.page.get_by_role("button", name=say("score.mode_difference"), exact=True)
    assert difference.get_attribute("aria-pressed") == "true" and other.complaints() == []
    assert of_the_step(other) == of_the_step(screen)
    assert any(number.run == "difference" for number in other.numbers())
    other.settled(other.page.get_by_role("button", name=say("gates.let_go"), exact=True).click)
    other.page.wait_for_function("() => !location.hash")


def test_a_page_s_own_first_unit_goes_without_saying_and_no_unit_does_not(visit: Visit) -> None:
    screen = visit("/gates", text="hello", step=3)
    chosen = screen.stage.get_by_label(say("cell.look_at"))
    first = chosen.input_value()
    screen.press("ArrowRight")
    assert "#" not in screen.link()  # it is written together with the step
    screen.press("Escape")
    screen.page.wait_for_url("**#unit=all")
    other = visit(screen.page.url.removeprefix(screen.address))
    again = other.stage.get_by_label(say("cell.look_at"))
    assert again.input_value() == chosen.input_value() != first
    again.select_option(first)
    other.page.wait_for_function("() => !location.hash")


PASTE = """(hash) => new Promise((done) => {
  addEventListener("hashchange", done, { once: true });
  location.hash = hash;
})"""


def put(screen: Screen, fragment: str, right: str) -> None:
    """Put a fragment into the address of the open page, as if it were pasted, and wait until it is put right."""
    screen.page.evaluate(PASTE, fragment)
    screen.page.wait_for_function("(hash) => location.hash === hash", arg=right)
    screen.paint()


def test_a_fragment_put_into_the_address_is_followed_at_once(visit: Visit) -> None:
    screen = visit("/step", text="hello", step=3)
    put(screen, "#notation=uw&unit=2", "#unit=2&notation=uw")
    assert choices(screen)["notation=wu"].input_value() == "uw"
    assert {n.unit for n in screen.numbers() if n.view == "equations" and n.quantity == "h" and n.step == "2"} == {"1"}
    put(screen, "#shapes=on&unit=2", "#unit=2&shapes=on")
    assert choices(screen)["notation=wu"].input_value() == "torch"
    assert choices(screen)["shapes=on"].get_attribute("aria-pressed") == "true"
    put(screen, "#unit=77", "")
    assert len(screen.complaints()) == 1 and "1 to 5" in screen.complaints()[0]
    assert "#" not in screen.page.url
    put(screen, "#unit=1", "#unit=1")
    assert screen.complaints() == [] and screen.t == 2


# What is looked at in vain, and what is said of it: one link each.
IN_VAIN = [
    {"unit=99": "unit to “99”, but the units of this run are 1 to 5"},
    {"unit=0": "unit to “0”, but the units of this run are 1 to 5", "gate=<img src=x onerror=window.pwned=1>": "<img"},
    {
        "unit=x": "unit to “x”, but the units of this run are 1 to 5",
        "layer=l7": "layer to “l7”, but here it must be one of l0, l1",
        "gate=q": "gate to “q”, but here it must be one of i, f, g, o",
        "form=abc": "form to “abc”, but here it must be one of unrolled, folded",
        "notation=latin": "one of torch, xh, wu, uw",
        "shapes=1": "shapes to “1”, but here it must be one of off, on",
        "terms=2": "one of bar, list",
        "speed=3": "one of 0.5, 1, 2, 4, 8, 16, 32, 60",
        "mode=difference": "mode to “difference”, but here it can only be run",
        "colour=red": "colour, which is nothing one can look at here; that is unit, layer, gate, form",
        "__proto__=1": "__proto__, which is nothing one can look at",
    },
]


USUAL = "2"  # the unit whose equations are seen first


def test_a_link_that_looks_at_nothing_opens_on_the_usual_unit(visit: Visit) -> None:
    screen = opened(visit, "")
    assert units(screen) == {USUAL} and screen.complaints() == []


@pytest.mark.parametrize("fragments", IN_VAIN, ids=["one", "another", "each"])
def test_a_link_that_looks_at_what_there_is_not_says_so_and_opens_as_if_it_did_not(
    visit: Visit, fragments: dict[str, str]
) -> None:
    screen = opened(visit, "&".join(fragments))
    assert units(screen) == {USUAL}
    sentences = screen.complaints()
    assert len(sentences) == len(fragments)
    for said in fragments.values():
        assert [sentence.endswith(".") for sentence in sentences if said in sentence] == [True], said
    assert screen.page.locator(".rv-notices").get_attribute("role") == "alert"
    assert screen.t == 2 and screen.page.evaluate("window.pwned") is None


def test_what_was_looked_at_in_vain_is_told_until_it_is_set_or_put_away(visit: Visit) -> None:
    screen = opened(visit, "unit=99&form=abc", num_layers=1)
    assert len(screen.complaints()) == 2
    screen.enter("seed", "7")  # another run: the sentences stay
    assert len(screen.complaints()) == 2
    screen.column(2).locator("button[data-row]").nth(1).click()
    screen.paint()
    assert ["form" in sentence for sentence in screen.complaints()] == [True]
    screen.page.wait_for_url("**#unit=2")
    assert screen.axe() == []
    screen.page.locator(".rv-notice").get_by_role("button", name=say("stage.close")).click()
    assert screen.complaints() == [] and not screen.page.locator(".rv-notices").is_visible()


def test_of_a_cell_without_gates_a_gate_cannot_be_looked_at(visit: Visit) -> None:
    screen = opened(visit, "gate=f", cell="rnn", num_layers=1)
    assert screen.complaints() == [say("stage.link_none", name="gate", value="f")]


def test_an_anchor_is_no_look(visit: Visit) -> None:
    screen = opened(visit, "what-to-look-for")
    assert screen.complaints() == [] and screen.page.url.endswith("#what-to-look-for")


REST = 3100  # ms; see rnnviz/site/assets/address.js


def rest(screen: Screen) -> None:
    """Let the link of the screen stand for as long as it takes to be one to come back to."""
    screen.page.wait_for_timeout(REST)


def test_back_leads_to_what_was_shown_before_a_control_was_changed_and_forward_to_what_came_after(visit: Visit) -> None:
    screen = visit(
        "/step", text="hello", seed=2, hidden_size=300, step=2
    )  # how it is put right is nowhere to go back to
    first, entries = screen.complaints(), screen.page.evaluate("history.length")
    screen.enter("text", "other words")
    rest(screen)
    screen.enter("seed", "7")
    screen.enter("seed", "8")  # at once again: what was there for a moment is no step back
    seeds = ("seed=2", "seed=8")
    for steps, text, seed in ((11, "other words", seeds[0]), (5, "hello", seeds[0])):
        screen.settled(screen.page.go_back)
        screen.page.wait_for_url(f"**{seed}*")
        assert (screen.steps, screen.field("text").input_value()) == (steps, text)
        assert screen.t == 1 and "visit" not in screen.page.url and screen.complaints() == []
    assert len(first) == 1 and "hidden_size=128" in screen.page.url
    for steps, seed in ((11, seeds[0]), (11, seeds[1])):
        screen.settled(screen.page.go_forward)
        screen.page.wait_for_url(f"**{seed}*")
        assert screen.steps == steps and screen.field("seed").input_value() == seed.removeprefix("seed=")
    assert screen.page.evaluate("history.length") == entries + 2


def test_back_from_another_lesson_leads_to_what_was_shown_last_and_then_to_what_was_before_it(visit: Visit) -> None:
    screen = visit("/step", text="hello", step=2)
    screen.enter("text", "abc")
    screen.settled(screen.page.get_by_role("link", name=say("lesson.gates"), exact=True).first.click)
    for steps in (3, 5):
        screen.settled(screen.page.go_back)
        screen.page.wait_for_url("**/step?*")
        assert screen.steps == steps and screen.complaints() == []


@pytest.mark.parametrize(
    ("path", "name", "typed"),
    [("/step", "text", "abc"), ("/training", "training_hidden_size", "7"), ("/shapes", "batch", "good\nnot good")],
)
def test_back_leads_to_a_page_as_it_opened_by_itself(visit: Visit, path: str, name: str, typed: str) -> None:
    screen = visit(path)
    before = screen.field(name).input_value()
    screen.enter(name, typed)
    screen.page.wait_for_function("() => location.search.length > 1")
    screen.settled(screen.page.go_back)
    assert screen.field(name).input_value() == before and screen.complaints() == []
    screen.settled(screen.page.go_forward)
    assert screen.field(name).input_value() == typed
