"""A batch is worked on in blocks; what becomes of a message does not depend on who is in its block."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from ledger.event import RecordedEvent
from ledger.keys.opening import Missing
from ledger.writing.message import BLOCK
from tests.fixtures.ledger import House, accessed, collected, message, registered

Line = dict[str, Any] | bytes


def mixed() -> list[Line]:
    """More than two blocks of everything: known and new persons, other fields, references, faults."""
    lines: list[Line] = []
    for number in range(BLOCK):
        person = f"customer/{number % 9}"
        lines += [
            registered(person)
            if number < 9
            else collected(person, personal={"name": f"N{number}"}),
            collected(person, categories=["address"], personal={"city": "Zwolle", "street": "S"}),
            accessed(person, employee=f"employee/{number % 4}"),
        ]
        if number % 5 == 0:
            lines += [b"no json", collected("customer/erased"), collected("nobody/1"), lines[-1]]
        if number % 7 == 0:
            lines.append(message("recipient-registered", f"recipient/r{number}", **_RECIPIENT))
    return lines


_RECIPIENT = {
    "kind": "processor",
    "role": "processor",
    "name": "Hosting",
    "country": "NL",
    "valid_from": "2026-01-01",
}


def test_one_batch_becomes_what_single_messages_become(
    make_house: Callable[..., House], any_database_url: str
) -> None:
    lines = mixed()
    assert len(lines) > 3 * BLOCK
    together, apart = (
        erased_before(make_house(any_database_url, name)) for name in ("one", "many")
    )
    outcome = together.record(*lines)
    ledger = apart.open()
    single = [apart.record(line, ledger=ledger) for line in lines]
    assert outcome.recorded == sum(one.recorded for one in single) > 2 * BLOCK
    assert outcome.duplicates == sum(one.duplicates for one in single) > 0
    refused = {index: why.code for index, why in outcome.rejections}
    assert refused == {
        index: why.code for index, one in enumerate(single) for _, why in one.rejections
    }
    assert len(set(refused.values())) == 3
    assert contents(together) == contents(apart)


def erased_before(house: House) -> House:
    """A house in which one person was erased, later than their events say."""
    house.record(collected("customer/erased", id="before"))
    house.eraser().erase("customer/erased", ["identity", "contact"], ground="request")
    return house


def contents(house: House) -> list[tuple[Any, ...]]:
    """What a reader sees of each event that was recorded after the erasure, without what is random."""
    opener, events = house.opener(), house.events()
    employees = {UUID(e.facts["employee"]) for e in events if "employee" in e.facts}
    named = {str(subject): text for subject, text in opener.references(employees).items()}
    streams: dict[Any, int] = {}
    return [
        (
            streams.setdefault(event.stream, len(streams)),
            event.version,
            event.type,
            event.source,
            event.id,
            event.time,
            event.categories,
            {name: named.get(str(value), value) for name, value in event.facts.items()},
            opened(opener.personal(event)),
        )
        for event in events
        if not of_erasure(event)
    ]


def of_erasure(event: RecordedEvent) -> bool:
    return event.source.startswith("urn:processing-ledger:")


def opened(personal: dict[str, Any | Missing]) -> dict[str, Any]:
    return {field: getattr(value, "value", value) for field, value in personal.items()}
