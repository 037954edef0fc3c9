"""The publisher on a real database: it writes the tree of the table, and never signs another past."""

import gc
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
from psycopg import Notify

from ledger.erasure.eraser import Eraser
from ledger.errors import Fenced, Halt, KeyLost, Misconfigured, RolledBack, Unproven
from ledger.storage.frames import framed
from ledger.tlog.publishing import publisher as publisher_module
from ledger.tlog.publishing.observer import PublisherObserver
from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint, verify_checkpoint
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.key_file import KeyFile
from tests.fixtures.folders import files_in
from tests.fixtures.guards import GUARDS_ON
from tests.fixtures.inbound import until
from tests.fixtures.ledger import House, collected, message
from tests.fixtures.tlog import Log


def record(house: House, count: int) -> None:
    """So many registry events, which are quick to record."""
    ledger = house.open()
    facts = {"kind": "processor", "role": "processor", "country": "NL", "valid_from": "2026-01-01"}
    lines = [
        message("recipient-registered", f"recipient/r-{number}", name="Hosting", **facts)
        for number in range(count)
    ]
    assert house.record(*lines, ledger=ledger).recorded == count
    ledger.close()


def test_an_empty_log_is_published_too(log: Log) -> None:
    assert log.publish().size == 0
    assert log.check() == 0


def test_the_log_is_the_tree_of_the_table_however_it_grew(log: Log, tmp_path: Path) -> None:
    for count in (1, 2, 253, 1, 300, 0, 700):
        if count:
            record(log.house, count)
        published = log.publish()
        assert published.entries == count
        before = files_in(log.path)
        assert log.publish().entries == 0
        assert files_in(log.path) == before
        assert log.check() == published.size
    at_once = Log(log.house, tmp_path / "keys" / "again")
    assert at_once.rebuild().size == 1257
    assert at_once.check() == 1257
    assert tree_of(at_once.path) == tree_of(log.path)
    assert at_once.read("checkpoint") == log.read("checkpoint")


def tree_of(folder: Path) -> dict[str, bytes]:
    """Tiles and bundles without those partial ones that a later one has replaced."""
    files = {name: c for name, c in files_in(folder).items() if name.startswith("tile/")}
    newest: dict[str, tuple[int, bytes]] = {}
    for name, content in files.items():
        tile, _, width = name.partition(".p/")
        newest[tile] = max(newest.get(tile, (0, b"")), (int(width or 256), content))
    return {tile: content for tile, (_, content) in newest.items()}


def test_a_folder_that_is_not_the_logs_stops_the_publisher_until_it_is_made_again(
    log: Log, tmp_path: Path
) -> None:
    record(log.house, 300)
    log.publish()
    record(log.house, 5)
    elsewhere = Log(log.house, tmp_path / "keys" / "elsewhere")
    with pytest.raises(
        Misconfigured, match=r"has signed 300 entries, and .*elsewhere holds nothing"
    ):
        elsewhere.publish()
    assert not elsewhere.folder.checkpoint()
    rebuilt = elsewhere.rebuild()
    assert (rebuilt.size, rebuilt.entries) == (300, 0)
    assert elsewhere.read("checkpoint") == log.read("checkpoint")
    assert elsewhere.publish().entries == 5
    assert elsewhere.check() == 305


def test_only_a_lost_folder_of_a_log_that_signed_is_made_again(log: Log) -> None:
    with pytest.raises(Misconfigured, match="has signed nothing"):
        log.rebuild()
    log.publish()
    with pytest.raises(Misconfigured, match="has signed nothing"):
        log.rebuild()
    record(log.house, 2)
    log.publish()
    before = files_in(log.path)
    with pytest.raises(Misconfigured, match="holds a log"):
        log.rebuild()
    assert files_in(log.path) == before


def test_no_folder_is_made_of_other_entries_than_were_signed(log: Log, tmp_path: Path) -> None:
    record(log.house, 5)
    log.publish()
    change(log.house, f"UPDATE events SET state = {X} WHERE notification_id = 4")
    elsewhere = Log(log.house, tmp_path / "keys" / "elsewhere")
    with pytest.raises(
        RolledBack, match=r"up to position 5 make up another tree .* `ledger audit`"
    ):
        elsewhere.rebuild()
    assert not elsewhere.folder.checkpoint()
    assert not list(elsewhere.folder.history)
    change(log.house, ROLL_BACK)
    with pytest.raises(RolledBack, match="ends at position 3, and position 5"):
        elsewhere.rebuild()


