"""The equations on the Shapes page: every network's, true of its cell, in each of the notations."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from rnnviz.experiment import ATTENTIONS, CONTEXTS, DECODERS, FEEDS, READOUTS, SHAPES, Experiment
from rnnviz.run import run
from rnnviz.site.shapes.entries import query_of
from rnnviz.site.shapes.equations import CHOSEN, LETTERS, latex, notes
from tests.site.visit import Visit
from tests.sources import ROOT

ASSETS = ROOT / "rnnviz/stage/assets"
TRANSLATED = Experiment(text="hello", target="olleh", shape="encoder_decoder", cell="gru", init="normal")


def linked(experiment: Experiment) -> Visit:
    return Visit("shapes", **query_of(experiment))


@pytest.mark.parametrize("notation", LETTERS)
def test_every_network_has_equations_in_each_notation(notation: str) -> None:
    every = [Experiment(shape=shape, cell="rnn", feed=feed) for shape in SHAPES for feed in FEEDS]
    every += [Experiment(shape="many_to_one", cell="rnn", readout=readout) for readout in READOUTS]
    plain = TRANSLATED.replace(cell="rnn")
    for context in CONTEXTS:
        for decoder in DECODERS:
            every += [plain.replace(context=context, decoder=decoder, attention=a) for a in ATTENTIONS]
    both = plain.replace(bidirectional=True, attention="additive")
    every += [both.replace(context=context, decoder="input") for context in CONTEXTS]
    written = {latex(experiment, notation, "en") for experiment in every}
    assert len(written) == 1 + 2 + 3 + 1 + 27 + 3  # the feed counts of one to many alone
    assert all("overleftarrow" in latex(one, notation, "en") for one in every[-3:])
    for equations in written:
        assert "{{" not in equations and equations.count("{") == equations.count("}")


def test_of_layers_and_directions_that_the_equations_leave_out_it_is_said() -> None:
    deep, told = {"num_layers": 2}, "shapes.equations."
    for asked, names in (
        (TRANSLATED.replace(decoder="feedback"), ["symbols", "begins"]),
        (TRANSLATED.replace(**deep, decoder="state"), ["nothing", "symbols", "layers", "layers_state"]),
        (
            TRANSLATED.replace(**deep, decoder="input", residual=True, bidirectional=True),
            ["symbols", "layers", "skips"],
        ),
        (TRANSLATED.replace(cell="lstm", decoder="input"), ["note_cells", "symbols"]),
        (Experiment(shape="many_to_one", bidirectional=True), ["symbols", "directions"]),
        (Experiment(shape="one_to_many", cell="rnn", **deep), ["symbols", "layers"]),
        (Experiment(shape="one_to_many"), ["nothing", "symbols"]),
        (Experiment(**deep, residual=True), ["symbols"]),
        (Experiment(**deep, bidirectional=True), ["symbols", "directions"]),
        (Experiment(bidirectional=True), ["symbols"]),
    ):
        assert notes(asked) == [told + name for name in (f"note_{asked.cell}", *names)]
    shown = [part.value for part in linked(TRANSLATED.replace(**deep, decoder="state")).test.caption]
    assert any("this network has 2. Each layer above the first reads" in words for words in shown)


def test_only_the_letters_that_are_chosen_are_on_the_page() -> None:
    """All of them at once were half of what is on it, and walked through at every change of a control."""
    visit = linked(TRANSLATED)
    for notation in (next(iter(LETTERS)), *LETTERS, "latin"):
        visit.test.session_state[CHOSEN] = notation
        shown = [part.value for part in visit.run().test.markdown if "aligned" in part.value]
        used = notation if notation in LETTERS else "torch"
        assert shown == [f"$$\n{latex(TRANSLATED, used, 'en')}\n$$"] and visit.component("letters")["chosen"] == used


def test_the_letters_are_those_of_the_stage_and_each_means_one_thing() -> None:
    names = re.search(r"NOTATIONS = (\[.*?\])", (ASSETS / "cursor.js").read_text(encoding="utf-8"))
    assert names is not None and json.loads(names[1]) == list(LETTERS)
    looking = TRANSLATED.replace(attention="additive", context="transform")
    panel = (ASSETS / "views/equations-attention.js").read_text(encoding="utf-8")
    for notation in LETTERS:
        written = latex(looking, notation, "en")
        # As the panel has them: m mixes, q, k and a score, c makes the context.
        for letter, sub in re.findall(r'letter: "([Wb])", sub: "([mqka])"', panel):
            assert written.count(f"{letter}_{sub}") == 1, (notation, letter, sub)
        assert "W_a" not in written and "b_q" not in written


@pytest.mark.parametrize("notation", LETTERS)
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_gated_cell_is_no_function_of_one_sum(cell: str, notation: str) -> None:
    """One sum of W x and U h is not what a GRU works out, and an LSTM brings its cell state along."""
    every = [
        Experiment(cell=cell, shape=shape, feed=feed) for shape in SHAPES for feed in FEEDS if shape != "one_to_one"
    ]
    every += [Experiment(cell=cell, num_layers=2, residual=skips) for skips in (True, False)]
    every += [Experiment(cell=cell, bidirectional=True), TRANSLATED.replace(cell=cell, bidirectional=True)]
    every += [TRANSLATED.replace(cell=cell, decoder=decoder) for decoder in DECODERS]
    steps = rf"\\operatorname{{{cell.upper()}}}"
    for asked in every:
        written, plain = (latex(one, notation, "en") for one in (asked, asked.replace(cell="rnn")))
        assert " f(" not in written and "<" not in written and "{{" not in written
        assert len(re.findall(steps, written)) == plain.count(" f("), written
        assert LETTERS[notation]["h"] + "\\," not in written or notation in ("wu", "uw")


def test_of_a_step_of_an_lstm_all_that_goes_in_and_comes_out_is_written() -> None:
    both = latex(Experiment(cell="lstm", bidirectional=True), "wu", "en")
    back = r"(\overleftarrow{h}_t, \overleftarrow{c}_t) &= \operatorname{LSTM}'"
    assert back + r"(x_t, \overleftarrow{h}_{t+1}, \overleftarrow{c}_{t+1})" in both
    pair = latex(TRANSLATED.replace(cell="lstm", decoder="feedback"), "torch", "en")
    assert r"(h_t, c_t) &= \operatorname{LSTM}^{\mathrm d}([y_{t-1};\, c], h_{t-1}, c_{t-1})" in pair
    assert r"(\bar h_s, \bar c_s) &= \operatorname{LSTM}^{\mathrm e}(x_s, \bar h_{s-1}, \bar c_{s-1})" in pair
    stack = latex(Experiment(cell="gru", num_layers=2), "torch", "en")
    assert r"h_t^{(k)} &= \operatorname{GRU}^{(k)}(h_t^{(k-1)}, h_{t-1}^{(k)}), \quad k > 1" in stack


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("decoder", DECODERS)
def test_what_a_decoders_cell_state_begins_with_is_what_the_run_began_with(context: str, decoder: str) -> None:
    asked = TRANSLATED.replace(cell="lstm", context=context, decoder=decoder)
    trace = run(asked)
    layer, first = trace.layers["l0"], trace.segments[1].start
    assert layer.c is not None
    begun = (layer.c[first] - layer.gates["i"][first] * layer.gates["g"][first]) / layer.gates["f"][first]
    along = r"c_0 = \bar c_S" in latex(asked, "torch", "en")
    np.testing.assert_allclose(begun, layer.c[first - 1] if along else 0.0, atol=1e-12)
