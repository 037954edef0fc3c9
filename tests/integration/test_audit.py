"""The audit on a real database: clean after real work, and one finding for each thing that is changed."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from zstandard import ZstdCompressionDict, ZstdCompressor

from ledger.audit import audit
from ledger.backup.blind import is_complete, rebuild
from ledger.keys.opening import Opener
from ledger.recording.batch import Batch
from ledger.storage.frames import NEWEST, dictionary_of, unframed
from ledger.tlog.tree.merkle import hash_leaf, root_of
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark
from ledger.writing.packing import blind_hash
from tests.fixtures.guards import GUARDS_ON
from tests.fixtures.ledger import House, accessed, collected, copied, registered
from tests.fixtures.postgres import Templates
from tests.fixtures.rewriting import Rewrite, statement_of


def work(house: House) -> None:
    house.bookmark("t")
    house.record(registered(), collected(), b"bad", accessed())
    event = registered("customer/2")
    for start, lines in ((0, [event, collected("customer/2")]), (2, [event])):
        span = Span("t", 0, start, start + len(lines))
        house.open().record(Batch(house.messages(*lines), span, Bookmark("c", "i")))
    house.eraser().erase("customer/2", ["contact"], "request")


@pytest.fixture
def worked(templates: Templates, tmp_path: Path) -> Iterator[House]:
    """A ledger with something of everything."""
    with copied(templates, tmp_path, "worked", work) as house:
        yield house


def test_real_work_leaves_nothing_to_find(worked: House) -> None:
    result = audit(worked.session("reader"))
    assert result.ok
    assert result.size == len(worked.events()) == 7


def test_an_empty_ledger_has_the_root_of_an_empty_tree(house: House) -> None:
    result = audit(house.session("reader"))
    assert (result.ok, result.size) == (True, 0)
    assert result.root == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert root_of([hash_leaf(b"")])[1].hex() == hash_leaf(b"").hex()


TAMPERING: dict[str, tuple[str | Rewrite, str, int | None]] = {
    "a state": ("UPDATE events SET state = 'no state' WHERE notification_id = 2", "state", 2),
    "a type": (
        "UPDATE events SET topic = replace(topic, 'collected', 'corrected') WHERE notification_id = 2",
        "state",
        1,
    ),
    "a channel": (Rewrite('"portal"', '"letter"', 2), "state", 1),
    "a version": (
        "UPDATE events SET originator_version = 9 WHERE notification_id = 2",
        "version",
        2,
    ),
    "a stream": (
        "UPDATE events SET originator_id = gen_random_uuid() WHERE notification_id = 2",
        "version",
        2,
    ),
    "a time": (
        "UPDATE events SET recorded_at = recorded_at - interval '1 day' WHERE notification_id = 4",
        "recorded-at",
        4,
    ),
    "the last event": ("DELETE FROM events WHERE notification_id = 7", "head", 6),
    "the first event": ("DELETE FROM events WHERE notification_id = 1", "position", 2),
    "a middle event": ("DELETE FROM events WHERE notification_id = 3", "position", 4),
    "two events": (
        "UPDATE events SET notification_id = 99 WHERE notification_id = 2;"
        "UPDATE events SET notification_id = 2 WHERE notification_id = 3;"
        "UPDATE events SET notification_id = 3 WHERE notification_id = 99",
        "event-id",
        2,
    ),
    "a name": ("UPDATE event_ids SET name = gen_random_uuid() WHERE position = 2", "event-id", 2),
    "a name of an erasure": (
        "UPDATE event_ids SET erasure = gen_random_uuid() WHERE position = 2",
        "event-id",
        2,
    ),
    "a lost name": ("DELETE FROM event_ids WHERE position = 2", "event-id", 2),
    "a batch": ("DELETE FROM batches WHERE batch = 3", "batch", 6),
    "a bookmark forward": ("UPDATE bookmarks SET next_offset = 9", "bookmark", None),
    "a bookmark back": ("UPDATE bookmarks SET next_offset = 1", "bookmark", None),
    "a dead letter": ("DELETE FROM dead_letters", "dead-letter", None),
    "the format of a value": (
        Rewrite('"blob":"A', '"blob":"C', 2),
        "value-format",
        2,
    ),
    "the fields of sealed values": (
        Rewrite('"fields":["email"', '"fields":["email","email"', 2),
        "value-format",
        2,
    ),
    "the format of a dead letter": (
        "UPDATE dead_letters SET sealed = set_byte(sealed, 0, 9)",
        "letter-format",
        None,
    ),
    "a dead letter too few": ("UPDATE dead_letters SET times = 0", "dead-letter", None),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_is_changed_is_named(worked: House, what: str) -> None:
    change, kind, position = TAMPERING[what]
    owner, statement = worked.session(None), statement_of(worked, change)
    before = audit(worked.session("reader")).root
    for table in ("events", "event_ids", "batches", "head", "dead_letters"):
        owner.script(f"ALTER TABLE {table} DISABLE TRIGGER ALL", {})
    owner.script(statement, {})
    owner.script(GUARDS_ON, {})
    result = audit(worked.session("reader"))
    assert (kind, position) in {(finding.kind, finding.position) for finding in result.findings}
    if "UPDATE events" in statement or "DELETE FROM events" in statement:
        assert result.root != before


def test_a_frame_that_opens_to_the_same_state_is_named(worked: House) -> None:
    ((*_, frame, _, _),) = worked.session("reader").rows(
        "events_after", position=1, upto=2, count=1
    )
    dictionary = ZstdCompressionDict(dictionary_of(NEWEST))
    other = ZstdCompressor(19, dict_data=dictionary).compress(unframed(frame))
    assert (other != frame, unframed(other)) == (True, unframed(frame))
    owner = worked.session(None)
    owner.script("ALTER TABLE events DISABLE TRIGGER ALL", {})
    owner.script(f"UPDATE events SET state = '\\x{other.hex()}' WHERE notification_id = 2", {})
    owner.script(GUARDS_ON, {})
    (found,) = audit(worked.session("reader")).findings
    assert (found.kind, found.position) == ("state", 1)


def test_dead_letters_that_go_in_a_known_way_leave_nothing_to_find(house: House) -> None:
    nonsense = collected(personal={"name": "J. de Vries", "email": "no address"})
    house.record(nonsense, b"bad", b"worse", b"bad")
    assert removed(house) == 0
    house.record(collected())
    house.eraser().erase("customer/10023", ["identity"], "request")
    assert removed(house) == 1
    assert house.expire(2, 1) == 2
    assert removed(house) == 4
    assert audit(house.session("reader")).ok


def removed(house: House) -> int:
    refused, kept, gone = house.session("reader").row("letter_balance") or (0, 0, 0)
    assert refused == kept + gone == 4
    return int(gone)


def test_the_blind_index_comes_back_from_the_sealed_values(worked: House) -> None:
    key = worked.opener().ledger_key("blind")
    wanted = blind_hash(key, "email", "J.DEVRIES@example.nl")
    assert worked.opener().find(wanted) == ["customer/10023"]
    worked.session(None).script("TRUNCATE blind_index, blind_index_complete", {})
    session = worked.session("eraser")
    assert not is_complete(session)
    assert rebuild(session, Opener(session, worked.provider, worked.ledger)) == 1
    assert is_complete(session)
    assert worked.opener().find(wanted) == ["customer/10023"]


def test_the_blind_index_that_comes_back_has_each_value_of_a_list(house: House) -> None:
    house.record(collected(personal={"email": ["one@example.nl", "two@example.nl"]}))
    key = house.opener().ledger_key("blind")
    wanted = [blind_hash(key, "email", f"{name}@example.nl") for name in ("one", "two")]
    session = house.session("eraser")
    assert rebuild(session, Opener(session, house.provider, house.ledger)) == 2
    assert [house.opener().find(each) for each in wanted] == [["customer/10023"]] * 2


def test_the_librarys_repository_and_notification_log_work_on_our_table(worked: House) -> None:
    ledger = worked.open()
    stream = worked.events()[0].stream

    def names_of(before: list[str] | None, events: Iterable[Any]) -> list[str]:
        return [*(before or []), *(event.name for event in events)]

    names: Any = ledger.repository.get(stream, projector_func=names_of)  # type: ignore[type-var]
    assert names == ["customer-registered", "personal-data-collected", "personal-data-accessed"]
    section = ledger.notification_log["1,5"]
    assert [item.id for item in section.items] == [1, 2, 3, 4, 5]
    assert section.next_id == "6,10"
    for event, row in zip(
        worked.events(), ledger.recorder.select_notifications(1, 10), strict=True
    ):
        assert ledger.mapper.to_stored_event(event).state == row.state
        assert ledger.mapper.to_domain_event(row) == event


def test_a_subscription_follows(worked: House) -> None:
    with worked.open().recorder.subscribe(gt=5) as subscription:
        assert next(iter(subscription)).id == 6
