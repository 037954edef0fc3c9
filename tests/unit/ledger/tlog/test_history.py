"""Records of the history's files are found as their format says, among whatever else is there."""

import random
import re
from datetime import date
from pathlib import Path

import pytest

from ledger.errors import ServiceAway
from ledger.storage.access import PUBLIC
from ledger.storage.files import Folder
from ledger.tlog.store import history
from ledger.tlog.store.history import History

# The format, word for word: lines of text, a blank one, lines of signatures, a blank one.
RECORD = re.compile(rb"((?:[^\n]+\n)+\n(?:\xe2\x80\x94 [^\n]+\n)+)\n")
NOTE = b"origin\n1\nroot\n\n\xe2\x80\x94 key signature\n"
PARTS = [b"\n", b"\n\n", b"a\n", b"bb", b"\xe2\x80\x94 s\n", NOTE, NOTE + b"\n", b"\xe2\x80\x94 "]


def of(path: Path, content: bytes) -> History:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return History(Folder(path.parent.parent, PUBLIC))


def test_records_are_those_of_the_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = random.Random(7)
    found = 0
    for _ in range(3_000):
        content = b"".join(made.choice(PARTS) for _ in range(made.randrange(12)))
        kept = of(tmp_path / "checkpoints/2026-11-27", content)
        monkeypatch.setattr(history, "_FEW_BYTES", made.randrange(1, 90))
        wanted = [match[1] for match in RECORD.finditer(content)]
        assert list(kept) == wanted
        assert kept.last() == (wanted[-1] if wanted else None)
        assert list(kept.backwards()) == wanted[::-1]
        found += len(wanted)
    assert found > 1_000


def test_a_record_is_found_across_blocks_and_behind_more_than_a_crash_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_TAIL_BYTES", len(NOTE) + 1)
    kept = of(tmp_path / "checkpoints/2026-11-27", (NOTE + b"\n") * 50 + b"x" * 500)
    assert list(kept) == [NOTE] * 50
    kept.append(NOTE, date(2026, 11, 27))
    assert (tmp_path / "checkpoints/2026-11-27").read_bytes() == (NOTE + b"\n") * 51


def test_a_day_that_is_larger_than_any_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_MOST_BYTES", 10)
    with pytest.raises(ServiceAway):
        list(of(tmp_path / "checkpoints/2026-11-27", NOTE + b"\n"))
