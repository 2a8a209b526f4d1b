"""A training in one file: what stands in it, and files that are damaged, foreign or hostile."""

from __future__ import annotations

import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load as tensors_of
from safetensors.numpy import save as to_safetensors

from rnnviz.experiment import MOST_LAYERS, Experiment, ExperimentError
from rnnviz.training import checkpoint, load, save, start, to_bytes
from tests.training.problems import same_history

LSTM = Experiment(cell="lstm", hidden_size=3, num_layers=2)


def saved(**settings: Any) -> bytes:
    how = {"steps": 8, "trace_every": 3, "validate_every": 4, "validation_size": 4, "batch_size": 2}
    training = start(LSTM, "adding", options={"length": 5}, **(how | settings))
    training.run(lambda history: history.updates == 6)
    return to_bytes(training)


SAVED = saved()


def note(data: bytes) -> dict[str, Any]:
    """Return the JSON text of a file."""
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["rnnviz"])


def changed(tensors: dict[str, Any] | None = None, **fields: Any) -> bytes:
    """Return the saved file with some tensors or fields of its note changed; None takes them out."""
    found, text = tensors_of(SAVED) | (tensors or {}), note(SAVED) | fields
    text = {name: value for name, value in text.items() if value is not ...}
    kept = {name: np.asarray(value) for name, value in found.items() if value is not None}
    return to_safetensors(kept, {"rnnviz": json.dumps(text)})


def refused(data: bytes) -> ExperimentError:
    with pytest.raises(ExperimentError) as caught:
        load(data)
    return caught.value


def test_the_file_says_in_plain_text_what_it_is() -> None:
    text = note(SAVED)
    assert text["format"] == "rnnviz training 1"
    assert Experiment.from_json(json.dumps(text["experiment"])) == LSTM
    assert text["task"] == {"name": "adding", "options": {"length": 5, "spread": 0}}
    assert (text["updates"], text["settings"]["steps"]) == (6, 8)
    names = {name.partition("/")[0] for name in tensors_of(SAVED)}
    assert names == {"parameter", "optimiser", "state", "history", "kept"}


def test_a_network_of_a_preset_is_small() -> None:
    """32 LSTM units with all that is remembered of them, and no moments but the first."""
    training = start(Experiment(hidden_size=32), "adding", trace_every=None)
    assert len(to_bytes(training)) < 100_000


def test_a_broken_training_is_saved_with_where_it_broke() -> None:
    experiment = Experiment(cell="rnn", nonlinearity="identity", hidden_size=4, gain=3.0)
    training = start(experiment, "adding", optimiser="sgd", learning_rate=50.0, steps=50)
    training.run()
    again = load(to_bytes(training))
    assert again.history.diverged == training.history.diverged is not None
    assert again.finished
    same_history(again.run(), training.history)


