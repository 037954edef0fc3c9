"""A segment as a Parquet file: its bytes from entries, and its rows from bytes. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from archive.columns import SCHEMA, table_of
from ledger.errors import Unproven

# Rows that are compressed and read together, and as many as are made together, to stay near the processor.
_GROUP_EVENTS = 8_192
_MADE_EVENTS = 1_024
# Every event has values of its own there, so a dictionary of them would only be in the way.
_WITHOUT_DICTIONARY = frozenset({"entry", "id", "position"})
_DICTIONARIES = [name for name in SCHEMA.names if name not in _WITHOUT_DICTIONARY]
# Engines skip row groups by the least and largest value; of entries nobody asks for those.
_STATISTICS = [name for name in SCHEMA.names if name != "entry"]
# Most of an entry is sealed, so higher levels take longer and give no smaller files.
ZSTD_LEVEL = 1


def encode_segment(entries: Sequence[bytes], facts: Mapping[str, str]) -> bytes:
    """The file of a segment. `facts`: what it says of itself, such as its tree hash. Raises Unproven."""
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
        rows = iter(entries)
        while group := list(islice(rows, _GROUP_EVENTS)):
            parts = [
                table_of(group[first : first + _MADE_EVENTS])
                for first in range(0, len(group), _MADE_EVENTS)
            ]
            writer.write_table(pa.concat_tables(parts), row_group_size=_GROUP_EVENTS)
    content: bytes = stream.getvalue().to_pybytes()
    return content


def decode_segment(content: bytes) -> Iterator[pa.Table]:
    """The rows of a file, a group at a time. Raises Unproven when it is no such file."""
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        if not file.schema_arrow.equals(SCHEMA):
            raise Unproven("the file has other columns than an archive")
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)
    except (pa.ArrowException, OSError):
        raise Unproven("the file is no Parquet file, or damaged") from None
