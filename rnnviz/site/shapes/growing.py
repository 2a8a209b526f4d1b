"""How long a word may be: what two trained networks write of ever longer ones, and the very words on the stage.

The two differ in nothing but attention. Each point of the figure is a link to a word of that length, read by that
network; the slider under it leads there without a mouse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from itertools import zip_longest
from typing import Final

import numpy as np
import streamlit as st

from rnnviz.experiment import Experiment
from rnnviz.networks.trained import trained
from rnnviz.site import state
from rnnviz.site.page import Page
from rnnviz.site.runs import traced
from rnnviz.site.shapes.entries import query_of
from rnnviz.site.shapes.growing_figure import figure, href, percent, table
from rnnviz.trace import Trace
from rnnviz.training.growing import Grown, grown
from rnnviz.words import say

PAIR: Final = {"without": "reverser", "attending": "reverser_attention"}
KEY: Final = "growing_letters"
WIDE: Final = 704


@st.cache_resource(max_entries=len(PAIR), show_spinner=False)
def _grown(network: str) -> Grown:
    return grown(trained(network))


def both() -> dict[str, Grown]:
    """Return what both networks wrote, worked out once."""
    return {name: _grown(network) for name, network in PAIR.items()}


def opened(name: str, length: int) -> Experiment:
    """Return what a point of the figure opens: a word of that length, in the middle by how much of it is right."""
    return reading(_grown(PAIR[name]).typical(length), PAIR[name])


def growing(page: Page, trace: Trace) -> None:
    """Show the figure, where it stands in it what is on the stage, and what it comes to.

    Where another network is on the stage it waits to be asked for.
    """
    own = trace.experiment.network in PAIR.values()
    key = f"growing_{'pair' if own else 'other'}"
    box = st.expander(say("shapes.growing", page.lang), own, key=key, width=WIDE, on_change="rerun")
    if not box.open:
        return
    word = "".join(trace.labels[: trace.segments[0].stop]) if own else ""
    attends = trace.bridge is not None and trace.bridge.attention is not None
    with box:
        st.html(picture(page.lang, len(word)))
        if not page.presented:
            _slider("attending" if attends else "without", len(word), page.lang)
        st.html(beside(word, str(trace.experiment.network), page.lang))
        st.markdown(told(page.lang))


def _slider(name: str, length: int, lang: str) -> None:
    """Offer the lengths: a word of that length is then on the stage."""
    one = _grown(PAIR[name])
    least, most = int(one.lengths[0]), int(one.lengths[-1])
    st.session_state[KEY] = min(max(length or one.taught[1], least), most)
    # Where the stage has no such word, its length is nowhere on the slider.
    label = say("shapes.growing.letters" if least <= length <= most else "shapes.growing.letters.other", lang)
    st.slider(label, least, most, key=KEY, on_change=_take, args=(name,))


def _take(name: str) -> None:
    state.put(opened(name, st.session_state[KEY]))


@lru_cache(maxsize=64)
def picture(lang: str, length: int) -> str:
    """Return the figure with a frame about the words of one length, if it has such words."""
    found = both()
    links = {name: {n: href(query_of(opened(name, n))) for n in one.lengths.tolist()} for name, one in found.items()}
    return figure(found, links, length, lang)


@lru_cache(maxsize=64)
def beside(word: str, shown: str, lang: str) -> str:
    """Return what each of the networks writes of a word, if there is one, and the figure's numbers, folded."""
    return (words(word, shown, lang) if word else "") + table(both(), lang)


def words(word: str, shown: str, lang: str) -> str:
    """Return what was asked for of a word, and under it what each of the networks writes by itself."""
    runs = {name: traced(reading(word, network)) for name, network in PAIR.items()}
    wanted = asked_of(word, lang)
    rows = _row(escape(say("shapes.growing.asked", lang)), wanted, wanted, "")
    for name, trace in runs.items():
        said = wrote(trace)
        count = escape(say("shapes.growing.right", lang, right=right_of(trace, wanted), n=len(wanted)))
        title = escape(say(f"shapes.growing.key.{name}", lang))
        if PAIR[name] != shown:
            title = f'<a data-within href="{href(query_of(trace.experiment))}">{title}</a>'
        rows += _row(title, said, wanted, count)
    caption = escape(say("shapes.growing.stage", lang, letters=len(word)))
    return f'<table class="site-growing-words"><caption>{caption}</caption><tbody>{rows}</tbody></table>'


