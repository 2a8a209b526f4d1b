"""The loop: the same seed, the same history; stopped, saved and gone on with; broken, and where."""

from __future__ import annotations

import json
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnviz.engines import DTYPES
from rnnviz.experiment import Experiment, ExperimentError, Hold
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.tasks.shaping import probes
from rnnviz.training import History, Training, load, save, start, to_bytes, train
from rnnviz.training.settings import ENGINES, Settings
from rnnviz.training.source import Reading, source_of, validation_of
from tests.engines.draws import random_parameters
from tests.training.problems import NOISE, Noise, Text, begun, same_history

each_engine = pytest.mark.parametrize("engine", ENGINES)
each_dtype = pytest.mark.parametrize(
    ("engine", "dtype"), [(engine, dtype) for engine, dtypes in DTYPES.items() for dtype in dtypes]
)
LSTM = Experiment(cell="lstm", hidden_size=4, clip=1.0)
ADDING = {"length": 6, "spread": 40}
HOW = {"steps": 40, "batch_size": 8, "validate_every": 15, "validation_size": 16, "trace_every": 7}


def reached(stop: int, history: History) -> bool:
    return history.updates == stop


# The same again


@each_dtype
def test_the_same_seed_gives_the_same_history(engine: str, dtype: str) -> None:
    one, same = (train(LSTM, "adding", options=ADDING, engine=engine, dtype=dtype, **HOW) for _ in range(2))
    same_history(one, same)
    other = train(LSTM.replace(seed=1), "adding", options=ADDING, engine=engine, dtype=dtype, **HOW)
    assert not set(one.loss) & set(other.loss)


def test_every_network_is_given_the_same_minibatches() -> None:
    """The loss of a network whose answer is always 0 is a matter of the data alone."""
    losses = []
    for engine in ENGINES:
        for cell in ("rnn", "lstm"):
            training = start(Experiment(cell=cell, hidden_size=2), "adding", options=ADDING, engine=engine, **HOW)
            zeros = {name: np.zeros_like(value) for name, value in training.state()["parameters"].items()}
            training = start(training.experiment, "adding", options=ADDING, parameters=zeros, engine=engine, **HOW)
            training.step()
            losses.append(training.history.loss[0])
    np.testing.assert_allclose(losses, losses[0], rtol=1e-6)


