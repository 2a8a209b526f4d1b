"""The Training page as a script: what its buttons do, what runs, what is kept, and what is said of what cannot be."""

from __future__ import annotations

import base64
import json
import pickle
import time
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import numpy as np
import pytest
import streamlit as st
from safetensors.numpy import save as to_safetensors
from streamlit.testing.v1 import AppTest

from rnnviz import train
from rnnviz.background import Desk
from rnnviz.experiment import ExperimentError
from rnnviz.site import feed, limits
from rnnviz.site.training import bench as benches
from rnnviz.site.training import saved, telling
from rnnviz.site.training.bench import Bench
from rnnviz.site.training.plan import FIRST, Plan, weights
from rnnviz.site.training.presets import PRESETS
from rnnviz.site.training.telling import status
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.training import History, load, start, to_bytes
from rnnviz.words import say
from tests.background.frugal import FrugalDesk
from tests.site.visit import Visit

SMALL = {"problem": "adding:length=8", "hidden_size": "4", "steps": "30", "batch_size": "4", "engine": "numpy"}
PATIENCE = 60.0


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    found = FrugalDesk(places=2)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def own_bench(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each visitor a bench: to Streamlit's testing all are one session. No worker gets ready for torch unasked."""
    made: list[Bench] = []
    monkeypatch.setattr(desk, "warm", lambda spares: None)

    def bench() -> Bench:
        if "bench" not in st.session_state:
            made.append(Bench(desk))
            st.session_state["bench"] = made[-1]
        found: Bench = st.session_state["bench"]
        return found

    monkeypatch.setattr("rnnviz.site.training.page.bench", bench)
    monkeypatch.setattr("rnnviz.site.training.page.desk", lambda: desk)
    yield
    for one in made:
        one.reset()


class Training(Visit):
    """A visit of the page."""

    def __init__(self, **query: str | list[str]) -> None:
        super().__init__("training", **query)

    def press(self, name: str) -> Training:
        self.test.button(key=f"training_{name}").click()
        self.run()
        return self

    @property
    def main(self) -> str:
        return self.test.button(key="training_main").label

    def can(self, name: str) -> bool:
        return not self.test.button(key=f"training_{name}").disabled

    @property
    def progress(self) -> dict[str, Any]:
        return self.component("training-progress")

    def payload(self, which: str = "stage-training") -> dict[str, Any]:
        """Return what the browser gets when it asks for the training."""
        url = urlsplit(self.component(which)["feed"])
        status, body = feed.answer(url.path.rpartition("/")[2], dict(parse_qsl(url.query)))
        assert status == 200, body
        found: dict[str, Any] = json.loads(body)["payload"]
        return found

    def wait(self, *states: str, run: int = 0) -> dict[str, Any]:
        """Wait until a training is in one of these states, and return it as the browser sees it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.payload()["learning"]["runs"][run]
            if found["state"] in states:
                self.run()
                return found
            time.sleep(0.05)
        raise AssertionError(f"it is {found['state']}, not {states}")

    @property
    def asked(self) -> dict[str, str]:
        """The link's query."""
        return {name: value[-1] for name, value in parse_qs(self.query, keep_blank_values=True).items()}

    @property
    def words(self) -> str:
        return "\n".join(part.value for part in [*self.test.markdown, *self.test.caption])


def numbers(array: dict[str, Any]) -> np.ndarray:
    kind = "<f4" if len(base64.b64decode(array["data"])) == 4 * np.prod(array["shape"]) else "<f8"
    return np.frombuffer(base64.b64decode(array["data"]), kind).reshape(array["shape"])


def trained(plan: Plan) -> History:
    return train(plan.experiment, plan.posed, **plan.settings.to_dict())


def small(**changes: Any) -> Plan:
    first = Plan(options=(("length", 8),), steps=30, batch_size=4, engine="numpy")  # which begins at once
    return first.changed(**{"hidden_size": 4, **changes})


def test_it_opens_with_a_network_as_it_was_drawn_and_one_button_that_matters() -> None:
    visit = Training()
    assert not visit.errors and visit.asked == {}
    assert visit.main == "Train" and visit.can("main") and visit.can("step")
    assert not visit.can("stop") and not visit.can("reset")
    own, beside = visit.payload()["learning"]["runs"]
    assert (own["cell"], own["hidden_size"], beside["cell"], beside["hidden_size"]) == ("lstm", 32, "rnn", 66)
    assert own["updates"] == 0 and own["weights"] == weights(FIRST, Plan().posed) == 4641
    assert "4,641" in visit.progress["told"] and "4,687" in visit.progress["told"]
    assert "0.167" in visit.words, "chance is told"


def test_a_worker_gets_ready_for_each_network_as_the_page_opens(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(desk, "warm", lambda spares: asked.append(spares))
    Training(**SMALL)
    Training(**SMALL, compare="none")
    assert asked == [2, 1]


def test_train_trains_both_networks_and_the_curves_are_those_of_the_library() -> None:
    visit = Training(**SMALL).press("main")
    assert visit.main == "Pause" and visit.can("stop") and visit.can("reset") and not visit.can("step")
    own, beside = visit.wait("finished"), visit.wait("finished", run=1)
    assert visit.main == "Train again" and visit.progress["share"] == 1.0
    assert "Finished: 30 updates" in visit.progress["told"]
    other = small().beside()
    assert other is not None
    for run, plan in ((own, small()), (beside, other)):
        np.testing.assert_array_equal(numbers(run["loss"]), np.float32(trained(plan).loss))
    assert not visit.errors


def test_step_takes_one_update_and_then_stands_still() -> None:
    visit = Training(**SMALL, compare="none").press("step")
    visit.wait("paused")
    deadline = time.monotonic() + PATIENCE
    while visit.payload()["learning"]["runs"][0]["updates"] < 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    visit.press("step")
    while visit.payload()["learning"]["runs"][0]["updates"] < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    visit.run()
    assert visit.payload()["learning"]["runs"][0]["updates"] == 2
    assert visit.main == "Resume" and "update 2 of 30" in visit.progress["told"]
    visit.press("main")
    assert visit.wait("finished")["updates"] == 30


def bench_of(visit: Training) -> Bench:
    found: Bench = visit.test.session_state["bench"]
    return found


def stands(visit: Training) -> Training:
    """Wait until no update is under way any more."""
    for job in bench_of(visit).jobs:
        assert job.wait_until(partial(getattr, job, "standing"), PATIENCE)
    visit.run()
    return visit


def test_what_is_told_of_an_update_that_is_under_way_is_not_yet_that_it_stands_still() -> None:
    visit = Training(**SMALL, compare="none")
    bench, plan = bench_of(visit), small(compare="none")
    bench.begin(plan, paused=True)
    job = bench.jobs[0]
    with job._desk.changed:  # as long as this is held nothing is heard of the worker
        bench.step()
        assert job.starting and status(bench.jobs, "en") == say("training.state.starting")
        job.starting = False
        assert status(bench.jobs, "en") == say("training.state.update", update="0", steps="30")
    assert "Paused at update 1 of 30" in stands(visit).progress["told"] and not job.starting


def test_a_training_that_has_begun_says_so_before_its_first_update(desk: Desk) -> None:
    bench = Bench(desk)
    with desk.changed:
        bench.begin(small(compare="none"))
        assert bench.state == "running" and status(bench.jobs, "en") == say("training.state.starting")
    assert bench.jobs[0].wait(PATIENCE) == "finished" and not bench.jobs[0].starting
    bench.reset()


def test_the_bar_counts_the_updates_that_were_taken_and_a_pause_tells_of_both() -> None:
    visit = Training(**SMALL).press("step")
    told = stands(visit).progress["told"]
    assert "Paused at update 1 of 30" in told and "Beside it, RNN · 9: 1." in told
    bench_of(visit).jobs[0].resume()
    assert bench_of(visit).jobs[0].wait(PATIENCE) == "finished"
    visit.press("stop")
    assert visit.progress["share"] == pytest.approx(31 / 60) and visit.progress["state"] == "stopped"


def test_two_trainings_that_were_stopped_are_told_of_with_one_line_to_beat(desk: Desk) -> None:
    bench = Bench(desk)
    bench.begin(small())
    assert all(job.wait(PATIENCE) == "finished" for job in bench.jobs)
    for job in bench.jobs:
        job.state = "stopped"
    told = status(bench.jobs, "en")
    assert told.startswith("Stopped after update 30. On sequences") and told.count("line to beat") == 1
    assert told.endswith(f"Beside it, RNN · 9: {telling.last(bench.jobs[1])}, stopped after update 30.")
    bench.reset()


def test_the_time_left_is_that_of_the_slower_of_two(desk: Desk) -> None:
    bench = Bench(desk)
    with desk.changed:  # as long as this is held nothing is heard of the workers
        bench.begin(small(steps=100))
        for job, rate in zip(bench.jobs, (50.0, 5.0), strict=True):
            job.starting, job.rate, job.state = False, rate, "running"
        assert "50 a second; about 20 s left in all" in status(bench.jobs, "en")
    bench.reset()


def test_a_network_that_has_read_the_answer_is_not_said_to_foretell() -> None:
    visit = Training(problem="book", bidirectional="true", compare="none")
    assert say("training.look.foreseen") in visit.words and say("training.look.book") not in visit.words
    assert say("training.look.adding") in Training(bidirectional="true", compare="none").words


def test_where_nothing_could_be_kept_apart_it_is_said() -> None:
    plan = Plan(problem="text", options=(("text", "ab"),), steps=2, batch_size=2, engine="numpy", compare="none")
    visit = Training(**plan.changed(hidden_size=2).query()).press("main")
    visit.wait("finished")
    assert visit.progress["told"] == f"Finished: 2 updates. {say('training.result.none')}"


def test_a_file_is_called_by_what_is_in_it() -> None:
    visit = Training(**SMALL).press("step")
    assert saved.file_name(bench_of(stands(visit))) == "adding-lstm-4-after-1.safetensors"
    visit.press("step")
    assert saved.file_name(bench_of(stands(visit))) == "adding-lstm-4-after-2.safetensors"


@pytest.mark.parametrize(("name", "words"), [("stocks", "last_value"), ("tagging", "tag_of_word"), ("book", "pairs")])
def test_the_end_is_told_beside_the_problem_s_own_line_and_not_chance(name: str, words: str) -> None:
    plan = Plan(problem=name, steps=1, batch_size=2, engine="numpy", compare="none").changed(hidden_size=2)
    visit = Training(**plan.query()).press("main")
    visit.wait("finished")
    (line,) = [one for one in plan.posed.baselines if one.name == words]
    shown = telling.number(line.loss) if plan.posed.kind == "numbers" else telling.percent(line.score)
    assert f"The line to beat, {shown}, {line.words()}." in visit.progress["told"]
    assert "chance" not in visit.progress["told"] + visit.words


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.25, "0.25"), (3.953e-5, "3.95·10⁻⁵"), (1e-4, "1·10⁻⁴"), (0.0, "0"), (-2e-12, "−2·10⁻¹²")],
)
def test_a_loss_is_written_as_on_the_stage(value: float, text: str) -> None:
    assert telling.number(value) == text


