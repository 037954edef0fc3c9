"""`ledger consents`: every purpose that a person decided on, and what the decision is worth."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from console.answers.source import Source, instant_or_none
from console.answers.state import account_status, folded_state
from console.answers.subjects import chosen, customer_of
from ledger.errors import UnknownSubject
from ledger.event import instant
from projections import consent_status, customer_state
from projections.consent_status import Consent, ConsentAnswer, consent_answer
from projections.customer_state import Status
from projections.timetravel import Moment, fold

__all__ = ["consents", "consents_answer"]


def consents(source: Source, reference: str, moment: Moment) -> dict[str, Any]:
    """Consents of the data subject of that moment. Raises UnknownSubject."""
    person = chosen(source, reference, moment)
    state = folded_state(person)
    if state is None:
        raise UnknownSubject("The ledger holds nothing about this subject at that moment.")
    customer = customer_of(reference)
    answers = consents_answer(
        reference,
        person.subject,
        fold(consent_status.VIEW, person.selected.counted).values(),
        customer_state.status(state),
        account_status(source, customer, moment) if customer else None,
        moment.as_of or source.now,
    )
    return answers | {"position": person.selected.position}


def consents_answer(
    reference: str,
    subject: UUID,
    rows: Iterable[Consent],
    account: Status,
    customer: Status | None,
    clock: datetime,
) -> dict[str, Any]:
    """Consents in the shape that is shown, sorted by purpose."""
    answers = [consent_answer(row, account, customer, clock) for row in rows]
    return {
        "subject": reference,
        "data_subject": str(subject),
        "consents": [_shown(answer) for answer in sorted(answers, key=lambda a: a.purpose)],
    }


def _shown(answer: ConsentAnswer) -> dict[str, Any]:
    return {
        "purpose": answer.purpose,
        "status": answer.status,
        "since": instant(answer.since),
        "text_version": answer.text_version,
        "channel": answer.channel,
        "valid_until": instant_or_none(answer.valid_until),
        "effective": answer.effective,
        "why": answer.why,
    }
