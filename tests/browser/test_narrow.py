"""Where room is scarce, as on a phone: words stand whole, beside what they tell of, and over nothing else."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize

from rnnviz import Experiment, run, show
from rnnviz.site.lessons import LESSONS
from rnnviz.site.shapes.batch import FIRST
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.desk import Desk
from tests.browser.screen import PHONE

NARROWEST = ViewportSize(width=320, height=700)
BESIDE_PANEL = ViewportSize(width=830, height=1000)  # the graph as wide as it is beside the panel on a desk
SIZES = pytest.mark.parametrize("size", [PHONE, NARROWEST], ids=["phone", "narrowest"])

# Of each card of the gallery: the width of its description in ems, and how many lines of words its picture covers.
CARDS = """(cards) => cards.map((card) => {
  const picture = card.querySelector("svg").getBoundingClientRect();
  const range = document.createRange();
  const lines = [...card.querySelectorAll("strong, span")]
    .flatMap((words) => (range.selectNodeContents(words), [...range.getClientRects()]));
  const covers = (line) => line.right > picture.left && line.left < picture.right
    && line.bottom > picture.top && line.top < picture.bottom;
  const is = card.querySelector(".rv-gallery-is");
  const wide = is.getBoundingClientRect().width / parseFloat(getComputedStyle(is).fontSize);
  return { name: card.dataset.shape, wide, covered: lines.filter(covers).length };
})"""

# Words, how wide they are, and how wide each box around them is within their link.
ROOMS = """(words) => words.map((one) => {
  const boxes = [one];
  while (boxes[0].parentElement.localName !== "a") boxes.unshift(boxes[0].parentElement);
  return [one.textContent, one.scrollWidth, ...boxes.map((box) => box.getBoundingClientRect().width)];
})"""

# Of each cell of a table: what it says, how far to the right, and what stands over it.
CELLS = """(cells) => cells.map((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  const head = cell.closest("table").querySelector("thead").rows[0].cells[cell.cellIndex];
  const named = head.checkVisibility() ? head.textContent : JSON.parse(getComputedStyle(cell, "::before").content);
  return { text: cell.innerText, right: range.getBoundingClientRect().right, named };
})"""

# A box, and the lines of words in it.
TOLD = """(box) => {
  const range = document.createRange();
  range.selectNodeContents(box);
  return [box.getBoundingClientRect(), [...range.getClientRects()]].map((it) => JSON.parse(JSON.stringify(it)));
}"""

# Of some words those that are written, and those of them that something covers where it passes.
COVERED = """(words, name) => {
  const cover = words[0].closest("[data-view]").querySelector(name);
  const seen = new CSSStyleSheet();
  seen.replaceSync("* { pointer-events: auto !important; }");
  document.adoptedStyleSheets.push(seen);
  const { left, right } = cover.getBoundingClientRect();
  const covers = (one) => {
    const { top, height } = one.getBoundingClientRect();
    return [left + 1, right - 1].some((x) => document.elementsFromPoint(x, top + height / 2)[0] === cover);
  };
  const written = words.filter((one) => one.getBoundingClientRect().width);
  const covered = written.filter((one) => one.getBoundingClientRect().left < right && covers(one));
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== seen);
  return [written, covered].map((some) => some.map((one) => one.textContent));
}"""


@SIZES
def test_words_of_the_gallery_have_room_beside_or_above_their_pictures(visit: Visit, size: ViewportSize) -> None:
    screen = visit("/shapes", size=size, step=7)
    for card in screen.page.locator("[data-stage=gallery] a[data-shape]").evaluate_all(CARDS):
        assert card["covered"] == 0 and card["wide"] > 7, card


@SIZES
def test_titles_of_the_map_stand_whole(visit: Visit, size: ViewportSize) -> None:
    titles = visit("/", size=size).page.locator(".st-key-map a p")
    assert titles.count() == len(LESSONS) - 1
    for title, wide, *rooms in titles.evaluate_all(ROOMS):
        assert all(wide <= room + 1 for room in rooms), f"{title!r} is cut off"


@pytest.mark.parametrize("width", [320, 390, 640, 1024])
def test_while_presenting_the_way_back_stands_beside_or_above_the_title(visit: Visit, width: int) -> None:
    screen = visit("/shapes", size=ViewportSize(width=width, height=800), present=1)
    back = screen.page.get_by_role("button", name=say("site.leave")).bounding_box()
    title = screen.page.locator("h1 span").bounding_box()
    assert back and title and back["width"] > 40
    assert back["y"] + back["height"] <= title["y"] + 10 or back["x"] >= title["x"] + title["width"]


@SIZES
def test_what_unfolds_has_room_for_its_controls_and_opens_where_that_is(visit: Visit, size: ViewportSize) -> None:
    screen = visit("/shapes", size=size, shape="encoder_decoder", attention="dot", text="hello")
    screen.settled(screen.page.get_by_role("button", name=say("site.more")).click)
    body = screen.page.get_by_test_id("stPopoverBody").bounding_box()
    assert body and body["height"] > 0.5 * size["height"]
    assert body["y"] >= 0 and body["y"] + body["height"] <= size["height"]


@pytest.mark.parametrize("width", [320, 390, 820, 1000])
def test_all_that_a_sequence_of_a_batch_comes_to_is_in_sight(visit: Visit, width: int) -> None:
    screen = visit("/shapes", size=ViewportSize(width=width, height=844))
    table = screen.page.locator(".rv-batch-table")
    table.scroll_into_view_if_needed()
    room, cells = (
        table.bounding_box(),
        screen.come().paint().page.locator(".rv-batch-table tbody td").evaluate_all(CELLS),
    )
    names = [say(f"padding.col_{name}") for name in ("length", "end", "pooled", "says_alone", "says_now")]
    assert room and [cell["named"] for cell in cells] == names * len(FIRST)
    for cell in cells:
        assert cell["text"] and cell["right"] <= room["x"] + room["width"] + 1, f"{cell} is out of sight"


@pytest.mark.parametrize("size", [BESIDE_PANEL, PHONE, NARROWEST], ids=["desk", "phone", "narrowest"])
def test_what_is_told_of_a_node_stands_within_its_box_and_that_in_sight(desk: Desk, size: ViewportSize) -> None:
    trace = run(Experiment(cell="gru", hidden_size=24, text="hello world", init="normal", seed=3))
    screen = desk.show(show(trace, ["unrolled"], start=5), size=size)
    screen.column(5).locator("button[data-row]").first.click()  # a group: its units then stand in its place
    nodes, tip = screen.paint().column(5).locator("button[data-row]"), screen.stage.get_by_role("tooltip")
    told = 0
    for k in range(nodes.count()):
        nodes.nth(k).hover()
        box, lines = screen.paint().stage.get_by_role("tooltip").evaluate(TOLD)
        told += tip.locator(".rv-u-tip-sum").count()
        assert box["left"] >= 0 and box["right"] <= size["width"]
        assert all(box["left"] <= line["left"] and line["right"] <= box["right"] for line in lines), (box, lines)
    assert told >= 6


@SIZES
def test_the_column_of_a_moment_of_a_training_covers_no_words(visit: Visit, size: ViewportSize) -> None:
    screen = visit(
        "/training", size=ViewportSize(width=size["width"], height=2600)
    )  # what is out of sight nothing hits
    words = screen.page.locator(".rv-course").locator(".rv-lane-title, .rv-course-group > b, .rv-course-ticks > span")
    under, covered = words.evaluate_all(COVERED, ".rv-playhead")
    assert len(under) > 8 and covered == []


@SIZES
def test_the_table_of_what_is_looked_back_at_stands_within_the_panel(desk: Desk, size: ViewportSize) -> None:
    trace = run(Experiment(network="reverser_attention", text="palindrome", forcing=0.0))
    first = trace.segments[1].start
    screen = desk.show(show(trace, ["unrolled", "equations"], start=first), size=size)
    table = screen.stage.locator(".rv-eq-sources:visible")
    for _ in range(trace.steps - first):
        title, box = screen.stage.locator(".rv-eq-extra-title:visible").first.bounding_box(), table.bounding_box()
        assert title and box and box["x"] + box["width"] <= title["x"] + title["width"] + 1
        assert table.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")
        screen.press("ArrowRight")


PLAIN = Experiment(cell="lstm", hidden_size=4, text="hello", num_layers=2)
TWO = Experiment(shape="encoder_decoder", cell="gru", hidden_size=4, text="hello", target="olleh")


@pytest.mark.parametrize("experiment", [PLAIN, PLAIN.replace(num_layers=1), TWO], ids=["layers", "plain", "two"])
def test_one_step_in_sight_is_one_and_several_are_several(desk: Desk, experiment: Experiment) -> None:
    trace = run(experiment)
    screen = desk.show(show(trace, ["unrolled"], start=0), size=NARROWEST)
    hint, numbers = screen.stage.locator("[data-view=unrolled] .rv-hint"), []
    for _ in range(trace.steps):
        word, number, rest = hint.inner_text().split(" ", 2)
        assert (word == "Steps") == rest.startswith("–"), hint.inner_text()
        numbers.append((word, int(number)))
        screen.press("ArrowRight")
    assert {word for word, _ in numbers} == {"Step", "Steps"} and len(set(numbers)) > 3
