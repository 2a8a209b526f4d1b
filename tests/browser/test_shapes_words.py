"""What is written on the graph of a shape can be read: nothing is printed over anything, cut off or half faded out."""

from __future__ import annotations

from itertools import combinations

import pytest
from playwright.sync_api import Locator, ViewportSize

from rnnviz import Experiment, run, show
from rnnviz.words import say
from tests.browser.desk import Desk
from tests.browser.screen import DESKTOP, PHONE, Screen
from tests.browser.test_shapes_graph import PAIR, SHAPES

BESIDE_PANEL = ViewportSize(width=830, height=1000)  # the graph as wide as it is beside the panel on a desk
PAIRS = {
    "one way": Experiment(cell="gru", hidden_size=4, **PAIR),
    "both ways": SHAPES["both to state"],
    "two layers": SHAPES["input"],
    "looking back": SHAPES["dot"],
}
WORDS = {
    "tags": Experiment(network="tagger", text="the old answer the phone"),
    "classes": Experiment(network="waves"),
    "long words": Experiment(cell="rnn", text="recurrent networks remember everything", tokens="words", hidden_size=3),
}
LINES = """(node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return range.getClientRects().length;
}"""
CUT = "(all) => all.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent)"


BOXES = """(all) => all
  .filter((e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .map((e) => [e.textContent, e.getBoundingClientRect().toJSON()])
  .filter(([, { width }]) => width)"""


def boxes(found: Locator) -> list[tuple[str, dict[str, float]]]:
    """Return what can be seen of these, each with its text and its place."""
    seen: list[tuple[str, dict[str, float]]] = found.evaluate_all(BOXES)
    return seen


def meet(one: dict[str, float], other: dict[str, float]) -> bool:
    """Return whether two places share more than a pixel."""
    across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    return across > 1 and down > 1


def fold(screen: Screen, form: str) -> None:
    """Choose the form of the graph, and wait until it has come to rest."""
    screen.page.get_by_role("button", name=say(form), exact=True).click()
    screen.paint().page.locator(".rv-u-morphing").wait_for(state="detached")


def names(screen: Screen) -> Locator:
    """Return the matrices' names beside their edges."""
    return screen.paint().stage.locator(".rv-u-matrix-name")


