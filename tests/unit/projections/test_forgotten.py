"""Who is forgotten wholly, seven years after everything ended: nobody with whom something goes on."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.keeping.erasing import may_be_due, steps
from projections.keeping.person import dossier_of, person_of
from rulebook import period
from schemas import CATEGORIES
from tests.unit.projections.making import ANNA, BERT, HR, NOON, OFFICE, OURS, event

YEAR = 365 * 24 * 60
AFTER = NOON.date() + period("ledger-entry")


def staff(name: str, minutes: float = 0, **facts: Any) -> RecordedEvent:
    return event(name, minutes, source=HR, **facts)


def of_bert(name: str, minutes: float = 0, /, **facts: Any) -> RecordedEvent:
    """Of the customer for whom Anna is a contact person."""
    return event(name, minutes, stream=BERT, **facts)


def is_forgotten(events: list[RecordedEvent], day: date) -> bool:
    berts = [one for one in events if one.stream == BERT]
    others = {str(BERT): dossier_of(berts, (OFFICE,))} if berts else {}
    hers = [one for one in events if one.stream == ANNA]
    person = person_of(ANNA, hers, (OFFICE,), others.get)
    found = bool(steps(person, day))
    assert may_be_due(person, day) == found
    return found


REGISTERED = event("customer-registered", customer_kind="consumer")
CONCLUDED = event("contract-concluded", contract_ref="K-1")
ENDED = event("contract-ended", 1, contract_ref="K-1")
OPENED = event("portal-account-opened")
ADDED = event("contact-person-added", customer=str(BERT))
FIRM = of_bert("customer-registered", customer_kind="legal-entity")
ASKED = event(
    "rights-request-received", request_ref="R-1", right="access", received_on="2026-03-01"
)
HIRED, GRANTED = staff("employment-started"), staff("role-granted", role="helpdesk")


def answered(minutes: float) -> RecordedEvent:
    return event("rights-request-answered", minutes, request_ref="R-1", outcome="granted")


def gone_wholly(minutes: float) -> list[RecordedEvent]:
    """The customer is erased wholly."""
    facts = {"categories": list(CATEGORIES), "ground": "request", "keys_destroyed": []}
    return [of_bert("personal-data-erased", minutes, source=OURS, **facts)]


UNTIL = (NOON + timedelta(days=365)).isoformat()


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([HIRED], id="employed"),
        pytest.param([HIRED, GRANTED, staff("role-revoked", 1, role="helpdesk")], id="no-role"),
        pytest.param(
            [HIRED, staff("employment-ended", 1), staff("employment-started", 2)], id="again"
        ),
        pytest.param([GRANTED], id="from-another-firm"),
        pytest.param(
            [HIRED, staff("employment-ended", 1), staff("role-granted", 2, role="helpdesk")],
            id="back-through-another-firm",
        ),
    ],
)
def test_who_works_here_is_not_forgotten(events: list[RecordedEvent]) -> None:
    assert not is_forgotten(events, date(2126, 1, 1))


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([REGISTERED], id="customer"),
        pytest.param(
            [REGISTERED, event("account-deactivated", 1), event("account-reactivated", 2)],
            id="customer-again",
        ),
        pytest.param([REGISTERED, CONCLUDED], id="contract"),
        pytest.param(
            [REGISTERED, CONCLUDED, ENDED, event("account-reactivated", 2)],
            id="customer-again-after-the-last-contract",
        ),
        pytest.param([ASKED], id="whose-request-waits"),
        pytest.param([OPENED], id="portal"),
        pytest.param([OPENED, event("portal-account-closed", -1)], id="portal-again"),
        pytest.param(
            [REGISTERED, OPENED, event("account-deactivated", 1)], id="portal-of-a-former-customer"
        ),
        pytest.param([ADDED, FIRM], id="contact-person"),
        pytest.param([ADDED, event("contact-person-removed", -1), FIRM], id="contact-person-again"),
    ],
)
def test_with_whom_something_goes_on_is_not_forgotten(events: list[RecordedEvent]) -> None:
    assert not is_forgotten(events, date(2126, 1, 1))


@pytest.mark.parametrize(
    ("events", "years"),
    [
        pytest.param([HIRED, staff("employment-ended", 3 * YEAR)], 3, id="employed"),
        pytest.param([HIRED, GRANTED, staff("employment-ended", YEAR)], 1, id="role-goes-too"),
        pytest.param([GRANTED, staff("role-revoked", 2 * YEAR, role="helpdesk")], 2, id="revoked"),
        pytest.param([staff("role-granted", role="helpdesk", valid_until=UNTIL)], 1, id="its-end"),
        pytest.param([staff("vog-presented", issued_on="2026-03-01")], 0, id="never-hired"),
        pytest.param([REGISTERED, event("account-deactivated", YEAR)], 1, id="inactive"),
        pytest.param(
            [REGISTERED, CONCLUDED, event("contract-ended", 2 * YEAR, contract_ref="K-1")],
            2,
            id="contract-ended",
        ),
        # Of one source the earliest event is kept alone.
        pytest.param([OPENED, event("portal-account-closed", YEAR)], 1, id="portal-closed"),
        pytest.param(
            [ADDED, event("contact-person-removed", YEAR), FIRM], 1, id="contact-person-removed"
        ),
        pytest.param(
            [ADDED, FIRM, of_bert("account-deactivated", 3 * YEAR)], 3, id="with-the-customer"
        ),
        pytest.param(
            [ADDED, FIRM, *gone_wholly(4 * YEAR)], 4, id="with-the-customer-who-was-erased"
        ),
        pytest.param(
            [REGISTERED, ASKED, answered(1), event("account-deactivated", 2 * YEAR)],
            2,
            id="who-asked-and-was-answered",
        ),
        pytest.param(
            [
                *(REGISTERED, CONCLUDED, event("account-deactivated", 1)),
                event("account-reactivated", 2),
                event("contract-ended", 2 * YEAR, contract_ref="K-1"),
            ],
            2,
            id="contract-ended-of-an-account-that-was-active-again",
        ),
    ],
)
def test_the_period_begins_when_the_last_of_it_ended(
    events: list[RecordedEvent], years: int
) -> None:
    due = AFTER + timedelta(days=365 * years)
    assert not is_forgotten(events, due - timedelta(days=1))
    assert is_forgotten(events, due)
