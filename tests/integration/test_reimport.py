"""After a restore the log gives back what it promised, byte for byte, and both go on as before."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.backup import reimport as module
from ledger.backup.reimport import ReimportedRange, reimport
from ledger.errors import Halt, RolledBack
from ledger.tlog.tree.merkle import hash_leaf
from tests.fixtures.console import Cli
from tests.fixtures.console import registered as registered_before
from tests.fixtures.ledger import House, collected, registered
from tests.fixtures.tlog import Log, entries_of
from tests.integration.test_backup import back_up, elsewhere, ledger
from tests.integration.test_publishing import change, record

__all__ = ["elsewhere", "ledger"]

FORGET = (
    "DELETE FROM events WHERE notification_id > {0}; DELETE FROM event_ids WHERE position > {0};"
    "DELETE FROM batches WHERE last_position > {0} OR first_position > {0};"
    "DELETE FROM dead_letters WHERE (SELECT coalesce(sum(dead_letters), 0) FROM batches) = 0;"
    "UPDATE head SET position = {0}, batch = (SELECT coalesce(max(batch), 0) FROM batches),"
    " recorded_at = coalesce((SELECT max(recorded_at) FROM events), 'epoch')"
)


SOURCES = "public.sources_then"
MAKE_SOURCES = (
    f"CREATE TABLE IF NOT EXISTS {SOURCES} AS SELECT position, row(s.*)::text AS sources FROM head,"
    " intake_sources AS s WITH NO DATA;"
)
KEEP_SOURCES = (
    f"{MAKE_SOURCES} INSERT INTO {SOURCES}"
    " SELECT position, row(s.*)::text FROM head, intake_sources AS s"
)
PUT_BACK_SOURCES = (
    f"{MAKE_SOURCES}"
    "DELETE FROM intake_sources; INSERT INTO intake_sources SELECT (sources::intake_sources).*"
    f" FROM {SOURCES} WHERE position = {{}}; DROP TABLE {SOURCES}"
)


def forget(house: House, position: int) -> None:
    """The database as a backup from then has it."""
    change(house, FORGET.format(position))
    change(house, PUT_BACK_SOURCES.replace("{}", str(position)))


def come_back(log: Log) -> ReimportedRange:
    house = log.house
    return reimport(
        house.session("recorder"), house.ledger, house.chain(), log.folder, log.key_file.known()
    )


def worked(log: Log) -> list[bytes]:
    """Batches of several sizes, an erasure among them; all published. Their entries."""
    house = log.house
    change(house, KEEP_SOURCES)
    for work in (
        lambda: house.record(registered(), collected()),
        lambda: record(house, 300),
        lambda: house.eraser().erase("customer/10023", ["contact"], "request"),
        lambda: house.record(registered("customer/2"), collected("customer/2"), b"no event"),
        lambda: record(house, 250),
    ):
        work()
        change(house, KEEP_SOURCES)
    log.publish()
    return entries_of(house)


@pytest.mark.parametrize("position", [0, 2, 302, 304, 306])
def test_everything_above_comes_back_byte_for_byte(log: Log, position: int) -> None:
    entries = worked(log)
    before = log.read("checkpoint")
    forget(log.house, position)
    if position < 556:
        with pytest.raises(RolledBack):
            log.publish()
    assert come_back(log) == ReimportedRange(position + 1, 556)
    assert entries_of(log.house) == entries
    assert log.audit().findings == ()
    assert log.publish().entries == 0
    assert log.read("checkpoint") == before
    record(log.house, 3)
    assert log.publish().entries == 3
    assert log.check() == 559


def test_nothing_comes_back_where_nothing_is_missing(log: Log) -> None:
    assert come_back(log).count == 0
    record(log.house, 2)
    log.publish()
    record(log.house, 2)
    before = entries_of(log.house)
    assert come_back(log).count == 0
    assert entries_of(log.house) == before


def test_what_came_back_is_known_by_its_name(log: Log) -> None:
    event = registered("customer/7")
    log.house.record(event)
    log.publish()
    forget(log.house, 0)
    assert come_back(log).count == 1
    assert log.house.record(event).duplicates == 1


def test_erasures_that_came_back_are_completed_by_the_journal(log: Log) -> None:
    worked(log)
    house = log.house
    forget(house, 2)
    change(house, "DELETE FROM fences; UPDATE head SET erasures = 0")
    come_back(log)
    assert house.session("reader").row("head") == (556, 1)
    (done,) = house.eraser().reapply()
    assert done.categories == ("contact",)
    assert log.audit().findings == ()
    assert log.publish().entries == 1


def test_a_crash_in_between_goes_on(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = worked(log)
    forget(log.house, 2)
    monkeypatch.setattr(module, "_BLOCK_ENTRIES", 1)
    original: Callable[..., None] = module._write
    calls = iter(range(10))

    def failing(*arguments: Any) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(module, "_write", failing)
        with pytest.raises(KeyboardInterrupt):
            come_back(log)
    assert 2 < len(entries_of(log.house)) < 556
    come_back(log)
    assert entries_of(log.house) == entries


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "name", ["tile/entries/001", "tile/0/001", "tile/0/002.p/44", "tile/1/000.p/2", "checkpoint"]
)
def test_a_damaged_log_gives_nothing_back(log: Log, name: str) -> None:
    worked(log)
    forget(log.house, 300)
    flip(log.path / name)
    with pytest.raises(Halt):
        come_back(log)
    assert len(entries_of(log.house)) == 300


def test_a_bundle_and_its_tile_changed_together_are_noticed(log: Log) -> None:
    worked(log)
    forget(log.house, 300)
    bundle, tile = log.path / "tile/entries/001", log.path / "tile/0/001"
    entries = log.folder.bundle(1, 256)
    entries[100] = entries[100].replace(b"Hosting", b"hosting")
    bundle.write_bytes(b"".join(len(one).to_bytes(2, "big") + one for one in entries))
    hashes = [hash_leaf(entry) for entry in entries]
    tile.write_bytes(b"".join(hashes))
    with pytest.raises(Halt, match="leads to another root"):
        come_back(log)


def test_another_past_is_no_beginning(log: Log) -> None:
    worked(log)
    forget(log.house, 2)
    record(log.house, 5)
    with pytest.raises(Halt, match="another entry at position 7"):
        come_back(log)


def test_another_past_that_is_longer_than_the_log_is_none_either(log: Log) -> None:
    size = len(worked(log))
    forget(log.house, 2)
    record(log.house, size)
    with pytest.raises(Halt, match=f"another entry at position {size}"):
        come_back(log)


def test_a_restore_brings_back_what_was_published_after_the_backup(
    ledger: Cli,
    elsewhere: str,
) -> None:
    ledger.record(registered_before())
    copies = back_up(ledger)
    ledger.record(registered_before("customer/2"), registered_before("customer/3"))
    assert ledger("publish", "--once").status == 0
    before = ledger("checkpoint").out
    ledger.set(DATABASE_URL=elsewhere)
    ran = ledger("restore", copies[0], "--keys", copies[1], "--json")
    assert ran.status == 0, ran.err
    assert (ran.json["position"], ran.json["reimported"], ran.json["findings"]) == (1, 2, 0)
    assert ledger("publish", "--once", "--json").json["entries"] == 0
    assert ledger("checkpoint").out == before
    assert ledger("audit", "--views", "--json").json["ok"]


def test_a_restore_away_from_the_log_is_refused_and_nothing_is_changed(
    ledger: Cli, elsewhere: str
) -> None:
    """Another data directory moves the folder of the log, and the key would sign a second tree."""
    ledger.record(registered_before())
    assert ledger("publish", "--once").status == 0
    copies = back_up(ledger)
    ledger.record(registered_before("customer/2"))
    assert ledger("publish", "--once").status == 0
    before, old = ledger("checkpoint").out, ledger.folder / "data" / "tlog"
    old.rename(ledger.folder / "moved")
    ledger.set(DATABASE_URL=elsewhere)
    words = ("restore", copies[0], "--keys", copies[1], "--json")
    ran = ledger(*words)
    assert (ran.status, "set LEDGER_LOG_DIR" in ran.err) == (2, True), ran.err
    assert not old.exists()
    ledger.set(LOG_DIR=str(ledger.folder / "moved"))
    ran = ledger(*words)
    assert (ran.status, ran.json["reimported"]) == (0, 1), ran.err
    assert ledger("publish", "--once", "--json").json["entries"] == 0
    assert ledger("checkpoint").out == before


def test_a_backup_that_knows_of_no_log_only_warns(ledger: Cli, elsewhere: str) -> None:
    ledger.record(registered_before())
    copies = back_up(ledger)
    ledger.set(DATABASE_URL=elsewhere)
    ran = ledger("restore", copies[0], "--keys", copies[1], "--json")
    assert (ran.status, "set LEDGER_LOG_DIR" in ran.err) == (0, True), ran.err


def test_a_log_under_a_new_name_begins_anew(ledger: Cli, elsewhere: str) -> None:
    ledger.record(registered_before())
    copies = back_up(ledger)
    ledger.set(DATABASE_URL=elsewhere, LOG_ORIGIN="ledger.example.nl/second")
    ran = ledger("restore", copies[0], "--keys", copies[1], "--json")
    assert ran.status == 0, ran.err
