"""What was learned, as the stage shows it at every moment of a training: each number and sentence worked out here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page

from rnnviz import Experiment, Trace
from rnnviz.gradients import answer_influence, norms
from rnnviz.stage.learning import GUESSES, Run, frames_at, learning_delta, learning_payload
from rnnviz.stage.routes import STAGE
from rnnviz.tasks.problems import Posed
from rnnviz.training import History, start
from rnnviz.training.learned import learned
from rnnviz.training.samples import TEMPERATURES
from rnnviz.units import Response
from rnnviz.words import catalogue, say
from tests.browser.screen import TWO_FRAMES
from tests.browser.server import Server

VIEWS = [{"view": "moment", "area": "panel"}, {"view": "samples", "area": "wide"}, {"view": "reading", "area": "wide"}]
MOUNT = """async ([address, payload]) => {
  const { mountStage } = await import(address);
  window.stage?.destroy(); // another training has another number of moments
  const place = document.createElement("main");
  document.body.replaceChildren(place);
  window.stage = await mountStage(place, payload);
}"""
HOW = {"engine": "numpy", "batch_size": 8, "validate_every": 12, "validation_size": 16, "learning_rate": 0.02}
TEXT = {"text": "the cat sat on the mat. " * 12, "length": 16}
CASES = {
    "text": (Experiment(cell="lstm", hidden_size=8, clip=1.0, num_layers=2), TEXT, 60),
    "adding": (Experiment(cell="rnn", hidden_size=6, clip=1.0), {"length": 12}, 24),
    "sine": (Experiment(cell="gru", hidden_size=6), {"length": 18}, 60),
    "sentiment": (Experiment(cell="lstm", hidden_size=5, loss="last", bidirectional=True), {}, 30),
}


@dataclass(frozen=True)
class Taught:
    """A training, and what of it is known at its moments."""

    history: History
    problem: Posed
    traces: list[Trace]
    found: list[dict[str, Any]]

    @property
    def moments(self) -> tuple[int, ...]:
        return self.history.moments

    def loss(self, k: int) -> float:
        return float(np.mean(self.history.loss[self.moments[k - 1] : self.moments[k]] if k else self.history.loss[:1]))

    def asked(self, k: int) -> list[int]:
        targets = self.traces[k].targets
        steps = np.flatnonzero(targets >= 0 if targets.ndim == 1 else ~np.isnan(targets[:, 0])).tolist()
        return steps[-1:] if self.history.experiment.loss == "last" else steps


@pytest.fixture(scope="module")
def blank(profile: Callable[..., BrowserContext], server: Server) -> Iterator[Page]:
    """Return a page of the site's own address that has nothing on it; errors of its scripts fail the test."""
    page = profile(viewport={"width": 1280, "height": 900}).new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.goto(server.url + STAGE.url("stage.css"))
    yield page
    page.close()
    assert not [problem for problem in problems if "favicon" not in problem]


