"""`ledger consents`: every purpose that a person decided on, and what the decision is worth.

Beside it the person's other choices, and with `--history` every act with the text that was agreed to.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from application.answer import Answer
from application.queries.persons.evidence import Evidence, evidence_of
from application.queries.persons.state import folded_state, state_of_customer
from application.queries.registers.activities import looks_of
from application.queries.registers.declaration import Declaration, declaration
from application.queries.subjects import SubjectEvents, chosen
from application.sighted import Teller
from application.source import Source, instant_or_none
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, instant
from projections.dossier.choices import Choice
from projections.dossier.dossier import dossier_from
from projections.dossier.look import FactContext
from projections.dossier.objections import objects_to_marketing
from projections.dossier.relationships import relationships_of
from projections.folds.timetravel import Moment, fold
from projections.folds.view import Value
from projections.views import consent_status, customer_state
from projections.views.consent_status import (
    Act,
    Consent,
    ConsentStatus,
    Giver,
    Hindrance,
    Row,
    act_of,
    consent_answer,
    consents_among,
    lack_of,
    status_at,
)
from projections.views.customer_state import CustomerState, Status
from projections.views.processing_register import Entry
from rulebook.consent_validity import Lack
from schemas.encoding import JsonValue

_CONSENT = "consent-"


class ConsentShown(Answer, frozen=True):
    """A consent and what it is worth: whether it is effective, and in words why. `since`: of its last act.

    `hindrance`: why it is not effective, as a code; null while it is.
    """

    purpose: str
    status: ConsentStatus
    since: str
    text_version: str | None
    method: str | None
    channel: str | None
    reason: str | None
    valid_until: str | None
    effective: bool
    why: str
    hindrance: Hindrance | None
    evidence: Evidence | None


class ChoiceShown(Answer, frozen=True):
    """Another choice, by its name; `facts`: what its event says, such as `permission` and `app_version`."""

    choice: str
    since: str
    facts: dict[str, JsonValue]
    evidence: Evidence | None


class ConsentAct(Answer, frozen=True):
    """An act on a consent. `from`, `to`: how long it decided; `to` is null while it does.

    `status`: of the consent when the act occurred. `lacks`: what kept it from being a consent from the
    beginning; null where nothing did. `annulled_by`: what took the act back.
    """

    position: int
    id: str
    source: str
    purpose: str
    act: Act
    status: ConsentStatus
    lacks: Lack | None
    from_: str = msgspec.field(name="from")
    to: str | None
    recorded_at: str
    text_version: str | None
    method: str | None
    channel: str | None
    reason: str | None
    valid_until: str | None
    activity: str | None
    legal_basis: str | None
    evidence: Evidence | None
    annulled_by: str | None


class Consents(Answer, frozen=True):
    """What a person decided on, by purpose, and what else they chose. `position`: of the latest event.

    `history`: every act, by purpose and in the order in which acts decide; absent unless it was asked for.
    """

    subject: str
    data_subject: str
    consents: list[ConsentShown]
    choices: list[ChoiceShown]
    position: int
    history: list[ConsentAct] | UnsetType = UNSET


class Circumstances(msgspec.Struct, frozen=True):
    """A person whose consents are shown, and what they depend on.

    `customer`: status of the customer's account, for a contact person only.
    """

    reference: str
    subject: UUID
    rows: tuple[Row, ...]
    account: Status
    customer: Status | None
    clock: datetime
    giver: Giver
    position: int


class Holder(msgspec.Struct, frozen=True):
    """A data subject at a moment, with what its consents depend on.

    `look`: with the customer and with activities. `customer`: how that account stands, for a contact person.
    """

    reference: str
    person: SubjectEvents
    state: CustomerState
    rows: tuple[Row, ...]
    account: Status
    customer: CustomerState | None
    clock: datetime
    look: FactContext
    giver: Giver


def holder(source: Source, reference: str, moment: Moment) -> Holder:
    """The person of that moment. Raises UnknownSubject."""
    person = chosen(source, reference, moment)
    state = folded_state(person)
    if state is None:
        raise UnknownSubject("The ledger holds nothing about this subject at that moment.")
    rows = tuple(fold(consent_status.VIEW, person.selected.counted).values())
    sealed = birth_date(state) if consents_among(rows) else None
    source.reads.note([reference], ["identity"] if sealed else ())
    customer, clock = state_of_customer(source, reference, moment), moment.as_of or source.now
    own = dossier_from(person.selected.counted)
    looks = looks_of(source, {person.subject: own}, {own.customer or "": customer}, moment)
    look = looks[person.subject]
    return Holder(
        reference=reference,
        person=person,
        state=state,
        rows=rows,
        account=customer_state.status(state),
        customer=customer,
        clock=clock,
        look=look,
        giver=giver_of(look, clock, born_on(source, person.subject, sealed)),
    )


def giver_of(look: FactContext, clock: datetime, born: date | None) -> Giver:
    """What the consents of a person depend on beside accounts. `born`: where that is known."""
    return Giver(objects_to_marketing(look, clock), born, look.once(relationships_of))


def birth_date(state: CustomerState) -> Value | None:
    """The sealed date of birth, where the ledger holds one."""
    return customer_state.live_values(state).get("identity", {}).get("date_of_birth")


def born_on(source: Source, stream: UUID, sealed: Value | None) -> date | None:
    """The day on which a person was born; None where it is unknown, or cannot be read as a day.

    Whoever asks: whether a consent counts must not depend on what the reader may see.
    """
    if sealed is None:
        return None
    value = source.judged(stream, "identity", "date_of_birth", sealed)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def consents(source: Source, reference: str, moment: Moment) -> Consents:
    """Consents of the data subject of that moment. Raises UnknownSubject."""
    return answer_of(holder(source, reference, moment))


def with_history(source: Source, reference: str, moment: Moment) -> Consents:
    """The same, and every act by purpose and in the order in which acts decide. Raises UnknownSubject."""
    subject = holder(source, reference, moment)
    acts = _history(subject, source.teller)
    return msgspec.structs.replace(answer_of(subject), history=acts)


def declared_for(
    history: Iterable[ConsentAct], entries: Iterable[Entry]
) -> dict[str, Declaration | None]:
    """Purpose -> what the activity of its latest act declared at that time; None if it declared nothing."""
    register = {entry.activity: entry for entry in entries}
    latest = {act.purpose: act for act in history if act.annulled_by is None}
    return {
        purpose: _declared(register.get(act.activity or ""), act) for purpose, act in latest.items()
    }


def _declared(entry: Entry | None, act: ConsentAct) -> Declaration | None:
    return declaration(entry.declared_at(datetime.fromisoformat(act.from_))) if entry else None


def answer_of(subject: Holder) -> Consents:
    """What a person decided on, and what each decision is worth."""
    return consents_answer(
        Circumstances(
            reference=subject.reference,
            subject=subject.person.subject,
            rows=subject.rows,
            account=subject.account,
            customer=customer_state.status(subject.customer) if subject.customer else None,
            clock=subject.clock,
            giver=subject.giver,
            position=subject.person.selected.position,
        )
    )


def consents_answer(circumstances: Circumstances) -> Consents:
    """Consents in the shape that is shown, sorted by purpose, and the other choices."""
    choices = [row for row in circumstances.rows if isinstance(row, Choice)]
    return Consents(
        subject=circumstances.reference,
        data_subject=str(circumstances.subject),
        consents=[
            _consent(row, choices, circumstances) for row in consents_among(circumstances.rows)
        ],
        choices=[_choice(choice) for choice in sorted(choices, key=_choice_order)],
        position=circumstances.position,
    )


def _consent(row: Consent, choices: Iterable[Choice], circumstances: Circumstances) -> ConsentShown:
    answer = consent_answer(
        row,
        circumstances.account,
        circumstances.customer,
        circumstances.clock,
        choices,
        circumstances.giver,
    )
    return ConsentShown(
        purpose=answer.purpose,
        status=answer.status,
        since=instant(answer.since),
        text_version=answer.text_version,
        method=answer.method,
        channel=answer.channel,
        reason=answer.reason,
        valid_until=instant_or_none(answer.valid_until),
        effective=answer.effective,
        why=answer.why,
        hindrance=answer.hindrance,
        evidence=evidence_of(row.facts),
    )


def _choice(choice: Choice) -> ChoiceShown:
    return ChoiceShown(
        choice=choice.name,
        since=instant(choice.order.time),
        facts={**choice.facts},
        evidence=evidence_of(choice.facts),
    )


def _choice_order(choice: Choice) -> tuple[str, str, str]:
    facts = choice.facts
    return choice.name, str(facts.get("channel") or ""), str(facts.get("permission") or "")


def _history(subject: Holder, teller: Teller) -> list[ConsentAct]:
    selected = subject.person.selected
    acts = [event for event in selected.shown if event.name.startswith(_CONSENT)]
    standing = {(event.source, event.id) for event in selected.counted}
    acts.sort(key=lambda event: (event.facts["purpose"], act_of(event).order))
    return [
        _act(
            teller.shown(event),
            selected.annulled.get((event.source, event.id)),
            _until(event, acts, standing),
            subject.giver.born,
        )
        for event in acts
    ]


def _until(
    event: RecordedEvent, acts: list[RecordedEvent], standing: set[tuple[str, str]]
) -> datetime | None:
    """When the next act that counts took the place of this one; None while it decides."""
    order = act_of(event).order
    # An annulled act ends nothing: only acts that count take the place of an earlier one.
    later = (
        other.time
        for other in acts
        if other.facts["purpose"] == event.facts["purpose"]
        and (other.source, other.id) in standing
        and act_of(other).order > order
    )
    return next(later, None)


def _act(
    event: RecordedEvent, annulled_by: str | None, until: datetime | None, born: date | None
) -> ConsentAct:
    act, facts = act_of(event), event.facts
    return ConsentAct(
        position=event.position,
        id=event.id,
        source=event.source,
        purpose=facts["purpose"],
        act=act.act,
        status=status_at(act, event.time),
        lacks=lack_of(act, born),
        from_=instant(event.time),
        to=instant_or_none(until),
        recorded_at=instant(event.recorded_at),
        text_version=facts.get("text_version"),
        method=facts.get("method"),
        channel=facts.get("channel"),
        reason=facts.get("reason"),
        valid_until=instant_or_none(act.valid_until),
        activity=event.activity,
        legal_basis=event.legal_basis,
        evidence=evidence_of(facts),
        annulled_by=annulled_by,
    )
