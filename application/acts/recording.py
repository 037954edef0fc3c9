"""Events of any type by command: drafted from members, checked by the contract, recorded as the office's.

A type with a command of its own gets a note that names the command; a type that only the ledger may record
is refused.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import msgspec
from msgspec import Struct

from application.acts.acting import Act, ActOutcome, ActRefused, Permit, act, check
from application.acts.filling import Data, InvalidMember
from application.acts.known_codes import notes_on_codes
from application.acts.references import begun, unknown
from application.answer import Answer
from application.queries.subjects import known_streams
from application.site import Site
from application.source import Source
from application.words import phrase
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, instant
from ledger.reading import events_but_reads
from schemas import EventType, is_person, names
from schemas.codes import words_of
from schemas.members import Member, members_of
from schemas.references import OUTSIDERS, kind_of
from schemas.texts import Language, text_of

ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        names.LEDGER_READ: "ledger state",
        names.ACT_APPROVED: "ledger hold release",
        names.INTAKE_GAP_RECORDED: "ledger kafka accept-gap",
        names.PREFIX_PRUNED: "ledger prune",
        names.ERASURE_REAPPLIED: "ledger restore",
        names.ERASURE_DECIDED: "ledger retention decide",
        names.PERSONAL_DATA_ERASED: "ledger erase",
        names.VALUES_RESEALED: "ledger erase",
        names.LEGAL_HOLD_PLACED: "ledger hold place",
        names.LEGAL_HOLD_REVIEWED: "ledger hold review",
        names.LEGAL_HOLD_RELEASED: "ledger hold release",
        names.ORDER_RECEIVED: "ledger order receive",
        names.ORDER_AUTHENTICATED: "ledger order authenticate",
        names.AUTHORISATION_RECORDED: "ledger order authorise",
        names.ORDER_VALIDATED: "ledger order validate",
        names.ORDER_NARROWED: "ledger order narrow",
        names.ORDER_OBJECTED: "ledger order object",
        names.ORDER_REJECTED: "ledger order refuse",
        names.ORDER_EXECUTED: "ledger order execute",
        names.ORDER_CONFIRMED: "ledger order confirm",
        names.ORDER_WITHDRAWN: "ledger order withdraw",
        names.ORDER_HANDED_OVER: "ledger order hand-over",
        names.SECRECY_IMPOSED: "ledger secrecy impose",
        names.SECRECY_REVIEWED: "ledger secrecy review",
        names.SECRECY_LIFTED: "ledger secrecy lift",
        names.PRESERVATION_IMPOSED: "ledger preservation impose",
        names.PRESERVATION_EXTENDED: "ledger preservation extend",
        names.PRESERVATION_RELEASED: "ledger preservation release",
        names.PRESERVATION_SNAPSHOT_TAKEN: "ledger preservation snapshot",
        names.DATA_PRESERVED: "ledger preservation snapshot",
        names.RESTRICTION_APPLIED: "ledger restriction apply",
        names.INTERCEPTION_PROVIDED: "ledger order execute",
        names.INTERCEPTION_ENDED: "ledger order end",
        names.DISCLOSURE_HANDED_OVER: "ledger secrecy hand-over",
        names.SECRET_CODES_DECLARED: "ledger codes declare-secret",
    }
)
"""Types that only the ledger says, or that a second person may have to approve: what does it instead."""

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        names.RIGHTS_REQUEST_RECEIVED: "ledger request open",
        names.IDENTITY_VERIFIED: "ledger request verify-identity",
        names.RIGHTS_REQUEST_EXTENDED: "ledger request extend",
        names.RIGHTS_REQUEST_REFUSED: "ledger request refuse",
        names.RIGHTS_REQUEST_ANSWERED: "ledger request answer",
        names.ACCESS_REPORT_ISSUED: "ledger report access",
        names.PORTABILITY_EXPORT_ISSUED: "ledger report portability",
        names.COMPLAINT_RECEIVED: "ledger complaint receive",
        names.COMPLAINT_ANSWERED: "ledger complaint answer",
        names.RECIPIENT_NOTIFIED: "ledger notify record",
        names.BULK_FEED_DELIVERED: "ledger feed deliver",
        names.BREACH_DETECTED: "ledger incident detect",
        names.BREACH_ASSESSED: "ledger incident assess",
        names.AUTHORITY_NOTIFIED: "ledger incident notify",
        names.SUBJECTS_NOTIFIED: "ledger incident tell",
        names.BREACH_CLOSED: "ledger incident close",
        names.MISUSE_SUSPECTED: "ledger incident suspect",
        names.CUSTOMER_WARNED: "ledger incident warn",
        names.MISUSE_RESOLVED: "ledger incident resolve",
    }
)
"""Types for which there is a command of their own, which looks at the state of the case before it records."""

_COMMON = ("activity", "legal_basis")


class Draft(Struct, frozen=True):
    """An event before it is recorded. `data`: its members as the contract wants them."""

    entry: EventType
    subject: str
    time: datetime
    data: Data

    @property
    def personal(self) -> Data:
        """Its values of persons."""
        values = self.data.get("personal")
        return values if isinstance(values, dict) else {}

    @property
    def shown(self) -> Data:
        """Its members, without any value of a person."""
        return {name: value for name, value in self.data.items() if name != "personal"}


class DraftShown(Answer, frozen=True):
    """An event that is about to be recorded, or was. `id` and `position`: null until it is.

    `data`: its members without any value of a person; `personal`: the names of those values. `says`: the
    event in a sentence. `notes`: what the person who records it should know.
    """

    name: str
    type: str
    subject: str
    time: str
    source: str
    data: Data
    personal: list[str]
    says: str
    notes: list[str]
    recorded: bool
    id: str | None
    position: int | None


def draft_shown(
    site: Site, draft: Draft, notes: Sequence[str], acted: ActOutcome | None, language: Language
) -> DraftShown:
    """A draft with notes on it; and what became of it, once it is recorded."""
    return DraftShown(
        name=draft.entry.name,
        type=draft.entry.type,
        subject=draft.subject,
        time=instant(draft.time),
        source=site.privacy_office[0],
        data=draft.shown,
        personal=sorted(draft.personal),
        says=text_of(draft.entry.name, draft.shown, language),
        notes=list(notes),
        recorded=acted is not None,
        id=acted.ids[0] if acted else None,
        position=acted.last_position if acted else None,
    )


def check_subject(entry: EventType, subject: str, language: Language) -> None:
    """Raise InvalidMember for a subject of a kind that the type is not about."""
    if kind_of(subject) not in entry.subjects:
        raise InvalidMember(phrase("record", "about-other", language, subjects_of(entry)))


def subjects_of(entry: EventType) -> str:
    """How a subject of the type looks."""
    forms = {"contact": "customer/10023/contact/1", "notice": "notice/2026-1"}
    return ", ".join(forms.get(kind, f"{kind}/10023") for kind in sorted(entry.subjects))


def members_for(entry: EventType, subject: str) -> tuple[Member, ...]:
    """The members that an event about a subject has; who the person is decides what must be there."""
    about = kind_of(subject)
    stated = entry.needs_activity and about in OUTSIDERS
    members = [
        Member(
            member.name,
            member.required or (stated and member.name in _COMMON),
            member.shape,
            member.is_personal,
        )
        for member in members_of(entry.data)
        if (is_person(subject) or not member.is_personal)
        and not (entry.names_actor and member.name == "employee")
    ]
    return tuple(sorted(members, key=lambda member: not member.required))


def missing(members: Sequence[Member], data: Data, language: Language) -> list[str]:
    """What must be there and is not, each in words."""
    return [
        phrase("record", "missing", language, member.name, member.means(language))
        for member in members
        if member.required and member.name not in data
    ]


def _act_of(draft: Draft) -> Act:
    entry = draft.entry
    return Act(
        name=entry.name,
        version=entry.version,
        subject=draft.subject,
        time=draft.time,
        facts=draft.shown,
        personal=draft.personal,
        whole=True,
    )


def check_draft(site: Site, draft: Draft, language: Language) -> None:
    """Raise ActRefused, or InvalidMember in words of the member, when the contract refuses it."""
    try:
        check(site, [_act_of(draft)])
    except ActRefused as error:
        raise _in_words(error, draft, language) or error from None


def record_draft(
    site: Site,
    draft: Draft,
    language: Language,
    permit: Permit | None = None,
    also: Sequence[Act] = (),
) -> ActOutcome:
    """Record it as an event of the office. Raises ActRefused or InvalidMember: nothing is recorded then.

    `also`: what falls with it, in the same transaction.
    """
    try:
        return act(site, [_act_of(draft), *also], permit=permit)
    except ActRefused as error:
        raise _in_words(error, draft, language) or error from None


def falls_with(source: Source, draft: Draft) -> list[Act]:
    """What is annulled with an execution: its disclosure, since what was not given is told to nobody."""
    events = _events_about(source, draft.subject)
    given = {
        event.facts.get("disclosure_id")
        for event in events
        if event.name == names.ORDER_EXECUTED and event.id == draft.data.get("annuls")
    }
    return [
        msgspec.structs.replace(_act_of(draft), facts={**draft.shown, "annuls": event.id})
        for event in events
        if event.name == names.PERSONAL_DATA_DISCLOSED and event.id in given
    ]


def _in_words(error: ActRefused, draft: Draft, language: Language) -> InvalidMember | None:
    """What the contract refuses, where, and what to do; None for a code that must stay unexplained."""
    words = words_of(error.code.value)
    if not error.pointer or language not in words:
        return None
    path = error.pointer.removeprefix("/data").strip("/").replace("/", ".")
    members = {member.name: member for member in members_of(draft.entry.data)}
    name = path.split(".")[0]
    place = f"{path} ({members[name].means(language)})" if name in members else path
    return InvalidMember(phrase("record", "at", language, place, words[language]))


def notes(source: Source, draft: Draft, language: Language) -> list[str]:
    """What the person who records it should know: none of it prevents the recording."""

    def note(name: str, *values: object) -> str:
        return phrase("record-note", name, language, *values)

    sentences = []
    if draft.personal:
        sentences.append(note("sealed", len(draft.personal)))
    events = _events_about(source, draft.subject)
    if not events:
        sentences.append(note("first"))
    sentences += [note("no-such", name) for name in unknown(draft.entry, draft.data, events)]
    before = begun(draft.entry, draft.data, events)
    if before is not None:
        sentences.append(note("begun", before))
    own = COMMANDS.get(draft.entry.name)
    if own:
        sentences.append(note("command", f"`{own}`"))
    return [*sentences, *notes_on_codes(source, draft.data, language)]


def _events_about(source: Source, subject: str) -> list[RecordedEvent]:
    """The events about a subject so far; none for a subject that no event names."""
    try:
        return events_but_reads(source.session, known_streams(source, subject))
    except UnknownSubject:
        return []