@pytest.fixture(scope="module", params=CASES)
def stage(request: pytest.FixtureRequest, blank: Page) -> tuple[Page, Taught]:
    """Mount the views of a training."""
    experiment, options, steps = CASES[request.param]
    training = start(experiment, request.param, options=options, steps=steps, trace_every=steps // 4, **HOW)
    history, problem = training.run(), training.problem
    traces = list(history.traces(0))
    run = Run("own", history, problem, problem.baselines, steps)
    payload = learning_payload([run], history.moments, list(frames_at(run, history.moments, 0).values()), views=VIEWS)
    blank.evaluate(MOUNT, [STAGE.url("stage.js"), {**payload, "words": dict(catalogue("en"))}])
    return blank, Taught(history, problem, traces, learned(history, problem, history.moments, traces, 0))


def go(page: Page, **where: int) -> None:
    page.evaluate("(where) => { stage.cursor.set(where) }", where)
    page.evaluate(TWO_FRAMES)


def part(page: Page, name: str) -> tuple[float, list[str]]:
    """Return a part's number and its sentences."""
    section = page.locator(f".rv-moment-{name}")
    value = section.locator(f"[data-moment={name}]").get_attribute("data-number")
    return float(value or "nan"), section.locator(".rv-moment-line:visible").all_inner_texts()


def test_the_loss_is_told_against_chance_and_among_the_moments(stage: tuple[Page, Taught]) -> None:
    page, taught = stage
    losses = [taught.loss(k) for k in range(len(taught.moments))]
    chance, best = taught.problem.baselines[0], min(taught.problem.baselines, key=lambda one: one.loss)
    how = "loss" if chance.name in GUESSES else "than"  # what says the present value again is no chance
    for k, loss in enumerate(losses):
        go(page, frame=k)
        value, sentences = part(page, "loss")
        assert value == pytest.approx(loss)
        name = page.locator(".rv-moment-loss .rv-moment-label").inner_text()
        taken = taught.moments[k] - taught.moments[max(0, k - 1)]
        assert name == (say("learned.part_loss_mean", n=taken) if k else say("learned.part_loss_first"))
        share = loss / chance.loss
        if abs(share - 1) <= 0.02:
            expected = say(f"learned.{how}_near", percent=2, words=chance.words())
        else:
            key = f"learned.{how}_above" if share > 1 else f"learned.{how}_below"
            percent = round(100 * abs(1 - share))
            assert percent > 1 and 0.01 < share < 10  # nor so little nor so much that it is said otherwise
            expected = say(key, percent=percent, words=chance.words())
        better = sum(other < loss for other in losses)
        key = {0: "learned.loss_lowest", 1: "learned.loss_better_one"}.get(better, "learned.loss_better")
        assert sentences[:2] == [expected, say(key, n=better, F=len(losses))]
        last = [one for one in taught.history.validations if one.update <= taught.moments[k]][-1]
        key = "learned.kept_remembers" if last.loss < best.loss else "learned.kept_forgets"
        assert sentences[-1] == say(key, words=best.words())
        just = taught.history.loss[max(0, last.update - 20) : max(1, last.update)]
        ends = taught.problem.validation_count is not None
        more = say("learned.kept_more", times=1.5)
        assert (more in sentences) == (ends and last.loss > 1.5 * float(np.mean(just)))


def mounted(page: Page, name: str, every: int) -> tuple[History, Posed]:
    """Mount the views of a short training."""
    training = start(Experiment(cell="gru", hidden_size=5), name, steps=2 * every, trace_every=every, **HOW)
    history, problem = training.run(), training.problem
    run = Run("own", history, problem, problem.baselines, 2 * every)
    payload = learning_payload([run], history.moments, list(frames_at(run, history.moments, 0).values()), views=VIEWS)
    page.evaluate(MOUNT, [STAGE.url("stage.js"), {**payload, "words": dict(catalogue("en"))}])
    go(page, frame=2, t=3)
    return history, problem


def test_the_probe_is_counted_as_the_score_counts(blank: Page) -> None:
    history, problem = mounted(blank, "copy", 1)
    value, sentences = part(blank, "answers")
    trace = history.traces(0)[-1]
    counts = problem.scored(trace.targets)
    assert value == counts.sum() * problem.score(trace.outputs, trace.targets)
    assert sentences == [say("learned.right_counted", asked=trace.steps)] and counts.sum() < trace.steps
    assert blank.locator(".rv-moment-loss .rv-moment-label").inner_text() == say("learned.part_loss", n=2)


def test_a_series_is_shown_in_its_own_unit(blank: Page) -> None:
    history, problem = mounted(blank, "stocks", 2)
    offset, scale = problem.offset_and_scale
    trace = history.traces(0)[-1]
    values = np.append(trace.inputs[:, 0], trace.targets[-1, 0]) * scale + offset
    shown = [float(one) for one in blank.locator(".rv-forecast-scale").all_inner_texts()]
    assert shown == pytest.approx([values.max(), values.min()], rel=0.01)
    hints = blank.locator("[data-view=reading] .rv-hint, [data-view=samples] .rv-hint").all_inner_texts()
    assert sum(say("learned.scaled", offset=f"{offset:.3f}", scale=f"{scale:.3f}") in hint for hint in hints) == 2
    where = blank.locator(".rv-reading-at").inner_text()
    assert f"“{values[3]:.2f}”, which it reads as {trace.inputs[3, 0]:.3f}" in where
    assert f"“{trace.outputs[3, 0] * scale + offset:.3g}”" in blank.locator(".rv-reading-answer h4").inner_text()


def test_dots_stay_where_numbers_stand_close(blank: Page) -> None:
    drawn = blank.evaluate(
        """async (address) => {
          const { SparseCurve } = await import(address);
          const dots = [];
          const nothing = () => {};
          const context = { arc: (x) => dots.push(x) };
          for (const way of ["beginPath", "stroke", "moveTo", "lineTo", "fill"]) context[way] = nothing;
          const source = { count: () => 1000, update: (k) => k, value: () => 1 };
          new SparseCurve(source, "red", { dots: true }).draw(context, 0, () => 5, 1, (u) => u / 2, () => 1);
          return dots;
        }""",
        STAGE.url("views/learning-curve.js"),
    )
    assert len(drawn) > 25 and min(np.diff(drawn)) >= 9


def test_runs_are_called_by_what_sets_them_apart(blank: Page) -> None:
    names = blank.evaluate(
        """async ([address, names]) => {
          const { namedRuns } = await import(address);
          const runs = names.map((name) => ({ name, cell: "rnn" }));
          return namedRuns({ learning: { runs }, say: (key) => key }).map(({ name }) => name);
        }""",
        [STAGE.url("views/learning-kinds.js"), ["RNN · 6 units, clipped at 1", "RNN · 6 units, not clipped"]],
    )
    assert names == ["clipped at 1", "not clipped"]


def test_while_it_is_trained_the_words_follow(stage: tuple[Page, Taught]) -> None:
    """Mounted with its first moments and given the others later, the panel says what it says of the whole."""
    page, taught = stage
    last = len(taught.moments) - 1
    go(page, frame=last)
    whole = page.locator("[data-view=moment]").inner_text()
    run = Run("own", taught.history, taught.problem, taught.problem.baselines, taught.history.updates)
    frames = list(frames_at(run, taught.moments, 0).values())
    payload = learning_payload([run], taught.moments[:2], frames[:2], views=VIEWS)
    page.evaluate(MOUNT, [STAGE.url("stage.js"), {**payload, "words": dict(catalogue("en"))}])
    go(page, frame=1)
    assert " of the 2 moments " in page.locator("[data-view=moment]").inner_text()
    page.evaluate("(delta) => stage.grow(delta)", learning_delta([run], taught.moments[2:], frames[2:], run.steps))
    go(page, frame=last)
    assert page.locator("[data-view=moment]").inner_text() == whole


def test_the_gates_are_told_against_the_start(stage: tuple[Page, Taught]) -> None:
    page, taught = stage
    keeper = {"lstm": "f", "gru": "z"}.get(taught.history.experiment.cell)
    means = []
    for k, trace in enumerate(taught.traces):
        go(page, frame=k)
        value, sentences = part(page, "gates")
        layer = trace.layers["l0"]
        if keeper is None:
            assert value == pytest.approx((np.abs(layer.h) > 0.9).mean(), abs=1e-6)
            assert sentences == [say("learned.still_tanh", limit=0.9)]
            continue
        gate = layer.gates[keeper]
        means.append(gate.mean())
        assert value == pytest.approx(means[-1], abs=1e-6)
        change, keeping = means[-1] - means[0], int((gate.mean(axis=0) > 0.9).sum())
        against = [] if k == 0 else [say("learned.gate_same", near=0.02)]
        if abs(change) >= 0.02:
            key = "learned.gate_more" if change > 0 else "learned.gate_less"
            against = [say(key, by=f"{abs(change):.2f}")]
        key = {0: "learned.keeping_none", 1: "learned.keeping_one"}.get(keeping, "learned.keeping")
        unit = int(gate.mean(axis=0).argmax())
        most = say("learned.keeps_most", unit=say("stage.unit", n=unit + 1), value=f"{gate.mean(axis=0)[unit]:.2f}")
        assert sentences == [
            say(f"learned.gate_{keeper}"),
            *against,
            say(key, n=keeping, H=gate.shape[1], least=0.9),
            most,
        ]


def test_how_far_back_it_hears(stage: tuple[Page, Taught]) -> None:
    page, taught = stage
    for k, trace in enumerate(taught.traces):
        go(page, frame=k)
        value, sentences = part(page, "reach")
        *before, t = taught.asked(k)
        if before:
            row = answer_influence(trace)[t]
            steps, kind = t - int(np.flatnonzero(row >= row[: t + 1].max() / 100)[0]), "answer"
        else:
            size = norms(trace, layer="l0")
            steps, kind = t, "gradient"
            while (size[t - steps : t] < size[t] / 100).any():
                steps -= 1
        assert value == steps
        assert sentences[0] == say(f"learned.reach_{kind}_{'whole' if steps == t else 'steps'}", t=t + 1)


def test_what_it_answers_on_the_probe(stage: tuple[Page, Taught]) -> None:
    page, taught = stage
    for k, trace in enumerate(taught.traces):
        go(page, frame=k)
        value, sentences = part(page, "answers")
        steps = taught.asked(k)
        said, wanted = trace.outputs[steps], trace.targets[steps]
        if trace.answers and len(steps) > 1:
            assert value == (said.argmax(axis=1) == wanted).sum()
        elif trace.answers:
            assert value == said[0].argmax()
            key = "learned.asked_right" if value == wanted[0] else "learned.asked"
            assert sentences[0] == say(key, asked=trace.answers[int(wanted[0])])
        else:
            assert value == pytest.approx(said[0, 0] if len(steps) == 1 else np.square(said - wanted).mean(), abs=1e-5)


def test_the_way_to_the_moments_at_which_most_happened(stage: tuple[Page, Taught]) -> None:
    page, taught = stage
    count = len(taught.moments)
    losses = np.array([taught.loss(k) for k in range(count)])
    line = min(one.loss for one in taught.problem.baselines)
    counted = np.minimum(losses, line) if (losses < line).any() else losses
    assert press(page, "fall") == int(np.diff(counted).argmin()) + 1
    assert press(page, "lowest") == int(losses.argmin())
    keeper = {"lstm": "f", "gru": "z"}.get(taught.history.experiment.cell)
    row = page.locator("[data-event=gate]")
    if keeper is None:
        assert not row.is_visible()
        return
    gates = np.array([trace.layers["l0"].gates[keeper].mean(axis=0) for trace in taught.traces])
    unit = int((gates[-1] - gates[0]).argmax())
    assert row.is_visible() == bool(gates[-1, unit] - gates[0, unit] >= 0.1)
    if row.is_visible():
        below = np.flatnonzero(gates[:, unit] <= gates[[0, -1], unit].mean())
        assert press(page, "gate") == below[-1] + 1
        assert page.evaluate("() => stage.cursor.unit") == unit


def press(page: Page, event: str) -> int:
    """Press the button of an event, if one is not there already, and return the moment it leads to."""
    button = page.locator(f"[data-event={event}] button")
    if button.is_enabled():
        button.click()
        page.evaluate(TWO_FRAMES)
    assert button.is_disabled()
    return int(page.locator("[data-stage]").get_attribute("data-frame") or -1)


def test_what_it_writes_at_every_temperature(stage: tuple[Page, Taught]) -> None:
    page, taught = stage
    if taught.found[0]["samples"] is None:
        assert not page.locator(".rv-samples-own").count()
        return
    slider, written = page.get_by_role("slider", name=say("learned.temperature")), page.locator(".rv-samples-own")
    alphabet = taught.traces[0].alphabet
    assert alphabet is not None
    for j, tau in enumerate(TEMPERATURES):
        slider.fill(str(j))
        for k, found in enumerate(taught.found):
            go(page, frame=k)
            assert written.text_content() == "".join(alphabet[s] for s in found["samples"]["symbols"][j])
        assert slider.get_attribute("aria-valuetext") == f"{tau:.1f}"


def test_what_it_forecasts_on_its_own_answers(stage: tuple[Page, Taught]) -> None:
    page, taught = stage
    if taught.found[0]["continued"] is None:
        assert not page.locator(".rv-forecast").count()
        return
    for k, (found, trace) in enumerate(zip(taught.found, taught.traces, strict=True)):
        go(page, frame=k)
        half = len(found["continued"])
        errors = [
            np.square(answers - trace.targets[-half:]).mean() for answers in (trace.outputs[-half:], found["continued"])
        ]
        for key, error in zip(("led", "own"), errors, strict=True):
            shown = page.locator(f".rv-forecast-key-{key} strong").get_attribute("data-number")
            assert float(shown or "nan") == pytest.approx(error, rel=1e-4)


def test_units_are_listed_looked_at_and_said(stage: tuple[Page, Taught]) -> None:
    page, taught = stage
    view = page.locator("[data-view=reading]")
    for layer in taught.traces[0].layers:
        page.evaluate("(layer) => { stage.cursor.set({ layer }) }", layer)
        for k, found in enumerate(taught.found):
            go(page, frame=k)
            named = [one for one in found["units"] if one["layer"] == layer]
            rows = view.locator(".rv-reading-unit:visible").all()
            assert [int(row.get_attribute("data-unit") or -1) for row in rows] == [one["unit"] for one in named]
            one = named[k % len(named)]
            rows[k % len(named)].click()
            page.evaluate(TWO_FRAMES)
            sentence = view.locator(".rv-reading-sentence").inner_text()
            assert sentence == Response(one["unit"], one["feature"], one["r"]).words()
            value = view.locator(".rv-reading-value").get_attribute("data-value")
            t = int(page.locator("[data-stage]").get_attribute("data-t") or -1)
            assert float(value or "nan") == pytest.approx(taught.traces[k].layers[layer].h[t, one["unit"]], abs=1e-6)


def test_what_an_answer_hangs_on(stage: tuple[Page, Taught]) -> None:
    page, taught = stage
    view = page.locator("[data-view=reading]")
    for k, trace in enumerate(taught.traces[-2:], start=len(taught.traces) - 2):
        influence = answer_influence(trace)
        for t in range(trace.steps):
            go(page, frame=k, t=t)
            most = view.locator(".rv-reading-answer .rv-hint").get_attribute("data-step")
            assert influence[t, int(most or -1)] == pytest.approx(influence[t].max(), rel=1e-5)
    place(view, 3).click()
    page.evaluate(TWO_FRAMES)
    assert page.locator("[data-stage]").get_attribute("data-t") == "3"


def place(view: Locator, t: int) -> Locator:
    """Return a place of the text in the unit's colours."""
    return view.locator(f".rv-reading-strip >> nth=0 >> [data-step='{t}']")
