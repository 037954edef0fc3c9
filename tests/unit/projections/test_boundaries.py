"""Periods and times end at one day or instant: the one before, the one itself and the one after."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from ledger.crypto.sealing import month_of
from ledger.event import RecordedEvent
from projections.dossier.fact import Fact, fact_of
from projections.keeping.erasing import lasting_for, may_be_due, steps
from projections.keeping.holds import holds, holds_by_ref, undisclosed
from projections.keeping.keepings import keepings_of
from projections.keeping.person import Person, dossier_of, person_of
from projections.keeping.resting import rests_on_ended_consent
from projections.keeping.retention import anchors_of, closed_at, due_month, periods_of
from rulebook.calendar import day_of, start_of
from rulebook.complaints import answer_clock
from schemas import CATEGORIES, ROLLING_CATEGORIES
from tests.unit.projections.making import ANNA, BERT, NOON, at, event, values
from tests.unit.projections.test_findings import rules

DAY = 24 * 60
ONE_DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
AROUND = pytest.mark.parametrize("days", [-1, 0, 1])


def left(category: str) -> Person:
    """Somebody of whom a value of a category is held, and for whom every clock has begun."""
    ends: list[tuple[str, dict[str, Any]]] = [
        ("contract-ended", {"contract_ref": "C-1"}),
        ("account-deactivated", {}),
        ("portal-account-closed", {}),
        ("invoice-sent", {"invoice_ref": "F-1"}),
        ("misuse-resolved", {"case_ref": "M-1"}),
        ("dispute-closed", {"case_ref": "D-1"}),
        ("employment-ended", {}),
        ("credit-check-decided", {"outcome": "approved"}),
        ("collection-closed", {"invoice_ref": "F-1"}),
    ]
    told = [
        event("personal-data-collected", 0, sealed=values("k-1", category, value="…")),
        event("contract-concluded", 0, contract_ref="C-1"),
        *(event(name, 1, **facts) for name, facts in ends),
    ]
    return person_of(ANNA, told, ())


KEPT = sorted(CATEGORIES)


@pytest.mark.parametrize("category", KEPT)
def test_a_category_goes_on_the_day_from_which_nothing_keeps_it(category: str) -> None:
    person = left(category)
    over = lasting_for(person, category).over_from
    assert over is not None, "every clock has begun"
    for day, goes in ((over - ONE_DAY, False), (over, True), (over + ONE_DAY, True)):
        erased = {name for step in steps(person, day) for name in step.erased}
        assert (category in erased) is goes, day
        assert may_be_due(person, day) is goes
        assert (lasting_for(person, category).overdue_since(day) == over) is goes


@pytest.mark.parametrize("category", sorted(ROLLING_CATEGORIES))
def test_a_month_of_a_rolling_category_goes_on_the_day_its_period_ends(category: str) -> None:
    """And no later month with it."""
    told = [
        event(
            "personal-data-collected", days * DAY, sealed=values(f"k-{days}", category, value="…")
        )
        for days in (0, 40)
    ]
    person = person_of(ANNA, [*told, event("account-deactivated", 50 * DAY)], ())
    anchors = anchors_of(person.look, category)
    months = [month_of(at(days * DAY)) for days in (0, 40)]
    ends = [periods_of(category, at(days * DAY), anchors)[-1].until for days in (0, 40)]
    assert None not in ends
    first, second = (end for end in ends if end)
    assert first < second
    for day, due in (
        (first - ONE_DAY, None),
        (first, months[0]),
        (second - ONE_DAY, months[0]),
        (second, months[1]),
    ):
        assert due_month(category, person.traces, person.look, day) == due, day


def with_consent(valid_until: str | None) -> Person:
    end: dict[str, Any] = {"valid_until": valid_until} if valid_until else {}
    given = event(
        "consent-given",
        0,
        purpose="newsletter",
        activity="mail",
        legal_basis="6-1-a",
        sealed=values("k-1", "behaviour", cookie_id="…"),
        **end,
    )
    return person_of(ANNA, [given], ())


@AROUND
@pytest.mark.parametrize(
    "until", ["2026-06-01T12:00:00Z", "2026-06-01T21:59:59Z", "2026-05-31T22:00:00Z"]
)
def test_data_rests_on_a_consent_until_the_end_of_its_last_day(until: str, days: int) -> None:
    day = date(2026, 6, 1) + timedelta(days=days)
    assert rests_on_ended_consent(with_consent(until), "behaviour", day) is (days > 0)
    assert not rests_on_ended_consent(with_consent(None), "behaviour", day)


def hold(name: str, minutes: float, ref: str = "H-1", **more: Any) -> RecordedEvent:
    facts = {"categories": ["contact"], "ground": "dispute", "review_on": "2026-06-01"}
    return event(f"legal-hold-{name}", minutes, hold_ref=ref, **(facts | more))


def test_a_hold_is_in_force_from_its_instant_until_that_of_its_release() -> None:
    placed, reviewed = hold("placed", 10), hold("reviewed", 20, categories=["debt"])
    dossier = dossier_of([placed, reviewed, hold("released", 30)], ())
    found = [
        (time, holds_by_ref(dossier, time))
        for instant in (10, 20, 30)
        for time in (at(instant) - INSTANT, at(instant))
    ]
    assert [told for _, told in found] == [
        {},
        {"H-1": ("contact",)},
        {"H-1": ("contact",)},
        {"H-1": ("debt",)},
        {"H-1": ("debt",)},
        {},
    ]
    secret = dossier_of([hold("placed", 10, ground="undisclosed")], ())
    assert undisclosed(secret, at(10)) == {"H-1"}
    assert undisclosed(secret, at(10) - INSTANT) == frozenset()
    (now,) = holds(dossier_of([placed, reviewed], ()))
    assert (now.since, now.changed_at) == (placed.time, reviewed.time)
    for days, overdue in ((-1, False), (0, False), (1, True)):
        assert now.is_overdue(date(2026, 6, 1) + timedelta(days=days)) is overdue


@pytest.mark.parametrize(
    ("review", "instant"),
    [
        ("2026-06-01", "2026-06-02T00:00:00+02:00"),
        ("2026-12-31", "2027-01-01T00:00:00+01:00"),
        ("2028-02-28", "2028-02-29T00:00:00+01:00"),
        ("2027-03-28", "2027-03-29T00:00:00+02:00"),  # summer time began that night
        ("2027-10-31", "2027-11-01T00:00:00+01:00"),  # and ended
        ("9999-12-30", "9999-12-31T00:00:00+01:00"),
        ("9999-12-31", None),  # no day comes after it
    ],
)
def test_a_review_is_overdue_from_the_end_of_its_day_in_amsterdam(
    review: str, instant: str | None
) -> None:
    (now,) = holds(dossier_of([hold("placed", 10, review_on=review)], ()))
    assert now.overdue_at == (datetime.fromisoformat(instant) if instant else None)
    assert not now.is_overdue(date.fromisoformat(review))
    if now.overdue_at:
        assert now.is_overdue(day_of(now.overdue_at))
        assert not now.is_overdue(day_of(now.overdue_at - INSTANT))


@AROUND
def test_a_debt_goes_to_a_collector_when_the_last_day_of_the_notice_has_passed(days: int) -> None:
    day = date(2026, 6, 1)
    notice = event("collection-notice-sent", 0, invoice_ref="F-1", deadline=day.isoformat())
    handed = msgspec.structs.replace(
        event(
            "personal-data-disclosed",
            0,
            recipient="incasso",
            recipient_kind="collection-agency",
            purpose="collection",
            country="NL",
            fields=["name"],
            case_ref="F-1",
        ),
        time=start_of(day + timedelta(days=days)),
    )
    found = "house.disclosure.collection.notice" in rules([notice, handed])
    assert found is (days <= 0), "who still has the whole day may not be handed over"


RECEIVED = datetime.fromisoformat("2026-03-01T12:00:00+00:00")


@pytest.mark.parametrize(
    ("answers", "stopped"),
    [
        ([], None),
        ([RECEIVED - INSTANT], None),
        ([RECEIVED], RECEIVED),
        ([RECEIVED + INSTANT], RECEIVED + INSTANT),
        ([RECEIVED + ONE_DAY, RECEIVED - ONE_DAY, RECEIVED + INSTANT], RECEIVED + INSTANT),
    ],
)
def test_an_answer_at_the_instant_of_a_complaint_stops_its_clock(
    answers: list[datetime], stopped: datetime | None
) -> None:
    clock = answer_clock(RECEIVED, answers)
    assert clock == answer_clock(RECEIVED, answers[::-1])
    assert clock.done_at == stopped


def test_the_first_end_of_a_request_counts_for_how_long_its_file_is_kept() -> None:
    """The court can be asked from then on, whatever is said once more."""
    asked = event(
        "rights-request-received", 0, request_ref="R-1", right="access", received_on="2026-03-01"
    )
    ends = [
        event("rights-request-answered", days * DAY, request_ref="R-1", id=f"a-{days}")
        for days in (5, 50)
    ]
    (once,) = keepings_of(dossier_of([asked, ends[0]], ()))
    (twice,) = keepings_of(dossier_of([asked, *ends], ()))
    (late,) = keepings_of(dossier_of([asked, ends[1]], ()))
    assert once == twice
    assert once.until
    assert late.until
    assert late.until > once.until


def test_a_person_is_told_of_a_retention_that_no_secret_hold_shows_in() -> None:
    """Neither by its ground nor by a day: what is overdue without the hold is told as overdue."""
    told = [
        event("personal-data-collected", 0, sealed=values("k-1", "contact", email="…")),
        event("contract-concluded", 0, contract_ref="C-1"),
        event("contract-ended", DAY, contract_ref="C-1"),
    ]
    secret = hold("placed", 2, ground="undisclosed")
    open_ = lasting_for(person_of(ANNA, told, ()), "contact")
    held = lasting_for(person_of(ANNA, [*told, secret], ()), "contact")
    over = open_.over_from
    assert over is not None
    assert held.over_from is None
    assert held.told() == open_ == open_.told()
    for day in (over - ONE_DAY, over, over + ONE_DAY):
        assert held.told().overdue_since(day) == open_.overdue_since(day)
        assert held.told().grounds(day) == open_.grounds(day)
    disclosed = lasting_for(person_of(ANNA, [*told, hold("placed", 2)], ()), "contact")
    assert disclosed.told() == disclosed


def test_a_contact_person_is_kept_while_the_customer_has_a_contract_by_the_word_of_others() -> None:
    """Half of a takeover destroys no data: neither the customer's nor that of who works there."""
    firm = [
        event("contract-concluded", 0, stream=BERT, contract_ref="C-1"),
        event("contract-ended", DAY, stream=BERT, contract_ref="C-1"),
    ]
    contact = [
        event("contact-person-added", 0, customer=str(BERT)),
        event("personal-data-collected", 0, sealed=values("k-1", "contact", email="…")),
    ]
    over = event(
        "contract-taken-over",
        2 * DAY,
        contract_ref="C-9",
        from_customer=str(UUID(int=9)),
        to_customer=str(BERT),
    )
    dossiers = {str(BERT): dossier_of(firm, ())}

    def takeovers(stream: UUID) -> list[Fact]:
        return [fact_of("takeover", over)] if stream == BERT else []

    ended = person_of(ANNA, contact, (), dossiers.get)
    doubtful = person_of(ANNA, contact, (), dossiers.get, takeovers)
    assert closed_at(ended.look) == firm[1].time
    assert closed_at(doubtful.look) is None
    assert lasting_for(ended, "contact").over_from is not None
    assert lasting_for(doubtful, "contact").over_from is None
    removed = event("contact-person-removed", 3 * DAY, customer=str(BERT))
    gone = person_of(ANNA, [*contact, removed], (), dossiers.get, takeovers)
    assert closed_at(gone.look) == removed.time
    assert day_of(NOON) < day_of(removed.time)
