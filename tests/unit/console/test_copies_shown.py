"""What a backup is and what a restore left is said in words."""

import io
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from application.queries.upkeep.copies import Backup, PartitionBookmark, RestoredBackup
from console.show.copies import copy_table

TAKEN = Backup(ledger="main", taken_at="T", position=7, epochs=[2, 3])


def shown(table: Table) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(table)
    return out.getvalue()


def test_a_backup_says_where_it_is_and_how_to_keep_it() -> None:
    text = shown(copy_table("backup", TAKEN, (Path("/a/events"), Path("/b/keys")), ("age1x",)))
    for words in (
        "made at",
        "up to position",
        "events in",
        "/a/events",
        "wrapped keys in",
        "age1x",
    ):
        assert words in text
    assert "no longer than one key epoch" in text
    assert "_" not in text


def test_a_restore_says_what_came_back_and_where_kafka_goes_on() -> None:
    left = RestoredBackup(
        **msgspec.structs.asdict(TAKEN),
        reimported=3,
        lost=[],
        erasures_reapplied=1,
        findings=0,
        kafka=[PartitionBookmark("acts", n, 10 + n) for n in (0, 1)],
    )
    text = shown(copy_table("restored", left))
    assert "events brought back from the log" in text
    assert "acts, partition 1, at offset 11" in text
    assert not {"_", "{", "topic:"} & set(text)
