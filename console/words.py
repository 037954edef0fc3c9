"""Our own words in English and Dutch, by what they are about and by name. Words are data: `words.toml`."""

import tomllib
from pathlib import Path
from typing import Any

from schemas.texts import Language, word_of

__all__ = ["code_word", "counted", "headings", "phrase", "spellings"]

_WORDS: dict[str, dict[str, dict[Language, str]]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text("utf-8")
)


def phrase(about: str, name: str, language: Language, *values: Any) -> str:
    """A phrase with values in its places. Raises KeyError for one that is not in the file."""
    return _WORDS[about][name][language].format(*values)


def counted(name: str, number: int, language: Language = "en") -> str:
    """How many of something: `1 event`, `2 events`. Raises KeyError for what is not in the file."""
    return phrase("one" if number == 1 else "many", name, language, number)


def headings(about: str, names: str, language: Language) -> list[str]:
    """Several words, by their names with spaces between."""
    return [phrase(about, name, language) for name in names.split()]


def code_word(about: str, code: str | None, language: Language) -> str | None:
    """A code in words; in Dutch one that is not in the file as sentences call it, else as it is."""
    if code is None:
        return None
    known = _WORDS.get(about, {}).get(code)
    if known:
        return known[language]
    return word_of(code, "nl") if language == "nl" else code


def spellings(code: str) -> set[str]:
    """Every word that tables have for a code, in both languages."""
    ours = {text for words in _WORDS.values() for text in words.get(code, {}).values()}
    return ours | {word_of(code, "nl"), word_of(code, "en")}