def test_trainings_side_by_side_are_as_alone_and_leave_torch_its_threads() -> None:
    alone = train(LSTM, "adding", options=ADDING, **HOW)
    found: list[History] = []
    left: list[int] = []
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        threads = [
            threading.Thread(target=lambda: found.append(train(LSTM, "adding", options=ADDING, **HOW)))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert torch.get_num_threads() == 3
        train(LSTM, "adding", options=ADDING, progress=lambda _: left.append(torch.get_num_threads()), **HOW)
        assert left == [3] * 40
    finally:
        torch.set_num_threads(before)
    assert len(found) == 3
    for one in found:
        same_history(one, alone)


def test_a_validation_set_is_nothing_that_was_trained_on() -> None:
    problem, settings = PROBLEMS["adding"].pose(**ADDING), Settings(**HOW)
    seen = {x.tobytes() for u in range(1, 41) for x in source_of(LSTM, settings, problem).batch(u)[0].x.swapaxes(0, 1)}
    held = validation_of(LSTM, settings, problem)
    assert held is not None and len(held.lengths) == 16
    assert len(seen) == 40 * 8
    assert not seen & {x.tobytes() for x in held.x.swapaxes(0, 1)}


# It learns


@each_engine
@pytest.mark.parametrize("optimiser", ["adam", "rmsprop"])
def test_a_short_sum_is_learned(engine: str, optimiser: str) -> None:
    history = train(
        Experiment(cell="gru", hidden_size=8, clip=1.0),
        "adding",
        options={"length": 3},
        engine=engine,
        optimiser=optimiser,
        learning_rate=0.02,
        steps=150,
        validate_every=150,
    )
    assert [one.update for one in history.validations] == [0, 150]
    assert history.validations[0].loss > 0.5
    assert history.validations[1].loss < 0.02


# Stopped, and gone on with


@each_engine
@pytest.mark.parametrize("optimiser", ["adam", "sgd", "momentum", "rmsprop", "adagrad"])
def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(engine: str, optimiser: str, tmp_path: Path) -> None:
    how = {"options": ADDING, "engine": engine, "optimiser": optimiser, **HOW}
    whole = start(LSTM, "adding", **how)
    whole.run()
    part = start(LSTM, "adding", **how)
    for stop in (1, 14, 15, 31):
        part.run(partial(reached, stop))
        assert part.update == stop
        save(part, tmp_path / "run.safetensors")
        part = load(tmp_path / "run.safetensors")
    same_history(part.run(), whole.history)
    assert to_bytes(part) == to_bytes(whole)
    assert [path.name for path in tmp_path.iterdir()] == ["run.safetensors"]


@each_dtype
def test_a_text_is_gone_on_with_in_the_middle(engine: str, dtype: str) -> None:
    experiment = Experiment(cell="lstm", hidden_size=3, num_layers=2, truncate=4)
    whole = begun(experiment, Text(), engine=engine, dtype=dtype, batch_size=2, validate_every=None)
    part = begun(experiment, Text(), engine=engine, dtype=dtype, batch_size=2, validate_every=None)
    whole.run()
    part.run(lambda history: history.updates == 5)
    again = begun(experiment, Text(), engine=engine, dtype=dtype, batch_size=2, validate_every=None)
    state = part.state()
    assert set(state["states"]) == {"l0", "l1"}
    history = History(experiment, (), 20, 2**20, *(list(getattr(part.history, name)) for name in CURVES))
    history.kept = part.history.kept
    again.restore(state["parameters"], state["optimiser"], state["states"], history)
    same_history(again.run(), whole.history)


CURVES = ("loss", "score", "grad_norm", "clipped_norm")


def test_more_updates_may_be_asked_for() -> None:
    short = start(LSTM, "adding", options=ADDING, **(HOW | {"steps": 20}))
    short.run()
    assert short.finished
    assert [one.update for one in short.history.validations] == [0, 15, 20]
    longer = load(to_bytes(short), steps=40)
    same_history(longer.run(), train(LSTM, "adding", options=ADDING, **HOW))


def test_the_callback_is_called_after_every_update_and_stops_the_run() -> None:
    seen: list[int] = []

    def until_five(history: History) -> bool:
        seen.append(history.updates)
        return history.updates == 5

    training = start(LSTM, "adding", options=ADDING, engine="numpy", **HOW)
    assert training.run(until_five).updates == 5
    assert seen == [1, 2, 3, 4, 5]
    assert not training.finished
    assert training.history.moments == (0, 5)
    training.run(lambda history: "a word is no True")
    assert training.update == 40
    training.step()
    assert training.update == 40


# Reading on


def test_readers_go_on_where_they_stopped_and_begin_anew_together() -> None:
    text = Text(length=23).stream
    assert text is not None
    reading = Reading(Experiment(truncate=4), 2, text)
    assert (reading.readers, reading.chunk, reading.chunks) == (2, 4, 2)
    found = [reading.batch(u) for u in range(1, 6)]
    assert [carries for _, carries in found] == [False, True, False, True, False]
    for u, (batch, _) in enumerate(found):
        for b, place in enumerate((0, 11)):
            steps = slice(place + 4 * (u % 2), place + 4 * (u % 2) + 4)
            np.testing.assert_array_equal(batch.x[:, b], text.inputs[steps])
            np.testing.assert_array_equal(batch.targets[:, b], text.targets[steps])


@pytest.mark.parametrize(("length", "readers", "chunk"), [(1, 1, 1), (3, 3, 1), (40, 8, 4)])
def test_a_short_text_has_fewer_readers_or_shorter_chunks(length: int, readers: int, chunk: int) -> None:
    text = Text(length=length).stream
    assert text is not None
    reading = Reading(Experiment(truncate=4), 8, text)
    assert (reading.readers, reading.chunk) == (readers, chunk)
    assert len(reading.batch(7)[0].x) == chunk


def test_a_text_is_read_on_only_if_it_is_truncated() -> None:
    whole = begun(Experiment(hidden_size=3), Text(), engine="numpy")
    chunks = begun(Experiment(hidden_size=3, truncate=4), Text(), engine="numpy")
    assert not isinstance(whole._source, Reading) and isinstance(chunks._source, Reading)
    chunks.run()
    assert set(chunks.states) == {"l0"}


# Broken


@each_engine
def test_a_run_that_breaks_stops_there_and_keeps_what_was(engine: str) -> None:
    experiment = Experiment(cell="rnn", nonlinearity="identity", hidden_size=4, gain=3.0)
    calls: list[int] = []
    history = train(
        experiment,
        "adding",
        options={"length": 30},
        engine=engine,
        optimiser="sgd",
        learning_rate=50.0,
        steps=100,
        progress=lambda history: calls.append(history.updates),
    )
    broke = history.diverged
    assert broke is not None and 1 < broke.update == history.updates + 1 < 20
    assert np.isfinite([history.loss, history.grad_norm, history.clipped_norm]).all()
    assert all(np.isfinite(value).all() for value in history.parameters(history.updates).values())
    assert broke.step is not None and 0 <= broke.step < 30
    assert history.moments[-1] == history.updates
    assert str(broke.update) in broke.sentence() and "clip the gradient" in broke.sentence()
    assert json.loads(json.dumps(history.to_dict(), allow_nan=False))["diverged"]["update"] == broke.update
    assert calls[-2:] == [history.updates, history.updates]


HUGE = 1e308
BROKEN: dict[str, tuple[dict[str, float], tuple[str, str | None, int]]] = {
    "recurrent": ({"bias_ih_l0": 10.0, "weight_hh_l0": HUGE}, ("sum h", "l0", 1)),
    "second layer": ({"bias_ih_l1": HUGE, "bias_hh_l1": HUGE}, ("sum h", "l1", 0)),
    "readout": ({"bias_ih_l1": 10.0, "weight_ho": HUGE}, ("output", None, 0)),
    "weight": ({"weight_hh_l1": np.inf}, ("parameter", None, -1)),
}


@each_engine
@pytest.mark.parametrize("where", BROKEN)
def test_what_broke_first_is_found(engine: str, where: str) -> None:
    """Weights so large that the first product with them is too large."""
    experiment = Experiment(cell="rnn", nonlinearity="identity", hidden_size=3, num_layers=2)
    weights = random_parameters(experiment, 3, 4, seed=1, scale=0.5)
    values, wanted = BROKEN[where]
    weights |= {name: np.full_like(weights[name], value) for name, value in values.items()}
    training = start(experiment, NOISE["symbols"], parameters=weights, engine=engine, dtype="float64", batch_size=4)
    broke = training.run().diverged
    assert broke is not None and broke.update == 1
    assert (broke.quantity, broke.layer, -1 if broke.step is None else broke.step) == wanted
    assert broke.name == (next(iter(values)) if where == "weight" else None)
    assert training.history.updates == 0 and training.history.moments == (0,)


@each_engine
def test_a_gradient_that_breaks_where_the_loss_does_not_is_found(engine: str) -> None:
    experiment = Experiment(cell="rnn", nonlinearity="identity", hidden_size=2, loss="last")
    parameters = {
        "weight_ih_l0": np.zeros((2, 3)),
        "weight_hh_l0": np.full((2, 2), 1e200),
        "bias_ih_l0": np.zeros(2),
        "bias_hh_l0": np.zeros(2),
        "weight_ho": np.ones((4, 2)) * [[1], [2], [3], [4]],
        "bias_o": np.zeros(4),
    }
    training = start(experiment, Noise(even=True), parameters=parameters, engine=engine, dtype="float64", batch_size=8)
    broke = training.run().diverged
    assert broke is not None
    # Of the last step's own loss it is about 1, one step back 1e200, and two steps back no number any more.
    assert (broke.update, broke.quantity, broke.layer, broke.step) == (1, "gradient", "l0", 3)


def test_float32_breaks_where_float64_does_not() -> None:
    experiment = Experiment(cell="rnn", nonlinearity="relu", hidden_size=3, init="identity", gain=1e10)
    short, long = (
        train(experiment, "adding", options={"length": 6}, engine="torch", dtype=dtype, steps=1, validate_every=None)
        for dtype in ("float32", "float64")
    )
    assert short.diverged is not None and (short.diverged.quantity, short.diverged.layer) == ("sum h", "l0")
    assert 3 <= (short.diverged.step or 0) <= 5
    assert long.diverged is None


# Nonsense


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"learning_rate": 0}, "learning_rate"),
        ({"learning_rate": 1e9}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"learning_rate": "fast"}, "learning_rate"),
        ({"steps": 0}, "steps"),
        ({"steps": 10**9}, "steps"),
        ({"batch_size": -1}, "batch_size"),
        ({"batch_size": 10**9}, "batch_size"),
        ({"optimiser": "lion"}, "optimiser"),
        ({"engine": "jax"}, "engine"),
        ({"engine": "numpy", "dtype": "float32"}, "dtype"),
        ({"dtype": "float16"}, "dtype"),
        ({"validate_every": 0}, "validate_every"),
        ({"trace_every": 1.5}, "trace_every"),
        ({"memory": 1}, "memory"),
        ({"options": {"length": -1}}, "length"),
        ({"options": {"colour": 1}}, "colour"),
        ({"options": 3}, "options"),
        ({"parameters": {}}, "parameters"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(settings: dict, field: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        train(LSTM, "adding", **settings)
    assert caught.value.field == field
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("task", ["juggling", None, 3])
def test_a_task_that_does_not_exist_is_answered_with_those_that_do(task: object) -> None:
    with pytest.raises(ExperimentError, match="adding"):
        train(LSTM, task)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hold": (Hold("f", 1.0),)}, "hold"),
        ({"network": "counter"}, "network"),
        ({"bidirectional": True, "truncate": 3}, "truncate"),
    ],
)
def test_an_experiment_that_cannot_be_trained_is_refused(change: dict, field: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        train(LSTM.replace(**change), "adding")
    assert caught.value.field == field


def test_a_problem_without_a_name_trains_but_is_not_saved() -> None:
    training: Training = begun(LSTM, NOISE["numbers"], engine="numpy")
    assert training.run().updates == 12
    with pytest.raises(ExperimentError, match="no name"):
        to_bytes(training)


# Every task


SHAPED = [(name, shape) for name, problem in PROBLEMS.items() for shape in problem.posed.shapes]
CHUNKED = [(name, shape, 3) for name, shape in SHAPED if shape != "encoder_decoder"]


@pytest.mark.parametrize(("name", "shape", "truncate"), [*((*one, None) for one in SHAPED), *CHUNKED])
def test_every_task_is_trained_the_same_way_by_both_engines_and_saved(
    name: str, shape: str, truncate: int | None
) -> None:
    cell = "rnn" if shape == "one_to_one" else "gru"
    decoder = {"forcing": 0.5, "attention": "dot"} if shape == "encoder_decoder" else {}
    experiment = Experiment(cell=cell, hidden_size=3, truncate=truncate, clip=1.0, shape=shape, **decoder)
    how = {"steps": 4, "batch_size": 3, "validate_every": 2, "validation_size": 3, "trace_every": 2, "dtype": "float64"}
    ours, theirs = (start(experiment, name, engine=engine, **how) for engine in ENGINES)
    same_history(ours.run(), theirs.run(), 1e-9)
    assert ours.history.moments == (0, 2, 4) and np.isfinite(ours.history.loss).all()
    again = load(to_bytes(ours), steps=6)
    assert again.problem == ours.problem
    same_history(again.run(), train(experiment, name, engine="torch", **(how | {"steps": 6})))
    for one, data in zip(ours.history.traces(), 3 * [probes(ours.problem, experiment)[0]], strict=True):
        assert one.labels == data.labels and one.answers == data.answers
