"""What goes to a person on paper: its parts, and how it says codes, days and times. Pure."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from itertools import chain
from pathlib import Path

import msgspec

from application.register_words import RegisterWords, day
from application.times import day_in_words, local_text
from schemas.formats import instant_of
from schemas.texts import Language, word_of

WORDS: dict[str, dict[str, dict[Language, str]]] = tomllib.loads(
    Path(__file__).with_name("report.toml").read_text("utf-8")
)
# A day in a sentence, and not a piece of a reference or of a time.
_DAY = re.compile(r"(?<![\w/.-])[0-9]{4}-(?:0[1-9]|1[0-2])-[0-3][0-9](?![\w/-])")

# A person's name and address, a line each, as an envelope has them; the first lines are names.
_NAMES = (("company_name",), ("name",), ("contact_person_name",))
_ADDRESS = (*_NAMES, ("street", "house_number"), ("postcode", "city"), ("country",))
ENVELOPE = tuple(chain.from_iterable(_ADDRESS))
"""The fields of personal data that an envelope has."""


class Section(msgspec.Struct, frozen=True):
    """A heading with a text or a table. `widths`: shares of the columns."""

    title: str
    text: str | None = None
    columns: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class Attachment(msgspec.Struct, frozen=True):
    """A file that goes along inside the document. `title`: what it is, in words for the reader."""

    title: str
    name: str
    media_type: str
    content: str


class Document(msgspec.Struct, frozen=True):
    """A document in words. `facts`: names and values under the title; `footer`: with two places.

    `addressee`, `closing`: lines before the title, and at the end.
    """

    language: Language
    title: str
    law: str
    facts: tuple[tuple[str, str], ...]
    intro: tuple[str, ...]
    sections: tuple[Section, ...]
    footer: str
    addressee: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    attachment: Attachment | None = None


def envelope(texts: Mapping[str, str], nameless: str) -> tuple[str, ...]:
    """The lines of a name and address, by field; `nameless` stands in the place of a name."""
    lines = [" ".join(texts[name] for name in names if name in texts) for names in _ADDRESS]
    if texts.keys().isdisjoint(chain.from_iterable(_NAMES)):
        lines = [nameless, *lines]
    return tuple(line for line in lines if line)


class Letter:
    """The words of one document."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.words = RegisterWords(language)

    def say(self, table: str, name: str, *values: object) -> str:
        """A phrase of `report.toml`; a code without a phrase as the words that it is made of."""
        phrase = WORDS[table].get(name)
        return phrase[self.language].format(*values) if phrase else name.replace("-", " ")

    def word(self, code: str | None) -> str:
        """A code as sentences say it; a dash for none."""
        if not code:
            return "\N{EN DASH}"
        word = word_of(code, self.language)
        return word.replace("-", " ") if word == code else word

    def date(self, instant: str | None) -> str:
        """A day in words; an instant is that of Amsterdam."""
        local = day(instant) if instant and "T" in instant else None
        return day_in_words(local or date.fromisoformat(instant or ""), self.language)

    def moment(self, instant: str) -> str:
        """A day and a time of day as a clock here shows it, to the second."""
        time = instant_of(instant)
        if time is None:
            return instant
        on, _, at = local_text(time).partition(" ")
        return self.say("word", "at", self.date(on), at)

    def dated(self, text: str) -> str:
        """A sentence with its days in words."""
        return _DAY.sub(lambda match: self.date(match[0]), text)

    def told(self, value: str) -> str:
        """A value that may be a day or a time; another one as it is."""
        if _DAY.fullmatch(value):
            return self.date(value)
        return self.moment(value) if "T" in value else value

    def article(self, article: str) -> str:
        """An article of the GDPR as it is cited: `art. 7 lid 3 AVG`."""
        number, _, paragraph = article.rstrip(")").partition("(")
        name = "paragraph" if paragraph else "article"
        return self.say("cited", name, number, paragraph)
