"""When a person was what to the provider: the stretches that acts make, in any order of arrival."""

from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from ledger.event import RecordedEvent
from projections.dossier.dossier import dossier_from
from projections.dossier.relationships import (
    Relationship,
    as_customer,
    as_employee,
    relationships_of,
    stretch_of,
)
from projections.keeping.person import around
from tests.unit.projections.making import ANNA, BERT, at, event

DAY = 24 * 60


def act(name: str, day: int, ref: str = "", **facts: Any) -> RecordedEvent:
    given: dict[str, Any] = {"contract_ref": ref} if ref else {}
    return event(name, day * DAY, large_order=False, customer_kind="consumer", **given, **facts)


def on(day: int) -> datetime:
    return at(day * DAY)


def concluded(day: int, ref: str = "C-1", **facts: Any) -> RecordedEvent:
    return act("contract-concluded", day, ref, **facts)


def ended(day: int, ref: str = "C-1") -> RecordedEvent:
    return act("contract-ended", day, ref)


OFF, ON = "account-deactivated", "account-reactivated"
FIRST = Relationship()


def until(day: int, begun: int | None = None, **members: Any) -> Relationship:
    return Relationship(None if begun is None else on(begun), on(day), **members)


def since(day: int, *, sold: bool = True, carries: tuple[str, ...] = ()) -> Relationship:
    return Relationship(on(day), None, frozenset(carries), sold)


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([], [FIRST]),
        ([act("customer-registered", 0)], [FIRST]),
        ([act(OFF, 1)], [until(1)]),
        ([concluded(0), ended(9)], [until(9)]),
        ([concluded(0), act(OFF, 5)], [FIRST]),
        ([concluded(0), act(OFF, 5), ended(9)], [until(9)]),
        ([concluded(0), ended(9), act(OFF, 12)], [until(9)]),
        ([concluded(0), concluded(1, "C-2"), ended(9)], [FIRST]),
        ([act(OFF, 3), ended(9)], [until(9)]),
        # what begins another one
        ([act(OFF, 1), act("order-placed", 40)], [until(1), since(40)]),
        ([act(OFF, 1), concluded(40)], [until(1), since(40)]),
        ([act(OFF, 1), act("customer-registered", 40)], [until(1), since(40, sold=False)]),
        ([act(OFF, 1), act(ON, 40)], [FIRST]),
        ([act(OFF, 1), act(ON, 40), act(OFF, 50)], [until(50)]),
        (
            [act(OFF, 1), act(ON, 40, carries_over=["contact"])],
            [until(1), since(40, carries=("contact",))],
        ),
        ([act(OFF, 1), act(ON, 40, carries_over=[])], [until(1), since(40)]),
        (
            [act(OFF, 1), concluded(40, carries_over=["contact"])],
            [until(1), since(40, carries=("contact",))],
        ),
        (
            [concluded(0), ended(9), act("order-placed", 40), concluded(41, "C-2"), ended(90, "C-2")],
            [until(9), until(90, 40, sold=True)],
        ),
        # a contract that is changed had gone on
        ([act(OFF, 1), act("contract-changed", 40, "C-1")], [FIRST]),
        # what is confirmed while it runs goes on in it
        (
            [act(OFF, 1), concluded(40), act("data-confirmed", 41, categories=["contact"])],
            [until(1), since(40, carries=("contact",))],
        ),
        (
            [act(OFF, 1), act("data-confirmed", 20, categories=["contact"]), concluded(40)],
            [until(1), since(40)],
        ),
        # from one day to the next nobody has left
        ([concluded(0), ended(9), concluded(10, "C-2")], [FIRST]),
        ([concluded(0), ended(9), concluded(11, "C-2")], [until(9), since(11)]),
        ([concluded(0), ended(9), concluded(9, "C-2")], [FIRST]),
    ],
)  # fmt: skip
def test_what_begins_and_what_ends_a_relationship(
    acts: list[RecordedEvent], expected: list[Relationship]
) -> None:
    for order in permutations(acts):
        assert list(as_customer(dossier_from(order))) == expected


def test_a_contact_person_s_ends_with_the_removal_or_with_the_customer_s() -> None:
    customer = dossier_from([act(OFF, 5), concluded(60)])

    def contact(*acts: RecordedEvent) -> list[Relationship]:
        look = around(ANNA, dossier_from(acts), {str(BERT): customer}.get, lambda _stream: ())
        return list(relationships_of(look))

    def joined(name: str, day: int) -> RecordedEvent:
        return act(f"contact-person-{name}", day, customer=str(BERT))

    assert contact(joined("added", 0)) == [until(5), since(60)]
    assert contact(joined("added", 0), joined("removed", 3)) == [until(3)]
    assert contact(joined("added", 70)) == [until(5), since(60)]
    again = contact(joined("added", 0), joined("removed", 3), joined("added", 70))
    assert again == [until(3), Relationship(on(70), None, frozenset(), sold=True)]


def test_each_job_of_an_employee_is_one() -> None:
    started, left, back = (
        act("employment-started", 0),
        act("employment-ended", 9),
        act("employment-started", 99),
    )
    assert list(as_employee(dossier_from([left, started]))) == [until(9)]
    assert list(as_employee(dossier_from([back, left, started]))) == [
        until(9),
        Relationship(on(99)),
    ]
    assert as_employee(dossier_from([])) == ()


def test_a_value_belongs_to_the_relationship_of_its_month_unless_it_is_carried_over() -> None:
    both = (until(5), since(100, carries=("contact",)))
    for day, category, end in (
        (3, "identity", on(5)),
        (3, "contact", None),
        (100, "identity", None),
    ):
        assert stretch_of(both, category, on(day)).ended == end
    bounds = stretch_of(both, "identity", on(3))
    assert (bounds.after, bounds.before) == (None, on(100))
    assert stretch_of(both, "identity", on(100)).after == on(5)
