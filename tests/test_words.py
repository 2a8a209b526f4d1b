"""One catalogue a language, and a sentence for whoever asks for a word that is not there."""

import re

import pytest

from rnnviz.words import MissingMessage, catalogue, languages, say, section


def test_english_is_there_and_filled() -> None:
    assert languages()[0] == "en"
    assert (
        say("error.whole", field="seed", value=-1, least=0) == "seed is -1, but must be a whole number of at least 0."
    )


def test_an_unknown_language_falls_back_and_an_unknown_key_does_not() -> None:
    assert catalogue("xx") == catalogue("en")
    with pytest.raises(MissingMessage, match=r"no\.such"):
        say("no.such")


def test_a_section_is_what_begins_so() -> None:
    assert section(("error.",)) and all(key.startswith("error.") for key in section(("error.",)))


@pytest.mark.parametrize("lang", languages())
def test_a_matrix_is_written_as_in_the_equations_and_not_with_an_underscore(lang: str) -> None:
    plain = {key: re.sub(r"\$[^$]*\$", "", message) for key, message in catalogue(lang).items()}
    assert [key for key, message in plain.items() if re.search(r"\b[Wb]_\w", message)] == []
