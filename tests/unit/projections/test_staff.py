"""What a role covers at a time is what its last definition by then says."""

from datetime import UTC, datetime

import pytest

from projections.folds.view import Order
from projections.views.staff import Definition, definition_at


def defined(month: int, *categories: str, counts: bool = True) -> Definition:
    time = datetime(2026, month, 1, tzinfo=UTC)
    return Definition(Order(time, 0, -1, "urn:voipzeker:hr", f"e{month}"), categories, counts)


ROLE = [
    defined(2, "contact"),
    defined(4, "contact", "billing"),
    defined(6),
    defined(8, "billing"),
    defined(10, "traffic", counts=False),
]


@pytest.mark.parametrize(
    ("month", "told", "here"),
    [
        (1, None, None),
        (2, ("contact",), ("contact",)),
        (5, ("contact", "billing"), ("contact", "billing")),
        (6, (), ()),
        (9, ("billing",), ("billing",)),
        (10, ("traffic",), ("billing",)),
    ],
)
def test_the_last_definition_by_then_says_what_a_role_covers(
    month: int, told: tuple[str, ...] | None, here: tuple[str, ...] | None
) -> None:
    """In this ledger only those of whom the house lets define roles."""
    time = datetime(2026, month, 1, tzinfo=UTC)
    everywhere, ours = definition_at(ROLE, time), definition_at(ROLE, time, here=True)
    assert (everywhere and everywhere.categories) == told
    assert (ours and ours.categories) == here
