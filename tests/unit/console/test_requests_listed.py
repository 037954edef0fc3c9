"""The list of requests: what is overdue is still to be answered."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from application.queries.cases.found_requests import FoundRequest
from application.queries.cases.requests import listed
from projections.folds.timetravel import fold
from projections.views import requests
from tests.unit.projections.making import at, event

DAY = 24 * 60
AFTER = datetime(2026, 6, 1, tzinfo=UTC)


def found(ref: str, *later: Any) -> FoundRequest:
    received = event(
        "rights-request-received",
        request_ref=ref,
        right="access",
        channel="post",
        received_on="2026-03-01",
    )
    (request,) = fold(requests.VIEW, [received, *later]).values()
    return FoundRequest(UUID(int=1), "customer/10023", request)


def answered(ref: str, days: float) -> Any:
    return event("rights-request-answered", days * DAY, request_ref=ref, outcome="granted")


def test_what_was_answered_too_late_is_not_counted_as_overdue() -> None:
    all_of_them = [
        found("R-1"),
        found("R-2", answered("R-2", 60)),
        found("R-3", answered("R-3", 1)),
    ]
    answer = listed(all_of_them, AFTER, ended=True, overdue_only=False)
    late = {row.request_ref: row.overdue for row in answer.requests}
    assert late == {"R-1": True, "R-2": True, "R-3": False}
    assert (answer.open, answer.overdue) == (1, 1)
    assert listed(all_of_them, at(0), ended=True, overdue_only=False).overdue == 0
