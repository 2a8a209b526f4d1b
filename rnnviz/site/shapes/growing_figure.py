"""The figure of what is right at each length: rows of points, each of them a link, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Final
from urllib.parse import urlencode

from rnnviz.training.growing import Grown
from rnnviz.words import say

TICKS: Final = (0, 25, 50, 75, 100)
EVERY: Final = 4
"""Lengths between two labels of the axis."""

Links = Mapping[str, Mapping[int, str]]


def figure(found: Mapping[str, Grown], links: Links, length: int, lang: str) -> str:
    """Return the figure.

    Parameters
    ----------
    found : by name
    links : by name and length
        Where a point leads.
    length : int
        Of the word on the stage, which has a frame about it; 0 or too long a one has none.
    lang : str
    """
    one = next(iter(found.values()))
    label = escape(say("shapes.growing.label", lang), quote=True)
    still = "".join([*_ticks(), _taught(one, lang), _frame(one, length), *_lengths(one), *_chance(one)])
    points = "".join(
        _point(name, own, n, links[name][n], lang) for name, own in found.items() for n in own.lengths.tolist()
    )
    # The points are for the mouse: the slider leads to the same words, and the table tells the same numbers.
    plot = f'<div role="img" aria-label="{label}">{still}</div><div aria-hidden="true">{points}</div>'
    look = f'<p class="site-growing-look">{escape(say("shapes.growing.look", lang, words=len(one.words[0])))}</p>'
    return f'{look}<div class="site-growing">{_keys(found, lang)}<div class="site-growing-plot">{plot}</div></div>'


def href(query: Mapping[str, str]) -> str:
    """Return the address of a query on this page, as an attribute has it."""
    return escape(f"?{urlencode(query)}", quote=True)


def percent(share: float) -> str:
    """Return a share in whole percent, and more exactly where that would say that all is right."""
    digits = f"{100 * share:.0f}" if share < 0.995 else f"{100 * share:.3g}"
    return f"{digits}\N{NO-BREAK SPACE}%"


def _left(one: Grown, n: float) -> float:
    """Return where the words of a length stand, in percent of the width."""
    return 100 * (n - 0.5) / len(one.lengths)


def _ticks() -> Iterator[str]:
    for tick in TICKS:
        yield f'<span style="bottom: {tick}%">{tick} %</span>'


def _taught(one: Grown, lang: str) -> str:
    """Return the band of lengths that were trained on."""
    first, last = one.taught
    words = escape(say("shapes.growing.taught", lang, shortest=first, longest=last))
    width = _left(one, last + 0.5) - _left(one, first - 0.5)
    return f'<div style="left: {_left(one, first - 0.5):.2f}%; width: {width:.2f}%"><em>{words}</em></div>'


def _frame(one: Grown, length: int) -> str:
    if length not in one.lengths:
        return ""
    return f'<u style="left: {_left(one, length - 0.5):.2f}%; width: {100 / len(one.lengths):.2f}%"></u>'


def _lengths(one: Grown) -> Iterator[str]:
    for n in one.lengths.tolist():
        if n == 1 or n % EVERY == 0:
            yield f'<b style="left: {_left(one, n):.2f}%">{n}</b>'


def _chance(one: Grown) -> Iterator[str]:
    for n, share in zip(one.lengths.tolist(), one.chance.tolist(), strict=True):
        yield f'<i style="left: {_left(one, n):.2f}%; bottom: {100 * share:.1f}%"></i>'


def _point(name: str, one: Grown, n: int, link: str, lang: str) -> str:
    share, whole = float(one.shares[n - 1]), float(one.whole[n - 1])
    told = say("shapes.growing.point", lang, letters=n, share=percent(share), whole=percent(whole))
    where = f"left: {_left(one, n):.2f}%; bottom: {100 * share:.1f}%"
    return (
        f'<a class="site-growing-{name}" tabindex="-1" data-within data-share="{share:.6g}" href="{link}"'
        f' title="{escape(told, quote=True)}" style="{where}"></a>'
    )


def _keys(found: Mapping[str, Grown], lang: str) -> str:
    classes = {**{name: f"site-growing-{name}" for name in found}, "chance": "site-growing-chance"}
    keys = "".join(
        f'<span class="{one}">{escape(say(f"shapes.growing.key.{name}", lang))}</span>' for name, one in classes.items()
    )
    return f"<p>{keys}</p>"


def table(found: Mapping[str, Grown], lang: str) -> str:
    """Return the numbers, folded."""
    one = next(iter(found.values()))
    heads = ["letters", *found, "chance"]
    head = "".join(f'<th scope="col">{escape(say(f"shapes.growing.key.{name}", lang))}</th>' for name in heads)
    rows = "".join(_numbers(found, place) for place in range(len(one.lengths)))
    summary = escape(say("shapes.growing.numbers", lang))
    numbers = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<details class="site-growing-numbers"><summary>{summary}</summary>{numbers}</details>'


def _numbers(found: Mapping[str, Grown], place: int) -> str:
    one = next(iter(found.values()))
    shares = [*(float(own.shares[place]) for own in found.values()), float(one.chance[place])]
    cells = "".join(f"<td>{percent(share)}</td>" for share in shares)
    return f'<tr><th scope="row">{int(one.lengths[place])}</th>{cells}</tr>'
