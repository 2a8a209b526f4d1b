"""Training in every shape: one engine against the other, both against single runs; what is fed, kept and refused."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from rnnviz.engines.numpy_engine import trace
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.tasks.problems import PROBLEMS, Posed
from rnnviz.tasks.shaping import width_of
from rnnviz.training import History, start
from rnnviz.training.learner import Learner, learner_named
from rnnviz.training.minibatch import Minibatch
from rnnviz.training.settings import ENGINES, Settings
from rnnviz.training.source import TRAIN, prepared, validation_of
from tests.engines.draws import random_parameters
from tests.training.problems import NOISE, PAIRS, alone, begun, same_history

PLAIN: dict[str, dict[str, Any]] = {
    "one to one": {"shape": "one_to_one", "cell": "rnn"},
    "one to one, deep": {
        "shape": "one_to_one",
        "cell": "rnn",
        "num_layers": 3,
        "residual": True,
        "nonlinearity": "relu",
    },
    "one to one, linear": {"shape": "one_to_one", "cell": "rnn", "num_layers": 2, "nonlinearity": "identity"},
    "one to many": {"shape": "one_to_many", "cell": "gru"},
    "one to many, every": {"shape": "one_to_many", "feed": "every", "cell": "lstm", "num_layers": 2, "residual": True},
    "many to one": {"shape": "many_to_one", "cell": "lstm"},
    "many to one, both ways": {"shape": "many_to_one", "cell": "gru", "bidirectional": True, "num_layers": 2},
    "many to one, mean": {"shape": "many_to_one", "cell": "rnn", "readout": "mean", "bidirectional": True},
    "many to one, max": {"shape": "many_to_one", "cell": "lstm", "readout": "max", "num_layers": 2, "residual": True},
    "many to one, in chunks": {"shape": "many_to_one", "cell": "lstm", "readout": "mean", "truncate": 2},
}
CELLS = ("lstm", "gru", "rnn")
NINE = product(("last", "transform", "all"), ("state", "input", "feedback"), ("none", "dot", "additive"))
PAIRED: dict[str, dict[str, Any]] = {
    f"{context}-{decoder}-{attention}": {
        "context": context,
        "decoder": decoder,
        "attention": attention,
        "cell": CELLS[k % 3],
        "forcing": 0.5 if k % 2 else 1.0,
    }
    for k, (context, decoder, attention) in enumerate(NINE)
} | {
    "deep": {"cell": "lstm", "decoder": "state", "num_layers": 2, "residual": True},
    "deep, transform": {"cell": "gru", "decoder": "state", "context": "transform", "num_layers": 2, "forcing": 0.0},
    "both ways": {"cell": "lstm", "bidirectional": True, "num_layers": 2, "attention": "additive", "forcing": 0.5},
    "both ways, transform": {"cell": "lstm", "bidirectional": True, "decoder": "state", "context": "transform"},
    "both ways, all": {"cell": "rnn", "bidirectional": True, "decoder": "input", "context": "all", "residual": True},
}
CASES: dict[str, dict[str, Any]] = PLAIN | {name: {"shape": "encoder_decoder", **own} for name, own in PAIRED.items()}
each_case = pytest.mark.parametrize("case", CASES)
each_engine = pytest.mark.parametrize("engine", ENGINES)
each_kind = pytest.mark.parametrize("kind", NOISE)
FEW = ("one to one", "one to many", "many to one, max", "last-feedback-dot", "both ways")
a_few = pytest.mark.parametrize("case", FEW)
ONCE = ("one to one, deep", "one to many, every", "many to one, both ways", "many to one, max", "both ways")
WAYS = (*(name for name in PAIRED if name.endswith("-none")), "last-feedback-dot", "transform-state-additive")
LONG = {case: tuple(NOISE)[k % 2] for k, case in enumerate((*ONCE, *WAYS))}
"""Trainings that are followed for long: every shape, and every way from an encoder to its decoder."""


def of_case(case: str) -> Experiment:
    return Experiment(hidden_size=3, **CASES[case])


def problem_of(case: str, kind: str = "symbols") -> Posed:
    return (NOISE if case in PLAIN else PAIRS)[kind]


def drawn(experiment: Experiment, problem: Posed, size: int = 6, forcing: float = 1.0) -> Minibatch:
    return prepared(problem.batch(np.random.default_rng(2), size), experiment, forcing, TRAIN, 1)


def learner(engine: str, experiment: Experiment, problem: Posed, **settings: Any) -> Learner:
    weights = random_parameters(experiment, width_of(problem, experiment.shape), problem.outputs, seed=1, scale=0.7)
    return learner_named(engine)(experiment, Settings(engine=engine, dtype="float64", **settings), weights)


@each_kind
@each_case
def test_the_engines_agree_update_by_update(case: str, kind: str) -> None:
    steps = 50 if LONG.get(case) == kind else 6
    how = {"steps": steps, "validate_every": steps // 2, "trace_every": steps // 2, "learning_rate": 0.005}
    ours, theirs = (begun(of_case(case), problem_of(case, kind), engine=engine, **how).run() for engine in ENGINES)
    assert ours.updates == steps and ours.diverged is None
    same_history(ours, theirs, 1e-6 if steps == 50 else 1e-9)
    assert len(set(ours.loss)) == steps, "it learns"


@each_engine
@each_kind
@each_case
def test_a_filled_up_minibatch_is_its_sequences_one_at_a_time(case: str, kind: str, engine: str) -> None:
    """Outputs, loss and gradients are those of single runs, which the engines' own tests hold against autograd."""
    experiment, problem = of_case(case).replace(forcing=1.0).replace(truncate=None), problem_of(case, kind)
    batch = drawn(experiment, problem)
    assert batch.count and (case.startswith("one to one") or batch.inside is not None)
    assert case in PLAIN or batch.source_inside is not None
    taught = learner(engine, experiment, problem, optimiser="sgd", learning_rate=1.0)
    before, found = taught.parameters(), taught.gradients(batch, {})
    traces = [trace(experiment, alone(batch, b), before) for b in range(len(batch.lengths))]
    for b, one in enumerate(traces):
        said = ~np.isnan(one.outputs[:, 0])
        mine = found.outputs[: batch.lengths[b], b][-len(said) :][said]
        np.testing.assert_allclose(mine, one.outputs[said], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.loss, sum(one.losses.sum() for one in traces) / batch.count, rtol=1e-9)
    taught.step(1)
    for name, value in taught.parameters().items():
        wanted = sum(one.parameter_grads[name] for one in traces) / batch.count
        np.testing.assert_allclose(before[name] - value, wanted, rtol=1e-9, atol=1e-9, err_msg=name)


