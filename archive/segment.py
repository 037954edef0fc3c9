"""A segment as a Parquet file: its bytes from entries, and its rows from bytes. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import pyarrow as pa
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
_STATISTICS = ["position", "recorded_at", "occurred_at", "occurred_on", "id"]
# Most of an entry is sealed, so higher levels take longer and give no smaller files.
ZSTD_LEVEL = 1


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
        write_statistics=_STATISTICS,
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


def decode_segment(content: bytes) -> Iterator[pa.Table]:
    """The rows of a file, some at a time. Raises Unproven when it is no such file."""
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        if not file.schema_arrow.equals(SCHEMA):
            raise Unproven("the file has other columns than an archive")
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            for first in range(0, rows.num_rows, _MADE_EVENTS):
                yield rows.slice(first, _MADE_EVENTS)
    except (pa.ArrowException, OSError):
        raise Unproven("the file is no Parquet file, or damaged") from None
