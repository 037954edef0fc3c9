"""The results of views, in blocks that are ready to be written. In flat memory."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from ledger.storage.copy_format import packed
from projections.folds.dispatch import StreamEvents
from projections.folds.view import AnyView, StoredRow
from projections.following.batch import NamedEvent
from projections.following.derive import Content, Goal, StreamRows, derive
from projections.following.joins import join_of

# Each write of a view is a statement of its own, and the dictionary that compresses its rows fills a cache.
# So many bytes of states are gathered before they are compressed.
_BLOCK_BYTES = 5_000_000


class ViewRows(NamedTuple):
    """The rows of one view and its complete entries, packed, with the number of rows by label."""

    rows: bytes
    entries: bytes
    labels: Counter[str]


class _Unpacked:
    """The results of some streams for one view, before packing."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._rows: list[StoredRow] = []
        self._entries: list[object] = []
        self._labels: Counter[str] = Counter()

    def add(self, streams: Sequence[StreamRows]) -> int:
        """Take in some streams; returns the bytes of their states."""
        if not streams:
            return 0
        rows, entries = self._content.add(streams)
        self._rows += rows
        self._entries += entries
        self._labels += _labels(self._content.view, streams)
        return sum(len(state) for _, _, state, *_ in rows)

    def packed(self) -> ViewRows:
        """All of it."""
        view = self._content.view
        rows = packed(view.column_types, self._rows, view.compression.compress)
        return ViewRows(rows, packed_entries(view, self._entries), self._labels)


class StreamBlock(NamedTuple):
    """The results of some streams for each goal, and the names in their annulments."""

    named: set[NamedEvent]
    parts: list[ViewRows]


def blocks(
    streams: Iterable[StreamEvents],
    goals: Sequence[Goal],
    contents: Sequence[Content],
    privacy_office: Collection[str],
) -> Iterator[StreamBlock]:
    """The results of streams in the order of keys. `contents`: for each goal, its gatherer."""
    named, made, size = set[NamedEvent](), list(map(_Unpacked, contents)), 0
    for derived in derive(streams, goals, privacy_office):
        named |= derived.named
        size += sum(map(_Unpacked.add, made, derived.rows))
        if size >= _BLOCK_BYTES:
            yield StreamBlock(named, [view.packed() for view in made])
            named, made, size = set(), list(map(_Unpacked, contents)), 0
    if named or size:
        yield StreamBlock(named, [view.packed() for view in made])


def packed_entries(view: AnyView, entries: Sequence[object]) -> bytes:
    """Entries of a joined view, ready to be written."""
    join = join_of(view.join)
    if join is None:
        return b""
    return packed(join.types, map(join.row, entries), join.compression.compress)


def _labels(view: AnyView, streams: Sequence[StreamRows]) -> Counter[str]:
    if not view.labels:
        return Counter()
    return Counter(map(view.label, chain.from_iterable(rows.values() for _, rows in streams)))
