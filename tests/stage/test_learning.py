"""What a browser is told of a training's lines and of its probe."""

from __future__ import annotations

from rnnviz import Experiment
from rnnviz.stage.learning import Run, frames_at, learning_payload
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.training import start
from rnnviz.words import catalogue


def told(name: str, **how: object) -> dict:
    training = start(Experiment(cell="rnn", hidden_size=4, **how), name, steps=1, batch_size=2, engine="numpy")
    run = Run("own", training.run(), training.problem, training.problem.baselines, 1)
    return learning_payload([run], [0], list(frames_at(run, [0], 0).values()))["learning"]


def test_only_what_takes_no_notice_of_what_is_read_is_chance() -> None:
    named = {one["name"]: one["chance"] for name in ("adding", "stocks") for one in told(name)["runs"][0]["baselines"]}
    assert named == {"mean": True, "last_value": False}


def test_every_line_has_a_name_on_the_lanes() -> None:
    names = {one.name for problem in PROBLEMS.values() for one in problem.pose().baselines}
    assert {f"learning.line.{name}" for name in names} <= catalogue("en").keys()


def test_the_steps_that_the_score_counts_are_told() -> None:
    learning = told("copy")
    assert learning["scored"] == list(range(30, 40)) and learning["unit"] == [0.0, 1.0]
    assert told("sentiment", loss="last")["scored"][1:] == []
