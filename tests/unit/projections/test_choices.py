"""Choices beside consent, and what the marketing rules make of them."""

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from ledger.event import RecordedEvent
from projections.dossier.choices import Choice
from projections.dossier.dossier import Dossier, dossier_from
from projections.dossier.look import FactContext
from projections.folds.timetravel import fold
from projections.use.addressee import addressee, consented, is_customer
from projections.views.consent_status import VIEW, Row
from rulebook import Addressee
from rulebook.purposes import CHANNELS
from tests.fixtures.cases import each
from tests.unit.projections.making import ANNA, at, event
from tests.unit.projections.test_findings import rules


def rows_of(*events: RecordedEvent) -> list[Row]:
    """The rows, the same whatever the order of the events."""
    folded = [fold(VIEW, order) for order in permutations(events)]
    assert all(one == folded[0] for one in folded)
    return list(folded[0].values())


def choice_of(*events: RecordedEvent) -> dict[str, Any]:
    (row,) = rows_of(*events)
    assert isinstance(row, Choice)
    return {"name": row.name, "since": row.order.time, **row.facts}


def cookies(minutes: float, **facts: Any) -> RecordedEvent:
    shared: dict[str, Any] = {"functional": True, "analytical": True, "gpc": False}
    return event("cookie-preference-recorded", minutes, **(shared | facts))


def person(*events: RecordedEvent, minutes: float = 60, **known: Any) -> Addressee:
    shared: dict[str, Any] = {"kind": "consumer", "active": True}
    look = FactContext(ANNA, dossier_from(events), lambda _name: None)
    return addressee(look, at(minutes), consents=consented(look, at(minutes)), **(shared | known))


def objection(channel: str, minutes: float) -> RecordedEvent:
    return event("marketing-objection-recorded", minutes, channel=channel)


def consent(purpose: str, minutes: float, **facts: Any) -> RecordedEvent:
    return event("consent-given", minutes, purpose=purpose, **facts)


def test_the_latest_choice_decides_with_its_facts() -> None:
    shown = choice_of(cookies(1, analytical=False), cookies(3, gpc=True), cookies(2))
    assert shown == {
        "name": "cookie-preference-recorded",
        "since": at(3),
        "functional": True,
        "analytical": True,
        "gpc": True,
    }


@pytest.mark.parametrize("withheld", [{"analytical": False}, {"gpc": True}])
def test_at_equal_time_cookies_that_are_withheld_win(withheld: dict[str, bool]) -> None:
    shown = choice_of(cookies(1, **withheld), cookies(1))
    assert withheld.items() <= shown.items()


def test_each_permission_is_a_choice_of_its_own_and_taking_it_back_wins() -> None:
    def permission(act: str, name: str) -> RecordedEvent:
        return event(f"app-permission-{act}", 1, permission=name, app_version="4.2")

    rows = rows_of(
        permission("granted", "camera"),
        permission("revoked", "contacts"),
        permission("granted", "contacts"),
    )
    shown = [(row.name, row.facts["permission"]) for row in rows if isinstance(row, Choice)]
    assert sorted(shown) == [
        ("app-permission-granted", "camera"),
        ("app-permission-revoked", "contacts"),
    ]


@pytest.mark.parametrize(
    ("name", "fact"), [("caller-id-blocking-changed", "blocked"), ("directory-listing-changed", "")]
)
def test_at_equal_time_the_choice_that_protects_more_wins(name: str, fact: str) -> None:
    protecting = {fact: True} if fact else {"listed": False, "purposes": []}
    other = {fact: False} if fact else {"listed": True, "purposes": ["paper"]}
    shown = choice_of(event(name, 1, **protecting), event(name, 1, **other))
    assert protecting.items() <= shown.items()


def test_whoever_has_no_kind_is_protected_as_a_consumer() -> None:
    assert person(kind=None).kind == "consumer"
    assert person(kind="something-else").kind == "consumer"
    assert person(kind="legal-entity").kind == "legal-entity"