def test_pause_resume_stop_and_reset() -> None:
    visit = Training(**{**SMALL, "steps": "20000"}, compare="none").press("main")
    visit.press("main")
    assert visit.main == "Resume" and visit.can("step") and visit.can("stop")
    visit.press("main")
    assert visit.main == "Pause"
    visit.press("stop")
    assert visit.main == "Train again" and not visit.can("stop")
    before = visit.component("stage-training")["feed"]
    visit.press("reset")
    assert visit.main == "Train" and visit.payload()["learning"]["runs"][0]["updates"] == 0
    token = urlsplit(before).path.rpartition("/")[2]
    assert b"payload" not in feed.answer(token, {})[1], "what was reset is told to nobody"


def test_leaving_the_page_and_coming_back_finds_the_run() -> None:
    visit = Training(**SMALL, compare="none").press("main")
    visit.wait("finished")
    before = visit.component("stage-training")["feed"]
    visit.goto("step")
    visit.goto("training")
    assert visit.component("stage-training")["feed"] == before
    assert visit.main == "Train again" and visit.asked == {**SMALL, "compare": "none"}


def test_trainings_end_after_the_tab_is_closed_unless_its_connection_is_back_in_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benches, "desk", lambda: desk)
    monkeypatch.setattr(benches, "GRACE", 1.0)
    visit = AppTest.from_function(session).run()
    assert not visit.exception and visit.session_state["same"]
    bench = visit.session_state["found"]
    bench.begin(small(steps=20_000))
    jobs = bench.jobs
    visit.session_state["broke"] = True
    assert not visit.run().exception
    visit.session_state["broke"] = False
    assert not visit.run().exception
    time.sleep(1.5)
    assert {job.state for job in jobs} <= {"queued", "running"}, "it was back in time"
    visit.session_state["broke"] = True
    assert not visit.run().exception
    assert jobs[0].wait_until(lambda: [job.state for job in jobs] == ["stopped", "stopped"], PATIENCE)


