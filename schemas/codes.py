"""The meaning of each code of a rejection, and the sender's next step, in both languages. Words are data."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

from schemas.allowed import allowed_words
from schemas.rejection import Code
from schemas.texts import LANGUAGES, Language


class CodeText(Struct, frozen=True, forbid_unknown_fields=True):
    """`means`: the fault. `do`: what its sender must do. Whole sentences by language."""

    means: dict[Language, str]
    do: dict[Language, str]


def _loaded() -> dict[Code, CodeText]:
    content = files("schemas").joinpath("codes.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(content), dict[Code, CodeText])


WORDS: Final[Mapping[Code, CodeText]] = _loaded()


@cache
def words_of(code: str) -> Mapping[Language, str]:
    """A code in words by language; empty for a code that this version does not know."""
    if code not in {entry.value for entry in WORDS}:
        return {}
    words = WORDS[Code(code)]
    return {language: f"{words.means[language]} {words.do[language]}" for language in LANGUAGES}


def words_for(code: str, type: str | None, pointer: str) -> Mapping[Language, str]:
    """The words for one rejection by language, with the values of the closed list at its pointer, if there is
    one.
    """
    words = words_of(code)
    more = allowed_words(type, pointer) if code == Code.SCHEMA else {}
    return {language: f"{words[language]} {more[language]}" for language in more} or words
