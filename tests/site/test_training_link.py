"""What a link or the controls ask to be trained: every word of it is defended, and the link leads back to itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

import numpy as np
import pytest

from rnnviz.experiment import CELLS
from rnnviz.site import limits
from rnnviz.site.training.link import read_plan
from rnnviz.site.training.plan import FIRST, RATES, Plan, weights
from rnnviz.site.training.presets import PRESETS
from rnnviz.site.training.settling import admit, settle
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.training import OPTIMISERS
from tests.site.visit import Visit

PLANS = {
    **PRESETS,
    **{name: Plan(problem=name) for name in PROBLEMS},
    "text, own": Plan(problem="text", options=(("text", "a=b:c&d ä 你好 " * 9), ("tokens", "words"))),
    "series, own": Plan(problem="series", options=(("series", (1.5, -2.0, 3e7, 4.0, 5.25, 1.0)), ("length", 2))),
    "unclipped": Plan().changed(clip=None),
    "all": Plan(
        problem="echo",
        options=(("length", 20), ("delay", 3), ("spread", 50)),
        optimiser="sgd",
        learning_rate=0.125,
        steps=77,
        batch_size=9,
        engine="numpy",
        compare="gru",
    ).changed(
        cell="rnn", hidden_size=7, num_layers=2, nonlinearity="relu", init="identity", gain=1.5, seed=4, clip=2.0
    ),
    "the rest": Plan(compare="none").changed(bidirectional=True, forget_bias=-1.5),
    "truncated": Plan(problem="book").changed(truncate=10),
}


def read(**query: str) -> tuple[Plan, list[str]]:
    known, sentences = read_plan({name: [value] for name, value in query.items()}, "en")
    return known.get("plan", Plan()), sentences


@pytest.mark.parametrize("name", PLANS)
def test_the_link_of_a_plan_leads_back_to_it(name: str) -> None:
    plan = PLANS[name]
    query = parse_qs(urlencode(plan.query()), keep_blank_values=True)
    found, sentences = read_plan(query, "en")
    assert not sentences
    assert found.get("plan", Plan()) == plan


def test_a_link_that_sets_nothing_is_the_plan_at_first() -> None:
    assert Plan().query() == {} and read_plan({}, "en") == ({}, [])


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_another_optimiser_brings_a_rate_that_suits_it(optimiser: str) -> None:
    assert read(optimiser=optimiser)[0].learning_rate == RATES[optimiser]
    assert read(optimiser=optimiser, learning_rate="0.5")[0].learning_rate == 0.5


def test_a_text_alone_is_asked_to_be_learned() -> None:
    plan, sentences = read(text="to be or not to be")
    assert not sentences and plan.problem == "text" and dict(plan.options)["text"] == "to be or not to be"


HUGE = "9" * 400
NONSENSE = {
    "cell": ["", "lstmm", "<script>", HUGE],
    "hidden_size": ["", "0", "-3", "1e9", "129", "NaN", "3.5", HUGE, "<b>"],
    "num_layers": ["0", "4", HUGE],
    "bidirectional": ["perhaps", ""],
    "nonlinearity": ["sigmoid"],
    "init": ["zeros"],
    "gain": ["", "-1", "inf", "NaN", HUGE],
    "forget_bias": ["x", "99", "nan"],
    "seed": ["", "-1", "1.5", HUGE],
    "truncate": ["0", "201", "soon"],
    "clip": ["0", "-1", "NaN", "1e9"],
    "optimiser": ["adamw", ""],
    "learning_rate": ["", "0", "-0.1", "1e9", "NaN", "inf", "fast", HUGE],
    "steps": ["", "0", "20001", HUGE, "ten"],
    "batch_size": ["0", "257", HUGE],
    "engine": ["jax"],
    "compare": ["lstm", "itself"],
    "probe": ["0", "4", "one"],
    "open": ["", "2", "yes"],
    "problem": [
        "",
        "addign",
        "adding:length=1",
        "adding:length=201",
        "adding:length",
        "adding:steps=3",
        "echo:delay=30",
    ],
    "series": ["", "1", "1,2,x", "nan,nan", "1,2,3,4,5,6,1e200,1e300"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in NONSENSE.items() for value in values])
def test_whatever_a_link_says_something_can_be_trained_and_one_sentence_says_what_was_wrong(name, value) -> None:
    plan, sentences = read(**{name: value})
    assert len(sentences) == 1
    assert all(len(sentence) < 400 and "\n" not in sentence for sentence in sentences)
    plan.posed.batch(np.random.default_rng(0), 2)
    assert plan.settings.steps == plan.steps
    again = settle(asked_of(plan), plan, "en")
    assert again.plan == plan and not again.sentences


def asked_of(plan: Plan) -> dict[str, Any]:
    query = parse_qs(urlencode(plan.query()), keep_blank_values=True)
    fields = {name: value[-1] for name, value in query.items() if name not in ("problem", "text", "series")}
    return {"problem": plan.problem, "options": dict(plan.options), **fields}


@pytest.mark.parametrize(("rate", "used"), [("0", 1e-6), ("1e9", 10.0), ("NaN", 0.02)])
def test_a_learning_rate_that_cannot_be_is_put_right_and_nothing_else_is_touched(rate: str, used: float) -> None:
    settled = settle({"learning_rate": rate}, Plan(learning_rate=0.02), "en")
    assert settled.plan == Plan(learning_rate=used)
    told = {1e-6: "0.000001"}.get(used, f"{used:g}")
    assert settled.sentences == (
        f"Learning rate is '{rate}', but must be a number from 0.000001 to 10; {told} is used instead.",
    )


def test_an_empty_field_leaves_the_last_good_value() -> None:
    settled = settle({"steps": None, "hidden_size": None}, Plan(steps=300), "en")
    assert settled.plan == Plan(steps=300) and len(settled.sentences) == 2


@pytest.mark.parametrize("text", ["", "x"])
def test_a_text_with_nothing_to_predict_leaves_the_last_one(text: str) -> None:
    last = Plan(problem="text", options=(("text", "abcabcabc"),))
    settled = settle({"options": {"text": text}}, last, "en")
    assert settled.plan == last and len(settled.sentences) == 1


@pytest.mark.parametrize("numbers", ["a,1\nb,\nc,3", "a single row of words", "7", "day,price\n1,4\n2,\n3,5", ""])
def test_a_table_with_gaps_or_without_numbers_leaves_the_last_numbers(numbers: str) -> None:
    last = Plan(problem="series", options=(("series", (1.0, 2.0, 3.0, 5.0)), ("length", 2)))
    settled = settle({"options": {"series": numbers}}, last, "en")
    assert settled.plan == last and len(settled.sentences) == 1


def test_a_text_that_is_too_long_is_cut_and_it_is_said() -> None:
    settled = settle({"problem": "text", "options": {"text": "ab" * limits.OWN_TEXT}}, Plan(), "en")
    assert len(dict(settled.plan.options)["text"]) == limits.OWN_TEXT
    assert "100,000" in settled.sentences[0]


def test_a_minibatch_never_takes_more_memory_than_is_stated() -> None:
    words = " ".join(f"w{n}" for n in range(4_000))
    asked = {"problem": "text", "options": {"text": words, "tokens": "words", "length": 200}, "batch_size": 256}
    settled = settle(asked, Plan(), "en")
    posed, plan = settled.plan.posed, settled.plan
    assert plan.batch_size * posed.steps * (posed.inputs + posed.outputs) <= limits.MINIBATCH
    assert plan.settings.validation_size * posed.steps * (posed.inputs + posed.outputs) <= limits.MINIBATCH
    assert len(settled.sentences) == 1


def test_a_network_never_has_more_weights_than_a_file_can_hold() -> None:
    words = " ".join(f"w{n}" for n in range(3_000))
    asked = {"problem": "text", "options": {"text": words, "tokens": "words"}, "hidden_size": 128}
    settled = settle(asked, Plan(), "en")
    larger = settled.plan.changed(hidden_size=settled.plan.experiment.hidden_size + 1)
    assert settled.plan.weights <= limits.WEIGHTS < larger.weights
    assert "hidden" in settled.sentences[0].lower()
    most = Plan().changed(hidden_size=128, num_layers=3, bidirectional=True)
    assert most.weights <= limits.WEIGHTS
    # 8 bytes a number: the weights, what Adam remembers, the moments that were kept, the first and the last at least.
    assert limits.CHECKPOINT_MB * 2**20 > 8 * 3 * limits.WEIGHTS + limits.KEPT


def test_a_number_that_is_left_empty_is_none_in_a_link() -> None:
    plan, sentences = read(clip="none", truncate="none", forget_bias="none")
    assert not sentences and plan == Plan().changed(clip=None)
    assert plan.query() == {"clip": "none"}
    _, (told,) = read(problem="book", truncate="5", bidirectional="true")
    assert told.endswith("the gradient flows back the whole way.") and "nothing" not in told


def test_a_link_s_words_are_called_as_their_controls_and_one_that_sets_nothing_is_left_out() -> None:
    _, (told,) = read(problem="adding:length=-5")
    assert told.startswith("Length (length in the link) is '-5'") and told.endswith("2 is used instead.")
    plan, (told,) = read(problem="adding:foo=3")
    assert plan == Plan() and "no setting 'foo'; it is left out" in told and "length, spread" in told


@pytest.mark.parametrize("name", ["hidden_size", "learning_rate", "steps", "clip", "gain"])
def test_a_number_out_of_its_range_becomes_the_nearest_and_what_is_none_the_usual(name) -> None:
    least, most = limits.TRAINING[name]

    def used(value: str) -> Any:
        plan, sentences = read(**{name: value})
        assert len(sentences) == 1
        return getattr(plan if hasattr(plan, name) else plan.experiment, name)

    usual = getattr(Plan() if hasattr(Plan(), name) else FIRST, name)
    assert (used("-1"), used("1e9"), used("much")) == (least, most, usual)


def test_what_does_not_go_together_is_put_right() -> None:
    both, sentences = read(problem="book", truncate="5", bidirectional="true")
    assert both.experiment.truncate is None and len(sentences) == 1
    plan, sentences = read(clip="", compare="unclipped")
    assert plan.compare == "none" and len(sentences) == 1


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("other", CELLS)
@pytest.mark.parametrize("problem", ["adding", "sentiment", "book"])
def test_the_other_cell_has_as_nearly_as_many_weights_as_whole_units_allow(cell, other, problem) -> None:
    plan = Plan(problem=problem, compare=other).changed(cell=cell)
    beside = plan.beside()
    if cell == other:
        assert beside is None
        return
    assert beside is not None and beside.experiment.seed == plan.experiment.seed
    units = beside.experiment.hidden_size
    here = abs(beside.weights - plan.weights)
    for near in (units - 1, units + 1):
        assert abs(weights(beside.experiment.replace(hidden_size=near), plan.posed) - plan.weights) >= here


def test_the_same_network_unclipped_differs_in_that_alone() -> None:
    beside = Plan(compare="unclipped").beside()
    assert beside is not None and beside.experiment == FIRST.replace(clip=None)


def test_limits_are_those_that_are_stated() -> None:
    for name, (least, most) in limits.TRAINING.items():
        assert admit(name, str(least if isinstance(least, int) else f"{least:g}")) == least
        assert admit(name, f"{most:g}" if most < 1e5 else str(int(most))) == most


def test_a_link_that_sets_nothing_leaves_what_is_shown_unless_one_goes_back_to_it() -> None:
    visit = Visit("training", hidden_size="7", probe="2")
    for mark, query in {"1": "hidden_size=7&probe=2", "back2": ""}.items():
        visit.test.query_params.clear()
        visit.test.query_params.update({"visit": mark})
        assert visit.run().query == query and not visit.errors
