"""Sources and what is to be written of them, against rules written down another way."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnnviz.experiment import ExperimentError
from rnnviz.tasks.problems import PARTS, PROBLEMS, Batch
from rnnviz.tasks.problems.spell import LIMIT, spelled

NAMES = [name for name, problem in PROBLEMS.items() if problem.posed.shapes == ("encoder_decoder",)]
seeds = st.integers(0, 10_000)


def pose(name, **settings) -> Any:
    return PROBLEMS[name].pose(**settings)


def drawn(name, seed, size=6, part="training", **settings) -> Batch:
    return pose(name, **settings).batch(np.random.default_rng(seed), size, part)


def pairs(batch):
    """Yield the source and the target of each sequence of a batch, as texts."""
    for b in range(len(batch.inputs)):
        read = batch.inputs[b, : batch.source_lengths[b]].argmax(axis=1)
        asked = batch.targets[b, batch.sources : batch.lengths[b]]
        assert asked[-1] == len(batch.answers) - 1 and (batch.targets[b, : batch.sources] == -1).all()
        said = [batch.answers[code] for code in asked[:-1]]
        yield "".join(batch.alphabet[code] for code in read), "".join(said).replace("␣", " ")


MONTHS = "January February March April May June July August September October November December".split()


def iso(source: str) -> str:
    """Return a written day as the standard library reads it."""
    for form in ("%d %B %Y", "%B %d, %Y", "%d.%m.%Y"):
        try:
            full = source.replace(".", ".20").replace(".20", ".", 1) if "." in source else source
            return datetime.datetime.strptime(full, form).date().isoformat()
        except ValueError:
            continue
    raise AssertionError(source)


SMALL = dict(zip("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen".split(), range(1, 20), strict=True))  # fmt: skip
TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))


def value_of(name: str) -> int:
    """Return the number that words name: the way back."""
    if name == "zero":
        return 0
    total = part = 0
    for word in name.split(" "):
        if word == "thousand":
            total, part = part * 1000, 0
        elif word == "hundred":
            part *= 100
        else:
            part += {**SMALL, **TENS}[word]
    return total + part


@given(seed=seeds, lengths=st.tuples(st.integers(1, 20), st.integers(1, 20)), kinds=st.integers(2, 26))
def test_reversed_words_read_backwards(seed, lengths, kinds) -> None:
    shortest, longest = sorted(lengths)
    for source, target in pairs(drawn("reverse", seed, shortest=shortest, longest=longest, symbols=kinds)):
        assert list(target) == list(reversed(source)) and shortest <= len(source) <= longest
        assert set(source) <= set("abcdefghijklmnopqrstuvwxyz"[:kinds])


def test_words_of_all_lengths_are_equally_frequent() -> None:
    lengths = drawn("reverse", 0, 9000).source_lengths
    assert lengths is not None
    assert set(lengths.tolist()) == set(range(4, 13))
    assert np.bincount(lengths)[4:] == pytest.approx(1000, rel=0.12)


@given(seed=seeds)
def test_days_are_those_of_the_calendar(seed) -> None:
    for source, target in pairs(drawn("date", seed)):
        assert target == iso(source) and "2000-01-01" <= target <= "2099-12-31"


def test_each_form_of_a_day_is_drawn() -> None:
    sources = [source for source, _ in pairs(drawn("date", 0, 600))]
    kinds = [("." in source, "," in source) for source in sources]
    assert {kinds.count(kind) > 150 for kind in set(kinds)} == {True} and len(set(kinds)) == 3


@given(day=st.dates(datetime.date(1900, 1, 1), datetime.date(2150, 12, 31)))
@example(day=datetime.date(2000, 2, 29))
def test_a_typed_day_of_any_year_is_read_in_every_form(day) -> None:
    month = MONTHS[day.month - 1]
    short = f"{day.day}.{day.month}.{day.year}"
    for source in (f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}", f"{day:%d.%m.}{day.year}", short):
        assert pose("date").answer(source) == day.isoformat()
    assert pose("date").answer(f"{day:%d.%m.%y}") == day.replace(year=2000 + day.year % 100).isoformat()


@given(seed=seeds, most=st.integers(10, 9999))
def test_names_of_numbers_lead_back_to_them(seed, most) -> None:
    for source, target in pairs(drawn("spell", seed, most=most)):
        assert value_of(target) == int(source) <= most and source == str(int(source))


@given(number=st.integers(0, LIMIT))
@example(number=4096)
def test_larger_numbers_than_are_trained_on_have_names_of_the_same_letters(number) -> None:
    name = pose("spell").answer(f"00{number}"[-6:] if number > 9999 else str(number))
    assert value_of(name) == number and set(name) <= set(pose("spell").written)
    assert pose("spell").answer("00000000" + str(number)) == name


def test_some_names_as_people_write_them() -> None:
    said = {0: "zero", 42: "forty two", 100: "one hundred", 4096: "four thousand ninety six"}
    said |= {70_013: "seventy thousand thirteen", LIMIT: " thousand ".join(2 * ["nine hundred ninety nine"])}
    assert {number: spelled(number) for number in said} == said


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_batch_has_the_form_that_an_encoder_and_decoder_read(name, part) -> None:
    posed, batch = pose(name), drawn(name, 0, 40, part)
    assert batch.source_lengths is not None
    size, steps, width = batch.inputs.shape
    assert (size, width) == (40, max(posed.inputs, posed.outputs)) and steps <= posed.steps
    assert batch.sources == batch.source_lengths.max() <= posed.sizes[0] and steps == batch.lengths.max()
    assert len(set(batch.source_lengths.tolist())) > 1 and (batch.lengths - batch.sources).max() <= posed.sizes[1]
    assert len(batch.alphabet) == posed.inputs and len(batch.answers) == posed.outputs
    for b in range(size):
        source, begin, end = batch.source_lengths[b], batch.sources, batch.lengths[b]
        assert (batch.inputs[b, :source].sum(axis=1) == 1).all() and not batch.inputs[b, source : begin + 1].any()
        asked = batch.targets[b, begin:end]
        np.testing.assert_array_equal(batch.inputs[b, begin + 1 : end].argmax(axis=1), asked[:-1])
        assert (batch.inputs[b, begin + 1 : end].sum(axis=1) == 1).all() and not batch.inputs[b, end:].any()
        assert (batch.targets[b, end:] == -1).all() and (asked >= 0).all() and asked.argmax() == end - begin - 1


@pytest.mark.parametrize("name", NAMES)
def test_one_of_a_batch_is_what_the_rule_gives_without_what_fills_it_up(name) -> None:
    batch = drawn(name, 2, 12)
    for b, (source, target) in enumerate(pairs(batch)):
        one, alone = batch.sequence(b), pose(name).translated(source)
        assert pose(name).answer(source) == target and one.sources == len(source)
        assert one.labels == alone.labels == batch.labels[b]
        assert one.labels[len(source)] == "▷" and len(one.labels) == len(source) + len(target) + 1
        np.testing.assert_array_equal(one.inputs, alone.inputs)
        np.testing.assert_array_equal(one.targets, alone.targets)
        assert (one.read, one.outputs) == (pose(name).inputs, pose(name).outputs)


@pytest.mark.parametrize("name", ["date", "spell"])
def test_what_is_kept_for_validation_is_never_trained_on(name) -> None:
    trained = {target for _, target in pairs(drawn(name, 0, 4000))}
    kept = [target for _, target in pairs(drawn(name, 1, 400, "validation"))]
    assert len(set(kept)) == 400 and not trained & set(kept)
    posed = pose(name, share=30)
    assert posed.validation_count == posed.count * 30 // 100
    assert sorted([*posed.parts["training"], *posed.parts["validation"]]) == list(range(posed.count))
    other = pose(name, split=1)
    assert set(other.parts["validation"].tolist()) != set(pose(name).parts["validation"].tolist())
    assert not pose(name, share=0).has_validation


@pytest.mark.parametrize("name", NAMES)
def test_a_share_of_whole_sequences_counts_only_those_right_to_the_end(name) -> None:
    posed, batch = pose(name), drawn(name, 0, 4)
    outputs = np.eye(posed.outputs)[batch.targets]
    assert posed.whole(outputs, batch.targets) == posed.score(outputs, batch.targets) == 1.0
    last = batch.lengths[1] - 1
    outputs[1, last] = np.roll(outputs[1, last], 1)
    outputs[2, : batch.sources] = 0.0  # what is answered while a source is read counts for nothing
    assert posed.whole(outputs, batch.targets) == 0.75
    counted = int((batch.targets != -1).sum())
    assert posed.score(outputs, batch.targets) == pytest.approx(1 - 1 / counted)
    assert np.isnan(posed.whole(outputs, np.full_like(batch.targets, -1)))


def test_a_target_of_a_persons_own_is_written_instead() -> None:
    data = pose("reverse").translated("hello", "world")
    assert data.labels == (*"hello", "▷", *"world") and data.targets[5:].tolist() == [22, 14, 17, 11, 3, 26]
    longer = pose("reverse").translated(" " + "abcdefghij" * 4 + "\n")
    assert longer.sources == 40 and len(longer.labels) == 81


@pytest.mark.parametrize("name", NAMES)
def test_a_drawn_source_depends_on_the_seed_alone(name) -> None:
    one, again, other = (pose(name).translated(seed=seed).labels for seed in (3, 3, 4))
    assert one == again != other


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("reverse", " ", "text is '', but must be a text of at least one symbol."),
        (
            "reverse",
            "heLlo",
            "text has 'L' as symbol 3, but this network reads only a–z",
        ),
        ("reverse", "ab\u0301c", "text has 'b\u0301' as symbol 2, but this network reads only a–z"),
        ("spell", "12x", "text has 'x' as symbol 3, but this network reads only 0–9."),
        ("spell", "-1", "text has '-' as symbol 1, but this network reads only 0–9."),
        ("spell", "1000000", "text is '1000000', but numbers are spelled up to 999999."),
        (
            "date",
            "31 February 2021",
            "text is '31 February 2021', but must be a day that there is, written like 3 May 2021, May 3, 2021 or "
            "03.05.21.",
        ),
        ("date", "May 2021", "text is 'May 2021', but must be a day that there is, written like 3 May 2021,"),
        ("date", "3 Mai 2021", "text is '3 Mai 2021', but must be a day that there is, written like 3 May 2021,"),
        ("date", "00.05.21", "text is '00.05.21', but must be a day that there is, written like 3 May 2021,"),
        ("date", "2021-05-03", "text has '-' as symbol 5, but this network reads only ␣ , . 0–9"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused_in_one_sentence(name, text, sentence) -> None:
    with pytest.raises(ExperimentError) as refused:
        pose(name).translated(text)
    assert str(refused.value).startswith(sentence) and refused.value.field == "text"


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("  ", "target is '', but must be a text of at least one symbol."),
        (
            "a1",
            "target has '1' as symbol 2, but this network writes only a–d"
            ": type only these, or choose a network of your own.",
        ),
    ],
)
def test_a_target_that_cannot_be_written_is_refused_in_one_sentence(target, sentence) -> None:
    with pytest.raises(ExperimentError) as refused:
        pose("reverse", symbols=4).translated("abcd", target)
    assert str(refused.value) == sentence and refused.value.field == "target"
