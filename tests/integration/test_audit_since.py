"""An audit of what came after a kept checkpoint finds what it looks at, and names what it left out."""

from contextlib import closing

import msgspec
import pytest

from ledger.audit import Audit, PublishedLog, audit
from ledger.crypto.sealing import KeyedHash
from ledger.keys.opening import Opener
from ledger.tlog.signing.checkpoints import Checkpoint, verify_checkpoint
from ledger.tlog.tree.tiles import bundle_path, tile_path
from ledger.writing.chain import CHAIN
from tests.fixtures.guards import GUARDS_ON
from tests.fixtures.rewriting import Rewrite, statement_of
from tests.fixtures.tlog import Log
from tests.integration.test_audit_published import SIZES, TAIL, published, record

__all__ = ["published"]

LAST = SIZES[-1] + TAIL


def kept(log: Log, size: int) -> Checkpoint:
    """The checkpoint of that size, as an auditor kept it."""
    keys = log.key_file.known()
    trees = (verify_checkpoint(content, keys) for content in log.folder.history)
    return next(tree for tree in trees if tree.size == size)


def audited(log: Log, since: Checkpoint | None) -> Audit:
    house = log.house
    published = PublishedLog(log.folder, tuple(log.key_file.known()), since)
    with closing(house.database.connect(house.ledger, "reader")) as session:
        chain = KeyedHash(Opener(session, house.provider, house.ledger).ledger_key(CHAIN))
        return audit(session, published, chain)


def found(log: Log, size: int) -> set[tuple[str, int | None]]:
    return {(one.kind, one.position) for one in audited(log, kept(log, size)).findings}


def altered(log: Log, change: str | Rewrite) -> None:
    owner = log.house.session(None)
    for table in ("events", "event_ids", "batches", "head"):
        owner.script(f"ALTER TABLE {table} DISABLE TRIGGER ALL", {})
    owner.script(statement_of(log.house, change), {})
    owner.script(GUARDS_ON, {})


@pytest.mark.parametrize("size", SIZES)
def test_a_part_in_order_comes_to_the_root_of_the_whole(published: Log, size: int) -> None:
    whole, part = audited(published, None), audited(published, kept(published, size))
    assert (part.findings, part.size, part.root) == ((), LAST, whole.root)
    assert (whole.since, part.since) == (None, size)
    assert set(part.unchecked) - set(whole.unchecked)
    assert any(f"up to {size}:" in text for text in part.unchecked)


LATER: dict[str, tuple[str | Rewrite, tuple[str, int]]] = {
    "a state": (Rewrite("NL", "BE", 302), ("leaf", 302)),
    "a state behind what is published": (Rewrite("NL", "BE", 524), ("state", 521)),
    "a recorded time": (
        "UPDATE events SET recorded_at = recorded_at - interval '1 us' WHERE notification_id = 402",
        ("leaf", 402),
    ),
    "an event": ("DELETE FROM events WHERE notification_id = 400", ("position", 401)),
    "the first one behind it": (
        "DELETE FROM events WHERE notification_id = 302",
        ("position", 303),
    ),
    "the last one that is published": (
        "DELETE FROM events WHERE notification_id >= 520; UPDATE head SET position = 519",
        ("rolled-back", 519),
    ),
    "everything behind it": (
        "DELETE FROM events WHERE notification_id > 301; UPDATE head SET position = 301",
        ("rolled-back", 301),
    ),
    "a version": (
        "UPDATE events SET originator_version = 1000 WHERE notification_id = 302",
        ("version", 302),
    ),
    "a name": ("DELETE FROM event_ids WHERE position = 330", ("event-id", 330)),
    "a batch": ("UPDATE batches SET duplicates = 9 WHERE first_position = 302", ("batch", 302)),
    "the hash that it follows": (
        "UPDATE batches SET mac = 'x' WHERE last_position = 301",
        ("batch", 302),
    ),
    "where it begins": (
        "UPDATE batches SET last_position = 299, first_position = 299 WHERE last_position = 301",
        ("batch", 302),
    ),
    "which batch it begins with": (
        "UPDATE batches SET first_position = 1, last_position = 1"
        " WHERE batch = (SELECT max(batch) FROM batches)",
        ("batch", 527),
    ),
    "a batch too many": (
        "INSERT INTO batches (batch, topic, partition, start_offset, end_offset, first_position,"
        " last_position, duplicates, dead_letters, recorded_at)"
        " VALUES (999, 'x', 0, 0, 0, 1, 0, 0, 0, now())",
        ("batch", 527),
    ),
    "the head": ("UPDATE head SET position = 9", ("head", 527)),
}


@pytest.mark.parametrize("what", LATER)
def test_what_was_altered_later_is_named(published: Log, what: str) -> None:
    change, wanted = LATER[what]
    altered(published, change)
    assert wanted in found(published, 301)


def test_what_came_before_is_not_read_and_the_verdict_says_so(published: Log) -> None:
    altered(published, Rewrite("NL", "BE", 7))
    assert found(published, 301) == set()
    assert any("up to 301:" in one for one in audited(published, kept(published, 301)).unchecked)
    assert ("leaf", 7) in {(one.kind, one.position) for one in audited(published, None).findings}


@pytest.mark.parametrize("level", [0, 1])
def test_the_tiles_of_what_came_before_must_make_up_its_tree(published: Log, level: int) -> None:
    first = published.path / tile_path(level, 1 - level)
    tiles = [first] if level == 0 else [*first.with_name(f"{first.name}.p").iterdir()]
    for path in tiles:
        content = bytearray(path.read_bytes())
        content[0] ^= 1
        path.chmod(0o600)
        path.write_bytes(content)
    result = audited(published, kept(published, 301))
    assert "checkpoint" in {one.kind for one in result.findings}
    # Where nothing vouches for what came before, everything is looked at.
    assert result.since is None


def test_a_later_bundle_is_compared_from_the_checkpoint_on(published: Log) -> None:
    path = published.path / bundle_path(1, 520 % 256)
    if not path.exists():
        path = published.path / bundle_path(1)
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content.replace(b'"NL"', b'"BE"'))
    assert {kind for kind, _ in found(published, 301)} <= {"bundle"}
    assert found(published, 301)


@pytest.mark.parametrize("change", [{"root": bytes(32)}, {"size": 302}, {"size": 10_000}])
def test_a_checkpoint_that_is_no_prefix_is_a_finding_and_everything_is_looked_at(
    published: Log, change: dict[str, object]
) -> None:
    altered(published, Rewrite("NL", "BE", 7))
    result = audited(published, msgspec.structs.replace(kept(published, 301), **change))
    kinds = {(one.kind, one.position) for one in result.findings}
    assert {("checkpoint", None), ("leaf", 7)} <= kinds
    assert result.since is None


def test_more_that_is_published_is_looked_at_from_any_checkpoint(published: Log) -> None:
    record(published.house, LAST, 3)
    published.publish()
    assert found(published, 520) == set()
    assert found(published, LAST + 3) == set()
