"""What an event asks of the view of findings does not grow with what was recorded before it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest

from ledger.event import RecordedEvent
from projections.findings.view import VIEW
from projections.folds.view import Key
from tests.property.view_store import MemoryStore
from tests.unit.projections.making import CRM, SPACE, event

EVA = uuid5(SPACE, "eva")
MINUTES = 10_000
"""When the single event occurs: after everything else."""


class Counting(MemoryStore):
    """Counts the rows that the join is given."""

    def __init__(self) -> None:
        super().__init__(VIEW)
        self.given = 0

    def facts_of(self, wanted: Mapping[tuple[UUID, str], datetime], upto: int) -> dict[Key, bytes]:
        found = super().facts_of(wanted, upto)
        self.given += len(found)
        return found

    def dependents(self, names: Mapping[str, datetime], upto: int) -> Iterator[dict[Key, bytes]]:
        for block in super().dependents(names, upto):
            self.given += len(block)
            yield block

    def traces(self) -> Iterator[tuple[UUID, bytes]]:
        for row in super().traces():
            self.given += 1
            yield row


def beginning() -> list[RecordedEvent]:
    recipient: dict[str, Any] = {
        "subject": "recipient/acme",
        "valid_from": "2020-01-01",
        "kind": "processor",
    }
    return [
        event("system-registered", -9, subject="system/crm", sources=[CRM]),
        event("recipient-registered", -9, **recipient),
        event("role-defined", -9, subject="role/desk", categories=["contact"]),
        event("vog-presented", -9, stream=EVA, issued_on="2020-01-01"),
        event("role-granted", -8, stream=EVA, role="desk"),
    ]


def life(number: int) -> list[RecordedEvent]:
    """Somebody whose data goes to the recipient and is looked up by the employee."""
    given: dict[str, Any] = {
        "recipient": "acme",
        "recipient_kind": "processor",
        "purpose": "service",
        "country": "NL",
        "fields": ["name"],
    }
    who: dict[str, Any] = {"stream": uuid5(SPACE, f"customer {number}")}
    return [
        event("customer-registered", number, customer_kind="consumer", **who),
        event("personal-data-disclosed", number, **who, **given),
        event("personal-data-accessed", number, **who, employee=str(EVA), role="desk"),
    ]


LATER: dict[str, dict[str, Any]] = {
    "role-granted": {"stream": EVA, "role": "desk"},
    "role-revoked": {"stream": EVA, "role": "desk"},
    "vog-presented": {"stream": EVA, "issued_on": "2026-01-01"},
    "employment-ended": {"stream": EVA},
    "role-defined": {"subject": "role/desk", "categories": []},
    "recipient-changed": {
        "subject": "recipient/acme",
        "valid_from": "2026-03-08",
        "kind": "carrier",
    },
    "recipient-ended": {"subject": "recipient/acme", "valid_to": "2026-03-09"},
    "system-registered": {"subject": "system/crm", "sources": [CRM, "urn:test:other"]},
    "customer-registered": {"customer_kind": "consumer"},
}


def asked(last: RecordedEvent, people: int) -> int:
    """Rows that one event asks for, after the lives of so many people."""
    told = [*beginning(), *(one for number in range(people) for one in life(number))]
    ledger = [
        msgspec.structs.replace(one, position=place) for place, one in enumerate([*told, last], 1)
    ]
    store = Counting()
    store.advance(ledger, len(told), ())
    store.given = 0
    store.advance(ledger, 1, ())
    assert store.position == len(ledger)
    return store.given


@pytest.mark.parametrize("name", LATER)
def test_an_event_asks_for_as_much_after_many_others_as_after_few(name: str) -> None:
    last = event(name, MINUTES, **LATER[name])
    assert asked(last, 2) == asked(last, 40) <= 1


def test_what_was_never_so_asks_for_all_that_it_concerns() -> None:
    """The count counts: a revocation that is older than everything reaches everything."""
    assert asked(event("role-revoked", -7, stream=EVA, role="desk"), 20) == 20


def test_what_a_batch_records_is_not_read_back() -> None:
    told = [*beginning(), *(one for number in range(5) for one in life(number))]
    store = Counting()
    for place, one in enumerate(told, 1):
        told[place - 1] = msgspec.structs.replace(one, position=place)
    store.advance(told, len(told), ())
    assert len(store.states) > len(told)
    assert store.given == 0
