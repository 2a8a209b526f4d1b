"""The Gradients page as a script: what it sends, says and remembers, under every control and a wrong link."""

from __future__ import annotations

import base64
import json
import math
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.engines.clipping import global_norm
from rnnviz.figures.powers import powers
from rnnviz.gradients import float32_zeros, log10_norms
from rnnviz.gradients.facts import facts_of
from rnnviz.site import flows, limits, own, pairs
from rnnviz.site.presets import GRADIENTS, TRAPS
from rnnviz.site.remedies import REMEDIES, active, below, offered, without
from rnnviz.words import say
from tests.site.visit import Visit


class Gradients(Visit):
    """A visit of the page."""

    def __init__(self, **query: str | list[str]) -> None:
        super().__init__("gradients", **query)

    @property
    def payload(self) -> dict[str, Any]:
        """What the stage was sent."""
        found: dict[str, Any] = self.component("stage-gradients")["payload"]
        return found

    @property
    def words(self) -> str:
        """All that is said on the page in Markdown."""
        return "\n".join(part.value for part in self.test.markdown)

    @property
    def asked(self) -> dict[str, str]:
        """The link's query."""
        return {name: value[-1] for name, value in parse_qs(self.query).items()}

    def press(self, key: str) -> Gradients:
        """Press a button."""
        self.test.button(key=key).click()
        self.run()
        return self

    def switch(self, *names: str) -> Gradients:
        """Switch these remedies on, and all others off."""
        self.test.button_group(key="remedies").set_value(list(names))
        self.run()
        return self


def numbers(array: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(array["data"]), "<f4").reshape(array["shape"])


def curve(visit: Gradients, frame: int, cell: str) -> np.ndarray:
    return numbers(visit.payload["frames"][frame]["flow"]["cells"][cell]["dh_log10"])


def true_curve(experiment: Experiment) -> np.ndarray:
    return log10_norms(run(experiment).layers["l0"].dh)


def test_it_opens_on_one_loss_at_the_end_of_a_sentence_and_a_slider_over_the_gain() -> None:
    visit = Gradients()
    assert not visit.errors
    payload = visit.payload
    assert "".join(payload["meta"]["labels"]).replace("␣", " ") == GRADIENTS.text
    assert (payload["meta"]["cell"], payload["meta"]["H"], payload["meta"]["loss"]) == ("rnn", 16, "last")
    assert payload["flow"]["cells"] == ["rnn", "gru", "lstm"]
    assert payload["flow"]["swept"]["field"] == "gain" and len(payload["frames"]) == 41
    assert payload["flow"]["swept"]["values"][payload["stage"]["frame"]] == 1.0
    assert payload["stage"]["start"] == payload["meta"]["T"] - 1, "the way back begins at the end"
    verdicts = [frame["flow"]["facts"]["rnn"]["verdict"] for frame in payload["frames"]]
    assert verdicts[0] == "vanishes" and verdicts[-1] == "explodes" and "healthy" in verdicts


def test_what_it_opens_with_is_forgotten_by_the_rnn_and_kept_by_the_lstm() -> None:
    visit = Gradients()
    facts = visit.payload["frames"][visit.payload["stage"]["frame"]]["flow"]["facts"]
    assert [facts[cell]["verdict"] for cell in ("rnn", "lstm")] == ["vanishes", "healthy"]
    assert facts["rnn"]["first_log10"] < facts["lstm"]["first_log10"] - 8, "one sees it from the last row"
    values = {"factor": powers(facts["lstm"]["factor"]), "bias": "4", "todo": say("gradients.todo.gain")}
    assert say("gradients.lead.lstm_healthy", **values) in visit.words


def test_the_row_of_remedies_has_one_of_numbers_beneath_it_only_where_there_are_some() -> None:
    visit = Gradients()
    assert not [field.key for field in visit.test.number_input if field.key in ("clip", "clip_value", "truncate")]
    visit.switch("clip", "truncate")
    assert [field.key for field in visit.test.number_input if field.key in ("clip", "truncate")] == ["clip", "truncate"]


