"""Sentences with the part of speech of each word. Some words are a noun here and a verb there: only the others tell.

Mostly those before do: the walk, they walk. Now and then only those after do: the old water the garden, and the old
water is cold.

The tags are those of Universal Dependencies that a beginner's grammar has: DET (the), ADJ (red), NOUN (dog),
PRON (she), VERB (runs), AUX (can), ADV (often), ADP (in, to), CONJ (and).
"""

from __future__ import annotations

from typing import Final

_TAGGED: Final = """
the/DET dog/NOUN walks/VERB in/ADP the/DET park/NOUN
the/DET dogs/NOUN walk/VERB in/ADP the/DET park/NOUN
the/DET walk/NOUN in/ADP the/DET park/NOUN was/AUX long/ADJ
a/DET long/ADJ walk/NOUN is/AUX good/ADJ
they/PRON walk/VERB slowly/ADV to/ADP the/DET house/NOUN
she/PRON can/AUX walk/VERB to/ADP the/DET park/NOUN
the/DET old/ADJ dog/NOUN can/AUX run/VERB
they/PRON run/VERB in/ADP the/DET park/NOUN
the/DET run/NOUN was/AUX long/ADJ and/CONJ slow/ADJ
a/DET slow/ADJ run/NOUN is/AUX good/ADJ
we/PRON run/VERB slowly/ADV
she/PRON opens/VERB a/DET can/NOUN
the/DET can/NOUN is/AUX old/ADJ
a/DET red/ADJ can/NOUN was/AUX in/ADP the/DET house/NOUN
he/PRON can/AUX open/VERB the/DET can/NOUN
we/PRON can/AUX open/VERB the/DET old/ADJ door/NOUN
the/DET door/NOUN is/AUX open/ADJ
the/DET open/ADJ door/NOUN is/AUX red/ADJ
they/PRON open/VERB the/DET door/NOUN slowly/ADV
they/PRON watch/VERB the/DET dog/NOUN
the/DET watch/NOUN is/AUX old/ADJ
he/PRON has/VERB a/DET good/ADJ watch/NOUN
she/PRON will/AUX watch/VERB the/DET house/NOUN
we/PRON often/ADV watch/VERB the/DET red/ADJ fish/NOUN
they/PRON fish/VERB in/ADP the/DET lake/NOUN
the/DET fish/NOUN in/ADP the/DET lake/NOUN is/AUX old/ADJ
we/PRON will/AUX fish/VERB in/ADP the/DET cold/ADJ lake/NOUN
a/DET fish/NOUN can/AUX watch/VERB a/DET dog/NOUN
the/DET cold/ADJ fish/NOUN was/AUX good/ADJ
she/PRON has/VERB a/DET cold/NOUN
the/DET cold/NOUN was/AUX long/ADJ
the/DET lake/NOUN is/AUX cold/ADJ and/CONJ old/ADJ
he/PRON will/AUX water/VERB the/DET garden/NOUN
the/DET water/NOUN is/AUX cold/ADJ
they/PRON water/VERB the/DET garden/NOUN often/ADV
cold/ADJ water/NOUN is/AUX good/ADJ
the/DET dog/NOUN drinks/VERB water/NOUN
the/DET dogs/NOUN drink/VERB cold/ADJ water/NOUN
a/DET cold/ADJ drink/NOUN is/AUX good/ADJ
the/DET drink/NOUN was/AUX cold/ADJ
we/PRON drink/VERB in/ADP the/DET garden/NOUN
he/PRON often/ADV drinks/VERB in/ADP the/DET old/ADJ house/NOUN
we/PRON park/VERB the/DET red/ADJ car/NOUN
they/PRON park/VERB in/ADP the/DET garden/NOUN
he/PRON can/AUX park/VERB the/DET car/NOUN slowly/ADV
the/DET park/NOUN is/AUX old/ADJ and/CONJ good/ADJ
the/DET car/NOUN is/AUX slow/ADJ
the/DET old/ADJ car/NOUN runs/VERB slowly/ADV
she/PRON runs/VERB and/CONJ he/PRON walks/VERB
he/PRON opens/VERB the/DET red/ADJ door/NOUN and/CONJ walks/VERB
we/PRON plant/VERB a/DET tree/NOUN in/ADP the/DET garden/NOUN
the/DET plant/NOUN in/ADP the/DET garden/NOUN is/AUX red/ADJ
a/DET red/ADJ plant/NOUN can/AUX drink/VERB water/NOUN
they/PRON will/AUX plant/VERB the/DET old/ADJ tree/NOUN
the/DET tree/NOUN was/AUX in/ADP the/DET park/NOUN
a/DET tree/NOUN is/AUX a/DET plant/NOUN
she/PRON has/VERB a/DET plan/NOUN
they/PRON plan/VERB a/DET walk/NOUN
we/PRON plan/VERB a/DET long/ADJ run/NOUN in/ADP the/DET park/NOUN
the/DET plan/NOUN was/AUX good/ADJ
he/PRON will/AUX plan/VERB the/DET house/NOUN
the/DET house/NOUN has/VERB a/DET red/ADJ door/NOUN
she/PRON will/AUX answer/VERB slowly/ADV
the/DET answer/NOUN is/AUX long/ADJ and/CONJ good/ADJ
they/PRON often/ADV answer/VERB the/DET old/ADJ phone/NOUN
he/PRON has/VERB a/DET slow/ADJ answer/NOUN
we/PRON phone/VERB and/CONJ they/PRON answer/VERB
the/DET phone/NOUN was/AUX in/ADP the/DET water/NOUN
she/PRON can/AUX phone/VERB often/ADV
the/DET open/ADJ can/NOUN was/AUX in/ADP the/DET cold/ADJ lake/NOUN
we/PRON watch/VERB and/CONJ they/PRON drink/VERB
the/DET dog/NOUN will/AUX drink/VERB and/CONJ the/DET fish/NOUN will/AUX watch/VERB
the/DET old/ADJ water/VERB the/DET garden/NOUN
the/DET old/ADJ water/NOUN is/AUX cold/ADJ
the/DET old/ADJ watch/VERB the/DET house/NOUN
the/DET old/ADJ watch/NOUN was/AUX good/ADJ
the/DET old/ADJ plant/VERB a/DET tree/NOUN
the/DET old/ADJ plant/NOUN is/AUX red/ADJ
the/DET old/ADJ park/VERB the/DET car/NOUN
the/DET old/ADJ park/NOUN was/AUX long/ADJ
the/DET old/ADJ plan/VERB a/DET house/NOUN
the/DET old/ADJ plan/NOUN is/AUX good/ADJ
the/DET old/ADJ answer/VERB the/DET phone/NOUN
the/DET old/ADJ answer/NOUN was/AUX long/ADJ
the/DET old/ADJ phone/VERB often/ADV
the/DET old/ADJ phone/NOUN is/AUX slow/ADJ
the/DET old/ADJ walk/VERB slowly/ADV
the/DET old/ADJ walk/NOUN was/AUX good/ADJ
the/DET old/ADJ run/VERB slowly/ADV and/CONJ often/ADV
the/DET old/ADJ run/NOUN was/AUX slow/ADJ
the/DET old/ADJ drink/VERB water/NOUN
the/DET old/ADJ drink/NOUN was/AUX cold/ADJ
the/DET old/ADJ fish/VERB often/ADV
the/DET old/ADJ fish/NOUN was/AUX slow/ADJ
the/DET water/NOUN can/NOUN is/AUX red/ADJ
the/DET water/NOUN can/AUX run/VERB slowly/ADV
the/DET fish/NOUN can/NOUN was/AUX open/ADJ
the/DET fish/NOUN can/AUX drink/VERB
the/DET plant/NOUN can/AUX drink/VERB cold/ADJ water/NOUN
the/DET red/ADJ drink/NOUN can/NOUN was/AUX cold/ADJ
the/DET garden/NOUN can/NOUN is/AUX old/ADJ
the/DET car/NOUN can/AUX park/VERB in/ADP the/DET garden/NOUN
"""

TAGS: Final = ("ADJ", "ADP", "ADV", "AUX", "CONJ", "DET", "NOUN", "PRON", "VERB")


def sentences() -> tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]:
    """Return (words, index into `TAGS` of each) of every sentence."""
    lines = [[word.split("/") for word in line.split()] for line in _TAGGED.split("\n") if line]
    return tuple((tuple(word for word, _ in line), tuple(TAGS.index(tag) for _, tag in line)) for line in lines)
