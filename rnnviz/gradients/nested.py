"""An answer written out: y_t as the nest of functions of all inputs that it is, and what each input contributes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnviz.checks import ExperimentError, whole
from rnnviz.gradients.influences import input_jacobians, readout
from rnnviz.gradients.magnitude import row_norms, scaled
from rnnviz.gradients.reading import answered, pools
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
    state = _both(trace, t, depth)
    if trace.segments:
        told = f"h_{t + 1} = {state}, {_context(trace)}"
        if experiment.attention == "none":
            return f"y_{t + 1} = g(W_ho {state}), {_context(trace)}"
        return f"y_{t + 1} = g(W_ho tanh(W [h_{t + 1}; Σ_s α_{t + 1},s h_s])), {told}"
    if pools(trace) and experiment.readout != "last":
        pooled = f"(1/{trace.steps}) Σ_t h_t" if experiment.readout == "mean" else "max_t h_t"
        return f"y_{t + 1} = g(W_ho {pooled}), h_{t + 1} = {state}"
    return f"y_{t + 1} = g(W_ho {state})"


def _both(trace: Trace, t: int, depth: int) -> str:
    """Return what the top gives at step ``t``: of one direction or of both, with what it read if connections skip."""
    experiment = trace.experiment
    level = experiment.num_layers - 1
    read = "x" if level == 0 else f"h{_raised(level)}"
    ways = [_state(trace, read, t, depth, 1)]
    if experiment.directions > 1 and not trace.segments:
        first = 0 if pools(trace) and experiment.readout == "last" else t  # where the layer from the end has come to
        ways.append(_state(trace, read, first, depth, -1))
    inner = ways[0] if len(ways) == 1 else f"[{'; '.join(ways)}]"
    return f"({inner} + {read}_{t + 1})" if experiment.residual and level else inner


def _context(trace: Trace) -> str:
    """Return what the context is."""
    last = trace.segments[0].stop
    end = f"[h_{last}; h_1]" if trace.experiment.bidirectional else f"h_{last}"
    made = {"last": end, "transform": f"tanh(W_c {end})", "all": f"(1/{last}) Σ_s h_s"}
    return f"c = {made[trace.experiment.context]}"


def _state(trace: Trace, read: str, t: int, depth: int, way: int, nesting: int = 0) -> str:
    """Return h_t as a function of what its layer has read."""
    start = trace.segments[-1].start if trace.segments else 0
    if not start <= t < trace.steps:
        return "c" if trace.segments and trace.experiment.decoder == "state" else "0"
    if nesting == depth:
        return "…"
    before = _state(trace, read, t - way, depth, way, nesting + 1)
    given = _read(trace, read, t)
    if trace.experiment.cell != "rnn":
        return f"{trace.experiment.cell.upper()}({', '.join(part for part in (given, before) if part)})"
    sums = [f"W_ih {given}"] if given else []
    return f"f({' + '.join(sums if before == '0' else [*sums, f'W_hh {before}'])})"


def _read(trace: Trace, read: str, t: int) -> str:
    """Return what a layer reads at step ``t``; the first of a decoder no input, but the context, or nothing."""
    if not trace.segments or read != "x":
        return f"{read}_{t + 1}"
    fed = f"[y_{t}; c]" if t > trace.segments[-1].start else "[0; c]"
    return {"state": "", "input": "c", "feedback": fed}[trace.experiment.decoder]


def _raised(level: int) -> str:
    return "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(level))
