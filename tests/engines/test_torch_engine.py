"""The torch engine gives what the NumPy engine gives, in all that a trace has, and what torch's autograd gives."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch.utils._python_dispatch import TorchDispatchMode

from rnnviz import run
from rnnviz.engines import DTYPES, ENGINES, engine_named, numpy_engine
from rnnviz.engines.torch_engine import trace
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.initial import initial_parameters
from rnnviz.trace import Array, Trace
from tests.engines.draws import Case, cases, random_inputs, random_parameters
from tests.engines.oracle import looped
from tests.engines.test_autograd import same_run
from tests.sources import ROOT


def arrays(trace: Trace) -> Iterator[tuple[str, Array]]:
    """Yield every array of a trace under a name, but for the targets."""
    yield from (("inputs", trace.inputs), ("outputs", trace.outputs), ("losses", trace.losses), ("dtop", trace.dtop))
    yield "norm", np.array(trace.grad_norm)
    yield from ((f"gradient of {name}", grad) for name, grad in trace.parameter_grads.items())
    for name, layer in trace.layers.items():
        states = {key: getattr(layer, key) for key in ("x", "h", "c", "h0", "c0", "dh", "dc")}
        for quantity, value in (states | dict(layer.gates)).items():
            if value is not None:
                yield f"{quantity} of {name}", value
        yield from ((f"sum of {key} of {name}", value) for key, value in layer.preactivations.items())


def same_trace(ours: Trace, theirs: Trace, tolerance: float, rounding: float) -> None:
    """Assert that two traces have the same arrays, each within ``tolerance`` of its largest entry.

    ``rounding`` is what a sum of gradients that cancel may be off, in parts of the largest of them; and so may one
    that begins in an answer and a target that cancel, in parts of the answer.
    """
    largest = max(np.abs(layer.dh).max() for layer in theirs.layers.values())
    slack = rounding * max(largest, np.abs(theirs.outputs).max())
    for (name, mine), (wanted, value) in zip(arrays(ours), arrays(theirs), strict=True):
        assert (name, mine.shape, mine.dtype) == (wanted, value.shape, np.dtype(np.float64))
        small = slack if name.startswith(("gradient", "d", "norm")) else rounding
        assert np.abs(mine - value).max(initial=0) <= tolerance * np.abs(value).max(initial=0) + small, name
    assert ours.experiment == theirs.experiment
    assert (ours.kind, ours.labels, ours.answers) == (theirs.kind, theirs.labels, theirs.answers)
    np.testing.assert_array_equal(ours.targets, theirs.targets)


def tame(case: Case) -> Case:
    """Return a case whose matrices stretch nothing: in others float32's rounding grows from step to step."""
    experiment, data, parameters = case
    stretch = {name: float(np.linalg.norm(value, 2)) for name, value in parameters.items() if value.ndim == 2}
    return experiment, data, parameters | {name: parameters[name] / max(1.0, most) for name, most in stretch.items()}


# The same numbers


@given(cases())
@settings(max_examples=100, deadline=None)
def test_every_array_equals_the_numpy_engines(case: Case) -> None:
    same_trace(trace(*case), numpy_engine.trace(*case), 1e-9, 1e-13)


@given(cases(held=True))
@settings(max_examples=100, deadline=None)
def test_held_gates_too(case: Case) -> None:
    same_trace(trace(*case), numpy_engine.trace(*case), 1e-9, 1e-13)


@given(cases(truncated=True))
@settings(max_examples=60, deadline=None)
def test_truncated_too(case: Case) -> None:
    same_trace(trace(*case), numpy_engine.trace(*case), 1e-9, 1e-13)


@given(cases())
@settings(max_examples=100, deadline=None)
def test_float32_equals_to_five_digits(case: Case) -> None:
    case = tame(case)
    same_trace(trace(*case, dtype="float32"), numpy_engine.trace(*case), 1e-5, 1e-6)


@given(cases(truncated=True, held=True))
@settings(max_examples=60, deadline=None)
def test_float32_truncated_and_held_too(case: Case) -> None:
    case = tame(case)
    same_trace(trace(*case, dtype="float32"), numpy_engine.trace(*case), 1e-5, 1e-6)


@given(cases())
@settings(max_examples=100, deadline=None)
def test_states_and_gradients_equal_an_open_loop_with_retain_grad(case: Case) -> None:
    same_run(trace(*case), looped(*case))


# Where digits run out


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-9), ("float32", 1e-3)])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_vanishing_gradient_keeps_its_digits_at_every_step(cell: str, dtype: str, tolerance: float) -> None:
    """Each row by itself, down to sizes that float32 has no numbers for."""
    experiment = Experiment(cell=cell, hidden_size=5, loss="last")
    data = random_inputs("symbols", 300, 3, 4, seed=1)
    parameters = random_parameters(experiment, 3, 4, seed=2, scale=0.25)
    ours = trace(experiment, data, parameters, dtype).layers["l0"].dh
    theirs = numpy_engine.trace(experiment, data, parameters).layers["l0"].dh
    norms = np.linalg.norm(theirs, axis=1)
    assert 0 < norms[0] < np.finfo(np.float32).smallest_subnormal
    assert (np.linalg.norm(ours - theirs, axis=1) <= tolerance * norms).all()


