"""A cell's two halves belong together, and its source, which the page shows, is the code that runs."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from types import FrameType
from typing import Any

import numpy as np
import pytest

from rnnviz.cells import CELLS, Cell, cell_named
from rnnviz.cells.base import free, relu, sigmoid, tanh
from rnnviz.engines.numpy_engine import trace
from rnnviz.experiment import CELLS as CELL_NAMES
from rnnviz.experiment import GATES, NONLINEARITIES, Experiment
from rnnviz.trace import Array, Trace
from tests.engines.draws import random_inputs, random_parameters

ALL = [(name, nonlinearity) for name, choices in CELLS.items() for nonlinearity in choices]
each_cell = pytest.mark.parametrize(("name", "nonlinearity"), ALL)
T, H = 6, 3


def traced(name: str, nonlinearity: str) -> Trace:
    experiment = Experiment(cell=name, nonlinearity=nonlinearity, hidden_size=H)
    data = random_inputs("symbols", T, 2, 3, seed=1)
    return trace(experiment, data, random_parameters(experiment, 2, 3, seed=2))


def recorded(run: Trace) -> dict[str, Array]:
    """Return a run's quantities by name."""
    layer = run.layers["l0"]
    return {**layer.gates, **({} if layer.c is None else {"c": layer.c}), "h": layer.h}


def test_the_registry_has_every_cell_of_an_experiment_and_one_order_of_gates() -> None:
    assert tuple(CELLS) == CELL_NAMES == tuple(GATES)
    assert tuple(CELLS["rnn"]) == NONLINEARITIES
    for name, choices in CELLS.items():
        assert all(cell.gates == GATES[name] for cell in choices.values())
    assert cell_named("lstm", "relu") is cell_named("lstm")
    assert len({cell_named("rnn", nonlinearity) for nonlinearity in NONLINEARITIES}) == 3


# The source


@each_cell
def test_the_forward_function_has_its_own_source_and_runs_once_a_step(name: str, nonlinearity: str) -> None:
    """Each cell writes its equations out: what a page shows for it is not inherited and not a wrapper."""
    function = cell_named(name, nonlinearity).forward
    assert f"class {cell_named(name, nonlinearity).__name__}" in inspect.getsource(inspect.getmodule(function))
    assert function.__qualname__ == f"{cell_named(name, nonlinearity).__name__}.forward"
    ran = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            ran.append(frame.f_code)

    sys.setprofile(watch)
    try:
        traced(name, nonlinearity)
    finally:
        sys.setprofile(None)
    assert ran.count(function.__code__) == T
    lines, first = inspect.getsourcelines(function)
    assert function.__code__.co_firstlineno == first
    assert lines[0].strip() == "@staticmethod"


@each_cell
def test_each_quantity_is_assigned_by_one_line_of_that_name(name: str, nonlinearity: str) -> None:
    source = ast.parse(textwrap.dedent(inspect.getsource(cell_named(name, nonlinearity).forward)))
    targets = [
        target.id
        for node in ast.walk(source)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert targets == list(recorded(traced(name, nonlinearity)))


@each_cell
def test_the_lines_executed_as_text_give_the_traces_very_bits(name: str, nonlinearity: str) -> None:
    """Cut the source out, run it by itself on the weights and inputs of a trace: the same numbers come out."""
    run, cell = traced(name, nonlinearity), cell_named(name, nonlinearity)
    source = textwrap.dedent(inspect.getsource(cell.forward)).replace(
        "@staticmethod\n", "from __future__ import annotations\n"
    )
    names: dict[str, Any] = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}
    exec(source, names)
    weights = run.parameters
    h = c = np.zeros(H)
    blocks = len(cell.blocks), H
    all_from_x = run.inputs @ weights["weight_ih_l0"].T + weights["bias_ih_l0"]
    for t in range(T):
        from_h = weights["weight_hh_l0"] @ h + weights["bias_hh_l0"]
        values = names["forward"](all_from_x[t].reshape(blocks), from_h.reshape(blocks), h, c, free)
        for quantity, rows in recorded(run).items():
            assert values[quantity].tobytes() == rows[t].tobytes(), (quantity, t)
        h, c = values["h"], values.get("c", c)