def test_only_consents_that_stand_at_the_time_count() -> None:
    acts = [
        consent("newsletter", 1),
        consent("telemarketing", 1, valid_until="2026-03-01T14:05:00+01:00"),
        event("consent-withdrawn", 2, purpose="product-information"),
    ]
    assert person(*acts).consents == {"newsletter", "telemarketing"}
    assert person(*acts, minutes=65).consents == {"newsletter"}


def test_an_objection_counts_by_channel_and_an_unknown_one_for_all() -> None:
    assert person(objection("phone", 1)).objections == {"phone"}
    assert person(objection("carrier-pigeon", 1)).objections == {
        "app",
        "email",
        "phone",
        "post",
        "sms",
    }


def test_a_later_consent_takes_an_objection_back_for_its_own_channels() -> None:
    assert person(objection("all", 1), consent("newsletter", 2)).objections == {
        "app",
        "phone",
        "post",
        "sms",
    }
    assert person(objection("email", 2), consent("newsletter", 1)).objections == {"email"}


FORMER, LATER = str(UUID(int=7)), str(UUID(int=8))
SALES = [
    event("contract-changed", 2, contract_ref="K-1"),
    event("contract-concluded", 2, contract_ref="K-1"),
    event("contract-taken-over", 2, contract_ref="K-1", from_customer=FORMER, to_customer=LATER),
    event("equipment-shipped", 2, recipient="parcels"),
    event("invoice-sent", 2),
    event("order-placed", 2, large_order=False),
    event("service-activated", 2),
    event("service-extended", 2),
]


@pytest.mark.parametrize("sale", SALES, ids=lambda sale: sale.name)
def test_a_customer_is_who_bought_something_and_to_be_registered_is_no_sale(
    sale: RecordedEvent,
) -> None:
    known = event("customer-registered", 1, customer_kind="consumer")
    assert not person(known).customer
    assert person(known, sale).customer
    assert not person(known, sale, minutes=1).customer
    for minutes, expected in ((1.5, {"law.contact.channel"}), (3, set())):
        mail = event("marketing-message-sent", minutes, channel="email", purpose="newsletter")
        found = set(rules([known, sale, mail])) & {"law.contact.channel"}
        assert found == expected  # findings judge who is a customer by the same function


@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        ([], False),
        ([event("contract-concluded", 2, contract_ref="K-1")], True),
        ([event("order-placed", 2, large_order=False)], True),
        ([event("order-placed", 2, large_order=False), event("account-deactivated", 3)], False),
        ([event("contract-concluded", 61, contract_ref="K-1")], False),
    ],
)
def test_a_contact_person_is_a_customer_for_what_the_customer_buys(
    bought: list[RecordedEvent], expected: bool
) -> None:
    firm = dossier_from([event("customer-registered", 1, customer_kind="legal-entity"), *bought])
    joined = event("contact-person-added", 1, customer=str(UUID(int=1)))
    look = FactContext(ANNA, dossier_from([joined]), {str(UUID(int=1)): firm}.get)
    assert is_customer(look, at(60)) is expected


def test_the_first_and_the_last_sale_of_a_year_count_in_any_order() -> None:
    sales = [event("invoice-sent", minutes) for minutes in (4, 2, 3)]
    found = {
        Dossier().with_event(a).with_event(b).with_event(c).all("bought")
        for a, b, c in permutations(sales)
    }
    (marks,) = found
    assert [mark.order.time for mark in marks] == [at(2), at(4)]


@each("channel", ["email", "sms", "app", "phone", "post", "pigeon"])
@each("said", ["email", "phone", "all", "fax"])
@each("purpose", ["newsletter", "telemarketing", "product-information"])
@each("minutes", [0, 2])
def test_a_finding_sees_an_objection_as_the_decision_does(
    channel: str, said: str, purpose: str, minutes: float
) -> None:
    acts = [objection(said, 1), consent(purpose, minutes)]
    message = event("marketing-message-sent", 3, channel=channel, purpose=purpose)
    found = "law.contact.objection" in rules([*acts, message])
    if channel in CHANNELS:
        assert found is (channel in person(*acts).objections)
    else:
        assert found is (said not in CHANNELS)  # what no consent is about cannot be agreed to
