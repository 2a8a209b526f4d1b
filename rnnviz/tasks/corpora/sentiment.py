"""Short judgements, half of them kind. Many differ only in the order of their words, or in a "not".

Some were written one by one. The others say every pattern of a judgement about many things, kind and unkind: from
what was said of the music a network can then know what the same words say of the food.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_POSITIVE: Final = """
the film was good not bad
the film was not bad
the film was not bad at all
the film was really good
the film was good
the film was great
the film was long but great
the film was slow but never boring
the film was slow at first but great at the end
the end was sad but the film was good
the end was great
the end was not sad at all
the book was good not bad
the book was not boring
the book was never boring
the book was long but not boring
the book was wonderful
the book was a wonderful surprise
the story was great and never slow
the story was sad but wonderful
the story was really wonderful
the story was not bad
the story was simple but good
the music was great
the music was loud but great
the music was not too loud
the music was good and the food was great
the food was good
the food was good not bad
the food was not bad at all
the food was cold but good
the food was simple but really good
the food was never bad
the food was wonderful and not too expensive
the food was expensive but worth it
the room was small but nice
the room was nice and not too small
the room was not expensive
the room was clean and the food was good
the room was cold but clean and nice
the room was not dirty at all
the hotel was nice
the hotel was nice and clean
the hotel was old but clean
the hotel was old but not dirty
the hotel was not too expensive
the hotel was worth it
the actors were great
the actors were good not bad
the actors were never boring
the actors were not bad at all
the people were nice
the people were really nice
the people were loud but nice
the people were not rude at all
i love this film
i love this book
i love the music
i really love this story
i like this hotel
i like it
i do not hate it
i never hate a good story
i love it and would not change a thing
i would see it again
i would read it again
i would come again
i would not miss it
i was bored at first but then i love it
you will like it
you will not hate it
you will love the actors
nothing was bad
nothing about it was boring
nobody was rude
it was not a waste of time
it was worth it
it was a good surprise not a bad one
"""

_NEGATIVE: Final = """
the film was bad not good
the film was not good
the film was not good at all
the film was really bad
the film was bad
the film was terrible
the film was great at first but slow and boring at the end
the film was long and boring
the film was too long
the end was good but the film was bad
the end was terrible
the end was sad and not great
the book was bad not good
the book was not wonderful
the book was boring
the book was never good
the book was not long but boring
the book was a terrible surprise
the story was slow and never great
the story was wonderful at first but then terrible
the story was really terrible
the story was not good
the story was simple and boring
the music was terrible
the music was great but too loud
the music was too loud
the music was bad and the food was terrible
the food was bad
the food was bad not good
the food was not good at all
the food was cold
the food was good but cold and too expensive
the food was never good
the food was terrible and expensive
the food was expensive and not worth it
the room was nice but too small
the room was small and not nice
the room was too expensive
the room was dirty and the food was bad
the room was clean but cold and too small
the room was not clean at all
the hotel was dirty
the hotel was not nice
the hotel was old and dirty
the hotel was clean but not nice
the hotel was too expensive
the hotel was not worth it
the actors were terrible
the actors were bad not good
the actors were boring
the actors were not good at all
the people were rude
the people were really rude
the people were nice at first but then rude
the people were not nice at all
the people were never nice
i hate this film
i hate this book
i hate the music
i really hate this story
i do not like this hotel
i do not like it
i do not love it
i never love a bad story
i hate it and would change the end
i would not see it again
i would not read it again
i would never come again
i would miss nothing
i love it at first but then i was bored
you will hate it
you will not like it
you will not love the actors
nothing was good
nothing about it was wonderful
nobody was nice
it was a waste of time
it was not worth it
it was a bad surprise not a good one
"""

_PATTERNS: Final = """
the {thing} was {this}
the {thing} was really {this}
the {thing} was not {other}
the {thing} was never {other}
the {thing} was {this} not {other}
the {thing} was not {other} but {this}
the {thing} was {other} at first but then {this}
i {feel} it the {thing} was {this}
"""
_THINGS: Final = {
    "film": ("bad", "good"),
    "end": ("boring", "great"),
    "book": ("boring", "good"),
    "story": ("terrible", "wonderful"),
    "music": ("terrible", "good"),
    "food": ("bad", "great"),
    "room": ("dirty", "clean"),
    "hotel": ("bad", "nice"),
    "surprise": ("terrible", "nice"),
    "walk": ("boring", "wonderful"),
    "garden": ("dirty", "nice"),
    "waiter": ("rude", "nice"),
    "teacher": ("boring", "good"),
}
"""What is judged, with an unkind and a kind word for it."""

_WRITTEN: Final = (_NEGATIVE, _POSITIVE)
LABELS: Final = ("negative", "positive")


def sentences() -> tuple[tuple[tuple[str, ...], int], ...]:
    """Return (words, index into `LABELS`) of every sentence, none twice, the two kinds in turn."""
    sides = [dict.fromkeys((*written.strip().split("\n"), *_made(label))) for label, written in enumerate(_WRITTEN)]
    pairs = zip(*sides, strict=True)
    return tuple((tuple(line.split()), label) for pair in pairs for label, line in enumerate(pair))


def _made(label: int) -> Iterator[str]:
    """Yield each pattern about each thing."""
    for pattern in _PATTERNS.strip().split("\n"):
        for thing, words in _THINGS.items():
            feel = ("hate", "like")[label]
            yield pattern.format(thing=thing, this=words[label], other=words[1 - label], feel=feel)
