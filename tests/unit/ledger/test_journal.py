"""The erasure journal is read block by block, whatever its length, up to the last whole line."""

import errno
import fcntl
import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from ledger.errors import Halt
from ledger.journal.entries import ErasureEntry, ErasureJournal

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def entry(number: int, keys: int = 4) -> ErasureEntry:
    return ErasureEntry(
        erasure=UUID(int=number),
        subject=UUID(int=number),
        categories=("contact",),
        keys=("k" * 22,) * keys,
        ground="request",
        time=NOW,
        through=NOW,
        position=number,
        whole=False,
    )


def written(folder: Path, entries: list[ErasureEntry]) -> ErasureJournal:
    journal = ErasureJournal(folder / "erasures.journal")
    journal.path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in entries))
    journal.path.chmod(0o600)
    return journal


def test_a_long_journal_comes_in_blocks_that_join(tmp_path: Path) -> None:
    entries = [entry(number) for number in range(5_000)]
    journal = written(tmp_path, entries)
    blocks = list(journal.blocks())
    assert len(blocks) > 1
    assert [one for block, _ in blocks for one in block] == entries == journal.entries()
    assert blocks[-1][1] == journal.path.stat().st_size
    (_, place), *later = blocks
    assert list(journal.blocks(place)) == later


def test_an_entry_longer_than_a_block_is_read(tmp_path: Path) -> None:
    entries = [entry(1), entry(2, keys=60_000), entry(3)]
    assert written(tmp_path, entries).entries() == entries


def test_a_torn_last_line_is_no_entry_until_it_is_whole(tmp_path: Path) -> None:
    journal = written(tmp_path, [entry(1)])
    size, line = journal.path.stat().st_size, msgspec.json.encode(entry(2))
    with journal.path.open("ab") as file:
        file.write(line)
    assert list(journal.blocks()) == [([entry(1)], size)]
    assert list(journal.blocks(size)) == []
    with journal.path.open("ab") as file:
        file.write(b"\n")
    assert list(journal.blocks(size)) == [([entry(2)], size + len(line) + 1)]


def test_what_is_left_of_a_torn_line_goes_with_the_next_one(tmp_path: Path) -> None:
    """A torn line may be longer than what is written over it."""
    journal = written(tmp_path, [entry(1)])
    with journal.path.open("ab") as file:
        file.write(msgspec.json.encode(entry(2, keys=400)))
    journal.append([entry(3)])
    assert journal.path.read_bytes() == written(tmp_path, [entry(1), entry(3)]).path.read_bytes()


@pytest.mark.parametrize("name", ["fsync", "pwrite"])
def test_a_line_that_may_not_be_on_disk_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The disk fails when it is flushed, or takes a part alone: the caller hears that nothing was done."""
    journal, before = written(tmp_path, [entry(1)]), [entry(1)]

    def pwrite(descriptor: int, lines: bytes, place: int, write: Any = os.pwrite) -> int:
        return int(write(descriptor, lines[: len(lines) - 1 - len(lines) // 4], place))

    def fsync(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    size = journal.path.stat().st_size
    with monkeypatch.context() as failing:
        failing.setattr(os, name, {"pwrite": pwrite, "fsync": fsync}[name])
        with pytest.raises(Halt, match="cannot be written"):
            journal.append([entry(2), entry(3)])
    assert (journal.entries(), journal.path.stat().st_size) == (before, size)
    journal.append([entry(4)])
    assert journal.entries() == [*before, entry(4)]


def test_a_journal_says_which_file_it_is_and_0_without_one(tmp_path: Path) -> None:
    """A place in one file means nothing in the next."""
    journal = ErasureJournal(tmp_path / "erasures.journal")
    assert (journal.file, journal.is_kept) == (0, False)
    journal.append([entry(1)])
    first = journal.file
    assert first == journal.path.stat().st_ino
    journal.path.rename(tmp_path / "moved")
    assert (journal.file, journal.is_kept) == (0, False)
    journal.append([entry(2)])
    assert journal.file not in {0, first}
    assert journal.entries() == [entry(2)]


def test_damage_behind_the_first_block_is_found(tmp_path: Path) -> None:
    journal = written(tmp_path, [entry(number) for number in range(5_000)])
    with journal.path.open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(Halt, match="damaged"):
        journal.entries()


def test_memory_does_not_grow_with_the_journal(tmp_path: Path) -> None:
    peaks = []
    for count in (4_000, 16_000):
        journal = written(tmp_path, [entry(number) for number in range(count)])
        tracemalloc.start()
        assert sum(len(block) for block, _ in journal.blocks()) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_a_line_goes_into_the_file_that_has_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody puts another file there while a writer waits for the lock, such as a restored journal."""
    journal = written(tmp_path, [entry(1)])
    restored = tmp_path / "restored"
    restored.write_bytes(msgspec.json.encode(entry(7)) + b"\n")
    restored.chmod(0o600)
    waited: list[Path] = []
    lock = fcntl.flock

    def meanwhile(descriptor: int, kind: int) -> None:
        if not waited:
            waited.append(restored.rename(journal.path))
        lock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", meanwhile)
    journal.append([entry(2)])
    assert waited
    assert [one.position for one in journal.entries()] == [7, 2]


def test_a_line_goes_into_a_new_file_where_the_old_one_was_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, lock = written(tmp_path, [entry(1)]), fcntl.flock
    taken: list[Path] = []

    def meanwhile(descriptor: int, kind: int) -> None:
        if not taken:
            taken.append(journal.path.rename(tmp_path / "away"))
        lock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", meanwhile)
    journal.append([entry(2)])
    assert [one.position for one in journal.entries()] == [2]
    assert ErasureJournal(taken[0]).entries() == [entry(1)]
