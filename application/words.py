"""Our own words in English and Dutch, by what they are about and by name. Words are data: `words.toml`."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import overload

from application.language import spoken
from schemas.texts import Language, word_of


@cache
def _words() -> dict[str, dict[str, dict[Language, str]]]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


def phrase(about: str, name: str, language: Language, *values: object) -> str:
    """A phrase with values in its places. Raises KeyError when the file has none of that name."""
    return form_of(about, name, language).format(*values)


def form_of(about: str, name: str, language: Language) -> str:
    """A phrase with `{}` for each value. Raises KeyError when the file has none of that name."""
    return _words()[about][name][language]


def say(about: str, name: str, *values: object) -> str:
    """A phrase in the language that is spoken. Raises KeyError when the file has none of that name."""
    return phrase(about, name, spoken(), *values)


def counted(name: str, number: int, language: Language | None = None) -> str:
    """How many of something: `1 event`, `2 events`. Raises KeyError for what is not in the file."""
    return phrase("one" if number == 1 else "many", name, language or spoken(), number)


def headings(about: str, names: str, language: Language | None = None) -> list[str]:
    """Several words, by their names with spaces between."""
    return [phrase(about, name, language or spoken()) for name in names.split()]


def code_word(about: str, code: str | None, language: Language | None = None) -> str | None:
    """A code in words. Without words in the file: in Dutch the word of sentences, in English the code."""
    if code is None:
        return None
    if (language or spoken()) == "nl":
        return _in_dutch(about, code)
    texts = _words().get(about, {}).get(code)
    return texts["en"] if texts else code


def _in_dutch(about: str, code: str) -> str:
    texts = _words().get(about, {}).get(code)
    return texts["nl"] if texts else word_of(code, "nl")


@overload
def in_words(about: str, codes: str) -> str: ...


@overload
def in_words(about: str, codes: Sequence[str]) -> Sequence[str]: ...


@overload
def in_words(about: str, codes: None) -> None: ...


def in_words(about: str, codes: str | Sequence[str] | None) -> str | Sequence[str] | None:
    """Codes as a table shows them: in English as they are typed, in Dutch in words; nothing stays nothing."""
    if spoken() == "en" or not codes:
        return codes
    if isinstance(codes, str):
        return _in_dutch(about, codes)
    return [_in_dutch(about, str(code)) for code in codes]


def told_in(entry: object, member: str) -> str:
    """A text in the language that is spoken, of an entry with both: `title` and `title_nl`."""
    name = f"{member}_nl" if spoken() == "nl" else member
    text: str = entry[name] if isinstance(entry, dict) else getattr(entry, name)
    return text


def spellings(code: str) -> set[str]:
    """Every word that tables have for a code, in both languages."""
    ours = {text for words in _words().values() for text in words.get(code, {}).values()}
    return ours | {word_of(code, "nl"), word_of(code, "en")}
