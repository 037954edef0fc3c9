"""Erasures and keys at the instant, the row and the moment where they could go wrong."""

from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest

from ledger.backup.blind import rebuild
from ledger.crypto.authentic import row_macs
from ledger.erasure.pending import pending
from ledger.errors import Overtaken
from ledger.journal.remembering import add_tombstones
from ledger.keys.opening import Missing, Opener
from ledger.letters.dead import letters
from ledger.recording import batch as recording
from ledger.recording.batch import Batch, PreparedBatch
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark
from schemas import Code
from tests.fixtures.ledger import ACCOUNTABILITY, House, collected, registered
from tests.integration.test_audit_keys import kinds
from tests.integration.test_erasure import call, consent, opened
from tests.integration.test_recording import lawyer

WHO = "customer/10023"
LATER = "2026-11-25T09:00:00Z"


def erased_twice(house: House) -> None:
    """A category is erased, gets a later value, and is erased again, together with another one."""
    house.record(collected(personal={"email": "a@example.nl", "name": "J. de Vries"}))
    house.eraser().erase(WHO, ["contact"], "objection")
    house.clock.forward(days=2)
    house.record(consent(time=LATER, categories=["contact"], personal={"email": "b@example.nl"}))
    house.eraser().erase(WHO, ["contact", "identity"], "objection")


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_an_erasure_is_pending_where_its_fence_ends_before_it(
    house: House, microseconds: int
) -> None:
    """As after a restore of the keys of a copy from between two erasures; one category of two is enough."""
    erased_twice(house)
    first, second = house.journal.entries()
    assert pending(house.session("reader"), house.journal) == []
    through = second.through + timedelta(microseconds=microseconds)
    with psycopg.connect(house.url) as connection:
        set_back = (
            "UPDATE ledger_main_keys.fences SET erased_through = %s WHERE category = 'contact'"
        )
        assert connection.execute(set_back, [through]).rowcount == 1
    found = pending(house.session("reader"), house.journal)
    assert found == ([second] if microseconds < 0 else [])
    assert first not in found
    house.eraser().reapply()
    assert pending(house.session("reader"), house.journal) == []


def test_a_value_that_is_dated_a_little_ahead_reads_as_erased_and_not_as_lost(
    house: House,
) -> None:
    ahead = (house.clock() + timedelta(minutes=4)).isoformat()
    assert house.record(collected(time=ahead)).recorded == 1
    (result,) = house.eraser().erase(WHO, ["contact"], "objection")
    assert opened(house, house.events()[0])["email"] is Missing.ERASED
    assert house.journal.entries()[-1].through == house.events()[0].time
    late = house.record(collected(time=ahead))
    assert [why.code for _, why in late.rejections] == [Code.ERASED_SUBJECT]
    assert kinds(house) == set()
    assert result.keys


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_a_reference_names_another_person_from_after_the_erasure_on(
    house: House, microseconds: int
) -> None:
    house.record(registered(), collected())
    house.eraser().erase(WHO, [], "request")
    (period,) = house.opener().periods(WHO)
    assert period.erased_through == house.clock()
    house.clock.forward(days=1)
    time = period.erased_through + timedelta(microseconds=microseconds)
    house.record(registered(time=time.isoformat()))
    assert len(house.opener().periods(WHO)) == (2 if microseconds > 0 else 1)


def test_a_tombstone_keeps_the_later_end_and_stays_ours(house: House) -> None:
    house.record(registered(), collected())
    house.eraser().erase(WHO, [], "request")
    (entry,) = house.journal.entries()
    macs, session = row_macs(house.provider, house.ledger), house.session("eraser")
    for hours, end in ((1, 1), (-1, 1), (2, 2), (1, 2)):
        moved = msgspec.structs.replace(entry, through=entry.through + timedelta(hours=hours))
        with session.transaction():
            add_tombstones(session, macs, [moved], ACCOUNTABILITY)
        (period,) = house.opener().periods(WHO)
        assert period.erased_through == entry.through + timedelta(hours=end), hours
        (row,) = session.rows("tombstones_of", subjects=[entry.subject])
        assert macs.belongs(row[-1], "tombstones", row[:-1])


