"""An event as one sentence for people: texts of every event type in Dutch and English.

The sentences are data (`texts.toml`). They name facts only, never a value or a person.
"""

import re
import string
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
from msgspec import Struct

from schemas.personal import REMARK

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")

COUNT = "count"
"""The only format of a placeholder: how many entries a list or a map has."""

_OPTIONAL = re.compile(r"\[([^\]]{0,200})\]")
_COUNTRIES = frozenset({"country", "countries"})
_YES_NO = {"nl": ("nee", "ja"), "en": ("no", "yes")}
_NOTHING = {"nl": "geen", "en": "none"}
_NO_CATEGORY = {"nl": "geen categorie", "en": "no category"}


class _Texts(Struct, frozen=True, forbid_unknown_fields=True):
    """The file: sentences by name of type and language, words of codes, names of answers and fields."""

    spoken: frozenset[str]
    texts: dict[str, dict[Language, str]]
    words: dict[Language, dict[str, str]]
    queries: dict[str, dict[Language, str]]
    fields: dict[str, dict[Language, str]]


@cache
def _loaded() -> _Texts:
    content = files("schemas").joinpath("texts.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(content), _Texts)


@cache
def _countries() -> dict[str, dict[Language, str]]:
    content = files("schemas").joinpath("countries.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(content)["countries"], dict[str, dict[Language, str]])


def texts() -> Mapping[str, Mapping[Language, str]]:
    """Every sentence: name of the type (`consent-given`) -> language -> sentence with placeholders."""
    return _loaded().texts


def queries() -> Mapping[str, Mapping[Language, str]]:
    """Every question to the ledger that has a name: its code -> language -> its name."""
    return _loaded().queries


def word_of(code: str, language: Language) -> str:
    """A code of a closed list in words; the code where it is a word already."""
    return _loaded().words[language].get(code, code)


def is_spoken(fact: str) -> bool:
    """Whether a fact holds codes that are said in words; of others a value is a name, a number or a date."""
    return fact in _loaded().spoken


def field_name(field: str, language: Language) -> str:
    """The name of a field of personal data; the field itself where it has no name."""
    titles = _loaded().fields.get(field)
    return titles[language] if titles else field


def query_name(query: str, language: Language) -> str:
    """The name of a question to the ledger; without one, the words that its code is made of."""
    names = queries().get(query)
    return names[language] if names else query.replace("-", " ")


def country_codes() -> Iterable[str]:
    """The codes of all countries that have a name."""
    return _countries()


def country_name(code: str, language: Language) -> str:
    """The name of a country; an unknown code as it is."""
    names = _countries().get(code)
    return names[language] if names else code


def countries(language: Language) -> list[tuple[str, str]]:
    """Every code of a country with its name, sorted by name."""
    names = ((code, texts[language]) for code, texts in _countries().items())
    return sorted(names, key=lambda pair: pair[1])


def placeholders(sentence: str) -> tuple[tuple[str, str], ...]:
    """The placeholders of a sentence: the fact and its format ("" or "count"), in order."""
    return tuple((fact, form) for _, fact, form in _parsed(_OPTIONAL.sub(r"\1", sentence)) if fact)


def optional_facts(sentence: str) -> frozenset[str]:
    """The facts that a sentence can do without."""
    parts = _OPTIONAL.findall(sentence)
    return frozenset(fact for part in parts for _, fact, _ in _parsed(part) if fact)


def text_of(name: str, facts: Mapping[str, Any], language: Language) -> str:
    """The sentence of an event type with the facts of one event, which may come from JSON.

    `categories` counts as a fact. A part in brackets is left out where a fact of it is missing. Any other
    fact that is missing, as an event of long ago lacks it, is shown as none. Raises KeyError for a type
    without a text.
    """
    sentence = _OPTIONAL.sub(
        lambda found: found[1] if _has_all(found[1], facts) else "", texts()[name][language]
    )
    return "".join(
        before + (_filled(fact, form, _value(fact, facts), language) if fact else "")
        for before, fact, form in _parsed(sentence)
    )


def _has_all(part: str, facts: Mapping[str, Any]) -> bool:
    """Whether every fact of a part is there; an empty list of categories counts as missing."""
    names = [fact for _, fact, _ in _parsed(part) if fact]
    return all(_value(name, facts) if name == "categories" else name in facts for name in names)


def _value(fact: str, facts: Mapping[str, Any]) -> Any:
    """A fact. Remarks are listed beside the categories: no event lists them among those."""
    if fact == "categories" and facts.get("remarks"):
        return [*(facts.get(fact) or ()), REMARK]
    return facts.get(fact)


@cache
def _parsed(sentence: str) -> tuple[tuple[str, str, str], ...]:
    """Pieces of a sentence: the words before a placeholder, its fact ("" at the end), its format."""
    pieces = string.Formatter().parse(sentence)
    return tuple((before, fact or "", form or "") for before, fact, form, _ in pieces)


def _filled(fact: str, form: str, value: Any, language: Language) -> str:
    if form == COUNT:
        return str(len(value or ()))
    if isinstance(value, bool):
        return _YES_NO[language][value]
    if isinstance(value, dict):
        return _listed(fact, sorted(value), language)
    if isinstance(value, str | int):
        return _in_words(fact, value, language)
    return _listed(fact, value or (), language)


def _listed(fact: str, values: Iterable[Any], language: Language) -> str:
    nothing = _NO_CATEGORY if fact == "categories" else _NOTHING
    return ", ".join(_in_words(fact, value, language) for value in values) or nothing[language]


def _in_words(fact: str, value: str | int, language: Language) -> str:
    """A code in words, a field, a question or a country by its name, everything else as it is.

    A code that has no word is read as the words that it is made of.
    """
    code = str(value)
    if fact == "fields" or fact.endswith("_fields"):
        return field_name(code, language)
    if fact == "query":
        return query_name(code, language)
    if fact in _COUNTRIES:
        return country_name(code, language)
    if fact not in _loaded().spoken:
        return code
    word = word_of(code, language)
    return word.replace("-", " ") if word == code else word
