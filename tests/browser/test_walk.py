"""Two hundred random keys and clicks on the Step page: where the cursor is, and that each number shown is true."""

from __future__ import annotations

import random

import pytest

from rnnviz import Experiment, run
from tests.browser.conftest import Visit
from tests.browser.truth import Truth
from tests.browser.walker import Walker

TEXT = "the rain in spain stays mainly"
EXPERIMENTS = {
    "lstm": Experiment(cell="lstm", text=TEXT, hidden_size=5, seed=3),
    "gru": Experiment(cell="gru", text=TEXT, hidden_size=4, seed=1, loss="last"),
    "rnn": Experiment(cell="rnn", task="sine", length=40, hidden_size=6, seed=2),
}
ACTIONS = {"lstm": 200, "gru": 30, "rnn": 30}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_number_is_true_wherever_one_walks(visit: Visit, name: str) -> None:
    experiment = EXPERIMENTS[name]
    truth = Truth(run(experiment))
    screen = visit("/step", **experiment.to_query(), step=3)
    walker = Walker(screen, random.Random(name), t=2)
    sent, seen = screen.sent, 0
    for count in range(ACTIONS[name]):
        if count == ACTIONS[name] // 2:  # numbers are true for those who like motion and for those who do not
            screen.page.emulate_media(reduced_motion="reduce")
        walker.act()
        place = f"action {count}: {walker.done}"
        assert screen.t == walker.t, place
        numbers = screen.numbers()
        problems = truth.problems(numbers, walker.t)
        assert not problems, "\n".join([place, *problems])
        panel = {number.unit for number in numbers if number.view == "equations" and number.quantity == "pre"}
        assert len(panel) == 1 and panel <= ({str(walker.unit)} if walker.unit is not None else panel), place
        seen += len(numbers)
    assert seen > 40 * ACTIONS[name]
    assert screen.sent == sent, "a step sent a message to the server"


def test_a_number_that_is_not_the_runs_is_found_out(visit: Visit) -> None:
    experiment = EXPERIMENTS["lstm"]
    screen = visit("/step", **experiment.to_query(), step=3)
    other = Truth(run(experiment.replace(seed=4)))
    numbers = [number for number in screen.numbers() if number.quantity != "x"]
    believed = [number for number in numbers if other.problem(number, screen.t) is None]
    # Some are so close to others that two digits do not tell them apart; but no number of the run itself.
    assert len(believed) < len(numbers) / 20, [str(number) for number in believed]


# A step in each animation frame; in each, the step that the graph shows, and those that the parts of the panel show.
HURRY = """async (steps) => {
  const frame = () => new Promise(requestAnimationFrame);
  const graph = () => Number(document.querySelector(".rv-u-column[data-now]").dataset.step);
  const numbers = (part) => [...document.querySelectorAll(part + " [data-quantity=pre]")];
  const panel = (part) => [...new Set(numbers(part).map((number) => Number(number.dataset.step)))];
  const t = () => Number(document.querySelector("[data-stage]").dataset.t);
  const look = () => [t(), graph(), panel(".rv-eq-rows"), panel(".rv-eq-work")];
  const seen = [];
  for (let k = 0; k < steps; k++) {
    const press = { key: "ArrowRight", code: "ArrowRight", bubbles: true };
    document.body.dispatchEvent(new KeyboardEvent("keydown", press));
    await frame();
    seen.push(look());
  }
  await frame();
  await frame();
  return [seen, look()];
}"""


def test_in_a_hurry_the_graph_keeps_up_and_figures_take_turns(visit: Visit) -> None:
    screen = visit("/step", **EXPERIMENTS["rnn"].to_query(), step=2)
    seen, rest = screen.page.evaluate(HURRY, 24)
    assert rest == [25, 25, [25], [25]]
    crowded = seen[3:]
    redrawn = [0, 0]
    for (t, graph, *panel), (_, _, *before) in zip(crowded[1:], crowded, strict=False):
        assert graph == t
        for k, (now, was) in enumerate(zip(panel, before, strict=True)):
            assert len(now) == 1, "figures of two steps side by side"
            assert t - 4 <= now[0] <= t
            redrawn[k] += now != was
    # Each has its turn every few frames, and not in each.
    assert all(len(crowded) / 5 <= count <= len(crowded) * 0.6 for count in redrawn), redrawn


