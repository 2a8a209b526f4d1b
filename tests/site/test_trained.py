"""The trained networks on the pages: in the menu and the list, explained, and with an input of the person's own."""

from __future__ import annotations

import re

import pytest

from rnnviz.experiment import NETWORKS, Experiment
from rnnviz.networks.trained import TRAINED, trained
from rnnviz.run import run
from rnnviz.site.given import EXAMPLES
from rnnviz.site.presets import PRESETS, look_for, title
from rnnviz.tasks import inputs
from rnnviz.words import say
from tests.site.visit import Visit


@pytest.mark.parametrize("name", TRAINED)
@pytest.mark.parametrize("lesson", ["step", "gates", "gradients"])
def test_it_stands_on_every_page_and_its_link_restores_it(lesson: str, name: str) -> None:
    preset = PRESETS[name]
    visit = Visit(lesson, **preset.to_query())
    assert not visit.errors
    meta = visit.meta(f"stage-{lesson}")
    assert (meta["network"], meta["cell"], meta["H"]) == (name, trained(name).cell, trained(name).hidden_size)
    assert f"network={name}" in visit.query
    assert any(trained(name).summary() in shown.value for shown in [*visit.test.markdown, *visit.test.caption])


def test_step_tells_what_was_learned_and_the_command() -> None:
    visit = Visit("step", network="adding_rnn", length="50")
    told = " ".join(block.value for block in visit.test.markdown)
    assert "This has been learned" in told and "Nothing has been learned" not in told
    assert "python -m rnnviz.training.presets adding_rnn" in told
    by_hand = " ".join(block.value for block in Visit("step", network="latch").test.markdown)
    assert "Nothing has been learned" in by_hand and "This has been learned" not in by_hand


def test_the_menu_names_what_is_trained_and_what_is_built_by_hand() -> None:
    assert title("sentiment", "en") == "Trained: Kind or not" and title("latch", "en") == "Hand-built: Latch"
    assert look_for(PRESETS["forecaster"], "en") == trained("forecaster").summary()


def test_a_network_that_reads_another_length_than_it_was_trained_on_says_so() -> None:
    said = "It was trained and measured on 50 steps; these are 24."
    told = look_for(Experiment(network="adding_lstm", length=24), "en")
    assert told == f"{trained('adding_lstm').summary()} {said}"
    for name, length in {"adding_lstm": 50, "forecaster": 24, "waves": 20, "waves_at_once": 30}.items():
        assert look_for(Experiment(network=name, length=length), "en") == trained(name).summary()


def test_of_a_network_that_learnt_on_several_lengths_all_are_told_and_how_many_steps_there_really_are() -> None:
    """A sequence that is drawn may be shorter than what is asked for."""
    for length in (8, 30):
        steps = len(inputs(Experiment(network="waves", length=length)).inputs)
        told = look_for(Experiment(network="waves", length=length), "en") or ""
        assert told.endswith(f" on 12–24 steps; these are {steps}."), told


@pytest.mark.parametrize("name", NETWORKS)
def test_steps_are_asked_for_only_where_they_decide_how_many_there_are(name: str) -> None:
    visit = Visit("step", network="latch", length="9")
    visit.test.session_state["network"] = name
    visit.run()
    found = {len(inputs(Experiment(network=name, length=length)).inputs) for length in (40, 300)}
    offered = [field.key for field in visit.test.number_input if field.key == "length"]
    assert bool(offered) == (len(found) > 1)
    assert ("length=9" in visit.query) == bool(offered) and not visit.errors
    asked = Visit("step", network=name, length="9")
    assert [("what the network reads has a length of its own" in said) for said in asked.errors] == [True] * (
        not offered
    )


