"""`show`: what it returns, what it writes, what it says of itself, and what it refuses."""

from __future__ import annotations

import dataclasses
import html
import re

import numpy as np
import pytest

import rnnviz
from rnnviz import Experiment, ExperimentError, Hold, run, show, sweep, train
from rnnviz.export.recipe import about
from rnnviz.export.way_back import matrices
from rnnviz.stage.views import NAMES, SETS, SINGLE, scene
from tests.export.test_document import Reader
from tests.training.problems import Noise


@pytest.fixture(scope="module")
def trace():
    return run(Experiment(cell="gru", hidden_size=3, text='it\'s "so"\n', seed=2))


def recipe_of(shown) -> str:
    found = re.search(r"<code>(.*?)</code>", shown.html, re.S)
    assert found
    return html.unescape(found[1])


def test_it_writes_one_file_and_overwrites(tmp_path, trace) -> None:
    shown = show(trace)
    path = shown.save(tmp_path / "run.html")
    assert path == tmp_path / "run.html" and path.read_bytes() == shown.html.encode()
    path.write_text("old", encoding="utf-8")
    assert shown.save(str(path)).read_bytes() == shown.html.encode()
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_said(tmp_path, trace) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere is no folder that exists; make it first"):
        show(trace).save(tmp_path / "nowhere" / "run.html")
    with pytest.raises(IsADirectoryError, match="is a folder; name a file in it"):
        show(trace).save(tmp_path)


def test_in_a_console_it_is_one_short_line(trace) -> None:
    assert repr(show(trace)) == "<rnnviz.show: gru, T=10, H=3, step>"
    assert repr(show([trace, trace], ["score", "cell"])) == "<rnnviz.show: 2 × gru, T=10, H=3, score+cell>"


@pytest.mark.parametrize("given", [None, 3, "hello", [], [1, 2], Experiment(text="hello")])
def test_only_a_trace_is_shown(given, trace) -> None:
    with pytest.raises(TypeError, match=r"^show\(\) takes the Trace of a run, or several, but was given .*\.$"):
        show(given)
    if given is not None:
        with pytest.raises(TypeError, match="^baseline must be the Trace"):
            show(trace, baseline=given)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"views": "steps"}, "views"),
        ({"views": ["step", 3]}, "views"),
        ({"views": []}, "views"),
        ({"views": None}, "views"),
        ({"theme": "blue"}, "theme"),
        ({"lang": "xx"}, "lang"),
        ({"start": 10}, "start"),
        ({"start": -11}, "start"),
        ({"start": 1.5}, "start"),
        ({"views": ["gradients", "score"]}, "views"),
    ],
)
def test_another_argument_is_refused_with_a_sentence(trace, arguments, field) -> None:
    with pytest.raises(ExperimentError) as caught:
        show(trace, **arguments)
    assert caught.value.field == field and str(caught.value).startswith(field) and str(caught.value).endswith(".")


@pytest.mark.parametrize("changes", [{"text": "other"}, {"hidden_size": 4}, {"cell": "lstm"}, {"num_layers": 2}])
def test_runs_of_other_shapes_do_not_share_a_stage(trace, changes) -> None:
    other = run(trace.experiment.replace(**changes))
    with pytest.raises(ExperimentError, match=r"^trace\[1\] has .* must be alike"):
        show([trace, other])
    with pytest.raises(ExperimentError, match=r"^baseline has .* must be alike"):
        show(trace, baseline=other)


def test_a_step_counts_from_either_end(trace) -> None:
    assert Reader(show(trace, start=-1).html).payload()["stage"]["start"] == 9


def test_a_sweep_names_its_frames(trace) -> None:
    swept = sweep(trace.experiment, gain=[0.0, 1 / 3, 1e-9, 12.5])
    for views in ("score", "gradients"):
        read = Reader(show(swept, views).html).payload()
        assert read["frame_title"] == "gain" and read["frame_labels"] == ["0", "0.3333", "1e−9", "12.5"]
        assert "frame" not in read["stage"]
    cells = [run(trace.experiment.replace(init=init)) for init in ("orthogonal", "xavier")]
    assert Reader(show(cells).html).payload()["frame_labels"] == ["orthogonal", "xavier"]
    assert "frame_labels" not in Reader(show(trace).html).payload()