@pytest.mark.parametrize("frame", [0, 18, 40])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_curves_are_those_of_the_runs(frame: int, cell: str) -> None:
    visit = Gradients()
    gain = visit.payload["flow"]["swept"]["values"][frame]
    np.testing.assert_allclose(
        curve(visit, frame, cell), true_curve(GRADIENTS.replace(cell=cell, gain=gain)), atol=1e-5
    )


def test_the_forget_bias_moves_the_lstm_and_no_other() -> None:
    drawn_bias = GRADIENTS.replace(cell="lstm", forget_bias=None)
    visit = Gradients(**drawn_bias.to_query(), sweep="forget_bias")
    values = visit.payload["flow"]["swept"]["values"]
    drawn = visit.payload["stage"]["frame"]
    assert visit.payload["frame_labels"][drawn].endswith("as drawn")
    wanted = GRADIENTS.replace(cell="lstm", forget_bias=values[40])
    np.testing.assert_allclose(curve(visit, 40, "lstm"), true_curve(wanted), atol=1e-5)
    np.testing.assert_allclose(curve(visit, drawn, "lstm"), true_curve(drawn_bias), atol=1e-5)
    assert (curve(visit, 0, "rnn") == curve(visit, 40, "rnn")).all()
    assert (np.diff(values) > 0).all()


def test_the_length_moves_the_last_loss() -> None:
    visit = Gradients(**GRADIENTS.to_query(), sweep="length")
    values = visit.payload["flow"]["swept"]["values"]
    assert values[0] == 2 and values[-1] == 48 and visit.payload["stage"]["frame"] == len(values) - 1
    short = curve(visit, 10, "gru")
    alive = int(values[10])
    assert np.isfinite(short[:alive]).all() and np.isnan(short[alive:]).all()


@pytest.mark.parametrize("gain", ["0", "0.07", "9.5"])
def test_a_value_beyond_the_slider_is_on_it_nevertheless(gain: str) -> None:
    visit = Gradients(**GRADIENTS.to_query(), gain=gain)
    payload = visit.payload
    assert payload["flow"]["swept"]["values"][payload["stage"]["frame"]] == float(gain)
    assert payload["flow"]["swept"]["values"] == sorted(payload["flow"]["swept"]["values"])


def test_a_long_run_gets_fewer_values_and_no_matrices() -> None:
    visit = Gradients(cell="rnn", task="sine", length="1000", hidden_size="64", loss="last")
    assert 1 <= len(visit.payload["frames"]) < 41 and visit.payload["flow"]["pairs"] is None
    assert visit.payload["flow"]["matrices"] == [] and not visit.errors


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_matched_cells_have_as_nearly_as_many_weights_as_whole_units_allow(cell: str) -> None:
    flow = Gradients(**GRADIENTS.replace(cell=cell).to_query(), matched="1").payload["flow"]
    assert flow["hidden"][cell] == 16
    for other, units in flow["hidden"].items():
        for near in (units - 1, units + 1):
            there = run(GRADIENTS.replace(cell=other, hidden_size=near)).parameters.values()
            count = sum(array.size for array in there)
            wanted = flow["parameters"][cell]
            assert abs(flow["parameters"][other] - wanted) <= abs(count - wanted)


def test_the_sizes_are_said() -> None:
    visit = Gradients(**GRADIENTS.to_query())
    visit.more().test.toggle(key="matched").set_value(True)
    visit.run()
    flow = visit.payload["flow"]
    assert visit.asked["matched"] == "1"
    for cell in ("rnn", "gru", "lstm"):
        units, weights = flow["hidden"][cell], f"{flow['parameters'][cell]:,}"
        assert say("gradients.size", cell=cell.upper(), units=units, weights=weights) in visit.words