@pytest.mark.parametrize("name", ["waves", "adding_lstm", "latch"])
def test_a_number_of_steps_that_the_seed_may_fall_short_of_is_called_the_most_there_are(name: str) -> None:
    visit = Visit("step", network=name, length="20")
    drawn = {len(inputs(Experiment(network=name, length=20, seed=seed)).inputs) for seed in range(40)}
    (field,) = [field for field in visit.test.number_input if field.key == "length"]
    assert field.label == ("Most steps, 2–1,000" if len(drawn) > 1 else "Steps, 2–1,000")


OWN = {"latch": "set . reset", "characters": "so it was", "waves": "0.1 0.9 0.2", "writer": "m", "doubling": "1 0"}
TOLD = "Its input is empty, so the seed draws one{}; type there to give it your own."


def captions(visit: Visit) -> str:
    return " ".join(re.sub(r"\\\\(.)", r"\\1", shown.value) for shown in visit.test.caption)


@pytest.mark.parametrize(("name", "steps"), [("latch", ""), ("writer", ""), ("waves", " of 12 to 24 steps")])
@pytest.mark.parametrize("lesson", ["step", "gates", "gradients", "shapes"])
def test_a_network_with_nothing_to_read_is_said_to_read_what_the_seed_draws(lesson: str, name: str, steps: str) -> None:
    visit = Visit(lesson, network=name, length="24") if name != "writer" else Visit(lesson, network=name)
    assert TOLD.format(steps) in captions(visit)
    visit.test.text_input(key="network_text").set_value(OWN[name])
    assert visit.run().errors == [] and "input is empty" not in captions(visit)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_field_says_what_can_be_typed_and_its_example_can_be_read(name: str) -> None:
    example = EXAMPLES[name]
    assert inputs(Experiment(network=name, text=example)).labels
    field = Visit("step", network=name).test.text_input(key="network_text")
    assert field.placeholder == f"random, or {example}"
    assert say(f"network.{name}.typed") in field.help and f"For example: {example}." in field.help


@pytest.mark.parametrize("lesson", ["step", "shapes"])
def test_of_a_word_that_is_written_from_its_first_letter_it_is_said_what_the_rest_is_for(lesson: str) -> None:
    visit = Visit(lesson, network="writer", text="cat")
    trace = run(Experiment(network="writer", text="cat"))
    wanted = [(trace.answers or ())[code] for code in trace.targets.tolist()]
    assert trace.inputs.any(axis=1).tolist() == [True, False, False] and wanted == ["a", "t", say("text.end")]
    told = captions(visit)
    assert "only the first letter, c, is read; the answers of the 3 steps are compared with the rest, 'at'," in told
    visit.test.text_input(key="network_text").set_value("c")
    assert "only the first letter" not in captions(visit.run())


@pytest.mark.parametrize("typed", ["Öl", " "])
def test_a_field_that_holds_what_cannot_be_read_is_not_said_to_be_empty(typed: str) -> None:
    visit = Visit("step", network="characters")
    visit.test.text_input(key="network_text").set_value(typed)
    visit.run()
    assert ("input is empty" in captions(visit), len(visit.errors)) == ((False, 1) if typed.strip() else (True, 0))


def test_what_could_not_be_drawn_otherwise_is_not_said_to_be_drawn() -> None:
    found = {inputs(Experiment(network="doubling", length=9, seed=seed)).labels for seed in range(9)}
    assert len(found) == 1 and "input is empty" not in captions(Visit("step", network="doubling"))


@pytest.mark.parametrize("name", [*OWN, "dates", "reverser"])
@pytest.mark.parametrize("given", [False, True])
def test_the_seed_is_offered_only_where_it_changes_what_is_shown(name: str, given: bool) -> None:
    text = {"text": {**OWN, "dates": "3 May 2021", "reverser": "cat"}[name]} if given else {}
    asked = Experiment(network=name, length=None if given else 9, **text)
    alike = len({run(asked.replace(seed=seed)).outputs.tobytes() for seed in range(4)}) == 1
    field = Visit("step", network=name, **text).test.number_input(key="seed")
    assert field.disabled == alike and (field.label == "Seed, no effect") == alike


