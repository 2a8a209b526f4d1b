"""Each trained network reaches what its file says, is what its command gives, and does what its explanation tells."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from rnnviz.experiment import Experiment, ExperimentError, Hold
from rnnviz.gradients import norms
from rnnviz.inputs import Inputs
from rnnviz.networks import network_named
from rnnviz.networks.trained import TRAINED, Trained, path_of, to_bytes, trained
from rnnviz.run import resolve, run
from rnnviz.site.explained import explanation
from rnnviz.site.making import owed
from rnnviz.sweep import sweep
from rnnviz.tasks import inputs
from rnnviz.tasks.corpora import quoted
from rnnviz.tasks.learnt import split
from rnnviz.tasks.problems import problem_named
from rnnviz.tasks.problems.next_symbol import NextSymbol
from rnnviz.tasks.problems.sentences import Tagging
from rnnviz.tasks.reading import posed_of
from rnnviz.training import presets
from rnnviz.training.measuring import written
from rnnviz.training.presets import PRESETS, made, measure
from rnnviz.units import Response

names = pytest.mark.parametrize("name", TRAINED)


def typed(name: str, text: str) -> Inputs:
    return inputs(Experiment(network=name, text=text))


# The files


def test_they_are_numbers_and_a_note_and_small() -> None:
    assert sum(path_of(name).stat().st_size for name in TRAINED) < 500_000
    assert {path.name for path in path_of("any").parent.iterdir() if path.suffix not in (".py", "")} == {
        f"{name}.safetensors" for name in TRAINED
    }
    for name in TRAINED:
        with safe_open(path_of(name), framework="numpy") as file:
            note = json.loads(file.metadata()["rnnviz"])
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118, it is no dict
        assert note["format"] == "rnnviz network 1" and {value.dtype.name for value in weights.values()} == {"float32"}
        assert note["command"] == f"python -m rnnviz.training.presets {name}"
        assert "seed" not in note["experiment"] or note["experiment"]["seed"] == PRESETS[name].experiment.seed
        assert to_bytes(trained(name)) == path_of(name).read_bytes()


@names
def test_its_note_says_how_it_was_trained(name: str) -> None:
    network, training = trained(name), PRESETS[name].start()
    assert network.experiment == training.experiment
    assert network.settings == training.settings.to_dict()
    assert posed_of(network) == training.problem
    assert network.alphabet == training.problem.alphabet


@names
def test_it_reaches_what_its_note_says(name: str) -> None:
    network = trained(name)
    measured, readings = measure(network)
    beside = {f"{what}_{other}" for other in PRESETS[name].against for what in ("weights", "share")}
    alone = {key: value for key, value in network.measured.items() if key not in beside}
    assert measured == pytest.approx(alone, rel=1e-5) and len(alone) + len(beside) == len(network.measured)
    for found, noted in zip(readings, network.readings, strict=True):
        assert found[:2] == noted[:2] and found.r == pytest.approx(noted.r, abs=1e-6)


# The command


@names
def test_a_training_of_it_begins_as_it_began(name: str) -> None:
    network = trained(name)
    first, second = (PRESETS[name].start(steps=len(network.begins)).run().loss for _ in range(2))
    assert first == second, "bit for bit"
    np.testing.assert_allclose(first, network.begins, rtol=1e-3)  # another machine rounds another way


def test_the_command_writes_the_very_file(monkeypatch: pytest.MonkeyPatch, tmp_path, capsys) -> None:
    monkeypatch.setattr(presets, "path_of", lambda name: tmp_path / name)
    presets.main(["sentiment"])
    again, shipped = load_file(tmp_path / "sentiment"), trained("sentiment").weights
    assert again.keys() == shipped.keys()
    for name, value in shipped.items():
        np.testing.assert_allclose(again[name], value, atol=1e-2)
    assert "sentiment: 2,706 weights" in capsys.readouterr().out


def test_a_training_that_is_another_gives_another_network(monkeypatch: pytest.MonkeyPatch) -> None:
    preset = PRESETS["sentiment"]
    other = presets.Preset(preset.experiment.replace(seed=7), preset.task, {}, {**preset.settings, "steps": 30})
    monkeypatch.setattr(presets, "PRESETS", {"sentiment": other})
    found, shipped = made("sentiment"), trained("sentiment")
    assert max(np.abs(found.weights[name] - value).max() for name, value in shipped.weights.items()) > 0.1
    assert found.measured["share_score"] < shipped.measured["share_score"]


def test_the_command_names_what_there_is() -> None:
    with pytest.raises(SystemExit, match="no network flipflop; there are characters, depth_learnt"):
        presets.main(["flipflop"])


# The scores, and what the explanations claim of them


def test_characters() -> None:
    network = trained("characters")
    measured = network.measured
    assert measured["share_score"] > 0.8 > 2 * measured["share_chance_3_score"]
    assert measured["share_chance_3_score"] > measured["share_chance_2_score"]
    best, second = network.readings[:2]
    assert best.feature == "quote" and abs(best.r) > 0.9 > 0.7 > abs(second.r), "one unit is clear, no other so"
    assert best.unit + 1 == measured["unit_quote"]
    assert measured["share_inside"] > 0.95 > measured["share_mostly"] + 0.3
    trace = run(Experiment(network="characters", text='nobody said "IT WAS NOT A GOOD FILM".'))
    h, labels = trace.layers["l0"].h[:, best.unit], trace.labels
    first, said, *inside = [t for t, label in enumerate(labels) if label == "␣"]
    assert len(inside) == 5
    assert h[inside].max() < measured["threshold"] < h[first]
    assert h[said] < measured["threshold"], "it turns before the mark is read, for after said always comes one"
    assert set(re.findall(r"said..", quoted.text())) == {'said "'}
    capital = np.array([answer.isupper() for answer in trace.answers or ()])
    assert trace.probabilities is not None
    chances = trace.probabilities[:, capital].sum(axis=1)
    assert chances[inside].min() > 0.8 > 0.2 > chances[first]


def test_depth_learnt() -> None:
    network = trained("depth_learnt")
    measured = network.measured
    assert measured["score"] < 0.01 < measured["chance"] / 400
    assert measured["share_right"] == 1.0 and measured["share_right_long"] > 0.999
    assert network.state == "c" and network.readings[0].feature == "depth" and abs(network.readings[0].r) > 0.99
    assert measured["counts_to"] == network.task["options"]["deepest"]
    climbing = run(Experiment(network="depth_learnt", text="(" * 40))
    behind = (climbing.targets - climbing.outputs)[:, 0]
    assert np.abs(behind[:8]).max() < 0.5 < behind[8:].min() and (np.diff(behind[8:]) > 0).all()
    byhand = network_named("brackets").parameters()
    assert sum(np.count_nonzero(value) for value in byhand.values()) == 4
    assert not any((value == value.round()).any() for value in network.weights.values())


def test_sentiment() -> None:
    network = trained("sentiment")
    measured = network.measured
    assert measured["share_score"] > 0.9 and measured["share_chance_score"] == 0.5
    for text, kind in (("the food was good not bad", 1), ("the food was bad not good", 0)):
        trace = run(Experiment(network="sentiment", text=text))
        assert trace.outputs[-1].argmax() == kind and trace.answers == ("negative", "positive")
    trace = run(Experiment(network="sentiment", text="The food was bad, not good."))
    assert trace.labels == ("the", "food", "was", "bad", "not", "good") and trace.probabilities is not None
    turns = np.diff(trace.probabilities[:, 1])
    assert turns.argmin() == 2 and turns.min() < -0.5, "at the word bad"
    for shape in ("many_to_many", "many_to_one"):  # on every page, whether or not each word is answered there
        good, bad = (
            run(Experiment(network="sentiment", text=f"the food was {word}", shape=shape)) for word in ("good", "bad")
        )
        moved = np.abs(good.layers["l0"].h - bad.layers["l0"].h).max(axis=1)
        assert (moved[:3] == 0).all() and moved[3] > 0.1
        assert good.outputs[-1].argmax() != bad.outputs[-1].argmax()


def test_forecaster() -> None:
    measured = trained("forecaster").measured
    assert measured["score"] < 0.03 * measured["chance"]
    assert measured["score"] - measured["later"] > 0.9 * measured["score"], "nearly all of it is the first step"
    # Of the first step nobody can know it: the mean of ½ sin²ω, of 36 steps.
    floor = 0.5 * math.sin(2 * math.pi / 12) ** 2 / 36
    assert floor < measured["score"] < 1.1 * floor
    assert measured["slower"] > 100 * measured["later"] and measured["slower"] < measured["slower_last"]
    omega, t = 2 * math.pi / 12, np.arange(3) + 0.3
    before, now, then = np.sin(omega * t)
    assert then == pytest.approx(2 * math.cos(omega) * now - before)


def test_adding() -> None:
    lstm, rnn = trained("adding_lstm"), trained("adding_rnn")
    assert lstm.measured["score"] < 0.001 and lstm.measured["chance"] == pytest.approx(1 / 6)
    assert 0.15 < rnn.measured["score"] < 0.18
    assert abs(lstm.count - rnn.count) < 0.05 * lstm.count, "about as many weights"
    assert lstm.settings == rnn.settings and lstm.task == rnn.task and lstm.experiment.clip == rnn.experiment.clip
    assert lstm.measured["long"] > lstm.measured["chance"] > lstm.measured["short"] > 100 * lstm.measured["score"]
    assert lstm.readings[0].feature == "place" and "sum" in {reading.feature for reading in lstm.readings}
    assert {reading.feature for reading in rnn.readings[:6]} == {"number", "mark"}
    # Of what the answer is made of, input by input, the marked steps are mostly the largest parts.
    found = [run(Experiment(network="adding_lstm", length=50, seed=seed)) for seed in range(20)]
    largest = [set(np.argsort(-np.abs(owed(trace)[1][:, 0]))[:2]) for trace in found]
    marked = [set(np.flatnonzero(trace.inputs[:, 1])) for trace in found]
    assert sum(one == other for one, other in zip(largest, marked, strict=True)) >= 16
    # Of the gradient at the end hardly anything reaches the plain network's first steps.
    kept = {one.name: norms(run(Experiment(network=one.name, length=50))) for one in (lstm, rnn)}
    back = {name: found[10] / found[-1] for name, found in kept.items()}
    assert back["adding_rnn"] < 1e-6 < 1e-2 < back["adding_lstm"]


def test_reversers() -> None:
    fixed, looking = trained("reverser"), trained("reverser_attention")
    assert (fixed.settings, fixed.task) == (looking.settings, looking.task)
    assert fixed.experiment == looking.experiment.replace(attention="none"), "they differ in one thing"
    assert fixed.measured["share_short"] > 0.9 and fixed.measured["share_long"] < 0.05
    assert looking.measured["share_whole"] > 0.98 and looking.measured["share_long"] > 0.95
    assert looking.measured["share_looks"] > 0.9 and looking.measured["share_there"] > 0.5
    # The errors are in what was read long before.
    own = written(fixed.experiment, fixed.parameters(), problem_named("reverse").pose(shortest=12, longest=12), 300)
    by_step = own.symbols[:, :12].mean(axis=0)
    assert by_step[:2].mean() > by_step[6:].mean() + 0.3
    # Who types a word sees it written backwards.
    for name in ("reverser", "reverser_attention"):
        assert wrote(Experiment(network=name, text="wolf")) == "flow"
    assert wrote(Experiment(network="reverser_attention", text="desserts")) == "stressed"


def wrote(experiment: Experiment) -> str:
    """Return what a network writes by itself, without END."""
    found = run(experiment.replace(forcing=0.0))
    assert found.answers is not None and found.bridge is not None and found.bridge.stopped
    said = [found.answers[code] for code in found.outputs[found.segments[1].start :].argmax(axis=1)[:-1]]
    return "".join(said).replace("␣", " ")


def test_dates() -> None:
    measured = trained("dates").measured
    assert measured["share_whole"] > 0.99 and measured["share_chance_score"] < 0.6
    for text in ("3 May 2021", "May 3, 2021", "03.05.21"):
        assert wrote(Experiment(network="dates", text=text)) == "2021-05-03"
    # The last digits of the year, of the month and of the day: where they are written, or one symbol on.
    for text, places in (("3 May 2021", (9, 4, 0)), ("May 3, 2021", (10, 2, 4)), ("03.05.21", (7, 4, 1))):
        found = run(Experiment(network="dates", text=text))
        assert found.bridge is not None and found.bridge.attention is not None
        looks = found.bridge.attention[[3, 6, 9]].argmax(axis=1)
        assert all(look - place in (0, 1) for look, place in zip(looks, places, strict=True))


@pytest.mark.parametrize("forcing", [0.0, 0.001])
@pytest.mark.parametrize(("text", "target"), [("458", "nine"), ("458", "e" * 60), ("458000000", "nine")])
def test_a_target_however_short_does_not_cut_off_what_is_written(text: str, target: str, forcing: float) -> None:
    trace = run(Experiment(network="speller", text=text, target=target, forcing=forcing))
    assert trace.bridge is not None and trace.bridge.stopped
    if len(text) == 3:
        own = run(Experiment(network="speller", text=text, forcing=0.0))
        np.testing.assert_array_equal(trace.outputs.argmax(axis=1), own.outputs.argmax(axis=1))


def test_speller() -> None:
    network = trained("speller")
    assert network.measured["share_whole"] > 0.9 and network.measured["sequences"] == 200
    for number, name in (("42", "forty two"), ("7", "seven"), ("613", "six hundred thirteen")):
        assert wrote(Experiment(network="speller", text=number)) == name


def test_waves() -> None:
    steps, once = trained("waves"), trained("waves_at_once")
    assert steps.measured["share_score"] > 0.98 and once.measured["share_score"] > 0.95
    for one in (steps, once):
        assert one.measured["share_chance_2_score"] < one.measured["share_noisy"] < one.measured["share_score"] - 0.1
    assert min(steps.measured["share_short"], steps.measured["share_long"]) > 0.97, "of any length"
    assert "weight_hh_l0" in steps.weights and not any("hh" in name for name in once.weights)
    trace = run(Experiment(network="waves", seed=1, length=24))
    assert (
        trace.answered == "once"
        and np.isnan(trace.outputs[:-1]).all()
        and trace.outputs[-1].argmax() == trace.targets[-1]
    )
    at_once = run(Experiment(network="waves_at_once", seed=1))
    assert at_once.steps == 1 and at_once.inputs.shape == (1, 24) and at_once.outputs[0].argmax() == at_once.targets[0]


def test_drawer() -> None:
    measured = trained("drawer").measured
    assert measured["score"] < 0.1 * measured["chance"]
    assert max(measured["sine"], measured["triangle"]) < min(measured["saw"], measured["square"])
    trace = run(Experiment(network="drawer", text="sine 10"))
    assert (trace.inputs == trace.inputs[0]).all() and trace.outputs.std() > 0.5


def test_writer() -> None:
    measured = trained("writer").measured
    assert measured["share_whole"] == 1.0 and measured["sequences"] == 26
    trace = run(Experiment(network="writer", text="d"))
    assert trace.answers is not None and not trace.inputs[1:].any()
    assert "".join(trace.answers[code] for code in trace.outputs.argmax(axis=1)[:-1]) == "ragonfly"


def tags(text: str) -> list[str]:
    """Return how the words of a sentence are tagged."""
    trace = run(Experiment(network="tagger", text=text))
    assert trace.answers is not None
    return [trace.answers[code] for code in trace.outputs.argmax(axis=1)]


def test_tagger() -> None:
    network, posed = trained("tagger"), posed_of(trained("tagger"))
    assert network.experiment.bidirectional and isinstance(posed, Tagging)
    assert network.measured["share_score"] > network.measured["share_forward"] + 0.03
    assert 0 < network.measured["weights_forward"] <= network.count < 1.05 * network.measured["weights_forward"]
    assert tags("the old answer the phone")[2] == "VERB" and tags("the old answer was long")[2] == "NOUN"
    assert tuple("the old answer the phone".split()) in {posed.sentences[k] for k in posed.parts["validation"]}
    # What decides comes after it: that a network reads from the left alone leaves its states the same.
    first, second = (
        run(Experiment(network="tagger", text=f"the old answer {end}")).layers for end in ("the phone", "was long")
    )
    np.testing.assert_array_equal(first["l0"].h[:3], second["l0"].h[:3])
    assert np.abs(first["l0_reverse"].h[2] - second["l0_reverse"].h[2]).max() > 0.1


def test_echo_stacked() -> None:
    measured = trained("echo_stacked").measured
    assert trained("echo_stacked").experiment.num_layers == 2
    assert measured["share_score"] > 0.99 > 0.9 > measured["share_elsewhere"] > measured["share_one"] + 0.1
    assert abs(measured["weights_one"] - trained("echo_stacked").count) < 0.02 * measured["weights_one"]
    trace = run(Experiment(network="echo_stacked", text="ABCDDCBAABCD"))
    assert (trace.targets[:5] == -1).all() and trace.targets[5:].tolist() == [0, 1, 2, 3, 3, 2, 1]
    assert (trace.outputs.argmax(axis=1) == trace.targets)[5:].all()


def test_characters_residual() -> None:
    network = trained("characters_residual")
    measured = network.measured
    assert (network.num_layers, network.experiment.residual) == (3, True)
    assert measured["share_score"] > measured["share_plain"] + 0.2 and measured["weights_plain"] == network.count
    assert abs(measured["share_score"] - measured["share_one"]) < 0.05, "three layers are hardly needed"
    assert abs(measured["weights_one"] - network.count) < 0.01 * network.count
    # At first little of the gradient comes down through three layers, unless they can be skipped.
    text = Experiment(cell="lstm", hidden_size=12, num_layers=3, text="the film was not bad")
    plain, skipping = run(text), run(text.replace(residual=True))
    for trace, least, most in ((plain, 0.0, 0.1), (skipping, 0.5, 2.0)):
        bottom, top = (np.linalg.norm(trace.layers[name].dh) for name in ("l0", "l2"))
        assert least < bottom / top < most


@pytest.mark.parametrize(("name", "other"), [("tagger", "forward"), ("characters_residual", "plain")])
def test_what_was_trained_beside_it_comes_out_as_noted(name: str, other: str) -> None:
    noted = trained(name).measured
    for key, value in presets.rival(name, other).items():
        assert value == pytest.approx(noted[key], abs=0 if key.startswith("weights") else 0.04)


@names
@pytest.mark.parametrize("lang", ["en"])
def test_its_explanation_gives_the_numbers_of_its_file(name: str, lang: str) -> None:
    network, told = trained(name), explanation(name, lang)
    values = network.values()
    assert "{" not in told.replace("W_{hh}", "").replace("x_{t+1}", "").replace("x_{t-1}", "")
    for wanted in ("share_score" if "share_score" in values else "loss", "weights", "updates", "command"):
        assert values[wanted] in told
    for reading in network.readings:
        assert (Response(*reading).words(lang) in told) == Response(*reading).claimed
    assert network.title(lang) and network.summary(lang).endswith(".") and "{" not in network.summary(lang)


# What they read


OWN_LENGTH = {
    "sentiment",
    "tagger",
    "waves",
    "waves_at_once",
    "writer",
    *(n for n in TRAINED if trained(n).experiment.translates),
}
"""Those that read as many steps as there are, whatever is asked for."""
TEXTS = ("characters", "characters_residual")


@names
def test_the_seed_and_the_length_decide_what_it_reads(name: str) -> None:
    first, again, other = (run(Experiment(network=name, seed=seed, length=20)) for seed in (3, 3, 4))
    assert first.labels == again.labels and first.outputs.tobytes() == again.outputs.tobytes()
    assert first.labels != other.labels
    assert first.steps == 20 or name in OWN_LENGTH
    assert first.experiment == resolve(Experiment(network=name, seed=3, length=20))
    assert first.layers["l0"].h.shape[1] == trained(name).hidden_size


@names
def test_what_it_shows_can_be_typed_again(name: str) -> None:
    shown = inputs(Experiment(network=name, seed=6, length=24 if name == "drawer" else 30))
    symbols = shown.labels[: shown.sources or None]
    if trained(name).experiment.shape == "one_to_many":
        symbols = shown.labels[:1]
    if shown.sources:
        symbols = tuple(label.replace("␣", " ") for label in symbols)
    if name in TEXTS:
        symbols = tuple({"␣": " ", "⏎": "\n"}.get(label, label) for label in shown.labels)
    between = "" if name in (*TEXTS, "depth_learnt", "echo_stacked") or shown.sources else " "
    again = typed(name, between.join(symbols))
    assert again.labels == shown.labels
    np.testing.assert_allclose(again.inputs, shown.inputs, atol=0.005)  # numbers are shown rounded
    asked = again.targets[:-1] if name not in ("sentiment", "waves", "waves_at_once") else again.targets[:0]
    np.testing.assert_allclose(asked, shown.targets[: len(asked)], atol=0.005)
    if trained(name).experiment.shape not in ("one_to_one", "one_to_many"):
        assert split(name, between.join(symbols)) == (symbols, between)


def test_a_passage_is_of_what_it_was_not_trained_on_and_begins_with_a_line() -> None:
    posed = posed_of(trained("characters"))
    assert isinstance(posed, NextSymbol)
    kept = "".join(posed.found[posed.cut :])
    for seed in range(20):
        read = inputs(Experiment(network="characters", seed=seed, length=60))
        text = "".join({"␣": " ", "⏎": "\n"}.get(label, label) for label in read.labels)
        assert "\n" + text in kept
        follows = kept[kept.index("\n" + text) + 1 :][1:61]
        assert read.alphabet is not None
        assert [read.alphabet[target] for target in read.targets] == list(follows)
    with pytest.raises(ExperimentError, match="length is 100000, .* at most"):
        inputs(Experiment(network="characters", length=100_000))


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("characters", "he paid 5", ("'5'", "symbol 9", "␣")),
        ("characters", "naïve", ("'ï'", "symbol 3")),
        ("depth_learnt", "(())x", ("'x'", "symbol 5", "( )")),
        ("depth_learnt", " \n ", ("at least one symbol",)),
        ("sentiment", "the film was <script>", ("'<'",)),
        ("characters_residual", "he paid 5", ("'5'", "symbol 9", "␣")),
        ("echo_stacked", "ABx", ("'x'", "symbol 3", "A–D")),
        ("echo_stacked", " \n ", ("at least one symbol",)),
        ("tagger", "the new answer", ("'new'", "answer")),
        ("tagger", ".", ("at least one word;", "punctuation is left out")),
        ("sentiment", "?!", ("at least one word;", "punctuation is left out")),
        ("sentiment", "a marvellous film", ("'marvellous'", "74 words")),
        ("sentiment", "...", ("at least one word",)),
        ("forecaster", "0.1 two 3", ("item 2", "'two'")),
        ("forecaster", "1", ("at least 2",)),
        ("adding_lstm", "0.1 +2 0.3", ("'+2'", "number 2", "0 to 1")),
        ("adding_lstm", "0.1 nan", ("'nan'",)),
        ("adding_rnn", "0.1, -0.0", ("'-0.0'",)),
        ("adding_rnn", "one", ("'one'", "number 1")),
    ],
)
def test_what_it_does_not_know_is_named_in_one_sentence(name: str, text: str, named: tuple[str, ...]) -> None:
    with pytest.raises(ExperimentError) as refused:
        typed(name, text)
    assert refused.value.field == "text" and "\n" not in str(refused.value)
    assert all(part in str(refused.value) for part in ("text", *named))


def test_marked_numbers_are_typed_with_a_plus() -> None:
    read = typed("adding_lstm", "+.5 0.2,+1e-1; 1")
    assert read.inputs.tolist() == [[0.5, 1], [0.2, 0], [0.1, 1], [1, 0]]
    assert np.isnan(read.targets[:-1]).all() and read.targets[-1, 0] == pytest.approx(0.6)


def test_depths_of_typed_brackets_are_those_of_the_rule() -> None:
    assert typed("depth_learnt", ")( (\n)").targets[:, 0].tolist() == [0, 1, 2, 1]


def test_a_typed_series_asks_each_number_for_the_next() -> None:
    read = typed("forecaster", "0.5, 1\n-0.25")
    np.testing.assert_array_equal(read.targets[:, 0], [1, -0.25, np.nan])


# As any other network


@names
def test_it_decides_cell_and_sizes_and_its_weights_are_no_one_else_s(name: str) -> None:
    network = trained(name)
    asked = Experiment(network=name, cell="gru", hidden_size=99, num_layers=3, bidirectional=True, length=9)
    trace = run(asked)
    assert (trace.experiment.cell, trace.experiment.hidden_size) == (network.cell, network.hidden_size)
    assert trace.experiment.layer_names == network.experiment.layer_names == tuple(trace.layers)
    assert network.experiment.num_layers == network.num_layers
    network.parameters()["weight_ho"][:] = 99
    assert (trace.parameters["weight_ho"] == network.weights["weight_ho"]).all()
    assert not (network.parameters()["weight_ho"] == 99).any()
    assert Experiment.from_query(asked.to_query()) == asked and Experiment.from_json(asked.to_json()) == asked


@names
@pytest.mark.parametrize(("field", "values"), [("length", [2, 7]), ("seed", [0, 5]), ("clip", [0.1, 1.0])])
def test_it_is_swept_over_what_it_leaves_open(name: str, field: str, values: list[float]) -> None:
    experiment = Experiment(network=name, length=9)
    for value, trace in zip(values, sweep(experiment, **{field: values}), strict=True):
        alone = run(experiment.replace(**{field: value}))
        assert trace.outputs.tobytes() == alone.outputs.tobytes()
        assert trace.grad_norm == alone.grad_norm
    with pytest.raises(ExperimentError, match=f"no effect on the ready-made network {name}"):
        sweep(experiment, gain=[1, 2])


def test_its_gates_can_be_held() -> None:
    experiment = Experiment(network="adding_lstm", length=50, hold=(Hold("f", 0.0, start=40, stop=41),))
    free, held = run(experiment.replace(hold=())), run(experiment)
    assert (held.layers["l0"].gates["f"][40] == 0).all()
    assert held.losses.sum() > 20 * free.losses.sum(), "what it was to keep is forgotten"


def test_an_unknown_name_is_refused() -> None:
    for find in (trained, network_named):
        with pytest.raises(ExperimentError, match="adding_lstm, adding_rnn") as refused:
            find("adding")
        assert refused.value.field == "network"
    assert isinstance(network_named("sentiment"), Trained)
