"""The Gradients page in a real Chromium: every number is a run's, and the slider asks nobody."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, Route

from rnnviz import Experiment, run
from rnnviz.figures import share_sentences
from rnnviz.figures.shares import matrices_of
from rnnviz.gradients import itemised, norms, sigma_max, spectral_radius, weight_shares
from rnnviz.gradients.facts import facts_of
from rnnviz.site.flows import Question
from rnnviz.site.presets import GRADIENTS, TRAPS
from rnnviz.words import say
from tests.browser.conftest import Visit
from tests.browser.screen import PHONE, Screen

CELLS = ("rnn", "gru", "lstm")
GAINS = Question(GRADIENTS, "gain").slider().values


def asked(screen: Screen) -> dict[str, str]:
    return {name: value[-1] for name, value in parse_qs(urlsplit(screen.page.url).query).items()}


def slider(screen: Screen) -> Locator:
    return screen.stage.locator("[data-rv-frames]")


def frame(screen: Screen) -> int:
    return int(screen.stage.get_attribute("data-frame") or "")


def curves(screen: Screen) -> dict[str, float]:
    """Return ‖dL/dh_t‖ of each cell at the cursor's step, as the lane of curves says it."""
    found = [number for number in screen.numbers() if number.view == "score" and number.quantity == "dh"]
    return {number.run: number.value for number in found if number.run in CELLS and number.step == str(screen.t)}


def true_curves(experiment: Experiment, t: int) -> dict[str, float]:
    return {cell: float(norms(run(experiment.replace(cell=cell)))[t]) for cell in CELLS}


def assert_curves(screen: Screen, experiment: Experiment) -> None:
    shown, wanted = curves(screen), true_curves(experiment, screen.t)
    assert shown.keys() == wanted.keys()
    for cell, value in wanted.items():
        assert shown[cell] == pytest.approx(value, rel=2e-5), cell


def test_dragging_the_slider_shows_the_runs_of_every_gain_and_asks_nobody(again: Visit) -> None:
    screen = again("/gradients")
    assert screen.t == 47 and GAINS[frame(screen)] == 1.0
    before = screen.sent
    screen.press("Home")
    for place in (1, 5, 19, 30, 41):
        slider(screen).fill(str(place))
        screen.paint()
        assert frame(screen) == place - 1
        assert_curves(screen, GRADIENTS.replace(gain=GAINS[place - 1]))
        facts = facts_of(run(GRADIENTS.replace(gain=GAINS[place - 1])))
        said = screen.stage.locator("[data-view=score] .rv-facts").inner_text()
        assert say(f"score.verdict_{facts['verdict']}") in said
    assert screen.sent == before, "no message to the server"


