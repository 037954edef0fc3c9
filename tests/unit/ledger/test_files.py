"""A file is read in the room that it needs, and no further than allowed."""

import tracemalloc
from pathlib import Path

import pytest

from ledger.storage.named import read_named

MOST = 1 << 26


def test_a_small_file_takes_little_room_however_large_it_may_be(tmp_path: Path) -> None:
    path = tmp_path / "small"
    path.write_bytes(b"content")
    tracemalloc.start()
    try:
        assert read_named(path, MOST, "any") == b"content"
        assert tracemalloc.get_traced_memory()[1] < MOST // 64
    finally:
        tracemalloc.stop()


def test_a_file_is_read_whole_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    assert read_named(path, 7, "any") == b"content"
    with pytest.raises(OSError, match="more than 6 bytes"):
        read_named(path, 6, "any")


def test_a_file_that_does_not_tell_its_size_is_read() -> None:
    assert read_named(Path("/proc/self/cmdline"), 1 << 20, "any")
