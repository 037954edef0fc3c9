"""Entries shared out by stream: each goes to the machine of its stream, in order, and only what is proven."""

from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from archive.manifest import Segment
from archive.places import FolderPlace
from archive.spark.folding import fold_share, told
from archive.spark.sorting import Held, Part, Split, held, in_order, sorted_entries, sorted_segment
from archive.writing import archive
from ledger.errors import Halt, LedgerError, ServiceAway, Unproven
from ledger.tlog.tree.bundles import read_entry
from projections.folds.digest import SLICES, bounds
from projections.following.apart import shares
from projections.following.work import Work, work_of
from projections.views import processing_register
from schemas import names
from tests.fixtures.published import entries, history_of

EVENTS = 512
EVERYTHING = Split(EVENTS, 1, frozenset(), 0)


def sorted_by(split: Split, content: list[bytes]) -> dict[int, list[Part]]:
    parts: dict[int, list[Part]] = {}
    for share, part in chain(
        sorted_entries(split, content[:200]), sorted_entries(split, content[200:])
    ):
        parts.setdefault(share, []).append(part)
    return parts


def test_the_entries_of_a_share_come_by_stream_and_version() -> None:
    parts = sorted_by(EVERYTHING, entries(EVENTS))
    found = list(in_order(parts[0]))
    places = [(entry.stream, entry.version) for entry in map(read_entry, found)]
    assert places == sorted(places)
    assert sorted(found) == sorted(entries(EVENTS))
    assert list(in_order([])) == []


@pytest.mark.parametrize("count", [1, 8, 64])
def test_shares_are_those_of_processes(count: int) -> None:
    split = Split(EVENTS, count, frozenset(), 0)
    for slice_ in (0, 1, SLICES // 2, SLICES - 1):
        stream = bounds(range(slice_, slice_ + 1))[0]
        content = entries(1)[0].replace(
            b"00000000-0000-0000-0000-000000000001", str(stream).encode()
        )
        ((share, _),) = sorted_entries(split, [content])
        assert slice_ in shares(SLICES)[slice_]
        assert slice_ * count // SLICES == share


def test_what_others_ask_for_goes_into_shares_of_its_own_too() -> None:
    split = Split(EVENTS, 1, frozenset({names.PERSONAL_DATA_DISCLOSED}), 1)
    parts = sorted_by(split, entries(EVENTS))
    assert list(in_order(parts[1])) == list(in_order(parts[0]))
    split = split._replace(asked=frozenset({names.CONSENT_GIVEN}))
    assert set(sorted_by(split, entries(EVENTS))) == {0}


def test_entries_after_the_goal_are_left_out() -> None:
    parts = sorted_by(EVERYTHING._replace(upto=300), entries(EVENTS))
    positions = [read_entry(entry).position for entry in in_order(parts[0])]
    assert sorted(positions) == list(range(1, 301))


def archived(tmp_path: Path) -> list[Segment]:
    place = FolderPlace(tmp_path / "archive")
    return list(archive(history_of(tmp_path / "log", EVENTS), place, 256).after.segments)


def test_what_the_ledger_pruned_is_left_out(tmp_path: Path) -> None:
    _, second = archived(tmp_path)
    some = held(second, [second.first, second.first + 7, second.last])
    ((_, part),) = sorted_segment(str(tmp_path / "archive"), EVERYTHING, some)
    positions = [read_entry(entry).position for entry in in_order([part])]
    assert sorted(positions) == [257, 264, 512]
    assert list(sorted_segment(str(tmp_path / "archive"), EVERYTHING, held(second, []))) == []


def without_entries(path: Path) -> list[bytes]:
    """The file without the column of entries, and with others in its place."""
    rows = pq.read_table(path)
    number = rows.schema.get_field_index("entry")
    made = []
    for table in (
        rows.drop_columns(["entry"]),
        rows.set_column(number, "entry", pa.array(range(len(rows)))),
        rows.set_column(number, "entry", pa.nulls(len(rows), pa.binary())),
    ):
        stream = pa.BufferOutputStream()
        pq.write_table(table, stream)
        made.append(stream.getvalue().to_pybytes())
    return made


def test_a_segment_that_is_not_what_was_archived_is_told_to_who_folds_the_last_share(
    tmp_path: Path,
) -> None:
    first, second = archived(tmp_path)
    address, split = str(tmp_path / "archive"), EVERYTHING._replace(shares=4)
    assert all(
        isinstance(part, bytes) for _, part in sorted_segment(address, split, Held(first, None))
    )
    path = tmp_path / "archive" / second.file
    for content in (
        (tmp_path / "archive" / first.file).read_bytes(),
        *without_entries(path),
        b"no Parquet",
        None,
    ):
        path.unlink() if content is None else path.write_bytes(content)
        ((share, part),) = sorted_segment(address, split, Held(second, None))
        assert share == 3
        with pytest.raises(Unproven, match=r"0257\.parquet is not what was archived"):
            list(in_order([part]))


def test_the_same_share_folded_twice_is_the_same() -> None:
    parts = sorted_by(EVERYTHING, entries(EVENTS))[0]
    work = work_of([(processing_register.VIEW, EVENTS)], [])
    once, twice = (list(fold_share(work, lambda: [[]], parts)) for _ in range(2))
    *blocks, seen = once
    *again, seen_again = twice
    assert blocks == again != []
    assert isinstance(seen, list)
    assert isinstance(seen_again, list)
    assert [sums for sums, _ in seen] == [sums for sums, _ in seen_again]


def test_a_machine_with_another_version_folds_nothing() -> None:
    (name, _, upto), *_ = work_of([(processing_register.VIEW, EVENTS)], []).views
    for view in ((name, "another", upto), ("unknown", "1", upto)):
        results = told(fold_share(Work([view], frozenset()), lambda: [[]], []))
        assert [(type(result), "another version" in str(result)) for result in results] == [
            (Halt, True)
        ]


def test_what_may_be_over_the_next_time_is_tried_again() -> None:
    def ends_with(error: LedgerError) -> object:
        raise error

    assert [str(error) for error in told(map(ends_with, [Unproven("never")]))] == ["never"]
    with pytest.raises(ServiceAway):
        list(told(map(ends_with, [ServiceAway("now")])))