def test_the_keys_move_the_slider_and_the_step(again: Visit) -> None:
    screen = again("/gradients")
    before, place = screen.sent, frame(screen)
    screen.press("ArrowUp", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowLeft")
    assert frame(screen) == place + 1 and screen.t == 45
    assert_curves(screen, GRADIENTS.replace(gain=GAINS[place + 1]))
    assert screen.sent == before


def test_a_step_taken_while_the_page_is_still_built_is_kept(visit: Visit) -> None:
    screen = visit("/gradients", **GRADIENTS.to_query(), step=9)
    held: list[Route] = []
    # Without this file the stage that keeps the link is the second to come.
    screen.page.route("**/views/backflow.js", lambda route: held.append(route))
    screen.page.reload()
    screen.page.wait_for_selector("[data-stage=gradients-more][data-t='8']")
    screen.page.keyboard.press("ArrowLeft")
    screen.page.wait_for_selector("[data-stage=gradients-more][data-t='7']")
    assert screen.page.locator("[data-stage]").count() == 1
    held[0].continue_()
    assert screen.settle().t == 7 and "step=8" in screen.link()
    screen.page.unroute("**/views/backflow.js")


def test_space_plays_from_the_last_step_to_the_first(visit: Visit) -> None:
    screen = visit("/gradients", **GRADIENTS.replace(text="dogs bite").to_query(), sweep="none")
    assert screen.t == 8
    screen.press(" ")
    screen.page.wait_for_function("document.querySelector('[data-stage]').dataset.t < 7")
    screen.page.wait_for_function("document.querySelector('[data-stage]').dataset.t === '0'")


def test_the_panel_says_what_w_hh_is_and_how_much_arrives(visit: Visit) -> None:
    experiment = GRADIENTS.replace(loss="every")
    screen = visit("/gradients", **experiment.to_query(), step=20)
    trace = run(experiment)
    screen.stage.locator("[data-view=flow] [data-quantity=sigma]").wait_for()
    found = {number.quantity: number.value for number in screen.numbers() if number.view == "flow"}
    assert found["sigma"] == pytest.approx(sigma_max(trace)["h"], rel=1e-6)
    assert found["rho"] == pytest.approx(spectral_radius(trace)["h"], rel=1e-6)
    pairs = itemised(trace)
    shown = [number for number in screen.numbers() if number.view == "flow" and number.quantity == "itemised"]
    assert len(shown) >= 2
    for number in shown:
        sent = pairs[:, int(number.step)]
        assert min(abs(sent / number.value - 1)) < 2e-5, "each is what one of the losses sends to that step"


def note(screen: Screen, name: str) -> str:
    return screen.stage.locator(f".rv-lane[data-lane=matrix-{name}] .rv-matrix-note").inner_text()


def test_every_place_of_the_slider_gets_its_own_matrices(visit: Visit) -> None:
    experiment = GRADIENTS.replace(loss="every", text="the dog that bit")
    screen = visit("/gradients", **experiment.to_query(), step=9)
    place = frame(screen)
    for moves in (0, 3, 4):
        screen.press(*["ArrowUp"] * moves).come().paint()
        place += moves
        column = itemised(run(experiment.replace(gain=GAINS[place])))[:, 8]
        shown = [number for number in screen.numbers() if (number.view, number.quantity) == ("flow", "itemised")]
        told = [number.value for number in shown if number.step == "8"]
        assert told == pytest.approx(sorted(column, reverse=True)[: len(told)], rel=2e-5) and len(told) >= 2
        title, value = say("gradients.slider.gain"), "0123456789"
        assert say("score.matrix_until", title=title, value=value).split(value)[1] not in note(screen, "jacobian")


def test_where_nobody_answers_what_is_known_stays_and_says_what_it_is(visit: Visit) -> None:
    screen = visit("/gradients", **GRADIENTS.replace(loss="every").to_query())
    own = screen.stage.get_by_text(say("score.itemised_hint")).inner_text()
    answer = {"status": 200, "body": "nothing that could be read"}  # one that failed the browser would report
    screen.page.route("**/pairs/**", lambda route: route.fulfill(**answer))
    screen.press("ArrowUp").come().paint()
    for name in ("itemised", "jacobian"):
        assert say("score.matrix_of", title=say("gradients.slider.gain"), value="1") in note(screen, name)
    screen.page.unroute("**/pairs/**")
    screen.press("ArrowDown").come().paint()
    assert note(screen, "itemised") == own
    screen.press("ArrowUp").come().paint()
    assert note(screen, "itemised") == own, "asked again, and answered"


def test_a_slider_moved_is_in_the_link_and_comes_back(visit: Visit) -> None:
    screen = visit("/gradients", **GRADIENTS.to_query(), step=30)
    slider(screen).fill("33")
    screen.page.wait_for_function("location.hash === '#frame=33'")
    screen.goto(screen.page.url.removeprefix(screen.address))
    assert (frame(screen), screen.t) == (32, 29) and not screen.complaints()
    assert_curves(screen, GRADIENTS.replace(gain=GAINS[32]))
    screen.stage.locator(".rv-frames-own").click()
    screen.page.wait_for_function("location.hash === ''")


@pytest.mark.parametrize("place", ["0", "42", "soon"])
def test_a_place_that_the_slider_has_not_is_said(visit: Visit, place: str) -> None:
    screen = visit(f"/gradients?seed=1&cell=rnn#frame={place}")
    assert screen.complaints() == [say("stage.link_frame", name="frame", value=place, most=41)]


@pytest.mark.parametrize("name", list(TRAPS))
def test_a_trap_is_veiled_until_it_is_revealed(visit: Visit, name: str) -> None:
    trap = TRAPS[name]
    screen = visit("/gradients")
    screen.page.get_by_test_id("stMenuButton").get_by_role("button").click()
    screen.settled(screen.page.get_by_text(say(f"trap.{name}"), exact=True).click)
    assert asked(screen) | {"guess": "1"} == asked(screen)
    around = say(f"trap.{name}.look").split("$")[::2]  # a formula in it is set as one
    assert all(words.strip() in screen.words() for words in around)
    curve = screen.stage.locator("[data-view=score]")
    assert not curves(screen), "nothing is seen before one has guessed"
    curve.get_by_role("button", name=say("score.pick_stay")).click()
    curve.get_by_role("button", name=say("score.predict_reveal")).click()
    screen.paint()
    trace = run(trap.experiment)
    assert screen.t == trace.steps - 1, "it opens where the way back begins"
    shown = curves(screen)
    assert shown[trace.experiment.cell] == pytest.approx(float(norms(trace)[screen.t]), rel=2e-5)


def test_let_me_guess_first_covers_what_is_seen_and_shows_it_again(visit: Visit) -> None:
    screen = visit("/gradients")
    assert curves(screen)
    screen.settled(screen.page.get_by_role("button", name=say("gradients.guess")).click)
    assert not curves(screen) and "vanishes" not in screen.page.locator(".st-key-head").inner_text()
    screen.settled(screen.page.get_by_role("button", name=say("gradients.guess.stop")).click)
    assert curves(screen) and "guess" not in asked(screen)


def test_a_remedy_is_a_click_and_stands_beside_what_was_before(visit: Visit) -> None:
    screen = visit("/gradients", **GRADIENTS.to_query(), step=10)
    screen.settled(screen.page.get_by_role("button", name=say("remedy.orthogonal"), exact=True).click)
    assert asked(screen)["init"] == "orthogonal"
    assert_curves(screen, GRADIENTS.replace(init="orthogonal"))
    before = [number for number in screen.numbers() if number.view == "score" and number.run == "baseline"]
    wanted = float(norms(run(GRADIENTS))[9])
    assert [number.value for number in before if number.quantity == "dh"] == [pytest.approx(wanted, rel=2e-5)]
    slider(screen).fill("1")
    screen.paint()
    before = [number for number in screen.numbers() if number.view == "score" and number.run == "baseline"]
    wanted = float(norms(run(GRADIENTS.replace(gain=GAINS[0])))[9])
    assert [number.value for number in before if number.quantity == "dh"] == [pytest.approx(wanted, rel=2e-5)]


def test_a_clip_is_a_number_beside_its_switch(visit: Visit) -> None:
    screen = visit("/gradients")
    screen.settled(screen.page.get_by_role("button", name=say("remedy.clip"), exact=True).click)
    assert float(asked(screen)["clip"]) <= run(GRADIENTS).grad_norm / 2
    screen.enter("clip", "0.25")
    assert asked(screen)["clip"] == "0.25" and "it is scaled to 0.25" in screen.words()


def test_the_figures_say_which_steps_count_and_follow_the_cursor(again: Visit) -> None:
    screen = again("/gradients")
    trace = run(GRADIENTS)
    shares = {name: weight_shares(trace, name).shares for name in matrices_of(list(trace.parameters))}
    for sentence in share_sentences(shares):
        assert sentence in screen.words()
    plot = screen.page.locator("[data-stage=gradients-more] [data-view=plot]").first
    plot.scroll_into_view_if_needed()
    plot.locator(".main-svg").first.wait_for()
    head = plot.locator(".rv-plot-playhead")
    bars = plot.locator(".bars .point path")
    screen.press("End", "ArrowLeft")
    line, bar = head.bounding_box(), bars.nth(46).bounding_box()
    assert line and bar
    assert abs(line["x"] + line["width"] / 2 - bar["x"] - bar["width"] / 2) < bar["width"] * 2
    plot.locator("summary").click()
    plot.locator("tbody tr").first.wait_for()  # it is filled when it is opened
    rows = [row.split("\t") for row in plot.locator("tbody tr").all_inner_texts()]
    shown = np.array([[float(cell.replace("−", "-")) for cell in row] for row in rows])
    np.testing.assert_allclose(shown[:, 1:], np.stack(list(shares.values()), axis=1), atol=6e-4)


def test_of_a_single_loss_the_row_moves_with_the_slider(again: Visit) -> None:
    screen = again("/gradients", **GRADIENTS.to_query(), step=10)
    row = screen.stage.locator(".rv-lane[data-lane=matrix-itemised]")
    for place in (1, 26, 41):
        slider(screen).fill(str(place))
        screen.paint()
        assert "nearest" not in row.inner_text()
        row.locator("canvas").first.hover(position={"x": 2, "y": 10})
        told = float(
            screen.paint().stage.locator(".rv-tooltip [data-quantity=itemised]").get_attribute("data-value") or ""
        )
        wanted = float(norms(run(GRADIENTS.replace(gain=GAINS[place - 1])))[0])
        assert float(told or "") == pytest.approx(wanted, rel=2e-5)


def test_while_it_is_covered_the_axis_gives_nothing_away(visit: Visit) -> None:
    screen = visit("/gradients", **TRAPS["lstm_vanishes"].experiment.to_query(), guess="1")
    covered = screen.stage.locator(".rv-decades text").all_text_contents()
    assert {"10⁶", "10⁻⁶"} <= set(covered)
    screen.stage.get_by_role("button", name=say("score.pick_stay")).click()
    screen.stage.get_by_role("button", name=say("score.predict_reveal")).click()
    assert screen.paint().stage.locator(".rv-decades text").all_text_contents() != covered
    assert say("score.reveal_why") in screen.stage.locator("[data-view=score]").first.inner_text()


def test_before_a_cut_no_line_says_what_might_arrive_and_no_loss_is_none(visit: Visit) -> None:
    screen = visit("/gradients", **GRADIENTS.replace(truncate=10).to_query(), step=20)
    found = {number.quantity for number in screen.numbers() if number.view == "score"}
    assert not found & {"belt", "bound", "loss"}
    screen.click_step(42)
    found = {number.quantity for number in screen.numbers() if number.view == "score"}
    assert {"belt", "bound"} <= found and "loss" not in found
    screen.press("End")
    assert "loss" in {number.quantity for number in screen.numbers() if number.view == "score"}


def test_an_upper_slider_does_not_lose_its_place_to_the_figures_below(again: Visit) -> None:
    screen = again("/gradients")
    slider(screen).fill("7")
    screen.paint()
    screen.page.mouse.wheel(0, 4000)
    screen.page.wait_for_timeout(300)
    assert frame(screen) == 6


def test_on_a_phone_nothing_overflows(visit: Visit) -> None:
    screen = visit("/gradients", **GRADIENTS.replace(clip=0.1, truncate=9).to_query(), size=PHONE)
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    last = screen.page.get_by_role("button", name=say("remedy.residual"), exact=True).bounding_box()
    assert last and last["x"] + last["width"] <= PHONE["width"]


def test_axe_finds_nothing(visit: Visit) -> None:
    screen = visit("/gradients", **GRADIENTS.replace(clip=0.1, cell="lstm").to_query(), step=9)
    assert screen.axe_in_both("dark") == []
