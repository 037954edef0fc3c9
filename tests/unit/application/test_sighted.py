"""What of a person's events a reader may know of."""

from collections.abc import Sequence
from typing import Any

import pytest

from application.sight import EVERYTHING, Sight
from application.sighted import is_partial, seen_of, sighted
from ledger.event import RecordedEvent
from schemas import CATEGORIES
from tests.unit.projections.making import event, values

CONTACT = Sight(frozenset({"contact"}))
MASKED = Sight(frozenset({"contact"}), frozenset(CATEGORIES) - {"contact"})


def seen(events: Sequence[RecordedEvent], sight: Sight = CONTACT) -> list[RecordedEvent]:
    return [shown for _, shown in sighted(events, lambda one: one, sight)]


@pytest.mark.parametrize(
    ("sight", "partial"), [(EVERYTHING, False), (MASKED, False), (CONTACT, True)]
)
def test_a_reader_who_knows_of_every_category_sees_every_event_as_it_is(
    sight: Sight, partial: bool
) -> None:
    events = [
        event("personal-data-collected", categories=["payment"], sealed=values("k", "payment"))
    ]
    assert is_partial(sight) is partial
    assert (seen(events, sight) == events) is not partial


@pytest.mark.parametrize(
    "hidden",
    [
        {"categories": ["payment"]},
        {"categories": ["contact"], "fields": ["iban"]},
        {"allowed_fields": ["iban", "account_holder"]},
        {"decisions": {"payment": {"decision": "erase"}}},
    ],
)
def test_an_event_about_hidden_categories_alone_is_not_there(hidden: dict[str, Any]) -> None:
    assert seen([event("erasure-decided", **hidden)]) == []


def test_an_event_about_several_tells_of_the_known_ones() -> None:
    told = event(
        "erasure-decided",
        categories=["contact", "payment"],
        sealed=values("a", "contact", email="x") | values("b", "payment", iban="y"),
        fields=["email", "iban", "a_later_field"],
        decisions={"contact": {"decision": "erase"}, "payment": {"decision": "retain"}},
        keys_destroyed=["a", "b"],
        remarks=True,
        cause="request",
    )
    shown = seen_of(told, CONTACT)
    assert shown is not None
    assert shown.categories == ("contact",)
    assert set(shown.sealed) == {"contact"}
    assert shown.facts == {
        "fields": ["email", "a_later_field"],
        "decisions": {"contact": {"decision": "erase"}},
        "cause": "request",
    }


def test_an_event_without_a_category_is_there() -> None:
    plain = event("contract-concluded", contract_ref="C-1", fields=[])
    assert seen([plain]) == [plain]


def test_what_takes_back_a_hidden_event_is_hidden_with_it() -> None:
    hidden = event("personal-data-collected", id="one", categories=["payment"])
    known = event("personal-data-collected", id="two", categories=["contact"])
    of_hidden = event("event-annulled", annuls="one", reason="mistake")
    of_known = event("event-annulled", annuls="two", reason="mistake")
    elsewhere = event("event-annulled", annuls="one", annuls_source="urn:other", reason="mistake")
    assert seen([hidden, known, of_hidden, of_known, elsewhere]) == [known, of_known, elsewhere]
