"""What is recorded beside the events, changed a column at a time with every guard off: each is named."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.audit import Audit
from ledger.errors import Halt
from ledger.recording.batch import Batch
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark
from ledger.writing.message import KafkaOrigin, Message
from schemas import decode
from tests.fixtures.guards import GUARDS_ON
from tests.fixtures.ledger import House, collected, copied, registered
from tests.fixtures.postgres import Templates
from tests.fixtures.tlog import Log

TABLES = (
    *("events", "event_ids", "batches", "head", "dead_letters", "removed_letters", "promises"),
    *("bookmarks", "intake_windows", "rejection_answers", "tracking", "migrations"),
)


def arrived(house: House, start: int, *lines: bytes) -> None:
    """Records of a partition, as the consumer hands them over."""
    messages = [
        Message(line, decode(line, house.intake, house.clock()), KafkaOrigin("t", 0, offset))
        for offset, line in enumerate(lines, start)
    ]
    span = Span("t", 0, start, start + len(lines))
    house.open().record(Batch(messages, span, Bookmark("c", "i", lines[-1])))


def work(house: House) -> None:
    """What leaves a row in every table beside the events; published."""
    house.record(registered(), collected(), b"bad", b"worse")
    house.bookmark("t")
    arrived(house, 0, b"no event", b"no event")
    arrived(house, 2, b"another")
    house.record(b"bad")
    house.eraser().erase("customer/10023", ["contact"], "request")
    house.open().halt_topics(["t"])
    house.track("upstream", 7)
    Log(house, house.keys / "tlog").publish()
    house.record(registered("customer/2"))


@pytest.fixture
def published(templates: Templates, tmp_path: Path) -> Iterator[Log]:
    with copied(templates, tmp_path, "published", work) as house:
        yield Log(house, house.keys / "tlog")


def altered(log: Log, *statements: str) -> Audit:
    owner = log.house.session(None)
    for table in TABLES:
        owner.script(f"ALTER TABLE {table} DISABLE TRIGGER ALL", {})
    for statement in statements:
        owner.script(statement, {})
    owner.script(GUARDS_ON, {})
    return log.audit()


def kinds(result: Audit) -> set[str]:
    return {finding.kind for finding in result.findings}


def test_nothing_is_found_of_real_work(published: Log) -> None:
    assert published.audit().findings == ()


UPDATES = {
    "event_ids": {
        "fingerprint": ("'\\x00'", "event-id"),
        "generation": ("generation + 1", "event-id"),
        "name": ("gen_random_uuid()", "event-id"),
        "erasure": ("gen_random_uuid()", "event-id"),
        "position": ("position + 1000", "event-id"),
    },
    "batches": {
        "topic": ("topic || 'x'", "batch"),
        "partition": ("partition + 1", "batch"),
        "start_offset": ("start_offset - 1", "batch"),
        "end_offset": ("end_offset + 1", "batch"),
        "duplicates": ("duplicates + 1", "batch"),
        "dead_letters": ("dead_letters + 1", "batch"),
        "recorded_at": ("recorded_at - interval '1 us'", "batch"),
        "first_position": ("first_position - 1", "batch"),
        "last_position": ("last_position + 1", "batch"),
        "erasures": ("erasures + 1", "batch"),
        "promised": ("promised + 1", "batch"),
        "names": ("'\\x00'", "batch"),
        "sums": ("set_byte(sums, 4, get_byte(sums, 4) # 1)", "batch"),
        "mac": ("'\\x00'", "batch"),
    },
    "bookmarks": {
        "topic": ("'u'", "bookmark"),
        "partition": ("1", "bookmark"),
        "cluster_id": ("'d'", "bookmark"),
        "topic_id": ("'j'", "bookmark"),
        "next_offset": ("next_offset + 1", "bookmark"),
        "last_record": ("'\\x00'", "bookmark"),
        "mac": ("NULL", "bookmark"),
    },
    "intake_windows": {
        "topic": ("'u'", "intake-window"),
        "halted_at": ("now()", "intake-window"),
        "mac": ("NULL", "intake-window"),
    },
    "intake_sources": {
        "topic": ("'u'", "intake-source"),
        "source": ("'u'", "intake-source"),
        "messages": ("messages + 1", "intake-source"),
        "rejections": ("rejections + 1", "intake-source"),
        "quarantined_at": ("now()", "intake-source"),
        "recorded": ("recorded + 1", "intake-source"),
        "duplicates": ("duplicates + 1", "intake-source"),
        "refused": ("refused + 1", "intake-source"),
        "held": ("held + 1", "intake-source"),
        "seen_at": ("seen_at + interval '1 us'", "intake-source"),
        "letters_on": ("letters_on + 1", "intake-source"),
        "letters": ("letters + 1", "intake-source"),
        "letter_bytes": ("letter_bytes - 1", "intake-source"),
        "mac": ("NULL", "intake-source"),
    },
    "dead_letters": {
        "letter": ("letter || '\\x00'", "dead-letter"),
        "code": ("'not-json '", "dead-letter"),
        "pointer": ("'/x'", "dead-letter"),
        "event_type": ("'x'", "dead-letter"),
        "source": ("'x'", "dead-letter"),
        "id": ("'x'", "dead-letter"),
        "topic": ("'x'", "dead-letter"),
        "partition": ("9", "dead-letter"),
        "record_offset": ("99", "dead-letter"),
        "mode": ("'binary'", "dead-letter"),
        "day": ("day - 1", "dead-letter"),
        "sealed": ("'\\x00'", "dead-letter"),
        "subject_hmac": ("'\\x00'", "dead-letter"),
        "times": ("times + 1", "dead-letter"),
        "first_seen": ("first_seen - interval '1 us'", "dead-letter"),
        "last_seen": ("last_seen + interval '1 us'", "dead-letter"),
        "mac": ("NULL", "dead-letter"),
    },
    "rejection_answers": {"payload": ("'\\x00'", "answer"), "mac": ("NULL", "answer")},
    "tracking": {
        "application_name": ("'x'", "tracking"),
        "notification_id": ("1", "tracking"),
        "mac": ("NULL", "tracking"),
    },
    "removed_letters": {"letters": ("letters + 1", "dead-letter")},
    "promises": {
        "origin": ("'x'", "promise"),
        "size": ("size - 1", "promise"),
        "root": ("'\\x00'", "promise"),
        "history": ("'\\x00'", "checkpoint"),
    },
    "head": {
        "position": ("position + 1", "head"),
        "recorded_at": ("recorded_at + interval '1 us'", "head"),
        "batch": ("batch + 1", "batch"),
        "erasures": ("erasures + 1", "head"),
    },
    "migrations": {"name": ("name || 'x'", "migration"), "digest": ("'x'", "migration")},
}
CASES = [
    (table, column, value, kind)
    for table, columns in UPDATES.items()
    for column, (value, kind) in columns.items()
]


@pytest.mark.parametrize(("table", "column", "value", "kind"), CASES)
def test_a_changed_cell_is_named(
    published: Log, table: str, column: str, value: str, kind: str
) -> None:
    if table == "removed_letters":
        published.house.expire(20, 14)
    # One row, the last one: an earlier row of a chain is another case below.
    change = f"UPDATE {table} SET {column} = {value} WHERE ctid = (SELECT max(ctid) FROM {table})"
    assert kind in kinds(altered(published, change)), (table, column)


REMOVED = {
    "a batch": ("DELETE FROM batches WHERE batch = 2", "batch"),
    "the bookmark": ("DELETE FROM bookmarks", "bookmark"),
    "a halt": ("DELETE FROM intake_windows", "intake-window"),
    "a source": ("DELETE FROM intake_sources", "intake-source"),
    "a tracking": ("DELETE FROM tracking", "tracking"),
    "the promise": ("DELETE FROM promises", "promise"),
    "a migration": ("DELETE FROM migrations WHERE name LIKE '0005%'", "migration"),
    "all hashes": ("UPDATE batches SET mac = NULL, sums = NULL", "batch"),
    "a letter with its account": (
        "INSERT INTO removed_letters (letters)"
        " SELECT times FROM dead_letters WHERE ctid = (SELECT min(ctid) FROM dead_letters);"
        "DELETE FROM dead_letters WHERE ctid = (SELECT min(ctid) FROM dead_letters)",
        "dead-letter",
    ),
    "an added promise": (
        "INSERT INTO promises SELECT 'other', size, root, history FROM promises",
        "promise",
    ),
    "an added answer": ("INSERT INTO rejection_answers (payload) VALUES ('x')", "answer"),
    "an added bookmark": ("INSERT INTO bookmarks VALUES ('u', 0, 'c', 'i', 0)", "bookmark"),
}


@pytest.mark.parametrize("what", REMOVED)
def test_a_row_that_comes_or_goes_is_named(published: Log, what: str) -> None:
    change, kind = REMOVED[what]
    assert kind in kinds(altered(published, change))


def test_a_row_that_is_put_back_as_it_once_was_is_named(published: Log) -> None:
    """Its own hash is right: what all rows come to is not."""
    owner = published.house.session(None)
    owner.script("CREATE TABLE public.kept AS SELECT * FROM intake_windows", {})
    owner.script("CREATE TABLE public.letters AS SELECT * FROM dead_letters", {})
    published.house.open().resume_topics(["t"])
    published.house.record(b"bad")
    back = altered(
        published,
        "UPDATE intake_windows SET halted_at = k.halted_at, mac = k.mac FROM public.kept AS k",
    )
    assert [f.kind for f in back.findings] == ["intake-window"]
    assert re.search("put back", back.findings[0].detail)


def test_what_was_changed_does_not_heal_when_it_is_written_again(published: Log) -> None:
    owner = published.house.session(None)
    owner.script("UPDATE intake_windows SET halted_at = now()", {})
    published.house.open().resume_topics(["t"])
    assert kinds(published.audit()) == {"intake-window"}


def test_a_batch_of_another_past_does_not_fit(published: Log) -> None:
    """Two rows exchanged with all that they say, their hashes included."""
    result = altered(
        published,
        "UPDATE batches SET duplicates = 5 WHERE batch = 1",
        "UPDATE batches SET mac = (SELECT mac FROM batches WHERE batch = 3) WHERE batch = 1",
    )
    assert "batch" in kinds(result)


def test_nothing_is_recorded_after_a_batch_without_a_hash(published: Log) -> None:
    last = "batch = (SELECT max(batch) FROM batches)"
    result = altered(published, f"UPDATE batches SET mac = NULL WHERE {last}")
    assert "batch" in kinds(result)
    with pytest.raises(Halt, match="no hash: run `ledger audit`"):
        published.house.record(registered("customer/3"))


def test_without_keys_the_rest_is_looked_at(published: Log) -> None:
    altered(published, "UPDATE bookmarks SET cluster_id = 'd'")
    assert published.audit(keys=False).findings == ()
    assert kinds(published.audit()) == {"bookmark"}
