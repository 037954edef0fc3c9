"""What pages call what they know by an id: recipients and activities, by their names in the register.

Codes of closed lists have words (`web/rendering.code`, `RegisterWords`). An id stands behind a name, small.
"""

import re
from collections.abc import Mapping
from functools import cache

from markupsafe import Markup, escape

import rulebook
from application.language import spoken
from application.queries.naming import Naming
from application.register_words import WORDS, RegisterWords
from application.words import code_word
from schemas.texts import is_spoken, texts, word_of
from web.context import RequestContext
from web.harmless import harmless
from web.linking import to
from web.moments import dated
from web.parts import lines
from web.pieces import Id, Link
from web.rendering import code, commands
from web.words import t
from web.words import words as t_words

_COUNTRIES = frozenset({"country", "countries"})
_KINDS = frozenset({"recipient_kind", "recipient_kinds"})
_PROVISIONS = frozenset({"provision", "citation"})
_SECTIONS = ("legal_basis", "measure", "mechanism", "owner", "subject", "region")
_OF_REGISTER = {
    "legal_basis": "legal_basis",
    "measure": "measure",
    "owner": "owner",
    "subject_categories": "subject",
    "transfer_mechanism": "mechanism",
}


def naming(context: RequestContext) -> Naming:
    """The names of the register, as it is now."""
    return Naming(context.source("register"), spoken())


def recipient(context: RequestContext, names: Naming, id: str) -> object:
    """A recipient by its name, which leads to what it received; its id behind it."""
    name = names.recipient(id, context.moment.as_of or context.now)
    shown: object = Id(id) if name == id else name
    if context.has("disclosures"):
        shown = Link(to(context, "disclosures", recipient=id), shown)
    return lines(shown, None if name == id else Id(id))


def activity(context: RequestContext, names: Naming, id: str) -> object:
    """An activity by its name, which leads to its entry in the register; its id behind it."""
    name = names.activity(id)
    text: object = Id(id) if name == id else name
    if context.has("register"):
        text = Link(to(context, "register", id), text)
    return lines(text, None if name == id else Id(id))


def recipient_options(context: RequestContext) -> tuple[tuple[str, object], ...]:
    """The recipients of the register, by name."""
    return _by_name(naming(context).recipients)


def activity_options(context: RequestContext) -> tuple[tuple[str, object], ...]:
    """The activities that are declared, by name."""
    return _by_name(naming(context).activities)


def cited(citation: str) -> str:
    """A citation in the language of the page, in one style: `AVG art. 12 lid 3`, `GDPR Art. 12(3)`."""
    words = RegisterWords(spoken()).cited(citation)
    return words if spoken() == "nl" else words.replace("art. ", "Art. ")


def fact_word(fact: str, value: str) -> str:
    """A fact of an event in words: each kind of code by its own; what is no code as it is."""
    words = RegisterWords(spoken())
    if fact in _COUNTRIES:
        return words.country(value)
    if fact in _KINDS:
        return words.recipient_kind(value)
    if fact in _PROVISIONS:
        article = rulebook.provision(value)
        return cited(article.citation) if article else value
    if fact in _OF_REGISTER:
        return words.code(_OF_REGISTER[fact], value)
    if fact == "data_categories":
        return words.category(value)
    return code(value, fact) if is_spoken(fact) else dated(value)


def code_in_words(value: str) -> str:
    """A code of any closed list in words, where the place of it does not say which list."""
    return known_word(value) or value.replace("-", " ")


def known_word(value: str) -> str | None:
    """The same; None for what is in none of the lists."""
    words = RegisterWords(spoken())
    if article := rulebook.provision(value):
        return cited(article.citation)
    for section in _SECTIONS:
        if value in WORDS[section]:
            return words.code(section, value)
    if value in t_words()["notice-value"]:
        return str(t(f"notice-value.{value}"))
    if value in texts():
        return code(value, "event")
    for word in (words.recipient_kind(value), code_word("detail", value)):
        if word and word != value:
            return word
    # What has a word in Dutch is a code; in English it is read as the words that it is made of.
    return code(value, "detail") if word_of(value, "nl") != value else None


def marked(text: str) -> Markup:
    """A sentence of the rulebook, in which codes and commands stand out as what they are."""
    return commands(escape(_codes().sub(r"`\1`", harmless(text))))


@cache
def _codes() -> re.Pattern[str]:
    """Types of events, claims of a notice and legal bases, wherever a sentence has them."""
    names = {name for name in (*texts(), *rulebook.NOTICE_CLAIMS) if "-" in name}
    longest = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"(?<![\w`-])({'|'.join([*longest, '[69]-[0-9](?:-[a-j])?'])})(?![\w-])")


def _by_name(named: Mapping[str, str]) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(named.items(), key=lambda pair: pair[1].casefold()))
