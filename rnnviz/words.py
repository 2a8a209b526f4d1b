"""Every word a person reads, by key: ``rnnviz/lessons/<language>/*.po``.

A language is a folder. Its ``.po`` files (gettext, read with Babel) are one catalogue; which file a message
stands in is for the translator's comfort only. Messages are named by dotted keys (``stage.play``) rather than by
their English text, so that a better English sentence never breaks a translation.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from babel.messages.pofile import read_po

DEFAULT_LANGUAGE = "en"
LESSONS = files("rnnviz") / "lessons"


class MissingMessage(KeyError):
    """A key that no catalogue has: a mistake in the program, never of the person using it."""


@lru_cache
def languages() -> tuple[str, ...]:
    """Return the codes of all languages that have a folder with a catalogue, the default one first."""
    found = [
        folder.name
        for folder in LESSONS.iterdir()
        if folder.is_dir() and any(entry.name.endswith(".po") for entry in folder.iterdir())
    ]
    return tuple(sorted(found, key=lambda code: (code != DEFAULT_LANGUAGE, code)))


@lru_cache
def catalogue(lang: str = DEFAULT_LANGUAGE) -> Mapping[str, str]:
    """Return all messages of one language; what it lacks is filled from the default language."""
    messages: dict[str, str] = {} if lang == DEFAULT_LANGUAGE else dict(catalogue(DEFAULT_LANGUAGE))
    if lang in languages():
        for entry in sorted((LESSONS / lang).iterdir(), key=lambda path: path.name):
            if entry.name.endswith(".po"):
                with entry.open("rb") as stream:
                    found = read_po(stream, locale=lang)
                messages.update(
                    {str(message.id): str(message.string) for message in found if message.id and message.string}
                )
    return MappingProxyType(messages)


def say(key: str, lang: str = DEFAULT_LANGUAGE, /, **values: object) -> str:
    """Return the message ``key`` in ``lang`` with its ``{placeholders}`` filled.

    Raises
    ------
    MissingMessage
        If neither the language nor the default language has the key.
    """
    try:
        message = catalogue(lang)[key]
    except KeyError:
        raise MissingMessage(key) from None
    return message.format(**values) if values else message


def section(prefixes: tuple[str, ...], lang: str = DEFAULT_LANGUAGE) -> dict[str, str]:
    """Return all messages whose key begins with one of ``prefixes``: what the browser is sent."""
    return {key: text for key, text in catalogue(lang).items() if key.startswith(prefixes)}
