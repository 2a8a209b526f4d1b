"""What a hold changed: each number in the sentences is computed again from the two runs."""

from __future__ import annotations

import re

import numpy as np
import pytest

from rnnviz import Experiment, Hold, Trace, run
from rnnviz.figures import hold_sentences, since_step
from rnnviz.words import say

LSTM = Experiment(seed=3, text="hello world")
GRU = LSTM.replace(cell="gru")


def pair(experiment: Experiment, *holds: Hold) -> tuple[Trace, Trace]:
    """Return the run without and the run with the holds."""
    return run(experiment), run(experiment.replace(hold=holds))


def numbers(sentence: str) -> list[float]:
    """Return all numbers that stand in a sentence."""
    return [float(found.replace("−", "-")) for found in re.findall(r"(?<![a-z])−?\d+(?:\.\d+)?", sentence)]


def test_without_a_hold_nothing_is_said() -> None:
    free = run(LSTM)
    assert hold_sentences(free, free) == []
    late = run(LSTM.replace(hold=(Hold(gate="f", value=0, start=50),)))
    assert hold_sentences(free, late) == []


@pytest.mark.parametrize(
    ("hold", "where"),
    [
        (Hold(gate="f", value=0, start=3, stop=4), "is held at 0 in all units, at step 4."),
        (Hold(gate="f", value=1), "is held at 1 in all units, at every step."),
        (Hold(gate="f", value=0.25, unit=2, start=3), "is held at 0.25 in unit 3, from step 4 to step 11."),
        (Hold(gate="g", value=-1, start=3, stop=99), "is held at −1 in all units, from step 4 to step 11."),
    ],
)
def test_the_first_sentence_says_what_is_held(hold: Hold, where: str) -> None:
    assert hold_sentences(*pair(LSTM, hold))[0] == f"{say(f'figures.gate_{hold.gate}')} {where}"


@pytest.mark.parametrize(("experiment", "gate"), [(LSTM, "f"), (GRU, "z")], ids=["lstm", "gru"])
@pytest.mark.parametrize("unit", [None, 1])
def test_what_is_left_is_the_product_from_before_the_hold_to_the_end(
    experiment: Experiment, gate: str, unit: int | None
) -> None:
    free, held = pair(experiment, Hold(gate=gate, value=0.9, unit=unit, start=4, stop=8))
    (_, left, _) = hold_sentences(free, held)
    units = slice(None) if unit is None else [unit]
    wanted = [np.prod(one.layers["l0"].gates[gate][4:, units], axis=0).mean() * 100 for one in (held, free)]
    step, new, last, old = numbers(left)
    assert (step, last) == (4, 11)
    assert [new, old] == pytest.approx(wanted, abs=0.5)
    assert ("on average" in left) == (unit is None)


@pytest.mark.parametrize(
    ("experiment", "gate", "measure"),
    [
        (LSTM, "i", lambda layer: layer.gates["i"] * layer.gates["g"]),
        (LSTM, "g", lambda layer: layer.gates["i"] * layer.gates["g"]),
        (LSTM, "o", lambda layer: layer.h),
        (GRU, "r", lambda layer: layer.gates["r"] * layer.preactivations["hn"]),
        (GRU, "n", lambda layer: (1 - layer.gates["z"]) * layer.gates["n"]),
    ],
)
def test_what_a_step_writes_shows_or_hears_is_measured_while_it_is_held(experiment, gate, measure) -> None:
    free, held = pair(experiment, Hold(gate=gate, value=0.5, unit=2, start=2, stop=6))
    effect = hold_sentences(free, held)[1]
    wanted = [np.abs(measure(one.layers["l0"])[2:6, 2]).mean() for one in (held, free)]
    assert numbers(effect)[:2] == pytest.approx(wanted, rel=5e-3)


def test_the_last_sentence_has_both_losses() -> None:
    free, held = pair(Experiment(network="latch"), Hold(gate="f", value=0))
    outcome = hold_sentences(free, held)[-1]
    assert numbers(outcome) == pytest.approx([held.losses.sum(), free.losses.sum()], abs=0.005)
    assert held.losses.sum() > free.losses.sum() + 1, "a latch that forgets must fail"


def test_a_hold_at_the_very_value_changes_nothing_and_says_so() -> None:
    free = run(LSTM)
    value = float(free.layers["l0"].gates["o"][4, 1])
    held = run(LSTM.replace(hold=(Hold(gate="o", value=value, unit=1, start=4, stop=5),)))
    assert hold_sentences(free, held)[1:] == [say("figures.effect_none")]


def test_a_run_of_one_step_leaves_nothing_to_follow() -> None:
    free, held = pair(Experiment(cell="gru", text="a"), Hold(gate="z", value=1))
    _, outcome = hold_sentences(free, held)
    assert numbers(outcome) == pytest.approx([held.losses.sum(), free.losses.sum()], abs=0.005)


def test_to_forget_where_there_is_nothing_yet_changes_nothing() -> None:
    free, held = pair(LSTM, Hold(gate="f", value=0, start=0, stop=1))
    assert hold_sentences(free, held)[1:] == [say("figures.effect_none")]


def test_runs_that_leave_the_numbers_are_not_compared() -> None:
    free, held = pair(LSTM, Hold(gate="f", value=0))
    free.layers["l0"].h[3, 0] = np.nan
    assert hold_sentences(free, held)[1:] == [say("figures.effect_nonfinite")]


def test_of_several_layers_it_says_which() -> None:
    free, held = pair(LSTM.replace(num_layers=2), Hold(gate="f", value=0, start=5, layer="l1"))
    assert hold_sentences(free, held, layer="l0") == []
    assert hold_sentences(free, held, layer="l1")[1].startswith("In layer 2: ")
    told = hold_sentences(free, held)
    assert told[0].startswith("In layer 2: ") and "is held at 0" in told[0]
    assert told == hold_sentences(free, held, layer="l1")


def test_holds_of_several_layers_are_all_told_each_with_its_layer() -> None:
    hold = (Hold(gate="i", value=0), Hold(gate="f", value=0, layer="l1"), Hold(gate="o", value=1, unit=1, layer="l0"))
    experiment = LSTM.replace(num_layers=2)
    told = hold_sentences(run(experiment), run(experiment.replace(hold=hold)))
    assert [sentence.partition(" ")[0] for sentence in told[:3]] == ["Input", "In", "In"]
    assert [sentence.partition(": ")[0] for sentence in told[1:3]] == ["In layer 2", "In layer 1"]
    effects = [sentence.partition(": ")[0] for sentence in told[3:-1]]
    assert effects == ["In layer 1", "In layer 1", "In layer 2", "In layer 2"]  # i and o below, i and f above
    assert len(told) == len(set(told))


def test_what_is_left_is_followed_from_before_the_first_hold() -> None:
    assert since_step((Hold(gate="f", value=0, start=6), Hold(gate="f", value=0, start=4)), 11) == 3
    assert since_step((Hold(gate="f", value=0, start=0),), 11) == 0
    assert since_step((Hold(gate="f", value=0, start=20),), 11) == 0
    assert since_step((), 11) == 0
