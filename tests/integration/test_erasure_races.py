"""Consumers that record about a person while that person is erased: no value survives, none is lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from ledger.audit import audit
from ledger.crypto.sealing import month_of
from ledger.keys.fresh import Fresh
from ledger.keys.opening import Missing
from ledger.keys.rotation import due, rotate
from schemas import Code
from tests.fixtures.ledger import ACCOUNTABILITY, House, collected

ROUNDS = 25


def test_consumers_that_seal_while_the_person_is_erased(house: House) -> None:
    """Two consumers and an eraser at once. What was sealed before the erasure is erased, the rest refused."""
    house.record(collected())
    consumers = [house.open(), house.open()]
    eraser = house.eraser()

    def consume(number: int) -> list[Code]:
        codes = []
        for _ in range(ROUNDS):
            outcome = house.record(collected(), collected(), ledger=consumers[number])
            codes += [rejection.code for _, rejection in outcome.rejections]
        return codes

    def erase() -> None:
        for category in ("contact", "identity"):
            eraser.erase("customer/10023", [category], "request")

    with ThreadPoolExecutor(3) as pool:
        results = [pool.submit(consume, 0), pool.submit(consume, 1)]
        pool.submit(erase).result()
        refused = [code for result in results for code in result.result()]
    late = house.record(collected())
    assert [rejection.code for _, rejection in late.rejections] == [Code.ERASED_SUBJECT]
    assert set(refused) <= {Code.ERASED_SUBJECT}
    opener = house.opener()
    events = [event for event in house.events() if not event.ours]
    assert len(events) + len(refused) == 1 + 2 * 2 * ROUNDS
    for event in events:
        assert set(opener.personal(event).values()) == {Missing.ERASED}
    assert audit(house.session("reader")).ok


def call(month: int) -> dict[str, Any]:
    return collected(
        time=f"2026-{month:02}-10T10:00:00Z",
        categories=["traffic"],
        personal={"called_number": "+31201234567"},
        origin="network",
    )


def shown(house: House) -> list[Any]:
    opener = house.opener()
    events = [event for event in house.events() if not event.ours]
    return [next(iter(opener.personal(event).values())) for event in events]


def test_expiry_keeps_later_months_whatever_the_order_of_arrival(house: House) -> None:
    for month in (8, 11, 7):
        house.record(call(month))
    limit = month_of(house.clock().replace(month=8))
    house.eraser().expire("customer/10023", "traffic", limit, "retention")
    assert shown(house) == [Missing.ERASED, "+31201234567", Missing.ERASED]


def test_a_consumer_with_an_old_cache_adds_no_chain_behind_another(house: House) -> None:
    one, other = house.open(), house.open()
    house.record(call(11), ledger=one)
    house.record(call(11), ledger=other)
    house.record(call(7), call(9), ledger=one)
    house.record(call(8), ledger=other)
    limit = month_of(house.clock().replace(month=7))
    house.eraser().expire("customer/10023", "traffic", limit, "retention")
    number = "+31201234567"
    assert shown(house) == [number, number, Missing.ERASED, number, number]


@pytest.mark.parametrize("step", ["pack", "write"])
@pytest.mark.parametrize("categories", [["contact"], []])
def test_no_key_and_no_subject_is_added_to_what_was_just_erased(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, categories: list[str]
) -> None:
    """Everything happens to the person between what a consumer read and what it is about to add."""
    ledger = house.open()
    original = getattr(Fresh, step)
    waiting = [True]
    left: list[set[tuple[Any, ...]]] = []

    def late(fresh: Fresh, *arguments: Any) -> Any:
        if fresh is ledger.keyring.fresh and waiting:
            waiting.clear()
            house.record(collected())
            house.eraser().erase("customer/10023", categories, "request")
            left.append(keys_of(house))
        return original(fresh, *arguments)

    monkeypatch.setattr(Fresh, step, late)
    outcome = house.record(collected(), ledger=ledger)
    assert [rejection.code for _, rejection in outcome.rejections] == [Code.ERASED_SUBJECT]
    assert len(house.opener().periods("customer/10023")) == 1
    first = house.events()[0]
    assert house.opener().personal(first)["email"] is Missing.ERASED
    assert left == [keys_of(house)], "no key came after the erasure"


def keys_of(house: House) -> set[tuple[Any, ...]]:
    """Every data key that there is; one for fingerprints seals nothing, and comes again."""
    with psycopg.connect(house.url) as connection:
        rows = connection.execute(
            "SELECT subject, category, generation, from_month FROM ledger_main_keys.data_keys"
            " WHERE category <> 'fingerprint'"
        ).fetchall()
    return set(rows)


def test_keys_made_while_a_rotation_runs_are_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(collected())
    ledger = house.open()
    session = house.session("eraser")
    run = session.run

    def slowly(name: str, /, **parameters: Any) -> int:
        if name == "retire_epochs":
            house.record(collected("customer/new"), ledger=ledger)
        return run(name, **parameters)

    monkeypatch.setattr(session, "run", slowly)
    rotate(session, house.provider, house.ledger, house.clock())
    assert set(shown(house)) == {"j.devries@example.nl"}
    rotate(house.session("eraser"), house.provider, house.ledger, house.clock())
    assert set(shown(house)) == {"j.devries@example.nl"}


def test_consumers_and_rotations_at_once_lose_nothing(house: House) -> None:
    consumers = [house.open(), house.open()]

    def consume(number: int) -> None:
        for person in range(ROUNDS):
            house.record(collected(f"customer/{number}-{person}"), ledger=consumers[number])

    def turn() -> None:
        session = house.session("eraser")
        for _ in range(5):
            rotate(session, house.provider, house.ledger, house.clock())

    with ThreadPoolExecutor(4) as pool:
        for future in [
            pool.submit(consume, 0),
            pool.submit(consume, 1),
            *(pool.submit(turn) for _ in "ab"),
        ]:
            future.result()
    assert shown(house) == ["j.devries@example.nl"] * (2 * ROUNDS)
    assert len(house.provider.epochs()) == 1


def test_a_rotation_that_was_interrupted_is_due(house: House) -> None:
    session = house.session("eraser")
    assert not due(session, house.provider, house.clock(), ACCOUNTABILITY)
    house.provider.begin(0)  # stands for an epoch that was not destroyed yet
    assert due(session, house.provider, house.clock(), ACCOUNTABILITY)
