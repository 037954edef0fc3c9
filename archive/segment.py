"""A segment as a Parquet file: its bytes from entries, and its rows from bytes. Pure.

A file is read a row group at a time, and a row group only when its pages come to no more than entries can. So
a small file that holds gigabytes costs no more memory than a large one that holds events.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from archive.columns import SCHEMA, table_of
from archive.pages import expanded_size
from ledger.errors import Unproven
from ledger.event import ENTRY_LIMIT_BYTES

# Entries become columns while they are near the processor; `_GROUP_PARTS` such tables are compressed
# together.
_MADE_EVENTS = 1_024
_MADE_BYTES = 4 * 1024 * 1024
_GROUP_PARTS = 8
# The bound of a row group: its entries, and the four bytes before each that say how long it is.
MOST_GROUP_EVENTS = _GROUP_PARTS * _MADE_EVENTS
MOST_GROUP_BYTES = _GROUP_PARTS * (_MADE_BYTES + ENTRY_LIMIT_BYTES) + 4 * MOST_GROUP_EVENTS
# The other columns repeat what entries say, each word in two columns at most, with its length before it.
_COLUMNS_TO_ENTRIES = 4
_PATHS = [
    f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name for field in SCHEMA
]
assert _PATHS[-1] == "entry"
_ROW_BYTES = 16 * len(SCHEMA)
_LEAST_ITEM_BYTES = 3  # of a list in an entry: two quotes and a comma
# The end of a file tells of its columns: some 4 KB for each row group.
MOST_FOOTER_BYTES = 4 * 1024 * 1024
_MOST_FOOTER_ITEMS = 65_536
# Every event has values of its own there, so a dictionary of them would only be in the way.
_WITHOUT_DICTIONARY = frozenset({"entry", "id", "position"})
_DICTIONARIES = [name for name in SCHEMA.names if name not in _WITHOUT_DICTIONARY]
_TEXTS = [name for name in _DICTIONARIES if SCHEMA.field(name).type == pa.string()]
# Engines skip row groups by the least and largest value, which differ where values grow with positions.
STATISTICS = ["position", "recorded_at", "occurred_at", "occurred_on", "id"]
# Most of an entry is sealed, so higher levels take longer and give no smaller files.
ZSTD_LEVEL = 1


def facts_of(origin: str, first: int, last: int, root: str) -> dict[str, str]:
    """The facts in the file of a segment: the log, its positions, and its tree hash in base64."""
    return {"origin": origin, "first": str(first), "last": str(last), "root": root}


def says(rows: pa.Table, facts: Mapping[str, str]) -> bool:
    """Whether the file of some rows says this of itself, and nothing else."""
    told = rows.schema.metadata or {}
    return told == {name.encode(): fact.encode() for name, fact in facts.items()}


def encode_segment(entries: Iterable[bytes], facts: Mapping[str, str]) -> bytes:
    """The file of a segment. `facts`: its own description, such as its tree hash. Raises Unproven."""
    return encode_tables(_parts(iter(entries)), facts)


def encode_tables(parts: Iterator[pa.Table], facts: Mapping[str, str]) -> bytes:
    """The file of rows that lie ready, some at a time: as a segment has them."""
    stream = pa.BufferOutputStream()
    with pq.ParquetWriter(
        stream,
        SCHEMA.with_metadata(dict(facts)),
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        use_dictionary=_DICTIONARIES,
        write_statistics=STATISTICS,
        write_page_checksum=True,
        sorting_columns=[pq.SortingColumn(0)],
    ) as writer:
        while group := list(islice(parts, _GROUP_PARTS)):
            writer.write_table(pa.concat_tables(group))
    content: bytes = stream.getvalue().to_pybytes()
    return content


def _parts(entries: Iterator[bytes]) -> Iterator[pa.Table]:
    """Tables of the next entries, each of at most `_MADE_EVENTS` events and about `_MADE_BYTES`."""
    made, size = list[bytes](), 0
    for entry in entries:
        made.append(entry)
        size += len(entry)
        if len(made) == _MADE_EVENTS or size >= _MADE_BYTES:
            yield table_of(made)
            made, size = [], 0
    if made:
        yield table_of(made)


def decode_segment(content: bytes, count: int | None = None) -> Iterator[pa.Table]:
    """The rows of a file, some at a time. `count`: of them. Raises Unproven for any other file.

    Engines skip what the file itself says to hold nothing of interest: so that must be true, too.
    """
    with _damage_told():
        file = _opened(content, count, read_dictionary=_TEXTS)
        for group in range(file.num_row_groups):
            told = file.metadata.row_group(group)
            rows = _text(file.read_row_group(group), _checked_size(content, told))
            if not _is_true(told, rows):
                raise Unproven(
                    "the file says other least and largest values, or more of its rows, than this program"
                    " writes"
                )
            for first in range(0, rows.num_rows, _MADE_EVENTS):
                yield rows.slice(first, _MADE_EVENTS)


def decode_entries(content: bytes, count: int) -> Iterator[bytes]:
    """The entries of a file of `count` entries, whatever its other columns say. Raises Unproven."""
    with _damage_told():
        file = _opened(content, count)
        for group in range(file.num_row_groups):
            _checked_size(content, file.metadata.row_group(group))
            yield from file.read_row_group(group, columns=["entry"]).column(0).to_pylist()


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, OverflowError, ValueError):  # also a malformed instant
        raise Unproven("the file is no Parquet file, or damaged") from None


def _opened(
    content: bytes, count: int | None, read_dictionary: list[str] | None = None
) -> pq.ParquetFile:
    """A file whose row groups have `count` rows, of which nothing but its end is read yet."""
    if len(content) < 8 or int.from_bytes(content[-8:-4], "little") > MOST_FOOTER_BYTES:
        raise Unproven("the file is no Parquet file, or damaged")
    try:
        file = pq.ParquetFile(
            pa.BufferReader(content),
            read_dictionary=read_dictionary,
            page_checksum_verification=True,
            thrift_container_size_limit=_MOST_FOOTER_ITEMS,
            thrift_string_size_limit=MOST_FOOTER_BYTES,
        )
        metadata = file.metadata
        if not metadata.schema.to_arrow_schema().equals(SCHEMA):
            raise KeyError
    except KeyError:
        raise Unproven("the file has other columns than an archive") from None
    rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    if count not in {None, sum(rows)} or metadata.num_rows != sum(rows):
        raise Unproven(f"the file has {sum(rows)} rows in place of {count}")
    if not all(0 < number <= MOST_GROUP_EVENTS for number in rows):
        raise Unproven("the file has larger parts than this program writes")
    return file


def _checked_size(content: bytes, told: pq.RowGroupMetaData) -> int:
    """How many bytes the columns of a row group may come to: as many as its entries can tell."""
    columns = [told.column(number) for number in range(told.num_columns)]
    if [column.path_in_schema for column in columns] != _PATHS:
        raise Unproven("the file has other columns than an archive")
    *sizes, entries = (expanded_size(content, column) for column in columns)
    others: int = _COLUMNS_TO_ENTRIES * entries + _ROW_BYTES * told.num_rows
    values = max(column.num_values for column in columns)
    most_values = told.num_rows + entries // _LEAST_ITEM_BYTES
    if entries > MOST_GROUP_BYTES or sum(sizes) > others or values > most_values:
        raise Unproven("the file becomes larger than the entries of so many events")
    return others


def _text(rows: pa.Table, most: int) -> pa.Table:
    """Rows with their texts in place of dictionaries.

    Raises Unproven if the texts have more than `most` bytes.
    """
    length: int = 0
    for chunk in (chunk for name in _TEXTS for chunk in rows.column(name).chunks):
        lengths = pc.binary_length(chunk.dictionary).take(chunk.indices)
        length += pc.sum(lengths, min_count=0).as_py()
    if length > most:
        raise Unproven("the file becomes larger than the entries of so many events")
    return rows.cast(SCHEMA.with_metadata(rows.schema.metadata))


def _is_true(told: pq.RowGroupMetaData, rows: pa.Table) -> bool:
    """Whether a row group tells least and largest values as it was written with, and nothing else."""
    return all(_is_true_of(told.column(number), rows) for number in range(told.num_columns))


def _is_true_of(told: pq.ColumnChunkMetaData, rows: pa.Table) -> bool:
    name = told.path_in_schema
    if told.has_column_index or told.has_offset_index or _has_filter(told):
        return False
    if name not in STATISTICS or not rows.num_rows:
        return not told.is_stats_set
    if not told.is_stats_set:
        return False
    least, largest = pc.min_max(rows.column(name)).values()
    said = told.statistics
    return (said.min, said.max, said.null_count) == (least.as_py(), largest.as_py(), 0)


def _has_filter(told: pq.ColumnChunkMetaData) -> bool:
    """Whether a filter says which values are not there; an older Arrow cannot tell, nor heed it."""
    return getattr(told, "bloom_filter_offset", None) is not None
