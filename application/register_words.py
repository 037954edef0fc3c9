"""The register in words, English or Dutch: headings, codes, rules, days. Pure; words in `register.toml`."""

import re
import tomllib
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

import rulebook
from application.answer import Gone
from application.words import counted
from rulebook.calendar import day_of
from schemas.formats import instant_of
from schemas.personal import Value
from schemas.texts import Language, country_name, word_of

WORDS: dict[str, dict[str, dict[Language, str]]] = tomllib.loads(
    Path(__file__).with_name("register.toml").read_text("utf-8")
)


_UNITS = {"Y": "year", "M": "month", "D": "day"}


def day(instant: str | None) -> date | None:
    """The day of an instant of an answer, in Amsterdam."""
    time = instant_of(instant) if instant else None
    return day_of(time) if time else None


class PeriodRule(Protocol):
    """A rule of retention, as far as it is said in words."""

    @property
    def kind(self) -> str:
        """A duty or a permission."""

    @property
    def period(self) -> str:
        """How long, by ISO 8601."""

    @property
    def anchor(self) -> str:
        """From when on."""

    @property
    def otherwise(self) -> str | None:
        """From when on where that does not come."""

    @property
    def year_end(self) -> bool:
        """Whether it runs from the end of the anchor's year."""


# The parts of an article: `12(3)`, `6(1)(f)`, `30(a)`; and what follows one of them: `5(1)(c) en (e)`.
_PARAGRAPH = re.compile(r"(?<=[0-9a-z])\(([0-9]{1,2}[a-z]?)\)")
_LETTER = re.compile(r"(?<=[0-9a-z])\(([a-z])\)")
_FURTHER = re.compile(r"(?<= en | of |.., )\(([0-9]{1,2}[a-z]?|[a-z])\)")


def _in_dutch(citation: str) -> str:
    """A citation with its paragraphs and letters as Dutch lawyers write them."""
    with_letters = _LETTER.sub(r" onder \1", _PARAGRAPH.sub(r" lid \1", citation))
    return _FURTHER.sub(r"\1", with_letters)


def gone_word(name: Gone) -> str:
    """What a value is that is not shown: erased, not for this reader, or lost."""
    if name.erased is True:
        return "erased"
    return "masked" if name.masked is True else "lost"


class RegisterWords:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def page(self, name: str, *values: object) -> str:
        """A phrase of our own, with values in its places."""
        return WORDS["page"][name][self.language].format(*values)

    def counted(self, name: str, number: int) -> str:
        """How many of something there are."""
        return counted(name, number, self.language)

    def code(self, kind: str, code: str | None) -> str:
        """A code in words, else in those of sentences, else the code with spaces for its hyphens."""
        if code is None:
            return ""
        words = WORDS[kind].get(code)
        return words[self.language] if words else word_of(code, self.language).replace("-", " ")

    def codes(self, kind: str, codes: list[str] | None) -> list[str]:
        """Several codes in words."""
        return [self.code(kind, code) for code in codes or []]

    def heading(self, name: str) -> str:
        """The heading of a column or a line."""
        return self.code("heading", name)

    def category(self, code: str) -> str:
        """A category of personal data; the codes are English words."""
        return code if self.language == "en" else word_of(code, self.language)

    def activity(self, code: str, name: str | None) -> str:
        """An activity by its name; an undeclared activity has none, and the text says so."""
        return name or self.page("unnamed", code.replace("-", " "))

    def country(self, code: str | None) -> str:
        """A country by its name."""
        return country_name(code, self.language) if code else ""

    def recipient_kind(self, code: str | None) -> str:
        """A kind of recipient, as the rulebook calls it."""
        kind = rulebook.RECIPIENT_KINDS.get(code or "")
        if kind is None:
            return code or ""
        return kind.title_nl if self.language == "nl" else kind.title

    def name(self, name: Value | Gone | None) -> str | None:
        """The name of a recipient; of a private person who was erased it is gone."""
        if isinstance(name, Gone):
            return self.page(gone_word(name))
        return None if name is None else str(name)

    def provision(self, spelled: str | None) -> str:
        """An article of law as it is cited; a provision unknown to the rulebook stays as it is spelled."""
        entry = rulebook.provision(spelled) if spelled else None
        return self.cited(entry.citation) if entry else spelled or ""

    def cited(self, citation: str) -> str:
        """A citation of the rulebook, which is in English, as one writes it here: `AVG art. 12 lid 3`."""
        # Names of laws stand inside longer citations, such as the GDPR, which is the AVG in Dutch.
        for phrase in WORDS["citation"].values():
            citation = re.sub(rf"\b{phrase['en']}\b", phrase[self.language], citation)
        return _in_dutch(citation) if self.language == "nl" else citation

    def kept(self, answer: bool | None) -> str:
        """Yes, no or unknown."""
        return self.page("unknown" if answer is None else "yes" if answer else "no")

    def rule(self, rule: PeriodRule) -> str:
        """A rule of retention: `at most 6 months after collection`."""
        period, anchor = rule.period, self.begins(rule.anchor, rule.otherwise)
        length = self.counted(_UNITS[period[-1]], int(period[1:-1]))
        start = self.page("year_end", anchor) if rule.year_end else anchor
        kind = self.code("rule_kind", rule.kind)
        return f"{kind} {self.page('rule', length, start)}"

    def begins(self, anchor: str, otherwise: str | None) -> str:
        """From when a period runs: `the settlement, or failing that the end of the contract`."""
        own = self.code("anchor", anchor)
        return self.page("otherwise", own, self.code("anchor", otherwise)) if otherwise else own

    def article(self, point: str) -> str:
        """A point of the article, such as `30(1)(f)`, as it is cited."""
        paragraph, _, letter = point.removeprefix("30(").rstrip(")").partition(")(")
        return self.page("point", paragraph, letter) if letter else self.page("article", paragraph)

    def drift(self, kind: str, detail: str) -> str:
        """What a difference is about, by its kind; a difference of the activity itself needs no word."""
        words: dict[str, Callable[[str], str]] = {
            "undeclared-category": self.category,
            "undeclared-recipient-kind": self.recipient_kind,
            "undeclared-legal-basis": partial(self.code, "legal_basis"),
            "undeclared-country": self.country,
        }
        in_words = words.get(kind)
        return in_words(detail) if in_words else ""

    def lacking(self, what: str, detail: str | None) -> str:
        """What a missing point is about: a category or a country, or nothing."""
        return self.category(detail) if what == "retention" and detail else self.country(detail)

    def declared_rule(self, declared: str, fit: str) -> str:
        """A declared rule that does not judge, by its title, and why; an unknown one as it was named."""
        rule = rulebook.retention_rule(declared)
        name = (rule.title_nl if self.language == "nl" else rule.title) if rule else declared
        return self.page("named", name, self.code("declared_rule", fit))
