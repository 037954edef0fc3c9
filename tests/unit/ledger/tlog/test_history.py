"""Records of the history's files are found as their format says, among whatever else is there."""

import random
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from ledger.errors import ServiceAway
from ledger.storage.access import PUBLIC
from ledger.storage.files import Folder
from ledger.tlog.publishing.promises import bound_to
from ledger.tlog.signing.checkpoints import Checkpoint, sign_checkpoint
from ledger.tlog.store import history
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.store.history import History, bind
from tests.fixtures.tlog import ORIGIN, decimal_leaves, log_key, naive_root

if TYPE_CHECKING:
    from ledger.storage.postgres import Session

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


class Promised:
    """A session of a database that keeps what the log promised last."""

    def __init__(self, *rows: tuple[str, int, bytes, bytes | None]) -> None:
        self.kept = rows

    def rows(self, name: str) -> object:
        assert name == "promised_history"
        return self.kept


def test_what_a_history_comes_to_goes_on_from_what_the_database_knows(tmp_path: Path) -> None:
    folder = LogFolder(tmp_path)
    trees = [Checkpoint(ORIGIN, size, naive_root(decimal_leaves(size))) for size in (1, 2, 7)]
    bounds = [b""]
    for day, tree in enumerate(trees, 1):
        folder.history.append(sign_checkpoint(tree, log_key()), date(2026, 12, day))
        folder.history.append(sign_checkpoint(tree, log_key()), date(2026, 12, day))  # once more
        bounds.append(bind(bounds[-1], tree))

    def found(*rows: tuple[str, int, bytes, bytes | None]) -> tuple[Checkpoint | None, bytes]:
        session = cast("Session", Promised(*rows))
        return bound_to(session, folder.history, ORIGIN, [log_key().verifier])

    assert found() == (trees[-1], bounds[-1])
    assert found((ORIGIN, 7, trees[-1].root, None)) == (trees[-1], bounds[-1]), "it never looked"
    assert found(("another", 7, trees[-1].root, b"x")) == (trees[-1], bounds[-1])
    for place, tree in enumerate(trees):
        kept = (ORIGIN, tree.size, tree.root, bounds[place + 1])
        assert found(kept) == (trees[-1], bounds[-1]), place
    newer = (ORIGIN, 9, b"r" * 32, b"bound")
    assert found(newer) == (Checkpoint(ORIGIN, 9, b"r" * 32), b"bound")