@pytest.mark.parametrize(
    ("loss", "gain"), [("last", 0.3), ("last", 6.0), ("last", 3.2), ("every", 0.3), ("every", 6.0)]
)
def test_the_lead_says_what_becomes_of_the_last_losss_gradient(loss: str, gain: float) -> None:
    experiment = GRADIENTS.replace(loss=loss, gain=gain, forget_bias=None)
    facts = facts_of(run(experiment.replace(loss="last")))
    visit = Gradients(**experiment.to_query())
    todo = say("gradients.todo.gain")
    values = {"factor": powers(facts["factor"]), "arrives": powers(10 ** (facts["first_log10"] - facts["last_log10"]))}
    said = say(f"gradients.lead.{facts['verdict']}", cell="RNN", todo=todo, **values)
    assert said in visit.words
    own_facts = visit.payload["frames"][visit.payload["stage"]["frame"]]["flow"]["facts"]["rnn"]
    assert own_facts["verdict"] == facts["verdict"] and own_facts["factor"] == pytest.approx(facts["factor"], rel=1e-9)


def test_every_setting_of_the_page_is_in_the_link_and_comes_back() -> None:
    experiment = GRADIENTS.replace(clip=0.5, clip_value=0.1, truncate=7, residual=True, num_layers=3, init="identity")
    query = {**experiment.to_query(), "sweep": "length", "matched": "1", "guess": "1", "step": "5"}
    visit = Gradients(**query)
    assert not visit.errors
    assert visit.asked == {name: value for name, value in query.items() if name != "step"}
    assert visit.payload["stage"]["start"] == 4


def test_settings_at_their_first_word_are_left_out() -> None:
    asked = Gradients(**GRADIENTS.to_query(), sweep="gain", matched="0", engine="numpy", guess="0").asked
    assert asked == GRADIENTS.to_query()


@pytest.mark.parametrize("value", ["", "banana", "<script>alert(1)</script>", "9" * 400, "TRUE"])
@pytest.mark.parametrize("name", list(own.SETTINGS))
def test_nonsense_in_a_setting_is_one_sentence_and_a_page_that_stands(name: str, value: str) -> None:
    visit = Gradients(**GRADIENTS.to_query(), **{name: value})
    (sentence,) = visit.errors
    assert name in sentence and ", ".join(own.SETTINGS[name]) in sentence and len(sentence) < 400
    assert name not in visit.asked and visit.payload["meta"]["T"] == 48


@pytest.mark.parametrize("name", ["clip_value", "residual", "truncate", "clip"])
@pytest.mark.parametrize("value", ["-1", "nan", "x", "9" * 400])
def test_nonsense_in_a_remedy_is_one_sentence(name: str, value: str) -> None:
    visit = Gradients(**GRADIENTS.to_query(), **{name: value})
    assert len(visit.errors) == 1 and name in visit.errors[0]
    assert visit.payload["meta"]["T"] == 48


def test_a_setting_given_twice_is_said() -> None:
    visit = Gradients(**GRADIENTS.to_query(), sweep=["none", "length"])
    assert len(visit.errors) == 1 and visit.asked["sweep"] == "length"


def test_other_pages_have_none_of_these_settings() -> None:
    for name in (*own.SETTINGS, "clip_value"):
        visit = Visit("step", **{name: "1"})
        assert len(visit.errors) == 1 and f"'{name}'" in visit.errors[0]


@pytest.mark.parametrize("name", list(REMEDIES))
def test_a_remedy_is_a_switch_in_the_link_and_given_back(name: str) -> None:
    visit = Gradients(**GRADIENTS.to_query()).switch(name)
    assert not visit.errors
    changed = Experiment.from_query(visit.asked)
    assert active(changed) == [name] and without(changed, [name]) == GRADIENTS
    assert visit.payload["flow"]["before"] == [name]
    # The gates' "before" is the RNN's own curve, which stands there anyway.
    assert (visit.payload["baseline"] is None) == (name == "gates")
    assert say(f"remedy.{name}") in visit.words or name == "gates"
    assert Experiment.from_query(visit.switch().asked) == GRADIENTS


