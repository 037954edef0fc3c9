"""Semantics 1, 4 and 8 of the contract, for consents."""

from itertools import permutations
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.dossier.choices import Choice
from projections.folds.timetravel import fold
from projections.folds.view import encode
from projections.views.consent_status import (
    VIEW,
    Consent,
    ConsentAnswer,
    consent_answer,
    consents_among,
)
from projections.views.customer_state import Status
from tests.unit.projections.making import at, event, folded

UNTIL = "2026-03-01T14:05:00+01:00"  # 65 minutes after noon in UTC


def act(name: str, minutes: float, purpose: str = "newsletter", **more: Any) -> RecordedEvent:
    return event(f"consent-{name}", minutes, purpose=purpose, **more)


def consent_of(*events: RecordedEvent) -> Consent:
    """The row of the newsletter, the same whatever the order of the events."""
    rows = {encode(fold(VIEW, order)["newsletter"]) for order in permutations(events)}
    assert len(rows) == 1
    row = VIEW.decode(rows.pop())
    assert isinstance(row, Consent)
    return row


def answer(
    row: Consent, minutes: float = 60, account: Status = "active", customer: Status | None = None
) -> ConsentAnswer:
    return consent_answer(row, account, customer, at(minutes))


def test_each_purpose_has_its_own_row() -> None:
    rows = fold(VIEW, [act("given", 1), act("withdrawn", 2, "telemarketing")])
    assert list(rows) == ["newsletter", "telemarketing"]
    assert [(row.purpose, row.act) for row in consents_among(rows.values())] == [
        ("newsletter", "given"),
        ("telemarketing", "withdrawn"),
    ]


def test_the_latest_act_decides_with_its_own_facts() -> None:
    given = act("given", 3, text_version="2", channel="app", method="tick", valid_until=UNTIL)
    shown = answer(consent_of(act("withdrawn", 1, channel="phone"), given))
    assert shown == ConsentAnswer(
        "newsletter",
        "given",
        at(3),
        "2",
        "app",
        at(65),
        True,
        "it was given and still holds",
        method="tick",
    )


@pytest.mark.parametrize("taking", ["withdrawn", "refused", "invalidated"])
def test_at_equal_time_what_takes_consent_away_wins(taking: str) -> None:
    row = consent_of(act(taking, 1, sequence=1), act("given", 1, sequence=8), act("renewed", 1))
    shown = answer(row)
    assert (shown.status, shown.effective) == (taking, False)
    assert shown.why


def test_a_renewed_consent_is_given() -> None:
    shown = answer(consent_of(act("given", 1), act("renewed", 2)))
    assert (shown.status, shown.since, shown.effective) == ("given", at(2), True)


def test_valid_until_is_exclusive_and_the_clock_is_an_argument() -> None:
    row = consent_of(act("given", 1, valid_until=UNTIL))
    assert answer(row, 64.9).status == "given"
    expired = answer(row, 65)
    assert (expired.status, expired.since, expired.effective) == ("expired", at(1), False)
    assert "2026-03-01" in expired.why


@pytest.mark.parametrize("account", ["inactive", "erased"])
def test_a_consent_needs_an_account_that_is_active(account: Status) -> None:
    row = consent_of(act("given", 1))
    assert answer(row).effective
    hindered = answer(row, account=account)
    assert (hindered.status, hindered.effective) == ("given", False)
    assert account in hindered.why


def test_a_contacts_consent_also_needs_the_customers_account() -> None:
    row = consent_of(act("given", 1))
    assert answer(row, customer="active").effective
    gone: tuple[Status, ...] = ("inactive", "erased")
    for status in gone:
        shown = answer(row, customer=status)
        assert not shown.effective
        assert "customer" in shown.why


def objection(channel: str, minutes: float) -> RecordedEvent:
    return event("marketing-objection-recorded", minutes, channel=channel)


def objected_answer(purpose: str, *objections: RecordedEvent) -> ConsentAnswer:
    rows = fold(VIEW, [act("given", 5, purpose), *objections]).values()
    (row,) = consents_among(rows)
    choices = [row for row in rows if isinstance(row, Choice)]
    return consent_answer(row, "active", None, at(60), choices)


@pytest.mark.parametrize(
    ("purpose", "channels", "effective"),
    [
        ("newsletter", ["email"], False),
        ("newsletter", ["phone"], True),
        ("newsletter", ["all"], False),
        ("telemarketing", ["phone"], False),
        ("product-information", ["email", "phone"], True),
        ("product-information", ["email", "phone", "sms", "app", "post"], False),
        ("analytics-cookies", ["all"], True),
    ],
)
def test_an_objection_to_every_channel_of_a_consent_ends_its_effect(
    purpose: str, channels: list[str], effective: bool
) -> None:
    shown = objected_answer(purpose, *(objection(channel, 6) for channel in channels))
    assert (shown.status, shown.effective) == ("given", effective)
    assert effective or all(channel in shown.why for channel in channels)


@pytest.mark.parametrize(("minutes", "effective"), [(4, True), (5, False), (6, False)])
def test_a_consent_after_an_objection_holds_and_at_equal_time_the_objection_wins(
    minutes: float, effective: bool
) -> None:
    assert objected_answer("newsletter", objection("email", minutes)).effective is effective


@pytest.mark.parametrize(
    ("name", "facts", "told"),
    [
        ("consent-given", {"valid_until": "2027-03-01T00:00:00Z"}, ("p", "given", "2027-03-01")),
        ("consent-renewed", {"valid_until": "2027-03-01T00:00:00Z"}, ("p", "given", "2027-03-01")),
        ("consent-given", {}, ("p", "given", "")),
        ("consent-refused", {}, ("p", "refused", "")),
    ],
)
def test_a_consent_is_counted_by_its_act_and_a_given_one_by_its_last_day(
    name: str, facts: dict[str, str], told: tuple[str, ...]
) -> None:
    members: dict[str, Any] = {"purpose": "p", **facts}
    (row,) = folded(VIEW, [event(name, 1, **members)]).values()
    assert VIEW.labels is not None
    assert VIEW.labels(row) == told