def test_the_seed_draws_what_stands_for_an_input_that_cannot_be_read_and_which_answers_are_right() -> None:
    visit = Visit("step", network="reverser", text="Hello")
    assert visit.errors and not visit.test.number_input(key="seed").disabled
    for forcing in (0.0, 0.5, 1.0):
        asked = Experiment(network="reverser", text="cat", target="xyz", forcing=forcing)
        alike = len({run(asked.replace(seed=seed)).outputs.tobytes() for seed in range(9)}) == 1
        field = Visit("step", **asked.to_query()).test.number_input(key="seed")
        assert field.disabled == alike == (forcing != 0.5)


def test_of_a_target_of_ones_own_it_is_told_what_was_taught() -> None:
    told = "The target is your own; of this input the network was taught to write {}."
    visit = Visit("shapes", network="reverser", text="hello", target="abc")
    assert told.format("'olleh'") in captions(visit)
    visit.test.text_input(key="network_text").set_value("cat")
    assert told.format("'tac'") in captions(visit.run())
    visit.test.text_input(key="target").set_value("tac")
    assert "your own" not in captions(visit.run()), "that is what it was taught"


@pytest.mark.parametrize("name", ["reverser", "reverser_attention", "dates", "speller"])
def test_what_a_target_changes_is_said_where_it_is_given(name: str) -> None:
    """By itself a decoder writes the same whatever it is compared with; forced, it reads it."""
    text = {"dates": "3 May 2021", "speller": "345"}.get(name, "cat")
    asked = Experiment(network=name, text=text)
    target = {"dates": "2021-05-04", "speller": "two"}.get(name, "dog")
    by_itself, forced = (
        [run(one.replace(forcing=forcing)) for one in (asked, asked.replace(target=target))] for forcing in (0.0, 1.0)
    )
    steps = min(len(trace.outputs) for trace in by_itself)  # after a short target it may not go on for as long
    assert len({trace.outputs[:steps].tobytes() for trace in by_itself}) == 1
    assert by_itself[0].losses.sum() != by_itself[1].losses.sum()
    assert forced[0].outputs.tobytes() != forced[1].outputs.tobytes()
    help_ = Visit("shapes", network=name, text=text, forcing="0").test.text_input(key="target").help
    assert "The target changes them only if" in help_ and "teacher forcing" in help_


def test_a_network_that_is_chosen_comes_with_the_length_it_was_trained_on() -> None:
    visit = Visit("step", network="latch")
    visit.test.selectbox(key="network").set_value("adding_lstm")
    assert visit.run().meta()["T"] == 50 and not visit.errors
    visit.test.selectbox(key="network").set_value("latch")
    assert visit.run().meta()["T"] == 50, "what a person may have chosen stays"


def test_it_reads_what_is_typed_and_names_what_it_does_not_know() -> None:
    visit = Visit("step", network="sentiment")
    visit.test.text_input(key="network_text").set_value("the food was bad not good")
    assert visit.run().meta()["labels"] == "the food was bad not good".split() and not visit.errors
    visit.test.text_input(key="network_text").set_value("the pizza was good")
    visit.run()
    (told,) = visit.errors
    assert told.startswith("Its input has the word 'pizza', which the network never met; it knows ") and len(told) < 180
    assert told.endswith("; 'the food was bad not good' is used instead.") and "food+was+bad+not+good" in visit.query
    assert visit.test.text_input(key="network_text").value == "the pizza was good", "what was typed is lost"
    assert visit.meta()["T"] == 6, "the last run that could be run stays"


@pytest.mark.parametrize(
    ("name", "text"), [("characters", "so "), ("depth_learnt", "(("), ("forecaster", "0.5 "), ("adding_rnn", "+0.5 ")]
)
def test_what_is_too_long_is_cut(name: str, text: str) -> None:
    visit = Visit("step", network=name)
    visit.test.text_input(key="network_text").set_value(text * 1200)
    visit.run()
    assert visit.meta()["T"] == 1000 and any("first 1,000" in error for error in visit.errors)
