"""A segment as a Parquet file: its bytes from entries, and its rows from bytes. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from archive.columns import SCHEMA, table_of
from ledger.errors import Unproven

# Entries become columns while they are near the processor; so many of those tables are compressed together.
_MADE_EVENTS = 1_024
_GROUP_PARTS = 8
# Every event has values of its own there, so a dictionary of them would only be in the way.
_WITHOUT_DICTIONARY = frozenset({"entry", "id", "position"})
_DICTIONARIES = [name for name in SCHEMA.names if name not in _WITHOUT_DICTIONARY]
# Engines skip row groups by the least and largest value, which differ where values grow with positions.
STATISTICS = ["position", "recorded_at", "occurred_at", "occurred_on", "id"]
# Most of an entry is sealed, so higher levels take longer and give no smaller files.
ZSTD_LEVEL = 1


def facts_of(origin: str, first: int, last: int, root: str) -> dict[str, str]:
    """What the file of a segment says of itself: the log, its positions, and its tree hash in base64."""
    return {"origin": origin, "first": str(first), "last": str(last), "root": root}


def says(rows: pa.Table, facts: Mapping[str, str]) -> bool:
    """Whether the file of some rows says this of itself, and nothing else."""
    told = rows.schema.metadata or {}
    return told == {name.encode(): fact.encode() for name, fact in facts.items()}


def encode_segment(entries: Iterable[bytes], facts: Mapping[str, str]) -> bytes:
    """The file of a segment. `facts`: what it says of itself, such as its tree hash. Raises Unproven."""
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
    while made := list(islice(entries, _MADE_EVENTS)):
        yield table_of(made)


def decode_segment(content: bytes, count: int | None = None) -> Iterator[pa.Table]:
    """The rows of a file, some at a time. `count`: of them. Raises Unproven when it is no such file.

    Engines skip what the file itself says to hold nothing of interest: so that must be true, too.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        if not file.schema_arrow.equals(SCHEMA):
            raise Unproven("the file has other columns than an archive")
        if count not in {None, file.metadata.num_rows}:  # before so many are read
            raise Unproven(f"the file has {file.metadata.num_rows} rows in place of {count}")
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            if not _is_true(file.metadata.row_group(group), rows):
                raise Unproven(
                    "the file says other least and largest values, or more of its rows, than this program"
                    " writes"
                )
            for first in range(0, rows.num_rows, _MADE_EVENTS):
                yield rows.slice(first, _MADE_EVENTS)
    except (pa.ArrowException, OSError, OverflowError, ValueError):  # also an instant that is none
        raise Unproven("the file is no Parquet file, or damaged") from None


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