def older_folder(log: Log, tmp_path: Path) -> Log:
    """The folder of a log as it was when it had signed three entries."""
    record(log.house, 3)
    log.publish()
    older = Log(log.house, tmp_path / "keys" / "older")
    shutil.copytree(log.path, older.path)
    return older


def test_an_older_folder_grows_to_what_was_signed_before_anything_new_is(
    log: Log, tmp_path: Path
) -> None:
    older = older_folder(log, tmp_path)
    record(log.house, 300)
    log.publish()
    record(log.house, 1)
    assert older.publish().entries == 1
    assert older.check() == 304
    signed = [parse_checkpoint(parse_note(one).text).size for one in older.folder.history]
    assert signed == [0, 3, 303, 304]


def test_an_older_folder_beside_another_past_signs_nothing(log: Log, tmp_path: Path) -> None:
    older = older_folder(log, tmp_path)
    record(log.house, 3)
    log.publish()
    change(log.house, f"UPDATE events SET state = {X} WHERE notification_id = 5")
    with pytest.raises(RolledBack, match="another tree"):
        older.publish()
    assert len(list(older.folder.history)) == 2


def test_a_folder_whose_tree_is_not_the_promised_one_signs_nothing(log: Log) -> None:
    record(log.house, 3)
    log.publish()
    change(log.house, "UPDATE promises SET root = 'x', size = 2")
    with pytest.raises(Halt, match="nothing more is signed"):
        log.publish()


def test_a_log_from_before_promises_were_kept_is_known_from_its_next_start(
    log: Log, tmp_path: Path
) -> None:
    record(log.house, 3)
    log.publish()
    change(log.house, "DELETE FROM promises")
    assert log.publish().entries == 0
    with pytest.raises(Misconfigured, match="has signed 3 entries"):
        Log(log.house, tmp_path / "keys" / "elsewhere").publish()


def test_partial_tiles_go_when_the_full_one_is_published(log: Log) -> None:
    record(log.house, 10)
    log.publish()
    assert (log.path / "tile/0/000.p/10").exists()
    record(log.house, 250)
    log.publish()
    names = {name for name in files_in(log.path) if name.startswith("tile/")}
    assert names == {
        "tile/0/000",
        "tile/0/001.p/4",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/4",
    }


def test_many_entries_take_several_checkpoints(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_module, "STEP_ENTRIES", 100)
    monkeypatch.setattr(publisher_module, "_BLOCK_ENTRIES", 30)
    record(log.house, 350)
    assert log.publish().entries == 350
    assert log.check() == 350
    sizes = [parse_checkpoint(parse_note(one).text).size for one in log.folder.history]
    assert sizes == [0, 100, 200, 300, 350]


def test_large_entries_take_several_checkpoints(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_module, "STEP_BYTES", 1000)
    monkeypatch.setattr(publisher_module, "_BLOCK_ENTRIES", 2)
    record(log.house, 7)
    assert log.publish().entries == 7
    assert log.check() == 7
    assert len(list(log.folder.history)) > 2


def change(house: House, script: str) -> None:
    """Change the past as a superuser."""
    owner = house.session(None)
    tables = ("events", "event_ids", "batches", "head", "dead_letters", "promises")
    for table in tables:
        owner.script(f"ALTER TABLE {table} DISABLE TRIGGER ALL", {})
    owner.script(script, {})
    owner.script(GUARDS_ON, {})


X = f"'\\x{framed(b'x').hex()}'"
ROLL_BACK = (
    "DELETE FROM events WHERE notification_id > 3; DELETE FROM event_ids WHERE position > 3;"
    "UPDATE head SET position = 3"
)


def test_a_database_that_was_rolled_back_is_refused(log: Log) -> None:
    record(log.house, 5)
    log.publish()
    before = files_in(log.path)
    change(log.house, ROLL_BACK)
    with pytest.raises(RolledBack, match=r"position 3, and position 5 .* `ledger restore`"):
        log.publish()
    record(log.house, 2)
    with pytest.raises(RolledBack, match=r"another entry at position 5 .* `ledger restore`"):
        log.publish()
    record(log.house, 2)
    with pytest.raises(RolledBack):
        log.publish()
    assert files_in(log.path) == before


