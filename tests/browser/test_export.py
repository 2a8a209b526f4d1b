"""A run as a file, opened by double click and offline; and as two outputs of a page like a notebook."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import FrameLocator, ViewportSize

from rnnviz import Experiment, Hold, run, show, sweep
from rnnviz.export import Shown
from rnnviz.stage.views import SINGLE
from rnnviz.words import say
from tests.browser.desk import Desk
from tests.browser.screen import COLOURS, DESKTOP, PATIENCE, PHONE, Screen
from tests.browser.truth import Truth

HOSTILE = "</script><script>alert(1)</script> <!-- <img src=x onerror=alert(2)> & \" ' \\u003c <marquee>x</marquee>"
# What a notebook in Visual Studio Code allows its outputs: inline scripts, but none from a data: or blob: address.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src https: http: data:; connect-src https:; child-src https: data:"
)
# Light or dark: what the document has painted, and what its stage has.
PAINTED = """() => {
  const [r, g, b] = getComputedStyle(document.documentElement).backgroundColor.match(/[\\d.]+/g);
  const page = 0.3 * r + 0.59 * g + 0.11 * b > 128 ? "light" : "dark";
  return [page, document.querySelector("[data-stage]").dataset.theme];
}"""

# Lines of a note that stand on numbers of the square beside it, whose column t begins at row t.
COVERED = """() => [...document.querySelectorAll(".rv-lane:has(> .rv-lane-matrix)")].flatMap((lane) => {
  const square = lane.querySelector("canvas").getBoundingClientRect();
  const steps = Number(document.querySelector("[data-stage]").dataset.steps);
  const words = document.createRange();
  words.selectNodeContents(lane.querySelector(".rv-matrix-note"));
  return [...words.getClientRects()].filter(({ left, right, top, bottom }) => {
    const first = Math.max(0, Math.floor(((left - square.left) / square.width) * steps));
    return right > square.left && top < square.bottom && bottom > square.top + (first / steps) * square.height;
  }).map(() => lane.innerText);
})"""


@pytest.fixture(scope="module")
def trace():
    return run(Experiment(cell="lstm", hidden_size=5, text="hello world", seed=3))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_number_of_every_step_is_the_runs(desk: Desk, cell: str) -> None:
    trace = run(Experiment(cell=cell, hidden_size=4, text="hello you", seed=5))
    screen, truth = desk.show(show(trace, start=2)), Truth(trace)
    assert (screen.t, screen.steps) == (2, trace.steps)
    screen.press("Home")
    for t in range(trace.steps):
        assert screen.t == t
        numbers = screen.numbers()
        assert {"unrolled", "equations", "score", "output", "source"} <= {number.view for number in numbers}
        assert truth.problems(numbers, t) == []
        screen.press("ArrowRight")
    assert screen.t == trace.steps - 1


def test_what_a_decoder_wrote_by_itself_is_in_the_file(desk: Desk) -> None:
    asked = Experiment(shape="encoder_decoder", hidden_size=4, text="hello", attention="dot", forcing=0.0, beam=2)
    trace = run(asked)
    screen, truth = desk.show(show(trace, ["step", "attention"], start=4)), Truth(trace)
    for t, key in ((4, "ArrowRight"), (5, "End"), (24, "Home"), (0, "?")):  # the first and the last step of both
        assert screen.t == t
        numbers = screen.numbers()
        assert {"unrolled", "equations", "score"} <= {number.view for number in numbers}
        assert truth.problems(numbers, t) == []
        screen.press(key)
    told = screen.page.locator("footer").inner_text()
    assert "T = S + N = 5 + 20" in told and "was stopped after 20" in told


@pytest.mark.parametrize("shape", ["one_to_many", "encoder_decoder"])
def test_the_score_alone_tells_what_its_dash_stands_for(desk: Desk, shape: str) -> None:
    quiet = run(Experiment(shape=shape, decoder="state", hidden_size=4, text="hello"))
    screen, t = desk.show(show(quiet, "score")), quiet.steps - 1
    boxes, tip = screen.stage.locator(".rv-token"), screen.stage.locator("[data-view=score] > .rv-tooltip")
    assert boxes.nth(t).inner_text() == "–"
    assert screen.stage.locator(".rv-lane-tokens .rv-lane-label").inner_text().endswith(say("score.nothing_read"))
    for step, told in ((0, say("score.tip_step", t=1, symbol="h")), (t, say("score.tip_step_nothing", t=t + 1))):
        boxes.nth(step).hover()
        assert screen.paint() and tip.inner_text() == told


def test_it_leaves_the_address_and_the_history_alone(desk: Desk, trace) -> None:
    screen = desk.show(show(trace))
    before = screen.page.url, screen.page.evaluate("history.length")
    screen.press("ArrowRight", "End", "ArrowLeft")
    screen.page.wait_for_timeout(400)  # the site writes the step 250 ms after the last key
    assert (screen.page.url, screen.page.evaluate("history.length")) == before
    assert screen.t == trace.steps - 2


def test_playing_full_screen_and_the_list_of_keys_work(desk: Desk, trace) -> None:
    screen = desk.show(show(trace))
    screen.press("Space")
    screen.page.locator("[data-stage]:not([data-t='0'])").wait_for()
    screen.press("Space", "?")
    screen.page.get_by_role("dialog", name=say("stage.help")).wait_for()
    screen.press("Escape")
    screen.press("f")
    screen.page.locator("[data-stage]:fullscreen").wait_for()


@pytest.mark.parametrize("system", ["light", "dark"])
def test_colours_follow_the_system_until_one_asks_for_others(desk: Desk, trace, system: str) -> None:
    screen = desk.show(show(trace), theme=system)
    other = "dark" if system == "light" else "light"
    assert screen.page.evaluate(PAINTED) == [system, system]
    screen.page.emulate_media(color_scheme=other)
    assert screen.paint().page.evaluate(PAINTED) == [other, other]
    screen.page.get_by_role("button", name=say(f"export.{system}"), exact=True).click()
    assert screen.paint().page.evaluate(PAINTED) == [system, system]
    screen.page.get_by_role("button", name=say(f"export.{other}"), exact=True).click()
    assert screen.paint().page.evaluate(PAINTED) == [other, other]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_that_python_chose_stand_whatever_the_system_says(desk: Desk, trace, theme: str) -> None:
    screen = desk.show(show(trace, theme=theme), theme="light" if theme == "dark" else "dark")
    assert screen.page.evaluate(PAINTED) == [theme, theme]


def test_paper_is_light(desk: Desk, trace) -> None:
    screen = desk.show(show(trace), theme="dark")
    columns = """(() => {
      const { left, right } = document.querySelector("[data-view=unrolled] .rv-u-window").getBoundingClientRect();
      const seen = (box) => box.left > left - 1 && box.right < right + 1;
      const columns = [...document.querySelectorAll("[data-view=unrolled] [data-kind=step]")];
      return columns.filter((column) => seen(column.getBoundingClientRect())).length;
    })()"""
    before = screen.page.evaluate(columns)
    screen.page.emulate_media(media="print", color_scheme="dark")
    assert screen.paint().page.evaluate(PAINTED) == ["light", "light"]
    # As wide as a page between its margins, and laid out as on the screen.
    width = screen.page.evaluate("document.body.getBoundingClientRect().width")
    assert 600 < width <= 703 and screen.page.evaluate(columns) == before
    assert not screen.page.get_by_role("button", name=say("stage.play"), exact=True).is_visible()
    screen.page.emulate_media(media="screen", color_scheme="dark")
    assert screen.paint().page.evaluate(PAINTED) == ["dark", "dark"]


@pytest.mark.parametrize("tokens", ["characters", "words"])
def test_hostile_text_does_nothing(desk: Desk, tokens: str) -> None:
    trace = run(Experiment(text=HOSTILE, tokens=tokens))
    screen = desk.show(show(trace, title=HOSTILE))
    assert screen.page.title() == HOSTILE == screen.page.locator("h1").inner_text()
    while screen.t < trace.steps - 1:
        screen.press(*["ArrowRight"] * 5)  # each label is in sight: the graph shows more columns than that
    assert Truth(trace).problems(screen.numbers(), screen.t) == []
    assert screen.page.locator("script").count() == 2 and screen.page.locator("img, marquee").count() == 0
    screen.page.locator("summary", has_text=say("export.again")).click()
    values: dict[str, Any] = {}
    exec(screen.page.locator("pre").inner_text(), values)
    assert values["trace"].labels == trace.labels


def test_gates_are_drawn_by_the_plotly_in_the_file(desk: Desk, trace) -> None:
    held = run(trace.experiment.replace(hold=(Hold("f", 0.0, start=3, stop=5),)))
    screen = desk.show(show(held, "gates", baseline=trace))
    figures = screen.page.locator("[data-view=plot]")
    assert figures.count() == 2
    for figure in figures.all():
        figure.scroll_into_view_if_needed()
        figure.locator(".main-svg").first.wait_for(timeout=PATIENCE)
    screen.press("End")
    assert screen.t == held.steps - 1


def test_the_way_back_is_walked_and_slid_through(desk: Desk) -> None:
    swept = sweep(Experiment(cell="rnn", text="hello world", loss="last"), gain=[0.5, 1.0, 2.0])
    screen = desk.show(show(swept, "gradients"))
    assert screen.t == 10 and screen.page.locator(".rv-missing").count() == 0
    screen.press("ArrowLeft", "ArrowUp", "ArrowUp")
    assert screen.t == 9 and screen.stage.get_attribute("data-frame") == "2"
    gradient = swept[2].layers["l0"].dh[9]
    shown = [
        n.value for n in screen.numbers() if (n.quantity, n.unit, n.step, n.view) == ("dh", "norm", "9", "backflow")
    ]
    assert shown and shown == [pytest.approx(float(np.linalg.norm(gradient)), rel=1e-5)] * len(shown)


@pytest.mark.parametrize(("steps", "within"), [(1, 0), (4, 0), (24, 2)])
def test_where_half_of_a_square_has_no_room_what_is_said_of_it_stands_below(
    desk: Desk, steps: int, within: int
) -> None:
    text = "one step is behind another"[:steps]
    screen = desk.show(show(run(Experiment(cell="rnn", text=text)), "gradients"))
    assert screen.steps == steps and screen.page.evaluate(COVERED) == []
    assert screen.page.locator(".rv-in-half > .rv-matrix-note").count() == within
    assert screen.page.locator(".rv-matrix-note").count() == 2


def test_a_second_slider_moves_through_several_runs(desk: Desk, trace) -> None:
    traces = [run(trace.experiment.replace(gain=gain)) for gain in (0.0, 1.0, 2.0)]
    screen = desk.show(show(traces))
    for frame, of_frame in enumerate(traces):
        assert screen.stage.get_attribute("data-frame") == str(frame)
        assert Truth(of_frame).problems(screen.numbers(), 0) == []
        screen.press("ArrowUp")


@pytest.mark.parametrize("name", SINGLE)
def test_every_view_can_stand_alone(desk: Desk, trace, name: str) -> None:
    screen = desk.show(show(trace, name))
    assert [view.get_attribute("data-view") for view in screen.page.locator("[data-view]").all()] == [name]
    assert screen.page.locator(".rv-missing").count() == 0
    assert Truth(trace).problems(screen.numbers(), 0) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nothing_is_cut(desk: Desk, trace, size: ViewportSize) -> None:
    screen = desk.show(show(trace), size=size)
    assert (screen.axe_in_both("dark") if size is DESKTOP else screen.axe(but=COLOURS)) == []
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    screen.page.set_viewport_size({"width": 320, "height": 640})
    assert screen.paint().page.evaluate("document.documentElement.scrollWidth") <= 320
    screen.page.locator("summary", has_text=say("export.again")).click()
    assert screen.paint().page.evaluate("document.documentElement.scrollWidth") <= 320


def test_without_javascript_it_says_so_and_what_was_run(desk: Desk, trace) -> None:
    screen = desk.open(show(trace).html, java_script_enabled=False)
    words = screen.page.locator("body").inner_text()
    assert say("export.noscript") in words and "T = 11 time steps" in words and "hello world" in words
    assert not screen.page.locator("#rnnviz-theme").is_visible()


def notebook(*outputs: Shown, policy: str = "", ground: str = "#fff", attributes: str = "") -> str:
    """Return a page like a notebook's: styles of its own, outputs in a column of 900 pixels."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    style = f"body {{ background: {ground} }} main {{ width: 900px }} h1, h3, p, button, section {{ color: red }}"
    cells = "".join(f"<div>{output._repr_html_()}</div>" for output in outputs)
    cells = cells.replace("<iframe", f"<iframe{attributes}")
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">{meta}<title>A notebook</title>
<style>{style}</style></head><body><main><h1>A notebook</h1>{cells}</main></body></html>"""


def frames_of(screen: Screen, count: int) -> list[FrameLocator]:
    """Return the outputs of a notebook, once their stages stand."""
    frames = [screen.page.frame_locator("iframe").nth(k) for k in range(count)]
    for frame in frames:
        frame.locator("[data-stage][data-steps]").wait_for(timeout=PATIENCE)
    screen.paint()
    return frames


@pytest.mark.parametrize("policy", ["", POLICY], ids=["jupyter", "vscode"])
@pytest.mark.parametrize(("ground", "theme"), [("#ffffff", "light"), ("rgb(17, 17, 17)", "dark")])
def test_two_outputs_of_a_notebook_do_not_meet(desk: Desk, trace, policy: str, ground: str, theme: str) -> None:
    other = run(Experiment(cell="gru", text="abc"))
    screen = desk.open(notebook(show(trace), show(other, "score"), policy=policy, ground=ground))
    first, second = frames_of(screen, 2)
    first.locator("body").click(position={"x": 5, "y": 5})
    screen.press("ArrowRight", "ArrowRight")
    assert first.locator("[data-stage]").get_attribute("data-t") == "2"
    assert second.locator("[data-stage]").get_attribute("data-t") == "0"
    for frame in (first, second):
        assert frame.locator("html").evaluate(PAINTED.replace("() =>", "(_) =>")) == [theme, theme]
        assert frame.locator("h1").evaluate("e => getComputedStyle(e).color") != "rgb(255, 0, 0)"
        assert frame.locator("html").evaluate("e => innerWidth") == 900
        # As high as it needs, to the pixel: nothing scrolls inside it, nothing gapes below.
        assert frame.locator("html").evaluate("e => Math.abs(e.getBoundingClientRect().height - innerHeight)") <= 1
    assert second.locator("html").evaluate("e => innerHeight") < 900


def test_a_notebook_that_turns_dark_takes_its_outputs_along(desk: Desk, trace) -> None:
    screen = desk.open(notebook(show(trace, "score")))
    (frame,) = frames_of(screen, 1)
    screen.page.evaluate("document.body.style.background = '#111'")
    frame.locator("[data-stage][data-theme=dark]").wait_for(timeout=PATIENCE)


def test_an_output_goes_full_screen(desk: Desk, trace) -> None:
    screen = desk.open(notebook(show(trace, "score")))
    (frame,) = frames_of(screen, 1)
    frame.get_by_role("button", name=say("stage.fullscreen"), exact=True).click()
    screen.page.locator("iframe:fullscreen").wait_for()


def test_behind_a_wall_it_is_drawn_all_the_same(desk: Desk, trace) -> None:
    screen = desk.open(notebook(show(trace), attributes=' sandbox="allow-scripts"'))
    (frame,) = frames_of(screen, 1)
    assert frame.locator("[data-view]").count() == 5
    assert screen.page.locator("iframe").evaluate("e => e.offsetHeight") == 900


def test_axe_finds_nothing_in_a_notebook(desk: Desk, trace) -> None:
    outputs = [show(trace, theme=theme) for theme in ("light", "dark")]
    screen = desk.open(notebook(*outputs).replace("color: red", ""))
    frames_of(screen, 2)
    assert screen.axe() == []