# What a decoder is fed


@each_engine
@each_kind
def test_a_decoder_reads_its_own_outputs_where_it_is_not_forced(engine: str, kind: str) -> None:
    """Fed once more with what it said before, it says the same; and it matters."""
    experiment, problem = of_case("last-feedback-dot"), PAIRS[kind]
    batch, taught = drawn(experiment, problem, forcing=0.5), learner(engine, experiment, problem)
    assert batch.forced is not None and 0.2 < batch.forced.mean() < 0.8
    said = taught.answer(batch).outputs
    own = said[batch.sources : -1]
    own = np.eye(own.shape[-1])[own.argmax(axis=-1)] if kind == "symbols" else own
    x = batch.x.copy()
    later = x[batch.sources + 1 :]
    later[...] = np.where(batch.forced[1:, :, None], later, own)
    again = Minibatch(kind, x, batch.targets, batch.counts, batch.lengths, batch.sources, batch.source_lengths)
    np.testing.assert_allclose(taught.answer(again).outputs, said, rtol=1e-9, atol=1e-12)
    right = Minibatch(kind, batch.x, batch.targets, batch.counts, batch.lengths, batch.sources, batch.source_lengths)
    assert not np.allclose(taught.answer(right).outputs[batch.sources :], said[batch.sources :])


def test_how_often_the_right_output_is_read_is_drawn_anew_for_each_update_and_always_the_same() -> None:
    experiment = of_case("last-feedback-dot").replace(forcing=0.7)
    batch = PAIRS["symbols"].batch(np.random.default_rng(2), 500)
    first, again, other = (prepared(batch, experiment, 0.7, TRAIN, update).forced for update in (1, 1, 2))
    assert first is not None and other is not None
    np.testing.assert_array_equal(first, again)
    assert (first != other).any() and first.mean() == pytest.approx(0.7, abs=0.03)
    assert prepared(batch, experiment, 1.0, TRAIN, 1).forced is None
    assert prepared(batch, experiment.replace(decoder="input"), 0.0, TRAIN, 1).forced is None


def test_in_validation_a_decoder_writes_by_itself() -> None:
    found = validation_of(of_case("last-feedback-dot"), Settings(), PAIRS["symbols"])
    assert found is not None and found.forced is not None and not found.forced.any()


# What is kept, and what is refused


def run_of(case: str, engine: str = "torch", **how: Any) -> History:
    return begun(of_case(case), problem_of(case), engine=engine, trace_every=6, **how).run()


@a_few
def test_a_trace_of_a_moment_is_a_run_of_its_parameters(case: str) -> None:
    history = run_of(case)
    for probe, inputs in enumerate(history.probes):
        for moment, one in zip(history.moments, history.traces(probe), strict=True):
            weights = {name: value.astype(np.float64) for name, value in history.parameters(moment).items()}
            wanted = trace(history.experiment.replace(forcing=1.0), inputs, weights)
            np.testing.assert_array_equal(one.outputs, wanted.outputs)
            np.testing.assert_array_equal(one.layers["l0"].dh, wanted.layers["l0"].dh)
            assert one.moment is not None and one.moment.updates == moment


def test_probes_are_traced_with_the_right_outputs_so_that_all_moments_have_as_many_steps() -> None:
    experiment = of_case("last-feedback-dot").replace(forcing=0.0)
    history = begun(experiment, PAIRS["symbols"], engine="torch", trace_every=6).run()
    assert {one.steps for one in history.traces()} == {len(history.probes[0].inputs)}


@each_engine
@a_few
def test_where_a_training_breaks_is_found(case: str, engine: str) -> None:
    how = {"steps": 200, "learning_rate": 1e3, "optimiser": "sgd", "engine": engine}
    experiment = of_case(case).replace(cell="rnn").replace(nonlinearity="identity")
    history = begun(experiment, problem_of(case, "numbers"), **how).run()
    broke = history.diverged
    assert broke is not None and broke.update == history.updates + 1 and broke.sentence().endswith(".")
    assert broke.quantity == "parameter" or broke.step is not None or broke.quantity == "loss"


def test_a_problem_is_learned_in_the_shapes_that_suit_it() -> None:
    for shape in ("one_to_many", "encoder_decoder"):
        with pytest.raises(ExperimentError, match="shape") as refused:
            start(Experiment(shape=shape), PROBLEMS["adding"])
        assert refused.value.field == "shape"