def test_a_running_publisher_notices_it_too(log: Log) -> None:
    record(log.house, 5)
    publisher = log.publisher()
    publisher.publish_once()
    change(log.house, ROLL_BACK)
    with pytest.raises(RolledBack):
        publisher.publish_once()
    record(log.house, 4)
    with pytest.raises(RolledBack):
        publisher.publish_once()


@pytest.mark.parametrize("gone", [1, 4, 5])
def test_a_gap_is_never_signed(log: Log, gone: int) -> None:
    """Also where it is the last one, after which no row comes."""
    record(log.house, 5)
    change(log.house, f"DELETE FROM events WHERE notification_id = {gone}")
    with pytest.raises(Halt, match=f"position {gone} is missing"):
        log.publish()
    assert log.checkpoint().size == 0


def test_an_entry_that_no_bundle_can_hold_is_named(log: Log) -> None:
    record(log.house, 2)
    large = framed(b"x" * 65_500).hex()
    change(log.house, f"UPDATE events SET state = '\\x{large}' WHERE notification_id = 2")
    with pytest.raises(Halt, match="position 2: the entry has more than 65535 bytes"):
        log.publish()


def test_a_state_that_is_no_frame_is_named(log: Log) -> None:
    record(log.house, 2)
    change(log.house, "UPDATE events SET state = 'x' WHERE notification_id = 2")
    with pytest.raises(Halt, match="position 2: the stored state is not a frame of this program"):
        log.publish()


def test_of_two_publishers_one_wins(log: Log, tmp_path: Path) -> None:
    record(log.house, 3)
    first, second = log.publisher(), log.publisher()
    elsewhere = Log(log.house, tmp_path / "elsewhere")
    third = elsewhere.publisher()
    assert first.publish_once().size == 3
    with pytest.raises(Fenced, match="another publisher is at work in"):
        second.publish_once()
    with pytest.raises(Fenced, match="another publisher is at work on this ledger"):
        third.publish_once()
    assert not elsewhere.folder.checkpoint()
    record(log.house, 3)
    assert first.publish_once().size == 6
    first.close()
    assert second.publish_once().entries == 0
    assert log.check() == 6


def changed(name: str, old: bytes, new: bytes) -> Callable[[Log], object]:
    def change(log: Log) -> None:
        path = log.path / name
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new, 1))

    return change


def flipped(name: str) -> Callable[[Log], object]:
    def flip(log: Log) -> None:
        path = log.path / name
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)

    return flip


def removed(name: str) -> Callable[[Log], object]:
    return lambda log: (log.path / name).unlink()


def an_older_history(log: Log) -> None:
    (path,) = (log.path / "checkpoints").iterdir()
    first = next(iter(log.folder.history))
    path.write_bytes(first + b"\n")


DAMAGE: dict[str, Callable[[Log], object]] = {
    "a partial tile": flipped("tile/0/001.p/4"),
    "a partial tile of level 1": flipped("tile/1/000.p/1"),
    "a lost tile": removed("tile/0/001.p/4"),
    "a short tile": lambda log: (log.path / "tile/0/001.p/4").write_bytes(b"x"),
    "a bundle": flipped("tile/entries/001.p/4"),
    "a lost bundle": removed("tile/entries/001.p/4"),
    "the size": changed("checkpoint", b"\n260\n", b"\n259\n"),
    "the checkpoint": flipped("checkpoint"),
    "an empty checkpoint": lambda log: (log.path / "checkpoint").write_bytes(b""),
    "an older history": an_older_history,
}


@pytest.mark.parametrize("what", DAMAGE)
def test_on_a_damaged_log_nothing_is_signed(log: Log, what: str) -> None:
    record(log.house, 260)
    log.publish()
    DAMAGE[what](log)
    history = list(log.folder.history)
    record(log.house, 1)
    with pytest.raises(Halt):
        log.publish()
    assert list(log.folder.history) == history


def test_a_checkpoint_that_somebody_else_replaced_is_noticed(log: Log) -> None:
    record(log.house, 2)
    publisher = log.publisher()
    publisher.publish_once()
    old = next(iter(log.folder.history))
    (log.path / "checkpoint").write_bytes(old)
    for path in (log.path / "checkpoints").iterdir():
        path.write_bytes(old + b"\n")
    record(log.house, 2)
    with pytest.raises(Halt, match="changed by somebody else"):
        publisher.publish_once()
    # From an old promise of its own it goes on, to the same tree as ever.
    assert publisher.publish_once().entries == 2
    assert log.check() == 4