def session() -> None:
    import streamlit as st

    from rnnviz.site.training import bench as benches

    st.session_state["found"] = benches.bench()
    st.session_state["same"] = benches.bench() is st.session_state["found"]
    if "broke" in st.session_state and st.session_state["broke"]:
        benches._at_hand.clear()  # as a connection does that breaks


def test_changed_controls_do_not_touch_what_runs() -> None:
    visit = Training(**SMALL, compare="none").press("main")
    visit.wait("finished")
    before = visit.component("stage-training")["feed"]
    visit.test.number_input(key="training_hidden_size").set_value(6)
    visit.run()
    assert visit.component("stage-training")["feed"] == before
    assert say("training.changed.ended") in visit.progress["told"] and visit.main == "Train"
    assert "goes on" not in visit.progress["told"], "it is over"
    visit.press("main")
    assert visit.wait("finished")["hidden_size"] == 6 and "changed" not in visit.progress["told"]


def test_controls_that_change_while_it_runs_or_stands_still_are_told_of_as_it_is() -> None:
    visit = Training(**{**SMALL, "steps": "20000"}, compare="none").press("main")
    visit.test.number_input(key="training_hidden_size").set_value(6)
    visit.run()
    assert say("training.changed.running") in visit.progress["told"]
    visit.press("main")
    assert say("training.changed.paused") in visit.progress["told"] and visit.main == "Resume"


