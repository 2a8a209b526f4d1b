"""Score, attention and answer of an encoder and its decoder, and batches: each number a run's, each step told."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator

from rnnviz import Experiment, Trace, run, show
from rnnviz.export.document import document
from rnnviz.export.recipe import About
from rnnviz.padding import SIDES, Padding, padding
from rnnviz.stage.padding import padding_payload
from rnnviz.words import say
from tests.browser.desk import Desk
from tests.browser.screen import DESKTOP, PHONE, Screen
from tests.browser.truth import Truth, reads_as

VIEWS = ("score", "attention", "output")
PAIR: dict[str, Any] = {"shape": "encoder_decoder", "hidden_size": 5, "init": "normal", "seed": 2}
LOOKS = Experiment(
    cell="gru",
    bidirectional=True,
    context="transform",
    attention="additive",
    text="attention",
    target="noitnetta",
    **PAIR,
)
SHORT = Experiment(cell="gru", text="hello", target="olleh", **PAIR)
JUDGED = ["a good film", "the waiter was rude and the food was not good", "nobody will love this"]
TEXTS = ["hello", "a", "wonderful"]


def lane(screen: Screen, name: str) -> Locator:
    return screen.stage.locator(f".rv-lane[data-lane={name}]")


def start(trace: Trace) -> int:
    return trace.segments[-1].start


def written(trace: Trace) -> list[str]:
    """Return what the decoder answers at each of its steps."""
    assert trace.answers is not None
    return [trace.answers[k] for k in trace.outputs[start(trace) :].argmax(axis=1)]


def wanted(trace: Trace) -> list[str | None]:
    assert trace.answers is not None
    return [trace.answers[k] if k >= 0 else None for k in trace.targets[start(trace) :].astype(int)]


def ended(trace: Trace) -> str:
    """Return how the writing ended, and how far from the end of the right answer."""
    n, told = len(written(trace)), trace.experiment.target or ""
    apart = n - (len(told) + 1)
    assert trace.bridge is not None
    if not trace.bridge.stopped:
        return say("score.was_stopped", n=n, more=apart)
    if apart < 0:
        return say("score.stopped_early", n=n, few=-apart)
    return say("score.stopped_late", n=n, more=apart) if apart else say("score.stopped_itself", n=n)


def box(place: Locator) -> dict[str, float]:
    found = place.bounding_box()
    assert found is not None
    return dict(found)


def true(screen: Screen, trace: Trace, layer: str = "l0") -> None:
    """Hold every number that is seen to the run; a place without one says nothing of NaN."""
    numbers = screen.numbers()
    assert {number.view for number in numbers} >= {"score"}
    assert Truth(trace).problems(numbers, screen.t, layer) == []
    assert "NaN" not in screen.words()


def test_every_number_of_an_encoder_and_its_decoder_is_the_runs(desk: Desk) -> None:
    trace = run(LOOKS.replace(forcing=0.5))
    screen, first = desk.show(show(trace, VIEWS)), start(trace)
    screen.stage.locator(".rv-numbers > summary").click()
    for t in (0, first - 1, first, trace.steps - 1):
        screen.click_step(t)
        true(screen, trace)
    looks = [number for number in screen.numbers() if number.quantity == "attention"]
    assert {number.view for number in looks} == {"score", "attention"}
    assert {int(number.unit) for number in looks} == set(range(first)), "a table tells every weight of a row"

    screen.stage.locator("select").first.select_option("l0_reverse")
    screen.paint()
    true(screen, trace, "l0_reverse")
    assert (
        lane(screen, "h").locator("[data-value]").count() == 0
        and say("score.no_reverse") in lane(screen, "h").inner_text()
    )
    told = lane(screen, "h").locator("canvas").get_attribute("aria-label") or ""
    assert "hatched" not in told and str(trace.steps) in told
    screen.click_step(2)
    assert lane(screen, "h").locator("[data-value]").count() == 5
    true(screen, trace, "l0_reverse")


def test_the_line_between_the_two_runs_through_all_lanes_and_losses_begin_there(desk: Desk) -> None:
    trace = run(LOOKS)
    screen, first = desk.show(show(trace, VIEWS)), start(trace)
    screen.click_step(first)
    border, head = box(screen.stage.locator(".rv-border")), box(screen.stage.locator(".rv-playhead"))
    assert border["x"] == pytest.approx(head["x"], abs=2)
    last = box(lane(screen, "gradient"))
    assert (
        border["y"] < box(lane(screen, "tokens"))["y"] and border["y"] + border["height"] >= last["y"] + last["height"]
    )
    bars = lane(screen, "loss").locator(".rv-bars").get_attribute("d") or ""
    assert bars.count("M") == trace.steps - first and "data-value" in lane(screen, "loss").inner_html()
    screen.click_step(first - 1)
    assert "data-value" not in lane(screen, "loss").locator(".rv-lane-value").inner_html()
    assert say("panel.loss_reads") in screen.words()
    names = screen.stage.locator(".rv-lane-parts").inner_text()
    assert "9" in names and "10" in names, "each part says how many steps it has"


def test_the_map_of_attention_follows_cursor_pointer_and_frames(desk: Desk) -> None:
    traces = [run(LOOKS.replace(seed=seed)) for seed in (2, 3, 4)]
    screen, first = desk.show(show(traces, VIEWS)), start(traces[0])
    plot, row = lane(screen, "attention").locator(".rv-lane-plot"), 4
    screen.click_step(first + row)
    outlined, canvas = box(plot.locator(".rv-look-row")), box(plot.locator("canvas"))
    high = canvas["height"] / (traces[0].steps - first)
    assert outlined["y"] == pytest.approx(canvas["y"] + row * high, abs=2)
    axis = box(screen.stage.locator(".rv-playhead"))
    assert outlined["x"] + outlined["width"] == pytest.approx(axis["x"] + axis["width"], abs=3), (
        "the row ends in its step"
    )

    for frame, trace in enumerate(traces):
        assert screen._count("data-frame") == frame
        true(screen, trace)
        screen.press("ArrowUp")

    wide = canvas["width"] / first
    plot.scroll_into_view_if_needed()
    canvas = box(plot.locator("canvas"))
    screen.page.mouse.move(canvas["x"] + 2.5 * wide, canvas["y"] + (row + 0.5) * high)
    screen.paint()
    tip = screen.stage.locator("[data-view=score] .rv-tooltip")
    trace = traces[-1]
    assert trace.bridge is not None and trace.bridge.attention is not None and trace.bridge.scores is not None
    alpha, score = trace.bridge.attention[row, 2], trace.bridge.scores[row, 2]
    said = {"alpha": f"{alpha:.3f}", "score": f"{score:.2f}".replace("-", "−"), "source": "t", "s": 3}
    assert tip.inner_text() == say("attention.tip", t=first + row + 1, written=written(trace)[row], **said)
    assert float(tip.locator("[data-value]").get_attribute("data-value") or "nan") == pytest.approx(alpha, rel=1e-5)

    screen.page.mouse.down()
    screen.page.mouse.up()
    assert screen.paint().t == 2, "a column of a lane is its step"
    big, mark = box(screen.stage.locator(".rv-look-canvas")), box(screen.stage.locator(".rv-look-mark"))
    assert mark["height"] == pytest.approx(big["height"], abs=2), "of a step that is read the column is outlined"
    assert say("attention.looked_at", t=3, symbol="t") in screen.words()
    true(screen, trace)


def test_what_was_written_stands_beside_what_is_right(desk: Desk) -> None:
    trace = run(LOOKS.replace(forcing=0.0))
    screen = desk.show(show(trace, VIEWS))
    asked, told = wanted(trace), written(trace)
    wrong = [want is not None and want != got for want, got in zip(asked, told, strict=True)]
    assert any(wrong)
    steps = screen.stage.locator(".rv-writing-step")
    assert steps.locator(".rv-writing-writes").all_inner_texts() == told
    assert [name == "–" for name in steps.locator(".rv-writing-right").all_inner_texts()] == [
        want is None for want in asked
    ]
    assert [
        bool(re.search("rv-wrong", kind)) for kind in steps.evaluate_all("all => all.map((e) => e.className)")
    ] == wrong
    strikes = "all => all.map((e) => getComputedStyle(e).textDecorationLine.includes('line-through'))"
    assert steps.locator(".rv-writing-writes").evaluate_all(strikes) == wrong, "not by colour alone"
    assert lane(screen, "written").locator(".rv-written-face.rv-wrong").count() == sum(wrong)
    right = sum(w == g for w, g in zip(asked, told, strict=True))
    words = screen.words()
    assert say("score.some_right", n=len("noitnetta") + 1, right=right) in words and say("score.writing_own") in words
    assert ended(trace) in words
    steps.nth(1).click()
    assert screen.paint().t == start(trace) + 1
    true(screen, trace)


def test_what_is_written_beyond_the_end_looks_neither_right_nor_wrong(desk: Desk) -> None:
    trace = run(Experiment(network="reverser_attention", text="rain", target="nix", forcing=0.0))
    screen = desk.show(show(trace, VIEWS))
    asked, told = wanted(trace), written(trace)
    kinds = [None if want is None else want == got for want, got in zip(asked, told, strict=True)]
    assert set(kinds) == {True, False, None}
    for faces in (screen.stage.locator(".rv-writing-writes"), lane(screen, "written").locator(".rv-written-face")):
        looks = set(zip(kinds, faces.evaluate_all(LOOKS_LIKE), strict=True))
        assert len(looks) == len({look for _, look in looks}) == 3, "each kind has a look, and no two the same"
    alone = say("score.written_alone", written=told[-1])
    assert screen.stage.locator(".rv-writing-writes").last.get_attribute("title") == alone


LOOKS_LIKE = """(all) => all.map((e) => {
  const { color, backgroundColor, borderTopStyle, textDecorationLine } = getComputedStyle(e);
  return [color, backgroundColor, borderTopStyle, textDecorationLine].join();
})"""


CUT = """(all, beyond) => {
  const limit = beyond === null ? null : document.querySelector(beyond).getBoundingClientRect().right;
  const words = (e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    return range.getBoundingClientRect();
  };
  return all.filter((e) => e.checkVisibility() && e.textContent).filter((e) =>
    limit === null ? words(e).width > e.getBoundingClientRect().width + 0.5 : words(e).right > limit + 0.5,
  ).map((e) => e.textContent);
}"""


def test_on_a_phone_no_number_and_no_symbol_is_cut(desk: Desk) -> None:
    """A decoder writes more symbols than there is room for their names, and gradients are powers of ten."""
    trace = run(Experiment(network="reverser_attention", text="palindrome"))
    screen = desk.show(show(trace, VIEWS), size=PHONE)
    screen.click_step(start(trace))
    figures = screen.stage.locator(".rv-lane-value .rv-figure")
    assert "·10⁻" in " ".join(figures.all_inner_texts())
    assert figures.evaluate_all(CUT, ".rv-lanes") == []
    names = lane(screen, "written").locator(":is(.rv-written-face, .rv-written-right)")
    assert names.evaluate_all(CUT, None) == []
    ends = written(trace)[-1]
    assert names.all_inner_texts() == [*written(trace)[:-1], "■"] * 2
    assert say("score.written_sub_square", name=ends) in lane(screen, "written").inner_text()


def test_a_word_that_is_written_stands_in_the_middle_of_its_box_and_touches_no_side(desk: Desk) -> None:
    trace = run(Experiment(network="reverser_attention", text="palindrome"))
    screen = desk.show(show(trace, VIEWS, start=-1), size={"width": 1000, "height": 900})
    face = lane(screen, "written").locator(".rv-written-face").last
    assert face.inner_text() == written(trace)[-1] == "end"
    around, [[left, _, right]] = box(face), face.evaluate_all(MIDDLES)
    gaps = left - around["x"], around["x"] + around["width"] - right
    assert min(gaps) > 2.4 and gaps[0] == pytest.approx(gaps[1], abs=1)


MIDDLES = """(all) => all.map((e) => {
  const range = document.createRange();
  range.selectNodeContents(e);
  const { left, right } = range.getBoundingClientRect();
  return [left, (left + right) / 2, right];
})"""


def test_on_a_phone_each_letter_that_is_read_stands_over_its_column(desk: Desk) -> None:
    trace = run(Experiment(network="reverser_attention", text="palindrome"))
    screen = desk.show(show(trace, VIEWS), size=PHONE)
    letters = lane(screen, "tokens").locator(".rv-token-face")
    assert letters.all_inner_texts() == list(trace.labels)
    placed = letters.evaluate_all(MIDDLES)
    assert all(one[2] <= other[0] + 0.5 for one, other in itertools.pairwise(placed)), "no two run together"
    for t in (0, start(trace), trace.steps - 1):
        screen.click_step(t)
        column = box(screen.stage.locator(".rv-playhead"))
        assert placed[t][1] == pytest.approx(column["x"] + column["width"] / 2, abs=1.5)


def test_a_loss_is_what_its_line_works_out_also_of_an_answer_that_is_nearly_sure(desk: Desk) -> None:
    """What is shown of the chance has as many digits as it takes: −ln 1.000 is no 0.0001."""
    trace = run(Experiment(network="reverser_attention", text="palindrome"))
    screen = desk.show(show(trace, VIEWS), size=PHONE)
    screen.click_step(start(trace))
    for t in range(start(trace), trace.steps):
        line = screen.stage.locator(".rv-answer-loss[role=math]").inner_text()
        chance, loss = (part.strip() for part in line.split("−ln")[-1].split("="))
        assert reads_as(loss, trace.losses[t]), line
        assert -math.log(number_of(chance)) == pytest.approx(trace.losses[t], rel=0.05), line
        screen.press("ArrowRight")
    values = screen.stage.locator(".rv-answer-bar-value")
    assert values.evaluate_all(CUT, None) == [], "each in its column"


def test_of_a_few_units_no_number_of_a_step_has_to_be_scrolled_to(desk: Desk) -> None:
    for trace, scrolls in (
        (run(SHORT.replace(attention="dot", hidden_size=6)), False),
        (run(LOOKS.replace(hidden_size=64)), True),
    ):
        screen = desk.show(show(trace, ["score"], start=-1))
        screen.stage.locator(".rv-numbers summary").click()
        numbers = screen.paint().stage.locator(".rv-numbers-box")
        assert numbers.evaluate("e => e.scrollHeight > e.clientHeight") == scrolls


@pytest.mark.parametrize("network", ["reverser", "writer", "drawer"])
def test_who_works_out_the_line_of_a_loss_finds_what_it_says(desk: Desk, network: str) -> None:
    """Of symbols −ln of the chance that is shown, of numbers the square of their difference, to the digits shown."""
    told: dict[str, Any] = {"text": "palindrome", "forcing": 0.0} if network == "reverser" else {}
    trace = run(Experiment(network=network, **told))
    screen = desk.show(show(trace, ["output"], start=int(np.flatnonzero(trace.losses)[0])))
    for t in range(screen.t, trace.steps):
        line = screen.stage.locator(".rv-answer-loss[role=math]").inner_text()
        *_, terms, loss = (part.strip() for part in line.split("="))
        assert reads_as(loss, trace.losses[t]) and re.search("[1-9]", loss), line
        if "−ln" in terms:
            worked = -math.log(number_of(terms.removeprefix("−ln").strip()))
        else:
            one, other = (number_of(part) for part in re.findall(r"−?[\d.]+", terms.replace(" − ", " ")))
            worked = (one - other) ** 2
        assert reads_as(loss, worked), line
        screen.press("ArrowRight")


def number_of(text: str) -> float:
    """Return a probability as it is written: 0.25, 9.12·10⁻⁵, (1 − 3.1·10⁻⁹)."""
    if text.startswith("("):
        return 1 - number_of(text.strip("()").split("−", 1)[1].strip())
    digits, _, power = text.replace("−", "-").partition("·10")
    return float(digits) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def test_the_mark_of_a_sum_covers_no_number_of_its_bar(desk: Desk) -> None:
    trace = run(Experiment(network="depth_learnt"))
    screen = desk.show(show(trace, ("equations", "score")), size=PHONE)
    screen.press("Home")
    met = 0
    for _ in range(trace.steps):
        marks, labels = (
            screen.stage.locator(f".rv-eq-stack-{part}").evaluate_all(
                "all => all.filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect().toJSON())"
            )
            for part in ("mark > i", "label > span")
        )
        assert len(marks) == 2
        for one, other in itertools.combinations(labels, 2):
            assert one["right"] <= other["left"] or other["right"] <= one["left"], "no two numbers run together"
        for mark in marks:
            beside = [one for one in labels if one["left"] < mark["right"] and mark["left"] < one["right"]]
            met += len(beside)
            assert not [one for one in beside if one["top"] < mark["bottom"] and mark["top"] < one["bottom"]]
        screen.press("ArrowRight")
    assert met, "at some step the sum ends where a number stands"


def test_words_too_long_for_their_cells_stand_above_them(desk: Desk) -> None:
    found = {side: padding(Experiment(network="sentiment"), JUDGED, side) for side in SIDES}
    screen = desk.open(shown_batch(found), size=PHONE)
    screen.stage.and_(screen.page.locator("[data-steps]")).wait_for()
    screen.press("Home")
    whole = screen.stage.locator(".rv-batch-whole")
    assert whole.all_inner_texts() == [f"{n}{text}" for n, text in enumerate(JUDGED, 1)]
    assert whole.evaluate_all(CUT, ".rv-batch") == [] and not any(faces(screen).all_inner_texts())
    assert whole.locator(".rv-now").all_inner_texts() == [text.split()[0] for text in JUDGED]
    press(screen, "left")
    assert whole.locator(".rv-now").all_inner_texts() == ["the"], "the others have not begun"
    screen.page.set_viewport_size(DESKTOP)
    screen.paint()
    assert not whole.first.is_visible() and "nobody" in faces(screen).all_inner_texts()
    assert faces(screen).evaluate_all(CUT, None) == []


def faces(screen: Screen) -> Locator:
    return screen.stage.locator(".rv-batch-cell:not(.rv-batch-filled) > .rv-batch-face")


COLOURS = """(canvas, [steps, units]) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const place = (t, j) => 4 * (Math.floor((j + 0.5) * height / units) * width + Math.floor((t + 0.5) * width / steps));
  return Array.from({ length: steps }, (_, t) => Array.from({ length: units }, (_, j) => data[place(t, j) + 1]));
}"""


def test_a_cell_state_that_grows_from_layer_to_layer_is_seen_in_each(desk: Desk) -> None:
    """Of c above zero: the larger, the less green, whatever the layer; and none of the layers is blank."""
    trace = run(Experiment(network="characters_residual", text="the judge said"))
    screen = desk.show(show(trace, VIEWS), size=PHONE)
    pairs = []
    for name in ("l0", "l1", "l2"):
        screen.stage.locator("select").first.select_option(name)
        screen.paint()
        c = trace.layers[name].c
        assert c is not None and "√|c|" in lane(screen, "c").locator(".rv-lane-sub").inner_text()
        for of_layer in ("h", "c", "gates", "gradient"):
            told = lane(screen, of_layer).locator(".rv-lane-sub").inner_text()
            assert told.startswith(say("panel.layer", n=int(name[1]) + 1)), told
        green = np.array(lane(screen, "c").locator("canvas").evaluate(COLOURS, list(c.shape)))
        assert np.ptp(green[c > 0]) > 40 and np.median(green[c > 0]) < 235, name
        pairs += list(zip(c[c > 0], green[c > 0], strict=True))
    shades = [shade for _, shade in sorted(pairs)]
    assert all(later <= sooner for sooner, later in itertools.pairwise(shades))
    small = desk.show(show(run(Experiment(text="hello")), ("score",)))
    assert "√" not in lane(small, "c").inner_text() and say("panel.layer", n=1) not in small.words()


def test_what_was_asked_for_is_counted_also_where_nothing_was_written(desk: Desk) -> None:
    weights = dict(run(SHORT).parameters)
    for bias, n in ((1e3, 1), (-1e3, 20)):
        weights["bias_o"] = np.array([0.0] * 4 + [bias])
        trace = run(SHORT.replace(forcing=0.0), parameters=weights)
        assert len(written(trace)) == n
        words = desk.show(show(trace, ("score", "output"))).words()
        right = sum(w == g for w, g in zip(wanted(trace), written(trace), strict=True))
        assert say("score.some_right", n=6, right=right) in words and ended(trace) in words


def test_a_beam_shows_what_each_run_kept_and_what_it_chose(desk: Desk) -> None:
    beam = Experiment(cell="gru", text="abc", forcing=0.0, beam=3, **PAIR)
    traces = [run(beam.replace(seed=seed)) for seed in (0, 1)]
    screen = desk.show(show(traces, ("score", "output")))
    rows = screen.stage.locator(".rv-writing-beam tbody tr")
    for trace in traces:
        assert trace.bridge is not None and len(trace.bridge.hypotheses) == 3 and trace.answers is not None
        true(screen, trace)
        for k, (answers, _) in enumerate(trace.bridge.hypotheses):
            shown = rows.nth(k).locator(".rv-writing-text").inner_text().replace(" ", "")
            assert shown == "".join(trace.answers[answer] for answer in answers)
            assert (say("score.beam_chosen") in rows.nth(k).inner_text()) == (k == 0)
        assert rows.locator("[data-quantity=hypothesis-logp]").count() == 3
        best = [trace.answers[answer] for answer in trace.bridge.hypotheses[0][0]]
        assert screen.stage.locator(".rv-writing-writes").all_inner_texts() == best
        screen.press("ArrowUp")


@pytest.mark.parametrize("readout", ["last", "mean"])
def test_a_network_that_answers_once_has_one_answer_and_one_loss(desk: Desk, readout: str) -> None:
    trace = run(Experiment(cell="gru", shape="many_to_one", readout=readout, hidden_size=4, text="hello", seed=1))
    screen = desk.show(show(trace, ("score", "output")))
    bars = lane(screen, "loss").locator(".rv-bars").get_attribute("d") or ""
    assert bars.count("M") == 1
    assert say("panel.loss_once") in screen.words()
    true(screen, trace)
    screen.press("End")
    true(screen, trace)
    assert [number.value for number in screen.numbers() if number.quantity == "loss"] == pytest.approx(
        [trace.losses[-1]] * 2, rel=1e-5
    )


def test_numbers_are_read_and_written_too(desk: Desk) -> None:
    trace = run(Experiment(cell="gru", shape="encoder_decoder", attention="dot", task="sine", hidden_size=4))
    screen = desk.show(show(trace, VIEWS))
    for t in (1, start(trace), trace.steps - 1):
        screen.click_step(t)
        true(screen, trace)
    assert lane(screen, "written").count() == 0 and lane(screen, "attention").count() == 1


def shown_batch(found: dict[str, Padding]) -> str:
    payload = padding_payload(found, page="batch")
    payload["stage"]["address"] = False
    return document(payload, title="Batch", about=About(heading="How", lines="", facts=[]))


def press(screen: Screen, name: str) -> None:
    screen.stage.get_by_role("button", name=say(f"padding.{name}"), exact=True).click()
    screen.paint()


def test_what_is_only_rounding_is_told_as_such_and_nothing_else_is(desk: Desk) -> None:
    found = {side: padding(Experiment(cell="gru", hidden_size=4), TEXTS, side) for side in SIDES}
    screen = desk.open(shown_batch(found))
    screen.stage.and_(screen.page.locator("[data-steps]")).wait_for()
    rounding, met = say("padding.rounding"), set()
    for way in ("padded", "masked"):
        press(screen, way)
        for cell in screen.stage.locator(".rv-batch-table td[data-quantity$=drift]").all():
            value, said = float(cell.get_attribute("data-value") or "nan"), cell.inner_text()
            kind = "exact" if value == 0 else "rounding" if value < 1e-12 else "moved"
            assert (said == rounding) == (kind == "rounding") and (said == say("padding.exact")) == (kind == "exact")
            met.add(kind)
        for figure in screen.stage.locator(".rv-batch-values .rv-figure[data-quantity$=drift]").all():
            value, said = float(figure.get_attribute("data-value") or "nan"), figure.inner_text()
            nought = say("padding.rounding_brief") if value else say("padding.exact")
            assert (said == nought) == (value < 1e-12), "beside the rows as in the table"
    assert met == {"exact", "rounding", "moved"}


@pytest.mark.parametrize("network", ["sentiment", None])
def test_every_number_of_a_batch_is_of_a_batch_that_was_run(desk: Desk, network: str | None) -> None:
    experiment = Experiment(network="sentiment", text="a film") if network else Experiment(cell="gru", hidden_size=4)
    found = {side: padding(experiment, JUDGED if network else TEXTS, side) for side in SIDES}
    screen = desk.open(shown_batch(found))
    screen.stage.and_(screen.page.locator("[data-steps]")).wait_for()
    right = found["right"]
    truth = Truth(right.longest, batch=found)
    rows = screen.stage.locator(".rv-batch-value .rv-figure")
    for way in ("padded", "masked", "packed"):
        press(screen, way)
        for side in ("left", "right") if way != "packed" else ("right",):
            if way != "packed":
                press(screen, side)
            for key in ("End", "Home", "ArrowRight"):
                screen.press(key)
                numbers = screen.numbers()
                assert truth.problems(numbers, screen.t) == [], (way, side, key)
            drift = found[side].drift[:, screen.t] if way == "padded" else np.zeros(len(right.read))
            values = [float(value) for value in rows.evaluate_all("all => all.map((e) => e.dataset.value)")]
            np.testing.assert_allclose(values, drift, rtol=1e-5, atol=1e-12)
    sizes = screen.stage.locator(".rv-batch-sizes > span").all_inner_texts()
    assert [int(size) for size in sizes] == right.batch_sizes.tolist()
    names = screen.stage.locator(".rv-batch-name")
    tops = names.evaluate_all("all => all.map((e) => e.getBoundingClientRect().top)")
    screen.page.wait_for_function("() => document.getAnimations().every((a) => a.playState === 'finished')")
    tops = names.evaluate_all("all => all.map((e) => e.getBoundingClientRect().top)")
    assert np.argsort(tops).tolist() == right.order.tolist(), "packed rows go by length"
    assert str(right.lengths.sum()) in screen.stage.locator(".rv-batch-sum").inner_text()


def test_a_batch_says_where_padding_has_turned_an_answer(desk: Desk) -> None:
    found = {side: padding(Experiment(network="sentiment"), JUDGED, side) for side in SIDES}
    right = found["right"]
    alone = [right.alone.outputs[row, n - 1].argmax() for row, n in enumerate(right.lengths)]
    turned = (right.padded.outputs[:, -1].argmax(axis=1) != alone).tolist()
    assert any(turned) and not all(turned)
    screen = desk.open(shown_batch(found))
    screen.stage.and_(screen.page.locator("[data-steps]")).wait_for()
    rows = screen.stage.locator(".rv-batch-table tbody tr")
    assert ["≠" in line for line in rows.all_inner_texts()] == turned
    told = screen.stage.locator(".rv-batch-said").inner_text()
    assert re.search(r"turns \d+ of the answers round|And sequence \d", told)
    screen.press("Home")
    assert not any("≠" in line for line in rows.all_inner_texts()), "who has not been read has not been judged"
    screen.press("End")
    press(screen, "masked")
    assert not any("≠" in line for line in rows.all_inner_texts())
    press(screen, "padded")
    plot = box(screen.stage.locator(".rv-batch-plot"))
    screen.page.mouse.move(plot["x"] + plot["width"] * 0.45, plot["y"] + 15)
    tip = screen.paint().stage.locator(".rv-batch .rv-tooltip").inner_text()
    t = int((re.search(r"step (\d+)", tip) or [0, 0])[1])
    assert tip == say("padding.tip_after", n=1, t=t, value=f"{right.drift[0, t - 1]:.4f}")


@pytest.mark.parametrize("what", ["pair", "batch"])
def test_axe_finds_nothing_and_nothing_is_too_wide(desk: Desk, what: str) -> None:
    if what == "batch":
        html = shown_batch({side: padding(Experiment(network="sentiment"), JUDGED, side) for side in SIDES})
    else:
        html = show(run(LOOKS.replace(text="atten", target="netta", forcing=0.0, beam=2)), VIEWS).html
    screen = desk.open(html)
    screen.stage.and_(screen.page.locator("[data-steps]")).wait_for()
    assert screen.press("End").axe_in_both("dark") == []
    screen.page.set_viewport_size(PHONE)
    assert screen.paint().axe() == []
    wide = screen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
