"""Who is forgotten wholly, seven years after everything ended: nobody who still works here."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.keeping.erasing import may_be_due, steps
from projections.keeping.person import person_of
from rulebook import period
from tests.unit.projections.making import ANNA, HR, NOON, OFFICE, event

YEAR = 365 * 24 * 60
AFTER = NOON.date() + period("ledger-entry")


def staff(name: str, minutes: float = 0, **facts: Any) -> RecordedEvent:
    return event(name, minutes, source=HR, **facts)


def is_forgotten(events: list[RecordedEvent], day: date) -> bool:
    person = person_of(ANNA, events, (OFFICE,))
    found = bool(steps(person, day))
    assert may_be_due(person, day) == found
    return found


HIRED, GRANTED = staff("employment-started"), staff("role-granted", role="helpdesk")
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
    ("events", "years"),
    [
        pytest.param([HIRED, staff("employment-ended", 3 * YEAR)], 3, id="employed"),
        pytest.param([HIRED, GRANTED, staff("employment-ended", YEAR)], 1, id="role-goes-too"),
        pytest.param([GRANTED, staff("role-revoked", 2 * YEAR, role="helpdesk")], 2, id="revoked"),
        pytest.param([staff("role-granted", role="helpdesk", valid_until=UNTIL)], 1, id="its-end"),
        pytest.param([staff("vog-presented", issued_on="2026-03-01")], 0, id="never-hired"),
        # Of one source the earliest event is kept alone.
        pytest.param(
            [event("portal-account-opened"), event("portal-account-closed", YEAR)], 1, id="later"
        ),
    ],
)
def test_the_period_begins_when_the_last_of_it_ended(
    events: list[RecordedEvent], years: int
) -> None:
    due = AFTER + timedelta(days=365 * years)
    assert not is_forgotten(events, due - timedelta(days=1))
    assert is_forgotten(events, due)
