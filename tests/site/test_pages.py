"""The pages as scripts: every control is in the link, nonsense in a field or a link leaves a page that stands."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from rnnviz.experiment import Experiment
from rnnviz.lessons import prose
from rnnviz.site import limits, settle
from rnnviz.site.lessons import LESSONS
from rnnviz.site.presets import PRESETS
from rnnviz.words import say
from tests.site.visit import Visit

NONSENSE = ["", "-1", "nan", "<script>alert(1)</script>\u202e", "9" * 400]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_opens_without_a_complaint(name) -> None:
    visit = Visit(name)
    assert not visit.errors
    assert visit.test.title[0].value


def test_the_step_page_opens_on_the_text_of_the_picture() -> None:
    visit = Visit("step")
    assert visit.meta()["labels"] == list("hello") + ["␣"] + list("world")
    assert (visit.meta()["cell"], visit.meta()["H"], visit.start) == ("lstm", 5, 6)


EXPERIMENTS = [
    Experiment(cell="rnn", nonlinearity="relu", init="identity", gain=0.9, text="a b"),
    Experiment(cell="gru", num_layers=2, bidirectional=True, seed=7, hidden_size=3, loss="last"),
    Experiment(forget_bias=2.5, text="to be or not", tokens="words"),
    Experiment(series=(1.0, -2.5, 3e-9)),
    Experiment(task="square", length=30, init="orthogonal"),
    Experiment(task="sine:period=6.5:phase=-2", length=12),
    Experiment(task="stocks:ticker=MSFT", length=104),
    Experiment(network="brackets", text="(()())"),
    Experiment(network="parity", length=9, seed=4),
]


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.to_json())
def test_a_link_restores_the_very_screen(experiment) -> None:
    visit = Visit("step", **experiment.to_query(), step="3")
    assert not visit.errors
    assert visit.start == 2
    assert Experiment.from_query({name: value[0] for name, value in parse_qs(visit.query).items()}) == experiment


def test_every_control_is_in_the_link() -> None:
    visit = Visit("step").more()
    test = visit.test
    test.segmented_control(key="cell").set_value("rnn")
    visit.run()
    test.text_input(key="text").set_value("ab ba")
    test.number_input(key="hidden_size").set_value(7)
    test.number_input(key="seed").set_value(12)
    test.number_input(key="num_layers").set_value(2)
    test.number_input(key="gain").set_value(0.5)
    test.selectbox(key="nonlinearity").set_value("relu")
    test.selectbox(key="init").set_value("xavier")
    test.selectbox(key="tokens").set_value("words")
    test.selectbox(key="loss").set_value("last")
    test.toggle(key="bidirectional").set_value(True)
    visit.run()
    wanted = Experiment(
        cell="rnn",
        text="ab ba",
        hidden_size=7,
        seed=12,
        num_layers=2,
        gain=0.5,
        nonlinearity="relu",
        init="xavier",
        tokens="words",
        loss="last",
        bidirectional=True,
    )
    assert parse_qs(visit.query) == {name: [value] for name, value in wanted.to_query().items()}


@pytest.mark.parametrize("kind", ["series", "task", "network"])
def test_every_kind_of_input_runs(kind) -> None:
    visit = Visit("step")
    visit.test.selectbox(key="input").set_value(kind)
    visit.run()
    assert not visit.errors
    assert kind in parse_qs(visit.query) and visit.meta()["T"] >= 8


def test_what_was_set_behind_more_stays_when_it_is_closed() -> None:
    visit = Visit("step").more()
    visit.test.number_input(key="gain").set_value(0.5)
    visit.run()
    visit.test.session_state["more"] = False
    visit.run()
    assert "gain" not in {field.key for field in visit.test.number_input}
    assert parse_qs(visit.goto("gates").query)["gain"] == ["0.5"]
    assert visit.more().test.number_input(key="gain").value == 0.5


def test_a_generator_has_its_settings() -> None:
    visit = Visit("step", task="sine").more()
    visit.test.number_input(key="task_sine_period").set_value(6.0)
    assert parse_qs(visit.run().query)["task"] == ["sine:period=6"]
    visit.test.selectbox(key="task").set_value("stocks")
    visit.run()
    visit.test.selectbox(key="task_stocks_ticker").set_value("MSFT")
    assert parse_qs(visit.run().query)["task"] == ["stocks:ticker=MSFT"]


@pytest.mark.parametrize(
    ("task", "used"),
    [
        ("sine:period=0", "sine:period=1"),
        ("sine:colour=red", "sine"),
        ("sine:period=1e9", "sine:period=1000"),
        ("sin", "sine"),
    ],
)
def test_a_wrong_setting_of_a_generator_is_one_sentence(task, used) -> None:
    visit = Visit("step", task=task)
    assert len(visit.errors) == 1 and used in visit.errors[0]
    assert parse_qs(visit.query)["task"] == [used]


def test_a_hand_built_network_reads_what_is_typed_or_a_random_input() -> None:
    visit = Visit("step", network="brackets")
    visit.test.text_input(key="network_text").set_value("(( ))")
    assert visit.run().meta()["labels"] == ["(", "(", ")", ")"] and not visit.errors
    visit.test.text_input(key="network_text").set_value("(x")
    visit.run()
    assert len(visit.errors) == 1 and "'x'" in visit.errors[0]
    assert visit.meta()["T"] == 4, "the last run that could be run stays"
    visit.test.text_input(key="network_text").set_value(" ")
    assert visit.run().meta()["T"] == 24 and not visit.errors


def test_a_long_input_of_a_hand_built_network_is_cut() -> None:
    visit = Visit("step", network="latch")
    visit.test.text_input(key="network_text").set_value("set . " * 2000)
    visit.run()
    assert visit.meta()["T"] == limits.STEPS and "4,000 symbols" in visit.errors[0]


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize(
    "name", [name for name in Experiment.__dataclass_fields__ if name != "hold"] + ["step", "present", "evil"]
)
def test_nonsense_in_a_link_is_one_sentence_and_a_page_that_stands(name, value) -> None:
    visit = Visit("step", **{name: value})
    assert visit.meta()["T"] >= 1
    assert len(visit.errors) <= 1
    for error in visit.errors:
        assert name in error or visit.test.session_state["input"] == name  # what is typed is in its field, and named so
        assert len(error) < 400
    assert parse_qs(visit.query, strict_parsing=True)


def test_many_wrong_values_are_told_briefly() -> None:
    visit = Visit("step", cell="x", hidden_size="x", num_layers="x", init="x", gain="x", seed="x", loss="x")
    assert len(visit.errors) == 4 and [rest.label for rest in visit.test.expander] == ["and 3 more"]
    assert visit.meta()["H"] == 5


def test_a_complaint_about_a_link_stays_until_something_is_changed() -> None:
    visit = Visit("step", hidden_size="500")
    assert len(visit.errors) == 1 and len(visit.run().errors) == 1
    visit.test.number_input(key="seed").set_value(1)
    assert not visit.run().errors


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", ""),
        ("series", "one, two"),
        ("series", "1, nan"),
        ("series", "1, inf"),
        ("series", "when,what\nmonday,much"),
        ("series", ""),
    ],
)
def test_nonsense_in_a_field_stays_there_beside_one_sentence(kind, typed) -> None:
    visit = Visit("step")
    visit.test.selectbox(key="input").set_value(kind)
    before = visit.run().query
    field = visit.test.text_input(key="text") if kind == "text" else visit.test.text_area(key="series")
    field.set_value(typed)
    visit.run()
    assert len(visit.errors) == 1
    assert visit.test.session_state[kind] == typed, "what was typed is not lost"
    assert visit.query == before, "the last run that could be run stays"


def test_a_hundred_thousand_characters() -> None:
    visit = Visit("step")
    visit.test.text_input(key="text").set_value("abcdefghij" * 10_000)
    visit.run()
    assert visit.meta()["T"] == limits.STEPS
    assert len(visit.errors) == 1 and "100,000" in visit.errors[0]
    assert len(visit.test.session_state["text"]) == 100_000
    assert len(visit.query) <= limits.LINK


def test_what_is_too_long_for_a_link_is_left_out_and_said() -> None:
    visit = Visit("step")
    visit.test.text_input(key="text").set_value("你好世界" * 250)
    visit.run()
    assert "text" not in parse_qs(visit.query) and len(visit.query) <= limits.LINK
    assert len(visit.errors) == 1 and "4,000 characters" in visit.errors[0]
    assert visit.meta()["T"] == 1000


def test_changing_the_page_keeps_the_experiment() -> None:
    visit = Visit("step", cell="gru", text="keep me", hidden_size="9", step="2")
    visit.goto("start")
    visit.goto("step")
    assert (visit.meta()["cell"], visit.meta()["H"], visit.meta()["T"]) == ("gru", 9, 7)
    assert visit.start == 3, "a page opened from the navigation opens at its own step, or amid a run too short for it"


def test_presenting_hides_the_controls_and_keeps_the_run() -> None:
    visit = Visit("step", cell="rnn", present="1")
    assert not visit.test.segmented_control and visit.meta()["cell"] == "rnn"
    assert parse_qs(visit.query)["present"] == ["1"]
    visit.test.button(key="present_off").click()
    visit.run()
    assert visit.test.segmented_control(key="cell").value == "rnn" and "present" not in visit.query
    visit.test.button(key="present_on").click()
    assert "present=1" in visit.run().query


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_runs_and_says_what_to_look_for(name) -> None:
    visit = Visit("step", **PRESETS[name].to_query())
    assert not visit.errors
    assert any(caption.value for caption in visit.test.caption)
    assert visit.query == Visit("step", **parse_qs(visit.query)).query


def test_the_start_page_compares_the_words_that_are_typed() -> None:
    visit = Visit("start", text="b a <img src=x onerror=alert(1)>")
    assert not visit.errors
    table = next(part.proto.body for part in visit.test.get("html"))
    assert "<img" not in table and "&lt;" in table
    visit.test.text_input(key="start_text").set_value("")
    visit.run()
    assert len(visit.errors) == 1 and parse_qs(visit.query) == {"text": ["b a <img src=x onerror=alert(1)>"]}


def test_the_start_page_has_no_other_settings() -> None:
    visit = Visit("start", cell="gru")
    assert len(visit.errors) == 1 and "'cell'" in visit.errors[0]


def test_a_file_is_read_into_the_field_of_numbers() -> None:
    visit = Visit("step", series="1,2,3").more()
    visit.test.file_uploader(key="upload").set_value(("a.csv", b"day,price\nmon,1.5\ntue,2.5\n", "text/csv"))
    visit.run()
    assert not visit.errors
    assert Experiment.from_query({name: value[0] for name, value in parse_qs(visit.query).items()}).series == (1.5, 2.5)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\xff", b"when,what\nmonday,much\n"])
def test_a_file_without_numbers_is_one_sentence(content) -> None:
    visit = Visit("step", series="1,2,3").more()
    before = visit.query
    visit.test.file_uploader(key="upload").set_value(("a.csv", content, "text/csv"))
    visit.run()
    assert len(visit.errors) == 1 and visit.query == before


def test_a_held_gate_is_in_the_link_and_let_go_with_a_cell_that_lacks_it() -> None:
    visit = Visit("gates", cell="lstm", hold="f:0:steps2-3:unit1", text="abcd")
    assert not visit.errors
    assert parse_qs(visit.query)["hold"] == ["f:0:steps2-3:unit1"]
    visit.test.segmented_control(key="cell").set_value("gru")
    visit.run()
    assert len(visit.errors) == 1 and "r, z, n" in visit.errors[0] and "hold" not in parse_qs(visit.query)
    visit.test.segmented_control(key="cell").set_value("lstm")
    assert parse_qs(visit.run().query)["hold"] == ["f:0:steps2-3:unit1"], "what was chosen is not lost"


def test_a_link_to_step_cannot_hold_a_gate_unseen() -> None:
    visit = Visit("step", hold="f:0")
    assert len(visit.errors) == 1 and "'hold'" in visit.errors[0] and not visit.meta()["hold"]


@pytest.mark.parametrize(
    ("hold", "used", "names"),
    [
        ("f:2", ["f:1"], "between 0 and 1; f:1 is used"),
        ("g:-1.5", ["g:-1"], "between -1 and 1; g:-1 is used"),
        ("f:0:steps0-3", None, "step 1 or later"),
        ("f:0:steps12-", None, "the steps 1 to 11"),
        ("f:1:unit9,i:0", ["i:0"], "1 to 5; i:0 is used"),
        ("z:1", None, "i, f, g, o; nothing is used"),
        (",".join(["f:0"] * 500), [",".join(["f:0"] * limits.HOLDS)], "500 holds"),
    ],
)
def test_a_hold_that_does_not_fit_is_one_sentence_and_the_controls_show_what_is_held(hold, used, names) -> None:
    visit = Visit("gates", text="hello world", hold=hold)
    assert len(visit.errors) == 1 and names in visit.errors[0]
    assert parse_qs(visit.query).get("hold") == used
    assert visit.test.session_state["hold_gate"] == (used[0][0] if used else None)


def test_a_hold_comes_back_with_the_cell_it_was_for() -> None:
    visit = Visit("gates", text="hello world", hold="f:0:unit5")
    visit.test.segmented_control(key="cell").set_value("gru")
    assert len(visit.run().errors) == 1 and "hold" not in parse_qs(visit.query)
    visit.test.segmented_control(key="cell").set_value("lstm")
    assert not visit.run().errors and parse_qs(visit.query)["hold"] == ["f:0:unit5"]
    visit.test.number_input(key="hidden_size").set_value(3)
    assert len(visit.run().errors) == 1 and "1 to 3" in visit.errors[0]


@pytest.mark.parametrize("step", ["0", "-5", "1e9", "12", "soon", "1.5", ""])
def test_a_step_that_the_run_has_not_is_one_sentence_with_its_own_limit(step) -> None:
    visit = Visit("step", text="hello world", step=step)
    assert len(visit.errors) == 1
    assert f"from 1 to 11; step {visit.start + 1} is shown" in visit.errors[0]


@pytest.mark.parametrize(
    ("name", "kept", "limit"),
    [("hidden_size", 7, "1 to 128"), ("seed", 5, "0 to 999999"), ("length", 30, "2 to 1000"), ("gain", 0.5, "0 to 10")],
)
def test_a_number_that_is_emptied_is_said_and_the_run_stays(name, kept, limit) -> None:
    visit = Visit("step", task="sine", **{name: str(kept)}).more()
    visit.test.number_input(key=name).set_value(None)
    visit.run()
    assert len(visit.errors) == 1 and f"is empty, but must be a number from {limit}; {kept} is used" in visit.errors[0]
    assert parse_qs(visit.query)[name] == [str(kept)]
    assert visit.test.number_input(key=name).value is None


@pytest.mark.parametrize(("steps", "start"), [(11, 6), (8, 6), (7, 3), (5, 2), (1, 0)])
def test_a_short_run_opens_where_there_is_a_step_to_go(steps, start) -> None:
    assert Visit("step", text="abcdefghijk"[:steps]).start == start


@pytest.mark.parametrize(
    ("name", "typed", "used", "limit"), [("hidden_size", 500, 128, "128"), ("gain", -3.0, 0.0, "0")]
)
def test_a_number_beyond_the_limit_is_said_and_stays_typed(name, typed, used, limit) -> None:
    visit = Visit("step").more()
    visit.test.number_input(key=name).set_value(typed)
    visit.run()
    (sentence,) = visit.errors
    assert f"{typed:g}".replace("-", "") in sentence and limit in sentence
    assert visit.test.number_input(key=name).value == typed
    assert float(parse_qs(visit.query).get(name, [used])[0]) == used


def test_a_hold_in_a_link_to_a_cell_without_gates_is_said() -> None:
    visit = Visit("gates", cell="rnn", hold="f:0")
    (sentence,) = visit.errors
    assert "'f'" in sentence and "a plain RNN has no gates" in sentence
    assert "hold" not in parse_qs(visit.query) and not visit.meta("stage-gates")["hold"]
    visit.test.segmented_control(key="cell").set_value("lstm")
    assert not visit.run().errors and parse_qs(visit.query)["hold"] == ["f:0"], "what was asked for is not lost"


@pytest.mark.parametrize("asked", [{"network": "waves_at_once"}, {"shape": "one_to_one", "cell": "rnn", "text": "hi"}])
def test_of_a_network_of_one_step_nothing_is_said_of_a_state_that_is_handed_on(asked) -> None:
    told = {}
    for page in ("step", "gates"):
        parts = [part.value for part in Visit(page, **asked).test.markdown]
        assert parts[0] == say(f"{page}.lead.one_to_one"), "one lead, and it is that of this shape"
        told[page] = " ".join(parts)
        assert "h_{t-1}" not in told[page] and "A plain RNN" not in told[page]
    assert told["gates"].count("feed-forward network has n") == 2 and "tanh" not in told["gates"]
    assert prose("step", "look") not in told["step"]
    assert "A plain RNN" in " ".join(part.value for part in Visit("gates", cell="rnn").test.markdown)


THREE = "f:0:steps3-7:unit2,i:1:l1,o:0.5"


def test_of_several_holds_all_are_told_and_a_control_changes_the_first_alone() -> None:
    visit = Visit("gates", text="hello world", num_layers="2", hold=THREE)
    test = visit.test
    assert not visit.errors and parse_qs(visit.query)["hold"] == [THREE]
    told = " ".join(text.value for text in test.markdown)
    for words in (
        "Forget gate f is held at 0 in unit 2, from step 3",
        "In layer 2: Input gate i is held",
        "Output gate o",
    ):
        assert words in told
    assert any(caption.value.startswith("3 holds are in force") for caption in test.caption)
    test.selectbox(key="hold_unit").set_value(1)
    assert parse_qs(visit.run().query)["hold"] == [THREE.replace("unit2", "unit1")]
    test.segmented_control(key="hold_gate").set_value(None)
    assert parse_qs(visit.run().query)["hold"] == ["i:1:l1,o:0.5"]
    test.slider(key="hold_value").set_value(0.25)
    assert parse_qs(visit.run().query)["hold"] == ["i:0.25:l1,o:0.5"], "the layer stays"
    test.segmented_control(key="hold_gate").set_value(None)
    assert parse_qs(visit.run().query)["hold"] == ["o:0.5"]
    assert not any("holds are in force" in caption.value for caption in test.caption)


@pytest.mark.parametrize("value", ["yes", "true", "", "2", "<b>"])
def test_presenting_is_yes_or_no_and_nothing_else(value) -> None:
    visit = Visit("step", present=value)
    (sentence,) = visit.errors
    assert f"present to {value!r}" in sentence and "1 (" in sentence and " or 0" in sentence
    assert visit.test.segmented_control and "present" not in visit.query


@pytest.mark.parametrize("value", ["0", "1"])
def test_presenting_is_set_without_a_word(value) -> None:
    assert not Visit("step", present=value).errors


def test_a_step_named_twice_is_said() -> None:
    visit = Visit("step", step=["2", "5"])
    assert len(visit.errors) == 1 and "step 2 times" in visit.errors[0] and visit.start == 4


@pytest.mark.parametrize("name", LESSONS)
def test_who_asked_for_a_page_that_is_not_is_told_which_there_are(name) -> None:
    visit = Visit(name, page="step/<b>")
    (sentence,) = visit.errors
    assert "no page '/step/<b>'" in sentence
    assert all(f"(/{lesson.path})" in sentence for lesson in LESSONS.values())
    assert "page=" not in visit.query


def test_a_page_that_there_is_cannot_be_said_to_be_none() -> None:
    visit = Visit("step", page="gates")
    assert len(visit.errors) == 1 and "'page'" in visit.errors[0] and "There is no page" not in visit.errors[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dog", "One word has only one order"),
        ("dog bites dog", "the same words in the same order"),
        ("dog bites", None),
    ],
)
def test_words_that_have_one_order_only_are_remarked_on(text, said) -> None:
    table = next(part.proto.body for part in Visit("start", text=text).test.get("html"))
    assert said is None or said in table
    assert table.count("site-note") == (said is not None)


def test_what_is_read_in_one_go_is_sent_in_one_message() -> None:
    """Each message of a rerun costs the server and the browser time before the picture."""
    visit = Visit("step")
    lead, told = [part.value for part in visit.test.markdown]
    assert lead == say("step.lead.lstm", symbol=say("step.symbol.character"))
    assert told == "\n\n".join(prose("step", block) for block in ("look", "random", "gradient"))


def test_what_the_controls_ask_for_is_settled_once_a_run() -> None:
    visit = Visit("shapes", shape="encoder_decoder", text="hello")
    for seed in (901, 902):
        before = settle._settle.cache_info()
        visit.test.number_input(key="seed").set_value(seed)
        visit.run()
        after = settle._settle.cache_info()
        assert after.misses - before.misses == 1 and after.hits > before.hits