@pytest.mark.parametrize(("task", "learned"), [("adding", "Adding"), (Noise(), "A problem of your own")])
@pytest.mark.parametrize("views", ["step", "gradients"])
def test_a_history_says_what_is_learned_and_when(task, learned, views) -> None:
    options = {"length": 6} if task == "adding" else None
    experiment, how = Experiment(hidden_size=3), {"engine": "numpy", "batch_size": 2, "trace_every": 30}
    traces = train(experiment, task, options=options, steps=70, **how).traces()
    read = Reader(show(traces, views).html)
    assert (read.payload()["frame_title"], read.payload()["frame_labels"]) == ("Updates", ["0", "30", "60", "70"])
    assert show(traces, views).title == f"LSTM learns, update by update: {learned}"
    assert show(traces[2], views).title == f"LSTM, trained on {learned}: update 60"
    for shown, updates in ((show(traces, views), "0, 30, 60, 70"), (show(traces[2], views), "60")):
        facts = " ".join(about(shown._traces, None, {}, "en").facts)
        assert f"What was learned: {learned}. Seen after so many updates: {updates}." in facts
        assert "hello" not in shown.html


def test_several_runs_are_frames(trace) -> None:
    traces = [run(trace.experiment.replace(gain=gain)) for gain in (0.5, 1.0, 2.0)]
    read = Reader(show(iter(traces), "gates").html).payload()
    assert len(read["frames"]) == 3 and read["frames"][0] != read["frames"][2]
    assert read["figures"] == {} and "plot" not in {view["view"] for view in read["stage"]["views"]}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_view_can_be_shown_of_every_cell(name, cell) -> None:
    trace = run(Experiment(cell=cell, text="ab", num_layers=2))
    read = Reader(show(trace, name).html).payload()
    assert read["stage"]["views"] == scene((name,), trace).views != []


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_way_back_begins_at_the_end_and_has_its_own_numbers(cell) -> None:
    trace = run(Experiment(cell=cell, text="hello", loss="last"))
    before = run(trace.experiment.replace(gain=2.0))
    read = Reader(show(trace, "gradients", baseline=before).html).payload()
    assert read["stage"]["start"] == 4 and read["stage"]["direction"] == -1
    assert list(read["flow"]["cells"]) == [cell] and [m["frame"] for m in read["flow"]["matrices"]] == [0]
    assert read["frames"][0]["flow"]["before"] is not None
    assert Reader(show(trace, "gradients", start=1).html).payload()["stage"]["start"] == 1


def test_the_way_back_takes_runs_of_several_lengths() -> None:
    swept = sweep(Experiment(task="sine", cell="rnn"), length=[4, 12, 8])
    read = Reader(show(swept, "gradients").html).payload()
    assert read["meta"]["T"] == 12 and read["frame_labels"] == ["4", "12", "8"] and read["stage"]["start"] == 11
    with pytest.raises(ExperimentError, match="T = 4"):
        show(swept)


def test_one_run_of_each_cell_lies_beside_the_others() -> None:
    traces = [run(Experiment(cell=cell, text="hello", loss="last")) for cell in ("lstm", "rnn", "gru")]
    shown = show(traces, "gradients", baseline=run(traces[0].experiment.replace(forget_bias=3.0)))
    read = Reader(shown.html).payload()
    assert len(read["frames"]) == 1 and read["meta"]["cell"] == "lstm"
    assert read["flow"]["cells"] == ["rnn", "gru", "lstm"] == list(read["frames"][0]["flow"]["cells"])
    assert "3 cells on the same input" in shown.html and not read["frame_labels"]
    with pytest.raises(ExperimentError, match=r"trace\[1\] has .*T = 2"):
        show([traces[0], run(Experiment(cell="rnn", text="he"))], "gradients")
    with pytest.raises(ExperimentError, match=r"^baseline has rnn, .* and the first has lstm"):
        show(traces, "gradients", baseline=traces[1])
    with pytest.raises(ExperimentError, match=r"^trace\[1\] has rnn, "):
        show(traces, "step")


