"""When somebody had an active service, from what contracts and services tell."""

import random
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from ledger.event import RecordedEvent
from projections.dossier.service import ServiceSpan, served_on, service_spans
from tests.unit.projections.making import ANNA, BERT, at, event

DAY = 24 * 60


def contract(name: str, day: float, ref: str = "c1", **more: Any) -> RecordedEvent:
    return event(f"contract-{name}", day * DAY, contract_ref=ref, **more)


def service(name: str, day: float, kind: str = "voice", ref: str = "c1") -> RecordedEvent:
    return event(f"service-{name}", day * DAY, contract_ref=ref, service=kind)


def days(*bounds: tuple[float, float | None]) -> list[ServiceSpan]:
    return [ServiceSpan(at(a * DAY), None if b is None else at(b * DAY)) for a, b in bounds]


def over(day: float, to: UUID, ref: str = "c1", **more: Any) -> RecordedEvent:
    """From one to the other."""
    parties: dict[str, Any] = {"from_customer": str(ANNA if to == BERT else BERT)}
    return event(
        "contract-taken-over", day * DAY, contract_ref=ref, to_customer=str(to), **parties, **more
    )


@pytest.mark.parametrize(
    ("events", "spans"),
    [
        ([], []),
        ([contract("concluded", 1)], [(1, None)]),
        ([contract("concluded", 1), contract("ended", 4)], [(1, 4)]),
        ([contract("concluded", 1), service("activated", 2), service("deactivated", 3)],
         [(1, 3)]),
        ([service("activated", 1), service("activated", 2, "internet"),
          service("deactivated", 3), service("deactivated", 5, "internet")], [(1, 5)]),
        ([service("activated", 1), contract("ended", 2)], [(1, 2)]),
        ([contract("concluded", 1), contract("ended", 2), contract("concluded", 3, "c2")],
         [(1, 2), (3, None)]),
        ([contract("concluded", 1), service("blocked", 2)], [(1, None)]),
        ([over(2, ANNA)], [(2, None)]),
        ([over(2, ANNA), service("deactivated", 3), contract("ended", 4)], [(2, 4)]),
        ([contract("concluded", 1), over(3, BERT)], [(1, 3)]),
        # At equal time a takeover beats a beginning, and an end both, as for the parties.
        ([contract("changed", 1, id="z"), over(1, BERT, id="a")], []),
        ([over(3, ANNA, id="z"), contract("ended", 3, id="a")], []),
        ([contract("concluded", 1), over(3, UUID(int=7))], [(1, None)]),  # between others
        ([event("customer-registered", DAY, customer_kind="consumer")], []),
    ],
)  # fmt: skip
def test_spans_of_services(
    events: list[RecordedEvent], spans: list[tuple[float, float | None]]
) -> None:
    shuffled = random.Random(len(events)).sample(events, len(events))
    assert service_spans(shuffled) == days(*spans)


def test_two_persons_of_one_reference_stand_beside_each_other() -> None:
    other = event("contract-concluded", 5 * DAY, stream=BERT, contract_ref="c1")
    told = [other, contract("concluded", 1), contract("ended", 4)]
    assert service_spans(told) == days((1, 4), (5, None))


def test_a_day_counts_as_a_whole_and_is_that_of_amsterdam() -> None:
    spans = [ServiceSpan(at(0), at(DAY))]  # noon of 1 March to noon of 2 March, UTC
    told = {day: served_on(spans, date(2026, 3, day)) for day in (1, 2, 3)}
    assert told == {1: True, 2: True, 3: False}
    late = [
        ServiceSpan(at(11.5 * 60), None)
    ]  # half past eleven in London, after midnight in Amsterdam
    assert not served_on(late, date(2026, 3, 1))
    assert served_on(late, date(2026, 3, 2))
