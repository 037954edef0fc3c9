"""A small file that holds gigabytes costs the audit of an archive no more than a file of events."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import checking
from archive.columns import SCHEMA, table_of
from archive.manifest import MANIFEST, MOST_SEGMENT_BYTES, decode_manifest
from archive.pages import expanded_size
from archive.places import FolderPlace
from archive.segment import (
    MOST_FOOTER_BYTES,
    MOST_GROUP_BYTES,
    MOST_GROUP_EVENTS,
    STATISTICS,
    decode_entries,
    decode_segment,
    encode_segment,
)
from archive.writing import archive
from ledger.audit import Findings
from ledger.errors import Misconfigured, Unproven
from ledger.event import ENTRY_LIMIT_BYTES
from tests.fixtures.published import entries, entry, history_of
from tests.fixtures.tlog import log_key
from tests.unit.archive.test_checking import stored

EVENTS = 512
# Entries, columns, and what Arrow holds of a page while it expands it; the bombs below came to gigabytes.
MOST_MEMORY = 12 * MOST_GROUP_BYTES
POOLS: list[pa.MemoryPool] = []
LARGER = "the file becomes larger than the entries of so many events"
OTHER_FORM = "the file has pages of another form than this program writes"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive of one segment."""
    archive(history_of(tmp_path / "log", EVENTS), FolderPlace(tmp_path / "archive"), EVENTS)
    return tmp_path / "archive"


@contextmanager
def little_memory() -> Iterator[None]:
    """Whatever is done here, Arrow never holds more at once."""
    before = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(before)
    POOLS.append(pool)  # what was made in it is given back to it, whenever that is
    pa.set_memory_pool(pool)
    try:
        yield
    finally:
        pa.set_memory_pool(before)
    assert pool.max_memory() <= MOST_MEMORY


def segment(folder: Path) -> Path:
    (path,) = (folder / "segments").iterdir()
    return path


def fit(folder: Path) -> None:
    """Make the manifest tell of the file that is there."""
    manifest, content = stored(folder), segment(folder).read_bytes()
    told = msgspec.structs.replace(
        manifest.segments[0], bytes=len(content), sha256=sha256(content).hexdigest()
    )
    changed = msgspec.structs.replace(manifest, segments=(told,))
    (folder / MANIFEST).write_bytes(msgspec.json.encode(changed))


def said_of(folder: Path) -> set[str]:
    found = checking.check_archive(FolderPlace(folder), [log_key().verifier], Findings())
    return {finding.detail for finding in found.findings}


def written(path: Path, columns: dict[str, Any], **options: Any) -> None:
    """A file of events whose columns hold something else."""
    rows = table_of(entries(EVENTS))
    for name, value in columns.items():
        number = rows.schema.get_field_index(name)
        field = rows.schema.field(number)
        rows = rows.set_column(number, field, pa.array([value] * EVENTS, field.type))
    usual = {"compression": "zstd", "write_statistics": STATISTICS, "use_dictionary": ["recipient"]}
    pq.write_table(rows, path, **(usual | options))


def zeros(path: Path) -> None:
    written(path, {"entry": bytes(ENTRY_LIMIT_BYTES)}, compression_level=19)


def a_long_word(path: Path) -> None:
    written(path, {"recipient": "x" * 100_000}, dictionary_pagesize_limit=1 << 30)


def long_lists(path: Path) -> None:
    written(path, {"categories": [""] * 2_000})


def one_list_of_a_million(path: Path) -> None:
    rows = table_of(entries(EVENTS))
    number = rows.schema.get_field_index("fields")
    many = pa.array([[None] * 1_000_000, *[[]] * (EVENTS - 1)], rows.schema.field(number).type)
    pq.write_table(
        rows.set_column(number, rows.schema.field(number), many),
        path,
        compression="zstd",
        write_statistics=STATISTICS,
    )


def gzip(path: Path) -> None:
    written(path, {}, compression="gzip")


def repeating(path: Path) -> None:
    """Each value says how much of the one before it it repeats."""
    options = {"use_dictionary": False, "column_encoding": {"recipient": "DELTA_BYTE_ARRAY"}}
    written(path, {"recipient": "x" * 60_000}, **options)


