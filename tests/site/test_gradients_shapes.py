"""The Gradients and Gates pages with networks of every shape: what they send, what they say, what they leave out."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.engines.decoding import most_steps
from rnnviz.figures import saturation_of
from rnnviz.figures.powers import powers, powers_of_log10
from rnnviz.gradients import log10_norms, reach, reach_totals
from rnnviz.gradients.facts import facts_of
from rnnviz.site import limits
from rnnviz.site.remedies import offered
from rnnviz.site.sweeping import sweeps
from rnnviz.tasks.size import WRITTEN
from rnnviz.trace import Trace
from rnnviz.words import say
from tests.site.test_gradients_page import Gradients, curve, numbers
from tests.site.visit import Visit

TRANSLATES: dict[str, str] = {"shape": "encoder_decoder", "text": "stream", "target": "maerts"}
LOOKING = TRANSLATES | {"attention": "dot", "cell": "gru"}


def ran(query: dict[str, str], **more: Any) -> Trace:
    return run(Experiment.from_query(query).replace(**more))


def test_the_curves_of_all_cells_lead_through_the_decoder_into_the_encoder_at_every_gain() -> None:
    visit = Gradients(**LOOKING)
    assert not visit.errors
    payload = visit.payload
    flow, own = payload["flow"], payload["stage"]["frame"]
    assert [(part["name"], part["stop"]) for part in payload["meta"]["segments"]] == [("encoder", 6), ("decoder", 13)]
    assert flow["cells"] == ["rnn", "gru", "lstm"] and len(payload["frames"]) == 13
    for frame in (0, own, 12):
        for cell in flow["cells"]:
            wanted = ran(LOOKING, cell=cell, gain=flow["swept"]["values"][frame])
            np.testing.assert_allclose(curve(visit, frame, cell), log10_norms(wanted.layers["l0"].dh), atol=1e-5)


def test_each_way_into_the_encoder_has_a_line_of_its_own_where_there_are_two() -> None:
    frames = Gradients(**LOOKING).payload["frames"]
    found = reach_totals(ran(LOOKING, gain=0.25))
    for way in ("context", "attention"):
        line = numbers(frames[0]["flow"]["ways"][f"{way}_log10"])
        np.testing.assert_allclose(line[:6], found[way][:6], atol=1e-5)
        assert np.isnan(line[6:]).all()
    assert Gradients(**TRANSLATES).payload["frames"][0]["flow"]["ways"] is None


@pytest.mark.parametrize("query", [TRANSLATES, LOOKING, LOOKING | {"gain": "0.1"}, TRANSLATES | {"loss": "last"}])
def test_the_lead_says_how_far_the_last_loss_reaches_and_by_which_way(query: dict[str, str]) -> None:
    words, found = Gradients(**query).words, ran(query, loss="last")
    facts = facts_of(found)
    assert facts["factor"] is None
    for part in ("decoder", "encoder"):
        assert say(f"gradients.lead.in_{part}", factor=powers(facts["parts"][part])) in words
    assert powers_of_log10(facts["first_log10"] - facts["last_log10"]) in words
    if "attention" not in query:
        assert say("gradients.lead.one_way") in words
        return
    last = reach(found, last=True)
    sizes = {way: powers_of_log10(float(getattr(last, way)[0, 0])) for way in ("total", "context", "attention")}
    assert say("gradients.lead.both_ways", **sizes) in words


def test_a_factor_a_step_is_told_of_each_part_and_is_that_of_its_own_steps() -> None:
    visit = Gradients(**LOOKING)
    facts = visit.payload["frames"][visit.payload["stage"]["frame"]]["flow"]["facts"]["gru"]
    dh = np.linalg.norm(ran(LOOKING, loss="last").layers["l0"].dh, axis=1)
    assert facts["parts"]["encoder"] == pytest.approx((dh[0] / dh[5]) ** (1 / 5))
    assert facts["parts"]["decoder"] == pytest.approx((dh[6] / dh[12]) ** (1 / 6))


def test_what_means_nothing_in_a_shape_is_not_offered() -> None:
    translating, forward = Experiment(**TRANSLATES), Experiment(shape="one_to_one", cell="rnn", text="hello")
    assert "truncate" not in offered(translating) and "orthogonal" in offered(translating)
    assert offered(forward) == ["clip", "clip_value", "relu", "residual"]
    assert sweeps(translating) == ("gain", "forget_bias", "none") and sweeps(forward) == ("none",)
    assert sweeps(Experiment(shape="one_to_many", text="hello")) == ("gain", "forget_bias", "length", "none")


def test_a_link_that_asks_for_it_is_told_so() -> None:
    visit = Gradients(**TRANSLATES, sweep="length", truncate="3")
    choices = "gain, forget_bias, none"
    assert say("notice.sweep", value="length", shape="encoder_decoder", choices=choices) in visit.errors
    assert any("way back through an encoder and a decoder is always walked whole" in one for one in visit.errors)
    assert visit.payload["flow"]["swept"] is None


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"forcing": "0", "beam": "3"}, "taught"),
        ({"forcing": "0.5"}, "taught_more"),
        ({"forcing": "0", "decoder": "state"}, "taught_length"),
    ],
)
def test_a_decoder_that_writes_by_itself_elsewhere_is_taught_here_and_that_is_said(
    more: dict[str, str], key: str
) -> None:
    visit = Gradients(**TRANSLATES, **more)
    captions = [caption.value for caption in visit.test.caption]
    assert not visit.errors and say(f"gradients.{key}", value=more["forcing"]) in captions
    assert visit.payload["meta"]["forcing"] == 1.0
    visit.more()
    assert visit.test.text_input(key="target").value == "maerts"
    assert not [one for one in (*visit.test.slider, *visit.test.number_input) if one.key in ("forcing", "beam")]
    linked, beam = Experiment.from_query(visit.asked), int(more.get("beam", 1))
    assert (linked.forcing, linked.beam) == (float(more["forcing"]), beam)


def test_no_input_is_so_long_that_forcing_would_have_to_be_set_where_there_is_no_control_for_it() -> None:
    visit = Gradients(shape="encoder_decoder", text="ab" * 20_000, target="xy" * 20_000, forcing="0.5")
    told = " ".join(visit.errors)
    assert f"reads at most {limits.SOURCE};" in told and f"asked for at most {limits.TARGET};" in told
    assert len(visit.errors) == 2 and visit.payload["meta"]["T"] == limits.SOURCE + limits.TARGET + 1
    assert most_steps(limits.SOURCE, limits.TARGET) <= WRITTEN


def test_of_a_decoder_that_is_taught_everywhere_nothing_more_is_said() -> None:
    numbers = {"shape": "encoder_decoder", "series": "1,2,3,4,5,6", "decoder": "state", "forcing": "0"}
    for query in (TRANSLATES, numbers):
        captions = " ".join(caption.value for caption in Gradients(**query).test.caption)
        assert "teacher forcing" not in captions


def test_remedies_are_laid_over_the_run_without_them_and_told_of_each_part() -> None:
    visit = Gradients(**LOOKING).switch("orthogonal", "clip")
    assert not visit.errors and visit.payload["flow"]["before"] == ["clip", "orthogonal"]
    old, new = (facts_of(ran(LOOKING, loss="last", init=init))["parts"] for init in ("torch", "orthogonal"))
    for part in ("decoder", "encoder"):
        assert say(f"remedy.{part}.done", old=powers(old[part]), new=powers(new[part])) in visit.words


@pytest.mark.parametrize("readout", ["last", "mean", "max"])
def test_an_answer_from_all_states_has_its_gradient_come_in_at_all_of_them(readout: str) -> None:
    query = {"shape": "many_to_one", "text": "hello world", "readout": readout}
    visit = Gradients(**query)
    assert not visit.errors
    np.testing.assert_allclose(
        curve(visit, visit.payload["stage"]["frame"], "lstm"), log10_norms(ran(query).layers["l0"].dh), atol=1e-5
    )
    layer = visit.payload["frames"][0]["layers"]["l0"]
    assert ("sends" in layer) == (readout != "last")
    if readout == "mean":
        assert numbers(layer["sends"]).all()
    assert ("answers from the" in visit.words) == (readout != "last")


def test_a_feed_forward_network_is_said_to_have_no_way_back_through_time() -> None:
    visit = Gradients(shape="one_to_one", cell="rnn", text="hello")
    assert not visit.errors and say("gradients.lead.one_step") in visit.words
    assert visit.payload["flow"]["cells"] == ["rnn"] and visit.payload["meta"]["T"] == 1
    assert not [one for one in visit.test.button_group if one.key == "sweep"]


def test_the_gates_of_an_encoder_and_of_its_decoder_are_counted_apart() -> None:
    visit = Visit("gates", **(LOOKING | {"gain": "9"}))
    assert not visit.errors
    figures = visit.component("stage-gates")["payload"]["figures"]
    gates = ran(LOOKING, gain=9.0).layers["l0"].gates["z"]
    for part, here in {"encoder": slice(6), "decoder": slice(6, 13)}.items():
        figure = json.loads(figures[f"saturation_{part}"])
        counted = saturation_of(gates[here])
        assert figure["layout"]["meta"]["units"][0]["x"] == pytest.approx(counted.open.tolist())
        assert say(f"figures.saturation_{part}") in json.dumps(figure, ensure_ascii=False)


@pytest.mark.parametrize(("decoder", "ends"), [("state", 13), ("feedback", 6)])
def test_what_is_left_of_a_memory_ends_where_it_is_handed_on_no_more(decoder: str, ends: int) -> None:
    visit = Visit("gates", **(LOOKING | {"decoder": decoder}))
    figure = json.loads(visit.component("stage-gates")["payload"]["figures"]["left"])
    left = figure["data"][-1]["y"]
    gates = ran(LOOKING, decoder=decoder).layers["l0"].gates["z"]
    shares = np.cumprod(gates[1:ends], axis=0).mean(axis=1)
    assert left[:ends] == pytest.approx([1, *shares], abs=1e-6)
    assert all(value is None for value in left[ends:])
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [6.5]


def test_a_feed_forward_network_has_no_gates_and_a_way_to_those_that_have() -> None:
    visit = Visit("gates", shape="one_to_one", cell="rnn", text="hello")
    assert not visit.errors and say("gates.lead.one_to_one") in [part.value for part in visit.test.markdown]
    visit.test.button(key="gates.take.lstm").click()
    visit.run()
    assert not visit.errors and visit.component("stage-gates")["payload"]["meta"]["cell"] == "lstm"