def test_a_folder_that_is_lost_while_it_runs_is_told_like_one_that_was_lost_before(
    log: Log,
) -> None:
    record(log.house, 2)
    publisher = log.publisher()
    publisher.publish_once()
    shutil.rmtree(log.path)
    record(log.house, 2)
    with pytest.raises(Misconfigured, match="only if its folder is lost, make it again with"):
        publisher.publish_once()


def test_a_signed_checkpoint_that_was_not_published_is_published_next(log: Log) -> None:
    record(log.house, 2)
    log.publish()
    old = log.read("checkpoint")
    record(log.house, 2)
    log.publish()
    new = log.read("checkpoint")
    (log.path / "checkpoint").write_bytes(old)
    assert log.publish().entries == 0
    assert log.read("checkpoint") == new
    (log.path / "checkpoint").unlink()
    assert log.publish().entries == 0
    assert log.read("checkpoint") == new
    assert log.check() == 4


def test_a_torn_end_of_the_history_was_never_published(log: Log) -> None:
    record(log.house, 2)
    log.publish()
    (path,) = (log.path / "checkpoints").iterdir()
    whole = path.read_bytes()
    record(log.house, 2)
    old, new = log.read("checkpoint"), b""
    for cut in (0, 1, 30, 90, len(old)):
        (log.path / "checkpoint").write_bytes(old)
        path.write_bytes(whole + new[:cut])
        log.publish()
        assert log.check() == 4
        new = log.read("checkpoint")
        assert path.read_bytes() == whole + new + b"\n"


def test_days_of_the_history_never_go_back(log: Log) -> None:
    log.publish()
    for days in (1, -1):
        log.house.clock.forward(days=days)
        record(log.house, 1)
        log.publish()
    assert sorted(path.name for path in (log.path / "checkpoints").iterdir()) == [
        "2026-11-24",
        "2026-11-25",
    ]
    assert log.check() == 2


