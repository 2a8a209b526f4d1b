"""The Shapes page: a gallery of runs, any of which opens; controls of the shape; links that keep all of it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import numpy as np
import pytest

from rnnviz.experiment import DECODERS, INPUTS, NETWORKS, Experiment
from rnnviz.figures.powers import powers_of_log10
from rnnviz.gradients import itemised
from rnnviz.gradients.reach import reach_vectors
from rnnviz.networks.trained import TRAINED, trained
from rnnviz.run import resolve, run
from rnnviz.site import limits
from rnnviz.site.settle import settle
from rnnviz.site.shapes.entries import ENTRIES, GROUPS, entry_of, query_of
from rnnviz.site.shapes.far import far, partner, sentences
from rnnviz.site.shapes.opened import BUILT, training_of
from rnnviz.site.shapes.tiles import LONGEST, answered_from, solved, tile
from rnnviz.site.shapes.uses import USES, href_of
from rnnviz.site.shapes.wiring import wired
from rnnviz.site.training import page as training
from rnnviz.tasks.problems.shipped import SHIPPED
from rnnviz.trace import NO_TARGET
from rnnviz.words import say
from tests.site.visit import Visit
from tests.sources import ROOT

ASSETS = ROOT / "rnnviz/stage/assets"
LAST = Experiment(text="before")
TRANSLATED = Experiment(text="hello", target="olleh", shape="encoder_decoder", cell="gru", init="normal")


def linked(experiment: Experiment) -> Visit:
    return Visit("shapes", **query_of(experiment))


def html(visit: Visit) -> str:
    return " ".join(element.proto.body for element in visit.test.get("html"))


@pytest.mark.parametrize("name", ENTRIES)
def test_a_small_network_is_a_run_whose_answers_are_right(name: str) -> None:
    trace, drawn = solved(ENTRIES[name].small), run(ENTRIES[name].small)
    shown = tile(name, "en")
    asked = trace.targets != NO_TARGET
    assert asked.any() and (trace.outputs[asked].argmax(axis=1) == trace.targets[asked]).all()
    assert [shown["answers"][t] for t in np.flatnonzero(asked)] == [
        (trace.answers or ())[k] for k in trace.targets[asked]
    ]
    for key, value in drawn.parameters.items():  # nothing but the last weights was solved for
        assert key in ("weight_ho", "bias_o") or (trace.parameters[key] == value).all()
    answers = answered_from(trace) @ trace.parameters["weight_ho"].T + trace.parameters["bias_o"]
    np.testing.assert_allclose(answers[asked], trace.outputs[asked], atol=1e-12)
    assert shown["T"] == trace.steps <= solved(ENTRIES[LONGEST].small).steps


def test_the_gallery_is_what_an_empty_link_shows_and_every_picture_links_to_its_shape() -> None:
    visit = Visit("shapes")
    assert visit.errors == [] and visit.query == ""
    options = visit.component("stage-gallery")["payload"]["stage"]["views"][0]["options"]
    assert [one["name"] for one in options["tiles"]] == list(ENTRIES)
    assert {one["group"] for one in options["tiles"]} == set(GROUPS)
    for one in options["tiles"]:
        asked = Experiment.from_query(dict(parse_qsl(one["href"].removeprefix("?"))))
        assert asked == ENTRIES[one["name"]].opened and entry_of(asked) == one["name"]


@pytest.mark.parametrize("name", ENTRIES)
def test_a_shape_opens_with_a_run_of_that_shape_and_its_link_opens_it_again(name: str) -> None:
    entry = ENTRIES[name]
    for experiment in (entry.opened, entry.fresh):
        visit = linked(experiment)
        asked, meta = resolve(experiment), visit.meta("stage-shapes")
        assert visit.errors == []
        assert (meta["shape"], meta["cell"], meta["num_layers"]) == (asked.shape, asked.cell, asked.num_layers)
        assert meta["network"] == experiment.network and visit.test.session_state["shape_weights"] == (
            "trained" if experiment == entry.opened else "random"
        )
        assert Experiment.from_query(dict(parse_qsl(visit.query))) == experiment
        assert f"{say(f'shapes.{name}.short')}</a>" in html(visit).partition('aria-current="true"')[2][:120]
        again = Visit("shapes", **{key: values[-1] for key, values in parse_qs(visit.query).items()})
        assert again.query == visit.query and again.errors == []


def test_one_goes_back_to_the_gallery_and_on_to_the_same_shape() -> None:
    visit = Visit("shapes")
    for step in range(2):  # as often as one likes, and whatever was changed meanwhile
        visit.test.query_params.update({"visit": str(step), **query_of(ENTRIES["encoder_decoder"].fresh)})
        assert visit.run().meta("stage-shapes")["shape"] == "encoder_decoder"
        assert visit.test.session_state["seed"] == ENTRIES["encoder_decoder"].fresh.seed
        visit.test.number_input(key="seed").set_value(11)
        assert "seed=11" in visit.run().query
        visit.test.query_params.clear()
        assert visit.run().query == "" and visit.component("stage-gallery")


def test_what_was_opened_is_there_again_after_another_lesson() -> None:
    visit = linked(TRANSLATED)
    visit.goto("step")
    assert visit.meta()["shape"] == "encoder_decoder" and "target=olleh" in visit.query
    visit.goto("shapes")
    assert visit.query == linked(TRANSLATED).query


@pytest.mark.parametrize("page", ["shapes", "step", "gates"])
def test_every_lesson_opens_a_decoder_where_it_begins_to_write_unless_the_link_says_where(page: str) -> None:
    for link, start in (({}, 10), ({"step": "15"}, 14)):
        visit = Visit(page, network="reverser", text="palindrome", **link)
        assert visit.component(f"stage-{page}")["payload"]["stage"]["start"] == start and visit.errors == []


def test_skip_connections_go_along_to_every_lesson_and_are_a_switch_there() -> None:
    visit = linked(ENTRIES["residual"].fresh)
    for page in ("step", "gates", "gradients"):
        assert "residual=true" in visit.goto(page).query and visit.errors == []
    visit.goto("step").more().test.toggle(key="residual").set_value(False)
    assert "residual" not in visit.run().query


def leads_to(visit: Visit, name: str) -> Experiment:
    """Return what opens from the row of all shapes."""
    found = re.search(rf'href="\?([^"]*)"[^>]*>{re.escape(say(f"shapes.{name}.short"))}</a>', html(visit))
    assert found
    return Experiment.from_query(dict(parse_qsl(unescape(found[1]))))


@pytest.mark.parametrize("more", [{}, {"bidirectional": True, "context": "transform"}])
def test_with_attention_and_without_a_network_of_ones_own_stays_what_it_is(more: dict[str, Any]) -> None:
    own = TRANSLATED.replace(text="über & <Maß>", hidden_size=9, seed=12, forcing=0.0, **more)
    looking = own.replace(attention="additive" if more else "dot")
    visit = linked(own)
    assert visit.errors == [] and leads_to(visit, "attention") == looking
    visit.test.query_params.update({"visit": "1", **query_of(looking)})
    assert visit.run().errors == [] and visit.meta("stage-shapes")["attention"] == looking.attention
    assert leads_to(visit, "encoder_decoder") == own


OWN = Experiment(text="abcab", seed=9, cell="gru", hidden_size=7, gain=1.2, loss="last", shape="many_to_one")


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize(
    "own",
    [
        OWN.replace(readout="mean"),
        OWN.replace(series=(1.0, 2.0, 4.0, 2.0, 1.0), cell="rnn", nonlinearity="relu", num_layers=3, residual=True),
        OWN.replace(task="sine", bidirectional=True, shape="many_to_many", truncate=4),
        OWN.replace(shape="encoder_decoder", bidirectional=True, attention="additive", target="cab", forcing=0.5),
        OWN.replace(shape="one_to_one", cell="rnn"),
    ],
)
def test_a_network_of_ones_own_is_wired_as_any_shape_and_stays_what_it_is(own: Experiment, name: str) -> None:
    there = wired(own, name)
    assert entry_of(there) == name and wired(own, entry_of(own)) == own
    kept = {"text", "series", "task", "length", "seed", "hidden_size", "gain", "loss", "nonlinearity"}
    kept |= {"cell"} if name != "one_to_one" else set()
    assert {field: getattr(there, field) for field in kept} == {field: getattr(own, field) for field in kept}
    visit = linked(own)
    assert leads_to(visit, name) == there
    visit.test.query_params.clear()
    visit.test.query_params.update({"visit": "1", **query_of(there)})
    assert visit.run().errors == [] and Experiment.from_query(dict(parse_qsl(visit.query))) == there
    assert leads_to(visit, entry_of(own)) == own, "what this shape has no part in is there again"


def test_what_another_shape_opens_with_by_itself_is_nobodys_own() -> None:
    for here in ENTRIES:
        visit = linked(ENTRIES[here].fresh)
        assert all(leads_to(visit, there) == ENTRIES[there].fresh for there in ENTRIES)


def test_ones_own_network_is_there_again_after_the_trained_one_and_what_is_changed_meanwhile_goes_along() -> None:
    visit = linked(OWN.replace(text="ab" * 300))
    visit.test.query_params.clear()
    visit.test.query_params.update({"visit": "1", **query_of(leads_to(visit, "encoder_decoder"))})
    assert len(visit.run().errors) == 1 and leads_to(visit, "many_to_one").text == "ab" * 300, "read whole again"
    visit.test.number_input(key="seed").set_value(11)
    assert leads_to(visit.run(), "one_to_many").seed == 11
    visit.test.selectbox(key="input").set_value("task")
    assert leads_to(visit.run(), "stacked").task == "sine"
    for weights in ("trained", "random"):
        next(one for one in visit.test.button_group if one.key == "shape_weights").set_value(weights)
        visit.run()
    assert "seed=11" in visit.query and "cell=gru" in visit.query and "task=sine" in visit.query


def test_from_a_trained_network_one_comes_to_the_trained_one_of_another_shape() -> None:
    for here, there in (("encoder_decoder", "attention"), ("attention", "encoder_decoder")):
        assert leads_to(linked(ENTRIES[here].opened), there) == ENTRIES[there].opened


@pytest.mark.parametrize("name", ["encoder_decoder", "attention", "many_to_one", "stacked"])
def test_the_trained_networks_of_a_shape_are_listed_before_all_others(name: str) -> None:
    visit = linked(ENTRIES[name].opened)
    listed = visit.test.selectbox(key="network")
    called = {say(f"network.{network}.title"): network for network in NETWORKS}
    fits = [entry_of(Experiment(network=called[title])) == name for title in listed.options]
    assert len(fits) == len(NETWORKS) and sum(fits), "all are there, some of this shape"
    assert fits == sorted(fits, reverse=True)
    *_, last = listed.options  # of another shape: choosing it opens that
    listed.set_value(called[last])
    assert f"network={called[last]}" in visit.run().query and visit.test.selectbox(key="network").value == called[last]


def test_how_a_decoder_writes_goes_along_to_the_gradients_and_comes_back() -> None:
    own = TRANSLATED.replace(forcing=0.0, beam=3)
    visit = linked(own)
    links = [link.proto.query_string for link in visit.test.get("page_link")]
    assert own in [Experiment.from_query(dict(parse_qsl(link))) for link in links if "beam" in link]
    visit.goto("gradients", **query_of(own))
    assert visit.errors == [] and visit.meta("stage-gradients")["forcing"] == 1
    assert visit.goto("shapes").query == linked(own).query
    assert (visit.meta("stage-shapes")["forcing"], visit.meta("stage-shapes")["beam"]) == (0, 3)


def test_trained_weights_and_random_ones_are_a_switch() -> None:
    entry = ENTRIES["many_to_many"]
    visit = linked(entry.opened)
    control = next(one for one in visit.test.button_group if one.key == "shape_weights")
    control.set_value("random")
    assert Experiment.from_query(dict(parse_qsl(visit.run().query))) == entry.fresh


def test_what_is_read_is_chosen_only_with_random_weights_and_a_size_too() -> None:
    entry = ENTRIES["many_to_many"]
    visit = linked(entry.opened)
    assert not [one for one in (*visit.test.selectbox, *visit.test.number_input) if one.key in ("input", "hidden_size")]
    next(one for one in visit.test.button_group if one.key == "shape_weights").set_value("random")
    kinds = [say(f"control.input.{kind}") for kind in INPUTS if kind != "network"]
    assert visit.run().test.selectbox(key="input").options == kinds
    visit.test.number_input(key="hidden_size").set_value(9)
    assert "hidden_size=9" in visit.run().query
    assert linked(entry.opened).goto("step").test.selectbox(key="input").value == "network"


@pytest.mark.parametrize("page", ["step", "gates", "gradients", "shapes"])
def test_every_lesson_takes_a_shape_and_its_choices_from_a_link_and_keeps_them(page: str) -> None:
    chosen = TRANSLATED.replace(context="all", decoder="input", attention="additive", num_layers=2, residual=True)
    chosen = chosen.replace(forcing=0.5, beam=3)
    visit = Visit(page, **chosen.to_query())
    assert visit.errors == []
    assert Experiment.from_query(dict(parse_qsl(visit.query))) == chosen
    meta = visit.meta(f"stage-{page}")
    assert (meta["context"], meta["decoder"], meta["attention"]) == ("all", "input", "additive")


def test_what_another_shape_has_no_part_in_leaves_the_link_and_is_there_again() -> None:
    visit = Visit("step", **TRANSLATED.replace(decoder="state", attention="dot").to_query()).more()
    visit.test.selectbox(key="shape").set_value("many_to_many")
    assert Experiment.from_query(dict(parse_qsl(visit.run().query))) == Experiment(
        text="hello", cell="gru", init="normal"
    )
    visit.test.selectbox(key="shape").set_value("encoder_decoder")
    assert "decoder=state" in visit.run().query and "attention=dot" in visit.query


def test_a_network_that_reads_all_at_once_gets_the_cell_that_it_has_without_a_word() -> None:
    visit = Visit("step", cell="lstm", text="hello").more()
    visit.test.selectbox(key="shape").set_value("one_to_one")
    assert visit.run().errors == [] and visit.meta()["T"] == 1 and "cell=rnn" in visit.query


@pytest.mark.parametrize(
    ("asked", "used", "says"),
    [
        ({"shape": "one_to_one", "cell": "lstm"}, {"cell": "rnn"}, "'rnn' is used"),
        ({"shape": "encoder_decoder", "truncate": 3}, {"truncate": None}, "nothing is used"),
        (
            {"shape": "encoder_decoder", "bidirectional": True, "attention": "dot"},
            {"attention": "additive"},
            "'additive' is used",
        ),
        (
            {"shape": "encoder_decoder", "bidirectional": True, "decoder": "state", "context": "all"},
            {"context": "transform"},
            "'transform' is used",
        ),
    ],
)
def test_what_does_not_go_together_is_put_right_with_a_sentence_each(asked, used, says) -> None:
    settled = settle({"text": "hello", **asked}, LAST, "en")
    assert {name: getattr(settled.experiment, name) for name in used} == used
    (sentence,) = settled.sentences
    assert says in sentence and len(sentence) < 300
    run(settled.experiment)


def test_several_that_do_not_go_together_are_a_sentence_each_and_nothing_typed_is_lost() -> None:
    wrong = {"bidirectional": "true", "decoder": "state", "context": "all", "attention": "dot", "truncate": "3"}
    visit = Visit("shapes", shape="encoder_decoder", text="hello", **wrong)
    assert len(visit.errors) == 3 and visit.meta("stage-shapes")["attention"] == "additive"
    assert visit.test.session_state["attention"] == "dot"
    visit.test.session_state["bidirectional"] = False
    assert visit.run().meta("stage-shapes")["attention"] == "dot" and len(visit.errors) == 1


def test_a_long_source_and_a_long_target_are_cut_and_what_was_typed_stays() -> None:
    settled = settle({"shape": "encoder_decoder", "text": "ab" * 500, "target": "c" * 300}, LAST, "en")
    assert len(settled.experiment.text or "") == limits.SOURCE and len(settled.experiment.target or "") == limits.TARGET
    assert len(settled.sentences) == 2 and all("200" in sentence for sentence in settled.sentences)
    assert settle({"shape": "one_to_one", "cell": "rnn", "text": "a" * 500}, LAST, "en").experiment.text == "a" * 100
    assert settle({"text": "a" * 500}, LAST, "en").sentences == ()


@pytest.mark.parametrize("digits", [250, 5000])
def test_what_is_too_long_and_is_then_refused_is_told_in_one_sentence_that_is_true(digits: int) -> None:
    visit = Visit("shapes", network="speller")
    visit.test.text_input(key="network_text").set_value("1" * digits)
    (sentence,) = visit.run().errors
    assert "spelled up to 999999; a random input is used instead" in sentence and "shown" not in sentence
    assert visit.test.text_input(key="network_text").value == "1" * digits
    assert "text" not in visit.query


def test_a_series_is_shared_and_has_no_target_of_its_own() -> None:
    numbers = ",".join(map(str, range(999)))
    visit = Visit("shapes", shape="encoder_decoder", series=numbers, target="abc")
    (sentence,) = visit.errors
    assert "at most 400" in sentence and "target" not in visit.query
    (short,) = Visit("shapes", shape="encoder_decoder", series="1,2").errors
    assert "at least 2" in short


@pytest.mark.parametrize("experiment", [TRANSLATED, TRANSLATED.replace(attention="additive", num_layers=2)])
def test_how_far_the_loss_reaches_is_the_gradient_at_the_source(experiment: Experiment) -> None:
    beside = partner(experiment)
    assert beside is not None
    trace, other = run(experiment), run(beside)
    found, source = far(trace), len("hello")
    assert found.attending is not None and found.without is not None and found.context is not None
    attending, without = (other, trace) if experiment.attention == "none" else (trace, other)
    for curve, one in ((found.attending, attending), (found.without, without)):
        sent = itemised(one)[source:]  # of each loss to each step, its own among them
        shares = sent[:, :source] / sent[range(len(sent)), range(source, one.steps)][:, None]
        np.testing.assert_allclose(10**curve, shares.mean(axis=0), rtol=1e-9)
    through = np.linalg.norm(reach_vectors(attending, "context"), axis=2)
    own = np.diagonal(itemised(attending))[source:]
    np.testing.assert_allclose(10**found.context, (through / own[:, None]).mean(axis=0), rtol=1e-9)


def test_of_more_that_arrives_without_attention_it_is_said_where_each_loss_goes_and_why() -> None:
    pair = [run(ENTRIES[name].opened) for name in ("encoder_decoder", "attention")]
    told = " ".join(sentences(far(pair[0]), pair[0].experiment, "en"))
    for trace, name in zip(pair, ("without", "attending"), strict=True):
        first = trace.segments[0].stop
        sent = itemised(trace)[first:]
        largest = sent[:, :first] / sent[range(len(sent)), range(first, trace.steps)][:, None]
        asked = np.isfinite(largest).all(axis=1)
        places = sorted(set(largest[asked].argmax(axis=1).tolist()))
        peak = powers_of_log10(float(np.log10(largest[asked].max(axis=1).mean())))
        assert far(pair[0]).each[name].places == places and peak in told
    whole = {name: getattr(far(pair[0]), name) for name in ("without", "attending")}
    assert (say("shapes.far.more") in told) == (whole["without"] > whole["attending"]).all()
    random = run(TRANSLATED)
    assert say("shapes.far.more") not in sentences(far(random), TRANSLATED, "en"), "there it is not so"
    assert say("shapes.far.adds") not in " ".join(sentences(far(random), TRANSLATED.replace(decoder="state"), "en"))


def test_the_figure_has_a_dot_for_each_line_and_symbol() -> None:
    visit = linked(TRANSLATED)
    assert "site-far" not in html(visit), "it is worked out when it is looked at"
    visit.test.session_state["far_random"] = True
    shown = html(visit.run())
    for name in ("attending", "context", "without"):
        dots = re.findall(rf'<i class="site-far-{name}"[^>]*data-log10="([^"]+)"', shown)
        np.testing.assert_allclose(np.array(dots, float), getattr(far(run(TRANSLATED)), name), atol=1e-4)
    assert "site-far" not in html(linked(ENTRIES["many_to_one"].fresh))


def test_the_table_has_a_link_for_each_use() -> None:
    links = re.findall(
        r"<td><a data-within href=\"([^\"]+)\">[^<]+</a>(?:<small>([^<]+)</small>)?</td>", html(Visit("shapes"))
    )
    assert [unescape(href) for href, _ in links] == [href_of(name) for name in USES]
    here = {name: said for name, (_, said) in zip(USES, links, strict=True) if said}
    assert here == {name: say(f"shapes.use.{name}.here") for name in ("images", "captions", "waves")}


@pytest.mark.parametrize("name", USES)
def test_each_use_opens_as_itself_without_a_sentence(name: str) -> None:
    visit = Visit("shapes", **dict(parse_qsl(href_of(name).removeprefix("?"))))
    assert visit.errors == []
    meta = visit.meta("stage-shapes")
    assert meta["shape"] == resolve(USES[name]).shape and dict(parse_qsl(visit.query)) == query_of(USES[name])


def test_a_network_that_answers_at_the_end_is_many_to_one_in_every_lesson() -> None:
    visit = Visit("shapes", network="sentiment", shape="many_to_one")
    for page in ("step", "gates", "gradients"):
        assert "shape=many_to_one" in visit.goto(page).query and visit.errors == []
    assert "shape" not in Visit("step", network="latch", shape="many_to_one").query


@pytest.mark.parametrize(
    ("texts", "says", "count"),
    [
        ("", "has no text, but must have at least one", 4),
        ("wonderful\nxylophone\nnot good", "left out, here 1 ('xylophone'); the others are shown", 2),
        ("<script>alert(1)</script>", "the network never met: '<'. What is shown below is 'wonderful / not good", 4),
        ("?!\ngood", "left out, here 1 ('?!')", 1),
        ("good\n" * 11 + "xylophone\n" * 2, "beginnings are read, and what you typed stays in the field. Lines", 11),
        ("good " * 1000, "1,000 words", 1),
        ("good\n" * 1000, "1,000", limits.TEXTS),
    ],
    ids=["none", "unknown", "markup", "nothing", "both", "long", "many"],
)
def test_texts_that_cannot_be_laid_side_by_side(texts: str, says: str, count: int) -> None:
    visit = Visit("shapes")
    visit.test.text_area(key="batch").set_value(texts)
    (sentence,) = visit.run().errors
    assert says in sentence
    assert len(visit.component("stage-padding")["payload"]["padding"]["lengths"]) == count
    assert visit.test.session_state["batch"] == texts
    order = [node.type for node in visit.test.main]
    assert order.index("error") == order.index("text_area") + 1, "what is wrong is said beside the field"


def test_the_texts_are_in_the_link_and_come_back_and_stay_while_a_shape_is_open() -> None:
    visit = Visit("shapes")
    assert visit.query == ""
    visit.test.text_area(key="batch").set_value("not bad\nxylophone\n good  food")
    shown = {"batch": "not bad\ngood food"}
    assert dict(parse_qsl(visit.run().query)) == shown
    again = Visit("shapes", **shown)
    assert again.errors == [] and dict(parse_qsl(again.query)) == shown
    assert again.test.text_area(key="batch").value == shown["batch"]
    assert again.component("stage-padding")["payload"]["padding"]["lengths"] == [2, 2]
    again.test.query_params.clear()
    again.test.query_params.update({"visit": "1", **query_of(ENTRIES["stacked"].fresh)})
    assert "batch" not in again.run().query
    again.test.query_params.clear()
    assert dict(parse_qsl(again.run().query)) == shown
    again.goto("step")
    assert dict(parse_qsl(again.goto("shapes").query)) in (shown, query_of(ENTRIES["stacked"].fresh))


def test_the_words_that_the_network_knows_stand_beside_the_field() -> None:
    (known,) = [one.value for one in Visit("shapes").test.caption if "wonderful" in one.value]
    assert {"good", "waiter", "not"} <= set(known.split(", "))


@pytest.mark.parametrize("name", ENTRIES)
def test_one_like_it_can_be_trained(name: str) -> None:
    for experiment in (ENTRIES[name].opened, ENTRIES[name].fresh):
        query, asked = training_of(name, experiment), resolve(experiment)
        visit = Visit("training", **query)
        assert visit.errors == []
        kept = dict(parse_qsl(visit.query))
        assert kept["problem"] == query["problem"]
        network = visit.test.session_state[training.LAST].experiment
        assert all(getattr(network, field) == getattr(asked, field) for field in BUILT)
        units = asked.hidden_size
        assert network.hidden_size == units
        labels = [link.proto.label for link in linked(experiment).test.get("page_link")]
        assert say("shapes.train", units=units) in labels


def test_one_like_it_is_as_large_as_what_a_person_has_made_large() -> None:
    own = ENTRIES["many_to_many"].fresh.replace(hidden_size=64, cell="rnn", nonlinearity="relu")
    link = training_of("many_to_many", own)
    assert (link["hidden_size"], link["nonlinearity"]) == ("64", "relu")


@pytest.mark.parametrize("name", TRAINED)
def test_what_a_network_was_trained_on_is_what_one_like_it_is_trained_on(name: str) -> None:
    network, opened = trained(name), Experiment(network=name)
    visit = Visit("training", **training_of(entry_of(opened), opened))
    plan = visit.test.session_state[training.LAST]
    assert visit.errors == []
    assert (plan.experiment.hidden_size, plan.experiment.shape) == (network.hidden_size, network.experiment.shape)
    options = dict(plan.options)
    if "text" in network.task["options"]:
        options["text"] = SHIPPED[options.pop("book")]()
        assert plan.problem == "book" and options == network.task["options"]
        return
    short = {"shortest": 6, "longest": 6} if plan.problem == "reverse" else {}  # to be watched
    assert (plan.problem, options) == (network.task["name"], {**network.task["options"], **short})


@pytest.mark.parametrize("text", ["cat", "ab" * 1000])
def test_a_target_that_came_with_a_text_goes_with_it(text: str) -> None:
    visit = Visit("shapes", network="reverser", text="hello")
    visit.test.segmented_control(key="shape_weights").set_value("random")
    assert "target=olleh" in visit.run().query
    visit.test.text_input(key="text").set_value(text)
    assert "target" not in visit.run().query and visit.test.text_input(key="target").value == ""
    read = min(len(text), 200)
    assert visit.meta("stage-shapes")["T"] == 2 * read + 1


def test_a_target_that_was_typed_or_linked_stays_whatever_is_read() -> None:
    visit = Visit("shapes", shape="encoder_decoder", text="hello", target="olleh")
    visit.test.text_input(key="text").set_value("cat")
    assert "target=olleh" in visit.run().query
    visit.test.text_input(key="target").set_value("tac")
    visit.run().test.text_input(key="text").set_value("dog")
    assert "target=tac" in visit.run().query and visit.errors == []


@pytest.mark.parametrize("decoder", DECODERS)
def test_teacher_forcing_is_called_what_it_does_to_a_decoder(decoder: str) -> None:
    own = TRANSLATED.replace(decoder=decoder)
    forced, half = (run(own.replace(forcing=chance)) for chance in (1.0, 0.5))
    same = min(forced.steps, half.steps)
    changes = not np.allclose(forced.outputs[:same], half.outputs[:same], atol=1e-12, equal_nan=True)
    (slider,) = [one for one in linked(own).test.slider if one.key == "forcing"]
    assert slider.label == say("control.forcing" if changes else "control.forcing.length")
    assert changes or (slider.help.count(".") == 1 and forced.steps == len("hello") + len("olleh") + 1)
    numbers = linked(Experiment(series=(1, 2, 3, 4, 5, 6), shape="encoder_decoder", decoder=decoder))
    assert bool([one for one in numbers.test.slider if one.key == "forcing"]) == changes