def test_only_so_many_matrices_come_along() -> None:
    short = sweep(Experiment(text="hello", cell="rnn"), gain=np.linspace(0, 2, 41))
    assert len(matrices(short)) == 41
    long = sweep(Experiment(text="x" * 100, cell="rnn", hidden_size=8), gain=np.linspace(0, 2, 41))
    assert set(matrices(long)) == {0, 10, 20, 30, 40}
    assert matrices([run(Experiment(text="x" * 129, cell="rnn"))]) == {}


def test_a_view_named_twice_stands_once(trace) -> None:
    views = [view["view"] for view in scene(("score", "step", "gates", "unrolled"), trace).views]
    assert views == ["score", "unrolled", "equations", "output", "source", "cell", "plot", "plot"]
    assert not set(SETS) & set(SINGLE)


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(text='it\'s "so" \\ \n </script>'),
        Experiment(network="latch", length=12, seed=4),
        Experiment(task="sine:period=8", cell="rnn", nonlinearity="relu", num_layers=2),
        Experiment(series=[1.0, 2.5, -3.0], cell="lstm", bidirectional=True, loss="last"),
    ],
)
def test_the_lines_in_it_make_it_again(experiment) -> None:
    trace = run(experiment)
    shown = show(trace, "gates", start=2, theme="dark", title='It\'s "so"')
    values: dict = {}
    lines = recipe_of(shown).splitlines()
    exec("\n".join([*lines[:-1], f"again = {lines[-1]}"]), values)
    assert values["again"].html == shown.html


def test_arguments_of_other_kinds_are_written_as_plain_ones(trace) -> None:
    shown = show(trace, start=np.int64(-1), title=3)
    assert recipe_of(shown).endswith("show(trace, start=9, title='3')") and shown.title == "3"


def test_a_stack_that_differs_in_one_setting_is_made_again_by_a_loop(trace) -> None:
    traces = [run(trace.experiment.replace(gain=gain)) for gain in np.linspace(0, 2, 41)]
    shown = show(traces, "score", baseline=traces[3])
    values: dict = {}
    lines = recipe_of(shown).splitlines()
    assert len(lines) < 8
    exec("\n".join([*lines[:-1], f"again = {lines[-1]}"]), values)
    assert values["again"].html == shown.html


def test_a_stack_of_other_runs_is_made_again_one_by_one(trace) -> None:
    held = run(trace.experiment.replace(hold=(Hold("z", 1.0),)))
    traces = [trace, held, run(trace.experiment.replace(gain=0.5, seed=1))]
    shown = show(traces)
    values: dict = {}
    lines = recipe_of(shown).splitlines()
    exec("\n".join([*lines[:-1], f"again = {lines[-1]}"]), values)
    assert values["again"].html == shown.html


def test_weights_from_elsewhere_are_not_said_to_be_made_by_the_settings(trace) -> None:
    weights = {name: 2 * value for name, value in trace.parameters.items()}
    other = run(trace.experiment, parameters=weights)
    assert any("came from elsewhere" in line for line in about([other], None, {}, "en").facts)
    assert any("came from elsewhere" in line for line in about([trace, other], None, {}, "en").facts)
    assert recipe_of(show(other)) == trace.experiment.to_json()
    assert any("these very numbers" in line for line in about([trace], None, {}, "en").facts)


def test_a_run_in_float32_is_said_to_be_close(trace) -> None:
    rounded = dataclasses.replace(trace, outputs=trace.outputs.astype(np.float32).astype(np.float64))
    (line,) = [line for line in about([rounded], None, {}, "en").facts if "NumPy engine" in line]
    assert re.search(r"differ by \de-0[78] of the largest", line)
    assert recipe_of(show(rounded)).startswith("from rnnviz import")


def test_a_run_that_explodes_is_shown_too() -> None:
    trace = run(Experiment(cell="rnn", nonlinearity="relu", gain=1e6, text="explode " * 20))
    assert trace.first_nonfinite_step is not None
    shown = show(trace)
    assert Reader(shown.html).payload()["meta"]["nonfinite"] == trace.first_nonfinite_step
    assert "these very numbers" in shown.html


def test_it_is_a_public_name() -> None:
    assert rnnviz.show is show and "show" in rnnviz.__all__
