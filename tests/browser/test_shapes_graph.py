"""The graph and the panel of every shape: each number on them is the run's, and what enters where is drawn there."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import ViewportSize

from rnnviz import Experiment, run, show
from rnnviz.words import say
from tests.browser.desk import Desk
from tests.browser.screen import DESKTOP, PHONE, Screen
from tests.browser.truth import Truth

PAIR = {"shape": "encoder_decoder", "text": "abcd", "target": "dcba", "init": "normal", "seed": 3}
SHAPES = {
    "one to one": Experiment(cell="rnn", shape="one_to_one", text="hello", num_layers=2, hidden_size=4, seed=1),
    "first": Experiment(cell="gru", shape="one_to_many", text="waves", hidden_size=4, seed=1),
    "every": Experiment(cell="rnn", shape="one_to_many", feed="every", task="sine", length=6, hidden_size=4),
    "last of both": Experiment(cell="lstm", shape="many_to_one", text="gentle", bidirectional=True, hidden_size=3),
    "mean": Experiment(cell="rnn", shape="many_to_one", readout="mean", text="gentle", hidden_size=4, seed=2),
    "max": Experiment(
        cell="rnn",
        shape="many_to_one",
        readout="max",
        text="gentle",
        num_layers=3,
        residual=True,
        hidden_size=3,
        seed=2,
    ),
    "state": Experiment(cell="lstm", decoder="state", num_layers=2, hidden_size=4, **PAIR),
    "both to state": Experiment(
        cell="gru", decoder="state", context="transform", bidirectional=True, hidden_size=3, **PAIR
    ),
    "input": Experiment(cell="gru", decoder="input", context="all", num_layers=2, hidden_size=12, **PAIR),
    "feedback": Experiment(cell="rnn", context="last", bidirectional=True, hidden_size=3, forcing=0.5, **PAIR),
    "numbers": Experiment(cell="rnn", shape="encoder_decoder", task="sine", length=12, hidden_size=4, forcing=0.0),
    "dot": Experiment(cell="lstm", attention="dot", num_layers=3, residual=True, hidden_size=4, **PAIR),
    "additive": Experiment(
        cell="gru", attention="additive", context="transform", bidirectional=True, hidden_size=4, **PAIR
    ),
}
ALWAYS = {"loss"}
OWN = {  # what has to be seen somewhere of each
    "last of both": {"pooled"},
    "mean": {"pooled"},
    "max": {"pooled", "given"},
    "state": {"context", "start", "cell-start"},
    "both to state": {"context", "context-part", "context-bias"},
    "input": {"context"},
    "feedback": {"context"},
    "dot": {"attention", "attention-score", "attended", "mixed", "mixed-own", "attended-term", "given"},
    "additive": {"attention", "attention-score", "attended", "mixed", "mixed-from", "mixed-bias"},
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_number_is_the_runs_at_every_step(desk: Desk, name: str) -> None:
    trace = run(SHAPES[name])
    truth = Truth(trace)
    screen = desk.show(show(trace, ["unrolled", "equations"]))
    if SHAPES[name].num_layers > 1:
        screen.page.get_by_label(say("stage.layer"), exact=True).select_option(index=len(trace.layers) - 1)
    layer = list(trace.layers)[-1] if SHAPES[name].num_layers > 1 else "l0"
    screen.page.get_by_role("button", name=say("panel.unfold"), exact=True).click()
    screen.paint()
    seen: set[str] = set()
    for t in range(trace.steps):
        numbers = screen.numbers()
        problems = truth.problems(numbers, t, layer)
        assert screen.t == t and not problems, "\n".join([f"step {t}", *problems])
        seen |= {number.quantity for number in numbers}
        screen.press("ArrowRight")
    assert seen >= ALWAYS | OWN.get(name, set())


def answered(screen: Screen) -> list[str]:
    """Return the steps of the columns above which an answer stands."""
    columns = screen.stage.locator(".rv-u-column:has(> .rv-u-answer:visible)")
    found: list[str] = columns.evaluate_all("(all) => all.map((column) => column.dataset.step ?? 'all')")
    return found


def test_what_enters_and_what_leaves_stands_where_it_does(desk: Desk) -> None:
    screen = desk.show(show(run(SHAPES["first"]), ["unrolled"]))
    tokens = [screen.token(t).inner_text() for t in range(3)]
    assert tokens == ["w", "–", "–"], "the one input is read at the first step alone"
    screen = desk.show(show(run(SHAPES["first"]), ["unrolled", "score"]))
    strip = screen.stage.locator(".rv-token").all_inner_texts()
    assert strip[:3] == tokens, "one sign for a step that reads nothing"
    assert screen.press("End").scrubber.get_attribute("aria-valuetext") == say("stage.where_nothing", t=5, T=5)
    screen = desk.show(show(run(SHAPES["mean"]), ["unrolled"], start=-1))
    assert answered(screen) == ["all"], "of pooled states there is one answer, and it stands above none of the steps"
    screen = desk.show(show(run(SHAPES["one to one"]), ["unrolled"]))
    assert screen.stage.locator(".rv-u-of-base-forward use, [data-kind=before]:visible").count() == 0
    assert not screen.stage.get_by_role("button", name=say("stage.folded")).count(), "there is nothing to fold"


def test_a_decoder_tells_its_own_answer_from_the_right_one(desk: Desk) -> None:
    trace = run(SHAPES["feedback"].replace(forcing=0.0))
    screen = desk.show(show(trace, ["unrolled"], start=-1))
    start, stop = trace.segments[1].start, trace.steps
    for t in range(max(start + 1, stop - 2), stop):
        own = trace.outputs[t - 1].argmax()
        right = trace.targets[t - 1] == own
        assert screen.token(t).get_attribute("data-fed") == ("both" if right else "own")
    taught = run(SHAPES["feedback"].replace(forcing=1.0))
    screen = desk.show(show(taught, ["unrolled"], start=-1))
    fed = {screen.token(t).get_attribute("data-fed") for t in range(taught.steps - 2, taught.steps)}
    assert not fed & {"own", "both"}, "it reads none of its own, even where that is the same"
    words = screen.stage.get_attribute("aria-label") or ""
    assert words and screen.token(taught.steps - 1).get_attribute("aria-label") != say("graph.token")


READ = {
    "reverser": (Experiment(network="reverser", text="palindrome", forcing=0.0), "palindrome"),
    "tagger": (Experiment(network="tagger", text="the old answer the phone"), "the old answer the phone"),
    "waves": (Experiment(network="waves"), say("graph.told_numbers", n=23)),
    "at once": (SHAPES["one to one"], "hell"),
}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", READ)
def test_what_is_read_and_what_is_written_so_far_stands_above_the_graph(
    desk: Desk, name: str, size: ViewportSize
) -> None:
    experiment, read = READ[name]
    trace = run(experiment)
    assert trace.answers is not None
    screen = desk.show(show(trace, ["unrolled"]), size=size)
    line = screen.stage.locator(".rv-u-told")
    first = trace.segments[-1].start if trace.segments else trace.steps - 1 if name == "waves" else 0
    for keys, t in ((["Home"], 0), (["End"], trace.steps - 1), (["ArrowLeft"], max(trace.steps - 2, 0))):
        screen.press(*keys)
        said = [trace.answers[k] for k in trace.outputs[first : t + 1].argmax(axis=1)]
        told, _, written = "".join(line.inner_text().split()).partition("→")
        assert told == read.replace(" ", "")
        whole = "".join(said).replace(" ", "") or "…"
        last = written[0] == "…" and len(written) > 6 and whole.endswith(written[1:])
        assert last or whole == written, "all of it, or the last that has room"
        room, words = (line.locator(f".rv-u-told-{part}").bounding_box() for part in ("room", "written"))
        assert room and words and room["x"] - 1 <= words["x"], "not cut off"
        assert words["x"] + words["width"] <= room["x"] + room["width"] + 1, "the last is in sight"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_last_that_is_written_is_seen_however_much_was_read(desk: Desk, size: ViewportSize) -> None:
    trace = run(Experiment(network="reverser", text="palindrome" * 4))
    screen = desk.show(show(trace, ["unrolled"], start=-1), size=size)
    for form in ("folded", "unrolled", None):  # each with another title beside it
        line, graph = screen.stage.locator(".rv-u-told"), screen.stage.locator(".rv-u-graph").bounding_box()
        whole, words = line.bounding_box(), line.locator(".rv-u-told-written").bounding_box()
        assert whole and words and graph and words["width"] > 40
        assert words["x"] + words["width"] <= whole["x"] + whole["width"] + 1 <= graph["x"] + graph["width"] + 2
        if form:
            screen.stage.get_by_role("button", name=say(f"stage.{form}")).click()
            screen.paint()


def test_many_numbers_that_are_read_at_once_are_one_line(desk: Desk) -> None:
    trace = run(Experiment(network="waves_at_once"))
    screen = desk.show(show(trace, ["unrolled"]), size=PHONE)
    token = screen.token(0)
    points = token.locator("polyline").get_attribute("points") or ""
    heights = [float(point.split(",")[1]) for point in points.split()]
    assert np.corrcoef(heights, trace.inputs[0])[0, 1] < -0.99, "each number, the larger the higher"
    assert token.inner_text() == "" and token.get_attribute("title") == trace.labels[0]
    around, line = token.bounding_box(), token.locator(".rv-wave").bounding_box()
    assert around and line and around["x"] < line["x"] and line["x"] + line["width"] < around["x"] + around["width"]


def test_of_what_foretells_its_own_input_nothing_is_said_twice(desk: Desk) -> None:
    screen = desk.show(show(run(Experiment(text="hello")), ["unrolled"]))
    assert screen.column(0).count() and not screen.stage.locator(".rv-u-told").count()


def test_what_is_always_given_is_drawn_as_given_also_where_the_own_is_the_same(desk: Desk) -> None:
    drawn = []
    for forcing in (0.0, 1.0):
        trace = run(Experiment(network="reverser", text="rain", forcing=forcing))
        screen = desk.show(show(trace, ["unrolled"], start=-1))
        assert trace.targets[-2] == trace.outputs[-2].argmax(), "it writes what is right"
        token = screen.token(trace.steps - 1)
        label = "given" if forcing else "both"
        assert token.get_attribute("aria-label") == say(f"graph.token_{label}", t=trace.steps, label=trace.labels[-1])
        arrow = screen.column(trace.steps - 1).locator(".rv-u-feed")
        drawn.append(arrow.evaluate("e => [getComputedStyle(e).strokeDasharray, e.getAttribute('d')]"))
    (own, from_own), (given, from_right) = drawn
    assert own == "none" != given
    assert from_own != from_right, "from the right answer, not from its own"


def test_attention_has_both_its_ends_in_sight(desk: Desk) -> None:
    trace = run(SHAPES["dot"].replace(text="abcdefghijklmnop", target="ponmlkjihgfedcba"))
    screen = desk.show(show(trace, ["unrolled"], start=-1), size=PHONE)
    strip = screen.stage.locator(".rv-u-attention")
    assert not screen.stage.locator(".rv-u-column[data-step='3']:visible").count(), "the encoder is out of the window"
    box = strip.bounding_box()
    assert box is not None and trace.bridge is not None and trace.bridge.attention is not None
    screen.page.mouse.move(box["x"] + box["width"] * 3.5 / 16, box["y"] + 30)
    screen.paint()
    told = [number for number in screen.numbers() if number.quantity == "attention" and number.unit == "3"]
    assert told and told[0].value == pytest.approx(trace.bridge.attention[-1, 3], rel=1e-5)
    screen.page.mouse.click(box["x"] + box["width"] * 3.5 / 16, box["y"] + 30)
    assert screen.paint().t == 3, "a state that is pointed at is a step"


@pytest.mark.parametrize(("n", "size"), [(5, DESKTOP), (16, PHONE)], ids=["all have room", "some have none"])
def test_weights_that_are_alike_are_all_told_or_counted(desk: Desk, n: int, size: ViewportSize) -> None:
    text = "abcdefghijklmnop"[:n]
    drawn = run(SHAPES["dot"].replace(num_layers=1, residual=False, text=text, target=text[::-1]))
    still = {name: np.zeros_like(value) for name, value in drawn.parameters.items()}
    screen = desk.show(show(run(drawn.experiment, parameters=still), ["unrolled"], start=-1), size=size)
    strip = screen.stage.locator(".rv-u-attention .rv-u-alpha:visible")
    told = [
        float(one) for one in strip.locator(":scope[data-value]").evaluate_all("all => all.map((e) => e.dataset.value)")
    ]
    assert told == pytest.approx([1 / n] * len(told), rel=1e-6) and len(told) > 2
    rest = say("graph.alpha_rest", n=n - len(told), low=f"{1 / n:.2f}")
    assert [words for words in strip.all_inner_texts() if words == rest] == ([rest] if n > len(told) else [])
    assert (n == 5) == (len(told) == 5)


def test_where_one_stands_is_said_in_words_of_the_part(desk: Desk) -> None:
    trace = run(SHAPES["dot"])
    screen = desk.show(show(trace, ["unrolled", "score"]))
    assert trace.answers is not None
    assert screen.scrubber.get_attribute("aria-valuetext") == say("stage.where_encoder", t=1, T=4, symbol="a")
    screen.press("End", "ArrowLeft")
    wrote = trace.answers[trace.outputs[-2].argmax()]
    words = say("stage.where_decoder_wrote", t=4, T=5, symbol=wrote)
    assert screen.scrubber.get_attribute("aria-valuetext") == words == f"decoder step 4 of 5, wrote ‘{wrote}’"


def test_folded_each_network_is_a_box(desk: Desk) -> None:
    trace = run(SHAPES["state"])
    truth = Truth(trace)
    screen = desk.show(show(trace, ["unrolled"], start=1))
    screen.page.get_by_role("button", name=say("stage.folded")).click()
    columns = screen.paint().stage.locator(".rv-u-column:not([data-role=gone])")
    roles = columns.evaluate_all("(all) => all.map((column) => column.dataset.role)")
    assert sorted(roles) == ["now", "then", "waits"], "the decoder has not begun"
    for t in (1, 3, 4, trace.steps - 1):
        while screen.t < t:
            screen.press("ArrowRight")
        assert not truth.problems(screen.numbers(), t)
        steps = columns.evaluate_all("(all) => all.map((column) => column.dataset.step ?? '')")
        assert sorted(steps) == sorted(["", str(min(t, 3)), str(max(t, 4))])


@pytest.mark.parametrize(("name", "theme"), [("additive", "dark"), ("max", "light"), ("feedback", "light")])
def test_axe_finds_nothing(desk: Desk, name: str, theme: str) -> None:
    trace = run(SHAPES[name])
    screen = desk.show(show(trace, ["unrolled", "equations"], start=-1), theme=theme)
    assert screen.axe() == []


def test_where_there_is_one_step_nothing_offers_another(desk: Desk) -> None:
    screen = desk.show(show(run(SHAPES["one to one"]), ["unrolled", "score"]))
    names = ("first", "back", "play", "forward", "last")
    moves = [screen.stage.get_by_role("button", name=say(f"stage.{name}"), exact=True) for name in names]
    moves.append(screen.stage.get_by_label(say("stage.speed"), exact=True))
    assert all(move.is_disabled() and float(move.evaluate("e => getComputedStyle(e).opacity")) < 0.6 for move in moves)
    screen.press("ArrowRight", "End", "[", " ")
    assert screen.t == 0 and moves[2].inner_text() == say("stage.play"), "nothing is said to play"
    assert screen.complaints() == []
    several = desk.show(show(run(SHAPES["mean"]), ["unrolled", "score"]))
    assert all(
        several.stage.get_by_role("button", name=say(f"stage.{name}"), exact=True).is_enabled() for name in names
    )
