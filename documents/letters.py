"""Letters of the privacy office: each is a table of `letters.toml`, filled with values of a case. Pure.

A letter says what its reader can do, by when, and with whom. It has no codes, and calls the reader "you".
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from string import Formatter

import msgspec

from application.answer import Gone, InBothLanguages
from application.controller import Controller
from application.queries.cases.requests import RequestFile
from application.queries.disclosures.notifications import Notification
from application.queries.registers.recipients import RecipientRow
from application.queries.reports.letters import Addressee, Announced, BreachTold
from documents.letter import Document, Letter, Section, envelope
from ledger.event import instant
from rulebook import EXTENSIONS, REFUSALS
from rulebook.deadlines import due_date
from schemas.texts import Language

Values = Mapping[str, str | None]
"""What stands in the places of a letter, by name; None: not known."""


class LetterPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A heading and the text under it."""

    title: InBothLanguages
    text: InBothLanguages


class DeclaredLetter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one letter. `said`: what comes first, each left out where a value of it is not known."""

    name: str
    title: InBothLanguages
    law: InBothLanguages
    said: tuple[InBothLanguages, ...]
    sections: tuple[LetterPart, ...] = ()
    remedies: bool = False


_FILE = tomllib.loads(Path(__file__).with_name("letters.toml").read_text("utf-8"))
LETTERS = {one.name: one for one in msgspec.convert(_FILE["letter"], list[DeclaredLetter])}
_PHRASES = msgspec.convert(_FILE["phrase"], dict[str, dict[str, InBothLanguages]])


class Written(msgspec.Struct, frozen=True):
    """What goes into a letter besides its words. `lines`: to whom. `ref`: the reference at its head."""

    lines: tuple[str, ...]
    ref: str | None
    values: Values


class LetterHead(msgspec.Struct, frozen=True):
    """Who writes, when, and in which language."""

    controller: Controller
    written_at: datetime
    language: Language

    @property
    def words(self) -> Letter:
        """The words that all documents for persons share."""
        return Letter(self.language)

    def phrase(self, about: str, code: str | None) -> str | None:
        """A code as letters say it; None where they do not."""
        text = _PHRASES.get(about, {}).get(code or "")
        return text.said(self.language) if text else None

    def word(self, about: str, code: str | None) -> str | None:
        """A code as letters say it, else as all documents do; None without a code."""
        return (self.phrase(about, code) or self.words.word(code)) if code else None

    def other(self, name: str) -> str:
        """A phrase that belongs to no code."""
        return _PHRASES["otherwise"][name].said(self.language)

    def day(self, on: str | date | None) -> str | None:
        """A day in words, of a date or an instant."""
        return self.words.date(on.isoformat() if isinstance(on, date) else on) if on else None

    def by(self, duty: str) -> str | None:
        """The last day of a period that begins today."""
        return self.day(due_date(duty, self.written_at))


def letter_document(name: str, head: LetterHead, written: Written) -> Document:
    """A letter in words. The same input gives the same letter."""
    letter, words, whom = LETTERS[name], head.words, head.controller
    values = {"contact": whom.contact, "ref": written.ref, **written.values}
    facts = [(head.other("date"), head.day(instant(head.written_at)) or "")]
    if written.ref:
        facts.insert(0, (head.other("reference"), written.ref))
    facts.append((words.say("title", "controller"), f"{whom.name} · {whom.address}"))
    said = (filled(text.said(head.language), values) for text in letter.said)
    return Document(
        language=head.language,
        addressee=written.lines,
        title=letter.title.said(head.language),
        law=letter.law.said(head.language),
        facts=tuple(facts),
        intro=(words.say("certificate", "dear"), *filter(None, said)),
        sections=tuple(_sections(letter, head, values)),
        closing=(words.say("certificate", "greeting"), whom.name, whom.contact),
        footer=words.say("title", "page", "{}", "{}"),
    )


def filled(text: str, values: Values) -> str | None:
    """A text with values in its places; None where one of them is not known."""
    named = {name for _, name, _, _ in Formatter().parse(text) if name}
    if any(not values.get(name) for name in named):
        return None
    return text.format_map(values)


def _sections(letter: DeclaredLetter, head: LetterHead, values: Values) -> Iterator[Section]:
    for part in letter.sections:
        if text := filled(part.text.said(head.language), values):
            yield Section(part.title.said(head.language), text)
    if letter.remedies:
        words = head.words
        text = words.say("complaint", "text", head.controller.contact)
        yield Section(words.say("certificate", "disagree"), text)


def request_letter(head: LetterHead, case: RequestFile, to: Addressee) -> Written:
    """What a letter on a request says: of a person whose identity was shown name and address, too."""
    paused = next((pause.from_ for pause in case.pauses if pause.until is None), None)
    extended, refusal = _last(case, "reason"), REFUSALS.get(case.outcome or "")
    values: dict[str, str | None] = {
        "right": head.phrase("right", case.right),
        "received": head.day(case.received_on),
        "channel": head.phrase("channel", case.channel),
        "due": head.day(case.due_on),
        "paused": head.day(paused),
        "asked": head.word("asked", _last(case, "information_asked")),
        "reply": head.by("rights.identity-reply"),
        "reason": _in(head, EXTENSIONS.get(extended or ""), "title")
        or head.word("extension", extended),
        "ended": head.day(case.ended_at),
        "ground": _in(head, refusal, "text") or head.word("refusal", case.outcome),
        "citation": head.words.words.cited(refusal.citation) if refusal else None,
    }
    return Written(_lines(head, case, to), case.request_ref, values)


def _last(case: RequestFile, fact: str) -> str | None:
    """What the latest act on a request says that has a fact."""
    said = [step.facts[fact] for step in case.steps if fact in step.facts]
    return str(said[-1]) if said else None


def _in(head: LetterHead, entry: object, member: str) -> str | None:
    """A text of an entry of the rulebook in the language of the letter."""
    name = f"{member}_nl" if head.language == "nl" else member
    return getattr(entry, name) if entry else None


def _lines(head: LetterHead, case: RequestFile, to: Addressee) -> tuple[str, ...]:
    nameless = head.other("nameless").format(case.request_ref)
    if case.identity != "verified":
        return (nameless,)  # it may be somebody else who asked
    for_whom = head.phrase("requester", case.requester)
    return (*([for_whom] if for_whom else []), *addressed(head, to, nameless))


def addressed(head: LetterHead, to: Addressee, nameless: str) -> tuple[str, ...]:
    """The lines of an envelope; the country by its name."""
    texts = dict(to.texts)
    if "country" in texts:
        texts["country"] = head.words.words.country(texts["country"])
    return envelope(texts, nameless)


def breach_letter(head: LetterHead, told: BreachTold, to: Addressee | None) -> Written:
    """What a person is told of a breach; without an addressee it is for everybody."""
    lines = (
        addressed(head, to, head.other("reader")) if to is not None else (head.other("everybody"),)
    )
    officer = head.controller.data_protection_officer
    advice = [head.phrase("advice", category) for category in told.categories]
    values = {
        "detected": head.day(told.detected_at),
        "description": _sentence(told.description),
        "nature": "; ".join(filter(None, (head.phrase("nature", one) for one in told.nature))),
        "categories": _named(head, told.categories),
        "consequences": _listed(told.consequences),
        "measures": _listed(told.measures),
        "advice": " ".join(filter(None, advice)) or head.other("advice"),
        "officer_or_contact": officer or head.controller.contact,
    }
    return Written(lines, told.ref, values)


def recipient_letter(head: LetterHead, task: Notification, party: RecipientRow) -> Written:
    """What a recipient is told of data that was changed (GDPR Art. 19)."""
    name = party.name
    values = {
        "person": task.subject if isinstance(task.subject, str) else None,
        "references": ", ".join(task.references or ()),
        "since": head.day(task.since),
        "action": head.phrase("action", task.action),
        "request": head.phrase("request", task.action),
        "categories": _named(head, task.categories),
        "reply": head.by("recipient.reply"),
    }
    called = str(name) if name and not isinstance(name, Gone) else party.recipient
    return Written((called,), None, values)


def announcement_letter(head: LetterHead, news: Announced, to: Addressee | None) -> Written:
    """What a person is told of a new version of the notice, a new recipient or a new purpose."""
    words, party = head.words.words, news.recipient
    lines = (
        addressed(head, to, head.other("reader")) if to is not None else (head.other("everybody"),)
    )
    name = party.name if party else None
    values = {
        "version": news.version,
        "effective": head.day(news.effective_from),
        "recipient": str(name) if name and not isinstance(name, Gone) else None,
        "kind": words.recipient_kind(party.kind) if party else None,
        "country": words.country(party.country) if party else None,
        "purpose": _said_once(words.code("purpose", one.purpose) for one in news.purposes),
        "basis": _said_once(words.code("legal_basis", one.legal_basis) for one in news.purposes),
    }
    return Written(lines, None, values)


def _named(head: LetterHead, categories: Iterable[str]) -> str:
    words = head.words.words
    return ", ".join(head.phrase("category", one) or words.category(one) for one in categories)


def _said_once(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _listed(texts: Iterable[str]) -> str:
    """Texts that somebody wrote as one enumeration."""
    return "; ".join(text.strip().rstrip(".") for text in texts)


def _sentence(text: str | None) -> str | None:
    return f"{text.strip().rstrip('.')}." if text else None
