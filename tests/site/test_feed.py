"""A training is followed: all of it once, then what is new; and put together that is what all of it is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette

from rnnviz.background import Desk, Job
from rnnviz.background.account import State, Teller, stand, write_down
from rnnviz.background.packer import Packer
from rnnviz.background.packing import packed
from rnnviz.background.pool import Pool
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.site import feed, index, limits, lost
from rnnviz.site.kept import Kept
from rnnviz.training import Training, start
from rnnviz.words import catalogue
from tests.site.test_assets import Client
from tests.stage.test_payload import unpack

CELL = Experiment(cell="lstm", hidden_size=3, clip=1.0)
HOW: dict[str, Any] = {
    **{"options": {"length": 4}, "batch_size": 2, "validation_size": 3},
    **{"steps": 40, "validate_every": 8, "trace_every": 5, "engine": "numpy"},
}
CURVES = ("loss", "score", "grad_norm", "clipped_norm")


class Told:
    """A job and its training, taken on here as a worker would."""

    def __init__(self, experiment: Experiment = CELL, **changes: Any) -> None:
        self.training: Training = start(experiment, "adding", **(HOW | changes))
        self.job = Job(Desk(1), self.training)
        self._teller = Teller(self.training)

    def on(self, updates: int, stands: bool = False) -> None:
        """Take some updates, and tell of them."""
        for _ in range(updates):
            self.training.step()
        done = self.training.finished
        if done:
            self.training.settle()
        write_down(self.job.history, *self._teller.account())
        self.job.state = "finished" if done else "paused" if stands else "running"
        if done or stands:
            stand(self.job.history, State.of(self.training))


@dataclass
class Browser:
    """What a browser makes of the answers."""

    token: str
    run: int = 0
    probe: int = 0
    sums: int = 0
    generation: int = -1
    payload: dict[str, Any] = field(default_factory=dict)
    wholes: int = 0

    def asks(self, fresh: bool = False) -> dict[str, Any]:
        """Ask for what is new; return the answer."""
        query = {"run": str(self.run), "probe": str(self.probe), "lang": "en", "sums": str(self.sums)}
        if self.payload and not fresh:
            known = min(len(run["loss"]) for run in self.payload["learning"]["runs"])
            query |= {"generation": str(self.generation), "updates": str(known)}
            query["have"] = str(len(self.payload["frames"]))
        status, body = feed.answer(self.token, query)
        assert status == 200, body
        found: dict[str, Any] = json.loads(body)
        self._takes(found)
        return found

    def _takes(self, found: dict[str, Any]) -> None:
        self.generation = found["generation"]
        if "payload" in found:
            self.wholes += 1
            self.payload, new = found["payload"], found["payload"]["learning"]["runs"]
            for run in new:
                assert run["from"] == 0
                run.update({name: unpack(run[name]).tolist() for name in CURVES})
            return
        delta, learning = found["delta"], self.payload["learning"]
        self.payload["frames"] += delta["frames"]
        self.payload["frame_labels"] += delta["frame_labels"]
        learning["update"] += delta["update"]
        for run, new in zip(learning["runs"], delta["runs"], strict=True):
            curves = {name: run[name][: new["from"]] + unpack(new[name]).tolist() for name in CURVES}
            run.update({**new, **curves, "from": 0})


@pytest.fixture
def told() -> Iterator[list[str]]:
    """Tokens to be forgotten in the end."""
    tokens: list[str] = []
    yield tokens
    for token in tokens:
        feed.forget(token)


@pytest.mark.parametrize("seed", range(4))
def test_put_together_it_is_all_there_is(told, seed) -> None:
    rng = np.random.default_rng(seed)
    ours, theirs = Told(), Told(CELL.replace(cell="rnn", hidden_size=6))
    told.append(feed.register([ours.job, theirs.job]))
    browsers = [Browser(told[0], run, probe) for run in (0, 1) for probe in (0, 2)]
    while not (ours.training.finished and theirs.training.finished):
        for one in (ours, theirs):
            one.on(int(rng.integers(0, 7)), stands=bool(rng.random() < 0.2))
        for browser in browsers:
            if rng.random() < 0.7:
                browser.asks()
    for browser in browsers:
        browser.asks()
        fresh = Browser(told[0], browser.run, browser.probe)
        fresh.asks()
        assert browser.payload == fresh.payload and browser.generation == fresh.generation
        learning = fresh.payload["learning"]
        assert learning["update"] == list(ours.job.history.moments)
        assert len(fresh.payload["frames"]) == len(fresh.payload["frame_labels"]) == len(learning["update"])
        jobs = [ours.job, theirs.job] if browser.run == 0 else [theirs.job, ours.job]
        for run, job in zip(learning["runs"], jobs, strict=True):
            for name in CURVES:
                np.testing.assert_array_equal(run[name], np.float32(getattr(job.history, name)))
            assert run["validation"]["update"] == [one.update for one in job.history.validations]
            assert (run["updates"], run["state"], run["cell"]) == (40, "finished", job.experiment.cell)
    assert browsers[0].wholes == 1  # of the training itself nothing was sent twice


def test_a_frame_is_the_trace_of_its_moment(told) -> None:
    ours, theirs = Told(), Told(CELL.replace(hidden_size=2))
    told.append(feed.register([ours.job, theirs.job]))
    ours.on(40)
    theirs.on(23)
    for run, job, moments in ((0, ours.job, ours.job.history.moments), (1, theirs.job, (0, 5, 10, 15, 20))):
        browser = Browser(told[0], run, probe=1)
        browser.asks()
        assert len(browser.payload["frames"]) == len(moments)
        for moment, frame in zip(moments, browser.payload["frames"], strict=True):
            trace = job.history.traces(1).at(moment)
            layer = frame["layers"]["l0"]
            np.testing.assert_array_equal(unpack(layer["gates"]["f"]), np.float32(trace.layers["l0"].gates["f"]))
            np.testing.assert_array_equal(unpack(frame["outputs"]), np.float32(trace.outputs))
            norms = {name: np.linalg.norm(value) for name, value in trace.parameters.items()}
            assert frame["norms"] == pytest.approx(norms, rel=1e-12)
            assert {"samples", "continued", "connectivity", "units"} <= frame.keys()
        assert browser.payload["meta"]["H"] == job.experiment.hidden_size


def test_what_has_not_changed_is_not_sent_again(told) -> None:
    ours = Told()
    told.append(feed.register([ours.job]))
    ours.on(12)
    browser = Browser(told[0])
    browser.asks()
    delta = browser.asks()["delta"]
    assert (delta["frames"], delta["update"], delta["frame_labels"]) == ([], [], [])
    assert delta["runs"][0]["from"] == 12 and delta["runs"][0]["loss"]["shape"] == [0]
    assert len(json.dumps(delta)) < 1200


def test_where_moments_are_thinned_out_all_is_sent_once_more(told, monkeypatch) -> None:
    monkeypatch.setattr(limits, "FRAMES", 6)
    ours = Told()
    told.append(feed.register([ours.job]))
    browser = Browser(told[0])
    for _ in range(13):
        ours.on(1, stands=True)
        browser.asks()
        assert len(browser.payload["frames"]) <= 6
        assert browser.payload["learning"]["update"][-1] == ours.training.update
    assert 1 < browser.wholes < 6
    fresh = Browser(told[0])
    fresh.asks()
    assert fresh.payload == browser.payload


def test_frames_take_no_more_than_they_may(told, monkeypatch) -> None:
    monkeypatch.setattr(limits, "FRAMES_BYTES", 20_000)
    ours = Told(CELL.replace(hidden_size=8))
    told.append(feed.register([ours.job]))
    ours.on(40)
    browser = Browser(told[0])
    browser.asks()
    sizes = [len(json.dumps(frame)) for frame in browser.payload["frames"]]
    assert 2 <= len(sizes) and sum(sizes) <= 20_000 * 1.1
    update = browser.payload["learning"]["update"]
    assert (update[0], update[-1]) == (0, 40)


def test_frames_that_were_made_are_there_for_the_next_who_asks(told, monkeypatch) -> None:
    ours = Told()
    told.append(feed.register([ours.job]))
    ours.on(20)
    Browser(told[0]).asks()
    asked: list[int] = []

    def made(self: Packer, run: Any, moments: list[int], probe: int, sums: bool) -> dict[int, bytes]:
        asked.extend(moments)
        return dict(zip(moments, packed(run, moments, probe, sums), strict=True))

    monkeypatch.setattr(Packer, "frames", made)
    other = Browser(told[0])
    other.asks()
    assert asked == [] and len(other.payload["frames"]) == 5
    ours.on(10)
    other.asks()
    assert asked == [25, 30]


def test_the_network_itself_is_sent_to_who_asks_for_it_at_the_same_moments(told, monkeypatch) -> None:
    ours = Told()
    told.append(feed.register([ours.job]))
    ours.on(20)
    plain, opened = Browser(told[0]), Browser(told[0], sums=1)
    for browser in (plain, opened):
        browser.asks()
    assert opened.payload["learning"]["update"] == plain.payload["learning"]["update"]
    weights = opened.payload["frames"][-1]["parameters"]["weight_hh_l0"]
    np.testing.assert_array_equal(unpack(weights), np.float32(ours.job.history.kept[20]["weight_hh_l0"]))
    assert plain.payload["frames"][-1]["parameters"] == {}
    assert opened.payload["frames"][-1]["layers"]["l0"]["preactivations"].keys() == {"i", "f", "g", "o"}
    large = Told(CELL.replace(hidden_size=24))
    token = feed.register([large.job])
    told.append(token)
    size = len(json.dumps(large_frame(token), separators=(",", ":")))
    monkeypatch.setattr(limits, "FRAMES_BYTES", 4 * size)  # of frames so large there are few, for all who look
    large.on(30)
    told.append(feed.register([large.job]))
    before, after = Browser(told[-1]), Browser(told[-1], sums=1)
    before.asks()
    assert len(before.payload["frames"]) == 7
    after.asks()
    before.asks()
    assert before.payload["learning"]["update"] == after.payload["learning"]["update"]
    assert len(after.payload["frames"]) <= 4 and before.wholes == 2


def large_frame(token: str) -> dict[str, Any]:
    browser = Browser(token, sums=1)
    browser.asks()
    frame: dict[str, Any] = browser.payload["frames"][0]
    return frame


def test_it_is_said_what_is_learned_by_whom_and_how_it_stands(told) -> None:
    ours, theirs = Told(), Told(CELL.replace(clip=None))
    told.append(feed.register([ours.job, theirs.job]))
    theirs.job.state = "failed"
    theirs.job.failure = ExperimentError("training", None, "background.died", update=3)
    browser = Browser(told[0])
    browser.asks()
    learning = browser.payload["learning"]
    assert learning["problem"] == {
        "name": "adding",
        "title": "Adding",
        "kind": "numbers",
        "counts": "last",
        "score": "squared_error",
    }
    assert [run["name"] for run in learning["runs"]] == ["LSTM · 3 units, clipped at 1", "LSTM · 3 units, not clipped"]
    assert learning["runs"][0]["baselines"][0]["loss"] == pytest.approx(1 / 6)
    assert learning["runs"][0]["weights"] == 4 * 3 * (2 + 3 + 2) + 3 + 1
    assert learning["runs"][1]["failed"].startswith("The process that trained has ended")
    assert [run["state"] for run in learning["runs"]] == ["paused", "failed"]
    assert browser.payload["words"] is None and browser.payload["frame_title"] == "Updates"


def test_a_divergence_is_told(told) -> None:
    odd = Told(
        Experiment(cell="rnn", nonlinearity="identity", hidden_size=4, gain=3.0), optimiser="sgd", learning_rate=50.0
    )
    told.append(feed.register([odd.job]))
    odd.on(40)
    browser = Browser(told[0])
    browser.asks()
    (run,) = browser.payload["learning"]["runs"]
    assert run["diverged"]["update"] == run["updates"] + 1
    assert run["diverged"]["sentence"].startswith(f"Update {run['updates'] + 1} was not taken")


def test_each_token_is_another_and_a_forgotten_one_leads_nowhere() -> None:
    job = Told().job
    tokens = {feed.register([job]) for _ in range(50)}
    assert len(tokens) == 50 and min(map(len, tokens)) >= 22
    for token in tokens:
        assert feed.answer(token, {})[0] == 200
        feed.forget(token)
        feed.forget(token)
        assert feed.answer(token, {}) == (200, feed.GONE)
    assert feed.answer("x" * 22, {}) == (404, catalogue()["learning.unknown"].encode())


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"run": "1"}, 404),
        ({"probe": "3"}, 404),
        ({"probe": "999999999"}, 404),
        ({"run": "-1"}, 400),
        ({"probe": "one"}, 400),
        ({"have": "1e3"}, 400),
        ({"updates": "9" * 5000}, 400),
        ({"generation": "٣"}, 400),
        ({"lang": "../../etc"}, 200),
        ({"have": "7", "updates": "3", "generation": "0"}, 200),
        ({"have": "1", "updates": "999999", "generation": "0"}, 200),
        ({"have": "1"}, 200),
    ],
)
def test_whatever_is_asked_for_there_is_an_answer(told, query, status) -> None:
    told.append(feed.register([Told().job]))
    found, body = feed.answer(told[0], query)
    assert found == status
    assert status == 200 and json.loads(body) or body.decode().endswith(".")


@pytest.mark.parametrize("base", ["", "/deep/site"])
def test_it_is_served_before_what_leads_the_lost_back(told, base) -> None:
    told.append(feed.register([Told().job]))
    client = Client(Starlette(routes=[*index.routes(base), feed.route(base), lost.route(base)]))
    answer = client.get(f"{base}{feed.address(told[0], probe=1)}")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(answer.text)["payload"]["learning"]["runs"]
    missing = client.get(f"{base}{feed.PATH}/nonsense")
    assert missing.status_code == 404 and missing.text == catalogue()["learning.unknown"]
    assert missing.headers["content-type"].startswith("text/plain")


def test_a_cache_keeps_what_was_asked_for_lately() -> None:
    cache = Kept(10)
    for key in "abc":
        cache.put(key, b"123")
    assert cache.get("a") == b"123"
    cache.put("d", b"4")
    cache.put("e", b"55")
    assert (cache.get("b"), cache.get("a"), cache.get("e"), cache.nbytes) == (None, b"123", b"55", 9)
    cache.put("a", b"1")
    cache.put("large", b"x" * 11)
    assert cache.nbytes <= 10 and cache.get("large") is None


def test_it_is_followed_while_a_worker_trains(told, monkeypatch) -> None:
    monkeypatch.setattr(Pool, "warm", lambda pool: None)  # nobody needs another
    desk = Desk(1)
    try:
        job = desk.submit(start(CELL, "adding", **(HOW | {"steps": 600})))
        told.append(feed.register([job]))
        browsers = [Browser(told[0]) for _ in range(3)]

        def follow(browser: Browser) -> None:
            while not job.ended:
                browser.asks()

        threads = [threading.Thread(target=follow, args=(browser,)) for browser in browsers]
        for thread in threads:
            thread.start()
        assert job.wait(120) == "finished"
        for thread in threads:
            thread.join()
        fresh = Browser(told[0])
        fresh.asks()
        for browser in browsers:
            browser.asks()
            assert browser.payload == fresh.payload
    finally:
        desk.close()