def test_a_full_disk_and_a_lost_folder_are_waited_out(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(log.house, 2)
    (log.path.parent).mkdir(exist_ok=True)
    log.path.write_bytes(b"a file where the folder should be")
    publisher = log.publisher()
    with pytest.raises(Unproven, match="is no folder: remove it"):
        publisher.publish_once()
    log.path.unlink()
    assert publisher.publish_once().size == 2


def test_a_rotated_key_repeats_the_last_checkpoint_and_the_old_one_stays_verifiable(
    log: Log,
) -> None:
    record(log.house, 2)
    log.publish()
    old = log.read("checkpoint")
    first = log.key_file.load().verifier
    second = log.key_file.rotate().verifier
    assert log.key_file.known() == [first, second]
    assert log.publish().entries == 0
    new = log.read("checkpoint")
    assert verify_checkpoint(old, [first]) == verify_checkpoint(new, [second])
    with pytest.raises(Unproven):
        verify_checkpoint(new, [first])
    assert [one for one in log.folder.history][-2:] == [old, new]
    record(log.house, 2)
    log.publish()
    assert log.check() == 4


def test_a_log_has_one_name(log: Log) -> None:
    log.publish()
    log.origin = "ledger.example.nl/other"
    with pytest.raises(Misconfigured, match=r"is that of ledger\.localhost/main"):
        log.publish()


def test_the_key_is_closed_made_once_and_missed_when_it_is_gone(log: Log) -> None:
    path = log.key_file.path
    with pytest.raises(Misconfigured, match="a new ledger gets one from `ledger init`"):
        log.key_file.load()
    key = log.key_file.create().verifier
    assert path.stat().st_mode & 0o777 == 0o600
    assert log.key_file.create().verifier == key == log.key_file.load().verifier
    path.with_suffix(".vkeys").unlink()  # as after a crash in between
    assert log.key_file.create().verifier == key
    assert log.key_file.known() == [key]
    path.chmod(0o640)
    with pytest.raises(Misconfigured, match="chmod 600"):
        log.key_file.load()
    path.unlink()
    for use in (log.key_file.load, log.key_file.create):
        with pytest.raises(KeyLost, match="rotate-key"):
            use()
    assert log.key_file.rotate().verifier != key
    assert log.key_file.known()[0] == key
    path.with_suffix(".vkeys").write_text("no key\n")
    with pytest.raises(Halt, match="is damaged"):
        log.key_file.load()


def test_a_key_under_a_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log.key"
    sealed = KeyFile(path, "a.example.nl/log", "correct horse")
    key = sealed.create().verifier
    assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
    assert sealed.load().verifier == key
    with pytest.raises(Misconfigured, match="encrypted"):
        KeyFile(path, "a.example.nl/log").load()
    with pytest.raises(Misconfigured, match="does not open"):
        KeyFile(path, "a.example.nl/log", "wrong").load()
    clear = KeyFile(tmp_path / "keys" / "clear.key", "a.example.nl/log")
    clear.create()
    with pytest.raises(Misconfigured, match="not encrypted"):
        KeyFile(clear.path, "a.example.nl/log", "correct horse").load()
    clear.path.write_bytes(b"no key")
    with pytest.raises(Misconfigured, match="does not open"):
        clear.load()


def is_published(log: Log, size: int) -> bool:
    return log.folder.checkpoint() is not None and log.checkpoint().size == size


def test_it_follows_what_is_recorded(log: Log) -> None:
    stopped = Event()
    publisher = log.publisher(pause=lambda seconds: None)
    thread = Thread(target=lambda: publisher.follow(stopped.is_set))
    thread.start()
    try:
        for size in (3, 6, 9):
            record(log.house, 3)

            until(partial(is_published, log, size), lambda: stopped.wait(0.02))
    finally:
        stopped.set()
        thread.join(120)
    assert not thread.is_alive()
    assert log.check() == 9


def test_it_signs_once_an_interval_however_often_something_is_recorded(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_module, "STEP_ENTRIES", 2)
    seen: list[object] = []

    def published(size: int, entries: int) -> None:
        seen.append((size, entries))
        if len(seen) < 6:
            record(log.house, 3)

    def pause(seconds: float) -> None:
        seen.append("rest")

    record(log.house, 3)
    publisher = log.publisher(
        observer=PublisherObserver(published=published),
        pause=pause,
        monotonic=lambda: seen.count("rest") * publisher_module.INTERVAL_S,
    )
    publisher.follow(lambda: len(seen) == 7)
    # What was there when it looked is published at once, in steps; what came since waits for the next look.
    assert seen == [(2, 2), (3, 1), "rest", (5, 2), (7, 2), (9, 2), "rest"]
    publisher.close()


def test_what_is_announced_to_a_busy_publisher_does_not_pile_up(log: Log) -> None:
    announced: list[int] = []

    def published(size: int, entries: int) -> None:
        announced.append(sum(isinstance(one, Notify) for one in gc.get_objects()))
        for _ in range(3):
            record(log.house, 1)

    record(log.house, 1)
    publisher = log.publisher(
        observer=PublisherObserver(published=published),
        monotonic=lambda: len(announced) * publisher_module.INTERVAL_S,
    )
    publisher.follow(lambda: len(announced) == 5)
    publisher.close()
    assert max(announced) <= 3, announced


def test_following_waits_out_what_passes_and_ends_with_what_does_not(
    log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    record(log.house, 5)
    log.publish()
    other = log.publisher()
    other.publish_once()
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            change(log.house, ROLL_BACK)
            other.close()

    publisher = log.publisher(pause=pause, monotonic=lambda: float(len(pauses)))
    with pytest.raises(RolledBack):
        publisher.follow(lambda: False)
    assert len(pauses) >= 3
    assert "another publisher is at work" in caplog.text


def test_whoever_looks_sees_steps_and_failures(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_module, "STEP_ENTRIES", 2)
    seen: list[object] = []
    observer = PublisherObserver(
        looked=lambda: seen.append("looked"),
        published=lambda size, entries: seen.append((size, entries)),
        failed=lambda error: seen.append(type(error)),
    )
    record(log.house, 5)
    publisher = log.publisher(observer=observer)
    publisher.publish_once()
    assert [one for one in seen if one != "looked"] == [(2, 2), (4, 2), (5, 1)]
    assert seen.count("looked") == 4
    change(log.house, ROLL_BACK)
    with pytest.raises(RolledBack):
        publisher.publish_once()
    assert seen[-1] is RolledBack


def test_old_promises_hold_after_an_erasure(log: Log) -> None:
    house = log.house
    house.record(collected(), collected("customer/2"))
    log.publish()
    old: Checkpoint = log.checkpoint()
    eraser: Eraser = house.eraser()
    eraser.erase("customer/10023", [], "request")
    log.publish()
    assert log.check() == 4
    assert log.checkpoint().size > old.size