CONTROLS = {
    "hidden_size": (9, {"hidden_size": "9"}),
    "learning_rate": (0.5, {"learning_rate": "0.5"}),
    "steps": (40, {"steps": "40"}),
    "batch_size": (7, {"batch_size": "7"}),
    "clip": (None, {"clip": "none"}),
    "truncate": (3, {"truncate": "3"}),
    "gain": (1.5, {"gain": "1.5"}),
    "forget_bias": (2.0, {"forget_bias": "2"}),
    "num_layers": (2, {"num_layers": "2"}),
    "seed": (5, {"seed": "5"}),
    "adding_length": (9, {"problem": "adding:length=9"}),
    "adding_spread": (20, {"problem": "adding:spread=20"}),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_a_number_stands_in_the_link_and_a_wrong_one_is_told(name: str) -> None:
    value, link = CONTROLS[name]
    visit = Training()
    visit.more()
    visit.test.number_input(key=f"training_{name}").set_value(value)
    visit.run()
    assert visit.asked == link and not visit.errors
    visit.test.number_input(key=f"training_{name}").set_value(-10_000_000)
    visit.run()
    assert len(visit.errors) == 1, "a number far from all that is allowed"


@pytest.mark.parametrize(
    ("name", "value", "link"),
    [
        ("problem", "parity", {"problem": "parity"}),
        ("compare", "gru", {"compare": "gru"}),
        ("compare", "none", {"compare": "none"}),
        ("optimiser", "rmsprop", {"optimiser": "rmsprop"}),
        ("init", "orthogonal", {"init": "orthogonal"}),
        ("engine", "numpy", {"engine": "numpy"}),
    ],
)
def test_a_choice_stands_in_the_link(name: str, value: str, link: dict[str, str]) -> None:
    visit = Training()
    visit.more()
    visit.test.selectbox(key=f"training_{name}").set_value(value)
    visit.run()
    assert visit.asked == link and not visit.errors


def test_the_network_itself_can_be_opened_at_every_moment_and_the_link_says_so() -> None:
    visit = Training(**SMALL)
    assert "open" not in visit.asked
    visit.test.toggle(key="training_open").set_value(True)
    visit.run()
    assert visit.asked["open"] == "1"
    drawn = start(small().experiment, small().posed, **small().settings.to_dict())
    (first,) = visit.payload("stage-training-network")["frames"]
    weights = numbers(first["parameters"]["weight_hh_l0"])
    np.testing.assert_array_equal(weights, np.float32(drawn.state()["parameters"]["weight_hh_l0"]))
    views = [view["view"] for view in visit.component("stage-training-network")["given"]["stage"]["views"]]
    assert views == ["unrolled", "equations"]
    again = Training(**visit.asked)
    assert again.payload("stage-training-network")["learning"]["update"] == [0]


def test_a_cell_that_was_compared_with_takes_another_beside_it() -> None:
    visit = Training()
    visit.test.button_group(key="training_cell").set_value("rnn")
    visit.run()
    assert visit.asked == {"cell": "rnn", "compare": "lstm"} and not visit.errors
    runs = visit.payload()["learning"]["runs"]
    assert [run["cell"] for run in runs] == ["rnn", "lstm"]


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_opens_with_its_own_words(name: str) -> None:
    visit = Training(**({"problem": name} if name != "adding" else {}), compare="none")
    assert not visit.errors
    assert say(f"training.look.{name}") in visit.words and PROBLEMS[name].summary() in visit.words
    assert visit.payload()["learning"]["problem"]["name"] == name
    scaled = "From a series to sequences" in visit.words
    assert scaled == (name in ("stocks", "series"))


@pytest.mark.parametrize("name", PRESETS)
def test_every_training_to_try_opens_and_its_link_leads_back(name: str) -> None:
    visit = Training()
    visit.test.session_state["training_try"] = name
    assert not Training(**PRESETS[name].query()).errors


def test_a_forecast_tells_what_its_scale_was_fitted_to() -> None:
    visit = Training(problem="series:share=50", series="2,4,6,8,100,200,300,400")
    assert "2 becomes 0 and 8 becomes 1" in visit.words


@pytest.mark.parametrize(("rate", "used"), [("0", "0.000001 is used"), ("1e9", "10 is used"), ("NaN", "0.01 is used")])
def test_a_link_with_a_learning_rate_that_cannot_be_trains_with_the_nearest(rate: str, used: str) -> None:
    visit = Training(learning_rate=rate)
    assert len(visit.errors) == 1 and "learning_rate" in visit.errors[0] and used in visit.errors[0]


def test_of_many_things_that_are_wrong_in_a_link_each_can_be_read() -> None:
    visit = Training(**{f"word{n}": "1" for n in range(7)}, nonsense="<b>")
    (rest,) = visit.test.expander
    read = "\n".join([*visit.errors, rest.markdown[0].value])
    assert rest.label == say("notice.and_more", count=4)
    for n in range(7):
        assert f"word{n}" in read


def test_markup_in_a_link_is_text() -> None:
    visit = Training(problem="<script>alert(1)</script>", cell="<img src=x>", nonsense="**1**")
    assert len(visit.errors) == 3
    assert not any("<script>" in part.value or "<img" in part.value for part in visit.test.markdown)


@pytest.mark.parametrize("text", ["", "x"])
def test_an_own_text_with_nothing_to_learn_keeps_the_last_one(text: str) -> None:
    visit = Training(problem="text", text="abc abc abc abc")
    visit.test.text_area(key="training_text_text").set_value(text)
    visit.run()
    assert len(visit.errors) == 1 and visit.asked["text"] == "abc abc abc abc"
    assert visit.payload()["learning"]["problem"]["name"] == "text"


@pytest.mark.parametrize("numbers", ["7", "day,price\n1,4\n2,\n3,5", "no number"])
def test_a_series_with_gaps_text_or_one_row_keeps_the_last_one(numbers: str) -> None:
    visit = Training(series="1,2,3,4,3,2,1,2")
    visit.test.text_area(key="training_series_series").set_value(numbers)
    visit.run()
    assert len(visit.errors) == 1 and visit.asked["series"] == "1,2,3,4,3,2,1,2"


def test_of_a_table_it_is_said_which_column_is_learned() -> None:
    visit = Training(series="1,2,3,4,3,2,1,2")
    assert "The numbers are those of" not in visit.words
    rows = ["day,price,![x](y)", *(f"mon,{n % 4},{n % 5}" for n in range(9))]
    field = visit.test.text_area(key="training_series_series")
    field.set_value("\n".join(rows))
    visit.run()
    assert not visit.errors and r"The numbers are those of the column \'price\'\." in visit.words
    field.set_value("\n".join(row.replace("price", "![x](y)") for row in rows))
    visit.run()
    assert "![x](y)" not in visit.words, "a heading is text"


def test_a_text_too_long_for_a_link_is_learned_and_left_out_of_it() -> None:
    visit = Training(problem="text")
    visit.test.text_area(key="training_text_text").set_value("to be or not " * 1000)
    visit.run()
    assert visit.errors == [say("notice.link", most=f"{limits.LINK:,}")] and visit.asked["problem"] == "text"


def test_a_training_that_breaks_says_where_and_offers_what_helps() -> None:
    plan = small(learning_rate=10.0, optimiser="sgd", steps=200, compare="none")
    plan = plan.changed(cell="rnn", nonlinearity="relu", init="orthogonal", gain=3.0, clip=None)
    visit = Training(**plan.query()).press("main")
    broke = visit.wait("diverged")["diverged"]
    assert broke["sentence"] in visit.progress["told"] and broke["sentence"] in visit.progress["spoken"]
    assert visit.can("clip_on") and visit.can("rate_down")
    visit.press("rate_down")
    assert visit.asked["learning_rate"] == "1" and visit.main == "Pause"
    visit.wait("diverged", "finished")
    visit = Training(**plan.query()).press("main")
    visit.wait("diverged")
    visit.press("clip_on")
    assert "clip" not in visit.asked, "1 is what the page opens with"
    assert visit.wait("diverged", "finished")["steps"] == 200


def test_a_desk_that_is_full_says_so_and_keeps_what_was_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "most", 1)
    visit = Training(**SMALL).press("main")
    assert len(visit.errors) == 1 and visit.main == "Train"
    assert visit.payload()["learning"]["runs"][0]["updates"] == 0