# The backward half


@each_cell
def test_backward_is_the_derivative_of_forward(name: str, nonlinearity: str) -> None:
    """One step by itself: the chain rule's lines against central differences of the equations' lines."""
    cell = cell_named(name, nonlinearity)
    rng = np.random.default_rng(3)
    blocks = len(cell.blocks)
    start = {"from_x": rng.standard_normal((blocks, H)), "from_h": rng.standard_normal((blocks, H))}
    start |= {"h_prev": rng.standard_normal(H), "c_prev": rng.standard_normal(H)}
    dh, dc = rng.standard_normal(H), rng.standard_normal(H) * cell.has_c

    def loss(values: dict[str, Array]) -> float:
        step = cell.forward(**values, hold=free)
        return float(dh @ step["h"] + (dc @ step["c"] if cell.has_c else 0.0))

    adjoint = back(cell, start, dh, dc)
    if not cell.has_c:
        del start["c_prev"]
    for quantity, expected in start.items():
        for index in np.ndindex(expected.shape):
            moved = {sign: {**start, "c_prev": start.get("c_prev", dc)} for sign in (1, -1)}
            for sign, values in moved.items():
                values[quantity] = expected.copy()
                values[quantity][index] += sign * 1e-6
            slope = (loss(moved[1]) - loss(moved[-1])) / 2e-6
            assert adjoint[quantity][index] == pytest.approx(slope, rel=1e-7, abs=1e-9), quantity


@each_cell
def test_backward_takes_many_adjoints_at_once(name: str, nonlinearity: str) -> None:
    cell = cell_named(name, nonlinearity)
    rng = np.random.default_rng(4)
    start = {"from_x": rng.standard_normal((len(cell.blocks), H)), "from_h": rng.standard_normal((len(cell.blocks), H))}
    start |= {"h_prev": rng.standard_normal(H), "c_prev": rng.standard_normal(H)}
    dh, dc = rng.standard_normal((2, 5, H)), rng.standard_normal((2, 5, H)) * cell.has_c
    many = back(cell, start, dh, dc)
    for index in np.ndindex(2, 5):
        one = back(cell, start, dh[index], dc[index])
        for quantity, array in one.items():
            found = many[quantity][(slice(None), *index)] if quantity.startswith("from") else many[quantity][index]
            assert found.tobytes() == array.tobytes(), quantity


def back(cell: type[Cell], start: dict[str, Array], dh: Array, dc: Array) -> dict[str, Array]:
    """Take one step back from ``dh`` and ``dc`` and return the gradients of all that the step was given."""
    step = cell.forward(**start, hold=free)
    sums = cell.sums(start["from_x"], start["from_h"], step)
    local = np.array(list(cell.derivatives(step, sums, start["h_prev"], start["c_prev"]).values()))
    adjoint = cell.backward(dh, dc, local)
    return {
        "from_x": np.array(adjoint.from_x),
        "from_h": np.array(adjoint.from_h),
        "h_prev": np.broadcast_to(adjoint.h_prev, dh.shape),
        "c_prev": adjoint.c_prev,
        "dc": adjoint.dc,
    }


# The activations


def test_the_sigmoid_is_right_to_the_last_digits_where_it_is_small() -> None:
    a = np.linspace(-700, 40, 500)
    exact = np.array([float(np.longdouble(1) / (1 + np.exp(-np.longdouble(value)))) for value in a])
    np.testing.assert_allclose(sigmoid(a), exact, rtol=1e-15)


def test_the_sigmoid_ends_at_exactly_zero_and_one() -> None:
    with np.errstate(over="ignore"):
        assert sigmoid(np.array([-np.inf, -1e4, 0.0, 1e4, np.inf])).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_activations_leave_their_argument_alone_and_let_nan_through() -> None:
    a = np.array([-1.0, np.nan, 2.0])
    for activation in (sigmoid, tanh, relu):
        assert np.isnan(activation(a)).tolist() == [False, True, False]
    assert a[[0, 2]].tolist() == [-1.0, 2.0]
