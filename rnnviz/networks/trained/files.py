"""The files of the trained networks: safetensors, numbers and one JSON text. Reading one runs nothing in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from safetensors import safe_open
from safetensors.numpy import save

from rnnviz.experiment import Experiment
from rnnviz.networks.trained.base import Reading, Trained

FORMAT: Final = "rnnviz network 1"
_PLAIN: Final = ("task", "settings", "command", "made_with", "measured", "state")


def path_of(name: str) -> Path:
    """Return where the file of a network is."""
    return Path(__file__).parent / f"{name}.safetensors"


def read(name: str) -> Trained:
    """Return a network from its file."""
    with safe_open(path_of(name), framework="numpy") as file:
        weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118, it is no dict
        note = json.loads(file.metadata()["rnnviz"])
    return Trained(
        name=name,
        experiment=Experiment.from_json(json.dumps(note["experiment"])),
        begins=tuple(note["begins"]),
        alphabet=None if note["alphabet"] is None else tuple(note["alphabet"]),
        readings=tuple(Reading(*reading) for reading in note["readings"]),
        weights=weights,
        **{field: note[field] for field in _PLAIN},
    )


def to_bytes(network: Trained) -> bytes:
    """Return a network as the bytes of its file; the same network, the same bytes."""
    note = {
        "format": FORMAT,
        "experiment": network.experiment.to_dict(),
        "begins": network.begins,
        "alphabet": network.alphabet,
        "readings": network.readings,
        **{field: getattr(network, field) for field in _PLAIN},
    }
    return save(dict(network.weights), {"rnnviz": json.dumps(note, ensure_ascii=False)})