def test_a_server_that_was_killed_in_mid_training_goes_on_bit_for_bit(desk: Desk) -> None:
    """The link has the settings, the file the rest: another process loads it and goes on."""
    plan = small(steps=60, compare="none")
    visit = Training(**plan.query())
    bench = Bench(desk)
    bench.begin(plan, paused=True)
    for _ in range(3):
        bench.step()
        bench.jobs[0].wait(PATIENCE)
    data = bench.jobs[0].save()
    bench.reset()
    again = Bench(desk)
    assert saved.take_into(again, data, "en") == (plan, "")
    again.resume()
    assert again.jobs[0].wait(PATIENCE) == "finished"
    whole = trained(plan)
    assert again.jobs[0].history.loss == whole.loss
    for name, value in whole.last[1].items() if whole.last else ():
        np.testing.assert_array_equal(value, again.jobs[0].history.last[1][name])  # type: ignore[index]
    assert visit.asked == plan.query()


def hostile() -> dict[str, bytes]:
    good = to_bytes(start(FIRST.replace(hidden_size=4), "adding", steps=5))
    large = to_bytes(start(FIRST.replace(hidden_size=200), "adding", steps=5))
    long = to_bytes(start(FIRST.replace(hidden_size=4), "adding", options={"length": 900}, steps=5))
    many = to_bytes(start(FIRST.replace(hidden_size=4), "adding", steps=5_000_000))
    return {
        "empty": b"",
        "cut": good[: len(good) // 2],
        "noise": bytes(range(256)) * 40,
        "pickle": pickle.dumps({"parameter": 1}),
        "foreign": to_safetensors({"x": np.zeros(3)}),
        "changed": good.replace(b'\\"hidden_size\\": 4', b'\\"hidden_size\\": 9'),
        "units": large,
        "length": long,
        "steps": many,
        "header": b"\xff" * 8 + good[8:],
    }


HOSTILE = hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_broken_or_hostile_file_is_told_and_changes_nothing(name: str, desk: Desk) -> None:
    bench = Bench(desk)
    bench.show(Plan())
    before = bench.jobs
    plan, wrong = saved.take_into(bench, HOSTILE[name], "en")
    assert plan is None and wrong and "\n" not in wrong
    assert bench.jobs is before and bench.state == "ready"


def test_a_file_that_is_loaded_shows_in_the_controls_and_goes_on() -> None:
    plan = small(compare="none", steps=12)
    training = start(plan.experiment, plan.posed, **plan.settings.to_dict())
    for _ in range(5):
        training.step()
    visit = Training()
    visit.test.file_uploader(key=saved.KEY).set_value(("run.safetensors", to_bytes(training), "application/octet"))
    visit.run()
    assert not visit.errors and visit.asked == plan.query()
    assert visit.main == "Resume" and "update 5 of 12" in visit.progress["told"]
    assert say("training.loaded") in visit.progress["told"]
    visit.press("main")
    assert say("training.loaded") not in visit.progress["told"]
    own = visit.wait("finished")
    np.testing.assert_array_equal(numbers(own["loss"]), np.float32(trained(plan).loss))
    assert load(to_bytes(training)).run().loss == trained(plan).loss


def test_a_file_that_is_refused_is_told_on_the_page() -> None:
    visit = Training(**SMALL)
    visit.test.file_uploader(key=saved.KEY).set_value(("<b>.safetensors", b"nothing", "application/octet"))
    visit.run()
    assert len(visit.errors) == 1 and visit.asked == SMALL and visit.main == "Train"


def test_presenting_leaves_the_buttons_and_takes_the_controls() -> None:
    visit = Training(present="1")
    assert visit.main == "Train"
    assert not [box for box in visit.test.selectbox if box.key == "training_problem"]


def test_too_many_trainings_raise_what_the_page_can_say() -> None:
    with pytest.raises(ExperimentError):
        full = Desk(places=1, most=0)
        Bench(full).begin(small())


def test_who_waits_is_told_the_place_in_the_queue(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "places", 1)
    first, second = Bench(desk), Bench(desk)
    try:
        first.begin(small(steps=20_000, compare="none"))
        second.begin(small(compare="none"))
        told = status(second.jobs, "en")
        assert second.state == "queued" and told.startswith("Waiting for a place: number 1 in the queue. At most 1 run")
        first.pause()
        assert second.jobs[0].wait(PATIENCE) == "finished", "who pauses gives the place to the next"
    finally:
        first.reset()
        second.reset()


def test_how_it_ended_is_told_in_the_problem_s_own_measure() -> None:
    plan = Plan(problem="parity", options=(("length", 3),), steps=10, engine="numpy").changed(hidden_size=4)
    visit = Training(**plan.query()).press("main")
    own, beside = visit.wait("finished"), visit.wait("finished", run=1)
    right = [f"{100 * numbers(run['validation']['score'])[-1]:.3g} %" for run in (own, beside)]
    assert f"{right[0]} are right. The line to beat, 50 %," in visit.progress["told"]
    assert f"{right[1]}." in visit.progress["told"]
