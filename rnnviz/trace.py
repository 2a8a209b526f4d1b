"""What happened: the one record that crosses from an engine to every picture, number and export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import Experiment

Array = NDArray[np.float64]
NO_TARGET = -1
"""Target of a symbol step that predicts nothing; for numbers it is NaN."""


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """One layer in one direction. T time, H hidden; all arrays float64, indexed by input position.

    In a reverse layer, too, row t belongs to the input at position t: it is the state after reading x_T … x_t.

    Attributes
    ----------
    x : (T, D)
        What the layer read: the run's inputs, or what the layer below gave.
    h : (T, H)
        Hidden state.
    c : (T, H) or None
        Cell state of an LSTM.
    h0, c0 : (H,)
        Initial states; ``c0`` is None without a cell state.
    gates : dict of (T, H)
        Activations "i", "f", "g", "o" of an LSTM, "r", "z", "n" of a GRU, empty for an RNN.
    preactivations : dict of (T, H)
        The sums the activations are taken of, under the gates' names; "h" for an RNN. A GRU has "hn" besides,
        W_hn h_{t−1} + b_hn, the part of n's sum that r scales.
    dh, dc : (T, H)
        Total gradients dL/dh_t and dL/dc_t: every path to the loss included, for ``dc`` also the one through h_t.
    """

    x: Array
    h: Array
    c: Array | None
    h0: Array
    c0: Array | None
    gates: Mapping[str, Array]
    preactivations: Mapping[str, Array]
    dh: Array
    dc: Array | None

    def __repr__(self) -> str:
        """Return its sizes in a line: all its numbers would fill the screen."""
        steps, units = self.h.shape
        return f"<LayerTrace: T={steps}, D={self.x.shape[1]}, H={units}>"


@dataclass(frozen=True)
class Segment:
    """A network that runs for a part of the time: of an encoder and a decoder each is one.

    Attributes
    ----------
    name : {"encoder", "decoder"}
        Its parameters' names begin with it: "encoder.weight_ih_l0".
    start, stop : int
        Its steps.
    layers : tuple of str
        Its layers, by their names in `Trace.layers`.
    width : int
        How many numbers its first layer reads a step.
    """

    name: str
    start: int
    stop: int
    layers: tuple[str, ...]
    width: int


@dataclass(frozen=True, eq=False)
class Bridge:
    """What passes from an encoder to its decoder. S source steps, N steps of the decoder, C = directions · H.

    Attributes
    ----------
    context : dict of (C,)
        By the encoder's layer it is taken from ("l0", both directions together), the top one's last. Of a decoder
        that begins with it there is one a layer, else that of the top.
    d_context : dict of (C,)
        The loss's gradient by it.
    attention, scores : (N, S) or None
        The weights α, each row of which adds up to 1, and what they are the softmax of.
    attended : (N, C) or None
        Σ α h of the encoder's top states.
    mixed : (N, H) or None
        tanh(W [h; attended] + b), what is then answered from.
    hypotheses : tuple of (tuple of int, float)
        Of a decoder that wrote by itself: the answers that were kept at the end, the best first, and the log of their
        probability, in nats.
    stopped : bool
        Whether the decoder came to an end by itself; else it was stopped.
    asked : int
        How many steps the right answer has, END among them. One that writes by itself may write fewer or more, and
        `Trace.targets` has those of the steps that it took.
    """

    context: Mapping[str, Array]
    d_context: Mapping[str, Array]
    attention: Array | None = None
    scores: Array | None = None
    attended: Array | None = None
    mixed: Array | None = None
    hypotheses: tuple[tuple[tuple[int, ...], float], ...] = ()
    stopped: bool = True
    asked: int = 0


@dataclass(frozen=True)
class Moment:
    """Where a network stood in its training.

    Attributes
    ----------
    problem : str or None
        What it is trained on, by its name in `rnnviz.tasks.problems`; None: a problem of a person's own.
    updates : int
        How many updates it had taken.
    """

    problem: str | None
    updates: int


@dataclass(frozen=True, eq=False)
class Trace:
    """One run, forward and backward. T time, D input, O output; float64 unless said otherwise.

    Attributes
    ----------
    experiment : Experiment
    kind : {"symbols", "numbers"}
        Whether outputs are logits over ``answers`` (cross-entropy in nats) or values (mean squared error).
    labels : T strings
        What a person reads above each step.
    alphabet : D strings or None
        What each component of a one-hot input stands for.
    answers : O strings or None
        What each output stands for.
    inputs : (T, D)
    targets : (T,) int64 or (T, O)
        `NO_TARGET`, or NaN, where a step has none.
    outputs : (T, O)
        Logits or predicted values; a row of NaN where a recorded module gives no answer.
    losses : (T,)
        The loss L is their sum; 0 where the step has no target or does not count.
    parameters, parameter_grads : dict of arrays
        Under torch's names ("weight_ih_l0", …) and "weight_ho" (O, directions·H), "bias_o" (O,).
        Gradients are those after clipping, if the experiment clips.
    grad_norm : float
        Global 2-norm of the parameter gradients before clipping.
    dtop : (T, directions·H)
        Gradient dL/dh_t of the top's output by the readout alone: what starts the way back.
    layers : dict of LayerTrace
        "l0", "l0_reverse", "l1", …
    unit_names : H strings or None
        What each unit of a hand-built network stands for.
    dtop_by_loss : (T, T, directions·H) or None
        Entry [k, t] is ``dtop``'s part that comes from L_k, where a loss reads states of other steps than its own; None
        where L_k reads step k alone, so that ``dtop[k]`` is its part.
    recorded : str or None
        Of a module that `rnnviz.record` looked into: what it is. Its ``experiment`` then names only its shape.
    answered : {"readout", "states", "head", "once"}
        What ``outputs`` are: one linear map of the top's h, W_ho h + b_o; of a recorded module also those h themselves;
        what any other head makes of them; or the one answer for the whole sequence, in the last row, NaN before it.
    loss_kind : {"cross_entropy", "squared_error", "own", "sum"} or None
        Of a recorded module what a step's loss is: as ``kind`` says, a function of a person's own, or, where it was
        given neither target nor loss, the sum of the last h of the top. None: as ``kind`` says.
    moment : Moment or None
        Of a network in training: what it learns, and how far it has come. What its ``experiment`` reads has no say.
    segments : tuple of Segment
        Of an encoder and a decoder both, in their order: their steps follow one another along the one time axis, T =
        S + N. Empty otherwise. Rows of ``inputs`` and of a layer's ``x`` are as wide as the wider of the two, zeros
        where one has less; where the encoder's reverse layers have no steps, theirs are NaN; ``outputs`` are, too,
        before the decoder begins.
    bridge : Bridge or None
        What passes from one to the other.
    """

    experiment: Experiment
    kind: str
    labels: tuple[str, ...]
    alphabet: tuple[str, ...] | None
    answers: tuple[str, ...] | None
    inputs: Array
    targets: NDArray[np.int64] | Array
    outputs: Array
    losses: Array
    parameters: Mapping[str, Array]
    parameter_grads: Mapping[str, Array]
    grad_norm: float
    dtop: Array
    layers: Mapping[str, LayerTrace]
    unit_names: tuple[str, ...] | None = None
    dtop_by_loss: Array | None = None
    recorded: str | None = None
    answered: str = "readout"
    loss_kind: str | None = None
    moment: Moment | None = None
    segments: tuple[Segment, ...] = ()
    bridge: Bridge | None = None

    def __repr__(self) -> str:
        """Return what ran in a line: all its numbers would fill the screen."""
        asked = self.experiment
        layers = f"{asked.num_layers} layer{'s' if asked.num_layers > 1 else ''}"
        both = " in both directions" if asked.bidirectional else ""
        return f"<Trace: {self.brief}, {layers}{both}, L={self.losses.sum():.4g}>"

    @property
    def brief(self) -> str:
        """What ran, in a few words: "lstm, T=11, H=5"; another shape by its name, two networks' steps S + N."""
        asked = self.experiment
        shape = f" {asked.shape}" if asked.shape != Experiment.shape else ""
        steps = "+".join(str(part.stop - part.start) for part in self.segments) or str(self.steps)
        return f"{asked.cell}{shape}, T={steps}, H={self.layers['l0'].h.shape[1]}"

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return len(self.labels)

    @property
    def probabilities(self) -> Array | None:
        """(T, O) softmax of the outputs; None where the outputs are numbers."""
        if self.kind != "symbols":
            return None
        raised = np.exp(self.outputs - self.outputs.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    @property
    def first_nonfinite_step(self) -> int | None:
        """The first step (0-based) at which a state, an output or the loss is NaN or infinite; None if none is."""
        silent = (np.arange(self.steps) < self.steps - 1) & (self.answered == "once")
        if self.segments:
            silent = np.arange(self.steps) < self.segments[-1].start
        broken = ~((silent | np.isfinite(self.outputs).all(axis=1)) & np.isfinite(self.losses))
        for name, layer in self.layers.items():
            own = slice(0, self.segments[0].stop) if self.segments and name.endswith("_reverse") else slice(None)
            broken[own] |= ~np.isfinite(layer.h[own]).all(axis=1)
            if layer.c is not None:
                broken[own] |= ~np.isfinite(layer.c[own]).all(axis=1)
        return int(broken.argmax()) if broken.any() else None
