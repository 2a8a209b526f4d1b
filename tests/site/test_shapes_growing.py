"""How long a word may be: the figure, its sentences, and the words that it leads to."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl

import numpy as np
import pytest

from rnnviz.experiment import Experiment
from rnnviz.run import run
from rnnviz.site.shapes.entries import ENTRIES, query_of
from rnnviz.site.shapes.growing import KEY, PAIR, both, opened, sentences
from rnnviz.site.shapes.growing_figure import percent
from rnnviz.training.growing import Grown
from rnnviz.words import say
from tests.site.visit import Visit

SYMBOL = re.compile(r'<([bs])(?: class="site-growing-end")?>([^<]*)</[bs]>')
ROW = re.compile(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>')


def linked(experiment: Experiment) -> Visit:
    return Visit("shapes", **query_of(experiment))


def html(visit: Visit) -> str:
    return " ".join(element.proto.body for element in visit.test.get("html"))


def made(shares: list[float], endings: list[float] | None = None, taught: tuple[int, int] = (2, 4)) -> Grown:
    """Return what came of 100 words of each length, of which so many symbols are right."""
    lengths = np.arange(1, len(shares) + 1)
    counts = [np.array(one) * 100 * (lengths + 1) for one in (shares, endings or shares)]
    right, ending = (np.repeat(np.round(one).astype(int)[:, None], 100, axis=1) / 100 for one in counts)
    return Grown(taught, lengths, tuple(("",) * 100 for _ in lengths), right, ending, 1 / (lengths + 1))


def test_what_is_said_follows_the_numbers() -> None:
    falling, kept = made([0.9, 0.8, 0.6, 0.4, 0.3]), made([0.7, 1.0, 0.9, 1.0, 0.2], [0.7, 1.0, 0.9, 1.0, 0.8])
    told = sentences({"without": falling, "attending": kept}, "en")
    ends = {"shortest": 2, "longest": 4}
    assert told == [
        say("shapes.growing.without.lost", first=percent(0.8), last=percent(0.4), half=4, **ends),
        say("shapes.growing.attending.kept", first=percent(1), last=percent(1), least=percent(0.9), **ends),
        say("shapes.growing.new", letters=1, attending=percent(0.7), without=percent(0.9)),
        say("shapes.growing.new", letters=5, attending=percent(0.2), without=percent(0.3))
        + " "
        + say("shapes.growing.shifted", share=percent(0.8)),
        say("shapes.growing.chance", first=percent(1 / 3), last=percent(1 / 5), **ends),
    ]


@pytest.mark.parametrize(
    ("shares", "half"),
    [
        ([1, 1, 0.4, 0.6, 0.4], None),  # it recovers, and is lost only where it was not trained
        ([1, 1, 0.4, 0.3, 0.4], 3),
        ([1, 1, 1, 1, 1], None),
        ([1, 0.4, 0.4, 0.4, 0.4], 2),
        ([0.4, 0.4, 0.4, 0.4, 0.4], None),  # it was never there
    ],
)
def test_where_half_is_lost_is_said_only_of_lengths_it_was_trained_on(shares: list[float], half: int | None) -> None:
    both_alike = {"without": made(shares), "attending": made(shares)}
    for name, sentence in zip(both_alike, sentences(both_alike, "en"), strict=False):
        assert (f"from {half} letters on" in sentence) == (half is not None)
        key = f"shapes.growing.{name}.{'kept' if half is None else 'lost'}"
        assert sentence.split(",")[0] == say(key).split(",")[0]


def test_no_length_below_one_is_spoken_of_and_no_shift_where_there_is_none() -> None:
    alike = made([1, 1, 0.2], [1, 1, 0.4], taught=(1, 2))
    told = sentences({"without": alike, "attending": alike}, "en")
    assert len(told) == 4 and told[2] == say(
        "shapes.growing.new", letters=3, attending=percent(0.2), without=percent(0.2)
    )


def test_a_share_that_is_not_all_does_not_look_like_it() -> None:
    assert [percent(share).replace("\N{NO-BREAK SPACE}", " ") for share in (0.064, 0.994, 0.999, 1.0)] == [
        "6 %",
        "99 %",
        "99.9 %",
        "100 %",
    ]


def test_the_figure_has_what_both_networks_reach_and_each_point_leads_to_a_word_of_its_length() -> None:
    found, shown = both(), html(linked(ENTRIES["encoder_decoder"].opened))
    for name, one in found.items():
        points = re.findall(rf'<a class="site-growing-{name}"[^>]*data-share="([^"]+)" href="\?([^"]+)"', shown)
        np.testing.assert_allclose(np.array([share for share, _ in points], float), one.shares, atol=1e-5)
        for n, (_, query) in zip(one.lengths.tolist(), points, strict=True):
            asked = Experiment.from_query(dict(parse_qsl(unescape(query))))
            assert (asked.network, asked.forcing) == (PAIR[name], 0) and asked.text in one.words[n - 1]
            assert len(asked.text or "") == n
    # Longer words cost the fixed context most of what it knows, and attention nothing as far as it was trained.
    shares = {name: one.shares for name, one in found.items()}
    assert shares["without"][3] > 0.9 and shares["without"][11] < 0.5 and shares["attending"][3:12].min() > 0.95
    assert (shares["attending"][12:] < shares["without"][12:]).all(), "beyond that it is the worse of the two"
    assert found["attending"].endings[12] > 0.8
    for sentence in sentences(found, "en"):
        assert sentence in "\n".join(block.value for block in linked(ENTRIES["attention"].opened).test.markdown)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (ENTRIES["encoder_decoder"].opened, True),
        (ENTRIES["attention"].opened, False),
        (Experiment(network="reverser", text="cat", forcing=0.0), False),  # nothing is wrong
        (opened("without", 20), False),  # attention has no more right
        (Experiment(network="reverser", text="palindrome"), False),  # it does not write by itself
        (Experiment(network="speller", text="458"), False),
    ],
)
def test_where_the_fixed_context_costs_symbols_it_is_said_that_this_is_the_point(asked: Experiment, said: bool) -> None:
    told = " ".join(caption.value for caption in linked(asked).test.caption)
    assert ("and that is the point" in told) == said
    if said:
        wanted = [*reversed(asked.text or ""), "end"]
        found = []
        for name in PAIR.values():
            trace = run(Experiment(network=name, text=asked.text, forcing=0.0))
            codes = trace.outputs[trace.segments[1].start :].argmax(axis=1)
            wrote = [(trace.answers or ())[code] for code in codes]
            found.append(sum(one == other for one, other in zip(wrote, wanted, strict=False)))
        assert f"writes {found[0]} of the {len(wanted)} symbols rightly" in told
        assert f"With attention {found[1]} are right" in told


@pytest.mark.parametrize(
    ("asked", "letters"),
    [
        (opened("without", 9), 9),
        (Experiment(network="reverser", text="a" * 24, forcing=0.0), 24),
        (Experiment(network="reverser", text="a" * 25, forcing=0.0), None),
        (Experiment(network="speller", text="458"), None),
    ],
)
def test_the_slider_is_said_to_tell_the_word_on_the_stage_only_where_it_does(asked: Experiment, letters: int) -> None:
    visit = linked(asked)
    visit.test.session_state["growing_other"] = True
    slider = visit.run().test.slider(key=KEY)
    key = "shapes.growing.letters.other" if letters is None else "shapes.growing.letters"
    assert slider.label == say(key) and (letters is None or slider.value == letters)
    framed = re.findall(r'<u style="left: ([\d.]+)%', html(visit))
    assert framed == ([] if letters is None else [f"{100 * (letters - 1) / 24:.2f}"]), "no other mark than the slider's"


@pytest.mark.parametrize(("name", "length"), [("without", 12), ("attending", 13), ("attending", 24)])
def test_the_word_on_the_stage_is_shown_as_both_networks_write_it(name: str, length: int) -> None:
    asked = opened(name, length)
    visit = linked(asked)
    assert visit.errors == [] and visit.test.slider(key=KEY).value == length
    shown = html(visit)
    assert re.findall(r'<u style="left: ([\d.]+)%', shown) == [f"{100 * (length - 1) / 24:.2f}"]
    (_, wanted, _), *rows = ROW.findall(shown.partition("site-growing-words")[2].partition("</table>")[0])
    right = [symbol for _, symbol in SYMBOL.findall(wanted)]
    assert right == [*(asked.text or "")[::-1], "end"]
    for network, (title, letters, count) in zip(PAIR.values(), rows, strict=True):
        trace = run(Experiment(network=network, text=asked.text, forcing=0.0))
        said = [(trace.answers or ())[code] for code in trace.outputs[length:].argmax(axis=1)]
        marks = [k < len(right) and symbol == right[k] for k, symbol in enumerate(said)]
        assert SYMBOL.findall(letters) == [
            ("b" if fits else "s", symbol) for symbol, fits in zip(said, marks, strict=True)
        ]
        assert count == say("shapes.growing.right", right=sum(marks), n=length + 1)
        assert ("data-within" in title) == (network != asked.network)


def test_the_slider_puts_a_word_of_that_length_on_the_stage() -> None:
    visit = linked(ENTRIES["attention"].opened)
    visit.test.slider(key=KEY).set_value(13)
    assert dict(parse_qsl(visit.run().query)) == query_of(opened("attending", 13))
    assert visit.errors == [] and visit.test.slider(key=KEY).value == 13
    visit.test.query_params.update({"present": "1"})
    assert visit.run().meta("stage-shapes")["T"] > 13 and not visit.test.slider


def test_a_word_that_is_too_long_for_the_figure_has_no_frame_in_it() -> None:
    visit = linked(Experiment(network="reverser", text="abc" * 20))
    shown = html(visit)
    assert "<u style" not in shown and say("shapes.growing.stage", letters=60) in shown
    assert visit.test.slider(key=KEY).value == 24


def test_beside_other_networks_it_waits_to_be_asked_for() -> None:
    for experiment in (ENTRIES["encoder_decoder"].fresh, Experiment(network="dates")):
        visit = linked(experiment)
        assert "site-growing" not in html(visit)
        visit.test.session_state["growing_other"] = True
        shown = html(visit.run())
        assert "site-growing-plot" in shown and "site-growing-words" not in shown and "<u style" not in shown
        visit.test.slider(key=KEY).set_value(5)
        attends = "attending" if experiment.network else "without"
        assert dict(parse_qsl(visit.run().query)) == query_of(opened(attends, 5))
    assert say("shapes.growing") not in [box.label for box in linked(ENTRIES["many_to_one"].opened).test.expander]