def test_what_is_laid_under_a_remedy_is_the_run_without_it_at_every_value() -> None:
    visit = Gradients(**GRADIENTS.to_query()).switch("orthogonal")
    values = visit.payload["flow"]["swept"]["values"]
    for frame in (0, 40):
        before = numbers(visit.payload["frames"][frame]["flow"]["before"]["dh_log10"])
        np.testing.assert_allclose(before, true_curve(GRADIENTS.replace(gain=values[frame])), atol=1e-5)


def test_clipping_says_from_which_norm_to_which_and_that_small_stays_small() -> None:
    experiment = GRADIENTS.replace(clip=0.1)
    visit = Gradients(**experiment.to_query())
    before, after = run(GRADIENTS), run(experiment)
    norms = {"old": powers(before.grad_norm), "new": powers(global_norm(dict(after.parameter_grads)))}
    assert norms["new"] == "0.1"
    assert say("remedy.clip.done", factor=powers(0.1 / before.grad_norm), **norms) in visit.words
    dh = log10_norms(after.layers["l0"].dh)
    ratio = powers(10 ** (dh[0] - dh[-1]))
    assert say("remedy.clip.ratio", ratio=ratio, last=48) in visit.words
    assert (curve(visit, 18, "rnn") == numbers(visit.payload["frames"][18]["flow"]["before"]["dh_log10"])).all()


def test_a_clip_beyond_the_norm_is_said_to_do_nothing() -> None:
    visit = Gradients(**GRADIENTS.replace(clip=100.0, clip_value=50.0).to_query())
    norm = run(GRADIENTS).grad_norm
    assert say("remedy.clip.idle", old=powers(norm), limit="100") in visit.words
    assert "nothing is cut" in visit.words


def test_clipping_by_value_turns_the_direction_by_the_angle_that_is_said() -> None:
    visit = Gradients(**GRADIENTS.replace(clip_value=0.01).to_query())
    before, after = (
        np.concatenate([grad.ravel() for grad in run(one).parameter_grads.values()])
        for one in (GRADIENTS, GRADIENTS.replace(clip_value=0.01))
    )
    angle = math.degrees(math.acos(before @ after / np.linalg.norm(before) / np.linalg.norm(after)))
    assert say("remedy.clip_value.turned", degrees=powers(angle)) in visit.words
    cut = int((np.abs(before) > 0.01).sum())
    assert f"{cut} of {before.size}" in visit.words


def test_truncation_silences_the_steps_before_its_cut_and_leaves_the_values() -> None:
    visit = Gradients(**GRADIENTS.replace(truncate=10).to_query())
    assert say("remedy.truncate.silent", steps=10, silenced=37, total=48) in visit.words
    line = curve(visit, visit.payload["stage"]["frame"], "rnn")
    assert (line[:37] == -np.inf).all() and np.isfinite(line[37:]).all()
    assert (
        say(
            "gradients.lead.cut",
            cut=10,
            zeros=37,
            steps=48,
            factor=powers(facts_of(run(GRADIENTS.replace(truncate=10)))["factor"]),
            todo=say("gradients.todo.none"),
        )
        in visit.words
    )


def test_skip_connections_need_layers_and_offer_them() -> None:
    visit = Gradients(**GRADIENTS.to_query()).switch("residual")
    assert say("remedy.residual.idle") in visit.words
    visit.press("remedy_layers")
    assert visit.asked["num_layers"] == "3" and say("remedy.residual.idle") not in visit.words
    assert "the factor a step in the first layer goes from" in visit.words


def test_relu_is_offered_to_the_plain_network_alone_and_a_hand_built_one_keeps_its_weights() -> None:
    assert "relu" in offered(GRADIENTS) and "relu" not in offered(GRADIENTS.replace(cell="gru"))
    assert offered(Experiment(network="latch")) == ["clip", "clip_value", "truncate"]


