"""The weights a run starts from: the initialisers, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnnviz.cells import cell_named
from rnnviz.experiment import Experiment
from rnnviz.parameters import READOUT, check_parameters, parameter_shapes, parts
from rnnviz.trace import Array

__all__ = [
    "INITIALISERS",
    "READOUT",
    "Block",
    "adjusted",
    "check_parameters",
    "drawn",
    "initial_parameters",
    "parameter_shapes",
]


@dataclass(frozen=True)
class Block:
    """One block to draw: a whole bias, or the rows of a matrix that belong to one gate.

    Attributes
    ----------
    kind : {"weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_ho", "bias_o"}
        What stands between an encoder and its decoder is drawn as a readout is.
    shape : tuple of int
    fan_in : int
        Columns of the matrix; for a bias those of the matrix it goes with.
    hidden_size : int
    """

    kind: str
    shape: tuple[int, ...]
    fan_in: int
    hidden_size: int

    @property
    def is_bias(self) -> bool:
        """Whether this is a bias."""
        return self.kind.startswith("bias")


Initialiser = Callable[[Block, np.random.Generator], Array]


def torch_default(block: Block, rng: np.random.Generator) -> Array:
    """U(±1/√H) for weights and biases of ``nn.RNN``, ``nn.GRU`` and ``nn.LSTM``; the readout as ``nn.Linear`` does."""
    width = block.fan_in if block.kind in READOUT else block.hidden_size
    bound = 1 / np.sqrt(width)
    return rng.uniform(-bound, bound, block.shape)


def xavier(block: Block, rng: np.random.Generator) -> Array:
    """U(±√(6 / (fan-in + fan-out))) for each gate's own matrix, biases 0 (Glorot & Bengio 2010, eq. 16)."""
    if block.is_bias:
        return np.zeros(block.shape)
    bound = np.sqrt(6 / sum(block.shape))
    return rng.uniform(-bound, bound, block.shape)


def orthogonal(block: Block, rng: np.random.Generator) -> Array:
    """Each gate's W_hh a random rotation or reflection, uniform over all (Saxe et al. 2014); the rest as `xavier`."""
    if block.kind != "weight_hh":
        return xavier(block, rng)
    q, r = np.linalg.qr(rng.standard_normal(block.shape))
    return np.asarray(q * np.sign(np.diag(r)))  # without the signs Q would not be uniform (Mezzadri 2007)


def identity(block: Block, rng: np.random.Generator) -> Array:
    """Each gate's W_hh the identity, biases 0; with ReLU the IRNN (Le, Jaitly & Hinton 2015).

    The other weights are drawn as `xavier`: the paper's N(0, 0.001²) leaves an untrained net with nothing to see.
    """
    return np.eye(block.hidden_size) if block.kind == "weight_hh" else xavier(block, rng)


def classic(block: Block, rng: np.random.Generator) -> Array:
    """0.01 · N(0, 1), biases 0: the classic tutorials' (Karpathy's min-char-rnn, 2015)."""
    return np.zeros(block.shape) if block.is_bias else 0.01 * rng.standard_normal(block.shape)


def normal(block: Block, rng: np.random.Generator) -> Array:
    """N(0, 1), biases 0: larger than one trains from, so that an untrained network's gates take sides to look at."""
    return np.zeros(block.shape) if block.is_bias else rng.standard_normal(block.shape)


INITIALISERS: Final[Mapping[str, Initialiser]] = {
    "torch": torch_default,
    "xavier": xavier,
    "orthogonal": orthogonal,
    "identity": identity,
    "classic": classic,
    "normal": normal,
}
"""By `Experiment.init`."""


def initial_parameters(experiment: Experiment, inputs: int, outputs: int) -> dict[str, Array]:
    """Draw all parameters of an experiment; the same experiment gives the same bits.

    Each parameter has a random stream of its own, so that a change of one's shape (more outputs, a further layer)
    leaves the others as they were. `Experiment.gain` scales every W_hh. `Experiment.forget_bias`, of an LSTM, is
    put whole into ``bias_ih``, and ``bias_hh`` gets 0 there: torch's two biases add.

    Parameters
    ----------
    experiment : Experiment
    inputs, outputs : int
        D and O.

    Returns
    -------
    dict of float64 arrays under torch's names, see `parameter_shapes`
    """
    return adjusted(experiment, drawn(experiment, inputs, outputs))


def drawn(experiment: Experiment, inputs: int, outputs: int) -> dict[str, Array]:
    """Draw all parameters as `initial_parameters` does, before ``gain`` and ``forget_bias`` come to them."""
    shapes = parameter_shapes(experiment, inputs, outputs)
    return {name: _draw(experiment, name, shapes) for name in shapes}


def adjusted(experiment: Experiment, parameters: Mapping[str, Array]) -> dict[str, Array]:
    """Return drawn parameters with the experiment's ``gain`` and ``forget_bias``; the given ones stay as they are."""
    found = dict(parameters)
    for part, layers in parts(experiment):
        for layer in layers:
            if f"{part}weight_hh_{layer}" in found:
                with np.errstate(over="ignore"):  # a gain beyond measure makes infinite weights, which are then seen
                    found[f"{part}weight_hh_{layer}"] = found[f"{part}weight_hh_{layer}"] * experiment.gain
            _set_forget_bias(experiment, found, part, layer)
    return found


GOES_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "bias_o": ("weight_ho",),
    "attention.bias": ("attention.query", "attention.key"),
    "attention.mix_bias": ("attention.weight",),
}
"""The matrices whose products a bias is added to, where their names do not say it."""


def _draw(experiment: Experiment, name: str, shapes: Mapping[str, tuple[int, ...]]) -> Array:
    # The name's letters key the stream: independent of the other names', and no table to keep.
    rng = np.random.default_rng(np.random.SeedSequence(experiment.seed, spawn_key=tuple(name.encode())))
    hidden, draw, shape = experiment.hidden_size, INITIALISERS[experiment.init], shapes[name]
    part, _, own = name.rpartition(".")
    if name in READOUT or part in ("context", "attention"):
        return draw(_linear(name, shapes, hidden), rng).reshape(shape)
    blocks = len(cell_named(experiment.cell).blocks)
    block = Block(own.rsplit("_l", 1)[0], (hidden, *shape[1:]), shape[-1] if len(shape) > 1 else hidden, hidden)
    return np.concatenate([draw(block, rng) for _ in range(blocks)])


def _linear(name: str, shapes: Mapping[str, tuple[int, ...]], hidden: int) -> Block:
    """Return the block of a matrix, or its bias, that no step repeats; a row of weights is a matrix with one row."""
    if "bias" not in name:
        shape = shapes[name] if len(shapes[name]) > 1 else (1, *shapes[name])
        return Block("weight_ho", shape, shape[1], hidden)
    partners = GOES_WITH.get(name, (name.replace("bias", "weight"),))
    return Block("bias_o", shapes[name], sum(shapes[partner][1] for partner in partners), hidden)


def _set_forget_bias(experiment: Experiment, parameters: dict[str, Array], part: str, layer: str) -> None:
    blocks = cell_named(experiment.cell).blocks
    if experiment.forget_bias is None or "f" not in blocks:
        return
    rows = blocks.index("f")
    for name, value in ((f"{part}bias_ih_{layer}", experiment.forget_bias), (f"{part}bias_hh_{layer}", 0)):
        parameters[name] = parameters[name].copy()
        parameters[name].reshape(len(blocks), -1)[rows] = value
