"""The weights a run starts from: their names and shapes, and the initialisers, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rnnviz.cells import cell_named
from rnnviz.checks import ExperimentError
from rnnviz.experiment import Experiment
from rnnviz.trace import Array

READOUT: Final = ("weight_ho", "bias_o")


def parameter_shapes(experiment: Experiment, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    """Return every parameter's shape under torch's name, in torch's order, the readout last.

    Parameters
    ----------
    experiment : Experiment
        For H, the layers, the directions and the cell's G blocks.
    inputs, outputs : int
        D and O.
    """
    hidden, directions = experiment.hidden_size, experiment.directions
    rows = len(cell_named(experiment.cell).blocks) * hidden
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in experiment.layer_names:
        width = inputs if layer.startswith("l0") else directions * hidden
        shapes[f"weight_ih_{layer}"] = rows, width
        shapes[f"weight_hh_{layer}"] = rows, hidden
        shapes[f"bias_ih_{layer}"] = (rows,)
        shapes[f"bias_hh_{layer}"] = (rows,)
    return shapes | {"weight_ho": (outputs, directions * hidden), "bias_o": (outputs,)}


@dataclass(frozen=True)
class Block:
    """One block to draw: a whole bias, or the rows of a matrix that belong to one gate.

    Attributes
    ----------
    kind : {"weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_ho", "bias_o"}
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
    return {name: _draw(experiment, name, shape) for name, shape in shapes.items()}


def adjusted(experiment: Experiment, parameters: Mapping[str, Array]) -> dict[str, Array]:
    """Return drawn parameters with the experiment's ``gain`` and ``forget_bias``; the given ones stay as they are."""
    found = dict(parameters)
    for layer in experiment.layer_names:
        with np.errstate(over="ignore"):  # a gain beyond measure makes infinite weights, which are then seen
            found[f"weight_hh_{layer}"] = found[f"weight_hh_{layer}"] * experiment.gain
        _set_forget_bias(experiment, found, layer)
    return found


def _draw(experiment: Experiment, name: str, shape: tuple[int, ...]) -> Array:
    # The name's letters key the stream: independent of the other names', and no table to keep.
    rng = np.random.default_rng(np.random.SeedSequence(experiment.seed, spawn_key=tuple(name.encode())))
    hidden, draw = experiment.hidden_size, INITIALISERS[experiment.init]
    if name in READOUT:
        return draw(Block(name, shape, experiment.directions * hidden, hidden), rng)
    blocks = len(cell_named(experiment.cell).blocks)
    block = Block(name.rsplit("_l", 1)[0], (hidden, *shape[1:]), shape[-1] if len(shape) > 1 else hidden, hidden)
    return np.concatenate([draw(block, rng) for _ in range(blocks)])


def _set_forget_bias(experiment: Experiment, parameters: dict[str, Array], layer: str) -> None:
    blocks = cell_named(experiment.cell).blocks
    if experiment.forget_bias is None or "f" not in blocks:
        return
    rows = blocks.index("f")
    for name, value in ((f"bias_ih_{layer}", experiment.forget_bias), (f"bias_hh_{layer}", 0)):
        parameters[name] = parameters[name].copy()
        parameters[name].reshape(len(blocks), -1)[rows] = value


def check_parameters(parameters: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Return given parameters as float64 copies, in the order of ``shapes``.

    Parameters
    ----------
    parameters : dict
        Arrays, or what NumPy makes one of: lists, the tensors of a torch ``state_dict``.
    shapes : dict
        From `parameter_shapes`.

    Raises
    ------
    ExperimentError
        If they are no mapping, or one is missing, unknown, not numbers or of another shape; the sentence names it and
        both shapes.
    """
    if not isinstance(parameters, Mapping):
        raise ExperimentError("parameters", parameters, "error.parameters_type")
    for name in parameters:
        if name not in shapes:
            raise ExperimentError("parameters", name, "error.parameter_unknown", choices=", ".join(shapes))
    return {name: _check_parameter(parameters, name, shape) for name, shape in shapes.items()}


def _check_parameter(parameters: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> Array:
    if name not in parameters:
        raise ExperimentError("parameters", name, "error.parameter_missing", shape=shape)
    try:
        if np.ma.is_masked(parameters[name]):
            raise TypeError("a masked number is none")
        array = np.asarray(parameters[name]).astype(np.float64, casting="same_kind")
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: torch's, of a tensor that still requires grad
        raise ExperimentError("parameters", name, "error.parameter_numbers", shape=shape) from None
    if array.shape != shape:
        raise ExperimentError("parameters", name, "error.parameter_shape", shape=shape, given=array.shape)
    return array