# What a key press changes in the columns of the graph, until its frame is painted: which of them, by their steps.
TOUCHED = """(key) => new Promise((done) => requestIdleCallback(() => requestAnimationFrame(() => {
  const columns = document.querySelector("[data-view=unrolled] .rv-u-columns");
  const all = [...columns.children];
  const found = new Set();
  const note = (changes) => {
    for (const { target } of changes) {
      const column = all.find((one) => one.contains(target));
      if (column) found.add(Number(column.dataset.step));
    }
  };
  const watch = new MutationObserver(note);
  watch.observe(columns, { attributes: true, characterData: true, childList: true, subtree: true });
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code: key, bubbles: true }));
  requestAnimationFrame(() => {
    note(watch.takeRecords());
    watch.disconnect();
    done([...found].sort((a, b) => a - b));
  });
})))"""


def test_a_step_finds_its_column_filled_and_moves_none(visit: Visit) -> None:
    """It may cost a frame of 17 ms; to fill a column in it, and to move each, took a third of that."""
    screen = visit("/step", cell="lstm", hidden_size=8, text=TEXT, step=15)
    for key, by in (("ArrowRight", 1), ("ArrowRight", 1), ("ArrowLeft", -1), ("ArrowLeft", -1), ("ArrowLeft", -1)):
        t = screen.t
        assert screen.page.evaluate(TOUCHED, key) == sorted([t, t + by]), "only these are marked otherwise"
        assert screen.paint().t == t + by
        middle = screen.column(t + by).bounding_box()
        window = screen.stage.locator(".rv-u-window").bounding_box()
        assert middle and window
        assert abs(middle["x"] + middle["width"] / 2 - window["x"] - window["width"] / 2) < window["width"] / 8


def test_a_picture_with_all_animations_ended_shows_the_same_steps(visit: Visit) -> None:
    screen = visit("/step", cell="gru", hidden_size=4, text=TEXT, step=10)
    screen.press("ArrowRight", "ArrowRight").page.wait_for_timeout(300)  # the slide has ended
    window = screen.stage.locator(".rv-u-window")
    assert window.screenshot(animations="disabled") == window.screenshot(animations="allow")
    assert screen.column(screen.t).is_visible()


# Which columns stand in the window while the page has not come to rest yet, and how far from its left edge.
CROWD = """(key) => new Promise((done) => requestIdleCallback(() => requestAnimationFrame(() => {
  const window = document.querySelector("[data-view=unrolled] .rv-u-window").getBoundingClientRect();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code: key, bubbles: true }));
  requestAnimationFrame(() => {
    const all = [...document.querySelectorAll("[data-view=unrolled] .rv-u-column")];
    const seen = all.filter((column) => getComputedStyle(column).visibility === "visible");
    const lefts = seen.map((column) => Math.round(column.getBoundingClientRect().left - window.left));
    done(lefts.filter((left) => left > -20 && left < window.width - 20).sort((a, b) => a - b));
  });
})))"""


def test_after_a_leap_no_column_lies_on_another(visit: Visit) -> None:
    screen = visit("/step", cell="rnn", hidden_size=3, task="sine", length=1000, step=1, motion="reduce")
    for key in ("End", "Home", "End"):
        lefts = screen.page.evaluate(CROWD, key)
        assert len(lefts) > 2 and len({b - a for a, b in zip(lefts, lefts[1:], strict=False)}) == 1, lefts


def test_what_is_told_of_a_node_stands_beside_it_after_any_steps(visit: Visit) -> None:
    screen = visit("/step", cell="gru", hidden_size=4, text=TEXT, step=8)
    screen.press(*["ArrowRight"] * 10).page.wait_for_timeout(300)
    node = screen.column(screen.t).locator("button[data-row]").nth(1)
    node.hover()
    tip = screen.paint().stage.get_by_role("tooltip").bounding_box()
    box = node.bounding_box()
    assert tip and box
    assert tip["x"] >= box["x"] + box["width"] or tip["x"] + tip["width"] <= box["x"], "it does not cover it"
    apart = min(abs(tip["x"] - box["x"] - box["width"]), abs(tip["x"] + tip["width"] - box["x"]))
    assert apart < 20, "and stands beside it"
