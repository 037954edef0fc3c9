"""Legal holds against erasure: a hold that is recorded is seen, whoever erases and whenever."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from ledger.crypto.sealing import month_of
from ledger.erasure.eraser import Eraser
from ledger.errors import OnHold
from tests.fixtures.ledger import House, collected, message, registered

WHO = "customer/10023"


def hold(deed: str = "placed", **members: Any) -> dict[str, Any]:
    facts = {
        "hold_ref": "H-1",
        "categories": ["contact"],
        "ground": "civil-claim",
        "review_on": "2027-01-01",
        "legal_basis": "6-1-f",
    }
    return message(f"legal-hold-{deed}", WHO, **(facts | members))


def test_a_hold_is_named_once_with_all_that_it_keeps() -> None:
    held = [("H-1", "contact"), ("H-2", "contact"), ("H-1", "payment")]
    assert "hold H-1 (contact, payment); H-2 (contact); release the holds" in str(OnHold(held))
    assert "hold H-1 (contact); release the hold first" in str(OnHold(held[:1]))


@pytest.mark.parametrize("categories", [[], ["contact"], ["identity", "contact"]])
def test_nothing_is_destroyed_when_a_hold_keeps_a_part(house: House, categories: list[str]) -> None:
    house.record(registered(), collected(), hold())
    with pytest.raises(OnHold, match=r"H-1 \(contact\)") as refused:
        house.eraser().erase(WHO, categories, "request")
    assert refused.value.held == (("H-1", "contact"),)
    opened = house.opener().personal(house.events()[1])
    assert opened == {"name": "J. de Vries", "email": "j.devries@example.nl"}
    assert len(house.events()) == 3
    assert house.journal.entries() == []


def test_other_categories_go_and_a_released_hold_keeps_nothing(house: House) -> None:
    house.record(registered(), collected(), hold())
    house.eraser().erase(WHO, ["identity"], "request")
    house.record(hold("released", time="2026-11-24T11:00:00Z"))
    (erasure,) = house.eraser().erase(WHO, ["contact"], "request")
    assert erasure.categories == ("contact",)


def test_months_of_a_held_category_do_not_expire(house: House) -> None:
    call = collected(
        categories=["traffic"],
        personal={"called_number": "+31201234567"},
        origin="network",
        time="2026-01-10T10:00:00Z",
    )
    house.record(call, hold(categories=["traffic"]))
    with pytest.raises(OnHold):
        house.eraser().expire(WHO, "traffic", month_of(house.clock()), "retention")


def test_a_hold_keeps_nobody_else(house: House) -> None:
    house.record(registered(), collected())
    house.record(registered("customer/10024"), collected("customer/10024"), hold())
    with pytest.raises(OnHold):
        house.eraser().erase(WHO, [], "request")
    house.eraser().erase("customer/10024", [], "request")


def test_a_hold_that_is_recorded_while_an_erasure_waits_for_the_lock_is_seen(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure has looked before the hold came; under the lock it looks again."""
    house.record(registered(), collected())
    eraser, lock = house.eraser(), Eraser._lock

    def late(self: Eraser) -> Any:
        house.record(hold())
        return lock(self)

    monkeypatch.setattr(Eraser, "_lock", late)
    with pytest.raises(OnHold):
        eraser.erase(WHO, ["contact"], "request")
    assert house.journal.entries() == []


def test_holds_and_erasures_at_once_never_destroy_what_is_held(house: House) -> None:
    """Whichever comes first: an erasure before the hold, or a hold that refuses the erasure."""
    people = [f"customer/{number}" for number in range(20)]
    house.record(*(make(who) for who in people for make in (registered, collected)))
    eraser, recorder = house.eraser(), house.open()

    def is_refused(who: str) -> bool:
        try:
            eraser.erase(who, ["contact"], "request")
        except OnHold:
            return True
        return False

    def erase() -> int:
        return sum(is_refused(who) for who in people)

    def place() -> None:
        for who in reversed(people):
            facts = {"hold_ref": "H-1", "categories": ["contact"], "ground": "claim"}
            house.record(
                message("legal-hold-placed", who, **facts, review_on="2027-01-01"), ledger=recorder
            )

    with ThreadPoolExecutor(2) as pool:
        erasing, placing = pool.submit(erase), pool.submit(place)
        placing.result()
        refused = erasing.result()
    placed = positions(house, "legal-hold-placed")
    erased = positions(house, "personal-data-erased")
    assert len(erased) + refused == len(people)
    assert all(position < placed[stream] for stream, position in erased.items())


def positions(house: House, name: str) -> dict[UUID, int]:
    return {event.stream: event.position for event in house.events() if event.name == name}
