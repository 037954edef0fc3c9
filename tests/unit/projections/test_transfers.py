"""A customer's agreement to transfers: the latest act about a country decides."""

from itertools import permutations
from typing import Any

from ledger.event import RecordedEvent
from projections.transfers import agreed_at
from tests.unit.projections.making import at, event


def agreed(minutes: float, *countries: str) -> RecordedEvent:
    return event("transfer-agreement-recorded", minutes, countries=list(countries))


def ended(minutes: float, *countries: str) -> RecordedEvent:
    facts: dict[str, Any] = {"countries": list(countries)} if countries else {}
    return event("transfer-agreement-ended", minutes, **facts)


def test_an_agreement_holds_for_its_countries_from_its_time_on() -> None:
    events = [agreed(1, "US", "IN"), event("consent-given", 1, purpose="newsletter")]
    assert agreed_at(events, "US", at(1))
    assert not agreed_at(events, "US", at(0))
    assert not agreed_at(events, "CN", at(5))


def test_an_end_is_for_its_countries_or_for_all() -> None:
    assert not agreed_at([agreed(1, "US"), ended(2, "US")], "US", at(3))
    assert agreed_at([agreed(1, "US"), ended(2, "IN")], "US", at(3))
    assert not agreed_at([agreed(1, "US"), ended(2)], "US", at(3))
    assert agreed_at([agreed(1, "US"), ended(2)], "US", at(1))


def test_the_order_of_arrival_does_not_matter_and_at_equal_time_the_end_wins() -> None:
    events = [agreed(1, "US"), ended(2), agreed(2, "US")]
    assert {agreed_at(order, "US", at(3)) for order in permutations(events)} == {False}
