"""What a browser is told of a training's lines and of its probe."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize("problem, shape", [(name, one) for name in PROBLEMS for one in PROBLEMS[name].posed.shapes])
def test_every_problem_is_told_in_every_shape_in_which_it_is_learned(problem: str, shape: str) -> None:
    cell = "rnn" if shape == "one_to_one" else "gru"
    experiment = Experiment(cell=cell, hidden_size=3, shape=shape, attention="dot")
    training = start(experiment, problem, steps=1, batch_size=2, engine="numpy")
    run = Run("own", training.run(), training.problem, training.problem.baselines, 1)
    frames = frames_at(run, [0, 1], 0)
    payload = learning_payload([run], [0, 1], list(frames.values()))
    assert payload["meta"]["shape"] == shape and len(payload["frames"]) == 2
    assert (payload["meta"]["segments"] != []) == (shape == "encoder_decoder")
    steps = payload["meta"]["T"]
    assert all(frame["layers"]["l0"]["h"]["shape"] == [steps, 3] for frame in frames.values())
    assert all(0 <= step < steps for step in payload["learning"]["scored"])