@pytest.mark.parametrize("value", [1e-9, 0.3, 1.0, 7.0, 812.0, 1e9, math.inf, math.nan, 0.0])
def test_a_first_limit_is_round_has_an_effect_and_can_be_typed(value: float) -> None:
    limit = below(value)
    least, most = limits.NUMBERS["clip"]
    assert least <= limit <= most
    if 0.002 <= value <= 2000:
        assert limit <= value / 2 + 1e-12 and len(f"{limit:g}".replace("0", "").replace(".", "")) == 1


@pytest.mark.parametrize("name", list(TRAPS))
def test_a_trap_opens_veiled_and_gives_nothing_away(name: str) -> None:
    trap = TRAPS[name]
    visit = Gradients(**trap.experiment.to_query(), **trap.settings)
    assert not visit.errors
    score = visit.payload["stage"]["views"][0]
    assert score["options"]["predict"]
    assert [caption.value for caption in visit.test.caption] == [say(f"trap.{name}.look")]
    facts = facts_of(run(trap.experiment))
    for word in ("vanish", "explode", "survive", powers(facts["factor"])):
        assert word not in visit.words.replace(say("gradients.lead.guess"), "")
    visit.press("guess_on")
    assert "predict" not in visit.payload["stage"]["views"][0]["options"] and "guess" not in visit.asked
    assert powers(facts["factor"]) in visit.words


def test_the_traps_are_what_they_are_called() -> None:
    facts = {name: facts_of(run(trap.experiment)) for name, trap in TRAPS.items()}
    assert facts["doubling"]["rho"] == pytest.approx(0, abs=1e-6)
    assert facts["doubling"]["factor"] == pytest.approx(2, rel=1e-6)
    assert facts["lstm_vanishes"]["verdict"] == "vanishes" == facts["clipped"]["verdict"]
    clipped = run(TRAPS["clipped"].experiment)
    assert clipped.grad_norm > 0.1 and global_norm(dict(clipped.parameter_grads)) == pytest.approx(0.1)
    lost = float32_zeros(run(TRAPS["float32"].experiment))
    assert lost.sum() > 500 and facts["float32"]["zeros"] == 0


def test_steps_that_float32_would_lose_are_marked_and_counted() -> None:
    trap = TRAPS["float32"].experiment
    visit = Gradients(**trap.to_query(), sweep="none")
    lost = float32_zeros(run(trap))
    assert (numbers(visit.payload["flow"]["mark"]["float32_zero"]) == lost).all()
    assert say("gradients.float32", lost=lost.sum(), steps=1000) in visit.words
    assert Gradients().payload["flow"]["mark"] is None


def test_a_hand_built_network_stands_alone_and_has_no_gain() -> None:
    visit = Gradients(network="doubling", loss="last")
    assert visit.payload["flow"]["cells"] == ["rnn"] and len(visit.payload["frames"]) == 1
    assert visit.test.session_state["sweep"] == "none"
    assert "\\tanh" in visit.words, "its weights are explained"


@pytest.mark.parametrize("query", [{"text": "a"}, {"text": "ab"}, {"network": "delay"}, {"series": "1,2"}])
@pytest.mark.parametrize("sweep", list(own.SETTINGS["sweep"]))
def test_the_shortest_runs_and_those_without_a_gradient_stand(query: dict[str, str], sweep: str) -> None:
    visit = Gradients(**query, loss="last", sweep=sweep)
    assert not visit.errors and visit.payload["meta"]["T"] >= 1


def test_a_run_that_leaves_the_range_of_numbers_is_said() -> None:
    visit = Gradients(
        cell="rnn", nonlinearity="identity", gain="10", init="normal", task="sine", length="600", loss="last", clip="1"
    )
    assert say("gradients.lead.nonfinite", todo=say("gradients.todo.gain")) in visit.words
    assert say("remedy.nonfinite") in visit.words


