"""Entries shared out by stream, so that each machine folds some streams. Runs in executors.

A segment is proven as it is read: its entries must come to the tree hash in the manifest, for which a signed
checkpoint stands. Nothing else of the file is believed, so a store that was changed cannot change a view.
Pruned entries are left out: the archive still has them, and views show only the ledger's entries.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import compress
from typing import NamedTuple

import msgspec
import pyarrow as pa

from archive.manifest import Segment, is_file_of
from archive.places import place_at
from archive.segment import decode_entries
from ledger.cycles import settle
from ledger.errors import LedgerError, Unproven
from ledger.event import short_name
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.tree.merkle import hash_leaf, hash_perfect
from projections.folds.digest import SLICES

Part = bytes | LedgerError
"""Entries of a share as an Arrow stream, or why there are none."""
Sorted = tuple[int, Part]
"""A share, and a part of it."""
_DIGITS = 3  # hexadecimal digits of a stream that tell its slice
_SCHEMA = pa.schema(
    [
        pa.field("share", pa.int32(), nullable=False),
        pa.field("stream", pa.string(), nullable=False),
        pa.field("version", pa.int64(), nullable=False),
        pa.field("entry", pa.binary(), nullable=False),
    ]
)
# Sealed values do not get smaller; the names of members do, which every entry repeats. So pipes, Java and
# networks move a fifth of the bytes.
_COMPRESSED = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", compression_level=1))


class Split(NamedTuple):
    """Which entries go where: those up to a position into shares of whole slices, by their streams.

    `asked`: short names of types of events; those entries go into `asked_shares` more, too.
    """

    upto: int
    shares: int
    asked: frozenset[str]
    asked_shares: int

    @property
    def every(self) -> int:
        """The number of all shares."""
        return self.shares + self.asked_shares


class Held(NamedTuple):
    """A segment, and which of its entries the ledger still holds: see `held`. None: all."""

    segment: Segment
    left: bytes | None


Source = Held | list[bytes]
"""Where entries come from: a segment, or entries that are not archived yet."""


def held(segment: Segment, positions: Iterable[int]) -> Held:
    """A segment of which the ledger holds some positions: a byte for each entry, compressed."""
    left = bytearray(segment.last - segment.first + 1)
    for position in positions:
        left[position - segment.first] = 1
    return Held(segment, zlib.compress(left))


class _Header(msgspec.Struct, gc=False):
    position: int
    stream: str
    type: str
    version: int


_header = msgspec.json.Decoder(_Header).decode


def sorted_source(address: str, split: Split, source: Source) -> Iterator[Sorted]:
    """The entries of a segment, or entries, by share. Raises ServiceAway."""
    settle()  # Spark looks for cycles after each task: not among the modules
    if isinstance(source, Held):
        return sorted_segment(address, split, source)
    return sorted_entries(split, source)


def sorted_segment(address: str, split: Split, part: Held) -> Iterator[Sorted]:
    """The entries of a segment that the ledger holds, by share. Raises ServiceAway: it may be over next time.

    That a segment is not proven is a part of the last share: so the machine that folds that tells of it.
    """
    try:
        segment = part.segment
        content, count = (
            place_at(address).get(segment.file, segment.bytes),
            segment.last - segment.first + 1,
        )
        entries: list[bytes] = []
        if content is not None and is_file_of(segment, content):
            with suppress(Unproven):
                entries = list(decode_entries(content, count))
        whole = len(entries) == count
        if not whole or to_base64(hash_perfect([hash_leaf(e) for e in entries])) != segment.root:
            raise Unproven(
                f"{segment.file} is not what was archived: run `ledger audit --archive ARCHIVE`"
            )
    except Unproven as error:
        yield split.every - 1, error
        return
    if part.left is not None:
        entries = list(compress(entries, zlib.decompress(part.left)))
    yield from sorted_entries(split, entries)


def sorted_entries(split: Split, entries: Sequence[bytes]) -> Iterator[Sorted]:
    """Entries in the order of positions, by share."""
    headers = [_header(entry[: entry.index(b"\n")]) for entry in entries]
    kept = sum(header.position <= split.upto for header in headers)
    del headers[kept:]
    slices = [int(header.stream[:_DIGITS], 16) for header in headers]
    columns = {
        "share": [number * split.shares // SLICES for number in slices],
        "stream": [header.stream for header in headers],
        "version": [header.version for header in headers],
        "entry": entries[:kept],
    }
    table = pa.table(columns, _SCHEMA)
    yield from _by_share(table)
    asked = [short_name(header.type) in split.asked for header in headers]
    if any(asked):
        shares = [split.shares + number * split.asked_shares // SLICES for number in slices]
        table = table.set_column(0, _SCHEMA.field(0), pa.array(shares, pa.int32()))
        yield from _by_share(table.filter(pa.array(asked)))


def _by_share(table: pa.Table) -> Iterator[Sorted]:
    """One Arrow stream for each share."""
    table, start = table.sort_by("share"), 0
    for share, count in Counter(table.column("share").to_pylist()).items():  # in their order
        yield share, _written(table.slice(start, count))
        start += count


def _written(table: pa.Table) -> bytes:
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, table.schema, options=_COMPRESSED) as writer:
        writer.write_table(table)
    content: bytes = stream.getvalue().to_pybytes()
    return content


def in_order(parts: Iterable[Part]) -> Iterator[bytes]:
    """The entries of a share, stream by stream, in the order of versions.

    Raises the error that a part tells.
    """
    tables = list(map(_read, parts))
    if not tables:
        return
    table = pa.concat_tables(tables).sort_by([("stream", "ascending"), ("version", "ascending")])
    for batch in table.select(["entry"]).to_batches(max_chunksize=1_024):
        yield from batch.column(0).to_pylist()


def _read(part: Part) -> pa.Table:
    if isinstance(part, LedgerError):
        raise part
    return pa.ipc.open_stream(part).read_all()
