"""What the audit says of keys, tombstones, lines and checkpoints just on either side of what is right."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from ledger.crypto.authentic import row_macs
from ledger.crypto.sealing import month_of
from tests.fixtures.ledger import House, collected, copied, registered
from tests.fixtures.postgres import Templates
from tests.fixtures.tlog import Log
from tests.integration import test_audit_keys
from tests.integration.test_audit_keys import KEYS, before_and_after, kinds
from tests.integration.test_audit_published import audited, record
from tests.integration.test_erasure import call

WHO = "customer/10023"


@pytest.mark.parametrize(
    ("month", "found"), [("2026-08", True), ("2026-09", True), ("2026-10", False)]
)
def test_a_key_of_a_month_that_was_erased_is_named_when_it_is_back(
    house: House, month: str, found: bool
) -> None:
    """Also of the last month that was erased. A key of a later month stays."""
    house.record(call(f"{month}-15T10:00:00Z"))
    house.record(call("2026-10-20T10:00:00Z"))
    copies = test_audit_keys.copied(house)
    last = month_of(house.clock()) - 2
    if found:
        house.eraser().expire(WHO, "traffic", last, "retention")
        assert kinds(house) == set()
        before_and_after("data_keys")(house, copies)
        assert kinds(house) == {"key-returned"}
        told = {detail for _, detail in test_audit_keys.found(house)}
        # Of the data itself, and not only of the fingerprints that were erased with it.
        named = "category traffic: its generation was erased"
        assert any(detail.endswith(named) for detail in told), told
    else:
        assert kinds(house) == set()


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_a_tombstone_is_kept_at_least_until_its_erasure(house: House, microseconds: int) -> None:
    """Written with its MAC, as by somebody who holds the key of the rows."""
    house.record(registered(), collected())
    house.eraser().erase(WHO, [], "request")
    (entry,) = house.journal.entries()
    session = house.session("reader")
    ((*row, _),) = session.rows("tombstones_of", subjects=[entry.subject])
    row[6] = entry.time + timedelta(microseconds=microseconds)
    mac = row_macs(house.provider, house.ledger).of("tombstones", row)
    with psycopg.connect(house.url) as owner:
        changed = owner.execute(
            f"UPDATE {KEYS}.tombstones SET keep_until = %s, mac = %s".encode(), [row[6], mac]
        )
        assert changed.rowcount == 1
    assert kinds(house) == ({"tombstone-changed"} if microseconds < 0 else set())


@pytest.mark.parametrize("rename", [None, "registry", "request_ref", "month"])
def test_a_member_that_no_line_has_is_named(house: House, rename: str | None) -> None:
    """Under another name a member counts as absent, and for some the MAC is the same."""
    house.record(registered(), collected())
    house.eraser().erase(WHO, ["contact"], "objection")
    assert kinds(house) == set()
    (line,) = house.journal.path.read_bytes().splitlines()
    members = json.loads(line)
    if rename is not None:
        assert members.pop(rename, None) is None, "its absence says the same"
    house.journal.path.write_bytes(json.dumps(members | {f"{rename}s": None}).encode() + b"\n")
    assert kinds(house) == {"journal-changed"}


@pytest.fixture
def published(templates: Templates, tmp_path: Path) -> Iterator[Log]:
    with copied(templates, tmp_path, "published_in_three", work) as house:
        yield Log(house, house.keys / "tlog")


def work(house: House) -> None:
    log = Log(house, house.keys / "tlog")
    for first in (0, 3, 6):
        record(house, first, 3)
        log.publish()


def days(log: Log) -> Path:
    (path,) = (log.path / "checkpoints").iterdir()
    return path


def first_lines(log: Log) -> list[bytes]:
    return [content.split(b"\n")[1] for content in log.folder.history]


@pytest.mark.parametrize(
    ("gone", "found"),
    [
        (0, "the first checkpoint that was kept is not that of the empty tree"),
        (-1, "the published checkpoint is not among the kept checkpoints"),
    ],
)
def test_the_kept_checkpoints_begin_with_the_empty_tree_and_end_with_the_published(
    published: Log, gone: int, found: str
) -> None:
    assert audited(published).findings == ()
    kept = list(published.folder.history)
    assert (first_lines(published)[0], len(kept)) == (b"0", 4)
    del kept[gone]
    days(published).write_bytes(b"".join(content + b"\n" for content in kept))
    assert found in {one.detail for one in audited(published).findings}


def test_a_first_checkpoint_that_no_key_signed_is_none_of_the_empty_tree(published: Log) -> None:
    kept = list(published.folder.history)
    kept[0] = kept[0].replace(b"\n0\n", b"\n00\n", 1)
    days(published).write_bytes(b"".join(content + b"\n" for content in kept))
    told = {one.detail for one in audited(published).findings}
    assert "the first checkpoint that was kept is not that of the empty tree" in told