def test_a_gradient_that_goes_back_through_the_cell_state_alone_is_not_said_to_end() -> None:
    visit = Gradients(network="latch", loss="last")
    line = curve(visit, 0, "lstm")
    assert (line == -np.inf).any(), "at h it is exactly zero"
    alive, todo = int(np.isfinite(line).sum()), say("gradients.todo.none")
    assert say("gradients.lead.cell", cell="LSTM", alive=alive, steps=len(line), todo=todo) in visit.words
    cut = Gradients(**GRADIENTS.replace(cell="lstm", truncate=10).to_query())
    assert "Truncation at k = 10" in cut.words, "where both end it is the cut"


@pytest.mark.parametrize("query", [{"text": "a"}, {"series": "1,2"}])
def test_where_no_step_lies_before_the_loss_no_slider_is_said_to_change_it(query: dict[str, str]) -> None:
    visit = Gradients(**query, cell="rnn", loss="last", init="orthogonal")
    assert say("gradients.lead.alone", cell="RNN", todo="").strip() in visit.words.splitlines()
    assert say("remedy.no_factor") in visit.words and "from –" not in visit.words


def test_the_matrices_are_not_sent_but_where_to_ask_for_them() -> None:
    flow = Gradients().payload["flow"]
    assert flow["matrices"] == [] and flow["pairs"].startswith(f"{pairs.PATH}/")


def test_no_two_values_of_the_slider_are_all_but_the_same() -> None:
    values = np.array(Gradients().payload["flow"]["swept"]["values"])
    assert (values[1:] / values[:-1]).min() > 1.03 and len(values) == 41 and 1.0 in values


def test_engines_that_differ_in_direction_alone_are_apart() -> None:
    one = np.array([[3.0, 4.0], [0.0, 0.0]])
    assert flows._apart(one, one[:, ::-1]) == pytest.approx(np.sqrt(2) / 5)
    assert flows._apart(one, one) == 0.0


def test_presenting_hides_every_control() -> None:
    visit = Gradients(**GRADIENTS.to_query(), present="1")
    assert not visit.test.button_group and visit.payload["meta"]["T"] == 48
    assert [button.key for button in visit.test.button] == ["present_off"]


def test_what_another_page_opened_with_is_no_choice() -> None:
    visit = Gradients()
    visit.goto("step")
    assert visit.meta()["labels"][0] == "h" and visit.meta()["cell"] == "lstm"
    visit.goto("gradients")
    assert visit.payload["meta"]["T"] == 48
    visit.test.number_input(key="seed").set_value(5)
    visit.run()
    visit.goto("step")
    assert visit.meta()["T"] == 48, "what was chosen goes along"


def test_the_figures_follow_the_same_frames_as_the_stage() -> None:
    visit = Gradients()
    more = visit.component("stage-gradients-more")["payload"]
    assert len(more["frames"]) == len(visit.payload["frames"])
    assert more["stage"]["frame"] == visit.payload["stage"]["frame"]
    assert more["frame_labels"] == visit.payload["frame_labels"] and not more["stage"]["transport"]
    assert set(more["figures"]) == {
        f"{name}{dark}" for name in ("shares", "influence", "contributions") for dark in ("", "_dark")
    }
    assert all(json.loads(figure)["data"] for figure in more["figures"].values())


@pytest.mark.parametrize("loss", ["last", "every"])
def test_what_a_remedy_did_is_told_of_the_last_loss_alone(loss: str) -> None:
    visit = Gradients(**GRADIENTS.replace(loss=loss, init="identity", cell="lstm").to_query())
    single = {cell: facts_of(run(GRADIENTS.replace(init="identity", cell=cell))) for cell in ("rnn", "gru", "lstm")}
    factors = {cell: powers(facts["factor"]) for cell, facts in single.items()}
    assert say("remedy.gates.done", **factors) in visit.words
    before = facts_of(run(GRADIENTS.replace(cell="lstm")))
    told = say("remedy.identity.done", old=powers(before["factor"]), new=factors["lstm"])
    arrives = [powers(10 ** facts["first_log10"]) for facts in (before, single["lstm"])]
    assert told in visit.words and say("remedy.arrives", old=arrives[0], new=arrives[1]) in visit.words