def test_a_saturated_unit_keeps_its_slope_in_float32() -> None:
    """tanh(8) is 0.9999998: one digit of 1 − h² is left in float32."""
    experiment = Experiment(cell="rnn", hidden_size=2, loss="last")
    data = random_inputs("numbers", 4, 1, 1, seed=1)
    parameters = random_parameters(experiment, 1, 1, seed=2, scale=0.1) | {"bias_ih_l0": np.array([8.0, -8.0])}
    ours, theirs = (engine(experiment, data, parameters) for engine in _engines("float32"))
    np.testing.assert_allclose(ours.layers["l0"].dh, theirs.layers["l0"].dh, rtol=1e-4)


def test_float32_leaves_the_digits_of_float32_in_all_that_was_computed_in_it() -> None:
    experiment = Experiment(cell="gru", hidden_size=4, num_layers=2, residual=True)
    data = random_inputs("numbers", 9, 2, 1, seed=1)
    found = trace(experiment, data, random_parameters(experiment, 2, 1, seed=2), "float32")
    for layer in found.layers.values():
        for value in (layer.x, layer.h):
            assert (value == value.astype(np.float32)).all()
    assert all((value == value.astype(np.float32)).all() for value in found.parameters.values())
    assert (found.layers["l0"].dh != found.layers["l0"].dh.astype(np.float32)).any()


# Beyond the numbers


@pytest.mark.parametrize("kind", ["symbols", "numbers"])
@pytest.mark.parametrize("nonlinearity", ["relu", "identity"])
def test_an_exploding_network_is_seen_to_the_step_where_the_numpy_engine_sees_it(kind: str, nonlinearity: str) -> None:
    experiment = Experiment(cell="rnn", nonlinearity=nonlinearity, hidden_size=3, init="identity", gain=1e60, clip=1.0)
    data = random_inputs(kind, 12, width=3, outputs=4, seed=1)
    parameters = initial_parameters(experiment, 3, 4)
    ours, theirs = trace(experiment, data, parameters), numpy_engine.trace(experiment, data, parameters)
    assert ours.first_nonfinite_step == theirs.first_nonfinite_step not in (None, 0)
    for (name, mine), (_, value) in zip(arrays(ours), arrays(theirs), strict=True):
        np.testing.assert_array_equal(np.isfinite(mine), np.isfinite(value), name)
    assert not np.isfinite(ours.grad_norm)


def test_float32_ends_before_float64_does() -> None:
    experiment = Experiment(cell="rnn", nonlinearity="relu", hidden_size=3, init="identity", gain=1e10)
    data = random_inputs("numbers", 12, width=3, outputs=1, seed=1)
    steps = [engine(experiment, data, initial_parameters(experiment, 3, 1)) for engine in _engines("float32")]
    assert 3 <= steps[0].first_nonfinite_step <= 5
    assert steps[1].first_nonfinite_step is None


