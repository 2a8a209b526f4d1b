"""A text in which what is quoted is shouted: who reads it has to remember, from one word to the next, which it is in.

It is made of the judgements of `rnnviz.tasks.corpora.sentiment`, said by someone or not, and of a few lines more for
the letters that these lack.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rnnviz.tasks.corpora.sentiment import sentences

SPEAKERS: Final = ("i", "you", "we", "people", "the waiter", "the teacher", "nobody", "a guest", "the judge")
_MORE: Final = """
the jazz was quite good
the quiz was just too long
the zoo was not boring
a prize would be just great
the joke was quite bad
the queue was long but quick
the next quiz will be amazing
the puzzle was just lovely
"""
SEED: Final = 0


def text() -> str:
    """Return the text: a line each, every second one, about, with what someone says between quotation marks."""
    found = [" ".join(words) for words, _ in sentences()] + 4 * _MORE.strip().splitlines()
    rng = np.random.default_rng(SEED)
    lines = []
    for number in rng.permutation(len(found)):
        said = found[number]
        if rng.random() < 0.5:
            lines.append(f"{said}.")
        else:
            lines.append(f'{rng.choice(SPEAKERS)} said "{said.upper()}".')
    return "\n".join(lines) + "\n"
