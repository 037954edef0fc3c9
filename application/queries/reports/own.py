"""What a person sees of themselves in the portal: what the access report would tell, and nothing else.

Nothing here depends on what the person may not be told: no position and no count of all events, no hold whose
ground is not disclosed, no restriction that such a hold gave rise to.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from application.answer import Answer
from application.queries.cases.found_requests import FoundRequest, known_requests
from application.queries.cases.requests import RequestList, listed
from application.queries.disclosures.feeds import feeds_of, runs
from application.queries.oversight.consultations import Consultation
from application.queries.persons.consents import ChoiceShown, ConsentShown, consents
from application.queries.persons.person import (
    Subject,
    disclosures_of,
    named_recipients,
    subject_of,
)
from application.queries.persons.state import customer_standing, folded_state
from application.queries.persons.timeline import Lane, lane_of
from application.queries.reports.copy import (
    ActTold,
    ValueHeld,
    acts,
    consultation_told,
    copy,
    looks_told,
)
from application.queries.reports.processing import Processing, SourceOfData, purposes, sources
from application.queries.reports.recipients import Received, received
from application.queries.reports.retention import RetentionOfCategory, retention_of
from application.queries.subjects import chosen, known_streams
from application.said_to_all import SaidToAll, said_to_all
from application.source import Source, instant_or_none
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, instant
from ledger.reading import head_position
from projections.dossier.contracts import contracts_of
from projections.folds.timetravel import NOW
from projections.use.restricting import restricted_by
from projections.views import customer_state
from projections.views.customer_state import CustomerState, Status
from projections.views.disclosures import sorted_disclosures
from rulebook.calendar import day_of
from rulebook.portal import SPEAKER
from schemas import names
from schemas.texts import Language


class OwnContract(Answer, frozen=True):
    """A contract that the person has or had. Other parties of it are other persons, who stay unnamed."""

    contract_ref: str
    status: Literal["running", "ended"]
    since: str


class OwnPurpose(Answer, frozen=True):
    """What a category is used for, and what allows it. `name`: of the activity, as it is declared."""

    activity: str
    name: str | None
    purposes: list[str]
    legal_basis: str | None
    provision: str | None


class OwnCategory(Answer, frozen=True):
    """A category of which data is held: what for, from whom it came, and until when it is kept."""

    category: str
    purposes: list[OwnPurpose]
    sources: list[SourceOfData]
    retention: list[RetentionOfCategory]


class OwnData(Answer, frozen=True):
    """What is known of the person who asks. `data`: the values that count now. `since`: of the status.

    `categories`: of which anything is held. `erased_categories`: an erasure named them, and they hold no
    value since. `restricted_categories`: may only be stored.
    """

    subject: str
    status: Status
    since: str | None
    customer_kind: str | None
    data: list[ValueHeld]
    categories: list[OwnCategory]
    erased_categories: list[str]
    restricted_categories: list[str]
    contracts: list[OwnContract]
    said_to_all: SaidToAll


class OwnDisclosures(Answer, frozen=True):
    """To whom data was given, when, what and why, by time, as the access report tells it."""

    disclosures: list[Received]
    said_to_all: SaidToAll


class OwnConsents(Answer, frozen=True):
    """What the person decided on, by purpose, what each decision is worth, and what else they chose."""

    consents: list[ConsentShown]
    choices: list[ChoiceShown]
    said_to_all: SaidToAll


class OwnLine(Answer, frozen=True):
    """Something that was done with the person's data. `text`: what, in words; null for looks at it.

    Looks of one day in one role are one line, with its first time. `looked`: what the first was for: a query
    of the `ledger`, or the purpose in a `system`; `purposes`: what all `count` of them were for. `everyone`:
    they were at answers about every customer.
    """

    occurred_at: str
    lane: Lane
    text: str | None
    where: Literal["ledger", "system"] | None
    looked: str | None
    everyone: bool
    categories: list[str]
    annulled: bool
    positions: list[int]
    role: str | None
    count: int
    purposes: list[str]


class OwnHistory(Answer, frozen=True):
    """What was done with the person's data, looks included, by time, as the access report tells it."""

    acts: list[OwnLine]
    said_to_all: SaidToAll


class OwnRequests(RequestList, frozen=True):
    """What the person asked for, the most urgent first, and how each request stands."""

    said_to_all: SaidToAll


class OwnAct(Answer, frozen=True):
    """An act of the person, which is recorded. `act`: its type. `request_ref`: of a request.

    `about`: the purpose, the channel, the fields or the right that it is about; none of another choice.
    """

    id: str
    act: str
    occurred_at: str
    about: list[str]
    said_to_all: SaidToAll
    request_ref: str | UnsetType = UNSET


class Own(Struct, frozen=True):
    """The person who asks: all that may be told, and the state of the data subject of today."""

    subject: Subject
    state: CustomerState


def own(source: Source, reference: str) -> Own:
    """The person. Raises UnknownSubject, the same one for who is not known and who was erased."""
    try:
        if not source.opener.live_subjects(reference):
            raise UnknownSubject
        subject = subject_of(source, reference, head_position(source.session))
        state = folded_state(chosen(source, reference, NOW))
    except UnknownSubject:
        raise UnknownSubject from None
    # Of whom nothing may be told, nothing is known.
    if not subject.acts or state is None:
        raise UnknownSubject
    return Own(subject, state)