@pytest.mark.parametrize("broken", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("dtype", DTYPES["torch"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_weight_that_is_not_finite_stays_visible(cell: str, dtype: str, broken: float) -> None:
    experiment = Experiment(cell=cell, hidden_size=3)
    data = random_inputs("symbols", 6, 3, 4, seed=1)
    parameters = random_parameters(experiment, 3, 4, seed=2)
    parameters["weight_hh_l0"][0, 0] = broken
    ours, theirs = trace(experiment, data, parameters, dtype), numpy_engine.trace(experiment, data, parameters)
    assert ours.first_nonfinite_step == theirs.first_nonfinite_step == 0
    np.testing.assert_array_equal(np.isnan(ours.layers["l0"].h), np.isnan(theirs.layers["l0"].h))


@pytest.mark.parametrize("dtype", DTYPES["torch"])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_gates_saturate_without_a_warning(cell: str, dtype: str) -> None:
    experiment = Experiment(cell=cell, hidden_size=3)
    data = random_inputs("symbols", 6, 3, 4, seed=1)
    parameters = random_parameters(experiment, 3, 4, seed=2, scale=1e5)
    ours, theirs = trace(experiment, data, parameters, dtype), numpy_engine.trace(experiment, data, parameters)
    assert np.isfinite(ours.layers["l0"].dh).all()
    for gate, value in theirs.layers["l0"].gates.items():
        np.testing.assert_allclose(ours.layers["l0"].gates[gate], value, atol=1e-6)


def test_one_step_and_no_target_at_all_are_runs_too() -> None:
    experiment = Experiment(cell="lstm", hidden_size=2, num_layers=2, bidirectional=True, truncate=1)
    data = random_inputs("numbers", 1, 1, 1, seed=1, blanks=1.0)
    result = trace(experiment, data, random_parameters(experiment, 1, 1, seed=1))
    assert result.losses.tolist() == [0.0]
    assert result.grad_norm == 0.0


# What a run leaves behind


def test_what_is_given_stays_as_it_was_and_may_be_read_only() -> None:
    experiment = Experiment(cell="lstm", hidden_size=3, bidirectional=True)
    data = random_inputs("symbols", 6, 3, 4, seed=1)
    parameters = random_parameters(experiment, 3, 4, seed=2)
    copies = {name: value.copy() for name, value in parameters.items()}
    for value in (data.inputs, *parameters.values()):
        value.flags.writeable = False
    for dtype in DTYPES["torch"]:
        trace(experiment, data, parameters, dtype)
    for name, value in copies.items():
        np.testing.assert_array_equal(parameters[name], value)


def test_torch_keeps_its_number_of_threads_whoever_runs_beside() -> None:
    experiment = Experiment(cell="lstm", hidden_size=8)
    data = random_inputs("symbols", 40, 3, 4, seed=1)
    parameters = random_parameters(experiment, 3, 4, seed=2)
    alone = trace(experiment, data, parameters)
    before = torch.get_num_threads()
    found: list[Trace] = []
    left: list[int] = []

    def several() -> None:
        found.extend(trace(experiment, data, parameters) for _ in range(5))
        left.append(torch.get_num_threads())

    torch.set_num_threads(3)
    try:
        threads = [threading.Thread(target=several) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [*left, torch.get_num_threads()] == [3] * 5
    finally:
        torch.set_num_threads(before)
    assert len(found) == 20
    for one in found:
        assert one.layers["l0"].dh.tobytes() == alone.layers["l0"].dh.tobytes()


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_whatever_torch_computes_it_computes_on_one_thread(cell: str) -> None:
    """On several, a thread that has to wait for a busy processor holds up the others, a thousand times a run."""

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            used[str(func)] = torch.get_num_threads()
            return func(*args, **(kwargs or {}))

    used: dict[str, int] = {}
    experiment = Experiment(cell=cell, hidden_size=3, num_layers=2, bidirectional=True)
    data = random_inputs("symbols", 6, 3, 4, seed=1)
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with Watch():
            trace(experiment, data, random_parameters(experiment, 3, 4, seed=2), "float32")
    finally:
        torch.set_num_threads(before)
    computing = {name: count for name, count in used.items() if not name.startswith("aten.empty")}
    assert len(computing) > 3
    assert set(computing.values()) == {1}, computing


def test_autograd_goes_on_after_a_run() -> None:
    run(Experiment(cell="rnn", hidden_size=2), engine="torch")
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()


# By name


def test_run_takes_the_engine_and_the_dtype_by_name() -> None:
    experiment = Experiment(cell="lstm", hidden_size=4, text="hello")
    same_trace(run(experiment, engine="torch"), run(experiment), 1e-9, 1e-13)
    found = run(experiment, engine="torch", dtype="float32")
    same_trace(found, run(experiment), 1e-5, 1e-6)
    assert (found.outputs != run(experiment).outputs).any()


@pytest.mark.parametrize(
    ("engine", "dtype", "choices"),
    [("numpy", "float32", "float64"), ("torch", "float16", "float64, float32"), ("torch", None, "float64, float32")],
)
def test_a_dtype_that_an_engine_has_not_is_answered_with_those_it_has(engine: str, dtype: str, choices: str) -> None:
    with pytest.raises(ExperimentError, match=f"but the {engine} engine computes in {choices}\\.$") as caught:
        run(Experiment(), engine=engine, dtype=dtype)
    assert (caught.value.field, caught.value.value) == ("dtype", dtype)


def test_every_engine_computes_in_float64() -> None:
    assert list(DTYPES) == list(ENGINES)
    assert all("float64" in dtypes for dtypes in DTYPES.values())


def test_torch_is_imported_when_its_engine_is_asked_for_and_not_before() -> None:
    code = """
import sys
from rnnviz import Experiment, ExperimentError, run
from rnnviz.training import load, start, to_bytes

def train(engine):
    training = start(Experiment(hidden_size=2), "adding", options={"length": 4}, steps=2, batch_size=2, engine=engine)
    training.run()
    load(to_bytes(training)).history.traces()[0]

run(Experiment())
try:
    run(Experiment(), dtype="float32")
except ExperimentError:
    print("torch" in sys.modules)
train("numpy")
print("torch" in sys.modules)
run(Experiment(), engine="torch")
print("torch" in sys.modules)
train("torch")
"""
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "False", "True"]
    assert answer.stderr == ""


def _engines(dtype: str) -> tuple:
    return engine_named("torch", dtype), engine_named("numpy")
