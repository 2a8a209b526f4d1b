"""What a weight's gradient and an output are made of: figures of the numbers given, and sentences that count them."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz import Experiment, run
from rnnviz.figures import contributions, influence_map, share_sentences, shares
from rnnviz.figures.powers import powers, powers_of_log10
from rnnviz.figures.shares import matrices_of, matrix_name
from rnnviz.gradients import expansion, influence, weight_shares
from rnnviz.palette import colour
from rnnviz.site.making import making, owed
from rnnviz.words import say

EXPERIMENT = Experiment(cell="gru", hidden_size=4, text="the dog bit", seed=3)


def test_a_bar_is_a_steps_share_and_they_add_up_to_one() -> None:
    trace = run(EXPERIMENT)
    found = {name: weight_shares(trace, name).shares for name in matrices_of(list(trace.parameters))}
    assert list(found) == ["weight_hh_l0", "weight_ih_l0"]
    drawn = shares(found).data
    for bars, column, hue in zip(drawn, found.values(), ("h", "x"), strict=True):
        np.testing.assert_allclose(bars.y, column, atol=1e-6)
        assert sum(bars.y) == pytest.approx(1, abs=1e-5) and list(bars.x) == list(range(1, 12))
        assert bars.marker.color == colour(hue)


def test_a_long_run_is_drawn_as_lines() -> None:
    (line,) = shares({"weight_hh_l0": np.full(201, 1 / 201)}).data
    assert line.type == "scatter"


@pytest.mark.parametrize(
    ("column", "count", "best", "share"),
    [
        ([0.0, 0.1, 0.9], 1, 3, "90%"),
        ([0.5, 0.3, 0.2], 3, 1, "50%"),
        ([-0.5, 0.7, 0.8], 2, 3, "80%"),
        ([1.0], 1, 1, "100%"),
    ],
)
def test_the_steps_that_make_up_nine_tenths_are_counted(column: list[float], count: int, best: int, share: str) -> None:
    (sentence,) = share_sentences({"weight_hh_l0": column})
    values = {"name": "Wₕₕ", "count": count, "steps": len(column), "best": best, "share": share}
    assert sentence == say("figures.shares_count", **values)


def test_of_an_encoder_and_a_decoder_each_has_its_steps_counted_by_itself() -> None:
    trace = run(Experiment(shape="encoder_decoder", cell="gru", text="palindrome", target="emord", seed=3))
    assert [(part.start, part.stop) for part in trace.segments] == [(0, 10), (10, 16)]
    sentences = making(trace, "en").views[0]["options"]["sentences"]
    for part, sentence in zip(trace.segments, [sentences[0], sentences[2]], strict=True):
        column = weight_shares(trace, f"{part.name}.weight_hh_l0").shares
        largest = np.cumsum(np.sort(column)[::-1])
        count = next(n for n, share in enumerate(largest, 1) if share >= 0.9)
        values = {"count": count, "best": int(column.argmax()) + 1, "share": f"{column.max():.0%}"}
        steps = part.stop - part.start
        assert sentence == say("figures.shares_count", name=f"{part.name} Wₕₕ", steps=steps, **values)


def test_no_gradient_is_said() -> None:
    trace = run(Experiment(network="delay"))
    (sentence,) = share_sentences({"weight_hh_l0": weight_shares(trace, "weight_hh_l0").shares})
    assert sentence == say("figures.shares_none", name="Wₕₕ")


@pytest.mark.parametrize("wrong", [{}, {"a": [1.0], "b": [1.0, 0.0]}, {"a": [[1.0]]}])
def test_shares_of_different_lengths_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="one shape"):
        shares(wrong)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_map_holds_every_pair_and_leaves_empty_what_has_no_path(theme: str) -> None:
    trace = run(EXPERIMENT)
    with np.errstate(divide="ignore"):
        pairs = np.log10(influence(trace, "fro"))
    (cells,) = influence_map(pairs, trace.labels, theme=theme).data
    for t in range(trace.steps):
        assert all(value is None for value in cells.z[t][t + 1 :])
        np.testing.assert_allclose(np.array(cells.z[t][: t + 1], float), pairs[t, : t + 1], atol=1e-6)
    assert cells.zmax - cells.zmin <= 6 and cells.zmax >= pairs.max()
    assert cells.colorscale[1][1] == colour("output", theme)


def test_a_map_without_any_path_can_be_drawn() -> None:
    (cells,) = influence_map(np.full((2, 2), -np.inf), ["a", "b"]).data
    assert cells.zmin < cells.zmax


def test_a_bar_is_an_inputs_contribution() -> None:
    trace = run(EXPERIMENT)
    last = expansion(trace, 10)
    (bars,) = contributions(last.norms, trace.labels, 10).data
    np.testing.assert_allclose(bars.y, last.norms, atol=1e-6)


@pytest.mark.parametrize("draw", [influence_map, lambda values, labels: contributions(values, labels, 0)])
def test_a_figure_of_the_wrong_shape_is_refused(draw) -> None:
    with pytest.raises(ValueError, match="must be"):
        draw(np.ones((3, 2)), ["a", "b", "c"])


@pytest.mark.parametrize("changes", [{}, {"cell": "lstm", "num_layers": 2}, {"bidirectional": True}, {"text": "x"}])
def test_one_walk_gives_what_the_library_gives(changes: dict[str, object]) -> None:
    trace = run(EXPERIMENT.replace(**changes))
    pairs, parts = owed(trace)
    np.testing.assert_allclose(10.0**pairs, influence(trace, "fro"), rtol=1e-9)
    np.testing.assert_allclose(parts, expansion(trace, trace.steps - 1).contributions, atol=1e-12)


def test_too_many_pairs_are_left_out_and_that_is_said() -> None:
    made = making(run(Experiment(cell="rnn", task="sine", length=200)), "en")
    assert set(made.figures) == {"shares", "shares_dark"}
    assert say("gradients.too_long", steps=200, most=128) in made.views[0]["options"]["sentences"]


@pytest.mark.parametrize("name", ["weight_hh_l0", "weight_ih_l2", "bias_hh_l0", "weight_ho"])
def test_a_parameter_has_the_name_that_equations_give_it(name: str) -> None:
    assert (
        matrix_name(name)
        == {"weight_hh_l0": "Wₕₕ", "weight_ih_l2": "Wᵢₕ", "bias_hh_l0": "bₕₕ", "weight_ho": "Wₕₒ"}[name]
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (1.0, "1"), (0.6124, "0.61"), (0.01, "0.01"), (0.0099, "9.9·10⁻³"), (99.6, "100"), (812.4, "812"),
        (5400.0, "5,400"), (9999.9, "10,000"), (12345.0, "1.2·10⁴"), (9.99e-10, "1.0·10⁻⁹"), (-3.2e-7, "−3.2·10⁻⁷"),
        (float("inf"), "∞"), (float("nan"), "NaN"),
    ],
)  # fmt: skip
def test_a_number_of_any_size_is_written_as_people_write_it(value: float, text: str) -> None:
    assert powers(value) == text


def test_a_number_too_small_for_any_float_is_written_too() -> None:
    assert powers_of_log10(-820.7) == "2.0·10⁻⁸²¹" and powers_of_log10(-np.inf) == "0"