def other_pages(path: Path) -> None:
    written(path, {}, data_page_version="2.0")


BOMBS: list[tuple[Callable[[Path], None], set[str]]] = [
    (zeros, {"this is not an entry of a ledger"}),
    (a_long_word, {LARGER}),
    (long_lists, {LARGER}),
    (one_list_of_a_million, {LARGER}),
    (gzip, {OTHER_FORM}),
    (repeating, {"the file is no Parquet file, or damaged"}),
    (other_pages, {OTHER_FORM}),
]


@pytest.mark.parametrize("bomb", [bomb for bomb, _ in BOMBS])
def test_a_file_of_another_sum_is_named_and_never_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch, bomb: Callable[[Path], None]
) -> None:
    def opened(*_: object) -> Iterator[pa.Table]:
        raise AssertionError("it was opened")

    bomb(segment(folder))
    monkeypatch.setattr(checking, "decode_segment", opened)
    assert said_of(folder) == {"the file of this segment was changed"}


@pytest.mark.parametrize(("bomb", "says"), BOMBS)
def test_a_bomb_that_the_manifest_agrees_with_costs_little(
    folder: Path, bomb: Callable[[Path], None], says: set[str]
) -> None:
    bomb(segment(folder))
    assert segment(folder).stat().st_size < 200_000
    fit(folder)
    with little_memory():
        assert says <= said_of(folder)


def entry_page(content: bytes) -> bytes:
    """The beginning of the header of the first page of entries."""
    told = pq.ParquetFile(pa.BufferReader(content)).metadata.row_group(0).column(len(SCHEMA) - 1)
    assert told.path_in_schema == "entry"
    return content[told.data_page_offset : told.data_page_offset + 7]


def test_entries_alone_are_read_as_carefully(folder: Path) -> None:
    for bomb in (long_lists, gzip, other_pages):
        bomb(segment(folder))
        with little_memory(), pytest.raises(Unproven):
            list(decode_entries(segment(folder).read_bytes(), EVENTS))


def test_a_page_that_claims_more_is_not_expanded(folder: Path) -> None:
    content = segment(folder).read_bytes()
    page = entry_page(content)
    assert page[:3] == bytes([0x15, 0, 0x15])  # kind 0, then the size, as a varint of three bytes
    claims = page[:3] + bytes([0xFE, 0xFF, 0x7F]) + page[6:]
    told = pq.ParquetFile(pa.BufferReader(content)).metadata.row_group(0).column(len(SCHEMA) - 1)
    usual = expanded_size(content, told)
    assert expanded_size(content.replace(page, claims, 1), told) > usual
    assert usual <= told.total_uncompressed_size


def test_a_segment_of_the_largest_entries_is_written_and_read() -> None:
    """What a ledger may record, an archive takes, and gives back."""
    large = [
        entry(position, ground="x" * (ENTRY_LIMIT_BYTES - len(entry(position, ground=""))))
        for position in range(1, EVENTS + 1)
    ]
    assert {len(one) for one in large} == {ENTRY_LIMIT_BYTES}
    content = encode_segment(large, {})
    assert list(decode_entries(content, EVENTS)) == large
    rows = pa.concat_tables(decode_segment(content, EVENTS))
    assert rows.column("ground").to_pylist() == [
        "x" * len(ground) for ground in rows.column("ground").to_pylist()
    ]
    groups = pq.ParquetFile(pa.BufferReader(content)).metadata
    told = [groups.row_group(number) for number in range(groups.num_row_groups)]
    assert sum(group.num_rows for group in told) == EVENTS
    sizes = [expanded_size(content, group.column(len(SCHEMA) - 1)) for group in told]
    assert all(size <= MOST_GROUP_BYTES for size in sizes)


