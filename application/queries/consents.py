"""`ledger consents`: every purpose that a person decided on, and what the decision is worth.

Beside it the person's other choices, and with `--history` every act with the text that was agreed to.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from application.queries.activities import objecting
from application.queries.evidence import evidence_of
from application.queries.state import account_status, folded_state
from application.queries.subjects import Chosen, chosen, customer_of
from application.source import Source, instant_or_none
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, instant
from projections.dossier.choices import Choice
from projections.folds.timetravel import Moment, fold
from projections.views import consent_status, customer_state
from projections.views.consent_status import (
    ConsentAnswer,
    Row,
    act_of,
    consent_answer,
    consents_among,
    status_at,
)
from projections.views.customer_state import CustomerState, Status
from projections.views.processing_register import Entry

_CONSENT = "consent-"


class Holder(msgspec.Struct, frozen=True):
    """A data subject at a moment, with what its consents depend on.

    `customer`: status of the customer's account, for a contact person only. `objects`: to direct marketing.
    """

    reference: str
    person: Chosen
    state: CustomerState
    rows: tuple[Row, ...]
    account: Status
    customer: Status | None
    clock: datetime
    objects: bool


def holder(source: Source, reference: str, moment: Moment) -> Holder:
    """The person of that moment. Raises UnknownSubject."""
    person = chosen(source, reference, moment)
    state = folded_state(person)
    if state is None:
        raise UnknownSubject("The ledger holds nothing about this subject at that moment.")
    source.reads.note([reference], ())
    customer = customer_of(reference)
    return Holder(
        reference=reference,
        person=person,
        state=state,
        rows=tuple(fold(consent_status.VIEW, person.selected.counted).values()),
        account=customer_state.status(state),
        customer=account_status(source, customer, moment) if customer else None,
        clock=moment.as_of or source.now,
        objects=objecting(source, person.selected.counted, moment),
    )


def consents(source: Source, reference: str, moment: Moment) -> dict[str, Any]:
    """Consents of the data subject of that moment. Raises UnknownSubject."""
    return answer_of(holder(source, reference, moment))


def with_history(source: Source, reference: str, moment: Moment) -> dict[str, Any]:
    """The same, and every act by purpose and in the order in which acts decide. Raises UnknownSubject."""
    found = holder(source, reference, moment)
    return answer_of(found) | {"history": _history(found)}


def declared_for(answer: dict[str, Any], entries: Iterable[Entry]) -> dict[str, Any]:
    """Purpose -> what the activity of its latest act declared at that time; None if nobody did."""
    register = {entry.activity: entry for entry in entries}
    latest = {act["purpose"]: act for act in answer["history"] if act["annulled_by"] is None}
    return {
        purpose: _declared(register.get(act["activity"]), act) for purpose, act in latest.items()
    }


def _declared(entry: Entry | None, act: dict[str, Any]) -> dict[str, Any] | None:
    return entry.declared_at(datetime.fromisoformat(act["from"])) if entry else None


def answer_of(found: Holder) -> dict[str, Any]:
    """What a person decided on, and what each decision is worth."""
    answers = consents_answer(
        found.reference,
        found.person.subject,
        found.rows,
        found.account,
        found.customer,
        found.clock,
        objects=found.objects,
    )
    return answers | {"position": found.person.selected.position}


def consents_answer(
    reference: str,
    subject: UUID,
    rows: Iterable[Row],
    account: Status,
    customer: Status | None,
    clock: datetime,
    *,
    objects: bool = False,
) -> dict[str, Any]:
    """Consents in the shape that is shown, sorted by purpose, and the other choices."""
    known = list(rows)
    choices = [row for row in known if isinstance(row, Choice)]
    answers = [
        (row, consent_answer(row, account, customer, clock, choices, objects=objects))
        for row in consents_among(known)
    ]
    return {
        "subject": reference,
        "data_subject": str(subject),
        "consents": [
            _shown(answer) | {"evidence": evidence_of(row.facts)} for row, answer in answers
        ],
        "choices": [_choice(choice) for choice in sorted(choices, key=_choice_order)],
    }


def _shown(answer: ConsentAnswer) -> dict[str, Any]:
    return {
        "purpose": answer.purpose,
        "status": answer.status,
        "since": instant(answer.since),
        "text_version": answer.text_version,
        "method": answer.method,
        "channel": answer.channel,
        "reason": answer.reason,
        "valid_until": instant_or_none(answer.valid_until),
        "effective": answer.effective,
        "why": answer.why,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    """A choice with what its event says, such as `permission` and `app_version`."""
    return {
        "choice": choice.name,
        "since": instant(choice.order.time),
        "facts": choice.facts,
        "evidence": evidence_of(choice.facts),
    }


def _choice_order(choice: Choice) -> tuple[str, str, str]:
    facts = choice.facts
    return choice.name, facts.get("channel") or "", facts.get("permission") or ""


def _history(found: Holder) -> list[dict[str, Any]]:
    selected = found.person.selected
    acts = [event for event in selected.shown if event.name.startswith(_CONSENT)]
    standing = {(event.source, event.id) for event in selected.counted}
    acts.sort(key=lambda event: (event.facts["purpose"], act_of(event).order))
    return [
        _act(event, selected.annulled.get((event.source, event.id)), _until(event, acts, standing))
        for event in acts
    ]


def _until(
    event: RecordedEvent, acts: list[RecordedEvent], standing: set[tuple[str, str]]
) -> datetime | None:
    """When the next act that counts took the place of this one; None while it decides."""
    order = act_of(event).order
    later = (
        other.time
        for other in acts
        if other.facts["purpose"] == event.facts["purpose"]
        and (other.source, other.id) in standing
        and act_of(other).order > order
    )
    return next(later, None)


def _act(event: RecordedEvent, annulled_by: str | None, until: datetime | None) -> dict[str, Any]:
    act, facts = act_of(event), event.facts
    return {
        "position": event.position,
        "id": event.id,
        "source": event.source,
        "purpose": facts["purpose"],
        "act": act.act,
        "status": status_at(act, event.time),
        "from": instant(event.time),
        "to": instant_or_none(until),
        "recorded_at": instant(event.recorded_at),
        "text_version": facts.get("text_version"),
        "method": facts.get("method"),
        "channel": facts.get("channel"),
        "reason": facts.get("reason"),
        "valid_until": instant_or_none(act.valid_until),
        "activity": event.activity,
        "legal_basis": event.legal_basis,
        "evidence": evidence_of(facts),
        "annulled_by": annulled_by,
    }