def test_a_letter_that_is_tried_again_is_not_kept_once_more(house: House) -> None:
    """Neither counted again, nor put back where an erasure removed it meanwhile."""
    house.record(b"no json")
    (kept,) = letters(house.session("reader"))
    again = Batch(
        house.messages(b"no json"), Span("command:retry"), letters={0: bytes.fromhex(kept.letter)}
    )
    assert house.open().record(again).rejections
    assert letters(house.session("reader")) == [kept]
    with psycopg.connect(house.url) as connection:
        connection.execute("ALTER TABLE ledger_main.dead_letters DISABLE TRIGGER USER")
        assert connection.execute("DELETE FROM ledger_main.dead_letters").rowcount == 1
    assert house.open().record(again).rejections
    assert letters(house.session("reader")) == []


def test_a_bookmark_keeps_the_hash_of_its_last_record_over_a_batch_without_one(
    house: House,
) -> None:
    """Without it a topic that was made anew could not be told from the old one."""
    house.bookmark("topic")
    ledger = house.open()

    def last() -> bytes:
        with psycopg.connect(house.url) as connection:
            row = connection.execute(
                "SELECT last_record FROM ledger_main.bookmarks WHERE topic = 'topic'"
            ).fetchone()
        assert row
        return bytes(row[0] or b"")

    seen = []
    for start, record in ((0, b"one"), (1, None), (2, b"two"), (3, None)):
        span = Span("topic", 0, start, start + 1)
        ledger.record(Batch([], span, bookmark=Bookmark("c", "i", record)))
        seen.append(last())
    assert seen[0] == seen[1] != seen[2] == seen[3]
    assert all(seen)
    assert kinds(house) == set()


MONTHS = [["2026-08"], ["2026-06", "2026-09"], ["2026-06"], ["2026-09"]]
"""What another writer begins keys with while one begins with August."""


@pytest.mark.parametrize("months", MONTHS)
def test_two_writers_that_begin_keys_of_months_of_a_person_lose_no_value(
    house: House, months: list[str]
) -> None:
    """What a batch knew of a chain of keys is looked at again when it is written: keys follow each other."""
    house.record(call("2026-10-15T10:00:00Z"))
    one, other = house.open(), house.open()
    august = call("2026-08-15T10:00:00Z")
    prepared = one._prepare(Batch(house.messages(august), Span("file:one", 0, 1, 2)))
    house.record(*(call(f"{month}-20T10:00:00Z") for month in months), ledger=other)
    with pytest.raises(Overtaken):
        one._write(prepared)
    assert house.record(august, ledger=one).recorded == 1
    for event in house.events():
        assert opened(house, event)["called_number"] == "+31201234567"
    assert kinds(house) == set()


def test_an_index_that_is_made_again_has_what_recording_put_into_it(house: House) -> None:
    """Values of persons, and none of a private recipient: nobody looks for one by a value."""
    house.record(
        registered(),
        collected(personal={"name": "J. de Vries", "email": "j@example.nl"}),
        lawyer(),
    )
    session = house.session("eraser")

    def indexed() -> list[tuple[object, ...]]:
        with psycopg.connect(house.url) as connection:
            return sorted(connection.execute("SELECT * FROM ledger_main_keys.blind_index"))

    before = indexed()
    assert before
    assert rebuild(session, Opener(session, house.provider, house.ledger)) == len(before)
    assert indexed() == before


@pytest.mark.parametrize("times", [1, 2])
def test_a_batch_that_an_erasure_overtakes_is_sealed_again_and_recorded(
    house: House, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Each time what was sealed is of keys that are gone; the caller hears of none of it."""
    house.record(collected())
    sealed, left = recording.prepare, ["contact", "identity"][:times]

    def overtaken(*arguments: Any) -> PreparedBatch:
        prepared = sealed(*arguments)
        if left:
            house.eraser().erase(WHO, [left.pop()], "objection")
        return prepared

    monkeypatch.setattr(recording, "prepare", overtaken)
    outcome = house.record(collected(id="late"), registered("customer/2"))
    assert [why.code for _, why in outcome.rejections] == [Code.ERASED_SUBJECT]
    assert (outcome.recorded, left) == (1, [])
    assert kinds(house) == set()