def test_the_largest_part_is_written_and_read() -> None:
    """Eight times 4 MiB but a byte, and the largest entry: what one version writes, the next one reads."""
    before = len(entry(1, ground=""))
    sizes = [*[1 << 15] * 127, (1 << 15) - 1, ENTRY_LIMIT_BYTES]
    most = [entry(1, ground="x" * (size - before)) for size in sizes] * 8
    assert sum(map(len, most)) == 8 * (4 * 1024 * 1024 - 1 + ENTRY_LIMIT_BYTES)
    content = encode_segment(most, {})
    assert pq.ParquetFile(pa.BufferReader(content)).metadata.num_row_groups == 1
    assert list(decode_entries(content, len(most))) == most


def test_the_most_that_lists_and_words_can_say_is_read() -> None:
    fields = [entry(position, fields=[""] * 5_000) for position in range(1, 301)]
    assert pa.concat_tables(decode_segment(encode_segment(fields, {}), 300)).num_rows == 300


@pytest.mark.parametrize("rows", [MOST_GROUP_EVENTS, MOST_GROUP_EVENTS + 1])
def test_a_part_has_no_more_rows_than_this_program_writes(tmp_path: Path, rows: int) -> None:
    content = table_of(entries(rows))
    pq.write_table(content, tmp_path / "file", compression="zstd", write_statistics=STATISTICS)
    read = decode_segment((tmp_path / "file").read_bytes(), rows)
    if rows > MOST_GROUP_EVENTS:
        with pytest.raises(Unproven, match="larger parts"):
            list(read)
    else:
        assert sum(part.num_rows for part in read) == rows


def test_a_file_that_is_mostly_its_end_is_not_read(folder: Path) -> None:
    content = segment(folder).read_bytes()
    for length in (MOST_FOOTER_BYTES + 1, (1 << 32) - 1):
        with pytest.raises(Unproven):
            list(decode_segment(content[:-8] + length.to_bytes(4, "little") + b"PAR1", EVENTS))


@pytest.mark.parametrize("claimed", [0, -1, MOST_SEGMENT_BYTES + 1])
def test_a_manifest_claims_no_impossible_files(folder: Path, claimed: int) -> None:
    manifest = stored(folder)
    told = msgspec.structs.replace(manifest.segments[0], bytes=claimed)
    content = msgspec.json.encode(msgspec.structs.replace(manifest, segments=(told,)))
    with pytest.raises(Unproven):
        decode_manifest(content)


def test_a_manifest_is_read_to_its_bound(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_MANIFEST_BYTES", 100)
    assert said_of(folder) == {f"{MANIFEST} is no manifest of an archive"}


def test_a_segment_that_would_be_too_large_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive import writing

    monkeypatch.setattr(writing, "MOST_SEGMENT_BYTES", 1_000)
    place = FolderPlace(tmp_path / "archive")
    with pytest.raises(Misconfigured, match="--segment"):
        archive(history_of(tmp_path / "log", EVENTS), place, EVENTS)
    assert not (tmp_path / "archive" / "segments").exists()


CONTENT = encode_segment(entries(EVENTS), {})


@given(st.lists(st.tuples(st.integers(0, len(CONTENT) - 9), st.binary(min_size=1, max_size=6))))
def test_any_other_bytes_are_refused_or_read_as_they_are(
    changes: list[tuple[int, bytes]],
) -> None:
    content = bytearray(CONTENT)
    for place, change in changes:
        content[place : place + len(change)] = change[: len(content) - place]
    try:
        rows = sum(part.num_rows for part in decode_segment(bytes(content), EVENTS))
    except Unproven:
        return
    assert rows == EVENTS


HEADS = [
    column.data_page_offset
    for column in (
        pq.ParquetFile(pa.BufferReader(CONTENT)).metadata.row_group(0).column(number)
        for number in range(len(SCHEMA))
    )
]


@given(st.sampled_from(HEADS), st.integers(0, 40), st.binary(min_size=1, max_size=5))
def test_any_other_header_of_a_page_is_refused_or_read_as_it_is(
    head: int, offset: int, change: bytes
) -> None:
    content = bytearray(CONTENT)
    content[head + offset : head + offset + len(change)] = change
    try:
        rows = sum(part.num_rows for part in decode_segment(bytes(content), EVENTS))
    except Unproven:
        return
    assert rows == EVENTS
