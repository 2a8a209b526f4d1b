"""An answer written out: y_t as the nest of functions of all inputs that it is, and what each input contributes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnviz.checks import ExperimentError, whole
from rnnviz.gradients.influences import input_jacobians, readout
from rnnviz.gradients.magnitude import row_norms, scaled
from rnnviz.gradients.reading import answered
from rnnviz.trace import Array, Trace

DEPTH = 4


@dataclass(frozen=True, eq=False)
class Expansion:
    """One output, expanded. T time, O output.

    Attributes
    ----------
    text : str
        The nested form, as the texts on recurrent networks write it: ``y_3 = g(W_ho f(W_ih x_3 + W_hh f(…)))``, biases
        left out. Steps are counted from 1.
    contributions : (T, O)
        (∂y_t/∂x_s) x_s for each input: what the output would lose, to first order, without it.
    norms : (T,)
        ‖(∂y_t/∂x_s) x_s‖₂.
    rest : (O,)
        y_t less all contributions: what the biases give, and the nonlinearities' curvature. Of a linear network without
        biases, zero.
    """

    text: str
    contributions: Array
    norms: Array
    rest: Array


def expansion(trace: Trace, t: int, depth: int = DEPTH) -> Expansion:
    """Expand the output of step ``t``.

    Parameters
    ----------
    trace : Trace
    t : int
        Step, 0-based.
    depth : int
        How many nested steps to spell out before "…".

    Raises
    ------
    ExperimentError
        If there is no such step or it has no answer, the depth is below 1, or the outputs are no linear readout (of a
        recorded module).
    """
    t, depth = whole(0)("t", t), whole(1)("depth", depth)
    if t >= trace.steps:
        raise ExperimentError("t", t, "error.no_step", most=trace.steps - 1)
    if not answered(trace)[t]:
        raise ExperimentError("t", t, "error.no_answer", least=int(answered(trace).argmax()))
    rows = np.zeros((trace.steps, *readout(trace).shape))
    rows[t] = readout(trace)
    blocks, exponents = input_jacobians(trace, rows)
    jacobians = scaled(blocks[t], exponents[t][:, None, None])
    contributions = np.einsum("sod,sd->so", jacobians, trace.inputs)
    rest = trace.outputs[t] - contributions.sum(axis=0)
    return Expansion(nested_form(trace, t, depth), contributions, row_norms(contributions), rest)


def nested_form(trace: Trace, t: int, depth: int = DEPTH) -> str:
    """Return the nested form of the output of step ``t`` (0-based), spelled out ``depth`` steps deep."""
    experiment = trace.experiment
    level = experiment.num_layers - 1
    read = "x" if level == 0 else f"h{_raised(level)}"
    ways = [_state(experiment.cell, read, t, depth, 1, 0, trace.steps)]
    if experiment.directions > 1:
        ways.append(_state(experiment.cell, read, t, depth, -1, 0, trace.steps))
    inner = ways[0] if len(ways) == 1 else f"[{'; '.join(ways)}]"
    skip = f" + {read}_{t + 1}" if experiment.residual and level else ""
    return f"y_{t + 1} = g(W_ho {f'({inner}{skip})' if skip else inner})"


def _state(cell: str, read: str, t: int, depth: int, way: int, nesting: int, steps: int) -> str:
    """Return h_t as a function of what its layer has read."""
    if not 0 <= t < steps:
        return "0"
    if nesting == depth:
        return "…"
    before = _state(cell, read, t - way, depth, way, nesting + 1, steps)
    if cell == "rnn":
        return f"f(W_ih {read}_{t + 1})" if before == "0" else f"f(W_ih {read}_{t + 1} + W_hh {before})"
    return f"{cell.upper()}({read}_{t + 1}, {before})"


def _raised(level: int) -> str:
    return "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(level))
