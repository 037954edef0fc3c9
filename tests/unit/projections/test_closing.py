"""Which files are closed, and what is open in one: rules over events alone."""

from typing import Any
from uuid import UUID, uuid5

import pytest

from ledger.event import RecordedEvent
from projections import VIEWS
from projections.keeping.closing import ClosedFile, StandsAgainst, closed_file, untied
from schemas import CATEGORIES
from tests.unit.projections.making import ANNA, BERT, CRM, OFFICE, SPACE, erasure, event

CARL = uuid5(SPACE, "carl")


def file(*events: RecordedEvent, through: int = 2**62) -> ClosedFile | None:
    return closed_file(events, VIEWS, {OFFICE}, through)


def whole(minutes: float = 100) -> RecordedEvent:
    return erasure(minutes, list(CATEGORIES), ["k-1"])


def request(name: str, minutes: float, **facts: Any) -> RecordedEvent:
    return event(f"rights-request-{name}", minutes, request_ref="R-1", **facts)


RECEIVED: dict[str, Any] = {"right": "access", "channel": "post", "received_on": "2026-01-05"}
HOLD: dict[str, Any] = {
    "hold_ref": "H-1",
    "categories": ["payment"],
    "ground": "civil-claim",
    "review_on": "2027-01-01",
}


def test_a_file_is_closed_when_the_person_was_erased_wholly() -> None:
    assert file(event("customer-registered"), whole()) == ClosedFile(frozenset(), ())
    assert file(event("customer-registered")) is None
    assert file(event("customer-registered"), erasure(9, ["contact"], ["k-1"])) is None
    by_another = erasure(9, list(CATEGORIES), ["k-1"], CRM)
    assert file(event("customer-registered"), by_another) is None


def test_what_is_open_after_a_newer_erasure_keeps_the_file() -> None:
    asked, erased = request("received", 1, **RECEIVED), whole()
    before = erased.position - 1
    assert file(asked, erased, through=before) is None
    still_open = file(asked, erased, whole(101), through=erased.position)
    assert still_open is not None
    assert [one.view for one in still_open.against] == ["rights_requests"]
    answered = request("answered", 2, outcome="granted")
    assert file(asked, answered, erased, through=before) == ClosedFile(frozenset(), ())


def test_files_of_the_register_and_of_the_staff_stay() -> None:
    assert file(event("recipient-registered", subject="recipient/1"), whole()) is None
    assert file(event("role-granted", role="helpdesk"), whole()) is None


@pytest.mark.parametrize(
    ("events", "against"),
    [
        ([request("received", 1, **RECEIVED)], [("rights_requests", "R-1")]),
        (
            [
                request("received", 1, **RECEIVED),
                request("answered", 2, outcome="granted"),
            ],
            [],
        ),
        ([event("legal-hold-placed", 1, **HOLD)], [("legal_holds", "H-1")]),
        (
            [event("legal-hold-placed", 1, **HOLD), event("legal-hold-released", 2, **HOLD)],
            [],
        ),
        (
            [event("event-annulled", 1, id="a-1", annuls="not-here", reason="mistake")],
            [("annulment", "a-1")],
        ),
        (
            [
                event("event-annulled", 1, id="a-1", annuls="not-here", reason="mistake"),
                event("event-annulled", 2, annuls="a-1", reason="mistake"),
            ],
            [],
        ),
        (
            [
                event("consent-given", 1, id="c-1", purpose="newsletter"),
                event("event-annulled", 2, annuls="c-1", reason="mistake"),
            ],
            [],
        ),
        # One that may not annul what another source said waits for nothing.
        (
            [
                event(
                    "event-annulled",
                    1,
                    annuls="x",
                    annuls_source="urn:test:other",
                    reason="mistake",
                )
            ],
            [],
        ),
    ],
)
def test_what_is_open_stands_against_it(
    events: list[RecordedEvent], against: list[tuple[str, str]]
) -> None:
    found = file(event("customer-registered"), *events, whole())
    assert found is not None
    assert found.against == tuple(StandsAgainst(view, ref, ANNA) for view, ref in against)


def test_a_recipient_who_must_be_told_is_named_with_what_changed() -> None:
    given = event("personal-data-disclosed", 1, recipient="incasso", fields=["email"])
    corrected = event("personal-data-corrected", 2, fields=["email"])
    found = file(given, corrected, whole())
    assert found is not None
    assert found.against == tuple(
        StandsAgainst("notifications", "incasso", ANNA, change)
        for change in ("rectification", "erasure")
    )


def test_a_request_that_an_annulment_took_back_is_not_open() -> None:
    received = request("received", 1, **RECEIVED, id="r-1")
    annulled = event("event-annulled", 2, annuls="r-1", reason="mistake")
    found = file(received, annulled, whole())
    assert found is not None
    assert found.against == ()


def test_the_persons_that_a_file_names() -> None:
    taken_over = event(
        "contract-taken-over",
        contract_ref="C-1",
        from_customer=str(BERT),
        to_customer=str(ANNA),
    )
    looked = event("personal-data-accessed", employee=str(CARL), role="r", purpose="p")
    found = file(taken_over, looked, whole())
    assert found is not None
    assert found.ties == {ANNA, BERT}


def closed(*ties: UUID) -> ClosedFile:
    return ClosedFile(frozenset(ties), ())


def test_a_file_that_names_an_open_one_stays_and_so_does_what_names_it() -> None:
    assert untied({ANNA: closed(), BERT: closed(ANNA)}) == sorted([ANNA, BERT])
    assert untied({ANNA: closed(ANNA, BERT), BERT: closed(ANNA)}) == sorted([ANNA, BERT])
    assert untied({BERT: closed(ANNA)}) == []
    assert untied({ANNA: closed(BERT), BERT: closed(CARL)}) == []
    assert untied({}) == []
