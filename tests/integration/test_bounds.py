"""What a recorder and a reader hold of many persons is dropped when it is much, and nothing is wrong then."""

from collections.abc import Iterator
from typing import Any

import pytest

from consumers import store
from consumers.store import LedgerStore
from ledger.keys import keyring, opening
from ledger.recording import writer_cache
from projections import VIEWS
from projections.following.blocks import StreamBlock, blocks
from projections.following.rebuild import rebuild_all
from tests.fixtures.ledger import House, accessed, collected, registered
from tests.fixtures.views import OFFICES, derived, digests, follower, sampled


def test_keys_that_a_recorder_holds_are_dropped_when_there_are_many(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "CACHE_KEYS", 3)
    ledger = house.open()
    people = [f"customer/{number}" for number in range(20)]
    held = []
    for person in people:
        house.record(registered(person), collected(person), ledger=ledger)
        held.append(ledger.keyring._keys)
    assert max(held) < 3 * 6
    opener = house.opener()
    values = [opener.personal(event) for event in house.events() if event.sealed]
    assert len(values) == len(people)
    assert all(value["email"] == "j.devries@example.nl" for value in values)


def test_what_a_recorder_remembers_of_streams_is_dropped_when_it_is_much(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_cache, "_MOST", 3)
    ledger = house.open()
    people = [f"customer/{number}" for number in range(12)]
    for _ in range(2):
        for person in people:
            house.record(collected(person), accessed(person), ledger=ledger)
    versions = [(event.stream, event.version) for event in house.events()]
    assert len(versions) == len(set(versions)) == 4 * len(people)
    assert {version for _, version in versions} == {1, 2, 3, 4}


def test_keys_that_a_reader_holds_are_those_of_so_many_persons(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_HELD_SUBJECTS", 3)
    for number in range(10):
        house.record(collected(f"customer/{number}"))
    opener = house.opener()
    for event in house.events():
        assert opener.personal(event)["email"] == "j.devries@example.nl"
        assert len(opener._subject_keys) <= 3


def test_answers_to_senders_are_read_some_at_a_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "ANSWERS_AT_ONCE", 2)
    payloads = [b"%d" % number for number in range(5)]
    house.session("recorder").run("add_answers", payloads=payloads, macs=[b""] * 5)
    answering = LedgerStore(house.open())
    sent: list[list[bytes]] = []
    while answering.answer(lambda some: sent.append([*some])):
        continue
    assert [len(some) for some in sent] == [2, 2, 1]


def test_a_rebuild_in_small_pieces_makes_the_same_rows(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(*sampled(house))
    follower(house).follow_once()
    expected = derived(house)
    made: list[int] = []

    def counted(*arguments: Any) -> Iterator[StreamBlock]:
        for block in blocks(*arguments):
            made.append(sum(len(part.rows) for part in block.parts))
            yield block

    monkeypatch.setattr("projections.following.blocks._BLOCK_BYTES", 2_000)
    monkeypatch.setattr("projections.following.derive._BLOCK_EVENTS", 2)
    monkeypatch.setattr("projections.following.rebuild._BATCH_EVENTS", 3)
    monkeypatch.setattr("projections.following.engines.blocks", counted)
    rebuild_all(house.session("projector"), house.ledger, VIEWS, OFFICES)
    assert digests(house) == expected
    assert len(made) > 5