def own_data(source: Source, reference: str) -> OwnData:
    """What is known of the person. Raises UnknownSubject."""
    person = own(source, reference)
    counted, state = person.subject.counted, person.state
    stands = customer_state.standing(state, customer_standing(source, reference, NOW))
    return OwnData(
        subject=reference,
        status=stands.status,
        since=instant_or_none(stands.since),
        customer_kind=customer_state.customer_kind(state),
        data=[held for held in copy(person.subject) if held.current and not held.annulled],
        categories=list(_categories(source, person.subject)),
        erased_categories=customer_state.erased_categories(state),
        restricted_categories=sorted(restricted_by(counted, source.now)),
        contracts=[
            OwnContract(contract.contract_ref, contract.status, instant(contract.since))
            for contract in contracts_of(counted)
        ],
        said_to_all=said_to_all(),
    )


def _categories(source: Source, subject: Subject) -> Iterator[OwnCategory]:
    """Each category that is held, in the order of their names."""
    used = purposes(source, subject)
    came_from = sources(subject, named_recipients(source, subject, ()))
    retained = retention_of(source, subject, day_of(source.now))
    for category in sorted({row.category for row in retained}):
        about = _positions_about(subject, category)
        yield OwnCategory(
            category=category,
            purposes=[_purpose(row) for row in used if not about.isdisjoint(row.positions)],
            sources=[row for row in came_from if category in row.categories],
            retention=[row for row in retained if row.category == category],
        )


def _positions_about(subject: Subject, category: str) -> set[int]:
    """Positions of the events that are about a category."""
    return {
        event.position
        for event in subject.counted
        if category in event.categories or category in event.sealed
    }


def _purpose(row: Processing) -> OwnPurpose:
    return OwnPurpose(row.activity, row.name, row.purposes, row.legal_basis, row.provision)


def own_disclosures(source: Source, reference: str) -> OwnDisclosures:
    """To whom data was given. Raises UnknownSubject."""
    subject = own(source, reference).subject
    disclosed, feeds = disclosures_of(subject), feeds_of(source, subject)
    rows = sorted_disclosures([*disclosed, *(feed.row for feed in feeds)])
    names = named_recipients(source, subject, rows)
    return OwnDisclosures(received(disclosed, runs(feeds), names), said_to_all())


def own_consents(source: Source, reference: str) -> OwnConsents:
    """What the person decided on. Raises UnknownSubject."""
    own(source, reference)
    answer = consents(source, reference, NOW)
    return OwnConsents(answer.consents, answer.choices, said_to_all())


def own_history(
    source: Source, reference: str, language: Language, before: datetime | None = None
) -> OwnHistory:
    """What was done with the person's data, or what was before a time. Raises UnknownSubject."""
    subject = own(source, reference).subject
    names = named_recipients(source, subject, disclosures_of(subject))
    lines = [
        *map(_act_line, acts(subject, names, language)),
        *_look_lines(looks_told(source, subject)),
    ]
    until = instant_or_none(before)
    earlier = [line for line in lines if until is None or line.occurred_at < until]
    ordered = sorted(earlier, key=lambda line: (line.occurred_at, line.positions))
    return OwnHistory(ordered, said_to_all())


def _act_line(told: ActTold) -> OwnLine:
    return OwnLine(
        occurred_at=told.occurred_at,
        lane=lane_of(told.act),
        text=told.text,
        where=None,
        looked=None,
        everyone=False,
        categories=[],
        annulled=told.annulled,
        positions=told.positions,
        role=None,
        count=1,
        purposes=[],
    )


def _look_lines(looks: Iterable[Consultation]) -> Iterator[OwnLine]:
    """Looks by day and by the role of who looked."""
    days: dict[tuple[object, ...], list[Consultation]] = {}
    for look in looks:
        role = str(look.event.facts.get("role", ""))
        key = day_of(look.event.time), role, look.through_ledger, look.about, look.annulled_by
        days.setdefault(key, []).append(look)
    return (_look_line(role, some) for (_, role, *_), some in days.items())


def _look_line(role: object, looks: Iterable[Consultation]) -> OwnLine:
    told = [*map(consultation_told, looks)]
    first = told[0]
    return OwnLine(
        occurred_at=first.occurred_at,
        lane="looked",
        text=None,
        where=first.where,
        looked=first.purpose,
        everyone=first.everyone,
        categories=sorted({name for look in told for name in look.categories}),
        annulled=first.annulled,
        positions=sorted({position for look in told for position in look.positions}),
        role=str(role) or None,
        count=len(told),
        purposes=list(dict.fromkeys(look.purpose for look in told)),
    )


def own_requests(source: Source, reference: str) -> OwnRequests:
    """What the person asked for, and how each request stands. Raises UnknownSubject."""
    own(source, reference)
    rows = known_requests(source, NOW, streams=known_streams(source, reference))
    found = [FoundRequest(stream, reference, request) for stream, request in rows]
    asked = listed(found, source.now, ended=True, overdue_only=False)
    return OwnRequests(asked.requests, asked.open, asked.overdue, said_to_all())


def done_in_portal(person: Own, id: str) -> RecordedEvent | None:
    """The event of an id that the person's own act in the portal is recorded as."""
    for event, _ in person.subject.acts:
        if event.id == id and event.source == SPEAKER.source:
            return event
    return None


def own_act(event: RecordedEvent) -> OwnAct:
    """An act as the person is told of it."""
    is_request = event.name == names.RIGHTS_REQUEST_RECEIVED
    ref = event.facts["request_ref"] if is_request else UNSET
    at, told = instant(event.time), said_to_all()
    return OwnAct(event.id, event.name, at, _about(event), told, ref)


def _about(event: RecordedEvent) -> list[str]:
    """What the act of a person is about, by the facts of its type."""
    facts = event.facts
    if event.name == names.PERSONAL_DATA_CORRECTED:
        return list(facts["fields"])
    return [facts[name] for name in ("right", "purpose", "channel") if name in facts][:1]
