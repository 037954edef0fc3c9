"""A certificate of erasure as a letter to the person, with the certificate inside. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256

import msgspec

import rulebook
from application.answer import given
from application.controller import Controller
from application.queries.keeping.certified import CertifiedErasure
from application.queries.keeping.deciding import RecordedDecision, RecordedGround
from application.said_to_all import said_to_all
from application.words import phrase
from documents.letter import Attachment, Document, Letter, Section
from ledger.event import instant
from schemas import CATEGORIES
from schemas.formats import instant_of
from schemas.texts import Language, field_name

_EPOCH = "key-epoch"


class EnclosedCertificate(msgspec.Struct, frozen=True):
    """The certificate itself: the name of the file, its bytes, and the log's keys to check it with."""

    name: str
    content: bytes
    keys: tuple[str, ...]


def certificate_document(
    answer: CertifiedErasure,
    enclosed: EnclosedCertificate,
    controller: Controller,
    rendered_at: datetime,
    language: Language,
) -> Document:
    """The letter. `answer`: what the certificate proves. The same input gives the same letter."""
    letter = Letter(language)
    made_at = letter.date(instant(rendered_at))
    whom = "asked" if answer.request_ref else "person"
    return Document(
        language=language,
        title=letter.say("certificate", "title"),
        law=letter.say("certificate", "law"),
        addressee=(letter.say("certificate", whom, answer.request_ref),),
        facts=tuple(_facts(letter, answer, controller, made_at)),
        intro=(
            letter.say("certificate", "dear"),
            *_what_went(letter, answer),
            letter.say("certificate", "remains"),
        ),
        sections=(
            _fields(letter, answer) if answer.fields else _decided(letter, answer.decisions),
            Section(
                letter.say("certificate", "disagree"),
                text=letter.say("complaint", "text", controller.contact),
            ),
            Section(letter.say("certificate", "silence"), text=said_to_all().said(language)),
            _proof(letter, answer, enclosed),
        ),
        closing=(letter.say("certificate", "greeting"), controller.name, controller.contact),
        # The number of a page and of all pages are known when it is set: their places stay.
        footer=letter.say("title", "page", "{}", "{}"),
        attachment=Attachment(
            letter.say("certificate", "enclosed"),
            enclosed.name,
            "application/json",
            enclosed.content.decode(),
        ),
    )


def _what_went(letter: Letter, answer: CertifiedErasure) -> Iterator[str]:
    """What was erased, what is kept, and when no backup can be read any more."""
    went = [name for name, one in answer.decisions.items() if _is_erased(one)]
    kept = [] if answer.fields else sorted(answer.decisions.keys() - went)
    day = letter.date(answer.erased_at)
    gone = ", ".join(_single(letter, answer)) or _named(letter, went or answer.categories)
    yield letter.say("certificate", "erased", day, letter.say("ground", answer.ground), gone)
    if kept:
        yield letter.say("certificate", "kept", _named(letter, kept))
    erased_at = instant_of(answer.erased_at)
    assert erased_at
    ends = letter.date(instant(erased_at + rulebook.period(_EPOCH)))
    yield letter.say("certificate", "gone", rulebook.period(_EPOCH).days, ends)


def _single(letter: Letter, answer: CertifiedErasure) -> Iterator[str]:
    """Each single field, and up to which day its values went, unless that was all there was."""
    through = letter.date(given(answer.through) or answer.erased_at)
    for field in answer.fields or ():
        name = field_name(field, letter.language)
        is_all = through == letter.date(answer.erased_at)
        yield name if is_all else letter.say("certificate", "up-to", name, through)


def _is_erased(decision: RecordedDecision) -> bool:
    return decision.decision == "erase"


def _named(letter: Letter, categories: Collection[str]) -> str:
    if set(categories) >= set(CATEGORIES):
        return letter.say("certificate", "everything")
    return ", ".join(letter.words.category(category) for category in sorted(categories))


def _facts(
    letter: Letter, answer: CertifiedErasure, controller: Controller, made_at: str
) -> Iterator[tuple[str, str]]:
    if answer.request_ref:
        yield letter.say("title", "request"), answer.request_ref
    yield letter.say("certificate", "pseudonym"), answer.data_subject
    whom = [controller.name, controller.address, controller.contact]
    yield letter.say("title", "controller"), " · ".join(whom)
    if controller.data_protection_officer:
        yield letter.say("title", "officer"), controller.data_protection_officer
    yield letter.say("certificate", "made"), made_at


def _decided(letter: Letter, decisions: Mapping[str, RecordedDecision]) -> Section:
    """What was erased, then what is kept: a row for the categories of which the same is said."""
    names = {"category": 3.0, "decision": 2.0, "why": 7.4}
    alike: dict[tuple[str, ...], list[str]] = {}
    for category, decision in sorted(decisions.items(), key=lambda one: not _is_erased(one[1])):
        alike.setdefault(_came_of(letter, decision), []).append(category)
    return Section(
        letter.say("certificate", "decided"),
        columns=tuple(phrase("decision", name, letter.language).capitalize() for name in names),
        widths=tuple(names.values()),
        rows=tuple((_named(letter, names), *said) for said, names in alike.items()),
    )


def _fields(letter: Letter, answer: CertifiedErasure) -> Section:
    """A row for each single field that was erased; what else was known of its category stayed."""
    ground = letter.say("ground", answer.ground)
    names = ("category", "decision", "why")
    return Section(
        letter.say("certificate", "single"),
        columns=tuple(phrase("decision", name, letter.language).capitalize() for name in names),
        widths=(3.0, 2.4, 7.2),
        rows=tuple(
            (
                single,
                phrase("came_of_it", "erase", letter.language),
                letter.say("certificate", "alone", ground),
            )
            for single in _single(letter, answer)
        ),
    )


def _came_of(letter: Letter, decision: RecordedDecision) -> tuple[str, ...]:
    """What became of a category, and every ground, the longest last."""
    grounds = [*reversed(decision.besides or ()), decision]
    return (
        phrase("came_of_it", decision.decision, letter.language),
        " ".join(_why(letter, ground) for ground in grounds),
    )


def _why(letter: Letter, ground: RecordedGround) -> str:
    """A ground in the words of the decision, with the law."""
    end = date.fromisoformat(ground.until) if ground.until else None
    rule, ref = given(ground.rule), given(ground.ref)
    reason = rulebook.recorded_reason(ground.ground, rule, ref, end)
    if reason is None:
        return letter.say("ground", ground.ground)
    says = reason.says_nl if letter.language == "nl" else reason.says
    return f"{letter.dated(says).removesuffix('.')} ({letter.words.cited(reason.statute)})."


def _proof(letter: Letter, answer: CertifiedErasure, enclosed: EnclosedCertificate) -> Section:
    """What a reader needs to check the certificate without us."""
    keys: Sequence[str] = enclosed.keys
    facts = {
        "file": enclosed.name,
        "sum": sha256(enclosed.content).hexdigest(),
        "decision": letter.say("certificate", "at", answer.decided_at_position),
        "erasure": letter.say("certificate", "at", answer.position),
        "recorded": letter.moment(answer.recorded_at),
        "log": letter.say("certificate", "size", answer.origin, answer.size),
        "key": " ".join(keys),
        "check": f"ledger certificate verify {enclosed.name} --key '{keys[-1]}'",
        "destroyed": ", ".join(answer.keys_destroyed),
    }
    return Section(
        letter.say("certificate", "proof"),
        text=letter.say("certificate", "proven"),
        columns=("", ""),
        widths=(2.6, 10.0),
        rows=tuple((letter.say("certificate", name), value) for name, value in facts.items()),
    )