def asked_of(word: str, lang: str) -> list[str]:
    """Return the symbols that a word should become, END among them."""
    return [*reversed(word), say("text.end", lang)]


def wrote(trace: Trace) -> list[str]:
    """Return the symbols that a decoder wrote."""
    codes = trace.outputs[trace.segments[-1].start :].argmax(axis=1)
    return [(trace.answers or ())[code] for code in codes.tolist()]


def right_of(trace: Trace, wanted: Sequence[str]) -> int:
    """Return how many symbols a decoder wrote rightly."""
    return sum(symbol == other for symbol, other in zip(wrote(trace), wanted, strict=False))


def goes_wrong(trace: Trace, lang: str) -> str:
    """Say that it is the fixed context which costs what is wrong, where the same network with attention has more right.

    Of any other run there is nothing to say.
    """
    asked = trace.experiment
    if asked.network != PAIR["without"] or asked.forcing > 0 or asked.target is not None:
        return ""
    word = "".join(trace.labels[: trace.segments[0].stop])
    wanted = asked_of(word, lang)
    right, other = (right_of(run, wanted) for run in (trace, traced(reading(word, PAIR["attending"]))))
    return say("shapes.growing.meant", lang, right=right, n=len(wanted), other=other) if right < other else ""


def reading(word: str, network: str) -> Experiment:
    """Return one of the networks as it writes a word by itself."""
    return Experiment(network=network, text=word, forcing=0.0)


def _row(title: str, said: Sequence[str], wanted: Sequence[str], count: str) -> str:
    """Return what was written, in a row; what is wrong, or more than was asked for, is struck through."""
    right = [one == other for one, other in zip_longest(said, wanted)][: len(said)]
    letters = "".join(_symbol(one, fits, one == wanted[-1]) for one, fits in zip(said, right, strict=True))
    return f'<tr><th scope="row">{title}</th><td>{letters}</td><td>{count}</td></tr>'


def _symbol(symbol: str, right: bool, ends: bool) -> str:
    kind, mark = "b" if right else "s", ' class="site-growing-end"' if ends else ""
    return f"<{kind}{mark}>{escape(symbol)}</{kind}>"


# What it all comes to


@lru_cache(maxsize=8)
def told(lang: str) -> str:
    """Return the sentences as a list."""
    return "\n".join(f"- {sentence}" for sentence in sentences(both(), lang))


def sentences(found: Mapping[str, Grown], lang: str) -> list[str]:
    """Return what the figure shows: of each network, of the nearest lengths that neither has met, and of chance."""
    shortest, longest = found["without"].taught
    new = [_of_new(found, n, lang) for n in (shortest - 1, longest + 1) if n > 0]
    chance = found["without"].chance
    ends = {"first": percent(chance[shortest - 1]), "last": percent(chance[longest - 1])}
    by_luck = say("shapes.growing.chance", lang, shortest=shortest, longest=longest, **ends)
    return [*(_of_taught(name, one, lang) for name, one in found.items()), *new, by_luck]


def _of_taught(name: str, one: Grown, lang: str) -> str:
    """Say what the length costs a network as far as it was trained."""
    shortest, longest = one.taught
    shares = one.shares[shortest - 1 : longest]
    ends = {"first": percent(shares[0]), "last": percent(shares[-1]), "least": percent(shares.min())}
    half = half_lost(one)
    key = "lost" if half is not None and shortest <= half <= longest else "kept"
    return say(f"shapes.growing.{name}.{key}", lang, shortest=shortest, longest=longest, half=half, **ends)


def _of_new(found: Mapping[str, Grown], length: int, lang: str) -> str:
    """Say what becomes of words of a length that is new to both; and where attention sets out too far in, that too."""
    shares = {name: float(one.shares[length - 1]) for name, one in found.items()}
    told = say("shapes.growing.new", lang, letters=length, **{name: percent(share) for name, share in shares.items()})
    backwards = float(found["attending"].endings[length - 1])
    if not backwards > 0.5 > shares["attending"]:
        return told
    return f"{told} {say('shapes.growing.shifted', lang, share=percent(backwards))}"


def half_lost(one: Grown) -> int | None:
    """Return the length from which on fewer than half of the symbols are right; None if there is none."""
    held = np.flatnonzero(one.shares >= 0.5)
    after = int(held[-1]) + 1 if held.size else 0
    return int(one.lengths[after]) if after < len(one.lengths) else None
