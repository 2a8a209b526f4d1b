"""The course of a training in a real browser: it grows, one goes back and forth in it, every number is the run's."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Route, expect

from rnnviz import Experiment
from rnnviz.stage.learning import Run, frames_at, learning_delta, learning_payload
from rnnviz.training import Training, start
from rnnviz.training.divergence import Divergence
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import Screen
from tests.browser.truth import Truth

EVERY = 10
STEPS = 400
PACE = 20  # updates between two questions
CHANCE = say("learning.chance", what=say("learning.line.mean"))
WORDS = """(view) => {
  const found = { shown: [], wrong: [] };
  for (const plot of view.querySelectorAll(".rv-course-plot")) {
    const canvas = plot.querySelector("canvas");
    const frame = plot.getBoundingClientRect();
    const ratio = canvas.width / canvas.getBoundingClientRect().width;
    const boxes = [];
    for (const node of plot.querySelectorAll(".rv-course-end, .rv-course-guides > span")) {
      if (!node.checkVisibility()) continue;
      const box = node.getBoundingClientRect();
      const place = [box.left - frame.left, box.top - frame.top, box.width, box.height];
      const [x, y, w, h] = place.map((v) => Math.round(v * ratio));
      const wrong = (how) => found.wrong.push([how, node.textContent]);
      const { data } = canvas.getContext("2d").getImageData(x, y, w, h);
      const inked = (row) => data.slice(row * w * 4, (row + 1) * w * 4).some((v, k) => k % 4 === 3 && v > 0);
      const rows = Array.from({ length: h }, (_, row) => row).filter(inked);
      found.shown.push(node.textContent);
      if (rows.some((row) => !even(data, row, w))) wrong("on a curve");
      if (x < 0 || y < 0 || x + w > canvas.width || y + h > canvas.height) wrong("outside");
      const meets = (b) => x < b[0] + b[2] && x + w > b[0] && y < b[1] + b[3] && y + h > b[1];
      if (boxes.some(meets)) wrong("on words");
      boxes.push([x, y, w, h]);
    }
  }
  return found;
  // A grid line has one colour from end to end; a dashed line has gaps, and a curve ends or climbs.
  function even(data, row, w) {
    const at = (k) => data.slice((row * w + k) * 4, (row * w + k) * 4 + 4).join();
    return Array.from({ length: w }, (_, k) => k).every((k) => at(k) === at(0));
  }
}"""


class Live:
    """A training that goes on whenever the browser asks for it, as far as it is let."""

    def __init__(self, training: Training) -> None:
        self.training, self.history = training, training.history
        self.until, self.asked, self.state = 0, 0, "running"
        training.step()

    def answer(self, route: Route) -> None:
        """Take a few updates, and tell what the browser does not know."""
        query = {name: int(values[0]) for name, values in parse_qs(urlsplit(route.request.url).query).items()
                 if name in ("have", "updates")}  # fmt: skip
        self.asked += 1
        for _ in range(PACE):
            if self.training.update < self.until:
                self.training.step()
        problem = self.training.problem
        run = Run("LSTM · 6", self.history, problem, problem.baselines, STEPS, self.state)
        have = query.get("have", 0)
        frames = list(frames_at(run, self.moments[have:], 0).values())
        if have:
            body = {"delta": learning_delta([run], self.moments[have:], frames, query["updates"])}
        else:
            body = {"payload": learning_payload([run], self.moments, frames)}
        route.fulfill(json={"generation": 1, **json.loads(json.dumps(body))})

    @property
    def moments(self) -> list[int]:
        """The numbers of updates of the frames."""
        return [update for update in self.history.kept if update <= self.until]


def test_it_grows_and_one_goes_back_and_forth_in_it(visit: Visit) -> None:
    experiment = Experiment(cell="lstm", hidden_size=6, clip=0.2)
    how = {"steps": STEPS, "batch_size": 8, "engine": "numpy", "trace_every": EVERY, "validate_every": 2 * EVERY}
    live = Live(start(experiment, "adding", options={"length": 12}, learning_rate=0.01, **how))
    screen = visit("/")
    screen.page.route("**/learning/**", live.answer)
    screen.goto("/training", compare="none")
    view = screen.stage.locator("[data-view=learning]")

    expect(view.get_by_text(say("learning.none_yet"))).to_be_hidden()  # one has been
    assert (screen._count("data-frame"), screen._count("data-frames")) == (0, 1)

    go(screen, live, 120)
    assert screen._count("data-frame") == 12, "who looks at the newest moment goes on with it"
    assert_true(screen, live, 120)
    sent = screen.sent

    screen.press("ArrowDown", "ArrowDown", "ArrowDown")
    assert view.get_attribute("data-update") == "90"
    go(screen, live, 200)
    assert screen._count("data-frame") == 9, "who looks back stays there"
    assert_true(screen, live, 90)

    plot = view.locator("[data-lane=course-loss] .rv-lane-plot")
    screen.page.mouse.move(*place_of(plot, 30 / 200))
    tip = view.locator(".rv-tooltip")
    expect(tip).to_contain_text(say("learning.tip_moment", n=30))
    expect(tip).to_contain_text(say("learning.minibatch_of", name="LSTM"))
    screen.page.mouse.down()
    assert screen.paint()._count("data-frame") == 3
    screen.page.mouse.move(*place_of(plot, 0.999))
    assert screen.paint()._count("data-frame") == 20
    go(screen, live, 240)
    assert screen._count("data-frame") == 20, "growth takes nothing out of a hand"
    screen.page.mouse.up()
    go(screen, live, 300)
    assert screen._count("data-frame") == 30, "what was let go at the newest moment goes on with it"

    for share in (0.0, 0.21, 0.5):
        screen.page.mouse.click(*place_of(plot, share))
        screen.paint()
        assert_true(screen, live, int(view.get_attribute("data-update") or ""))
    assert screen.sent == sent, "a moment sent a message to the server"

    assert_words_cover_nothing(view)
    dots = view.locator("[data-lane=course-loss] .rv-course-lines .rv-course-entry")
    assert dots.all_inner_texts() == [f"{CHANCE}\n{live.training.problem.chance:.3f}"]

    table = view.locator("details.rv-numbers")
    table.locator("summary").click()
    table.locator("tr").first.wait_for()
    rows = table.locator("tr").all_inner_texts()
    assert len(rows) == 2 + 4 + 2 + 2 + 2 + 3 and all(row.split("\t")[-1].strip() not in ("", "–") for row in rows)
    canvas = view.locator("[data-lane=course-loss] canvas")
    expect(canvas).to_have_attribute("aria-label", re.compile(re.escape(say("learning.loss"))))

    live.history.diverged = Divergence(update=301, quantity="loss")
    live.state = "diverged"
    expect(view.locator(".rv-course-break")).to_have_text(say("learning.diverged"))
    expect(view.locator(".rv-course-told")).to_have_text(live.history.diverged.sentence())
    asked = live.asked
    screen.page.wait_for_timeout(1200)
    assert live.asked == asked, "a training that has ended is not asked for"
    assert not screen.axe()


def assert_words_cover_nothing(view: Locator) -> None:
    """Words on the plots stand inside them, apart from each other, and on no curve or dashed line."""
    found = view.evaluate(WORDS)
    assert found["shown"] and not found["wrong"], found


def go(screen: Screen, live: Live, until: int) -> None:
    """Let the training go on, and wait until the browser has all of it."""
    live.until = until
    frames = until // EVERY + 1
    screen.page.wait_for_function("(n) => document.querySelector('[data-stage]').dataset.frames == n", arg=str(frames))
    taken = screen.page.get_by_text(say("learning.taken", n=until, steps=STEPS))
    expect(taken).to_be_visible()
    screen.paint()


def assert_true(screen: Screen, live: Live, update: int) -> None:
    """Hold every number of the view to the training's own history."""
    history = live.history
    trace = history.traces().at(update)
    truth = Truth(trace, history, update)
    seen = [number for number in screen.numbers() if number.view == "learning"]
    of_updates = {"minibatch-loss", "grad-norm", "clipped-norm"}
    quantities = {number.quantity for number in seen}
    assert quantities >= {"validation-loss", "gate-mean"}
    assert quantities & of_updates == (of_updates if update else set())  # no update led to the network as it was drawn
    problems = truth.problems(seen, screen.t)
    assert not problems, "\n".join(problems)


def place_of(plot: Locator, share: float) -> tuple[float, float]:
    """Return the place of a share of the updates on the axis; 7 pixels at either end are no part of it."""
    box = plot.bounding_box()
    assert box is not None
    return box["x"] + 7 + share * (box["width"] - 14), box["y"] + box["height"] / 2