def test_a_file_that_cannot_be_written_leaves_the_one_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.safetensors"
    training = load(SAVED)
    save(training, path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        save(training, path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


# Damaged, foreign, hostile


class Trap:
    """Calls for help when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        """Return what an unpickler would call."""
        return pytest.fail, ("a checkpoint was unpickled",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        pickle.dumps(Trap()),
        b"PK\x03\x04" + pickle.dumps(Trap()),
        SAVED[:-1],
        SAVED[:100],
        SAVED + b"\0",
        b"\xff" * 200,
        struct.pack("<Q", 2**62) + SAVED[8:],
        struct.pack("<Q", 20_000) + b"[" * 20_000,
    ],
    ids=range(10),
)
def test_what_is_no_safetensors_file_is_refused(data: bytes) -> None:
    assert refused(data).key == "training.checkpoint_broken"


@pytest.mark.parametrize("length", range(0, len(SAVED), 997))
def test_a_file_that_ends_early_is_refused(length: int) -> None:
    assert refused(SAVED[:length]).key == "training.checkpoint_broken"


@pytest.mark.parametrize(
    "metadata", [None, {}, {"rnnviz": "{"}, {"rnnviz": "[" * 9000}, {"rnnviz": "[]"}, {"rnnviz": '{"format": "x"}'}]
)
def test_a_file_of_another_program_is_refused(metadata: dict[str, str] | None) -> None:
    assert refused(to_safetensors({"weight": np.zeros(3)}, metadata)).key == "training.checkpoint_foreign"


FIRST, HUGE = "parameter/weight_ih_l0", 10**15
MISFITS: dict[str, Callable[[], bytes]] = {
    "no parameter": lambda: changed({FIRST: None}),
    "one more parameter": lambda: changed({"parameter/weight_ih_l9": np.zeros((2, 2), np.float32)}),
    "another shape": lambda: changed({FIRST: np.zeros((12, 3), np.float32)}),
    "another dtype": lambda: changed({FIRST: np.zeros((12, 2), np.float64)}),
    "whole numbers": lambda: changed({FIRST: np.zeros((12, 2), np.int64)}),
    "half precision": lambda: changed({FIRST: np.zeros((12, 2), np.float16)}),
    "no memory": lambda: changed({"optimiser/exp_avg/bias_o": None}),
    "no curve": lambda: changed({"history/loss": None}),
    "a short curve": lambda: changed({"history/loss": np.zeros(3)}),
    "no validations": lambda: changed({"history/validations": None}),
    "validations of another shape": lambda: changed({"history/validations": np.zeros((3, 2))}),
    "validations at no time": lambda: changed({"history/validations": np.full((1, 3), np.nan)}),
    "half a state": lambda: changed({"state/l0/h": None}),
    "a state of another size": lambda: changed({"state/l0/h": np.zeros((2, 9), np.float32)}),
    "a moment to come": lambda: changed({"kept/9/weight_ih_l0": np.zeros((12, 2), np.float32)}),
    "a moment with no number": lambda: changed({"kept/x/weight_ih_l0": np.zeros((12, 2), np.float32)}),
    "half a moment": lambda: changed({"kept/3/weight_ih_l0": None}),
    "too many updates": lambda: changed(updates=7),
    "updates below zero": lambda: changed(updates=-1),
    "updates in words": lambda: changed(updates="six"),
    "updates true": lambda: changed(updates=True),
    "no experiment": lambda: changed(experiment=...),
    "an experiment that is none": lambda: changed(experiment=[]),
    "a gate held": lambda: changed(experiment=LSTM.to_dict() | {"hold": "f:1", "num_layers": HUGE}),
    "no task": lambda: changed(task=...),
    "settings unknown": lambda: changed(settings={"colour": 1}),
    "no settings": lambda: changed(settings=None),
    "thinning by zero": lambda: changed(every=0),
    "thinning by half": lambda: changed(every=0.5),
    "a strange end": lambda: changed(diverged={"colour": 1}),
    "an end that is none": lambda: changed(diverged=3),
}


@pytest.mark.parametrize("which", MISFITS)
def test_a_file_that_does_not_fit_together_is_refused(which: str) -> None:
    assert refused(MISFITS[which]()).key == "training.checkpoint_misfit"


SETTINGS = note(SAVED)["settings"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"experiment": {"cell": "transformer"}}, "cell"),
        ({"experiment": {"hidden_size": -1}}, "hidden_size"),
        ({"experiment": {"colour": 1}}, "'colour'"),
        ({"task": {}}, "problem"),
        ({"task": {"name": "juggling"}}, "problem"),
        ({"task": {"name": ["adding"]}}, "task"),
        ({"task": {"name": "adding", "options": {"length": HUGE}}}, "length"),
        ({"task": {"name": "adding", "options": [1]}}, "options"),
        ({"settings": SETTINGS | {"learning_rate": 1e9}}, "learning_rate"),
        ({"settings": SETTINGS | {"batch_size": HUGE}}, "batch_size"),
        ({"settings": SETTINGS | {"engine": "rm -rf"}}, "engine"),
        ({"settings": SETTINGS | {"optimiser": "__class__"}}, "optimiser"),
    ],
)
def test_settings_that_make_no_sense_are_named(fields: dict[str, Any], field: str) -> None:
    assert refused(changed(**fields)).field == field


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden_size": HUGE},
        {"hidden_size": 10**6},
        {"num_layers": MOST_LAYERS},
        {"num_layers": MOST_LAYERS, "shape": "encoder_decoder"},
    ],
)
def test_a_file_that_promises_a_huge_network_is_refused_before_it_is_built(fields: dict[str, Any]) -> None:
    assert refused(changed(experiment=LSTM.to_dict() | fields)).key == "training.checkpoint_misfit"


def test_a_file_with_more_layers_than_any_network_has_is_refused() -> None:
    assert refused(changed(experiment=LSTM.to_dict() | {"num_layers": HUGE})).field == "num_layers"


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.safetensors"
    path.write_bytes(SAVED)
    monkeypatch.setattr(checkpoint, "LARGEST", len(SAVED) - 1)
    with pytest.raises(ExperimentError, match=r"large\.safetensors"):
        load(path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.safetensors")