@pytest.mark.parametrize("size", [BESIDE_PANEL, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PAIRS)
def test_folded_no_name_is_printed_over_another_or_cut_off(desk: Desk, name: str, size: ViewportSize) -> None:
    trace = run(PAIRS[name])
    screen = desk.show(show(trace, ["unrolled"], start=2), size=size)
    fold(screen, "stage.folded")
    window = screen.stage.locator(".rv-u-window").bounding_box()
    assert window is not None
    for t in (2, trace.segments[1].start):
        while screen.t < t:
            screen.press("ArrowRight")
        found = boxes(names(screen)) + boxes(screen.stage.locator(".rv-u-loop-label"))
        assert len(found) >= 4
        assert not [(a, b) for (a, at), (b, there) in combinations(found, 2) if meet(at, there)]
        right = max(box["x"] + box["width"] for _, box in found)
        assert right <= window["x"] + window["width"] + 1, "cut off at the right"


def test_the_matrices_of_both_directions_have_names_of_their_own(desk: Desk) -> None:
    trace = run(Experiment(cell="gru", text="racecar", bidirectional=True, hidden_size=4))
    screen = desk.show(show(trace, ["unrolled"], start=2), size=BESIDE_PANEL)
    assert {words.replace("\u2009", "") for words, _ in boxes(names(screen))} == {"Whn→", "Whn←", "Win→←"}
    legend = screen.stage.locator(".rv-u-once")
    assert "Whn→" in legend.inner_text()
    screen.page.get_by_label(say("stage.layer"), exact=True).select_option("l0_reverse")
    assert "Whn←" in screen.paint().stage.locator(".rv-u-once").inner_text()


def test_dots_stand_only_where_steps_are_out_of_sight(desk: Desk) -> None:
    def marks(text: str) -> list[str]:
        trace = run(Experiment(cell="gru", text=text, bidirectional=True, hidden_size=4))
        screen = desk.show(show(trace, ["unrolled"], start=2), size=BESIDE_PANEL)
        return [words for words, _ in boxes(screen.stage.locator(".rv-u-cut > :last-child"))]

    assert marks("radar") == [say("graph.start")] * 2, "only the states it begins with are beyond the five steps"
    assert marks("racecar") == [say("graph.start"), "…"]


@pytest.mark.parametrize("form", ["stage.unrolled", "stage.folded"])
@pytest.mark.parametrize("name", WORDS)
def test_on_a_phone_answers_are_whole_words(desk: Desk, name: str, form: str) -> None:
    trace = run(WORDS[name])
    screen = desk.show(show(trace, ["unrolled"], start=-1), size=PHONE)
    fold(screen, form)
    said = screen.stage.locator(".rv-u-column[data-answers] :is(.rv-u-label, .rv-u-wanted):visible")
    assert said.count() >= 4
    assert said.evaluate_all(CUT) == []
    window = screen.stage.locator(".rv-u-window").bounding_box()
    assert window is not None
    held = [
        box
        for _, box in boxes(said)
        if box["x"] < window["x"] + window["width"] and box["x"] + box["width"] > window["x"]
    ]
    assert all(box["x"] >= window["x"] for box in held)


@pytest.mark.parametrize("size", [BESIDE_PANEL, PHONE], ids=["desk", "phone"])
def test_what_is_told_of_an_edge_covers_neither_of_its_ends(desk: Desk, size: ViewportSize) -> None:
    trace = run(Experiment(cell="gru", task="sine", length=6, hidden_size=5, init="normal", seed=3))
    screen = desk.show(show(trace, ["unrolled"], start=2), size=size)
    nodes = screen.column(2).locator("button[data-row]")
    for k in range(nodes.count()):
        nodes.nth(k).scroll_into_view_if_needed()
        here = nodes.nth(k).bounding_box()
        before = screen.column(1).locator("button[data-row]").nth(k).bounding_box()
        assert here is not None and before is not None
        screen.page.mouse.move(here["x"] - 12, here["y"] + here["height"] / 2)
        screen.paint()
        tip = screen.stage.get_by_role("tooltip").bounding_box()
        assert tip is not None
        assert not [end for end in (here, before) if meet(dict(tip), dict(end))]


def test_what_is_not_pointed_at_is_dimmed(desk: Desk) -> None:
    trace = run(Experiment(cell="lstm", text="hello", hidden_size=5, init="normal", seed=3))
    screen = desk.show(show(trace, ["unrolled"], start=2), size=BESIDE_PANEL)
    lanes = screen.column(2).locator(".rv-u-lanes").first
    node = screen.column(2).locator("button[data-row]").first.bounding_box()
    token = screen.token(2).bounding_box()
    assert node is not None and token is not None
    plain = lanes.evaluate("(e) => e.style.background")
    assert lanes.evaluate("(e) => Number(getComputedStyle(e).opacity)") == 1
    screen.page.mouse.move(node["x"] - 12, node["y"] + node["height"] / 2)
    screen.paint()
    assert lanes.evaluate("(e) => Number(getComputedStyle(e).opacity)") < 0.3, "an edge is pointed at, no straight line"
    screen.page.mouse.move(token["x"] + token["width"] / 2, token["y"] - 12)
    screen.paint()
    edges = screen.stage.locator(".rv-u-near > .rv-u-base")
    assert edges.evaluate("(e) => Number(getComputedStyle(e).opacity)") < 0.3, "a straight line is pointed at, no edge"
    assert lanes.evaluate("(e) => Number(getComputedStyle(e).opacity)") == 1
    assert lanes.evaluate("(e) => e.style.background") != plain, "of the straight lines one is strong"
    screen.page.mouse.move(1, 1)
    assert screen.paint().column(2).locator(".rv-u-lanes").first.evaluate("(e) => e.style.background") == plain


@pytest.mark.parametrize("size", [BESIDE_PANEL, PHONE], ids=["desk", "phone"])
def test_no_answer_fades_out_where_the_window_cuts(desk: Desk, size: ViewportSize) -> None:
    trace = run(PAIRS["looking back"].replace(text="abcdefgh", target="hgfedcba"))
    screen = desk.show(show(trace, ["unrolled"], start=trace.segments[1].start + 3), size=size)
    fades = boxes(screen.stage.locator(".rv-u-fade"))
    said = boxes(screen.stage.locator(".rv-u-column[data-answers] :is(.rv-u-line, .rv-u-vector)"))
    assert len(fades) == 2 and said
    assert not [words for words, box in said for _, fade in fades if meet(box, fade)]


@pytest.mark.parametrize("size", [BESIDE_PANEL, DESKTOP], ids=["beside the panel", "alone"])
@pytest.mark.parametrize("name", [*PAIRS, "mean", "last of both"])
def test_what_a_part_is_stands_on_a_line_each(desk: Desk, name: str, size: ViewportSize) -> None:
    trace = run((PAIRS | SHAPES)[name])
    screen = desk.show(show(trace, ["unrolled"]), size=size)
    for _ in range(trace.steps):
        lines = screen.stage.locator(".rv-u-bands > .rv-u-band-label:not([hidden]) > *")
        assert {line.text_content(): line.evaluate(LINES) for line in lines.all() if line.evaluate(LINES) != 1} == {}
        assert screen.stage.locator(".rv-u-band-label:not([hidden])").evaluate_all(CUT) == []
        screen.press("ArrowRight")


def test_a_direction_is_called_the_same_wherever_it_is_named() -> None:
    for way in ("forward", "backward"):
        assert say(f"stage.layer_{way}", n=2) == say(f"panel.layer_{way}s", n=2)


def test_where_the_one_answer_is_out_of_sight_it_is_said_when_it_comes(desk: Desk) -> None:
    trace = run(Experiment(cell="lstm", shape="many_to_one", text="a long word", hidden_size=4))
    screen = desk.show(show(trace, ["unrolled"], start=2), size=PHONE)
    words = screen.stage.get_by_text(say("graph.answer_later", T=trace.steps))
    for form in ("stage.folded", "stage.unrolled"):
        fold(screen.press("Home"), form)
        assert words.is_visible()
        name, frame = screen.stage.locator(".rv-u-output-name").bounding_box(), words.locator("..").bounding_box()
        assert name and frame and name["x"] + name["width"] <= frame["x"], "it covers no name"
        assert screen.press("End").stage.locator("[data-answers] > .rv-u-answer:visible").count()
        assert not words.is_visible()
    screen.press("Home").stage.get_by_role("button", name=say("graph.answer_go", T=trace.steps)).click()
    assert screen.paint().t == trace.steps - 1, "a click leads there"


@pytest.mark.parametrize("form", ["stage.unrolled", "stage.folded"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_strip_of_all_states_says_whose_they_are_and_lies_over_the_columns(
    desk: Desk, size: ViewportSize, form: str
) -> None:
    screen = desk.show(show(run(PAIRS["looking back"]), ["unrolled"], start=-1), size=size)
    fold(screen, form)
    plate = screen.stage.locator(".rv-u-plate")
    assert plate.inner_text() == say("graph.title_strip")
    assert plate.evaluate("e => e.scrollWidth <= e.clientWidth"), "in one line within it"
    [(_, around)], [(_, states)] = boxes(plate), boxes(screen.stage.locator(".rv-u-looks"))
    numbers = boxes(screen.stage.locator(".rv-u-alpha[data-value]:visible"))
    assert numbers and not any(meet(around, number) for _, number in numbers)
    assert around["y"] == pytest.approx(states["y"], abs=1), "behind the letters too"
    assert "/" not in plate.evaluate("e => getComputedStyle(e).backgroundColor"), (
        "what is behind does not shine through"
    )


def test_folded_the_strip_of_all_states_keeps_its_name_beside_it(desk: Desk) -> None:
    trace = run(PAIRS["looking back"])
    screen = desk.show(show(trace, ["unrolled"], start=-1), size=BESIDE_PANEL)
    name = screen.stage.locator(".rv-u-of-strip i")
    before = name.bounding_box()
    fold(screen, "stage.folded")
    assert before is not None
    assert name.bounding_box() == pytest.approx(before, abs=1)


@pytest.mark.parametrize("form", ["stage.unrolled", "stage.folded"])
def test_a_long_input_stands_on_two_lines_where_one_is_too_short(desk: Desk, form: str) -> None:
    trace = run(Experiment(network="drawer"))
    screen = desk.show(show(trace, ["unrolled"], start=3), size=PHONE)
    fold(screen, form)
    token = screen.token(3)
    assert token.inner_text() == trace.labels[3]
    assert token.evaluate("(e) => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight")


def test_what_there_are_several_of_is_said(desk: Desk) -> None:
    each = {"each_layer": {"num_layers": 2}, "each_direction": {"bidirectional": True}}
    for name, own in each.items():
        trace = run(Experiment(cell="rnn", text="rain", hidden_size=3, **own))
        screen = desk.show(show(trace, ["unrolled"]))
        assert say(f"graph.{name}") in screen.stage.locator("[data-view=unrolled] .rv-hint").inner_text()
    first = desk.show(show(run(SHAPES["first"]), ["unrolled"])).stage.locator(".rv-u-caption-words").inner_text()
    every = desk.show(show(run(SHAPES["every"]), ["unrolled"])).stage.locator(".rv-u-caption-words").inner_text()
    assert say("graph.legend_nothing") in first and say("graph.legend_nothing") not in every
    legend = desk.show(show(run(SHAPES["one to one"]), ["unrolled"])).stage.locator(".rv-u-caption-words")
    assert "Whh" in legend.inner_text()
    assert say("graph.plus") in legend.inner_text(), "the colours of the weights that it has are told"


def test_folded_what_comes_of_all_states_has_its_name(desk: Desk) -> None:
    for name in ("mean", "last of both", "both to state"):
        screen = desk.show(show(run(SHAPES[name]), ["unrolled"]), size=BESIDE_PANEL)
        fold(screen, "stage.folded")
        labels = screen.stage.locator(".rv-u-box.rv-u-part-gather > .rv-u-band-label")
        asked = SHAPES[name]
        kind = f"context_{asked.context}" if asked.translates else f"pooled_{asked.readout}"
        assert labels.inner_text().split("\n")[-1] == say(f"graph.brief_{kind}")
    screen.press("End")
    assert say("graph.legend_one_way") in screen.stage.locator(".rv-u-caption-words").inner_text()
